//! What was typed for sendmail(8), read by `cli::sendmail`.

use std::path::PathBuf;

use crate::commands::Refusal;
use crate::commands::sender::Sender;
use crate::commands::ui::Verbosity;
use crate::model::{AddressList, Parameters};

/// A command line of sendmail(8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SendmailArgs {
    /// What is to be done.
    pub deed: Deed,
    /// `-t`: the message's To, Cc and Bcc are recipients, too.
    pub read_recipients: bool,
    /// Each operand, which may be several addresses.
    pub recipients: Vec<AddressList>,
    /// Operands that cannot be read as addresses.
    pub unreadable: Vec<String>,
    /// What is wrong with the first address that cannot be read; told when the message is there, so
    /// that it can be kept.
    pub fault: Option<Refusal>,
    /// `-f`: who gets the bounces.
    pub sender: Option<Sender>,
    /// `-F`: the author's name, for a message without an author.
    pub name: Option<String>,
    /// `-n`: aliases do not count.
    pub no_aliases: bool,
    /// `-N`, `-R` and `-V`.
    pub parameters: Parameters,
    /// `-L`: what lines in the system's log begin with.
    pub tag: Option<String>,
    /// `-v`, counted.
    pub verbose: u8,
    /// `--profile`
    pub profile: Option<String>,
    /// `-C` and `--config`
    pub config: Option<PathBuf>,
    /// `--dry-run`
    pub dry_run: bool,
    /// What was given and is not followed, to be told.
    pub ignored: Vec<String>,
}

impl SendmailArgs {
    /// How much is said: those who call sendmail to send did not write the message, so that only
    /// errors are for them.
    pub fn verbosity(&self) -> Verbosity {
        match self.verbose {
            0 if [Deed::Send, Deed::Speak].contains(&self.deed) => Verbosity::Quiet,
            0 => Verbosity::Normal,
            1 => Verbosity::Verbose,
            _ => Verbosity::Transcript,
        }
    }
}

/// What sendmail(8) is to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Deed {
    /// `-bm`: send the message on stdin.
    #[default]
    Send,
    /// `-bs`: speak SMTP on stdin and stdout.
    Speak,
    /// `-bv`: say where mail for these recipients would go.
    Verify,
    /// `-bp`, mailq: show the queue.
    ShowQueue,
    /// `-q`: send what is in the queue.
    RunQueue,
    /// `-bi`, newaliases: read the aliases anew.
    ReadAliases,
}
