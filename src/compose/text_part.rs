//! One text as a MIME part that passes any server and loses nothing on the way: no octet past 127,
//! no line past 998, and nothing left as it is that somebody on the way is known to change.

use lettre::message::header::ContentTransferEncoding;
use lettre::message::{Body as EncodedBody, SinglePart};

use super::field::ContentTypeField;
use super::quoted_printable::{encoded_length, quoted_printable};

/// Octets of a line without its CRLF (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 998;

/// Text of this type, which says `charset=utf-8`. What begins with `boundary_prefix` cannot occur
/// in what it becomes.
pub(super) fn text_part(content_type: String, text: &str, boundary_prefix: &str) -> SinglePart {
    let octets = with_crlf(text);
    let part = SinglePart::builder().header(ContentTypeField(content_type));
    let ready = |octets, encoding| EncodedBody::dangerous_pre_encoded(octets, encoding);
    let passes = passes_unencoded(&octets) && !text.contains(boundary_prefix);
    if passes {
        let encoding = ContentTransferEncoding::SevenBit;
        part.header(encoding).body(ready(octets, encoding))
    } else if encoded_length(&octets) <= octets.len().div_ceil(3) * 4 {
        let encoding = ContentTransferEncoding::QuotedPrintable;
        part.header(encoding).body(ready(quoted_printable(&octets), encoding))
    } else {
        part.header(ContentTransferEncoding::Base64).body(octets)
    }
}

/// The text with its line ends as CRLF; a CR alone is no line end.
fn with_crlf(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len() + text.len() / 32);
    for line in text.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(line) => {
                let line = line.strip_suffix('\r').unwrap_or(line);
                octets.extend_from_slice(line.as_bytes());
                octets.extend_from_slice(b"\r\n");
            }
            None => octets.extend_from_slice(line.as_bytes()),
        }
    }
    octets
}

/// Whether text with CRLF is 7bit (RFC 2045 §2.7) and nobody will touch it.
fn passes_unencoded(octets: &[u8]) -> bool {
    octets.split(|octet| *octet == b'\n').all(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.len() <= LONGEST_LINE
            && line.iter().all(|octet| matches!(octet, b' '..=b'~' | b'\t'))
            && !line.ends_with(b" ")
            && !line.ends_with(b"\t")
            && !line.starts_with(b"From ")
            && line != b"."
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str) -> (String, String) {
        let part = text_part("text/plain; charset=utf-8".to_owned(), text, "=_unique");
        let encoding = part.headers().get::<ContentTransferEncoding>().unwrap().to_string();
        (encoding, String::from_utf8(part.raw_body().to_vec()).unwrap())
    }

    fn is(encoding: &str, body: &str) -> (String, String) {
        (encoding.to_owned(), body.to_owned())
    }

    #[test]
    fn every_line_end_becomes_crlf() {
        assert_eq!(part("a\nb\r\nc\n\n"), is("7bit", "a\r\nb\r\nc\r\n\r\n"));
        assert_eq!(part("\n"), is("7bit", "\r\n"));
        assert_eq!(part(""), is("7bit", ""));
    }

    #[test]
    fn a_cr_alone_is_kept() {
        assert_eq!(part("10%\r20%\r\n"), is("quoted-printable", "10%=0D20%\r\n"));
        assert_eq!(part("a\r\r\nb\r"), is("quoted-printable", "a=0D\r\nb=0D"));
    }

    #[test]
    fn ascii_goes_as_it_is_up_to_998_octets_a_line() {
        let longest = "a".repeat(998);
        assert_eq!(part(&format!("{longest}\n{longest}")).0, "7bit");
        let (encoding, body) = part(&format!("{longest}a\n"));
        assert_eq!(encoding, "quoted-printable");
        assert!(body.split("\r\n").all(|line| line.len() <= 76));
    }

    #[test]
    fn what_somebody_on_the_way_would_change_is_encoded() {
        for text in ["a \n", "a\t\n", "From me\n", "a\n.\nb", "a\x0cb", "a\x1b[0m", "a\x7f", " "] {
            assert_ne!(part(text).0, "7bit", "{text:?}");
        }
        for text in ["..\n", ".a\n", " From me\n", "From\n", ">From me\n", "a\tb\n"] {
            assert_eq!(part(text).0, "7bit", "{text:?}");
        }
    }

    #[test]
    fn mostly_ascii_is_quoted_printable_and_the_rest_base64() {
        assert_eq!(part("Café = coffee \n"), is("quoted-printable", "Caf=C3=A9 =3D coffee=20\r\n"));
        assert_eq!(part("你好\n"), is("base64", "5L2g5aW9DQo="));
    }

    #[test]
    fn nul_survives_encoded() {
        assert_eq!(
            part("a long line with \0 in it"),
            is("quoted-printable", "a long line with =00 in it")
        );
    }

    #[test]
    fn text_that_contains_the_boundary_is_encoded() {
        assert_eq!(part("--=_unique.mixed").0, "quoted-printable");
        assert!(!part("--=_unique.mixed").1.contains("=_unique"));
    }
}
