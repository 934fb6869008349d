//! The octets after DATA back to the message: finds its end and takes the stuffed dots out
//! (RFC 5321 §4.5.2), chunk by chunk.
//!
//! Where lines end with CRLF only CRLF.CRLF ends it; around a bare CR or LF a dot means nothing.

use std::io::{self, BufRead as _, Write};

/// Where the reading stands, between any two chunks.
#[derive(Debug)]
pub struct Unstuffing {
    line_end: LineEnd,
    place: Place,
}

/// What ends a line, and so the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// As SMTP has it.
    CrLf,
    /// LF, with or without a CR before it; only a dot with a bare LF behind it ends the data.
    Lf,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    LineStart,
    /// Behind a dot at the start of a line; the dot is not written.
    Dot,
    /// Behind a dot at the start of a line and CR, neither written.
    DotCr,
    InsideLine,
    /// Behind a CR, which is written.
    Cr,
}

impl Unstuffing {
    /// At the start of the data.
    pub fn new(line_end: LineEnd) -> Self {
        Self { line_end, place: Place::default() }
    }

    /// Writes the message's octets of this chunk to `sink`. Answers how many octets of the chunk
    /// belong to the data when its end is among them.
    pub fn feed(&mut self, chunk: &[u8], sink: &mut impl Write) -> io::Result<Option<usize>> {
        let mut written = 0;
        let mut index = 0;
        while let Some(octet) = chunk.get(index) {
            match (self.place, octet) {
                (Place::LineStart, b'.') => {
                    sink.write_all(&chunk[written..index])?;
                    self.place = Place::Dot;
                    index += 1;
                    written = index;
                }
                (Place::Dot, b'\n') if self.line_end == LineEnd::Lf => return Ok(Some(index + 1)),
                (Place::Dot, b'\r') if self.line_end == LineEnd::CrLf => {
                    self.place = Place::DotCr;
                    index += 1;
                    written = index;
                }
                (Place::DotCr, b'\n') => return Ok(Some(index + 1)),
                // Neither ends the message; the octet itself is ordinary and still to be read.
                (Place::Dot, _) => self.place = Place::InsideLine,
                (Place::DotCr, _) => {
                    sink.write_all(b"\r")?;
                    self.place = Place::Cr;
                }
                _ => {
                    let run = &chunk[index..][..until_dot(&chunk[index..])?];
                    self.place = self.place.after(run, self.line_end);
                    index += run.len();
                }
            }
        }
        sink.write_all(&chunk[written..])?;
        Ok(None)
    }
}

impl Place {
    /// Where one stands behind octets of which only the first may be a dot.
    fn after(self, run: &[u8], line_end: LineEnd) -> Self {
        match run {
            [.., b'\n'] if line_end == LineEnd::Lf => Self::LineStart,
            [.., b'\r', b'\n'] => Self::LineStart,
            [b'\n'] if self == Self::Cr => Self::LineStart,
            [.., b'\r'] => Self::Cr,
            _ => Self::InsideLine,
        }
    }
}

/// How far it is from the second octet to the next dot, the first octet counted: only dots can
/// mean anything, and encoded attachments have none.
fn until_dot(octets: &[u8]) -> io::Result<usize> {
    let mut rest = &octets[1..];
    let skipped = rest.skip_until(b'.')?;
    Ok(if skipped > 0 && octets[skipped] == b'.' { skipped } else { skipped + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message in these octets, and how many of them are data; chunks of every size agree.
    fn unstuff(octets: &[u8]) -> Option<(String, usize)> {
        unstuff_lines(octets, LineEnd::CrLf)
    }

    fn unstuff_lines(octets: &[u8], line_end: LineEnd) -> Option<(String, usize)> {
        let results: Vec<_> = (1..=octets.len())
            .map(|size| {
                let mut unstuffing = Unstuffing::new(line_end);
                let mut message = Vec::new();
                let mut before = 0;
                for chunk in octets.chunks(size) {
                    if let Some(used) = unstuffing.feed(chunk, &mut message).unwrap() {
                        return Some((String::from_utf8(message).unwrap(), before + used));
                    }
                    before += chunk.len();
                }
                None
            })
            .collect();
        assert!(results.iter().all(|result| *result == results[0]), "{results:?}");
        results[0].clone()
    }

    fn message(octets: &str) -> String {
        unstuff(octets.as_bytes()).expect("it does not end").0
    }

    #[test]
    fn a_stuffed_dot_is_taken_out() {
        assert_eq!(message("..a\r\n.b\r\n...\r\n.\r\n"), ".a\r\nb\r\n..\r\n");
    }

    #[test]
    fn an_empty_message_ends_at_once() {
        assert_eq!(unstuff(b".\r\n"), Some((String::new(), 3)));
    }

    #[test]
    fn what_follows_the_end_is_left_alone() {
        assert_eq!(unstuff(b"a\r\n.\r\nQUIT\r\n"), Some(("a\r\n".to_owned(), 6)));
    }

    #[test]
    fn only_crlf_dot_crlf_is_the_end() {
        assert_eq!(message("a\n.\r\nb\r\n.\r\n"), "a\n.\r\nb\r\n");
        assert_eq!(message("a\n.\nb\r\n.\r\n"), "a\n.\nb\r\n");
        assert_eq!(message("a\r.\r\nb\r\n.\r\n"), "a\r.\r\nb\r\n");
        assert_eq!(message("a\r\n.\nb\r\n.\r\n"), "a\r\n\nb\r\n");
        assert_eq!(message("a\r\n.\rb\r\n.\r\n"), "a\r\n\rb\r\n");
        assert_eq!(message("a\r\n.\r\r\n.\r\n"), "a\r\n\r\r\n");
        assert_eq!(message("a\r\r\n.\r\n"), "a\r\r\n");
    }

    #[test]
    fn an_unfinished_end_is_no_end() {
        for octets in ["a", "a\r\n", "a\r\n.", "a\r\n.\r", "\n.\r\n"] {
            assert_eq!(unstuff(octets.as_bytes()), None, "{octets:?}");
        }
    }
    #[test]
    fn where_lines_end_with_lf_only_lf_dot_lf_is_the_end() {
        let message = |octets: &str| unstuff_lines(octets.as_bytes(), LineEnd::Lf);
        let whole = |text: &str, used| Some((text.to_owned(), used));
        assert_eq!(message("..a\n.b\n.\nQUIT\n"), whole(".a\nb\n", 9));
        assert_eq!(message("a\r\n.\n"), whole("a\r\n", 5));
        assert_eq!(message("a\n.\r\nb\n.\n"), whole("a\n\r\nb\n", 9));
        assert_eq!(message("a\r.\nb\n.\n"), whole("a\r.\nb\n", 8));
        assert_eq!(message("a\n.\r\n"), None);
    }
}
