//! One table of aliases, and how it is read from a configuration file.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};

use super::super::document::Item;
use super::super::{ConfigError, Origin, Value};
use super::value::{Splitter, Stands, meaning, one};

/// One table of aliases.
#[derive(Debug, Clone, Default)]
pub(in crate::config) struct Aliases {
    /// By their names as [`key`] has them.
    entries: BTreeMap<String, Alias>,
    /// What is there already; the first counts.
    pub(super) repeated: Vec<Repeated>,
}

/// A name and whom it stands for.
#[derive(Debug, Clone)]
pub(super) struct Alias {
    /// As it is written.
    pub(super) name: String,
    /// Where.
    pub(super) place: Origin,
    /// Whom it stands for.
    pub(super) values: Vec<Value<Stands>>,
}

/// A name that is there for a second time.
#[derive(Debug, Clone)]
pub(super) struct Repeated {
    /// As it is written.
    pub(super) name: String,
    /// Where the second time.
    pub(super) place: Origin,
    /// Where the first time.
    pub(super) first: Origin,
}

impl Aliases {
    /// Whom a name stands for, given as [`key`] has it.
    pub(super) fn get(&self, key: &str) -> Option<&Alias> {
        self.entries.get(key)
    }

    /// Every alias, in the order of the alphabet.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Alias> {
        self.entries.values()
    }

    /// Adds an alias, unless it is there.
    pub(super) fn add(&mut self, alias: Alias) {
        match self.entries.entry(key(&alias.name)) {
            Vacant(entry) => {
                entry.insert(alias);
            }
            Occupied(entry) => {
                let first = entry.get().place.clone();
                self.repeated.push(Repeated { name: alias.name, place: alias.place, first });
            }
        }
    }

    /// Reads the table `[aliases]` of a configuration file as far as it is right.
    pub(in crate::config) fn read(table: &[Item<'_>], complaints: &mut Vec<ConfigError>) -> Self {
        let mut aliases = Self::default();
        for item in table {
            let place = item.document.origin(item.key_at);
            let complain = |what: &str| {
                let message = format!("{}: {what}", item.key);
                item.document.error_at(item.key_at, &message)
            };
            if item.key.contains('@') {
                complaints.push(complain("an alias is a name without @ and domain"));
                continue;
            }
            match values(item, complaints) {
                Ok(values) if values.is_empty() => complaints.push(
                    complain("stands for nobody").with_hint("to drop its mail write \"/dev/null\""),
                ),
                Ok(values) => aliases.add(Alias { name: item.key.to_owned(), place, values }),
                Err(error) => complaints.push(error),
            }
        }
        for Repeated { name, place, first } in std::mem::take(&mut aliases.repeated) {
            let message = format!("{place}: {name}: is the same name as in {first}");
            complaints.push(ConfigError::new(message).placed(place));
        }
        aliases
    }
}

/// Whom an alias stands for: a list in a string, or an array of those.
fn values(
    item: &Item<'_>,
    complaints: &mut Vec<ConfigError>,
) -> Result<Vec<Value<Stands>>, ConfigError> {
    let mut values = Vec::new();
    for (element, text) in item.strings("a string or an array of strings")? {
        let mut splitter = Splitter::default();
        splitter.text(text);
        for piece in splitter.pieces() {
            let value = meaning(&piece.text);
            if let Stands::Refused(reason) = &value {
                complaints.push(element.error(reason));
            }
            values.push(element.placed(value));
        }
    }
    Ok(values)
}

/// A name as it is looked up: without needless quotes, in lower case.
pub(super) fn key(name: &str) -> String {
    let name = name.trim();
    let quoted = || one(&format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")));
    match one(name).or_else(|_| quoted()) {
        Ok((local, None)) => local.to_lowercase(),
        _ => name.to_lowercase(),
    }
}
