//! Which profile is used, and the layers it consists of.
//!
//! Fails when a name is not found, saying where it was looked for, and when nothing decides.

use super::aliases::AliasBook;
use std::path::Path;

use super::chain::{Configuration, Layers};
use super::file::SANDBOX;
use super::{ConfigError, Origin, Profile};
use crate::model::{Address, AddressList};

/// What may decide on the profile, from outside the files.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// `--profile`
    pub profile: Option<String>,
    /// `--from`
    pub from: Option<Address>,
    /// `MAILSEND_PROFILE`
    pub environment: Option<String>,
    /// Whether `--host` is given.
    pub host: bool,
    /// Whether `--provider` is given.
    pub provider: bool,
}

/// A profile with all that lies beneath it.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// Its name; none: no profile is used. `sandbox` (see [`SANDBOX`]) has no layers.
    pub name: Option<String>,
    /// Which rule chose it, for `-v`.
    pub rule: String,
    /// What it consists of.
    pub(super) layers: Layers,
    /// Whom names without a domain stand for, whatever the profile.
    pub(super) aliases: AliasBook,
}

impl Chosen {
    /// Puts a layer beneath all others.
    #[must_use]
    pub fn upon(mut self, layer: Profile) -> Self {
        self.layers.defaults.push(layer);
        self
    }
}

impl Configuration {
    /// Finds the profile to use, and why that one.
    pub fn choose(&self, choice: &Choice) -> Result<Chosen, ConfigError> {
        let environment = choice.environment.as_deref().filter(|name| !name.is_empty());
        if let Some(name) = &choice.profile {
            return self.chosen(name, "--profile", None);
        }
        let server = [(choice.host, "--host"), (choice.provider, "--provider")];
        if let Some((_, flag)) = server.into_iter().find(|(given, _)| *given) {
            let rule = format!("no profile: {flag} is given");
            let (layers, aliases) = (Layers::default(), self.aliases());
            return Ok(Chosen { name: None, rule, layers, aliases });
        }
        if let Some(from) = &choice.from
            && let Some(chosen) = self.by_from(from, environment)?
        {
            return Ok(chosen);
        }
        if let Some(name) = environment {
            return self.chosen(name, "MAILSEND_PROFILE", None);
        }
        if let Some((name, file)) = self.default_profile() {
            let rule = format!("default_profile in {}", file.path.display());
            return self.chosen(&name.value, &rule, Some((&name.origin, "default_profile")));
        }
        match self.names().into_iter().collect::<Vec<_>>()[..] {
            [name] => self.chosen(name, "there is no other", None),
            [] => Err(ConfigError::new(format!("no profile in {}, and no --host", self.places()))
                .with_hint(match self.skipped().next() {
                    Some(path) => may_not_read(path),
                    None => {
                        "`mailsend profiles add ADDRESS` sets one up; --profile sandbox needs none"
                            .to_owned()
                    }
                })),
            [first, ..] => {
                let message = format!("nothing says which profile to use: {}", self.listed());
                Err(ConfigError::new(message)
                    .with_hint(format!("give --profile, or set default_profile = {first:?}")))
            }
        }
    }

    /// The profile of this name, whatever else is set.
    pub fn named(&self, name: &str) -> Result<Chosen, ConfigError> {
        self.chosen(name, "", None)
    }

    /// The profile whose author this is; none if there is none.
    fn by_from(
        &self,
        from: &Address,
        environment: Option<&str>,
    ) -> Result<Option<Chosen>, ConfigError> {
        // A profile whose chain is broken matches nothing; that is told when it is chosen.
        let is_author = |name: &&str| {
            self.layers(name).is_ok_and(|layers| author(layers).is_some_and(|own| same(&own, from)))
        };
        let matching: Vec<&str> = self.names().into_iter().filter(is_author).collect();
        let rule = format!("it sends from {from}");
        let preferred = |name: &str| matching.contains(&name);
        match matching[..] {
            [] => Ok(None),
            [name] => self.chosen(name, &rule, None).map(Some),
            _ => {
                let default = self.default_profile().map(|(name, _)| name.value.as_str());
                let decided = [(environment, "MAILSEND_PROFILE"), (default, "default_profile")]
                    .into_iter()
                    .find_map(|(name, by)| Some((name.filter(|name| preferred(name))?, by)));
                let Some((name, by)) = decided else {
                    let list = matching.join(", ");
                    return Err(ConfigError::new(format!(
                        "several profiles send from {from}: {list}"
                    ))
                    .with_hint("give --profile, or set default_profile to one of them"));
                };
                self.chosen(name, &format!("{rule}, as others do, and is {by}"), None).map(Some)
            }
        }
    }

