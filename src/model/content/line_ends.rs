//! Line ends as they go over the wire: whatever ends a line becomes CRLF (RFC 5321 §2.3.8).

use memchr::memchr2;

/// Makes every CRLF, bare CR and bare LF one CRLF; what is given may be cut anywhere.
#[derive(Debug, Default)]
pub(super) struct LineEnds {
    after_cr: bool,
    /// Octets of the line so far.
    line: u64,
    longest: u64,
}

impl LineEnds {
    /// Appends these octets to what came before.
    pub(super) fn append(&mut self, mut input: &[u8], output: &mut Vec<u8>) {
        output.reserve(input.len() + input.len() / 32);
        while let [first, rest @ ..] = input {
            if self.after_cr && *first == b'\n' {
                input = rest;
            }
            self.after_cr = false;
            let Some(end) = memchr2(b'\r', b'\n', input) else {
                output.extend_from_slice(input);
                self.line += input.len() as u64;
                return;
            };
            output.extend_from_slice(&input[..end]);
            output.extend_from_slice(b"\r\n");
            self.after_cr = input[end] == b'\r';
            self.longest = self.longest_line_with(end as u64);
            self.line = 0;
            input = &input[end + 1..];
        }
    }

    /// Octets of the longest line so far, without its CRLF.
    pub(super) fn longest_line(&self) -> u64 {
        self.longest_line_with(0)
    }

    fn longest_line_with(&self, more: u64) -> u64 {
        self.longest.max(self.line + more)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn made(chunks: &[&[u8]]) -> (Vec<u8>, u64) {
        let (mut line_ends, mut output) = (LineEnds::default(), Vec::new());
        chunks.iter().for_each(|chunk| line_ends.append(chunk, &mut output));
        (output, line_ends.longest_line())
    }

    #[test]
    fn every_line_end_becomes_one_crlf() {
        for (input, expected) in [
            ("a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd"),
            ("\n\n\r\r\r\n\n", "\r\n\r\n\r\n\r\n\r\n\r\n"),
            ("a\n.\nb\r.\r\n.\n", "a\r\n.\r\nb\r\n.\r\n.\r\n"),
            ("", ""),
        ] {
            assert_eq!(made(&[input.as_bytes()]).0, expected.as_bytes(), "{input:?}");
        }
    }

    #[test]
    fn the_longest_line_is_known_without_its_end() {
        for (input, longest) in [("", 0), ("abc", 3), ("abc\nde\r\nf", 3), ("a\r\nbcde", 4)] {
            assert_eq!(made(&[input.as_bytes()]).1, longest, "{input:?}");
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_the_octets_are_cut(
            octets in prop::collection::vec(prop::sample::select(b"\r\n.a".to_vec()), 0..40),
            first in 0..40_usize,
            second in 0..40_usize,
        ) {
            let first = first.min(octets.len());
            let second = second.clamp(first, octets.len().max(first));
            let cut = [&octets[..first], &octets[first..second], &octets[second..]];
            prop_assert_eq!(made(&cut), made(&[&octets]));
            let whole = made(&[&octets]).0;
            prop_assert_eq!(made(&[&whole]).0, whole);
        }
    }
}
