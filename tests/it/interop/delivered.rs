//! What was delivered against what was shown, octet by octet.

/// Header fields that a server writes on top of a message.
const TRACE: [&str; 5] =
    ["Return-Path:", "X-Original-To:", "Delivered-To:", "Envelope-to:", "Received:"];

/// Both are the same message, but for what servers add, the ends of lines as they are in files, and
/// what differs from run to run: the values of Date and Message-ID, and boundaries.
pub(super) fn same_message(shown: &[u8], delivered: &[u8]) {
    let shown = normalised(shown);
    let delivered = normalised(without_trace(delivered));
    if shown != delivered {
        let same = shown.iter().zip(&delivered).take_while(|(one, other)| one == other).count();
        let excerpt = |octets: &[u8]| {
            let from = same.saturating_sub(200);
            String::from_utf8_lossy(&octets[from..octets.len().min(same + 200)]).into_owned()
        };
        panic!(
            "they differ at octet {same}:\n--- shown\n{}\n--- delivered\n{}",
            excerpt(&shown),
            excerpt(&delivered)
        );
    }
}

/// The message behind the fields that servers wrote on top of it.
fn without_trace(message: &[u8]) -> &[u8] {
    let mut rest = message;
    let mut in_trace = false;
    while let Some(line) = rest.split_inclusive(|octet| *octet == b'\n').next() {
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        in_trace =
            (folded && in_trace) || TRACE.iter().any(|name| line.starts_with(name.as_bytes()));
        if !in_trace {
            break;
        }
        rest = &rest[line.len()..];
    }
    rest
}

fn normalised(message: &[u8]) -> Vec<u8> {
    let mut message = replaced(message, b"\r\n", b"\n");
    for name in ["Date: ", "Message-ID: "] {
        let value = after(&message, name, b'\n').unwrap_or_else(|| panic!("no {name}")).to_vec();
        message = replaced(&message, &value, b"VALUE");
    }
    let mut boundaries = Vec::new();
    let mut rest = message.clone();
    while let Some(boundary) = after(&rest, "boundary=\"", b'"') {
        let boundary = boundary.to_vec();
        rest = replaced(&rest, &[b"boundary=\"", &boundary[..]].concat(), b"");
        boundaries.push(boundary);
    }
    for (number, boundary) in boundaries.iter().enumerate() {
        message = replaced(&message, boundary, format!("BOUNDARY {number}").as_bytes());
    }
    message
}

/// What stands between `start` and the next `end`.
fn after<'a>(message: &'a [u8], start: &str, end: u8) -> Option<&'a [u8]> {
    let start = start.as_bytes();
    let at = message.windows(start.len()).position(|window| window == start)? + start.len();
    message[at..].split(|octet| *octet == end).next()
}

fn replaced(message: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(message.len());
    let mut rest = message;
    while !rest.is_empty() {
        if rest.starts_with(what) {
            result.extend_from_slice(with);
            rest = &rest[what.len()..];
        } else {
            result.push(rest[0]);
            rest = &rest[1..];
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    const SHOWN: &str = "From: a\r\nDate: 1\r\nMessage-ID: <1>\r\n\
        Content-Type: multipart/mixed;\r\n boundary=\"=_one\"\r\n\r\n--=_one\r\n\
        Content-Type: multipart/alternative;\r\n boundary=\"=_in\"\r\n\r\n--=_in\r\n\r\n\
        hi \r\n--=_in--\r\n--=_one--\r\n";
    const DELIVERED: &str = "Return-Path: <a>\nReceived: by x\n\tat y\nFrom: a\nDate: 2\n\
        Message-ID: <2>\nContent-Type: multipart/mixed;\n boundary=\"=_two\"\n\n--=_two\n\
        Content-Type: multipart/alternative;\n boundary=\"=_on\"\n\n--=_on\n\n\
        hi \n--=_on--\n--=_two--\n";

    #[test]
    fn trace_line_ends_and_what_is_made_anew_do_not_count() {
        same_message(SHOWN.as_bytes(), DELIVERED.as_bytes());
    }

    #[test]
    fn a_blank_a_line_and_a_field_count() {
        for (what, with) in [("hi \n", "hi\n"), ("\n\nhi", "\nhi"), ("From: a", "From: b")] {
            let delivered = DELIVERED.replace(what, with);
            assert_ne!(delivered, DELIVERED);
            assert!(catch_unwind(|| same_message(SHOWN.as_bytes(), delivered.as_bytes())).is_err());
        }
    }
}
