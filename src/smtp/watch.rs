//! Whoever watches a session: is told the dialogue, and knows when a message is in doubt.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// One line of the dialogue, as the observer is told it. Secrets are masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'a> {
    /// What we said.
    Client(&'a str),
    /// What the server said.
    Server(&'a str),
    /// What happened.
    Note(&'a str),
    /// Why it takes so long.
    Delay(&'a str),
    /// What broke although the session has something to tell.
    Trouble(&'a str),
}

/// Whoever watches a session from outside.
#[derive(Clone)]
pub struct Watch {
    /// Is told the dialogue.
    pub observer: Arc<dyn Fn(Line<'_>) + Send + Sync>,
    /// Is told how many octets of the message are written so far.
    pub progress: Arc<dyn Fn(u64) + Send + Sync>,
    /// True once the end of the data may be out, unless it was refused: who ends the program then
    /// does not know whether the message was taken, or knows that it was by some.
    pub in_doubt: Arc<AtomicBool>,
}
