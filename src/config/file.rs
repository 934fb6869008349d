//! One configuration file: from its text to layers.
//!
//! Fails at the first mistake in the file, with its place. A profile that is never used is
//! checked too: a configuration is right or it is not.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use toml::de::DeTable;

use super::document::{Document, Item};
use super::error::nearest;
use super::keys::{KEYS, layer};
use super::{ConfigError, Profile, Value};

/// The name of the built-in profile.
pub const SANDBOX: &str = "sandbox";

/// What one file says.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) path: Arc<Path>,
    pub(super) default_profile: Option<Value<String>>,
    /// The layer beneath all profiles of this file.
    pub(super) defaults: Profile,
    pub(super) profiles: BTreeMap<String, Profile>,
}

impl File {
    /// Reads a file's text; `home` is what `~/` stands for.
    pub(super) fn parse(text: &str, path: &Path, home: Option<&Path>) -> Result<Self, ConfigError> {
        let document = Document { text, path: path.into(), home };
        let root = DeTable::parse(text).map_err(|error| {
            let octet = error.span().map_or(0, |span| span.start);
            document.error_at(octet, error.message())
        })?;
        let mut file = Self {
            path: document.path.clone(),
            default_profile: None,
            defaults: Profile::default(),
            profiles: BTreeMap::new(),
        };
        for item in document.items(root.get_ref()) {
            match item.key {
                "default_profile" => file.default_profile = Some(item.text()?),
                "defaults" => file.defaults = layer(&item, "[defaults]")?,
                "profiles" => {
                    for profile in document.items(item.table()?) {
                        let section = format!("[profiles.{}]", profile.key);
                        check_name(&profile)?;
                        file.profiles.insert(profile.key.to_owned(), layer(&profile, &section)?);
                    }
                }
                _ => return Err(unknown_at_the_top(&item)),
            }
        }
        Ok(file)
    }

    /// Whether a password itself stands in the file.
    pub(super) fn holds_a_password(&self) -> bool {
        self.profiles.values().chain([&self.defaults]).any(|layer| layer.password.is_some())
    }
}

fn check_name(profile: &Item<'_>) -> Result<(), ConfigError> {
    let complaint = match profile.key {
        SANDBOX => "the name \"sandbox\" belongs to the built-in profile",
        "" => "a profile needs a name",
        _ => return Ok(()),
    };
    Err(profile.document.error_at(profile.key_at, complaint))
}

fn unknown_at_the_top(item: &Item<'_>) -> ConfigError {
    let message = format!("unknown key {:?} at the top of the file", item.key);
    let error = item.document.error_at(item.key_at, &message);
    if KEYS.contains(&item.key) {
        return error.with_hint("it belongs into [profiles.NAME] or [defaults]");
    }
    match nearest(item.key, ["default_profile", "defaults", "profiles"]) {
        Some(name) => error.with_suggestion(Some(name)),
        None if item.table().is_ok() => {
            error.with_hint(format!("a profile is written [profiles.{}]", item.key))
        }
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Origin;

    fn parse(text: &str) -> Result<File, ConfigError> {
        File::parse(text, Path::new("/etc/m.toml"), Some(Path::new("/home/n")))
    }

    /// Each mistake, and what is said about it without the file's name; the hint behind a bar.
    fn assert_refused(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            let error = parse(text).unwrap_err();
            let hint = error.hint().map(|hint| format!(" | {hint}")).unwrap_or_default();
            let said = format!("{error}{hint}");
            assert_eq!(said.strip_prefix("/etc/m.toml:"), Some(*expected), "{text}: {said}");
        }
    }

    #[test]
    fn a_value_knows_its_place() {
        let file =
            parse("default_profile = \"é\"\nprofiles = { \"é\" = { host = \"a\" } }").unwrap();
        let host = file.profiles["é"].host.clone().unwrap();
        let path = Path::new("/etc/m.toml").into();
        // Characters, not octets.
        let origin = Origin::File { path, line: 2, column: 29 };
        assert_eq!(host, Value { value: "a".to_owned(), origin });
        assert_eq!(file.default_profile.unwrap().origin.to_string(), "/etc/m.toml:1:19");
    }

    #[test]
    fn an_unknown_key_is_an_error_with_a_suggestion() {
        assert_refused(&[
            (
                "[profiles.corp]\nhost = \"a\"\n prot = 25",
                "3:2: unknown key \"prot\" in [profiles.corp] | did you mean \"port\"?",
            ),
            (
                "[profiles.x]\npasswordeval = \"p\"",
                "2:1: unknown key \"passwordeval\" in [profiles.x] | did you mean \"password_command\"?",
            ),
            ("[defaults]\ncolour = 1", "2:1: unknown key \"colour\" in [defaults]"),
            (
                "defualts = 1",
                "1:1: unknown key \"defualts\" at the top of the file | did you mean \"defaults\"?",
            ),
            (
                "host = \"a\"",
                "1:1: unknown key \"host\" at the top of the file | it belongs into [profiles.NAME] or [defaults]",
            ),
            (
                "[corp]\nhost = \"a\"",
                "1:2: unknown key \"corp\" at the top of the file | a profile is written [profiles.corp]",
            ),
        ]);
    }

    #[test]
    fn what_may_not_stand_somewhere_is_refused_there() {
        assert_refused(&[
            (
                "[defaults]\ndanger_cleartext_auth = false",
                "2:1: danger_cleartext_auth may not stand in [defaults] | set it in the profiles that need it",
            ),
            ("[defaults]\nextends = \"a\"", "2:1: extends may not stand in [defaults]"),
            ("[profiles.sandbox]", "1:11: the name \"sandbox\" belongs to the built-in profile"),
            ("[profiles.\"\"]", "1:11: a profile needs a name"),
            ("[profiles]\ncorp = 1", "2:8: corp: expected a table, found an integer"),
        ]);
    }

    #[test]
    fn broken_toml_is_told_with_its_place_and_without_its_content() {
        assert_refused(&[
            ("[profiles.x]\npassword = \"hunter2", "2:20: invalid basic string, expected `\"`"),
            ("[profiles.x]\nport = 1\nport = 2", "3:1: duplicate key"),
        ]);
    }
}
