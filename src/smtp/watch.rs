//! Whoever watches a session: is told the dialogue, and knows when a message is in doubt.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::model::Reply;

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
}

/// Whoever watches a session from outside.
#[derive(Clone)]
pub struct Watch {
    /// Is told the dialogue.
    pub observer: Arc<dyn Fn(Line<'_>) + Send + Sync>,
    /// Is told how many octets of the message are written so far.
    pub progress: Arc<dyn Fn(u64) + Send + Sync>,
    /// True while the end of the data may be out and is not answered: who ends the program then
    /// does not know whether the message was taken.
    pub in_doubt: Arc<AtomicBool>,
}

impl Watch {
    /// Tells the observer a reply, line by line.
    pub(super) fn tell_reply(&self, reply: &Reply) {
        for (index, text) in reply.lines.iter().enumerate() {
            let separator = if index + 1 < reply.lines.len() { '-' } else { ' ' };
            let line = format!("{}{separator}{text}", reply.code);
            (self.observer)(Line::Server(line.trim_end()));
        }
    }
}
