//! Whether a message may go out as a chunk (BDAT, RFC 3030): whatever a server makes of one that
//! it refuses, or does not know, nothing in it is a command.
//!
//! Some servers do not throw a refused chunk away, and those that only say that they know BDAT read
//! on behind its line.

use crate::model::{Content, ContentError};

/// Octets of the largest: beside more of them a flight is nothing.
const LARGEST: u64 = 64 * 1024;
/// Octets of the longest line, its end included (RFC 5321 §4.5.3.1.4): of a longer one a server may
/// take the rest for a line of its own.
const LONGEST_LINE: usize = 512;
/// Whatever servers understand as the start of a command.
const VERBS: [&[u8]; 42] = [
    b"HELO",
    b"EHLO",
    b"LHLO",
    b"MAIL",
    b"RCPT",
    b"DATA",
    b"BDAT",
    b"BURL",
    b"RSET",
    b"SEND",
    b"SOML",
    b"SAML",
    b"VRFY",
    b"VERB",
    b"EXPN",
    b"HELP",
    b"NOOP",
    b"QUIT",
    b"TURN",
    b"ETRN",
    b"ATRN",
    b"AUTH",
    b"STARTTLS",
    b"ONEX",
    b"DEBUG",
    b"TICK",
    b"WIZ",
    b"XCLI",
    b"XFOR",
    b"XEXC",
    b"XPRO",
    b"XSHA",
    b"XRDS",
    b"XANO",
    b"XSYS",
    b"XADR",
    b"XSTA",
    b"XGEN",
    b"XQUE",
    b"X-EXPS",
    b"X-LINK2",
    b"X-ANONYM",
];
const LONGEST_VERB: usize = 8;

/// Whether the message is small and no line of it starts as a command does.
pub(super) fn is_harmless(content: &Content) -> Result<bool, ContentError> {
    /// What ends the reading.
    enum End {
        Harm,
        Content(ContentError),
    }
    impl From<ContentError> for End {
        fn from(error: ContentError) -> Self {
            Self::Content(error)
        }
    }
    if content.length() > LARGEST {
        return Ok(false);
    }
    let mut line = Line::default();
    let read = content.try_for_each(|octets| match octets.iter().all(|octet| line.add(*octet)) {
        true => Ok(()),
        false => Err(End::Harm),
    });
    match read {
        Ok(()) => Ok(true),
        Err(End::Harm) => Ok(false),
        Err(End::Content(error)) => Err(error),
    }
}

/// A line as far as it came: how it starts, and how long it is.
#[derive(Default)]
struct Line {
    start: [u8; LONGEST_VERB],
    known: usize,
    length: usize,
}

impl Line {
    /// Takes an octet; whether the line is still harmless. CR and LF alone end lines too.
    fn add(&mut self, octet: u8) -> bool {
        if matches!(octet, b'\r' | b'\n') {
            *self = Self::default();
            return true;
        }
        self.length += 1;
        // What stands before a command is passed over by some.
        let before = self.known == 0 && (octet <= b' ' || octet >= 0x7f);
        if !before && self.known < LONGEST_VERB {
            self.start[self.known] = octet.to_ascii_uppercase();
            self.known += 1;
        }
        let start = &self.start[..self.known];
        self.length + 2 <= LONGEST_LINE && (before || !VERBS.contains(&start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Piece;

    fn harmless(text: &str) -> bool {
        let whole = vec![Piece::Octets(text.as_bytes().to_vec())];
        let octets = text.bytes().map(|octet| Piece::Octets(vec![octet])).collect();
        let [one, other] = [whole, octets].map(|it| is_harmless(&Content::new(it)).unwrap());
        assert_eq!(one, other);
        one
    }

    #[test]
    fn a_line_that_starts_as_a_command_does_is_harmful() {
        for line in ["MAIL FROM:<a@b.c>", "rcpt to:<a@b.c>", "Quit", "StartTLS", "DATA", "mailing"]
        {
            for before in ["", "hi\r\n", "hi\n", "hi\r", "\t ", "hi\r\n\0 ", "\u{feff}"] {
                assert!(!harmless(&format!("{before}{line}")), "{before:?}{line}");
            }
            assert!(harmless(&format!("I said {line}")), "{line}");
        }
    }

    #[test]
    fn what_we_compose_is_harmless() {
        let header = "Date: today\r\nFrom: a@b.c\r\nTo: d@e.f\r\nSubject: hi\r\nMessage-ID: <1>\r\n\
            MIME-Version: 1.0\r\nContent-Type: text/plain\r\nX-Mailer: x\r\n\r\nhello\r\n.";
        assert!(harmless(header));
    }

    #[test]
    fn a_line_that_is_no_line_of_a_command_is_harmful() {
        assert!(harmless(&"x".repeat(510)) && !harmless(&"x".repeat(511)));
        assert!(harmless(&format!("{0}\r\n{0}", "x".repeat(510))));
    }

    #[test]
    fn a_large_message_is_not_even_read() {
        let line = format!("{}\r\n", "x".repeat(62));
        assert!(harmless(&line.repeat(1023)) && !harmless(&line.repeat(1024)));
    }
}
