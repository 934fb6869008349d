//! A key with the value that it shall have, and how TOML writes both: on one line, as people do.

use std::borrow::Cow;

use zeroize::Zeroizing;

use crate::model::Secret;

/// One change of a key of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The key, as in [`super::KEYS`].
    pub key: &'static str,
    /// What it shall be; none: it shall not be there any more.
    pub value: Option<Setting>,
}

/// A value that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A string.
    Text(String),
    /// A whole number.
    Number(u64),
    /// `true` or `false`.
    Switch(bool),
    /// An array of strings.
    Texts(Vec<String>),
    /// A string that nobody else may see: a password or token itself.
    Secret(Secret),
}

impl Change {
    /// The key shall have this value.
    pub fn set(key: &'static str, value: Setting) -> Self {
        Self { key, value: Some(value) }
    }

    /// The key shall not be there any more.
    pub fn remove(key: &'static str) -> Self {
        Self { key, value: None }
    }
}

impl Setting {
    /// The value as TOML.
    pub(super) fn written(&self) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::Switch(switch) => switch.to_string(),
            Self::Texts(texts) => {
                let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
                format!("[{}]", texts.join(", "))
            }
            Self::Secret(secret) => {
                let text: Zeroizing<String> =
                    Zeroizing::new(String::from_utf8_lossy(secret.expose()).into_owned());
                quoted(&text)
            }
        })
    }
}

/// `key = value`.
pub(super) fn pair(key: &str, value: &str) -> Zeroizing<String> {
    joined(&[key, " = ", value])
}

/// The pieces behind each other, in a buffer that never grew: no half of a secret is left behind.
pub(super) fn joined(pieces: &[&str]) -> Zeroizing<String> {
    Zeroizing::new(pieces.concat())
}

/// The name of a key or table, in quotes where it needs them.
pub fn key_name(name: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match !name.is_empty() && name.bytes().all(plain) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(quoted(name)),
    }
}

/// A string on one line: between single quotes where that saves escapes.
pub fn quoted(text: &str) -> String {
    let escapes = |c: char| c.is_control() || matches!(c, '"' | '\\');
    // No character becomes longer than `\u0001`.
    let mut written = String::with_capacity(6 * text.len() + 2);
    if text.contains(escapes) && !text.contains(|c: char| c.is_control() || c == '\'') {
        written.push('\'');
        written.push_str(text);
        written.push('\'');
        return written;
    }
    written.push('"');
    for character in text.chars() {
        match character {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            other if other.is_control() => {
                written.push_str(&format!("\\u{:04X}", u32::from(other)));
            }
            other => written.push(other),
        }
    }
    written.push('"');
    written
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_written_as_people_write_them() {
        for (setting, expected) in [
            (Setting::Text("starttls".to_owned()), r#""starttls""#),
            (Setting::Text("pass show \"mail\"".to_owned()), r#"'pass show "mail"'"#),
            (Setting::Text(r"C:\ca.pem".to_owned()), r"'C:\ca.pem'"),
            (Setting::Text("it's \"so\"".to_owned()), r#""it's \"so\"""#),
            (Setting::Text("a\nb\tc\u{1b}\u{9b}".to_owned()), r#""a\nb\tc\u001B\u009B""#),
            (Setting::Text("邮件".to_owned()), r#""邮件""#),
            (Setting::Number(465), "465"),
            (Setting::Switch(true), "true"),
            (Setting::Texts(vec!["PLAIN".into(), "LOGIN".into()]), r#"["PLAIN", "LOGIN"]"#),
            (Setting::Secret(Secret::new("hunter\"2")), r#"'hunter"2'"#),
        ] {
            assert_eq!(*setting.written(), expected);
        }
    }

    #[test]
    fn names_are_in_quotes_where_they_need_them() {
        for (name, expected) in
            [("corp-1_a", "corp-1_a"), ("a b", "\"a b\""), ("", "\"\""), ("公司", "\"公司\"")]
        {
            assert_eq!(key_name(name), expected);
        }
    }

    proptest! {
        #[test]
        fn a_string_is_read_as_it_was_and_stands_on_one_line(text in any::<String>()) {
            let written = quoted(&text);
            prop_assert!(!written.contains(char::is_control));
            let read: toml::Table = toml::from_str(&format!("a = {written}")).unwrap();
            prop_assert_eq!(read["a"].as_str(), Some(text.as_str()));
        }
    }
}
