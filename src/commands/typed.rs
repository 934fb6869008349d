//! How words on the command line become values, wherever a flag takes one. What does not fit is a
//! [`Refusal`] that carries its own exit status through the parser.
use jiff::fmt::rfc2822;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::Refusal;
use super::charset::Charset;
use crate::model::{
    Address, AddressList, AuthPolicy, Mechanism, Pin, message_ids as ids, own_message_id,
};

/// Octets of a URL, so that a line of a header field keeps to 998 (RFC 5322 §2.1.1).
const LONGEST_URL: usize = 900;

/// An envelope's sender; none is `<>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReversePath(pub(super) Option<Address>);

/// Message identifiers, each in its angle brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MessageIds(pub(super) Vec<String>);

/// Reads the identifiers of other messages; nothing at all is none, as with addresses.
pub(super) fn message_ids(text: &str) -> Result<MessageIds, Refusal> {
    ids(text).map(MessageIds).map_err(Refusal::data)
}

/// Reads the identifier of a message of ours.
pub(super) fn message_id(text: &str) -> Result<String, Refusal> {
    own_message_id(text).map_err(Refusal::data)
}

/// Reads a point in time that has a zone; gives it as a Date field has it (RFC 5322 §3.3).
pub(super) fn date(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let seconds = text.strip_prefix('@').map(|seconds| seconds.parse().ok());
    let when = match seconds {
        Some(seconds) => seconds
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .map(|instant| instant.to_zoned(TimeZone::UTC)),
        None => rfc2822::parse(text).ok().or_else(|| in_rfc_3339(text)),
    };
    when.filter(|when| when.year() >= 1900)
        .and_then(|when| rfc2822::to_string(&when).ok())
        .ok_or_else(|| {
            Refusal::data(format!("{text:?} is no date with a zone")).hint(
                "write 'Sun, 22 Nov 2026 10:11:12 +0800', 2026-11-22T10:11:12+08:00 or @1795313472",
            )
        })
}

/// A date of RFC 3339 in the offset it has.
fn in_rfc_3339(text: &str) -> Option<Zoned> {
    let pieces = Pieces::parse(text).ok()?;
    if pieces.time_zone_annotation().is_some() {
        return None;
    }
    let offset = pieces.to_numeric_offset()?;
    let time = pieces.date().to_datetime(pieces.time()?);
    Some(offset.to_timestamp(time).ok()?.to_zoned(TimeZone::fixed(offset)))
}

/// Reads the address of a page or of a mailbox that takes people off a list.
pub(super) fn unsubscribe(text: &str) -> Result<String, Refusal> {
    let url = text.trim();
    let url = url.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(url);
    let (scheme, rest) = url.split_once(':').unwrap_or_default();
    let is_known = match scheme.to_ascii_lowercase().as_str() {
        "https" | "http" => rest.strip_prefix("//").is_some_and(|host| !host.is_empty()),
        "mailto" => rest.contains('@'),
        _ => false,
    };
    if !is_known {
        return Err(Refusal::data(format!("{text:?} is no https: page and no mailto: address"))
            .hint("write it like https://example.com/leave?id=1 or mailto:leave@example.com"));
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"".contains(&byte)) {
        return Err(Refusal::data(format!("{text:?} has characters that no URL has"))
            .hint("write them in percent-encoding, a space as %20"));
    }
    if url.len() > LONGEST_URL {
        return Err(Refusal::data(format!("a URL of {} octets is too long", url.len())));
    }
    Ok(url.to_owned())
}

/// Reads an address list; nothing at all is an empty one, so that `-c "$CC"` may be empty.
pub(super) fn addresses(text: &str) -> Result<AddressList, Refusal> {
    text.parse().map_err(|error| Refusal::data(format!("{error}")))
}

/// Reads one bare address, in angle brackets or not.
pub(super) fn reverse_path(text: &str) -> Result<ReversePath, Refusal> {
    let inner = text.trim();
    let bare = inner.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    match bare.unwrap_or(inner) {
        "" if bare.is_some() => Ok(ReversePath(None)),
        "" => Err(Refusal::data("the reverse path is empty").hint("write <> for the null one")),
        address => match Address::parse(address) {
            Ok(address) => Ok(ReversePath(Some(address))),
            Err(error) => Err(Refusal::data(format!("{error}"))),
        },
    }
}

/// Reads a value that ends up in a header field, a command or a file name: one line, no NUL.
pub(super) fn one_line(text: &str) -> Result<String, Refusal> {
    match text.chars().find(|character| matches!(character, '\r' | '\n' | '\0')) {
        None => Ok(text.to_owned()),
        Some('\0') => Err(Refusal::data("a NUL character cannot be part of it")),
        Some(_) => Err(Refusal::data("a line break cannot be part of it")),
    }
}

