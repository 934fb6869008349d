//! The message on the wire: up to where it was written, what rides behind its end, whether the
//! server spoke before that, and since when it is in doubt.

use std::sync::atomic::Ordering;

use super::{COALESCED_MAX, Line, Phase, RawReply, Wire};
use crate::smtp::stuffing::Stuffing;
use crate::smtp::transport::Heed;

/// The server takes no more of the message, or has spoken before its end.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::smtp) struct Stopped;

impl Wire {
    /// Tells how many octets of the message are written.
    pub(in crate::smtp) fn progress(&self, octets: u64) {
        (self.watch.progress)(octets);
    }

    /// Queues what rides behind the end of the data.
    pub(in crate::smtp) fn begin_body(&mut self, trailer: &'static [u8]) {
        self.phase = Phase::Body;
        self.trailer = trailer;
        self.end_of_data = None;
        self.stuffing = Stuffing::LineStart;
    }

    /// Writes octets of the message, dot-stuffed.
    pub(in crate::smtp) fn write_content(&mut self, octets: &[u8]) -> Result<(), Stopped> {
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
        let end = b"\r\n.\r\n";
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

    /// Whether QUIT went out behind the end of the data.
    pub(super) fn quit_is_out(&self) -> bool {
        self.end_of_data.is_some() && !self.trailer.is_empty()
    }

    /// All of the message is queued: so is the trailer, and the outcome is in doubt from now on.
    fn end_data(&mut self) {
        self.end_of_data = Some(self.queued);
        self.outgoing.extend_from_slice(self.trailer);
        self.queued += self.trailer.len() as u64;
        let trailer = String::from_utf8_lossy(self.trailer);
        trailer.lines().for_each(|line| (self.watch.observer)(Line::Client(line)));
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
        let refused = reply.is_some_and(|reply| reply.code >= 400);
        if self.phase == Phase::Body && (refused || !self.end_of_data_written()) {
            self.watch.in_doubt.store(self.doubted_before, Ordering::SeqCst);
        }
    }
}
