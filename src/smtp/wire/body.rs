//! The message on the wire: up to where it was written, what rides behind its end, whether the
//! server spoke before that, and since when it is in doubt.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{COALESCED_MAX, Line, Phase, RawReply, Wire};
use crate::smtp::stuffing::Stuffing;
use crate::smtp::transport::Heed;

/// What ends a session, in the flight of the message.
pub(in crate::smtp) const QUIT: &str = "QUIT\r\n";

/// How the server tells the message from what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::smtp) enum Delimiter {
    /// By a lone dot (RFC 5321 §4.1.1.4).
    Dot,
    /// By its length, which was said before (RFC 3030 §2).
    Length,
}

/// The server takes no more of the message, or has spoken before its end.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::smtp) struct Stopped;

impl Wire {
    /// Tells how many octets of the message are written.
    pub(in crate::smtp) fn progress(&self, octets: u64) {
        (self.watch.progress)(octets);
    }

    /// Begins a message; `trailer` rides behind its end.
    pub(in crate::smtp) fn begin_body(&mut self, delimiter: Delimiter, trailer: String) {
        self.phase = Phase::Body;
        self.delimiter = delimiter;
        self.trailer = trailer;
        self.end_of_data = None;
        self.doubted_before = self.watch.in_doubt.load(Ordering::SeqCst);
        self.stuffing = Stuffing::LineStart;
    }

    /// What the server says from here on answers commands before the message: it goes out whole.
    /// Nothing does where the server has left already.
    pub(in crate::smtp) fn ride(&mut self) {
        self.write_failed |= self.is_interrupted();
        self.phase = Phase::Riding;
    }

    /// Whether the last message was told from what follows it by its length.
    pub(in crate::smtp) fn is_by_length(&self) -> bool {
        self.delimiter == Delimiter::Length
    }

    /// Writes octets of the message, dot-stuffed where a dot would end it.
    pub(in crate::smtp) fn write_content(&mut self, octets: &[u8]) -> Result<(), Stopped> {
        if self.delimiter == Delimiter::Length {
            return self.write_block(octets);
        }
        let mut stuffing = self.stuffing;
        let written = stuffing.stuff(octets, |octets| self.write_block(octets));
        self.stuffing = stuffing;
        written
    }

    /// Whole blocks are written from where they are, if nothing waits before them. The time for a
    /// block of the message is not that for a message which comes as one block.
    fn write_block(&mut self, mut octets: &[u8]) -> Result<(), Stopped> {
        while !octets.is_empty() {
            let room = COALESCED_MAX - self.outgoing.len().min(COALESCED_MAX);
            let (block, rest) = octets.split_at(octets.len().min(room));
            octets = rest;
            self.queued += block.len() as u64;
            let sent = if self.outgoing.is_empty() && block.len() == COALESCED_MAX {
                self.send(block)
            } else {
                self.outgoing.extend_from_slice(block);
                if self.outgoing.len() >= COALESCED_MAX { self.flush() } else { Ok(()) }
            };
            self.trouble = sent.err();
            if self.write_failed {
                return Err(Stopped);
            }
        }
        Ok(())
    }

    /// Queues the end of the data and the trailer; the outcome is in doubt before they leave.
    pub(in crate::smtp) fn end_content(&mut self) {
        let end: &[u8] = match self.delimiter {
            Delimiter::Dot => b"\r\n.\r\n",
            Delimiter::Length => b"\r\n",
        };
        self.outgoing.extend_from_slice(end);
        self.queued += end.len() as u64;
        self.end_data();
    }

    /// Back to commands once the end of the data is answered.
    pub(in crate::smtp) fn end_body(&mut self) {
        self.phase = Phase::Commands;
    }

    /// Whether the server may have got the whole message.
    pub(in crate::smtp) fn end_of_data_written(&self) -> bool {
        self.end_of_data.is_some_and(|end| self.accepted >= end)
    }

    /// The next message is answered more than once, so that one refusal leaves it in doubt.
    pub(in crate::smtp) fn expect_many_answers(&mut self) {
        self.many_answers = true;
    }

    /// All answers have come; whether none of them leaves anything in doubt or accepted.
    pub(in crate::smtp) fn end_many_answers(&mut self, all_refused: bool) {
        self.many_answers = false;
        if all_refused {
            self.watch.in_doubt.store(self.doubted_before, Ordering::SeqCst);
        }
    }

    /// Whether QUIT went out behind the end of the data.
    pub(super) fn quit_is_out(&self) -> bool {
        self.end_of_data.is_some() && self.trailer == QUIT
    }

    /// The message of a `Riding` was not taken, whatever else is not known.
    pub(in crate::smtp) fn leave_no_doubt(&self) {
        self.watch.in_doubt.store(self.doubted_before, Ordering::SeqCst);
    }

    /// Waits for whatever the server still says up to its farewell, and tells whether all of it is
    /// said by a server that took the message, or else by one that did not.
    pub(in crate::smtp) fn ends_as(&mut self, taken: bool, patience: Duration) -> bool {
        self.say_quit();
        let end = Instant::now() + patience;
        let mut agrees = true;
        while !self.left {
            self.patience = end.saturating_duration_since(Instant::now());
            self.left = match self.receive() {
                Ok(reply) => {
                    agrees &= reply.code == 221 || (reply.code / 100 == 2) == taken;
                    reply.code == 221
                }
                Err(_) => true,
            };
        }
        agrees
    }

    /// All of the message is queued: so is the trailer, and the outcome is in doubt from now on.
    fn end_data(&mut self) {
        self.end_of_data = Some(self.queued);
        self.outgoing.extend_from_slice(self.trailer.as_bytes());
        self.queued += self.trailer.len() as u64;
        self.trailer.lines().for_each(|line| (self.watch.observer)(Line::Client(line)));
        self.doubted_before = self.watch.in_doubt.swap(true, Ordering::SeqCst);
    }

    /// Whether the server has spoken or closed before the end of the message.
    pub(super) fn is_interrupted(&mut self) -> bool {
        self.phase == Phase::Body
            && (!self.framer.unread().is_empty() || self.transport.has_words())
    }

    /// Only a message can be stopped by what the server says.
    pub(super) fn heed(&self) -> Heed {
        if self.phase == Phase::Body { Heed::Words } else { Heed::Nothing }
    }

    /// What was refused is in no doubt; what was accepted must not be sent again either.
    pub(super) fn settle_doubt(&self, reply: Option<&RawReply>) {
        let refused = !self.many_answers && reply.is_some_and(|reply| reply.code >= 400);
        if self.phase == Phase::Body && (refused || !self.end_of_data_written()) {
            self.watch.in_doubt.store(self.doubted_before, Ordering::SeqCst);
        }
    }
}
