//! The octets after DATA back to the message: finds its end and takes the stuffed dots out
//! (RFC 5321 §4.5.2), chunk by chunk.
//!
//! Only CRLF.CRLF ends it; around a bare CR or LF a dot means nothing.

use std::io::{self, BufRead as _, Write};

/// Where the reading stands, between any two chunks.
#[derive(Debug, Default)]
pub(super) struct Unstuffing {
    place: Place,
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
    /// Writes the message's octets of this chunk to `sink`. Answers how many octets of the chunk
    /// belong to the data when its end is among them.
    pub(super) fn feed(
        &mut self,
        chunk: &[u8],
        sink: &mut impl Write,
    ) -> io::Result<Option<usize>> {
        let mut written = 0;
        let mut index = 0;
        while index < chunk.len() {
            let octet = chunk[index];
            self.place = match (self.place, octet) {
                (Place::LineStart, b'.') => {
                    sink.write_all(&chunk[written..index])?;
                    written = index + 1;
                    Place::Dot
                }
                (Place::Dot, b'\r') => {
                    written = index + 1;
                    Place::DotCr
                }
                (Place::DotCr, b'\n') => return Ok(Some(index + 1)),
                (Place::DotCr, _) => {
                    sink.write_all(b"\r")?;
                    written = index;
                    // The octet behind the CR is looked at again as such.
                    self.place = Place::Cr;
                    continue;
                }
                (Place::Cr, b'\n') => Place::LineStart,
                (_, b'\r') => Place::Cr,
                _ => {
                    // On to the next CR at once: every octet before it is part of the line.
                    let mut rest = &chunk[index..];
                    let skipped = rest.skip_until(b'\r')?;
                    let found = chunk[index + skipped - 1] == b'\r';
                    index += skipped - 1;
                    if found { Place::Cr } else { Place::InsideLine }
                }
            };
            index += 1;
        }
        sink.write_all(&chunk[written..])?;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message in these octets, and how many of them are data; chunks of every size agree.
    fn unstuff(octets: &[u8]) -> Option<(String, usize)> {
        let results: Vec<_> = (1..=octets.len())
            .map(|size| {
                let mut unstuffing = Unstuffing::default();
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
}
