//! The name under which a server keeps a message, from its answer to the end of the data.

/// Behind these the name follows.
const BEFORE: &[&str] =
    &["queued as ", "queued with id ", "queued mail as ", "internalid=", " id=", " qp "];
/// Before these it stands.
const BEHIND: &[&str] = &[" message accepted for delivery", " - gsmtp"];

/// The name, if the text has one.
pub(super) fn queue_id(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let behind_marker = |marker: &&str| {
        let at = lower.find(*marker)? + marker.len();
        name(text[at..].split_whitespace().next()?)
    };
    let before_marker = |marker: &&str| {
        let at = lower.find(*marker)?;
        name(text[..at].split_whitespace().next_back()?)
    };
    let in_brackets = || {
        let at = lower.find("queued (")? + "queued (".len();
        name(text[at..].split(')').next()?)
    };
    BEFORE
        .iter()
        .find_map(behind_marker)
        .or_else(|| BEHIND.iter().find_map(before_marker))
        .or_else(in_brackets)
        .or_else(|| alone(text))
}

/// What is no name is punctuation, or an enhanced status code.
fn name(word: &str) -> Option<&str> {
    let word = word.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | '<' | '>' | '(' | ')'));
    let is_name = !word.is_empty() && !is_status(word) && !word.eq_ignore_ascii_case("ok");
    is_name.then_some(word)
}

/// `Ok` and one long word (Amazon SES).
fn alone(text: &str) -> Option<&str> {
    let words: Vec<&str> = text.split_whitespace().filter(|word| !is_status(word)).collect();
    let [ok, id] = words[..] else { return None };
    let is_id = id.len() >= 20 && id.bytes().any(|byte| byte.is_ascii_digit());
    (ok.eq_ignore_ascii_case("ok") && is_id).then_some(id)
}

/// An enhanced status code (RFC 3463).
fn is_status(word: &str) -> bool {
    let mut parts = word.split('.');
    word.split('.').count() == 3
        && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_that_people_have_name_it_in_these_ways() {
        for (text, id) in [
            ("2.0.0 Ok: queued as 4Xyz123ABC", "4Xyz123ABC"),
            ("Ok: queued as AbC-_9.", "AbC-_9"),
            (
                "Mail OK queued as gzga-smtp-mtada-g1-2,_____wD3x1 1700000000",
                "gzga-smtp-mtada-g1-2,_____wD3x1",
            ),
            ("OK id=1rTqYB-0001Xy-2z", "1rTqYB-0001Xy-2z"),
            ("2.0.0 3AB1xY2d012345 Message accepted for delivery", "3AB1xY2d012345"),
            ("2.0.0 4f1a2b3c Message accepted for delivery", "4f1a2b3c"),
            ("2.0.0 OK  1700000000 d9443c01a7336-1sm2.3 - gsmtp", "d9443c01a7336-1sm2.3"),
            ("ok 1700000000 qp 12345", "12345"),
            ("Message Queued (1E2F-00.1)", "1E2F-00.1"),
            ("Ok 0102018c0a1b2c3d-4e5f6071-000000", "0102018c0a1b2c3d-4e5f6071-000000"),
            ("2.6.0 <a@b> [InternalId=1, Hostname=X] Queued mail for delivery", "1"),
            ("2.0.0 Message queued with id 17.", "17"),
        ] {
            assert_eq!(queue_id(text), Some(id), "{text}");
        }
    }

    #[test]
    fn an_answer_without_a_name_has_none() {
        for text in [
            "",
            "OK",
            "2.0.0 Ok",
            "OK: queued as.",
            "Great success",
            "OK , completed",
            "2.0.0 Message accepted for delivery",
            "Ok great",
            "Message received: saved",
            "你好 queued as ",
        ] {
            assert_eq!(queue_id(text), None, "{text}");
        }
    }
}
