//! The text of a configuration file as it may be shown: the secrets in it themselves are hidden,
//! those in comments too.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::model::Slot;

/// What stands for a secret.
const HIDDEN: &str = "\"…\"";

/// The text with `"…"` for every value of `password` and `token`; line for line what it was.
pub fn without_secrets(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut end = 0;
    for secret in secrets(text) {
        let Some(before) = text.get(end..secret.start) else { continue };
        shown.push_str(before);
        shown.push_str(HIDDEN);
        shown.extend(text[secret.clone()].matches('\n'));
        end = secret.end;
    }
    shown + &text[end..]
}

/// Where secrets stand, from the start to the end.
fn secrets(text: &str) -> Vec<Range<usize>> {
    let (root, _) = DeTable::parse_recoverable(text);
    let mut found = Vec::new();
    in_table(root.get_ref(), &mut found);
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let whole = line_start..line_start + line.len();
        line_start = whole.end;
        let read = found.iter().any(|it| it.start < whole.end && whole.start < it.end);
        if let Some(value) = in_line(line).filter(|_| !read) {
            found.push(whole.start + value.start..whole.start + value.end);
        }
    }
    found.sort_by_key(|secret| secret.start);
    found
}

fn is_secret(key: &str) -> bool {
    [Slot::Password, Slot::Token].iter().any(|slot| slot.name() == key)
}

fn in_table(table: &DeTable<'_>, found: &mut Vec<Range<usize>>) {
    for (key, value) in table {
        match value.get_ref() {
            DeValue::Table(below) => in_table(below, found),
            _ if is_secret(key.get_ref()) => found.push(value.span()),
            DeValue::Array(elements) => {
                let tables = elements.iter().filter_map(|element| element.get_ref().as_table());
                tables.for_each(|table| in_table(table, found));
            }
            _ => {}
        }
    }
}

/// The value in a line that the parser does not take for one: of a comment, or of what is no TOML.
fn in_line(line: &str) -> Option<Range<usize>> {
    let (key, value) = line.split_once('=')?;
    let key = key.trim_start_matches(|c: char| c == '#' || c.is_whitespace());
    let key = key.rsplit('.').next()?.trim().trim_matches(['"', '\'']);
    let value = value.trim();
    (is_secret(key) && !value.is_empty()).then(|| {
        let end = line.trim_end().len();
        end - value.len()..end
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        for (text, shown) in [
            (
                "[profiles.a]\npassword = 'hunter2' # mine\nusername = \"n\"\n",
                "[profiles.a]\npassword = \"…\" # mine\nusername = \"n\"\n",
            ),
            ("profiles.a . \"token\"=\"\\\"x\"", "profiles.a . \"token\"=\"…\""),
            (
                "profiles = { a = { password = \"x\", port = 1 }, b = { token = \"y\" } }",
                "profiles = { a = { password = \"…\", port = 1 }, b = { token = \"…\" } }",
            ),
            ("\"pass\\u0077ord\" = \"x\"", "\"pass\\u0077ord\" = \"…\""),
            ("password = '''\nx\r\ny'''\nport = 1", "password = \"…\"\n\n\nport = 1"),
            (
                "# password = hunter2 \r\n#  token= 'x' # y",
                "# password = \"…\" \r\n#  token= \"…\"",
            ),
            ("password = \"hunter2\nport = 1\n", "password = \"…\"\nport = 1\n"),
            ("[[a]]\npassword = [\"x\"]\n", "[[a]]\npassword = \"…\"\n"),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
    }

    #[test]
    fn what_only_leads_to_a_secret_is_shown() {
        let text = "password_command = \"pass a\"\ntoken_file = \"t\"\n# the password = mine\n";
        assert_eq!(without_secrets(text), text);
    }
}
