//! The values of a TOML document with their places: reads one as what its key asks for.
//!
//! Fails with file, line, column, key and what would fit. Never repeats the value of `password`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::nearest;
use super::{Command, ConfigError, Origin, Value};
use crate::model::{Address, AddressList, AuthPolicy, Mechanism, Pin, check_header, occurs_once};

/// A document and where it was read.
pub(super) struct Document<'a> {
    /// The whole of it.
    pub(super) text: &'a str,
    /// Its file.
    pub(super) path: Arc<Path>,
    /// What `~/` stands for, if that is known.
    pub(super) home: Option<&'a Path>,
}

/// A key with its value, as written.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    /// Where both stand.
    pub(super) document: &'a Document<'a>,
    /// The key.
    pub(super) key: &'a str,
    /// The octet at which the key starts.
    pub(super) key_at: usize,
    /// The value.
    pub(super) value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Document<'a> {
    /// The place of an octet; columns count characters.
    pub(super) fn origin(&self, octet: usize) -> Origin {
        let before = self.text.get(..octet).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Origin::File {
            path: self.path.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// An error at an octet that is about no value.
    pub(super) fn error_at(&self, octet: usize, message: &str) -> ConfigError {
        let origin = self.origin(octet);
        ConfigError::new(format!("{origin}: {message}")).placed(origin)
    }

    /// The items of a table in the order in which they are written.
    pub(super) fn items(&'a self, table: &'a DeTable<'a>) -> Vec<Item<'a>> {
        let mut items: Vec<_> = table
            .iter()
            .map(|(key, value)| Item {
                document: self,
                key: key.get_ref(),
                key_at: key.span().start,
                value,
            })
            .collect();
        items.sort_by_key(|item| item.key_at);
        items
    }
}

impl<'a> Item<'a> {
    fn origin(&self) -> Origin {
        self.document.origin(self.value.span().start)
    }

    /// Puts what was read together with its place.
    pub(super) fn placed<T>(&self, value: T) -> Value<T> {
        Value { value, origin: self.origin() }
    }

    /// An error in the value.
    pub(super) fn error(&self, message: impl std::fmt::Display) -> ConfigError {
        ConfigError::at(&self.origin(), self.key, message)
    }

    /// What stands here is not what the key takes.
    fn expected(&self, what: &str) -> ConfigError {
        self.error(format!("expected {what}, found {}", kind(self.value.get_ref())))
    }

    /// A table.
    pub(super) fn table(&self) -> Result<&'a DeTable<'a>, ConfigError> {
        match self.value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.expected("a table")),
        }
    }

    fn str(&self) -> Result<&'a str, ConfigError> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(text),
            _ => Err(self.expected("a string")),
        }
    }

    /// Strings: one, or an array of them, each as an item of its own.
    pub(super) fn strings(&self, what: &str) -> Result<Vec<(Self, &'a str)>, ConfigError> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(vec![(*self, text)]),
            DeValue::Array(elements) => elements
                .iter()
                .map(|value| {
                    let element = Item { value, ..*self };
                    Ok((element, element.str()?))
                })
                .collect(),
            _ => Err(self.expected(what)),
        }
    }

    pub(super) fn text(&self) -> Result<Value<String>, ConfigError> {
        Ok(self.placed(self.str()?.to_owned()))
    }

    pub(super) fn boolean(&self) -> Result<Value<bool>, ConfigError> {
        match self.value.get_ref() {
            DeValue::Boolean(value) => Ok(self.placed(*value)),
            _ => Err(self.expected("true or false")),
        }
    }

    /// A whole number within these bounds.
    pub(super) fn number(&self, least: u64, most: u64) -> Result<Value<u64>, ConfigError> {
        let what = format!("a whole number from {least} to {most}");
        let DeValue::Integer(number) = self.value.get_ref() else {
            return Err(self.expected(&what));
        };
        match u64::from_str_radix(number.as_str(), number.radix()) {
            Ok(value) if (least..=most).contains(&value) => Ok(self.placed(value)),
            _ => Err(self.error(format!("expected {what}, found {number}"))),
        }
    }

    /// One of these words.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<Value<T>, ConfigError> {
        let text = self.str()?;
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(self.placed(*value)),
            None => Err(self.no_such_word(text, words.iter().map(|(word, _)| *word))),
        }
    }

    fn no_such_word<'w>(
        &self,
        text: &str,
        words: impl Iterator<Item = &'w str> + Clone,
    ) -> ConfigError {
        let list = words.clone().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
        self.error(format!("{text:?} is none of {list}")).with_suggestion(nearest(text, words))
    }

    /// A path: `~/` is the home directory, a relative one is relative to the document's folder.
    pub(super) fn path(&self) -> Result<Value<PathBuf>, ConfigError> {
        let text = self.str()?;
        if text.is_empty() || text.contains('\0') {
            return Err(self.error("expected the path of a file"));
        }
        let path = match text.strip_prefix("~/") {
            Some(rest) => match self.document.home {
                Some(home) => home.join(rest),
                None => {
                    return Err(self
                        .error("the home directory that ~/ stands for is not known")
                        .with_hint("set HOME, or write the whole path"));
                }
            },
            None => self.document.path.parent().unwrap_or(Path::new("")).join(text),
        };
        Ok(self.placed(path))
    }

    pub(super) fn auth(&self) -> Result<Value<AuthPolicy>, ConfigError> {
        let listed = matches!(self.value.get_ref(), DeValue::Array(_));
        let mut mechanisms = Vec::new();
        for (element, text) in self.strings("a string or an array of strings")? {
            match text {
                "auto" | "none" if listed => {
                    return Err(
                        element.error(format!("{text:?} does not go with other mechanisms"))
                    );
                }
                "auto" => return Ok(self.placed(AuthPolicy::Auto)),
                "none" => return Ok(self.placed(AuthPolicy::None)),
                _ => {}
            }
            let Some(mechanism) = Mechanism::parse(text) else {
                let names = Mechanism::ALL.iter().map(|mechanism| mechanism.name());
                return Err(element.no_such_word(text, ["auto", "none"].into_iter().chain(names)));
            };
            mechanisms.push(mechanism);
        }
        if mechanisms.is_empty() {
            return Err(self
                .error("no mechanism is listed")
                .with_hint("to send without: \"none\""));
        }
        Ok(self.placed(AuthPolicy::Named(mechanisms)))
    }

    pub(super) fn pins(&self) -> Result<Value<Vec<Pin>>, ConfigError> {
        let pins = self.strings("an array of strings")?.into_iter().map(|(element, text)| {
            Pin::parse(text).ok_or_else(|| {
                element.error(format!("expected 64 hexadecimal digits, found {text:?}"))
            })
        });
        Ok(self.placed(pins.collect::<Result<_, _>>()?))
    }

    /// A command: a string for the shell, or a program with its arguments.
    pub(super) fn command(&self) -> Result<Value<Command>, ConfigError> {
        let listed = matches!(self.value.get_ref(), DeValue::Array(_));
        let words = self.strings("a string or an array of strings")?;
        let words: Vec<String> = words.into_iter().map(|(_, word)| word.to_owned()).collect();
        match words.first() {
            None => Err(self.error("names no program")),
            Some(first) if first.trim().is_empty() => Err(self.error("names no program")),
            Some(_) if words.iter().any(|word| word.contains('\0')) => {
                Err(self.error("contains a NUL"))
            }
            Some(_) if listed => Ok(self.placed(Command::Program(words))),
            Some(first) => Ok(self.placed(Command::Shell(first.clone()))),
        }
    }

    pub(super) fn addresses(&self) -> Result<Value<AddressList>, ConfigError> {
        let list = self.str()?.parse().map_err(|error| self.error(error))?;
        Ok(self.placed(list))
    }

    /// An address, or `<>` for none.
    pub(super) fn reverse_path(&self) -> Result<Value<Option<Address>>, ConfigError> {
        match self.str()? {
            "<>" => Ok(self.placed(None)),
            text => {
                let address = Address::parse(text).map_err(|error| self.error(error))?;
                Ok(self.placed(Some(address)))
            }
        }
    }

    /// An array of `"Name: value"`, or a table.
    pub(super) fn headers(&self) -> Result<Value<Vec<(String, String)>>, ConfigError> {
        let mut headers = Vec::new();
        let mut add = |item: &Item<'_>, name: &str, value: &str| {
            check_header(name, value).map_err(|complaint| item.error(complaint))?;
            let is_there = |(other, _): &(String, String)| other.eq_ignore_ascii_case(name);
            if occurs_once(name) && headers.iter().any(is_there) {
                return Err(item.error(format!("{name} occurs once in a message, and twice here")));
            }
            headers.push((name.to_owned(), value.to_owned()));
            Ok(())
        };
        if let DeValue::Table(table) = self.value.get_ref() {
            for field in self.document.items(table) {
                add(&field, field.key, field.str()?)?;
            }
        } else {
            for (element, text) in self.strings("an array of \"Name: value\" or a table")? {
                let Some((name, value)) = text.split_once(':') else {
                    return Err(element.error(format!("expected \"Name: value\", found {text:?}")));
                };
                add(&element, name.trim(), value.trim_matches([' ', '\t']))?;
            }
        }
        Ok(self.placed(headers))
    }
}

/// What a value is, for messages.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
