//! Quoted-printable (RFC 2045 §6.7) as robust as it gets: nothing at the end of a line that could
//! be cut off, no `From ` that a mailbox would mark, no dot that could end the message.

/// Octets of an encoded line without its CRLF.
const LONGEST_LINE: usize = 76;

/// Encodes text whose line ends are CRLF; a CR or LF alone is an octet like others.
pub(super) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(text.len() + text.len() / 16);
    let mut rest = text;
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n");
        put_line(&mut encoded, &rest[..end.unwrap_or(rest.len())]);
        let Some(end) = end else { return encoded };
        encoded.extend_from_slice(b"\r\n");
        rest = &rest[end + 2..];
    }
}

/// How many octets the text becomes, soft line breaks not counted.
pub(super) fn encoded_length(text: &[u8]) -> usize {
    let literal = |octet: &&u8| is_literal(**octet) || matches!(**octet, b'\r' | b'\n');
    let as_is = text.iter().filter(literal).count();
    as_is + 3 * (text.len() - as_is)
}

fn put_line(encoded: &mut Vec<u8>, line: &[u8]) {
    let mut column = 0;
    for (index, octet) in line.iter().copied().enumerate() {
        let rest = &line[index + 1..];
        let as_is = is_literal(octet)
            && !(matches!(octet, b' ' | b'\t') && rest.is_empty())
            && !(column == 0 && is_hazardous(octet, rest));
        let width = if as_is { 1 } else { 3 };
        let room = if rest.is_empty() { LONGEST_LINE } else { LONGEST_LINE - "=".len() };
        if column + width > room {
            encoded.extend_from_slice(b"=\r\n");
            // What begins a line is judged anew.
            let as_is = as_is && !is_hazardous(octet, rest);
            column = put(encoded, octet, as_is);
        } else {
            column += put(encoded, octet, as_is);
        }
    }
}

fn put(encoded: &mut Vec<u8>, octet: u8, as_is: bool) -> usize {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    if as_is {
        encoded.push(octet);
        return 1;
    }
    let (high, low) = (DIGITS[usize::from(octet >> 4)], DIGITS[usize::from(octet & 15)]);
    encoded.extend_from_slice(&[b'=', high, low]);
    3
}

fn is_literal(octet: u8) -> bool {
    matches!(octet, b' '..=b'~' | b'\t') && octet != b'='
}

/// Whether this octet at the start of a line should not be seen there (RFC 2049 §3).
fn is_hazardous(octet: u8, rest: &[u8]) -> bool {
    octet == b'.' || (octet == b'F' && rest.starts_with(b"rom "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> String {
        String::from_utf8(quoted_printable(text.as_bytes())).unwrap()
    }

    #[test]
    fn what_is_not_printable_ascii_is_spelled_out() {
        assert_eq!(encoded("Café = \0\x0c\x7f!\r\n"), "Caf=C3=A9 =3D =00=0C=7F!\r\n");
        assert_eq!(encoded(""), "");
        assert_eq!(encoded("\r\n\r\n"), "\r\n\r\n");
    }

    #[test]
    fn white_space_at_the_end_of_a_line_is_spelled_out() {
        assert_eq!(encoded("a \r\n\tb\t\r\n \r\nc "), "a=20\r\n\tb=09\r\n=20\r\nc=20");
    }

    #[test]
    fn line_ends_that_are_none_are_octets() {
        assert_eq!(encoded("10%\r20%\r\r\na\nb"), "10%=0D20%=0D\r\na=0Ab");
    }

    #[test]
    fn what_a_mailbox_or_a_server_could_take_for_its_own_is_spelled_out() {
        assert_eq!(encoded(".\r\n..\r\n.a"), "=2E\r\n=2E.\r\n=2Ea");
        assert_eq!(encoded("From me\r\nFrom\r\n From"), "=46rom me\r\nFrom\r\n From");
    }

    #[test]
    fn long_lines_are_broken_softly_and_never_pass_76() {
        assert_eq!(encoded(&"a".repeat(76)), "a".repeat(76));
        assert_eq!(encoded(&"a".repeat(77)), format!("{}=\r\naa", "a".repeat(75)));
        let broken = format!("{}=\r\n=2E{}=\r\n=46rom b", "a".repeat(75), "b".repeat(72));
        assert_eq!(encoded(&format!("{}.{}From b", "a".repeat(75), "b".repeat(72))), broken);
        assert_eq!(encoded(&format!("{} ", "a".repeat(75))), format!("{}=\r\n=20", "a".repeat(75)));
        let long = encoded(&"é= .From ".repeat(2000));
        assert!(long.split("\r\n").all(|line| line.len() <= LONGEST_LINE));
    }
}
