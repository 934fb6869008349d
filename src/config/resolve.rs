//! From layers to settings.
//!
//! Fails before anything is connected to: without a host, without a user name for a password, and
//! when a password would cross the network unprotected.

use std::path::PathBuf;

use super::consistency::{check_authentication, check_trust, prefix};
use super::decide::{decide, value};
use super::identity::identity;
use super::presets::{check_login, preset};
use super::secrets::{another_host, source};
use super::{Chosen, ConfigError, Profile};
use crate::model::{Identity, LogTarget, SecretSource, Server, Slot};

/// All that is decided for one sending.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How to reach the server.
    pub server: Server,
    /// Who the mail comes from.
    pub identity: Identity,
    /// Where the password is to be had from; needed only if the server has a user name.
    pub secret: SecretSource,
    /// Where an OAuth access token is to be had from.
    pub token: Option<SecretSource>,
    /// Where a line for every mail goes.
    pub log: Option<LogTarget>,
    /// The folder for mail that could not be sent.
    pub save_failed: Option<PathBuf>,
    /// What the user should know although it is no error.
    pub warnings: Vec<String>,
}

/// Lays the flags over the chosen profile and decides what is left open.
pub fn resolve(chosen: &Chosen, flags: Profile) -> Result<Settings, ConfigError> {
    settings_of(chosen, flags).map(|(settings, _)| settings)
}

/// The same, with all layers as one beside it.
pub(super) fn settings_of(
    chosen: &Chosen,
    flags: Profile,
) -> Result<(Settings, Profile), ConfigError> {
    flags.check()?;
    let profiles = chosen.layers.profiles.iter().cloned();
    let own = layers_of(chosen)?;
    let layers = with_preset([flags].into_iter().chain(profiles).collect(), chosen)?;
    let merged = layers.iter().cloned().reduce(Profile::over).unwrap_or_default();
    check_login(&merged)?;
    let server = decide(chosen.name.clone(), &merged)?;
    check_trust(&layers, &merged, &server)?;

    let elsewhere = another_host(&merged, &own);
    let usable = if elsewhere { &layers[..1] } else { &layers[..] };
    let secret = source(usable, Slot::Password);
    let token = source(usable, Slot::Token);
    check_authentication(&server, &merged, secret.is_some() || token.is_some())?;
    let mut warnings = Vec::new();
    for (slot, used) in [(Slot::Password, &secret), (Slot::Token, &token)] {
        let is_set = source(&layers, slot).is_some();
        if elsewhere && server.username.is_some() && used.is_none() && is_set {
            warnings.push(format!(
                "{}the profile's {slot} is not used for another host, {}",
                prefix(&server),
                server.host
            ));
        }
    }
    let secret = secret.unwrap_or(SecretSource::Prompt);
    let settings = Settings {
        identity: identity(&merged)?,
        server,
        secret,
        token,
        log: value(&merged.log),
        save_failed: value(&merged.save_failed),
        warnings,
    };
    Ok((settings, merged))
}

/// Everything that keeps a chosen profile from being used; `resolve` tells the first.
pub(super) fn obstacles(chosen: &Chosen) -> Vec<ConfigError> {
    let layers = match layers_of(chosen) {
        Ok(layers) => layers,
        Err(error) => return vec![error],
    };
    let merged = layers.iter().cloned().reduce(Profile::over).unwrap_or_default();
    let mut obstacles: Vec<_> = check_login(&merged).err().into_iter().collect();
    match decide(chosen.name.clone(), &merged) {
        Ok(server) => {
            let has_secret =
                [Slot::Password, Slot::Token].iter().any(|slot| source(&layers, *slot).is_some());
            obstacles.extend(check_trust(&layers, &merged, &server).err());
            obstacles.extend(check_authentication(&server, &merged, has_secret).err());
        }
        Err(error) => obstacles.push(error),
    }
    obstacles.extend(identity(&merged).err());
    obstacles
}

