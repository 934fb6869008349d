//! Changes keys of one profile in the text of a configuration file and leaves every other octet as
//! it is: comments, blank lines, order, line ends.
//!
//! The places come from the reader's own parser. What comes out is read again and has to say what
//! the file said, the changes apart; where it does not, because the profile is written in an unusual
//! form, that is an error. Fails too where the text is no TOML.

mod default;
#[cfg(test)]
mod properties;
mod splice;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

use super::ConfigError;
use super::document::Document;
use super::setting::{Change, joined, key_name, pair};
pub use default::edit_default;
use splice::splice;

/// The text of the file at `path` with the changes made in `[profiles.NAME]`, which is added at the
/// end where it is not there yet. What secrets the text holds, the new one holds too.
pub fn edit(
    text: &str,
    path: &Path,
    profile: &str,
    changes: &[Change],
) -> Result<String, ConfigError> {
    let mut edited = Zeroizing::new(text.to_owned());
    // What goes away goes last, so that a new key still finds its neighbours.
    let (set, removed): (Vec<_>, Vec<_>) = changes.iter().partition(|it| it.value.is_some());
    parse(&Document { text, path: path.into(), home: None })?;
    for change in set.into_iter().chain(removed) {
        let document = Document { text: &edited, path: path.into(), home: None };
        let root = parse(&document)?;
        let Some(splice) = splice(&document, root.get_ref(), profile, change)? else { continue };
        let next = splice.made_in(&edited);
        if !says_the_same_but_for(change, profile, root.get_ref(), &edited, &next) {
            return Err(unusual(&document, root.get_ref(), profile));
        }
        drop(root);
        edited = next;
    }
    Ok(std::mem::take(&mut *edited))
}

/// A whole new profile as TOML: `[profiles.NAME]` and its keys in the order given. What secrets the
/// changes hold, it holds too.
pub fn table(profile: &str, changes: &[Change]) -> String {
    let mut text = joined(&["[profiles.", &key_name(profile), "]\n"]);
    for change in changes {
        if let Some(value) = &change.value {
            text = joined(&[&text, &pair(change.key, &value.written()), "\n"]);
        }
    }
    std::mem::take(&mut *text)
}

/// Reads the text as TOML; fails at its first mistake.
fn parse<'a>(document: &Document<'a>) -> Result<Spanned<DeTable<'a>>, ConfigError> {
    let (root, broken) = DeTable::parse_recoverable(document.text);
    match broken.first() {
        None => Ok(root),
        Some(error) => {
            let octet = error.span().map_or(0, |span| span.start);
            Err(document.error_at(octet, error.message()))
        }
    }
}

/// Whether `new` says what `old` says, this change apart.
fn says_the_same_but_for(
    change: &Change,
    profile: &str,
    old_root: &DeTable<'_>,
    old: &str,
    new: &str,
) -> bool {
    let (new_root, broken) = DeTable::parse_recoverable(new);
    let changed = ["profiles", profile, change.key];
    let written = change.value.as_ref().map(|value| value.written());
    let mut expected = values(old_root, old);
    expected.retain(|path, _| !path.starts_with(&changed));
    if let Some(written) = &written {
        expected.insert(changed.to_vec(), written);
    }
    broken.is_empty() && values(new_root.get_ref(), new) == expected
}

/// Every value as it is written, with the names that lead to it.
fn values<'a>(root: &'a DeTable<'_>, text: &'a str) -> BTreeMap<Vec<&'a str>, &'a str> {
    let mut found = BTreeMap::new();
    let mut tables = vec![(Vec::new(), root)];
    while let Some((above, table)) = tables.pop() {
        for (key, value) in table {
            let mut path: Vec<&str> = above.clone();
            path.push(key.get_ref());
            match value.get_ref() {
                DeValue::Table(below) => tables.push((path, below)),
                _ => drop(found.insert(path, &text[value.span()])),
            }
        }
    }
    found
}

fn unusual(document: &Document<'_>, root: &DeTable<'_>, profile: &str) -> ConfigError {
    let profiles = root.get("profiles").and_then(|profiles| profiles.get_ref().as_table());
    let heading = profiles.and_then(|profiles| profiles.get_key_value(profile));
    let octet = heading.map_or(0, |(key, _)| key.span().start);
    let message = format!("profile {profile:?} is written in a form that only a hand can change");
    document
        .error_at(octet, &message)
        .with_hint(format!("write it as [profiles.{}]", key_name(profile)))
}
