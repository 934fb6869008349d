//! The opening of a connection: the greeting, then EHLO, and HELO for servers that do not know it
//! (RFC 5321 §3.2); with LMTP LHLO instead of either (RFC 2033 §4.1).

use std::time::Duration;

use super::{Phase, Wire};
use crate::model::Cause;
use crate::smtp::framing::RawReply;
use crate::smtp::transport::Transport;

/// A greeting that takes longer may never come: a port that speaks TLS from the first octet waits
/// for us.
const SOON: Duration = Duration::from_secs(10);

impl Wire {
    /// The name given in EHLO.
    pub(in crate::smtp) fn hello_name(&self) -> &str {
        &self.hello
    }

    /// Sets the name to give in EHLO.
    pub(in crate::smtp) fn set_hello_name(&mut self, name: String) {
        self.hello = name;
    }

    /// Whether only HELO is left to be said.
    pub(in crate::smtp) fn helo_only(&self) -> bool {
        self.helo_only
    }

    /// Says HELO where EHLO would be said.
    pub(in crate::smtp) fn expect_helo_only(&mut self) {
        self.helo_only = true;
    }

    /// Says LHLO where EHLO would be said, and never HELO.
    pub(in crate::smtp) fn speak_lmtp(&mut self) {
        self.lmtp = true;
    }

    /// What is said next is EHLO again.
    pub(in crate::smtp) fn expect_hello(&mut self) {
        self.phase = Phase::Hello;
    }

    /// Waits for the greeting, and says why where that takes long.
    pub(super) fn receive_greeting(&mut self, patience: Duration) -> Result<RawReply, Cause> {
        if patience <= SOON {
            return self.receive_within(patience);
        }
        match self.receive_within(SOON) {
            Err(Cause::TimedOut(_)) => {
                self.watch.tell_delay(SOON, matches!(self.transport, Transport::Plain(_)));
            }
            greeted => return greeted,
        }
        self.receive_within(patience - SOON)
    }

    /// Goes on to EHLO, unless the server answered before it was asked.
    pub(super) fn greeted(&mut self, greeting: &RawReply) -> Result<(), Cause> {
        self.patience = self.timeouts.command;
        self.phase = Phase::Hello;
        if !self.hush_unless_success(greeting) {
            return Ok(());
        }
        self.refuse_unasked()
    }

    /// The answer to EHLO, or to HELO where EHLO is refused for good.
    pub(super) fn answered_hello(&mut self, answer: RawReply) -> Result<RawReply, Cause> {
        self.phase = Phase::Commands;
        let answer = match answer.code {
            // A second greeting, and every answer to come would be that to the command before.
            220 => {
                let reply = answer.decode();
                return Err(Cause::Protocol(format!("EHLO was answered {reply}")));
            }
            500..=599 if !self.helo_only && !self.lmtp => self.helo_instead(answer)?,
            _ => answer,
        };
        self.hush_unless_success(&answer);
        Ok(answer)
    }

    /// HELO, on the same connection. Unless EHLO was not even known, its refusal is the one to
    /// tell.
    fn helo_instead(&mut self, refusal: RawReply) -> Result<RawReply, Cause> {
        self.refuse_unasked()?;
        let unknown = matches!(refusal.code, 500 | 501 | 502 | 504);
        self.helo_only = true;
        self.say_helo();
        match self.receive() {
            Ok(answer) if answer.code / 100 == 2 => Ok(answer),
            Ok(_) | Err(Cause::Lost(_)) if !unknown => Ok(refusal),
            answer => answer,
        }
    }

    pub(super) fn say_helo(&mut self) {
        self.queue_line(&format!("HELO {}", self.hello));
    }

    pub(super) fn say_lhlo(&mut self) {
        self.framer.expect_capabilities(true);
        self.queue_line(&format!("LHLO {}", self.hello));
    }

    /// lettre would say QUIT by itself and wait; what is said after a refusal is for the session.
    fn hush_unless_success(&mut self, reply: &RawReply) -> bool {
        let success = reply.code / 100 == 2;
        if !success {
            self.phase = Phase::Hushed;
        }
        success
    }
}
