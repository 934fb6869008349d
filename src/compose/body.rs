//! Text as MIME parts that pass any server: CRLF line ends, no octet past 127, no line past 998.

use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body as EncodedBody, MultiPart, SinglePart};

use crate::model::Body;

/// Octets of a line without its CRLF (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 998;

/// A part of a message, with parts inside or not.
pub(super) enum Entity {
    Single(SinglePart),
    Multi(MultiPart),
}

impl Entity {
    /// Content fields, an empty line, the content, and a CRLF behind its last line.
    pub(super) fn formatted(&self) -> Vec<u8> {
        match self {
            Self::Single(part) => part.formatted(),
            Self::Multi(parts) => parts.formatted(),
        }
    }
}

/// The text as one part or, in two forms, as alternatives. No boundary that begins with
/// `boundary_prefix` can occur in what they become.
pub(super) fn text_entity(body: &Body, boundary_prefix: &str) -> Entity {
    let plain = |text| text_part(ContentType::TEXT_PLAIN, text, boundary_prefix);
    let html = |text| text_part(ContentType::TEXT_HTML, text, boundary_prefix);
    match body {
        Body::Text(text) => Entity::Single(plain(text)),
        Body::Html(text) => Entity::Single(html(text)),
        Body::Alternative { text, html: markup } => Entity::Multi(
            MultiPart::alternative()
                .boundary(format!("{boundary_prefix}.alternative"))
                .singlepart(plain(text))
                .singlepart(html(markup)),
        ),
    }
}

fn text_part(content_type: ContentType, text: &str, boundary_prefix: &str) -> SinglePart {
    let octets = with_crlf(text);
    let encoding = match passes_unencoded(&octets) && !text.contains(boundary_prefix) {
        true => ContentTransferEncoding::SevenBit,
        false => shorter_encoding(&octets),
    };
    let part = SinglePart::builder().header(content_type).header(encoding);
    match encoding {
        // What lettre would check and change has been seen to.
        ContentTransferEncoding::SevenBit => {
            part.body(EncodedBody::dangerous_pre_encoded(octets, encoding))
        }
        _ => part.body(octets),
    }
}

/// The text with every line end, LF or CR alone as well, as CRLF.
fn with_crlf(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len() + text.len() / 32);
    let mut rest = text.as_bytes();
    while let Some(end) = rest.iter().position(|octet| matches!(octet, b'\r' | b'\n')) {
        octets.extend_from_slice(&rest[..end]);
        octets.extend_from_slice(b"\r\n");
        let length = if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = &rest[end + length..];
    }
    octets.extend_from_slice(rest);
    octets
}

/// Whether text with CRLF is 7bit (RFC 2045 §2.7).
fn passes_unencoded(octets: &[u8]) -> bool {
    octets.is_ascii()
        && !octets.contains(&0)
        && octets.split(|octet| *octet == b'\n').all(|line| line.len() <= LONGEST_LINE + 1)
}

fn shorter_encoding(octets: &[u8]) -> ContentTransferEncoding {
    let literal =
        |octet: &&u8| matches!(**octet, b' '..=b'~' | b'\t' | b'\r' | b'\n') && **octet != b'=';
    let as_is = octets.iter().filter(literal).count();
    let quoted_printable = as_is + 3 * (octets.len() - as_is);
    match quoted_printable <= octets.len().div_ceil(3) * 4 {
        true => ContentTransferEncoding::QuotedPrintable,
        false => ContentTransferEncoding::Base64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str) -> (String, String) {
        let part = text_part(ContentType::TEXT_PLAIN, text, "=_unique");
        let encoding = part.headers().get::<ContentTransferEncoding>().unwrap().to_string();
        (encoding, String::from_utf8(part.raw_body().to_vec()).unwrap())
    }

    fn is(encoding: &str, body: &str) -> (String, String) {
        (encoding.to_owned(), body.to_owned())
    }

    #[test]
    fn every_line_end_becomes_crlf() {
        assert_eq!(part("a\nb\r\nc\rd\n\n"), is("7bit", "a\r\nb\r\nc\r\nd\r\n\r\n"));
        assert_eq!(part("\r\r\n\n"), is("7bit", "\r\n\r\n\r\n"));
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
