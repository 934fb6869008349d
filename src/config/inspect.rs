//! Everything that is wrong with the configuration, all at once: in the files, between them and in
//! what each profile resolves to; what is dangerous, as warnings. Reads no file that a profile
//! names and runs nothing.

use super::catalogue::CATALOGUE;
use super::locations::survey;
use super::resolve::{layers_of, obstacles};
use super::{ConfigError, Configuration, Explanation, Locations, Origin, Settings};
use super::{Source, explain};

/// What an inspection found.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// What could be read.
    pub configuration: Configuration,
    /// What is wrong, in the order of the files and their lines.
    pub findings: Vec<Finding>,
    /// The profiles that can be used.
    pub profiles: Vec<Resolved>,
}

/// A profile that can be used.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// What it is called.
    pub name: String,
    /// What it resolves to.
    pub settings: Settings,
    /// The same key by key.
    pub keys: Vec<Explanation>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Where it stands, if it stands anywhere.
    pub place: Option<Origin>,
    /// What is wrong, without the place.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
}

/// How much something matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing can be sent.
    Error,
    /// It is worth a thought.
    Warning,
}

impl Resolved {
    /// Where the value of a key was written.
    pub fn origin_of(&self, key: &str) -> Option<&Origin> {
        let explanation = self.keys.iter().find(|explanation| explanation.key == key)?;
        match &explanation.source {
            Source::Written { origin, .. } => Some(origin),
            _ => None,
        }
    }
}

impl Finding {
    /// A warning about what stands somewhere.
    pub fn warning(place: Option<Origin>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, place, message: message.into(), hint: None }
    }

    /// An error; one that stands nowhere in particular stands where the profile begins.
    pub(super) fn error(error: &ConfigError, heading: Option<&Origin>) -> Self {
        let message = error.to_string();
        let bare = error.place().and_then(|place| message.strip_prefix(&format!("{place}: ")));
        Self {
            severity: Severity::Error,
            place: error.place().or(heading).cloned(),
            message: bare.unwrap_or(&message).to_owned(),
            hint: error.hint().map(str::to_owned),
        }
    }
}

/// Looks at all files, and at every profile or only at the one of this name.
pub fn inspect(locations: &Locations, only: Option<&str>) -> Inspection {
    let (configuration, complaints) = survey(locations);
    let mut findings: Vec<Finding> =
        complaints.iter().map(|error| Finding::error(error, None)).collect();
    findings.extend(configuration.skipped().map(|path| {
        let message = format!("{} may not be read by this user and is skipped", path.display());
        Finding::warning(None, message)
    }));
    findings.extend(default_that_is_not_there(&configuration));
    let names = match only {
        Some(name) => vec![name.to_owned()],
        None => configuration.profile_names(),
    };
    let mut profiles = Vec::new();
    for name in names {
        match look_at(&configuration, &name) {
            Ok(Some(profile)) => {
                findings.extend(dangers(&profile));
                profiles.push(profile);
            }
            Ok(None) => {}
            Err(more) => findings.extend(more),
        }
    }
    let findings = in_order(&configuration, findings);
    Inspection { configuration, findings, profiles }
}

impl Inspection {
    /// Adds what somebody else found.
    pub fn add(&mut self, more: impl IntoIterator<Item = Finding>) {
        self.findings.extend(more);
        self.findings = in_order(&self.configuration, std::mem::take(&mut self.findings));
    }
}

fn default_that_is_not_there(configuration: &Configuration) -> Option<Finding> {
    let (name, _) = configuration.default_profile()?;
    let known = name.value == super::SANDBOX || configuration.find(&name.value, 0).is_some();
    let error = configuration.not_found(&name.value, "", Some((&name.origin, "default_profile")));
    (!known).then(|| Finding::error(&error, None))
}

/// What a profile resolves to, or why it does not. None: it is only there to be extended.
fn look_at(configuration: &Configuration, name: &str) -> Result<Option<Resolved>, Vec<Finding>> {
    let heading = configuration.heading(name);
    let refused = |error: &ConfigError| Finding::error(error, heading);
    let chosen = configuration.named(name).map_err(|error| vec![refused(&error)])?;
    let has_host = |layers: Vec<super::Profile>| layers.iter().any(|layer| layer.host.is_some());
    let has_host = layers_of(&chosen).map_or(true, has_host);
    if !has_host && configuration.is_extended(name) {
        return Ok(None);
    }
    let obstacles = obstacles(&chosen);
    if !obstacles.is_empty() {
        return Err(obstacles.iter().map(refused).collect());
    }
    match explain(configuration, &chosen) {
        Ok((settings, keys)) => Ok(Some(Resolved { name: name.to_owned(), settings, keys })),
        Err(error) => Err(vec![refused(&error)]),
    }
}

