//! The lines of a message that was written by somebody else, one at a time, with their places in
//! it: whatever ends a line ends it here as it does in the message that goes out.

use std::ops::Range;

use memchr::memchr2;

use crate::model::{ContentError, Source};

/// Octets that are read at a time.
const CHUNK: usize = 1 << 16;

/// Reads a range of a source.
pub(super) struct Lines<'a> {
    source: &'a Source,
    /// Where the buffer ends.
    read: u64,
    end: u64,
    buffer: Vec<u8>,
    taken: usize,
    line: Vec<u8>,
    /// Octets of a line that are kept.
    most: usize,
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Where it begins.
    pub(super) start: u64,
    /// Where what ends it begins.
    pub(super) end: u64,
    /// Where the next one begins.
    pub(super) next: u64,
    /// Its octets, as many as were wanted, without what ends it.
    pub(super) octets: &'a [u8],
    /// It has octets above 127.
    pub(super) eight_bit: bool,
    /// A CR ends it, without LF.
    pub(super) bare_cr: bool,
}

impl<'a> Lines<'a> {
    /// Of each line `most` octets are kept.
    pub(super) fn new(source: &'a Source, range: Range<u64>, most: usize) -> Self {
        Self {
            source,
            read: range.start,
            end: range.end,
            buffer: Vec::new(),
            taken: 0,
            line: Vec::new(),
            most,
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, ContentError> {
        self.line.clear();
        let start = self.place();
        let mut eight_bit = false;
        loop {
            if self.is_used_up()? {
                let end = self.place();
                let octets = &self.line;
                let line = Line { start, end, next: end, octets, eight_bit, bare_cr: false };
                return Ok((start < end).then_some(line));
            }
            let rest = &self.buffer[self.taken..];
            let found = memchr2(b'\r', b'\n', rest);
            let text = &rest[..found.unwrap_or(rest.len())];
            eight_bit |= !text.is_ascii();
            let room = self.most.saturating_sub(self.line.len());
            self.line.extend_from_slice(&text[..text.len().min(room)]);
            self.taken += text.len();
            if found.is_none() {
                continue;
            }
            let end = self.place();
            let mut bare_cr = self.buffer[self.taken] == b'\r';
            self.taken += 1;
            if bare_cr && !self.is_used_up()? && self.buffer[self.taken] == b'\n' {
                self.taken += 1;
                bare_cr = false;
            }
            let next = self.place();
            return Ok(Some(Line { start, end, next, octets: &self.line, eight_bit, bare_cr }));
        }
    }

    fn place(&self) -> u64 {
        self.read - (self.buffer.len() - self.taken) as u64
    }

    /// Whether nothing is left; reads on where the buffer is at its end.
    fn is_used_up(&mut self) -> Result<bool, ContentError> {
        if self.taken == self.buffer.len() {
            self.buffer.resize((self.end - self.read).min(CHUNK as u64) as usize, 0);
            let filled = self.source.read_at(self.read, &mut self.buffer)?;
            self.buffer.truncate(filled);
            self.read += filled as u64;
            self.taken = 0;
        }
        Ok(self.buffer.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_know_their_places_whatever_ends_them() {
        let source = Source::Memory("-ab\r\n\ncé\rd".as_bytes().to_vec());
        let mut lines = Lines::new(&source, 1..source.length(), 10);
        let mut seen = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let Line { start, end, next, octets, eight_bit, bare_cr } = line;
            let text = String::from_utf8(octets.to_vec()).unwrap();
            seen.push((start, end, next, text, eight_bit, bare_cr));
        }
        let expected = [
            (1, 3, 5, "ab", false, false),
            (5, 5, 6, "", false, false),
            (6, 9, 10, "cé", true, true),
            (10, 11, 11, "d", false, false),
        ];
        let expected =
            expected.map(|(a, b, c, text, bits, cr)| (a, b, c, text.to_owned(), bits, cr));
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_line_end_may_lie_across_two_reads() {
        for before in [CHUNK - 2, CHUNK - 1, CHUNK] {
            let text = format!("{}\r\nb\n", "a".repeat(before));
            let source = Source::Memory(text.into_bytes());
            let mut lines = Lines::new(&source, 0..source.length(), 3);
            let first = lines.next().unwrap().unwrap();
            let before = before as u64;
            assert_eq!((first.end, first.next, first.octets), (before, before + 2, &b"aaa"[..]));
            assert_eq!(lines.next().unwrap().unwrap().octets, b"b");
            assert_eq!(lines.next().unwrap(), None);
        }
    }
}
