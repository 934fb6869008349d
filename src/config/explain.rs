//! What a profile resolves to, key by key, with where each value comes from.
//!
//! Fails where resolving fails. Holds no secret: of a secret only the kind of its source.

use serde_json::{Value as Json, json};

use super::catalogue::{CATALOGUE, Key};
use super::file::File;
use super::resolve::{layers_of, settings_of};
use super::{Chosen, Command, ConfigError, Configuration, Origin, Profile, Settings, Value};
use crate::model::{AuthPolicy, Protocol, Slot, Tls};

/// A key and what it resolves to.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Which key.
    pub key: &'static str,
    /// As it would be written; a secret is `***`.
    pub value: Json,
    /// Where it comes from.
    pub source: Source,
    /// What else there is to say about it.
    pub note: Option<&'static str>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// It is written somewhere.
    Written {
        /// Where.
        origin: Origin,
        /// In which part of the files, if it is in a file.
        section: Option<Section>,
    },
    /// It follows from the value of another key.
    Follows(&'static str),
    /// Nobody said anything.
    BuiltIn,
}

/// A table of a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Section {
    /// `[defaults]`
    Defaults,
    /// `[profiles.NAME]`
    Profile(String),
}

/// What a secret is shown as.
const HIDDEN: &str = "***";

const NOT_VERIFIED: &str = "not used: no certificate is verified";
const NO_LOGIN: &str = "not used: auth is none";

/// Explains every key of a profile that has a value.
pub fn explain(
    configuration: &Configuration,
    chosen: &Chosen,
) -> Result<(Settings, Vec<Explanation>), ConfigError> {
    let (settings, merged) = settings_of(chosen, Profile::default())?;
    let view = View { configuration, settings: &settings, merged: &merged };
    let layers = layers_of(chosen)?;
    let mut explanations: Vec<Explanation> = Vec::new();
    for key in CATALOGUE {
        explanations.extend(view.explain(key, &layers));
    }
    Ok((settings, explanations))
}

impl Configuration {
    /// The table that a value was written in.
    pub(super) fn section_of(&self, origin: &Origin) -> Option<Section> {
        let Origin::File { path, .. } = origin else { return None };
        let file = self.files().iter().find(|file| file.path == *path)?;
        let writes =
            |layer: &Profile| CATALOGUE.iter().any(|key| layer.origin_of(key.name) == Some(origin));
        let in_profile = |file: &File| {
            let (name, _) = file.profiles.iter().find(|(_, layer)| writes(layer))?;
            Some(Section::Profile(name.clone()))
        };
        if writes(&file.defaults) { Some(Section::Defaults) } else { in_profile(file) }
    }
}

/// What the explanations are taken from.
struct View<'a> {
    configuration: &'a Configuration,
    settings: &'a Settings,
    merged: &'a Profile,
}

