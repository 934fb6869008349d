//! What a Content-Type says about the structure of a message (RFC 2045 §5.1, RFC 2046 §5.1).

/// A media type in lower case, and the boundary of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ContentType {
    pub(super) essence: String,
    pub(super) boundary: Option<Vec<u8>>,
}

/// Reads the value of a field; what cannot be read is taken for something that has no parts.
pub(super) fn parse(value: &[u8]) -> ContentType {
    let (mut essence, _) = Scanner { rest: value }.until(b";");
    essence.retain(|octet| !octet.is_ascii_whitespace());
    let essence = String::from_utf8_lossy(&essence).to_ascii_lowercase();
    ContentType { essence, boundary: parameter(value, "boundary") }
}

/// The first parameter of this name that says something.
pub(super) fn parameter(value: &[u8], wanted: &str) -> Option<Vec<u8>> {
    let mut scanner = Scanner { rest: value };
    scanner.until(b";");
    while !scanner.rest.is_empty() {
        let (name, end) = scanner.until(b"=;");
        if end != Some(b'=') {
            continue;
        }
        let (value, _) = scanner.until(b";");
        let value = value.trim_ascii_end();
        if name.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()) && !value.is_empty() {
            return Some(value.to_vec());
        }
    }
    None
}

struct Scanner<'a> {
    rest: &'a [u8],
}

impl Scanner<'_> {
    /// What stands before the first of these octets, and which that is: quotes taken off, comments
    /// and the blanks before it left out.
    fn until(&mut self, ends: &[u8]) -> (Vec<u8>, Option<u8>) {
        let mut value = Vec::new();
        let (mut quoted, mut depth) = (false, 0_usize);
        let mut octets = self.rest.iter().copied().enumerate();
        while let Some((place, octet)) = octets.next() {
            match octet {
                b'\\' if quoted || depth > 0 => {
                    let escaped = octets.next().map(|(_, octet)| octet);
                    value.extend(escaped.filter(|_| depth == 0));
                }
                b'"' if depth == 0 => quoted = !quoted,
                b'(' if !quoted => depth += 1,
                b')' if !quoted && depth > 0 => depth -= 1,
                _ if depth > 0 => {}
                _ if !quoted && ends.contains(&octet) => {
                    self.rest = &self.rest[place + 1..];
                    return (value, Some(octet));
                }
                b' ' | b'\t' | b'\r' | b'\n' if !quoted && value.is_empty() => {}
                _ => value.push(octet),
            }
        }
        self.rest = &[];
        (value, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_and_boundary_are_found_however_they_are_written() {
        for (value, essence, boundary) in [
            ("text/plain", "text/plain", None),
            (" Text/HTML ; charset=\"a;boundary=b\"", "text/html", None),
            ("multipart/mixed; boundary=abc", "multipart/mixed", Some("abc")),
            (
                "multipart / mixed;\r\n\tBOUNDARY = \"a b\\\"c\" ; x=y",
                "multipart/mixed",
                Some("a b\"c"),
            ),
            (
                "multipart/mixed (a (b) ; c); (d) boundary=(e)abc (f)",
                "multipart/mixed",
                Some("abc"),
            ),
            (
                "multipart/mixed; boundary=\"=_a;b\"; type=\"text/html\"",
                "multipart/mixed",
                Some("=_a;b"),
            ),
            ("multipart/mixed; x; boundary=a=b", "multipart/mixed", Some("a=b")),
            ("multipart/mixed; boundary=\"\"", "multipart/mixed", None),
            ("", "", None),
        ] {
            let boundary = boundary.map(|text| text.as_bytes().to_vec());
            let expected = ContentType { essence: essence.to_owned(), boundary };
            assert_eq!(parse(value.as_bytes()), expected, "{value:?}");
        }
    }
}
