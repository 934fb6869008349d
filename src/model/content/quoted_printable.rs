//! Quoted-printable (RFC 2045 §6.7) of text that comes in chunks.

/// Octets of a line without the `=` of a soft line break.
const LONGEST_LINE: usize = 75;
const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// Encodes text whose line ends are CRLF.
#[derive(Debug, Default)]
pub(super) struct QuotedPrintable {
    column: usize,
    /// A space or tab: encoded only at the end of a line.
    held: Option<u8>,
}

impl QuotedPrintable {
    /// Encodes what comes next.
    pub(super) fn append(&mut self, input: &[u8], output: &mut Vec<u8>) {
        for &octet in input {
            match octet {
                b'\r' => {
                    self.finish(output);
                    output.extend_from_slice(b"\r\n");
                    self.column = 0;
                }
                b'\n' => {}
                b' ' | b'\t' => {
                    self.release(output);
                    self.held = Some(octet);
                }
                b'!'..=b'~' if octet != b'=' => {
                    self.release(output);
                    self.put(&[octet], output);
                }
                _ => {
                    self.release(output);
                    self.put(&escaped(octet), output);
                }
            }
        }
    }

    /// Encodes what was held back; nothing follows.
    pub(super) fn finish(&mut self, output: &mut Vec<u8>) {
        if let Some(held) = self.held.take() {
            self.put(&escaped(held), output);
        }
    }

    fn release(&mut self, output: &mut Vec<u8>) {
        if let Some(held) = self.held.take() {
            self.put(&[held], output);
        }
    }

    fn put(&mut self, octets: &[u8], output: &mut Vec<u8>) {
        if self.column + octets.len() > LONGEST_LINE {
            output.extend_from_slice(b"=\r\n");
            self.column = 0;
        }
        output.extend_from_slice(octets);
        self.column += octets.len();
    }
}

fn escaped(octet: u8) -> [u8; 3] {
    [b'=', DIGITS[usize::from(octet >> 4)], DIGITS[usize::from(octet & 15)]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> String {
        let (mut encoder, mut output) = (QuotedPrintable::default(), Vec::new());
        text.as_bytes().chunks(7).for_each(|chunk| encoder.append(chunk, &mut output));
        encoder.finish(&mut output);
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn what_is_not_plain_is_spelled_out() {
        assert_eq!(encoded("café = 1\r\n.\r\n"), "caf=C3=A9 =3D 1\r\n.\r\n");
        assert_eq!(encoded("a\0b\x7f"), "a=00b=7F");
    }

    #[test]
    fn blanks_at_the_end_of_a_line_are_spelled_out() {
        assert_eq!(encoded("a \t\r\n \r\nb  c "), "a =09\r\n=20\r\nb  c=20");
    }

    #[test]
    fn lines_are_at_most_76_long() {
        assert_eq!(encoded(&"x".repeat(76)), format!("{}=\r\nx", "x".repeat(75)));
        let umlauts = encoded(&"ü".repeat(100));
        assert!(umlauts.split("\r\n").all(|line| line.len() <= 76), "{umlauts}");
        assert_eq!(umlauts.replace("=\r\n", ""), "=C3=BC".repeat(100));
    }
}