/// All layers of a profile, the nearest first.
pub(super) fn layers_of(chosen: &Chosen) -> Result<Vec<Profile>, ConfigError> {
    with_preset(chosen.layers.profiles.clone(), chosen)
}

/// These layers, then what the provider that they name says, then the defaults of the files.
fn with_preset(mut layers: Vec<Profile>, chosen: &Chosen) -> Result<Vec<Profile>, ConfigError> {
    let defaults = &chosen.layers.defaults;
    let all: Vec<Profile> = layers.iter().chain(defaults).cloned().collect();
    let provider = all.into_iter().reduce(Profile::over).and_then(|merged| merged.provider);
    layers.extend(preset(provider.as_ref(), &layers)?);
    layers.extend(defaults.iter().cloned());
    Ok(layers)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::{Choice, Configuration, Origin, Value};
    use crate::model::{AuthPolicy, Exit, LoginStyle, Secret, Timeouts, Tls, Trust};

    fn flag<T>(name: &'static str, value: T) -> Option<Value<T>> {
        Some(Value { value, origin: Origin::Flag(name) })
    }

    /// Resolves the profile `corp` of a file.
    fn resolve_text(text: &str, flags: Profile) -> Result<Settings, ConfigError> {
        let choice = Choice { profile: Some("corp".to_owned()), ..Choice::default() };
        resolve(&Configuration::of(&[("/m", text)]).choose(&choice)?, flags)
    }

    /// Resolves the profile with these lines, no flags.
    fn corp(lines: &str) -> Result<Settings, ConfigError> {
        resolve_text(&format!("[profiles.corp]\nhost = \"h\"\n{lines}"), Profile::default())
    }

    /// The error with its hint behind a bar.
    fn refusal(result: Result<Settings, ConfigError>) -> String {
        let error = result.unwrap_err();
        let hint = error.hint().map(|hint| format!(" | {hint}")).unwrap_or_default();
        format!("{error}{hint}")
    }

    #[test]
    fn a_host_is_enough() {
        let Settings { server, identity, secret, warnings, .. } = corp("").unwrap();
        assert_eq!((server.host.as_str(), server.port, server.tls), ("h", 587, Tls::StartTls));
        assert_eq!(server.profile.as_deref(), Some("corp"));
        assert_eq!(server.trust, Trust::default());
        assert_eq!((server.auth, server.login_style), (AuthPolicy::Auto, LoginStyle::Auto));
        assert_eq!((server.username, server.danger_cleartext_auth), (None, false));
        assert_eq!((server.ehlo, server.pipelining), (None, true));
        assert_eq!(server.timeouts, Timeouts::default());
        assert!(identity.from.is_none() && identity.reverse_path.is_none());
        assert_eq!(secret, SecretSource::Prompt);
        assert!(warnings.is_empty());
    }

    #[test]
    fn what_is_nearer_wins() {
        let text = "[defaults]\nport = 1\nehlo = \"a\"\nconnect_timeout = 1\nusername = \"a\"\n\
                    [profiles.base]\nhost = \"h\"\nport = 2\nehlo = \"b\"\nconnect_timeout = 2\n\
                    [profiles.corp]\nextends = \"base\"\nport = 3\nehlo = \"c\"";
        let flags = Profile { port: flag("--port", 4), ..Profile::default() };
        let server = resolve_text(text, flags).unwrap().server;
        assert_eq!((server.port, server.ehlo.as_deref()), (4, Some("c")));
        assert_eq!(server.timeouts.connect, Duration::from_secs(2));
        assert_eq!(server.username.as_deref(), Some("a"));
    }

    #[test]
    fn without_a_host_nothing_goes() {
        assert_eq!(
            refusal(resolve_text("[profiles.corp]", Profile::default())),
            "profile corp: no host is set | set host = \"…\" in the profile"
        );
        let none = Chosen { name: None, rule: String::new(), layers: Default::default() };
        assert_eq!(
            refusal(resolve(&none, Profile::default())),
            "no host is set | give --host, or --provider with a mail provider's name"
        );
    }

    #[test]
    fn a_password_crosses_the_network_unprotected_only_with_consent() {
        for (lines, expected) in [
            (
                "username = \"nick\"\ntls = \"none\"",
                "profile corp: the password of nick would cross the network unprotected: \
                 tls = \"none\" (/m:4:7) | set tls = \"starttls\"; only on a network you trust, \
                 set danger_cleartext_auth = true",
            ),
            (
                "username = \"nick\"\ntls = \"opportunistic\"\nauth = \"LOGIN\"",
                "profile corp: the password of nick would cross the network unprotected: \
                 tls = \"opportunistic\" (/m:4:7) | set tls = \"starttls\"; only on a network you \
                 trust, set danger_cleartext_auth = true",
            ),
        ] {
            assert_eq!(refusal(corp(lines)), expected);
            assert_eq!(corp(lines).unwrap_err().exit(), Exit::CONFIG);
            assert!(corp(&format!("{lines}\ndanger_cleartext_auth = true")).is_ok());
        }
        for harmless in ["tls = \"none\"", "username = \"n\"\ntls = \"none\"\nauth = \"none\""] {
            assert_eq!(corp(harmless).unwrap().server.username, None, "{harmless}");
        }
        let none = Chosen { name: None, rule: String::new(), layers: Default::default() };
        let flags = Profile {
            host: flag("--host", "h".to_owned()),
            username: flag("--username", "nick".to_owned()),
            tls: flag("--tls", Tls::Plaintext),
            ..Profile::default()
        };
        assert_eq!(
            refusal(resolve(&none, flags)),
            "the password of nick would cross the network unprotected: tls = \"none\" (--tls) \
             | give --tls starttls; only on a network you trust, give --danger-cleartext-auth"
        );
    }

    #[test]
    fn a_password_or_a_mechanism_needs_a_user() {
        for (lines, expected) in [
            (
                "password_env = \"P\"",
                "profile corp: there is a password, but no username | set username = \"…\"",
            ),
            (
                "auth = \"PLAIN\"",
                "profile corp: auth names a mechanism, but there is no username | set username = \"…\"",
            ),
        ] {
            assert_eq!(refusal(corp(lines)), expected);
        }
    }

    #[test]
    fn what_is_inherited_about_certificates_is_ignored_without_verification() {
        let text = "[profiles.base]\nhost = \"h\"\nca_file = \"a\"\n\
                    [profiles.corp]\nextends = \"base\"\ntls = \"none\"";
        assert_eq!(resolve_text(text, Profile::default()).unwrap().server.trust, Trust::default());
        let flags =
            Profile { server_name: flag("--server-name", "x".to_owned()), ..Profile::default() };
        let error = resolve_text(text, flags).unwrap_err();
        let message = "--server-name: no certificate is verified with tls = \"none\"";
        assert_eq!((error.to_string().as_str(), error.exit()), (message, Exit::USAGE));
    }

    #[test]
    fn without_roots_something_else_must_be_trusted() {
        assert_eq!(
            refusal(corp("system_roots = false")),
            "/m:3:16: system_roots: no certificate would be trusted | set ca_file or pin_sha256 as well"
        );
        let trust = corp("system_roots = false\nca_file = \"/ca\"").unwrap().server.trust;
        assert!(!trust.system_roots);
        assert_eq!(trust.ca_file.unwrap().to_str(), Some("/ca"));
    }

    #[test]
    fn a_nearer_layer_replaces_the_password_slot() {
        let text = "[profiles.base]\nhost = \"h\"\nusername = \"n\"\npassword = \"old\"\n\
                    [profiles.corp]\nextends = \"base\"\npassword_env = \"NEW\"";
        let secret = |flags| resolve_text(text, flags).unwrap().secret;
        assert_eq!(secret(Profile::default()), SecretSource::Variable("NEW".to_owned()));
        let path = std::path::PathBuf::from("p");
        let flags =
            Profile { password_file: flag("--password-file", path.clone()), ..Profile::default() };
        assert_eq!(secret(flags), SecretSource::File { path, allow_readable: false });
    }

    #[test]
    fn consent_to_a_readable_file_is_not_inherited_by_another_file() {
        let text = "[profiles.base]\nhost = \"h\"\nusername = \"n\"\npassword_file = \"/a\"\n\
                    danger_readable_secret_file = true\n\
                    [profiles.corp]\nextends = \"base\"";
        let allowed = |text: &str| match resolve_text(text, Profile::default()).unwrap().secret {
            SecretSource::File { allow_readable, .. } => allow_readable,
            other => panic!("{other:?}"),
        };
        assert!(allowed(text));
        assert!(!allowed(&format!("{text}\npassword_file = \"/b\"")));
    }

    #[test]
    fn a_profile_s_password_is_never_for_another_host() {
        let text =
            "[profiles.corp]\nhost = \"H.example\"\nusername = \"n\"\npassword = \"hunter2\"";
        let with_host =
            |host: &str| Profile { host: flag("--host", host.to_owned()), ..Profile::default() };
        let same = resolve_text(text, with_host("h.EXAMPLE")).unwrap();
        assert_eq!(same.secret, SecretSource::Literal(Secret::new("hunter2")));
        let other = resolve_text(text, with_host("evil.example")).unwrap();
        assert_eq!(other.secret, SecretSource::Prompt);
        assert_eq!(
            other.warnings,
            ["profile corp: the profile's password is not used for another host, evil.example"]
        );
        let mut flags = with_host("evil.example");
        flags.password_env = flag("--password-env", "P".to_owned());
        let own = resolve_text(text, flags).unwrap();
        assert_eq!(own.secret, SecretSource::Variable("P".to_owned()));
        assert!(own.warnings.is_empty());
    }

    #[test]
    fn a_token_is_a_slot_of_its_own() {
        let text = "[profiles.base]\nhost = \"h\"\nusername = \"n\"\npassword = \"old\"\n\
                    token_env = \"FAR\"\n[profiles.corp]\nextends = \"base\"\ntoken_command = \"t\"";
        let settings = resolve_text(text, Profile::default()).unwrap();
        assert_eq!(settings.token, Some(SecretSource::Shell("t".to_owned())));
        assert_eq!(settings.secret, SecretSource::Literal(Secret::new("old")));
        let flags = Profile { host: flag("--host", "evil".to_owned()), ..Profile::default() };
        let settings = resolve_text(text, flags).unwrap();
        assert_eq!((settings.token, settings.secret), (None, SecretSource::Prompt));
        assert_eq!(
            settings.warnings,
            [
                "profile corp: the profile's password is not used for another host, evil",
                "profile corp: the profile's token is not used for another host, evil"
            ]
        );
    }

    #[test]
    fn a_key_file_needs_its_certificate() {
        assert_eq!(
            refusal(corp("client_key = \"k.pem\"")),
            "/m:3:14: client_key: there is no client_certificate that it could belong to"
        );
        let trust = corp("client_certificate = \"c.pem\"").unwrap().server.trust;
        assert_eq!(trust.client_certificate, Some("/c.pem".into()));
    }

    #[test]
    fn what_happens_afterwards_is_set_like_the_rest() {
        let settings = corp("log = \"syslog\"\nsave_failed = \"f\"\ndeadline = 9").unwrap();
        assert_eq!(settings.log, Some(LogTarget::Syslog));
        assert_eq!(settings.save_failed, Some("/f".into()));
        assert_eq!(settings.server.deadline, Some(Duration::from_secs(9)));
        let file = corp("log = \"./syslog\"").unwrap().log;
        assert_eq!(file, Some(LogTarget::File("/./syslog".into())));
    }
}
