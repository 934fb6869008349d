//! The profile that works: its keys, the file it belongs in, and the proof that exactly that profile
//! works.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Examined;
use super::patient::Patient;
use crate::commands::Refusal;
use crate::commands::config_file::{ConfigFile, Readers};
use crate::config::{
    self, Change, Command, Configuration, Locations, Origin, Profile, Provider, Setting, Settings,
    Value,
};
use crate::doctor::{prescription, prove};
use crate::model::{Address, Exit, Mailbox, Server, Via};

/// The keys by which a password comes.
const PASSWORD_KEYS: [&str; 5] =
    ["password", "password_command", "password_file", "password_env", "password_credential"];

/// A profile that works.
pub(in crate::commands) struct Prescribed {
    /// Its name.
    pub(in crate::commands) name: String,
    /// The keys that make it what it is, or that it is changed by.
    pub(super) changes: Vec<Change>,
    /// It is not there yet.
    pub(super) is_new: bool,
    /// What it will resolve to.
    pub(in crate::commands) settings: Settings,
    /// The file it belongs in; none: nobody knows where that would be.
    file: Option<ConfigFile>,
    /// What the file is to hold.
    text: Zeroizing<String>,
}

/// What a profile is to say.
struct Wanted<'a> {
    server: &'a Server,
    sender: &'a Address,
}

impl Prescribed {
    /// The profile of what works, proven by a last rehearsal with exactly that profile; none if
    /// nothing works. `name` is what it is to be called, `write` whether it will be written.
    pub(in crate::commands) fn of(
        name: Option<&str>,
        write: bool,
        examined: &mut Examined,
        locations: &Locations,
        configuration: &Configuration,
    ) -> Result<Option<Self>, Refusal> {
        let Examined { patient, examination, credentials, watch, .. } = examined;
        let Some(trial) = examination.working() else { return Ok(None) };
        let wanted = Wanted { server: &trial.server, sender: &trial.sender };
        let prescribed = Self::saying(&wanted, name, write, patient, locations, configuration)?;
        let case = patient.case(credentials.as_ref(), watch);
        let works = prove(&case, examination, prescribed.settings.server.clone());
        Ok(works.then_some(prescribed))
    }

    /// The profile of what a patient begins with: nobody knows whether it works.
    pub(in crate::commands) fn unproven(
        name: &str,
        patient: &Patient,
        locations: &Locations,
        configuration: &Configuration,
    ) -> Result<Self, Refusal> {
        let server = &patient.settings.server;
        let wanted = Wanted { server, sender: &patient.sender.address };
        Self::saying(&wanted, Some(name), true, patient, locations, configuration)
    }

    fn saying(
        wanted: &Wanted<'_>,
        name: Option<&str>,
        write: bool,
        patient: &Patient,
        locations: &Locations,
        configuration: &Configuration,
    ) -> Result<Self, Refusal> {
        let name = match (name, &patient.profile) {
            (Some(name), _) => name.to_owned(),
            (None, Some(name)) => name.clone(),
            (None, None) => free_name(&patient.settings.server, configuration),
        };
        let is_new = patient.profile.as_ref() != Some(&name);
        let changes = changes(patient, wanted, &name, is_new, configuration);
        let file = match configuration.heading(&name) {
            Some(Origin::File { path, .. }) => Some(ConfigFile::at(path)?),
            _ if write => Some(ConfigFile::of(locations)?),
            _ => ConfigFile::of(locations).ok(),
        };
        let nowhere = PathBuf::from("config.toml");
        let path = file.as_ref().map_or(nowhere.as_path(), ConfigFile::path).to_owned();
        let old = file.as_ref().map_or("", ConfigFile::text);
        let text = Zeroizing::new(config::edit(old, &path, &name, &changes)?);
        let settings = resolved(&name, &path, &text, locations, patient)?;
        Ok(Self { name, changes, is_new, settings, file, text })
    }

    /// Mails that name no profile shall go by this one.
    pub(in crate::commands) fn set_default(&mut self, name: &str) -> Result<(), Refusal> {
        let nowhere = Path::new("config.toml");
        let path = self.file.as_ref().map_or(nowhere, ConfigFile::path);
        self.text = Zeroizing::new(config::edit_default(&self.text, path, name)?);
        Ok(())
    }

