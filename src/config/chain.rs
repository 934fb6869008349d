//! What the configuration files say together: profiles by name, and what lies beneath each.
//!
//! Fails when a name is not found, saying where it was looked for, and when `extends` goes in a
//! circle.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::aliases::AliasBook;
use super::choose::may_not_read;
use super::error::nearest;
use super::file::File;
use super::locations::Found;
use super::{ConfigError, Origin, Profile, Value};

/// What the configuration files say.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    /// The nearest first.
    files: Vec<File>,
    pub(super) tried: Vec<(PathBuf, Found)>,
}

/// A profile and all that lies beneath it, the nearest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers {
    /// Itself and what it extends.
    pub(super) profiles: Vec<Profile>,
    /// The `[defaults]` of the files they stand in; a provider's settings lie between.
    pub(super) defaults: Vec<Profile>,
}

impl Layers {
    /// All of them, without what a provider says.
    pub(super) fn flat(self) -> impl Iterator<Item = Profile> {
        self.profiles.into_iter().chain(self.defaults)
    }
}

/// A profile in a file: the file's index and the name.
type Key<'a> = (usize, &'a str);

impl Configuration {
    pub(super) fn new(files: Vec<File>, tried: Vec<(PathBuf, Found)>) -> Self {
        Self { files, tried }
    }

    pub(super) fn files(&self) -> &[File] {
        &self.files
    }

    /// The names of all profiles, in the order of the alphabet.
    pub fn profile_names(&self) -> Vec<String> {
        self.names().into_iter().map(str::to_owned).collect()
    }

    /// Where the profile of this name begins.
    pub fn heading(&self, name: &str) -> Option<&Origin> {
        self.files.iter().find_map(|file| file.headings.get(name))
    }

    /// Where a key is written in the profile of this name itself, not in what lies beneath it.
    pub fn written(&self, name: &str, key: &str) -> Option<&Origin> {
        let (file, name) = self.find(name, 0)?;
        self.files[file].profiles.get(name)?.origin_of(key)
    }

    /// Whether a file says which profile is used by default.
    pub fn has_default_profile(&self) -> bool {
        self.default_profile().is_some()
    }

    /// Whom names without a domain stand for, as far as the files themselves say it.
    pub(super) fn aliases(&self) -> AliasBook {
        let tables = self.files.iter().map(|file| file.aliases.clone()).collect();
        AliasBook::new(tables, self.files.first().map(|file| file.path.to_path_buf()))
    }

    /// Whether another profile lies over the one of this name.
    pub(super) fn is_extended(&self, name: &str) -> bool {
        let mut profiles = self.files.iter().flat_map(|file| file.profiles.values());
        profiles.any(|profile| profile.extends.as_ref().is_some_and(|it| it.value == name))
    }

    /// The profile of this name and all that lies beneath it.
    pub(super) fn layers(&self, name: &str) -> Result<Layers, ConfigError> {
        let Some(mut next) = self.find(name, 0) else {
            return Err(self.not_found(name, "", None));
        };
        let mut chain: Vec<Key<'_>> = Vec::new();
        let mut profiles = Vec::new();
        loop {
            chain.push(next);
            let (index, name) = next;
            let Some(profile) = self.files[index].profiles.get(name) else { break };
            profiles.push(profile.clone());
            let Some(parent) = &profile.extends else { break };
            // One that extends its own name means the other file's.
            let first = if parent.value == name { index + 1 } else { 0 };
            let place = Some((&parent.origin, "extends"));
            let Some(found) = self.find(&parent.value, first) else {
                return Err(self.not_found(&parent.value, "", place));
            };
            if let Some(start) = chain.iter().position(|key| *key == found) {
                let mut circle: Vec<&str> = chain[start..].iter().map(|(_, name)| *name).collect();
                circle.push(found.1);
                let message = format!("goes in a circle: {}", circle.join(" extends "));
                return Err(ConfigError::at(&parent.origin, "extends", message));
            }
            next = found;
        }
        let indices: BTreeSet<usize> = chain.into_iter().map(|(index, _)| index).collect();
        let defaults = indices.into_iter().map(|index| self.files[index].defaults.clone());
        Ok(Layers { profiles, defaults: defaults.collect() })
    }

