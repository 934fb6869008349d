//! Dot-stuffing (RFC 5321 §4.5.2), chunk by chunk.

/// Where the message stands between two chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stuffing {
    /// At the start of a line.
    LineStart,
    /// Behind the CR of what may be a line end.
    Cr,
    /// Anywhere else.
    InsideLine,
}

impl Stuffing {
    /// Gives the chunk to `sink`, and a dot before every dot that starts a line; stops at its
    /// first error.
    pub(super) fn stuff<E>(
        &mut self,
        chunk: &[u8],
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut given = 0;
        // Encoded attachments, which are most of all octets, have no dots.
        if chunk.contains(&b'.') {
            for (place, _) in chunk.iter().enumerate().filter(|(_, octet)| **octet == b'.') {
                if self.behind(&chunk[..place]) == Self::LineStart {
                    sink(&chunk[given..place])?;
                    sink(b".")?;
                    given = place;
                }
            }
        }
        *self = self.behind(chunk);
        sink(&chunk[given..])
    }

    /// Where one stands behind these octets.
    fn behind(self, octets: &[u8]) -> Self {
        match octets {
            [] => self,
            [.., b'\r', b'\n'] => Self::LineStart,
            [b'\n'] if self == Self::Cr => Self::LineStart,
            [.., b'\r'] => Self::Cr,
            _ => Self::InsideLine,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chunks of every size agree.
    fn stuffed(message: &str) -> String {
        let of_size = |size: usize| {
            let (mut stuffing, mut stuffed) = (Stuffing::LineStart, Vec::new());
            for chunk in message.as_bytes().chunks(size) {
                let given: Result<(), ()> = stuffing.stuff(chunk, |octets| {
                    stuffed.extend_from_slice(octets);
                    Ok(())
                });
                given.unwrap();
            }
            String::from_utf8(stuffed).unwrap()
        };
        let whole = of_size(message.len());
        assert!((1..message.len()).all(|size| of_size(size) == whole));
        whole
    }

    #[test]
    fn a_dot_at_the_start_of_a_line_is_doubled() {
        assert_eq!(stuffed(".\r\n.a\r\n..b\r\nc.d\r\n\r\n."), "..\r\n..a\r\n...b\r\nc.d\r\n\r\n..");
    }

    #[test]
    fn a_dot_behind_a_bare_cr_or_lf_is_not() {
        assert_eq!(stuffed("a\n.b\r.c\r\r\n.d\n\r.e\n\n."), "a\n.b\r.c\r\r\n..d\n\r.e\n\n.");
    }

    #[test]
    fn what_sink_refuses_ends_it() {
        let mut calls = 0;
        let refused = Stuffing::LineStart.stuff(b".a\r\n.b", |_| {
            calls += 1;
            Err(())
        });
        assert_eq!((refused, calls), (Err(()), 1));
    }
}