    /// The keys as TOML.
    pub(in crate::commands) fn toml(&self) -> String {
        config::table(&self.name, &self.changes)
    }

    /// The profile works as it stands.
    pub(in crate::commands) fn is_unchanged(&self) -> bool {
        !self.is_new && self.changes.is_empty()
    }

    /// Nobody says where its password comes from.
    pub(in crate::commands) fn asks_for_password(&self) -> bool {
        let has = |wanted: &[&str]| {
            self.changes.iter().any(|it| it.value.is_some() && wanted.contains(&it.key))
        };
        let tokens = ["token_command", "token_file", "token_env", "token_credential"];
        let logs_in = has(&["username"]) || (has(&["provider"]) && !has(&["auth"]));
        logs_in && !has(&PASSWORD_KEYS) && !has(&tokens) && !has(&["extends"])
    }

    /// The keys that shall go.
    pub(in crate::commands) fn removed(&self) -> impl Iterator<Item = &'static str> {
        self.changes.iter().filter(|change| change.value.is_none()).map(|change| change.key)
    }

    /// What the file holds, and what it is to hold.
    pub(in crate::commands) fn texts(&self) -> (&str, &str) {
        (self.file.as_ref().map_or("", ConfigFile::text), &self.text)
    }

    /// Writes the file and says where it is.
    pub(in crate::commands) fn write(&self) -> Result<PathBuf, Refusal> {
        let Some(file) = &self.file else {
            return Err(Refusal::new(
                Exit::CONFIG,
                "where your configuration file is is not known",
            )
            .hint("give --config FILE, or set HOME"));
        };
        if !self.is_unchanged() {
            file.replace(&self.text, Readers::AsBefore)?;
        }
        Ok(file.path().to_owned())
    }
}

/// Fails before anything is examined where --write names a profile that is another one.
pub(super) fn check_name(
    name: Option<&str>,
    examined: Option<&str>,
    configuration: &Configuration,
) -> Result<(), Refusal> {
    let Some(name) = name else { return Ok(()) };
    if name == config::SANDBOX {
        return Err(Refusal::usage("--write: the profile sandbox is built in"));
    }
    match configuration.heading(name) {
        Some(place) if examined != Some(name) => {
            let message = format!("--write: there is a profile {name} already, in {place}");
            Err(Refusal::new(Exit::CANT_CREATE, message).hint(format!(
                "give another name, or mend that one: mailsend doctor {name} --write"
            )))
        }
        _ => Ok(()),
    }
}

fn changes(
    patient: &Patient,
    wanted: &Wanted<'_>,
    name: &str,
    is_new: bool,
    configuration: &Configuration,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let examined = patient.profile.as_deref();
    if let (true, Some(parent)) = (is_new, examined) {
        changes.push(Change::set("extends", Setting::Text(parent.to_owned())));
    }
    let before = patient.before.as_ref();
    let mut keys = prescription(before, wanted.server, patient.usual_name.as_deref());
    if let Some(provider) = patient.provider.as_ref().filter(|_| is_new && examined.is_none()) {
        changes.push(Change::set("provider", Setting::Text(provider.clone())));
    }
    if wanted.server.username.is_some() {
        let at =
            keys.iter().position(|change| change.key == "username").map_or(keys.len(), |at| at + 1);
        keys.splice(at..at, secret_keys(&patient.flags));
    }
    changes.append(&mut keys);
    changes.extend(from(patient, wanted, is_new && examined.is_none()));
    // What is not written there cannot be taken away.
    changes.retain(|change| {
        change.value.is_some() || (!is_new && configuration.written(name, change.key).is_some())
    });
    changes
}

/// The author, where the login is not it or another one was asked for.
fn from(patient: &Patient, wanted: &Wanted<'_>, from_nothing: bool) -> Option<Change> {
    let Wanted { server, sender } = *wanted;
    let identity = patient.settings.identity.from.as_ref();
    let name = identity.and_then(|from| from.name.clone());
    let changed = *sender != patient.sender.address;
    let is_login = server.username.as_deref() == Some(sender.to_string().as_str());
    let is_told = match from_nothing {
        true => (patient.sender.given || changed) && !(is_login && name.is_none()),
        false => changed,
    };
    let mailbox = Mailbox { name, address: sender.clone() };
    is_told.then(|| Change::set("from", Setting::Text(mailbox.to_string())))
}

