//! The value of a field that the user adds. What people read is encoded as it needs; what programs
//! read (identifiers, addresses of pages, keywords) goes out as it is, folded at white space.

use super::encoded_word::Place;
use super::fold::FoldedValue;
use super::mailbox::mailbox_list;
use super::unstructured::unstructured;
use crate::model::AddressList;

/// Fields that contain addresses.
pub(super) const ADDRESSES: [&str; 6] = [
    "disposition-notification-to",
    "errors-to",
    "mail-followup-to",
    "mail-reply-to",
    "return-receipt-to",
    "x-confirm-reading-to",
];
/// Other fields whose grammar has no place for an encoded word, or for one in phrases only.
pub(super) const STRUCTURED: [&str; 12] = [
    "auto-submitted",
    "autocrypt",
    "feedback-id",
    "importance",
    "in-reply-to",
    "precedence",
    "priority",
    "references",
    "x-entity-ref-id",
    "x-msmail-priority",
    "x-priority",
    "x-report-abuse",
];

/// The value of the field `name`; `text` is free of CR, LF and NUL.
pub(super) fn field_value(name: &str, text: &str) -> String {
    let is_one_of = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let is_list = name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("list-"));
    let has_addresses = is_one_of(&ADDRESSES);
    if !has_addresses && !is_list && !is_one_of(&STRUCTURED) {
        return unstructured(name, text, Place::Unstructured);
    }
    if text.bytes().all(|byte| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t')) {
        return folded(name, text);
    }
    let addresses = text.parse::<AddressList>().ok().filter(|_| has_addresses);
    match addresses.and_then(|list| list.qualify(None).ok()) {
        Some(mailboxes) => mailbox_list(name, &mailboxes),
        None => unstructured(name, text, Place::Phrase),
    }
}

/// Words with one space between them, unencoded.
fn folded(name: &str, text: &str) -> String {
    let mut value = FoldedValue::new(name);
    for (index, word) in text.split_ascii_whitespace().enumerate() {
        value.put(if index == 0 { "" } else { " " }, word);
    }
    value.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_read_is_never_encoded() {
        let url = "<https://x.test/u?a=?b?=>, <mailto:u@x.test?subject=a>";
        assert_eq!(field_value("List-Unsubscribe", url), url);
        let ids: Vec<String> = (0..5).map(|n| format!("<{n}.{}@x.test>", "i".repeat(20))).collect();
        assert_eq!(
            field_value("References", &ids.join(" ")),
            format!("{} {}\r\n {} {}\r\n {}", ids[0], ids[1], ids[2], ids[3], ids[4])
        );
    }

    #[test]
    fn names_in_address_fields_are_encoded_as_in_to() {
        assert_eq!(
            field_value("Disposition-Notification-To", "\"José, x\" <j@x.test>"),
            "=?utf-8?Q?Jos=C3=A9=2C_x?= <j@x.test>"
        );
        assert_eq!(field_value("List-Id", "Café <c.x.test>"), "=?utf-8?Q?Caf=C3=A9?= <c.x.test>");
    }

    #[test]
    fn what_people_read_is_encoded_where_it_must_be() {
        assert_eq!(field_value("X-Note", "naïve, b"), "=?utf-8?Q?na=C3=AFve,?= b");
        let long = field_value("X-Note", &"a".repeat(5000));
        assert!(long.split("\r\n").all(|line| line.len() <= 76));
    }
}
