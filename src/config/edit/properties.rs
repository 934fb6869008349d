//! Whatever a configuration looks like, nothing changes in it but what is asked for.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::config::file::File;
use crate::config::setting::{Change, Setting, key_name};
use crate::config::{Origin, Profile, edit};

/// Keys with values that fit, written in several ways.
const LINES: [(&str, &[&str]); 7] = [
    ("host", &["\"a.example\"", "'b.example'", "\"\"\"c.example\"\"\""]),
    ("port", &["25", "0x24b", "1_000"]),
    ("tls", &["\"implicit\"", "'starttls'"]),
    ("pin_sha256", &["[]", "[ ]"]),
    ("username", &["\"邮件\"", "'n # m'", "\"\\u00fc = [x]\""]),
    ("from", &["\"N <n@x.y>\""]),
    ("headers", &["[\"A: b\"]", "{ A = \"b\" }", "[\n  \"A: b\", # c\n  'D: [e]',\n]"]),
];

/// A key's line: what is before it and between, its number in `LINES`, which value, what follows.
type Line = (String, usize, usize, String);

fn lines() -> impl Strategy<Value = Vec<Line>> {
    subsequence((0..LINES.len()).collect::<Vec<_>>(), 0..=LINES.len())
        .prop_flat_map(|keys| (vec(("[ \t]{0,2}", 0..3usize, rest()), keys.len()), Just(keys)))
        .prop_map(|(around, keys)| {
            let line = |((blank, value, rest), key)| (blank, key, value, rest);
            around.into_iter().zip(keys).map(line).collect()
        })
}

/// What stands behind a value and in the lines below.
fn rest() -> impl Strategy<Value = String> {
    "[ \t]{0,2}(#[ a-z=\"\\[\\]邮件.]{0,9})?(\n[ \t]{0,2}(#[ a-z=\"\\[\\]邮件.]{0,9})?){0,2}"
}

fn written(lines: &[Line], prefix: &str) -> String {
    let line = |(blank, key, value, rest): &Line| {
        let (key, values) = LINES[*key];
        format!("{blank}{prefix}{key} = {}{rest}\n", values[value % values.len()])
    };
    lines.iter().map(line).collect()
}

/// Configurations with three profiles in random forms and with random comments.
fn configuration() -> impl Strategy<Value = String> {
    let top = (rest(), lines(), select(vec!["", "[profiles]\n"]), any::<bool>(), any::<bool>());
    let below = (lines(), rest(), lines(), rest(), select(vec!["", "\u{feff}"]), any::<bool>());
    (top, below).prop_map(|((start, dotted, heading, crlf, inline), below)| {
        let (mine, after, theirs, end, mark, whole) = below;
        let prefix = if heading.is_empty() { "profiles.d." } else { "d." };
        let inline = match (inline, heading.is_empty()) {
            (false, _) => "",
            (_, true) => "profiles.i = { host = 'i' } # inside\n",
            _ => "i = { host = 'i' } # inside\n",
        };
        let mut text = format!(
            "{mark}{start}\n{heading}{}{inline}[ profiles . \"a b\" ]{after}\n{}\
             [defaults]\nehlo = \"e.f\"\n[profiles.mine] # mine\n{}{end}\n",
            written(&dotted, prefix),
            written(&theirs, ""),
            written(&mine, ""),
        );
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        text.truncate(if whole { text.len() } else { text.trim_end().len() });
        text
    })
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        any::<u16>().prop_map(|number| Change::set("port", Setting::Number(number.max(1).into()))),
        "[a-z\"'\\\\ #]{1,9}".prop_map(|name| Change::set("username", Setting::Text(name))),
        select(vec!["starttls", "implicit"])
            .prop_map(|word| Change::set("tls", Setting::Text(word.into()))),
        vec("[0-9a-f]{64}", 0..3).prop_map(|pins| Change::set("pin_sha256", Setting::Texts(pins))),
        any::<bool>().prop_map(|on| Change::set("system_roots", Setting::Switch(on))),
        select(vec!["port", "from", "username"]).prop_map(Change::remove),
    ];
    vec(change, 0..4).prop_map(|mut changes| {
        changes.sort_by_key(|change| change.key);
        changes.dedup_by_key(|change| change.key);
        changes
    })
}

fn survey(text: &str) -> File {
    let (file, complaints) = File::survey(text, Path::new("/m"), None);
    assert_eq!(complaints, [], "{text}");
    file
}

/// What is written from the place of a key's value on to the end of the line.
fn value_of<'a>(text: &'a str, layer: &Profile, key: &str) -> Option<&'a str> {
    let Some(Origin::File { line, column, .. }) = layer.origin_of(key) else { return None };
    let line = text.lines().nth(line - 1).unwrap();
    let start = line.char_indices().nth(column - 1).unwrap().0;
    Some(&line[start..])
}

proptest! {
    #[test]
    fn whatever_is_written_nothing_else_changes(
        before in configuration(),
        name in select(vec!["a b", "mine", "d", "i", "new"]),
        changes in changes(),
    ) {
        let after = edit(&before, Path::new("/m"), name, &changes).unwrap();
        let (old, new) = (survey(&before), survey(&after));
        let nobody = Profile::default();
        // The reader finds the changed keys as they were given, and all others as they were.
        let old_names: Vec<_> = old.profiles.keys().chain([&name.to_owned()]).cloned().collect();
        for profile in old_names {
            let layer = |file: &File| file.profiles.get(&profile).unwrap_or(&nobody).clone();
            for key in crate::config::KEYS {
                let was = value_of(&before, &layer(&old), key);
                let is = value_of(&after, &layer(&new), key);
                let change = changes.iter().find(|it| profile == name && it.key == key);
                match change.map(|change| change.value.as_ref().map(Setting::written)) {
                    Some(Some(value)) => prop_assert!(is.unwrap().starts_with(value.as_str())),
                    Some(None) => prop_assert_eq!(is, None),
                    None if profile == "i" => prop_assert_eq!(is.is_some(), was.is_some()),
                    None => prop_assert_eq!(is, was),
                }
            }
        }
        // Every line that is there no more, or was not there before, is about a changed key.
        let about = |line: &&str| {
            let inline = name == "i" && line.contains("i = {");
            inline || changes.iter().any(|it| line.contains(&format!("{} = ", it.key)))
        };
        let kept = |text: &str| text.lines().filter(|line| !about(line)).map(str::to_owned).collect();
        let (was, mut is): (Vec<String>, Vec<String>) = (kept(&before), kept(&after));
        let heading = format!("[profiles.{}]", key_name(name));
        if !old.profiles.contains_key(name) && is.last() == Some(&heading) {
            is.pop();
            if before.lines().last().is_some_and(|line| !line.trim().is_empty()) {
                is.pop();
            }
        }
        prop_assert_eq!(was, is);
        prop_assert_eq!(before.contains("\r\n"), after.contains("\r\n") || !after.contains('\n'));
        prop_assert!(!before.contains("\r\n") || !after.replace("\r\n", "").contains('\n'));
        prop_assert_eq!(before.starts_with('\u{feff}'), after.starts_with('\u{feff}'));
    }

    #[test]
    fn without_changes_every_octet_stays(before in configuration()) {
        prop_assert_eq!(edit(&before, Path::new("/m"), "new", &[]).unwrap(), before);
    }
}