    /// Looks for a profile, in the files from this one on.
    pub(super) fn find(&self, name: &str, first: usize) -> Option<Key<'_>> {
        let files = self.files.iter().enumerate().skip(first);
        files
            .filter_map(|(index, file)| Some((index, file.profiles.get_key_value(name)?.0)))
            .map(|(index, name)| (index, name.as_str()))
            .next()
    }

    pub(super) fn default_profile(&self) -> Option<(&Value<String>, &File)> {
        self.files.iter().find_map(|file| Some((file.default_profile.as_ref()?, file)))
    }

    pub(super) fn names(&self) -> BTreeSet<&str> {
        self.files.iter().flat_map(|file| file.profiles.keys()).map(String::as_str).collect()
    }

    pub(super) fn listed(&self) -> String {
        self.names().into_iter().collect::<Vec<_>>().join(", ")
    }

    pub(super) fn not_found(
        &self,
        name: &str,
        by: &str,
        place: Option<(&Origin, &str)>,
    ) -> ConfigError {
        let message = format!("no profile {name:?} in {}", self.places());
        let error = match place {
            Some((origin, key)) => ConfigError::at(origin, key, message),
            None if by.is_empty() => ConfigError::new(message),
            None => ConfigError::new(format!("{by}: {message}")),
        };
        let names = self.names();
        match nearest(name, names.iter().copied()) {
            Some(near) => error.with_suggestion(Some(near)),
            None if names.is_empty() => error.with_hint(self.skipped().next().map_or_else(
                || {
                    "`mailsend profiles add ADDRESS` sets one up; --profile sandbox needs none"
                        .to_owned()
                },
                may_not_read,
            )),
            None => error.with_hint(format!("there are: {}", self.listed())),
        }
    }

    /// The files that are there and that this user may not read.
    pub(super) fn skipped(&self) -> impl Iterator<Item = &Path> {
        let skipped = self.tried.iter().filter(|(_, found)| *found == Found::NotAllowed);
        skipped.map(|(path, _)| path.as_path())
    }

    /// Every place that was looked at.
    pub fn places(&self) -> String {
        let places = self.tried.iter().map(|(path, found)| match found {
            Found::Read => path.display().to_string(),
            Found::Missing => format!("{} (missing)", path.display()),
            Found::NotAllowed => format!("{} (may not be read)", path.display()),
        });
        let places: Vec<String> = places.collect();
        if places.is_empty() { "any file".to_owned() } else { places.join(", ") }
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&'static str, &str)]) -> Self {
        let home = Some(std::path::Path::new("/home/n"));
        let parse = |(path, text): &(&str, &str)| File::parse(text, path.as_ref(), home).unwrap();
        let tried = files.iter().map(|(path, _)| (path.into(), Found::Read)).collect();
        Self::new(files.iter().map(parse).collect(), tried)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hosts of the layers of a profile, nearest first.
    fn hosts(configuration: &Configuration, name: &str) -> Vec<String> {
        let layers = configuration.layers(name).unwrap();
        layers.flat().filter_map(|layer| layer.host).map(|host| host.value).collect()
    }

    #[test]
    fn a_profile_lies_over_what_it_extends_and_that_over_the_defaults_of_its_file() {
        let user = "[defaults]\nhost = \"user-defaults\"\n\
                    [profiles.corp]\nextends = \"base\"\nhost = \"corp\"\n\
                    [profiles.alone]\nhost = \"alone\"";
        let system = "[defaults]\nhost = \"system-defaults\"\n[profiles.base]\nhost = \"base\"\n\
                      [profiles.corp]\nhost = \"never\"";
        let configuration = Configuration::of(&[("/u", user), ("/s", system)]);
        assert_eq!(
            hosts(&configuration, "corp"),
            ["corp", "base", "user-defaults", "system-defaults"]
        );
        assert_eq!(hosts(&configuration, "alone"), ["alone", "user-defaults"]);
        assert_eq!(hosts(&configuration, "base"), ["base", "system-defaults"]);
    }

    #[test]
    fn a_profile_may_extend_the_system_s_of_its_own_name() {
        let user = "[profiles.corp]\nextends = \"corp\"\nhost = \"mine\"";
        let system = "[profiles.corp]\nhost = \"theirs\"";
        let configuration = Configuration::of(&[("/u", user), ("/s", system)]);
        assert_eq!(hosts(&configuration, "corp"), ["mine", "theirs"]);
    }

    #[test]
    fn a_key_is_written_in_a_profile_or_beneath_it() {
        let user = "[defaults]\nport = 1\n[profiles.corp]\nextends = \"base\"\nhost = \"corp\"\n\
                    [profiles.base]\ntls = \"none\"";
        let system = "[profiles.corp]\nusername = \"n\"";
        let configuration = Configuration::of(&[("/u", user), ("/s", system)]);
        let written = |key| configuration.written("corp", key).map(ToString::to_string);
        assert_eq!(written("host").as_deref(), Some("/u:5:8"));
        assert_eq!(["port", "tls", "username"].map(written), [None, None, None]);
    }
}