/// The keys that say where the secret comes from, as the flags say it.
fn secret_keys(flags: &Profile) -> Vec<Change> {
    fn text<T>(value: &Option<Value<T>>, written: impl Fn(&T) -> String) -> Option<Setting> {
        value.as_ref().map(|value| Setting::Text(written(&value.value)))
    }
    let path = |path: &PathBuf| {
        std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string()
    };
    let command = |value: &Option<Value<Command>>| {
        value.as_ref().map(|value| match &value.value {
            Command::Shell(line) => Setting::Text(line.clone()),
            Command::Program(words) => Setting::Texts(words.clone()),
        })
    };
    let given = [
        ("password_command", command(&flags.password_command)),
        ("password_file", text(&flags.password_file, path)),
        ("password_env", text(&flags.password_env, String::clone)),
        ("password_credential", text(&flags.password_credential, String::clone)),
        ("token_command", command(&flags.token_command)),
        ("token_file", text(&flags.token_file, path)),
        ("token_env", text(&flags.token_env, String::clone)),
        ("token_credential", text(&flags.token_credential, String::clone)),
    ];
    let mut changes: Vec<Change> =
        given.into_iter().filter_map(|(key, value)| Some(Change::set(key, value?))).collect();
    if changes.iter().any(|change| PASSWORD_KEYS.contains(&change.key)) {
        let others = PASSWORD_KEYS.iter().filter(|key| changes.iter().all(|it| it.key != **key));
        let others: Vec<Change> = others.map(|key| Change::remove(key)).collect();
        changes.extend(others);
    }
    if flags.danger_readable_secret_file.as_ref().is_some_and(|value| value.value) {
        changes.push(Change::set("danger_readable_secret_file", Setting::Switch(true)));
    }
    changes
}

/// What the profile will resolve to once the file holds this text.
fn resolved(
    name: &str,
    path: &Path,
    text: &str,
    locations: &Locations,
    patient: &Patient,
) -> Result<Settings, Refusal> {
    let own = |place: &Option<PathBuf>| {
        place.as_ref().map(|place| match std::fs::canonicalize(place) {
            Ok(real) if real == path => real,
            _ => place.clone(),
        })
    };
    let mut as_if = Locations {
        explicit: own(&locations.explicit),
        user: own(&locations.user),
        system: own(&locations.system),
        home: locations.home.clone(),
    };
    let known = [&as_if.explicit, &as_if.user, &as_if.system];
    if known.iter().all(|place| place.as_deref() != Some(path)) {
        as_if.explicit = Some(path.to_owned());
    }
    let configuration = config::load_as_if(&as_if, path, text)?;
    let mut settings = config::resolve(&configuration.named(name)?, Profile::default())?;
    // As it was asked for the patient.
    if settings.server.road.via == Via::Environment {
        settings.server.road.via = patient.settings.server.road.via.clone();
    }
    let ehlo = &mut settings.server.ehlo;
    *ehlo = ehlo.take().or_else(|| patient.usual_name.clone());
    Ok(settings)
}

/// A name for a server that has none: its provider's, or what its domain is called.
pub(in crate::commands) fn free_name(server: &Server, configuration: &Configuration) -> String {
    let by_host = || {
        let host = server.host.trim_end_matches('.');
        if host.parse::<std::net::IpAddr>().is_ok() {
            return None;
        }
        let labels: Vec<&str> = host.split('.').collect();
        match labels.as_slice() {
            [only] => Some((*only).to_owned()),
            [.., domain, _] => Some((*domain).to_owned()),
            [] => None,
        }
    };
    let provider = Provider::at(&server.host).map(|provider| provider.name.to_owned());
    let name = provider.or_else(by_host).unwrap_or_else(|| "relay".to_owned());
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names.find(|name| configuration.heading(name).is_none()).unwrap_or(name)
}