    fn chosen(
        &self,
        name: &str,
        rule: &str,
        place: Option<(&Origin, &str)>,
    ) -> Result<Chosen, ConfigError> {
        let mut rule_for_people = format!("profile {name}: {rule}");
        for path in self.skipped() {
            rule_for_people += &format!("; {} may not be read and is skipped", path.display());
        }
        let layers = if name == SANDBOX {
            Layers::default()
        } else if self.find(name, 0).is_some() {
            self.layers(name)?
        } else {
            let by = if rule.starts_with("default_profile") { "" } else { rule };
            return Err(self.not_found(name, by, place));
        };
        let (name, rule) = (Some(name.to_owned()), rule_for_people);
        Ok(Chosen { name, rule, layers, aliases: self.aliases() })
    }
}

/// What to do about a file that is there and may not be read.
pub(super) fn may_not_read(path: &Path) -> String {
    let path = path.display();
    format!("this user may not read {path}: give it a group that the user is in, and chmod 640")
}

/// Who these layers send from: `from`, else the login.
fn author(layers: Layers) -> Option<Address> {
    let profile = layers.flat().reduce(Profile::over)?;
    let domain = profile.qualify_domain.as_ref().map(|value| value.value.as_str());
    match &profile.from {
        Some(from) => only_address(&from.value, domain),
        None => Address::parse(&profile.username?.value).ok(),
    }
}

fn only_address(list: &AddressList, qualify_domain: Option<&str>) -> Option<Address> {
    match &list.qualify(qualify_domain).ok()?[..] {
        [mailbox] => Some(mailbox.address.clone()),
        _ => None,
    }
}