impl View<'_> {
    fn explain(&self, key: &Key, layers: &[Profile]) -> Option<Explanation> {
        let name = key.name;
        if let Some(slot) = slot_of(name) {
            // Only what the nearest layer names counts.
            let nearest = layers.iter().find(|layer| !layer.sources(slot).is_empty());
            let Some(layer) = nearest else {
                let is_asked = name == "password"
                    && self.settings.token.is_none()
                    && self.settings.server.username.is_some();
                return is_asked.then(|| {
                    let note = Some("asked for on the terminal");
                    Explanation { key: name, value: Json::Null, source: Source::BuiltIn, note }
                });
            };
            return self.written(name, layer);
        }
        let names_a_file = self.merged.password_file.is_some()
            || self.merged.token_file.is_some()
            || self.merged.client_certificate.is_some();
        if name == "danger_readable_secret_file" && !names_a_file {
            return None;
        }
        if name == "extends" {
            return layers.first().and_then(|own| self.written(name, own));
        }
        if matches!(name, "port" | "address_family") && self.settings.server.socket().is_some() {
            return None;
        }
        self.written(name, self.merged).or_else(|| self.followed(name)).or_else(|| {
            let value = typed(key.default?);
            Some(Explanation { key: name, value, source: Source::BuiltIn, note: self.note(name) })
        })
    }

    fn written(&self, key: &'static str, layer: &Profile) -> Option<Explanation> {
        let origin = layer.origin_of(key)?.clone();
        let section = self.configuration.section_of(&origin);
        let identity = &self.settings.identity;
        let value = match key {
            "from" => json!(identity.from.as_ref()?.to_string()),
            "reply_to" => {
                json!(identity.reply_to.iter().map(ToString::to_string).collect::<Vec<_>>())
            }
            _ => written(key, layer)?,
        };
        let source = Source::Written { origin, section };
        Some(Explanation { key, value, source, note: self.note(key) })
    }

    /// What is decided by another key.
    fn followed(&self, key: &'static str) -> Option<Explanation> {
        let server = &self.settings.server;
        let identity = &self.settings.identity;
        let (value, from) = match key {
            "tls" if server.socket().is_some() => (json!(server.tls.keyword()), "host"),
            "port" if server.protocol == Protocol::Lmtp => (json!(server.port), "protocol"),
            "port" if self.merged.tls.is_some() => (json!(server.port), "tls"),
            "tls" if self.merged.port.is_some() => (json!(server.tls.keyword()), "port"),
            "server_name" if server.tls.is_verified() => (json!(server.host), "host"),
            "from" => (json!(identity.from.as_ref()?.address.to_string()), "username"),
            "reverse_path" => (json!(identity.from.as_ref()?.address.to_string()), "from"),
            _ => return None,
        };
        Some(Explanation { key, value, source: Source::Follows(from), note: None })
    }

    fn note(&self, key: &str) -> Option<&'static str> {
        let is_set = self.merged.origin_of(key).is_some();
        let is_trust = self.merged.trust_keys().iter().any(|(name, _)| *name == key);
        let tls: Tls = self.settings.server.tls;
        if is_trust && !tls.is_verified() {
            return Some(NOT_VERIFIED);
        }
        let is_login = key == "username" || slot_of(key).is_some();
        (is_set && is_login && self.settings.server.auth == AuthPolicy::None).then_some(NO_LOGIN)
    }
}

/// The secret that a key names a source of.
fn slot_of(key: &str) -> Option<Slot> {
    [Slot::Password, Slot::Token].into_iter().find(|slot| key.starts_with(slot.name()))
}

/// A default as the type it has when written.
fn typed(default: &str) -> Json {
    match default {
        "true" => json!(true),
        "false" => json!(false),
        _ => default.parse::<u64>().map_or_else(|_| json!(default), |number| json!(number)),
    }
}

