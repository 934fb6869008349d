//! Whoever watches a session: is told the dialogue, and knows when a message is in doubt.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::model::{Deadline, Reply};

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
    /// When everything must be done, if that is limited; nothing is waited for any longer.
    pub deadline: Option<Deadline>,
}

impl Watch {
    /// Tells the observer that the greeting takes longer than this.
    pub(super) fn tell_delay(&self, so_far: Duration, in_clear: bool) {
        let advice = match in_clear {
            true => "; if its port speaks TLS from the first octet, set tls = \"implicit\"",
            false => "",
        };
        let seconds = so_far.as_secs();
        let text = format!("the server has not greeted for {seconds} s{advice}");
        (self.observer)(Line::Delay(&text));
    }

    /// Tells the observer a reply, line by line.
    pub(super) fn tell_reply(&self, reply: &Reply) {
        for (index, text) in reply.lines.iter().enumerate() {
            let separator = if index + 1 < reply.lines.len() { '-' } else { ' ' };
            let line = format!("{}{separator}{text}", reply.code);
            (self.observer)(Line::Server(line.trim_end()));
        }
    }
}