/// Whether two addresses are one person's, as far as a profile is concerned.
fn same(one: &Address, other: &Address) -> bool {
    one.to_string().eq_ignore_ascii_case(&other.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::locations::Found;

    const TWO: &str = "[profiles.corp]\nusername = \"n@corp.example\"\n\
                       [profiles.qq]\nusername = \"n@qq.example\"";

    fn choice(profile: Option<&str>, from: Option<&str>, environment: Option<&str>) -> Choice {
        Choice {
            profile: profile.map(str::to_owned),
            from: from.map(|from| Address::parse(from).unwrap()),
            environment: environment.map(str::to_owned),
            ..Choice::default()
        }
    }

    /// The rule, or the error with its hint behind a bar.
    fn outcome(configuration: &Configuration, choice: &Choice) -> String {
        match configuration.choose(choice) {
            Ok(chosen) => chosen.rule,
            Err(error) => {
                let hint = error.hint().map(|hint| format!(" | {hint}")).unwrap_or_default();
                format!("error: {error}{hint}")
            }
        }
    }

    #[test]
    fn the_first_rule_that_applies_chooses() {
        let with_default = format!("default_profile = \"qq\"\n{TWO}");
        let (plain, default) = (
            Configuration::of(&[("/u", TWO)]),
            Configuration::of(&[("/u", with_default.as_str())]),
        );
        let single = Configuration::of(&[("/u", "[profiles.corp]")]);
        let corp = "n@corp.example";
        for (configuration, choice, expected) in [
            (&default, choice(Some("corp"), None, Some("qq")), "profile corp: --profile"),
            (
                &default,
                choice(None, Some("N@Corp.Example"), Some("qq")),
                "profile corp: it sends from N@corp.example",
            ),
            (&default, choice(None, None, Some("corp")), "profile corp: MAILSEND_PROFILE"),
            (&default, choice(None, None, Some("")), "profile qq: default_profile in /u"),
            (
                &default,
                choice(None, Some("x@corp.example"), None),
                "profile qq: default_profile in /u",
            ),
            (&single, choice(None, None, None), "profile corp: there is no other"),
            (&plain, choice(None, Some(corp), None), "profile corp: it sends from n@corp.example"),
            (&plain, choice(None, None, Some("sandbox")), "profile sandbox: MAILSEND_PROFILE"),
            (
                &plain,
                choice(None, None, None),
                "error: nothing says which profile to use: corp, qq \
                 | give --profile, or set default_profile = \"corp\"",
            ),
            (
                &Configuration::of(&[("/u", "")]),
                choice(None, None, None),
                "error: no profile in /u, and no --host \
                 | `mailsend profiles add ADDRESS` sets one up; --profile sandbox needs none",
            ),
        ] {
            assert_eq!(outcome(configuration, &choice), expected);
        }
    }

    #[test]
    fn among_several_with_the_same_author_the_general_choice_decides() {
        let both = "[profiles.a]\nusername = \"n@x.y\"\n[profiles.b]\nusername = \"n@x.y\"";
        let with_default = format!("default_profile = \"b\"\n{both}");
        let plain = Configuration::of(&[("/u", both)]);
        let default = Configuration::of(&[("/u", with_default.as_str())]);
        let from = |environment| choice(None, Some("n@x.y"), environment);
        assert_eq!(
            outcome(&default, &from(Some("a"))),
            "profile a: it sends from n@x.y, as others do, and is MAILSEND_PROFILE"
        );
        assert_eq!(
            outcome(&default, &from(Some("other"))),
            "profile b: it sends from n@x.y, as others do, and is default_profile"
        );
        assert_eq!(
            outcome(&plain, &from(None)),
            "error: several profiles send from n@x.y: a, b \
             | give --profile, or set default_profile to one of them"
        );
    }

    #[test]
    fn a_host_without_a_profile_uses_none() {
        let configuration = Configuration::of(&[("/u", "[profiles.a]")]);
        let mut choice = choice(None, None, Some("a"));
        choice.host = true;
        let chosen = configuration.choose(&choice).unwrap();
        assert_eq!((chosen.name, chosen.layers.flat().count()), (None, 0));
        assert_eq!(chosen.rule, "no profile: --host is given");
        choice.profile = Some("a".to_owned());
        assert_eq!(outcome(&configuration, &choice), "profile a: --profile");
    }

    #[test]
    fn a_profile_that_is_not_found_is_looked_for_in_every_place() {
        let mut configuration = Configuration::of(&[("/u", TWO)]);
        configuration.tried.push(("/s".into(), Found::Missing));
        assert_eq!(
            outcome(&configuration, &choice(Some("crop"), None, None)),
            "error: --profile: no profile \"crop\" in /u, /s (missing) | did you mean \"corp\"?"
        );
        assert_eq!(
            outcome(&configuration, &choice(None, None, Some("gmail"))),
            "error: MAILSEND_PROFILE: no profile \"gmail\" in /u, /s (missing) | there are: corp, qq"
        );
        let default = Configuration::of(&[("/u", "\ndefault_profile = \"corp\"")]);
        assert_eq!(
            outcome(&default, &choice(None, None, None)),
            "error: /u:2:19: default_profile: no profile \"corp\" in /u | `mailsend profiles add \
             ADDRESS` sets one up; --profile sandbox needs none"
        );
    }

    #[test]
    fn a_system_file_that_may_not_be_read_is_named() {
        let mut configuration = Configuration::of(&[("/u", TWO)]);
        configuration.tried.push(("/s".into(), Found::NotAllowed));
        assert_eq!(
            outcome(&configuration, &choice(Some("corp"), None, None)),
            "profile corp: --profile; /s may not be read and is skipped"
        );
        assert_eq!(
            outcome(&configuration, &choice(Some("team"), None, None)),
            "error: --profile: no profile \"team\" in /u, /s (may not be read) | there are: corp, qq"
        );
        configuration = Configuration::of(&[]);
        configuration.tried.push(("/s".into(), Found::NotAllowed));
        let hint = "this user may not read /s: give it a group that the user is in, and chmod 640";
        assert_eq!(
            outcome(&configuration, &choice(None, None, None)),
            format!("error: no profile in /s (may not be read), and no --host | {hint}")
        );
        assert_eq!(
            outcome(&configuration, &choice(Some("team"), None, None)),
            format!("error: --profile: no profile \"team\" in /s (may not be read) | {hint}")
        );
    }

    #[test]
    fn a_circle_and_a_missing_parent_are_errors_of_that_profile_alone() {
        let configuration = Configuration::of(&[(
            "/u",
            "[profiles.a]\nextends = \"b\"\n[profiles.b]\nextends = \"c\"\n\
             [profiles.c]\nextends = \"b\"\n[profiles.d]\nextends = \"bass\"\n\
             [profiles.base]\nusername = \"n@x.y\"",
        )]);
        let named = |name| outcome(&configuration, &choice(Some(name), None, None));
        assert_eq!(named("a"), "error: /u:6:11: extends: goes in a circle: b extends c extends b");
        assert_eq!(
            named("d"),
            "error: /u:8:11: extends: no profile \"bass\" in /u | did you mean \"base\"?"
        );
        assert_eq!(
            outcome(&configuration, &choice(None, Some("n@x.y"), None)),
            "profile base: it sends from n@x.y"
        );
    }
}
