//! One configuration file: from its text to layers.
//!
//! Collects every mistake in the file, with its place. A profile that is never used is checked too:
//! a configuration is right or it is not.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use toml::de::DeTable;

use super::aliases::Aliases;
use super::document::{Document, Item};
use super::error::nearest;
use super::keys::{KEYS, layer};
use super::{ConfigError, Origin, Profile, Value};
use crate::model::{Secret, Slot};

/// The name of the built-in profile.
pub const SANDBOX: &str = "sandbox";

/// What one file says.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) path: Arc<Path>,
    pub(super) default_profile: Option<Value<String>>,
    /// Whom names without a domain stand for.
    pub(super) aliases: Arc<Aliases>,
    /// The layer beneath all profiles of this file.
    pub(super) defaults: Profile,
    pub(super) profiles: BTreeMap<String, Profile>,
    /// Where each profile begins.
    pub(super) headings: BTreeMap<String, Origin>,
}

impl File {
    /// Reads a file's text without a mistake; `home` is what `~/` stands for.
    #[cfg(test)]
    pub(super) fn parse(text: &str, path: &Path, home: Option<&Path>) -> Result<Self, ConfigError> {
        let (file, complaints) = Self::survey(text, path, home);
        complaints.into_iter().next().map_or(Ok(file), Err)
    }

    /// Reads what can be read, and says what is wrong with the rest.
    pub(super) fn survey(text: &str, path: &Path, home: Option<&Path>) -> (Self, Vec<ConfigError>) {
        let document = Document { text, path: path.into(), home };
        let (root, broken) = DeTable::parse_recoverable(text);
        let mut file = Self {
            path: document.path.clone(),
            default_profile: None,
            aliases: Arc::default(),
            defaults: Profile::default(),
            profiles: BTreeMap::new(),
            headings: BTreeMap::new(),
        };
        let mut complaints = Vec::new();
        for item in document.items(root.get_ref()) {
            match (item.key, item.table()) {
                ("default_profile", _) => match item.text() {
                    Ok(name) => file.default_profile = Some(name),
                    Err(error) => complaints.push(error),
                },
                ("aliases", Ok(table)) => {
                    let table = document.items(table);
                    file.aliases = Arc::new(Aliases::read(&table, &mut complaints));
                }
                ("defaults", _) => {
                    file.defaults = layer(&item, "[defaults]", &mut complaints);
                }
                ("profiles", Ok(profiles)) => {
                    for profile in document.items(profiles) {
                        let section = format!("[profiles.{}]", profile.key);
                        complaints.extend(check_name(&profile).err());
                        let layer = layer(&profile, &section, &mut complaints);
                        let name = profile.key.to_owned();
                        file.headings.insert(name.clone(), document.origin(profile.key_at));
                        file.profiles.insert(name, layer);
                    }
                }
                ("profiles", Err(error)) => complaints.push(error),
                _ => complaints.push(unknown_at_the_top(&item)),
            }
        }
        (file, with_syntax(&document, &broken, complaints))
    }

    /// A secret itself that stands in the file, and what it is.
    pub(super) fn literal_secret(&self) -> Option<(Slot, &Value<Secret>)> {
        let mut layers = self.profiles.values().chain([&self.defaults]);
        layers.find_map(|layer| {
            let password = layer.password.as_ref().map(|value| (Slot::Password, value));
            password.or(layer.token.as_ref().map(|value| (Slot::Token, value)))
        })
    }
}

/// Puts what is no TOML before the other complaints, without those that come from guessing what a
/// broken line meant.
fn with_syntax(
    document: &Document<'_>,
    broken: &[toml::de::Error],
    complaints: Vec<ConfigError>,
) -> Vec<ConfigError> {
    let line = |complaint: &ConfigError| match complaint.place() {
        Some(Origin::File { line, .. }) => Some(*line),
        _ => None,
    };
    let mut all: Vec<ConfigError> = Vec::new();
    for error in broken {
        let octet = error.span().map_or(0, |span| span.start);
        let complaint = document.error_at(octet, error.message());
        if !all.iter().any(|other| line(other) == line(&complaint)) {
            all.push(complaint);
        }
    }
    let broken_lines: Vec<_> = all.iter().map(line).collect();
    all.extend(complaints.into_iter().filter(|other| !broken_lines.contains(&line(other))));
    all
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
    if item.key == "aliases" {
        return item
            .error("expected a table of names")
            .with_hint("aliases = FILE belongs into [profiles.NAME] or [defaults]");
    }
    if KEYS.contains(&item.key) {
        return error.with_hint("it belongs into [profiles.NAME] or [defaults]");
    }
    // A table of one alias's name would else be taken for a profile's.
    let near = nearest(item.key, ["default_profile", "aliases", "defaults", "profiles"]);
    match near.or((item.key == "alias").then_some("aliases")) {
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
    fn everything_that_is_wrong_is_told_at_once() {
        let text = "prot = 1\n[profiles.a]\nport = 0\nhost = \"a b\"\ntls = \"none\nehlo = \"\"\n\
                    [profiles.b]\nhsot = 1\nca_file = 2\n";
        let (file, complaints) = File::survey(text, Path::new("/m"), None);
        let complaints: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        assert_eq!(
            complaints,
            [
                "/m:5:12: invalid basic string, expected `\"`",
                "/m:1:1: unknown key \"prot\" at the top of the file",
                "/m:3:8: port: expected a whole number from 1 to 65535, found 0",
                "/m:4:8: host: contains a space or a control character",
                "/m:6:8: ehlo: is empty",
                "/m:8:1: unknown key \"hsot\" in [profiles.b]",
                "/m:9:11: ca_file: expected a string, found an integer",
            ]
        );
        assert_eq!(file.profiles.len(), 2);
    }

    #[test]
    fn broken_toml_is_told_with_its_place_and_without_its_content() {
        assert_refused(&[
            ("[profiles.x]\npassword = \"hunter2", "2:20: invalid basic string, expected `\"`"),
            ("[profiles.x]\nport = 1\nport = 2", "3:1: duplicate key"),
        ]);
    }
}
