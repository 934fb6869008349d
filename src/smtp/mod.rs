//! The SMTP client (RFC 5321): lettre's client above a wire of our own.
//!
//! `session` speaks the dialogue, `client` is the only file that knows lettre's connection, and
//! `wire` owns every octet beneath it. Fails with a `Failure` when a session cannot go on; what
//! was refused is an `Outcome`.

mod authenticate;
mod capabilities;
mod client;
mod connect;
mod entry;
mod exchange;
mod framing;
mod login;
mod look;
mod mailing;
mod mask;
mod offered;
#[cfg(any(test, fuzzing))]
pub mod properties;
mod proxy;
mod rehearsal;
mod sasl;
mod session;
mod stream;
mod stuffing;
mod submission;
mod tls;
mod transaction;
mod transport;
mod verifier;
mod watch;
mod wire;

pub use capabilities::Capabilities;
pub use connect::NOT_OURS;
pub use look::{Look, look};
pub use mailing::{Mailed, Mailing, Told};
pub use rehearsal::{Answers, Rehearsal, Rehearsed};
pub use session::Credentials;
pub use submission::{Submission, Submitted};
pub use tls::{check_ca_file, check_client_certificate};
pub use watch::{Line, Watch};