/// What a layer says about a key, in the form in which it is written.
fn written(key: &str, layer: &Profile) -> Option<Json> {
    fn text<T: Clone + Into<Json>>(setting: &Option<Value<T>>) -> Option<Json> {
        setting.as_ref().map(|setting| setting.value.clone().into())
    }
    let path = |setting: &Option<Value<std::path::PathBuf>>| {
        setting.as_ref().map(|setting| json!(setting.value.display().to_string()))
    };
    match key {
        "extends" => text(&layer.extends),
        "provider" => text(&layer.provider),
        "host" => text(&layer.host),
        "port" => text(&layer.port),
        "tls" => layer.tls.as_ref().map(|tls| json!(tls.value.keyword())),
        "protocol" => layer.protocol.as_ref().map(|it| json!(it.value.keyword())),
        "proxy" => layer.proxy.as_ref().map(|via| json!(via.value.to_string())),
        "address_family" => layer.address_family.as_ref().map(|it| json!(it.value.keyword())),
        "source_address" => layer.source_address.as_ref().map(|it| json!(it.value.to_string())),
        "system_roots" => text(&layer.system_roots),
        "ca_file" => path(&layer.ca_file),
        "pin_sha256" => layer
            .pin_sha256
            .as_ref()
            .map(|pins| json!(pins.value.iter().map(ToString::to_string).collect::<Vec<_>>())),
        "server_name" => text(&layer.server_name),
        "min_tls" => layer.min_tls.as_ref().map(|min| json!(if min.value { "1.3" } else { "1.2" })),
        "danger_accept_wrong_name" => text(&layer.danger_accept_wrong_name),
        "client_certificate" => path(&layer.client_certificate),
        "client_key" => path(&layer.client_key),
        "danger_accept_invalid_certs" => text(&layer.danger_accept_invalid_certs),
        "auth" => layer.auth.as_ref().map(|auth| mechanisms(&auth.value)),
        "login_style" => layer.login_style.as_ref().map(|style| json!(style.value.keyword())),
        "username" => text(&layer.username),
        "danger_cleartext_auth" => text(&layer.danger_cleartext_auth),
        "password" => layer.password.as_ref().map(|_| json!(HIDDEN)),
        "password_command" => layer.password_command.as_ref().map(|it| json!(shown(&it.value))),
        "password_file" => path(&layer.password_file),
        "danger_readable_secret_file" => text(&layer.danger_readable_secret_file),
        "password_env" => text(&layer.password_env),
        "password_credential" => text(&layer.password_credential),
        "token" => layer.token.as_ref().map(|_| json!(HIDDEN)),
        "token_command" => layer.token_command.as_ref().map(|it| json!(shown(&it.value))),
        "token_file" => path(&layer.token_file),
        "token_env" => text(&layer.token_env),
        "token_credential" => text(&layer.token_credential),
        "reverse_path" => layer.reverse_path.as_ref().map(|path| match &path.value {
            Some(address) => json!(address.to_string()),
            None => json!("<>"),
        }),
        "qualify_domain" => text(&layer.qualify_domain),
        "aliases" => path(&layer.aliases),
        "from_rewrite" => layer.from_rewrite.as_ref().map(|it| json!(it.value.keyword())),
        "headers" => layer.headers.as_ref().map(|headers| {
            let lines = headers.value.iter().map(|(name, value)| format!("{name}: {value}"));
            json!(lines.collect::<Vec<_>>())
        }),
        "ehlo" => text(&layer.ehlo),
        "pipelining" => {
            layer.pipelining.as_ref().map(|on| json!(if on.value { "auto" } else { "never" }))
        }
        "chunking" => {
            layer.chunking.as_ref().map(|on| json!(if on.value { "auto" } else { "never" }))
        }
        "connect_timeout" => text(&layer.connect_timeout),
        "timeout_greeting" => text(&layer.timeout_greeting),
        "timeout_command" => text(&layer.timeout_command),
        "timeout_data" => text(&layer.timeout_data),
        "timeout_block" => text(&layer.timeout_block),
        "timeout_end_of_data" => text(&layer.timeout_end_of_data),
        "max_size" => text(&layer.max_size),
        "deadline" => text(&layer.deadline),
        "log" => layer.log.as_ref().map(|log| json!(log.value.to_string())),
        "save_failed" => path(&layer.save_failed),
        _ => None,
    }
}

fn mechanisms(policy: &AuthPolicy) -> Json {
    match policy {
        AuthPolicy::Auto => json!("auto"),
        AuthPolicy::None => json!("none"),
        AuthPolicy::Named(mechanisms) => match &mechanisms[..] {
            [only] => json!(only.name()),
            _ => json!(mechanisms.iter().map(|mechanism| mechanism.name()).collect::<Vec<_>>()),
        },
    }
}

