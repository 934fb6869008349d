//! Mailboxes in a header field: names quoted or encoded, lists folded at their commas
//! (RFC 5322 §3.4).

use super::encoded_word::{LONGEST_WORD, Place, looks_encoded, put_encoded, words};
use super::fold::FoldedValue;
use crate::model::Mailbox;

/// A word of a name longer than this is encoded.
const LONGEST_ATOM: usize = 60;

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
    match mailbox.name.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => put_named(value, space, name, &format!("<{address}>{comma}")),
        None => value.put(space, &format!("{address}{comma}")),
    }
}

/// Adds a display name, which is not empty, and the address in its angle brackets.
pub(super) fn put_named(value: &mut FoldedValue, space: &str, text: &str, address: &str) {
    let name = Name::of(text);
    if let Some(whole) = name.whole() {
        let whole = format!("{whole} {address}");
        if value.takes(space, whole.len()) {
            return value.put(space, &whole);
        }
    }
    match name {
        Name::Atoms(words) => {
            for (index, word) in words.split(' ').enumerate() {
                value.put(if index == 0 { space } else { " " }, word);
            }
        }
        Name::Quoted(quoted) if value.takes(space, quoted.len()) => value.put(space, &quoted),
        Name::Quoted(_) | Name::Encoded(_) => put_encoded(value, space, text, Place::Phrase),
    }
    value.put(" ", address);
}

/// How a display name is written.
enum Name<'a> {
    /// As it is.
    Atoms(&'a str),
    /// Between quotation marks.
    Quoted(String),
    /// In encoded words.
    Encoded(&'a str),
}

impl<'a> Name<'a> {
    fn of(name: &'a str) -> Self {
        let is_printable = name.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let words = || name.split(' ');
        if !is_printable || looks_encoded(name) || words().any(|word| word.len() > LONGEST_ATOM) {
            Self::Encoded(name)
        } else if words().all(|word| !word.is_empty() && word.bytes().all(is_atext)) {
            Self::Atoms(name)
        } else {
            Self::Quoted(quoted_string(name))
        }
    }

    /// In one piece, if it can be.
    fn whole(&self) -> Option<String> {
        match self {
            Self::Atoms(name) => Some((*name).to_owned()),
            Self::Quoted(quoted) => Some(quoted.clone()),
            Self::Encoded(name) if name.len() > LONGEST_WORD => None,
            Self::Encoded(name) => match words(name, Place::Phrase, LONGEST_WORD).as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            },
        }
    }
}

/// A quoted string with this content, which is printable ASCII (RFC 5322 §3.2.4).
pub(super) fn quoted_string(content: &str) -> String {
    format!("\"{}\"", content.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(super) fn is_atext(byte: u8) -> bool {
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
    fn a_name_and_its_address_stay_together_where_they_fit() {
        let typed =
            "Jane Doe <jane@example.com>, Max Mustermann <max@example.com>, 张三 <z@x.test>";
        assert_eq!(
            to(typed),
            "Jane Doe <jane@example.com>, Max Mustermann <max@example.com>,\r\n \
             =?utf-8?B?5byg5LiJ?= <z@x.test>"
        );
    }

    #[test]
    fn even_the_first_name_keeps_its_line_narrow() {
        for name in ["word ".repeat(15) + "end", "a, ".repeat(24), "é".repeat(36), "张".repeat(15)]
        {
            let value = to(&format!("\"{name}\" <a@x.test>"));
            let lines = format!("To: {value}");
            assert!(lines.split("\r\n").all(|line| line.len() <= 76), "{lines}");
        }
    }

    #[test]
    fn long_names_are_folded_too() {
        let typed =
            format!("\"{}.\" <a@x.test>, {} <b@x.test>", "long ".repeat(300), "张".repeat(99));
        assert!(to(&typed).split("\r\n").all(|line| line.len() <= 76));
    }
}
