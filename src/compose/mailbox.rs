//! Mailboxes in a header field: names quoted or encoded, lists folded at their commas
//! (RFC 5322 §3.4).

use super::encoded_word::{Place, looks_encoded, put_encoded};
use super::fold::FoldedValue;
use crate::model::Mailbox;

/// A mailbox wider than this is folded inside.
const LONGEST_WHOLE: usize = 75;

/// The value of the address field `name`; display names are free of CR, LF and NUL.
pub(super) fn mailbox_list(name: &str, mailboxes: &[Mailbox]) -> String {
    let mut value = FoldedValue::new(name);
    for (index, mailbox) in mailboxes.iter().enumerate() {
        let space = if index == 0 { "" } else { " " };
        let comma = if index + 1 < mailboxes.len() { "," } else { "" };
        put_mailbox(&mut value, space, mailbox, comma);
    }
    value.finish()
}

fn put_mailbox(value: &mut FoldedValue, space: &str, mailbox: &Mailbox, comma: &str) {
    let address = &mailbox.address;
    let Some(name) = mailbox.name.as_deref().filter(|name| !name.is_empty()) else {
        return value.put(space, &format!("{address}{comma}"));
    };
    let address = format!("<{address}>{comma}");
    match plain_phrase(name) {
        Some(phrase) if phrase.len() + 1 + address.len() <= LONGEST_WHOLE => {
            value.put(space, &format!("{phrase} {address}"));
        }
        Some(phrase) if phrase.len() <= LONGEST_WHOLE => {
            value.put(space, &phrase);
            value.put(" ", &address);
        }
        _ => {
            put_encoded(value, space, name, Place::Phrase);
            value.put(" ", &address);
        }
    }
}

/// A name that needs no encoding: as atoms, else as a quoted string.
fn plain_phrase(name: &str) -> Option<String> {
    let is_printable = name.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if !is_printable || looks_encoded(name) {
        return None;
    }
    if name.split(' ').all(|word| !word.is_empty() && word.bytes().all(is_atext)) {
        return Some(name.to_owned());
    }
    Some(quoted_string(name))
}

/// A quoted string with this content, which is printable ASCII (RFC 5322 §3.2.4).
pub(super) fn quoted_string(content: &str) -> String {
    format!("\"{}\"", content.replace('\\', "\\\\").replace('"', "\\\""))
}

fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AddressList;

    fn to(list: &str) -> String {
        mailbox_list("To", &list.parse::<AddressList>().unwrap().qualify(None).unwrap())
    }

    #[test]
    fn a_name_is_bare_quoted_or_encoded_as_it_needs() {
        for (typed, expected) in [
            ("a@x.test", "a@x.test"),
            ("Jane Doe <a@x.test>", "Jane Doe <a@x.test>"),
            ("J. Doe <a@x.test>", r#""J. Doe" <a@x.test>"#),
            (r#""Zhang, \"San\"\\" <a@x.test>"#, r#""Zhang, \"San\"\\" <a@x.test>"#),
            (r#"" outer  inner " <a@x.test>"#, r#"" outer  inner " <a@x.test>"#),
            ("张三 <a@x.test>", "=?utf-8?B?5byg5LiJ?= <a@x.test>"),
            ("=?x?Q?y?= <a@x.test>", "=?utf-8?B?PT94P1E/eT89?= <a@x.test>"),
        ] {
            assert_eq!(to(typed), expected);
        }
    }

    #[test]
    fn a_list_is_folded_at_commas() {
        let list =
            "Jane Doe <jane@x.test>, \"Zhang, San\" <zhang@x.test>, John Public <john@x.test>";
        assert_eq!(
            to(list),
            "Jane Doe <jane@x.test>, \"Zhang, San\" <zhang@x.test>,\r\n John Public <john@x.test>"
        );
    }

    #[test]
    fn long_names_are_folded_too() {
        let typed =
            format!("\"{}.\" <a@x.test>, {} <b@x.test>", "long ".repeat(300), "张".repeat(99));
        assert!(to(&typed).split("\r\n").all(|line| line.len() <= 76));
    }
}