/// A command by its program alone: its arguments may hold secrets.
fn shown(command: &Command) -> String {
    let (program, more) = match command {
        Command::Program(words) => (words.first().map_or("", String::as_str), words.len() > 1),
        Command::Shell(line) => {
            let line = line.trim();
            let end = line.find(char::is_whitespace).unwrap_or(line.len());
            (&line[..end], end < line.len())
        }
    };
    let plain = |character: char| character.is_alphanumeric() || "/._-+~".contains(character);
    match (program.chars().all(plain), more) {
        (true, false) => program.to_owned(),
        (true, true) => format!("{program} {HIDDEN}"),
        (false, _) => HIDDEN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Choice;

    /// Each key of the profile `corp` as `key = value <- source`.
    fn lines(text: &str) -> Vec<String> {
        let configuration = Configuration::of(&[("/m", text)]);
        let choice = Choice { profile: Some("corp".to_owned()), ..Choice::default() };
        let chosen = configuration.choose(&choice).unwrap();
        let (_, explanations) = explain(&configuration, &chosen).unwrap();
        let source = |source: &Source| match source {
            Source::Written { origin, section } => format!("{origin} {section:?}"),
            other => format!("{other:?}"),
        };
        let line = |it: &Explanation| {
            let note = it.note.map(|note| format!(" ({note})")).unwrap_or_default();
            format!("{} = {} <- {}{note}", it.key, it.value, source(&it.source))
        };
        explanations.iter().map(line).collect()
    }

    fn assert_has(text: &str, expected: &str) {
        let lines = lines(text);
        assert!(lines.iter().any(|line| line == expected), "{expected}\n{}", lines.join("\n"));
    }

    #[test]
    fn each_value_is_told_with_where_it_comes_from() {
        let text = "[defaults]\nconnect_timeout = 20\n\
                    [profiles.base]\nhost = \"h\"\n\
                    [profiles.corp]\nextends = \"base\"\nport = 465\nusername = \"a@b.c\"";
        for expected in [
            "host = \"h\" <- /m:4:8 Some(Profile(\"base\"))",
            "port = 465 <- /m:7:8 Some(Profile(\"corp\"))",
            "tls = \"implicit\" <- Follows(\"port\")",
            "server_name = \"h\" <- Follows(\"host\")",
            "connect_timeout = 20 <- /m:2:19 Some(Defaults)",
            "timeout_data = 120 <- BuiltIn",
            "from = \"a@b.c\" <- Follows(\"username\")",
            "reverse_path = \"a@b.c\" <- Follows(\"from\")",
            "password = null <- BuiltIn (asked for on the terminal)",
            "extends = \"base\" <- /m:6:11 Some(Profile(\"corp\"))",
        ] {
            assert_has(text, expected);
        }
    }

    #[test]
    fn a_socket_has_no_port_and_decides_tls() {
        let text = "[profiles.corp]\nhost = \"/run/lmtp\"\nprotocol = \"lmtp\"";
        assert_has(text, "tls = \"none\" <- Follows(\"host\")");
        assert!(!lines(text).iter().any(|line| line.starts_with("port")));
    }

    #[test]
    fn what_is_set_and_not_used_is_told_as_such() {
        let text = "[profiles.base]\nhost = \"h\"\nca_file = \"/ca\"\nusername = \"n\"\n\
                    [profiles.corp]\nextends = \"base\"\ntls = \"none\"\nauth = \"none\"";
        assert_has(
            text,
            "ca_file = \"/ca\" <- /m:3:11 Some(Profile(\"base\")) \
             (not used: no certificate is verified)",
        );
        assert_has(
            text,
            "username = \"n\" <- /m:4:12 Some(Profile(\"base\")) (not used: auth is none)",
        );
        assert_has(text, "port = 25 <- Follows(\"tls\")");
    }

    #[test]
    fn only_the_nearest_source_of_the_password_counts_and_no_secret_is_shown() {
        let base = "[profiles.base]\nhost = \"h\"\nusername = \"n\"\npassword = \"hunter2\"\n\
                    [profiles.corp]\nextends = \"base\"\n";
        assert_has(base, "password = \"***\" <- /m:4:12 Some(Profile(\"base\"))");
        for (command, expected) in [
            ("\"pass show x\"", "pass ***"),
            ("[\"/usr/bin/get\", \"hunter2\"]", "/usr/bin/get ***"),
            ("\"P=hunter2 sh\"", "***"),
            ("\"gettoken\"", "gettoken"),
        ] {
            let lines = lines(&format!("{base}password_command = {command}\n"));
            let wanted =
                format!("password_command = {expected:?} <- /m:7:20 Some(Profile(\"corp\"))");
            assert!(lines.contains(&wanted), "{}", lines.join("\n"));
            assert!(!lines.iter().any(|line| line.starts_with("password = ")));
            assert!(!lines.concat().contains("hunter2"));
        }
    }

    #[test]
    fn the_defaults_of_the_catalogue_are_those_that_are_decided() {
        let every_default: String = CATALOGUE
            .iter()
            .filter_map(|key| Some((key, typed(key.default?))))
            .map(|(key, value)| format!("{} = {value}\n", key.name))
            .collect();
        let settings = |lines: &str| {
            let text = format!("[profiles.corp]\nhost = \"h\"\n{lines}");
            let chosen = Configuration::of(&[("/m", &text)]).choose(&Choice::default()).unwrap();
            format!("{:?}", crate::config::resolve(&chosen, Profile::default()).unwrap())
        };
        assert_eq!(settings(&every_default), settings(""));
    }
}