/// A warning for every consent to something dangerous that takes effect.
fn dangers(profile: &Resolved) -> Vec<Finding> {
    let warn = |explanation: &Explanation| {
        let given = explanation.key.starts_with("danger_") && explanation.value == true;
        if !given || explanation.note.is_some() {
            return None;
        }
        let key = CATALOGUE.iter().find(|key| key.name == explanation.key)?;
        let mut letters = key.description.chars();
        let first = letters.next()?.to_lowercase();
        let message = format!("{}: {first}{}", key.name, letters.as_str());
        Some(Finding::warning(profile.origin_of(key.name).cloned(), message))
    };
    profile.keys.iter().filter_map(warn).collect()
}

/// By file and line, each once.
fn in_order(configuration: &Configuration, findings: Vec<Finding>) -> Vec<Finding> {
    let mut unique: Vec<Finding> = Vec::new();
    for finding in findings {
        if !unique.contains(&finding) {
            unique.push(finding);
        }
    }
    unique.sort_by_key(|finding| match &finding.place {
        Some(Origin::File { path, line, column }) => {
            let file = configuration.files().iter().position(|file| file.path == *path);
            (file.unwrap_or(usize::MAX), *line, *column)
        }
        _ => (usize::MAX, 0, 0),
    });
    unique
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a user's file with this text: severity, line, message and hint.
    fn found(text: &str, only: Option<&str>) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.toml");
        std::fs::write(&path, text).unwrap();
        let locations = Locations { user: Some(path.clone()), ..Locations::default() };
        let inspection = inspect(&locations, only);
        let shown = |finding: &Finding| {
            let place = match &finding.place {
                Some(Origin::File { line, column, .. }) => format!("{line}:{column}: "),
                _ => String::new(),
            };
            let hint = finding.hint.as_ref().map(|hint| format!(" | {hint}")).unwrap_or_default();
            format!("{:?} {place}{}{hint}", finding.severity, finding.message)
                .replace(&path.display().to_string(), "FILE")
        };
        inspection.findings.iter().map(shown).collect()
    }

    #[test]
    fn every_profile_is_looked_at_and_everything_is_found_at_once() {
        let text = "default_profile = \"nobody\"\n\
                    [profiles.a]\nprot = 1\nhost = \"h\"\nfrom = \"root\"\n\
                    [profiles.b]\nextends = \"c\"\n\
                    [profiles.d]\nhost = \"h\"\nusername = \"n\"\ntls = \"none\"\nauth = \"plain\"\n\
                    [profiles.e]\n";
        assert_eq!(
            found(text, None),
            [
                "Error 1:19: default_profile: no profile \"nobody\" in FILE | there are: a, b, d, e",
                "Error 3:1: unknown key \"prot\" in [profiles.a] | did you mean \"port\"?",
                "Error 5:8: from: \"root\": no @ and domain",
                "Error 7:11: extends: no profile \"c\" in FILE | did you mean \"a\"?",
                "Error 8:11: profile d: the password of n would cross the network unprotected: \
                 tls = \"none\" (FILE:11:7) | set tls = \"starttls\"; only on a network you trust, \
                 set danger_cleartext_auth = true",
                "Error 13:11: profile e: no host is set | set host = \"…\" in the profile",
            ]
        );
    }

    #[test]
    fn what_is_only_there_to_be_extended_needs_no_host() {
        let text = "[profiles.a]\nport = 1\n[profiles.b]\nextends = \"a\"\nhost = \"h\"";
        assert_eq!(found(text, None), [""; 0]);
    }

    #[test]
    fn consent_to_danger_is_a_warning_once_for_all_that_inherit_it() {
        let text = "[profiles.a]\nhost = \"h\"\ndanger_accept_invalid_certs = true\n\
                    [profiles.b]\nextends = \"a\"\n\
                    [profiles.c]\nextends = \"a\"\ntls = \"none\"\ndanger_cleartext_auth = false";
        assert_eq!(
            found(text, None),
            ["Warning 3:31: danger_accept_invalid_certs: accept any certificate: anybody can be \
              the server"]
        );
        assert_eq!(found(text, Some("c")), [""; 0]);
    }

    #[test]
    fn for_one_profile_only_the_files_and_that_one_count() {
        let text = "[profiles.a]\nhost = \"h\"\n[profiles.b]\n[profiles.c]\nhots = \"h\"";
        assert_eq!(
            found(text, Some("a")),
            ["Error 5:1: unknown key \"hots\" in [profiles.c] | did you mean \"host\"?"]
        );
        let missing = found("[profiles.a]\nhost = \"h\"", Some("b"));
        assert_eq!(missing, ["Error no profile \"b\" in FILE | did you mean \"a\"?"]);
    }
}
