//! Parameters that ask for reports on the delivery (RFC 3461). The sandbox writes none; it holds the
//! parameters to their grammar, so that whoever sends them wrongly hears of it.

use super::command::Parameter;

const KEYWORDS: [&str; 4] = ["RET", "ENVID", "NOTIFY", "ORCPT"];

/// Whether the value of one of these is well written.
pub(super) fn is_good(keyword: &str, value: &str) -> bool {
    let upper = value.to_ascii_uppercase();
    match keyword.to_ascii_uppercase().as_str() {
        "RET" => ["FULL", "HDRS"].contains(&upper.as_str()),
        "NOTIFY" => {
            let is_event = |word| ["SUCCESS", "FAILURE", "DELAY"].contains(&word);
            upper == "NEVER" || upper.split(',').all(is_event)
        }
        "ENVID" => value.len() <= 100 && is_xtext(value),
        "ORCPT" => match value.split_once(';') {
            Some((kind, address)) => value.len() <= 500 && !kind.is_empty() && is_xtext(address),
            None => false,
        },
        _ => false,
    }
}

/// The path and what is asked for behind it; nothing, if nothing is.
pub(super) fn asked(path: &str, parameters: &[Parameter<'_>]) -> Option<String> {
    let is_dsn = |keyword: &str| KEYWORDS.iter().any(|known| known.eq_ignore_ascii_case(keyword));
    let mut text = format!("<{path}>");
    let mut is_asked = false;
    for Parameter { keyword, value } in parameters.iter().filter(|it| is_dsn(it.keyword)) {
        is_asked = true;
        text += &format!(" {keyword}={}", value.unwrap_or_default());
    }
    is_asked.then_some(text)
}

/// RFC 3461 §4
fn is_xtext(text: &str) -> bool {
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => return !text.is_empty(),
            [b'+', first, second, rest @ ..] if is_digit(*first) && is_digit(*second) => rest,
            [b'+' | b'=', ..] => return false,
            [octet, rest @ ..] if octet.is_ascii_graphic() => rest,
            _ => return false,
        }
    }
}

/// In upper case only.
fn is_digit(octet: u8) -> bool {
    octet.is_ascii_digit() || (b'A'..=b'F').contains(&octet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_held_to_their_grammar() {
        for (keyword, value) in [
            ("ret", "hdrs"),
            ("RET", "FULL"),
            ("NOTIFY", "NEVER"),
            ("notify", "success,FAILURE,delay"),
            ("ENVID", "a+20b"),
            ("ORCPT", "rfc822;a+2Bb@x.com"),
            ("ORCPT", "utf-8;\\x{5F20}@x.com"),
        ] {
            assert!(is_good(keyword, value), "{keyword}={value}");
        }
        for (keyword, value) in [
            ("RET", "BODY"),
            ("RET", ""),
            ("NOTIFY", ""),
            ("NOTIFY", "NEVER,SUCCESS"),
            ("NOTIFY", "SUCCESS,"),
            ("ENVID", ""),
            ("ENVID", "a+2b"),
            ("ENVID", "a+"),
            ("ENVID", "é"),
            ("ORCPT", "a@x.com"),
            ("ORCPT", ";a@x.com"),
            ("ORCPT", "rfc822;a b"),
        ] {
            assert!(!is_good(keyword, value), "{keyword}={value}");
        }
        assert!(!is_good("ENVID", &"x".repeat(101)));
    }

    #[test]
    fn only_reports_are_asked_for() {
        let size = Parameter { keyword: "SIZE", value: Some("1") };
        assert_eq!(asked("a@b.c", &[size]), None);
        let ret = Parameter { keyword: "RET", value: Some("HDRS") };
        assert_eq!(asked("a@b.c", &[ret]).as_deref(), Some("<a@b.c> RET=HDRS"));
    }
}
