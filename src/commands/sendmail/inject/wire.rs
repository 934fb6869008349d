//! The octets of a session: lines and messages in, replies out. Replies are held back while a
//! further line is at hand, so that a pipelined group gets its replies in one write.

use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::Path;

use crate::commands::held::Held;
use crate::model::{Source, reason};
use crate::sandbox::{LineEnd, Unstuffing};

/// Octets of a line with its end. The longest are a path of 256 (RFC 5321 §4.5.3.1.3), in UTF-8 or
/// not, and parameters.
const LONGEST_LINE: usize = 2048;
/// Octets read at a time; more than a line may have.
const INPUT: usize = 1 << 16;
/// Octets of replies that are held back at most.
const OUTPUT: usize = 1 << 15;

/// What the client said.
pub(super) enum Line<'a> {
    /// A line without its end.
    Whole(&'a str),
    /// One that is none, and the reply.
    Unfit(&'static str),
    /// It is gone.
    End,
}

/// What became of a message.
pub(super) enum Content {
    Whole(Source),
    TooLarge,
    /// For this reason there was no place for it.
    NotHeld(String),
}

pub(super) struct Wire<'a> {
    input: &'a mut dyn Read,
    output: &'a mut dyn Write,
    /// Which octets of the buffer are not yet read.
    waiting: Range<usize>,
    buffer: Vec<u8>,
    replies: String,
    /// As the first line had it.
    line_end: Option<LineEnd>,
}

impl<'a> Wire<'a> {
    pub(super) fn new(input: &'a mut dyn Read, output: &'a mut dyn Write) -> Self {
        Self {
            input,
            output,
            waiting: 0..0,
            buffer: vec![0; INPUT],
            replies: String::new(),
            line_end: None,
        }
    }

    /// Says this, and ends its line.
    pub(super) fn reply(&mut self, reply: &str) -> io::Result<()> {
        self.replies.push_str(reply);
        self.replies.push_str("\r\n");
        if self.replies.len() > OUTPUT { self.flush() } else { Ok(()) }
    }

    /// Writes what is held back.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let replies = std::mem::take(&mut self.replies);
        self.output.write_all(replies.as_bytes())?;
        self.output.flush()
    }

    /// The next line.
    pub(super) fn line(&mut self) -> io::Result<Line<'_>> {
        let (line, overlong) = loop {
            let waiting = &self.buffer[self.waiting.clone()];
            if let Some(end) = memchr::memchr(b'\n', waiting) {
                let start = self.waiting.start;
                self.waiting.start += end + 1;
                break (start..start + end, end >= LONGEST_LINE);
            }
            // Of a line that is too long the last octets say so too.
            if waiting.len() > LONGEST_LINE {
                self.waiting.start = self.waiting.end - LONGEST_LINE;
            }
            if !self.arrival()? {
                return Ok(Line::End);
            }
        };
        let line = &self.buffer[line];
        let (line, line_end) = match line {
            [line @ .., b'\r'] => (line, LineEnd::CrLf),
            line => (line, LineEnd::Lf),
        };
        let first = *self.line_end.get_or_insert(line_end);
        Ok(match std::str::from_utf8(line) {
            _ if overlong => Line::Unfit("500 5.5.2 Line too long"),
            _ if first == LineEnd::CrLf && line_end == LineEnd::Lf => {
                Line::Unfit("500 5.5.2 A line must end as the first one did, with CRLF")
            }
            Err(_) => Line::Unfit("500 5.5.2 A line must be UTF-8"),
            Ok(line) if line.contains(['\0', '\r']) => Line::Unfit("500 5.5.2 Stray CR or NUL"),
            Ok(line) => Line::Whole(line),
        })
    }

    /// The message up to the dot.
    pub(super) fn content(&mut self, most: Option<u64>) -> io::Result<Content> {
        let mut message =
            Message { held: Ok(Held::new()), size: 0, most: most.unwrap_or(u64::MAX) };
        self.data(&mut message)?;
        Ok(message.finish())
    }

    /// Reads up to the dot.
    pub(super) fn discard(&mut self) -> io::Result<()> {
        self.data(&mut io::sink())
    }

    fn data(&mut self, sink: &mut impl Write) -> io::Result<()> {
        let mut unstuffing = Unstuffing::new(self.line_end.unwrap_or(LineEnd::CrLf));
        loop {
            let waiting = &self.buffer[self.waiting.clone()];
            let end = unstuffing.feed(waiting, sink)?;
            self.waiting.start += end.unwrap_or(waiting.len());
            if end.is_some() {
                return Ok(());
            }
            if !self.arrival()? {
                let words = "the input ended in the middle of a message: nothing of it was sent";
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, words));
            }
        }
    }

    /// Writes what is held back and waits for octets; false when there are no more.
    fn arrival(&mut self) -> io::Result<bool> {
        self.flush()?;
        self.buffer.copy_within(self.waiting.clone(), 0);
        self.waiting = 0..self.waiting.len();
        loop {
            match self.input.read(&mut self.buffer[self.waiting.end..]) {
                Ok(count) => {
                    self.waiting.end += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// A message that is on its way. Takes all that comes, and holds it as long as that can be done.
struct Message {
    held: io::Result<Held>,
    size: u64,
    most: u64,
}

impl Message {
    fn hold(&mut self, octets: &[u8]) {
        if let Ok(held) = &mut self.held
            && let Err(error) = held.write_all(octets)
        {
            self.held = Err(error);
        }
    }

    fn finish(self) -> Content {
        if self.size > self.most {
            return Content::TooLarge;
        }
        match self.held.and_then(|held| held.finish(Path::new("stdin"))) {
            Ok(message) => Content::Whole(message),
            Err(error) => Content::NotHeld(reason(&error).to_string()),
        }
    }
}

impl Write for Message {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.size += octets.len() as u64;
        if self.size <= self.most {
            self.hold(octets);
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_message_that_is_too_large_no_more_is_held() {
        let mut message = Message { held: Ok(Held::new()), size: 0, most: 5 };
        for _ in 0..1000 {
            message.write_all(b"1234").unwrap();
        }
        assert_eq!(message.size, 4000);
        assert_eq!(message.held.unwrap().finish(Path::new("stdin")).unwrap().length(), 4);
    }
}
