//! What is wrong with the configuration or with a setting on the command line.

use std::fmt::Display;

use super::Origin;
use crate::model::Exit;

/// A setting that cannot be used. The message names the file, line, column and key, or the flag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    message: String,
    hint: Option<String>,
    exit: Exit,
}

impl ConfigError {
    /// An error of the configuration as a whole.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit: Exit::CONFIG }
    }

    /// An error in the value of `key`; on the command line it is one of usage.
    pub(super) fn at(origin: &Origin, key: &str, message: impl Display) -> Self {
        match origin {
            Origin::Flag(flag) => {
                Self { message: format!("{flag}: {message}"), hint: None, exit: Exit::USAGE }
            }
            Origin::File { .. } | Origin::BuiltIn | Origin::Provider(_) => {
                Self::new(format!("{origin}: {key}: {message}"))
            }
        }
    }

    /// An error in an address: on the command line bad data, not bad usage.
    pub(super) fn address(origin: &Origin, key: &str, message: impl Display) -> Self {
        let error = Self::at(origin, key, message);
        let exit = if error.exit == Exit::USAGE { Exit::DATA } else { error.exit };
        Self { exit, ..error }
    }

    /// Adds the next step.
    pub(super) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Adds "did you mean" if there is something near.
    pub(super) fn with_suggestion(self, suggestion: Option<&str>) -> Self {
        match suggestion {
            Some(name) => self.with_hint(format!("did you mean {name:?}?")),
            None => self,
        }
    }

    /// The next step, for a line of its own.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The exit status: 78; for a value on the command line 64, or 65 if it is an address.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

/// The candidate that `word` is most likely a slip of.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase().replace('-', "_");
    let most = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|name| {
            let plain = name.to_lowercase().replace('-', "_");
            (strsim::damerau_levenshtein(&word, &plain), name)
        })
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_different_word_is_not() {
        for (word, expected) in [
            ("prot", Some("port")),
            ("Host", Some("host")),
            ("user-name", Some("username")),
            ("hsot", Some("host")),
            ("colour", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, ["host", "port", "username"]), expected, "{word}");
        }
    }

    #[test]
    fn the_exit_status_depends_on_where_the_value_was_written() {
        let file = Origin::File { path: Path::new("/c.toml").into(), line: 3, column: 8 };
        let flag = Origin::Flag("--host");
        let in_file = ConfigError::at(&file, "host", "is empty");
        assert_eq!(
            (in_file.to_string().as_str(), in_file.exit()),
            ("/c.toml:3:8: host: is empty", Exit::CONFIG)
        );
        let on_line = ConfigError::at(&flag, "host", "is empty");
        assert_eq!(
            (on_line.to_string().as_str(), on_line.exit()),
            ("--host: is empty", Exit::USAGE)
        );
        assert_eq!(ConfigError::address(&file, "from", "x").exit(), Exit::CONFIG);
        assert_eq!(ConfigError::address(&flag, "from", "x").exit(), Exit::DATA);
    }
}
