//! Which header fields a user may add to a message (RFC 5322 §2.2, §3.6), checked where they are
//! typed: in a profile or behind `-H`.

use super::message_ids;

/// Fields with a setting of their own, and what to use for them.
const WITH_A_SETTING: [(&str, &str); 11] = [
    ("From", "use --from"),
    ("Sender", "use --from and --reverse-path"),
    ("To", "use --to"),
    ("Cc", "use --cc"),
    ("Bcc", "use --bcc"),
    ("Subject", "use --subject"),
    ("Reply-To", "use --reply-to"),
    ("Return-Path", "use --reverse-path"),
    ("Date", "use --date"),
    ("Message-ID", "use --message-id"),
    ("MIME-Version", "it is always written"),
];

/// Fields that a message has at most one of, those with a setting apart (RFC 5322 §3.6, RFC 2369
/// §4, RFC 2919 §3, RFC 3834 §5, RFC 8058 §3.1, and by custom).
const ONCE: [&str; 19] = [
    "In-Reply-To",
    "References",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Help",
    "List-Subscribe",
    "List-Post",
    "List-Owner",
    "List-Archive",
    "Auto-Submitted",
    "X-Priority",
    "X-MSMail-Priority",
    "Importance",
    "Priority",
    "Precedence",
    "Disposition-Notification-To",
    "User-Agent",
    "X-Mailer",
];

/// Whether a message has at most one field of this name.
pub fn occurs_once(name: &str) -> bool {
    ONCE.iter().any(|once| once.eq_ignore_ascii_case(name))
}

/// Says why this field cannot be added, or what to use instead; a control character is never
/// repeated.
pub fn check_header(name: &str, value: &str) -> Result<(), String> {
    // RFC 5322 §3.6.8: ftext.
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':') {
        return Err(format!(
            "{name:?} is not the name of a header field: letters, digits and hyphens only"
        ));
    }
    if let Some(instead) = instead(name) {
        return Err(format!("{name} cannot be set as a header field: {instead}"));
    }
    if value.contains(['\r', '\n']) {
        return Err(format!("the value of {name} contains a line break"));
    }
    if value.contains('\0') {
        return Err(format!("the value of {name} contains a NUL"));
    }
    if ["In-Reply-To", "References"].iter().any(|ids| ids.eq_ignore_ascii_case(name)) {
        message_ids(value).map_err(|complaint| format!("{name}: {complaint}"))?;
    }
    Ok(())
}

/// What to use instead of a field that is ours.
fn instead(name: &str) -> Option<&'static str> {
    let starts_with = |prefix: &str| {
        name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if starts_with("Content-") {
        return Some("it follows from the body and --attach");
    }
    if starts_with("Resent-") {
        return Some("messages are not resent");
    }
    WITH_A_SETTING
        .iter()
        .find(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, instead)| *instead)
}

#[cfg(test)]
mod tests {
    use super::{check_header, occurs_once};

    #[test]
    fn what_occurs_once_is_known_in_any_case() {
        assert!(occurs_once("references") && occurs_once("LIST-ID"));
        assert!(!occurs_once("X-Job") && !occurs_once("Comments"));
    }

    #[test]
    fn any_other_field_may_be_added() {
        for (name, value) in [("X-Cron", "nightly"), ("List-Id", "a <b.c>"), ("X-Leer", "")] {
            assert_eq!(check_header(name, value), Ok(()));
        }
    }

    #[test]
    fn a_refusal_says_what_to_use_instead() {
        for (name, value, complaint) in [
            ("from", "a@b", "from cannot be set as a header field: use --from"),
            ("SUBJECT", "x", "SUBJECT cannot be set as a header field: use --subject"),
            ("Bcc", "a@b", "Bcc cannot be set as a header field: use --bcc"),
            (
                "Return-Path",
                "<>",
                "Return-Path cannot be set as a header field: use --reverse-path",
            ),
            ("Message-ID", "<x>", "Message-ID cannot be set as a header field: use --message-id"),
            (
                "MIME-Version",
                "1.0",
                "MIME-Version cannot be set as a header field: it is always written",
            ),
            (
                "content-type",
                "text/html",
                "content-type cannot be set as a header field: it follows from the body and --attach",
            ),
            (
                "Resent-To",
                "a@b",
                "Resent-To cannot be set as a header field: messages are not resent",
            ),
            ("", "x", "\"\" is not the name of a header field: letters, digits and hyphens only"),
            (
                "X A",
                "x",
                "\"X A\" is not the name of a header field: letters, digits and hyphens only",
            ),
            (
                "X-Ä",
                "x",
                "\"X-Ä\" is not the name of a header field: letters, digits and hyphens only",
            ),
            (
                "in-reply-to",
                "x",
                "in-reply-to: \"x\" is not the identifier of a message, such as <unique@example.com>",
            ),
            ("X", "a\nBcc: b@c", "the value of X contains a line break"),
            ("X", "a\rb", "the value of X contains a line break"),
            ("X", "a\0b", "the value of X contains a NUL"),
        ] {
            assert_eq!(check_header(name, value), Err(complaint.to_owned()));
        }
    }
}
