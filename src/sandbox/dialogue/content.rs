//! The message in a session: DATA (RFC 5321 §4.1.1.4) and BDAT (RFC 3030 §2).
//!
//! A chunk that cannot be taken is thrown away, unless the manner reads it as commands.

use super::super::manners::{EndOfData, Extension, RefusedChunk};
use super::{Content, Dialogue, Next, Place, Transaction, Turn};

impl Dialogue {
    /// The content came to its end. Of a message that was kept this answers what was said.
    pub(in super::super) fn content(&mut self, content: &Content) -> (Turn, Option<Transaction>) {
        let envelope = self.envelope.take().unwrap_or_default();
        let turn = match (content, self.manner.end_of_data) {
            (Content::Kept(_), EndOfData::Dropped) => {
                self.transcript.note("the connection is dropped");
                Turn { reply: Vec::new(), next: Next::Drop }
            }
            (Content::Kept(number), EndOfData::Answered) => {
                self.answer(&format!("250 2.0.0 Ok: queued as {number}"))
            }
            (Content::TooLarge, _) => self.answer("552 5.3.4 Message too large"),
            (Content::NotKept, _) => self.answer("452 4.3.1 No room for the message"),
        };
        let dialogue = self.transcript.end_transaction();
        let transaction = Transaction { envelope, login: self.login.clone(), dialogue };
        (turn, matches!(content, Content::Kept(_)).then_some(transaction))
    }

    /// A chunk that is not the last is there.
    pub(in super::super) fn chunk_taken(&mut self, size: u64) -> Turn {
        self.transcript.note(&format!("{size} octets"));
        self.answer(&format!("250 2.0.0 {size} octets received"))
    }

    /// DATA.
    pub(super) fn data(&mut self) -> Turn {
        match &self.envelope {
            None => self.answer("503 5.5.1 Send MAIL first"),
            Some(_) if self.chunked => self.answer("503 5.5.1 DATA and BDAT do not mix"),
            Some(envelope) if envelope.recipients.is_empty() => {
                self.answer("554 5.5.1 No valid recipients")
            }
            Some(_) => self.turn("354 End data with <CR><LF>.<CR><LF>", Next::Content),
        }
    }

    /// BDAT. The octets follow at once, whatever it is answered.
    pub(super) fn chunk(&mut self, size: u64, last: bool) -> Turn {
        if !self.manner.offers(Extension::Chunking) {
            return self.answer("502 5.5.1 Command not implemented");
        }
        let refusal = match &self.envelope {
            None => "503 5.5.1 Send MAIL first",
            Some(envelope) if envelope.recipients.is_empty() => "554 5.5.1 No valid recipients",
            Some(_) => {
                let place = Place { first: !self.chunked, last };
                self.chunked = true;
                return Turn { reply: Vec::new(), next: Next::Chunk { size, place } };
            }
        };
        let next = match self.manner.refused_chunk {
            RefusedChunk::Discarded => Next::RefusedChunk(size),
            RefusedChunk::ReadAsCommands => Next::Line,
        };
        self.turn(refusal, next)
    }
}