/// Reads `auto`, `none`, or the names of mechanisms with commas between them.
pub(super) fn auth_policy(text: &str) -> Result<AuthPolicy, Refusal> {
    match text.to_ascii_lowercase().as_str() {
        "auto" => return Ok(AuthPolicy::Auto),
        "none" => return Ok(AuthPolicy::None),
        _ => {}
    }
    let known = || Mechanism::ALL.map(Mechanism::name).join(", ");
    let mechanism = |name: &str| {
        Mechanism::parse(name.trim()).ok_or_else(|| {
            Refusal::usage(format!("{:?} is no mechanism that mailsend speaks", name.trim()))
                .hint(format!("auto, none, or of {} those to try, in order", known()))
        })
    };
    text.split(',').map(mechanism).collect::<Result<_, _>>().map(AuthPolicy::Named)
}

/// Reads a SHA-256 in hexadecimal.
pub(super) fn pin(text: &str) -> Result<Pin, Refusal> {
    Pin::parse(text).ok_or_else(|| {
        Refusal::usage(format!("{text:?} is no SHA-256"))
            .hint("64 hexadecimal digits, as `openssl x509 -fingerprint -sha256` prints them")
    })
}

/// Reads the name of a charset.
pub(super) fn charset(text: &str) -> Result<Charset, Refusal> {
    Charset::named(text).ok_or_else(|| {
        let refusal = Refusal::usage(format!("{text:?} is no charset that mailsend reads"));
        match Charset::nearest(text) {
            Some(name) => refusal.hint(format!("did you mean {name}?")),
            None => refusal.hint(format!("such as {}", Charset::COMMON.join(", "))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Exit;

    #[test]
    fn an_empty_list_of_addresses_is_nothing() {
        assert!(addresses("").unwrap().is_empty());
        assert!(addresses("  ").unwrap().is_empty());
    }

    #[test]
    fn the_null_reverse_path_must_be_written_out() {
        assert_eq!(reverse_path("<>").unwrap(), ReversePath(None));
        assert_eq!(reverse_path("").unwrap_err().exit, Exit::DATA);
        let bounce = Address::parse("bounce@example.com").unwrap();
        assert_eq!(reverse_path("<bounce@example.com>").unwrap(), ReversePath(Some(bounce)));
    }

    #[test]
    fn a_line_break_or_nul_never_gets_through() {
        for text in ["a\rb", "a\nb", "a\0b", "\n"] {
            assert_eq!(one_line(text).unwrap_err().exit, Exit::DATA, "{text:?}");
        }
        assert_eq!(one_line("-50% left").unwrap(), "-50% left");
    }

    #[test]
    fn a_date_keeps_its_zone() {
        let expected = "Sun, 22 Nov 2026 10:11:12 +0800";
        for text in [
            expected,
            " 22 nov 2026 10:11:12 +0800",
            "2026-11-22T10:11:12+08:00",
            "2026-11-22 10:11:12.5+08:00",
        ] {
            assert_eq!(date(text).unwrap(), expected, "{text}");
        }
        assert_eq!(date("2026-11-02T02:11:12Z").unwrap(), "Mon, 2 Nov 2026 02:11:12 +0000");
        assert_eq!(date("Mon, 2 Nov 2026 02:11:12 GMT").unwrap(), "Mon, 2 Nov 2026 02:11:12 +0000");
        assert_eq!(date("@1795313472").unwrap(), "Sun, 22 Nov 2026 02:11:12 +0000");
        assert_eq!(date("@0").unwrap(), "Thu, 1 Jan 1970 00:00:00 +0000");
    }

    #[test]
    fn what_is_no_date_with_a_zone_is_refused() {
        for text in [
            "",
            "@",
            "@x",
            "now",
            "2026-11-22",
            "2026-11-22T10:11:12",
            "2026-02-30T10:11:12Z",
            "Mon, 22 Nov 2026 10:11:12 +0800",
            "1899-12-31T00:00:00Z",
            "@99999999999999",
            "2026-11-22T10:11:12+08:00\r\nBcc: x@y",
        ] {
            assert_eq!(date(text).unwrap_err().exit, Exit::DATA, "{text:?}");
        }
    }

    #[test]
    fn a_list_is_left_by_a_page_or_by_mail() {
        for (text, expected) in [
            ("<https://x.test/u?a=1,2>", "https://x.test/u?a=1,2"),
            ("HTTP://x.test", "HTTP://x.test"),
            ("mailto:u@x.test?subject=leave%20it", "mailto:u@x.test?subject=leave%20it"),
        ] {
            assert_eq!(unsubscribe(text).unwrap(), expected);
        }
        for wrong in
            ["", "u@x.test", "ftp://x.test", "https:", "https://x.test/ä", "https://a b", "mailto:"]
        {
            assert_eq!(unsubscribe(wrong).unwrap_err().exit, Exit::DATA, "{wrong:?}");
        }
    }

    #[test]
    fn mechanisms_are_named_in_any_case_and_kept_in_order() {
        assert_eq!(auth_policy("AUTO").unwrap(), AuthPolicy::Auto);
        let both = AuthPolicy::Named(vec![Mechanism::Login, Mechanism::Plain]);
        assert_eq!(auth_policy("login, PLAIN").unwrap(), both);
        assert_eq!(auth_policy("PLAIN,NTLM").unwrap_err().exit, Exit::USAGE);
        assert_eq!(auth_policy("").unwrap_err().exit, Exit::USAGE);
    }
}
