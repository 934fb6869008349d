//! A message that becomes a part of another (message/rfc822, RFC 2046 §5.2.1). Such a part may not
//! be encoded, so it must be 7bit (RFC 2045 §2.7) once its line ends are CRLF.
//!
//! Pure, and chunk by chunk: messages can be large.

/// Octets of a line without its CRLF (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 998;

/// Reads a message and gives it with CRLF line ends.
#[derive(Debug)]
pub struct AttachedMessage {
    /// Octets of the line so far.
    line: usize,
    behind_cr: bool,
    start: Start,
    has_body: bool,
    fault: Option<AttachedMessageError>,
}

/// Why a file cannot go along as message/rfc822.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttachedMessageError {
    /// An octet past 127, or NUL.
    #[error("it is not all ASCII")]
    NotAscii,
    /// A line that no server needs to take.
    #[error("it has a line of more than 998 octets")]
    LongLine,
    /// No header section, or one that does not end: some readers look for its end in what follows.
    #[error("it does not start with header fields and an empty line")]
    NoHeader,
}

/// How far the first line says that this is a header section.
#[derive(Debug, PartialEq, Eq)]
enum Start {
    Nothing,
    Name,
    Space,
    Field,
}

impl Default for AttachedMessage {
    fn default() -> Self {
        Self { line: 0, behind_cr: false, start: Start::Nothing, has_body: false, fault: None }
    }
}

impl AttachedMessage {
    /// Takes a chunk, gives what becomes of it to `sink`, and stops at its first error. What is
    /// given is of no use once a fault was found.
    pub fn feed<E>(
        &mut self,
        chunk: &[u8],
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut given = 0;
        for (place, octet) in chunk.iter().enumerate() {
            match octet {
                b'\n' if std::mem::take(&mut self.behind_cr) => given = place + 1,
                b'\r' | b'\n' => {
                    sink(&chunk[given..place])?;
                    sink(b"\r\n")?;
                    given = place + 1;
                    self.behind_cr = *octet == b'\r';
                    self.end_line();
                }
                octet => {
                    self.behind_cr = false;
                    self.take(*octet);
                }
            }
        }
        sink(&chunk[given..])
    }

    /// Whether all that was fed so far may be a part.
    pub fn check(&self) -> Result<(), AttachedMessageError> {
        match self.fault {
            Some(fault) => Err(fault),
            None if !self.has_body => Err(AttachedMessageError::NoHeader),
            None => Ok(()),
        }
    }

    /// What is wrong already.
    pub fn fault(&self) -> Option<AttachedMessageError> {
        self.fault
    }

    fn take(&mut self, octet: u8) {
        self.line += 1;
        if octet == 0 || !octet.is_ascii() {
            self.fail(AttachedMessageError::NotAscii);
        } else if self.line > LONGEST_LINE {
            self.fail(AttachedMessageError::LongLine);
        }
        // ftext, white space and a colon (RFC 5322 §2.2, §4.5).
        self.start = match (&self.start, octet) {
            (Start::Field, _) | (Start::Name | Start::Space, b':') => Start::Field,
            (Start::Name, b' ' | b'\t') | (Start::Space, b' ' | b'\t') => Start::Space,
            (Start::Nothing | Start::Name, octet) if octet.is_ascii_graphic() && octet != b':' => {
                Start::Name
            }
            _ => return self.fail(AttachedMessageError::NoHeader),
        };
    }

    fn end_line(&mut self) {
        self.has_body |= self.line == 0;
        self.line = 0;
        if self.start != Start::Field {
            self.fail(AttachedMessageError::NoHeader);
        }
    }

    fn fail(&mut self, fault: AttachedMessageError) {
        self.fault.get_or_insert(fault);
    }
}

/// Whether octets can be such a part as they are.
pub(super) fn is_canonical(octets: &[u8]) -> bool {
    let mut message = AttachedMessage::default();
    let mut rest = octets;
    let same: Result<(), ()> = message.feed(octets, |given| {
        rest = rest.strip_prefix(given).ok_or(())?;
        Ok(())
    });
    same.is_ok() && rest.is_empty() && message.check().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chunks of every size agree.
    fn read(octets: &[u8]) -> Result<String, AttachedMessageError> {
        let of_size = |size: usize| {
            let (mut message, mut given) = (AttachedMessage::default(), Vec::new());
            for chunk in octets.chunks(size) {
                let fed: Result<(), ()> = message.feed(chunk, |octets| {
                    given.extend_from_slice(octets);
                    Ok(())
                });
                fed.unwrap();
            }
            message.check().map(|()| String::from_utf8(given).unwrap())
        };
        let whole = of_size(octets.len().max(1));
        assert!((1..octets.len().min(30)).all(|size| of_size(size) == whole));
        whole
    }

    #[test]
    fn line_ends_become_crlf_and_the_rest_stays() {
        assert_eq!(read(b"A: b\n\n.\rc\r\nd").unwrap(), "A: b\r\n\r\n.\r\nc\r\nd");
        assert_eq!(read(b"A: b\r\r\n\n").unwrap(), "A: b\r\n\r\n\r\n");
        assert_eq!(read(b"A : b\n\n").unwrap(), "A : b\r\n\r\n");
    }

    #[test]
    fn what_is_not_7bit_is_told() {
        assert_eq!(read("A: é".as_bytes()), Err(AttachedMessageError::NotAscii));
        assert_eq!(read(b"A: \0"), Err(AttachedMessageError::NotAscii));
        let line = |length: usize| format!("A: b\n\n{}\n", "x".repeat(length));
        assert!(read(line(998).as_bytes()).is_ok());
        assert_eq!(read(line(999).as_bytes()), Err(AttachedMessageError::LongLine));
    }

    #[test]
    fn what_has_no_header_is_told() {
        for text in [
            "",
            "hello\n\n",
            "\nA: b\n\n",
            "a b: c\n\n",
            "From me@x.test Sun\nA: b\n\n",
            ": b\n\n",
            "A: b\n",
        ] {
            assert_eq!(read(text.as_bytes()), Err(AttachedMessageError::NoHeader), "{text:?}");
        }
    }

    #[test]
    fn only_crlf_is_canonical() {
        assert!(is_canonical(b"A: b\r\n\r\nc\r\n") && is_canonical(b"A: b\r\n\r\nc"));
        for octets in
            ["A: b\n", "A: b\r\n\r\nc\r", "A: b\r\n\r\nc\nd", "A: b\r\r\n", "hello\r\n\r\n"]
        {
            assert!(!is_canonical(octets.as_bytes()), "{octets:?}");
        }
    }
}
