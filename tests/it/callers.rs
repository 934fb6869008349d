//! Programs that were written for sendmail(8) and mail(1), as Debian has them, with mailsend as the
//! system's: what they send arrives at a real Postfix, from whom and for whom it should. `tests/run`
//! brings them.
//!
//! On each stage root's profile logs in with a password that only a group may read, and root and amy
//! are aliases; whoever else is named has a mailbox of that name.

mod arrived;
mod errors;
mod git;
mod jobs;
mod languages;
mod mailers;
mod readers;
mod recorded;
mod reports;
mod stage;

use self::stage::Stage;

/// What `root` becomes where others are named beside him, who are to learn nothing of aliases.
const ROOT: &str = "root@night.example.test";

/// The address of the profile, and of the envelope where nobody names another.
const WATCH: &str = "alice@example.test";
