//! What wins, what is refused before connecting, and which secret is for whom.

use std::time::Duration;

use super::*;
use crate::config::{Choice, Configuration, Origin, Value};
use crate::model::{AuthPolicy, Exit, LoginStyle, Mechanism, Secret, Timeouts, Tls, Trust};

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

/// No profile at all.
fn nothing() -> Chosen {
    let rule = String::new();
    Chosen { name: None, rule, layers: Default::default(), aliases: Default::default() }
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
    assert_eq!((server.ehlo, server.pipelining, server.chunking), (None, true, true));
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
    let none = nothing();
    assert_eq!(
        refusal(resolve(&none, Profile::default())),
        "no host is set | give --host, or --provider with a mail provider's name"
    );
}

#[test]
fn a_password_crosses_the_network_unprotected_only_with_consent() {
    for (lines, expected) in [
        (
            "username = \"nick\"\ntls = \"none\"\nauth = [\"PLAIN\", \"LOGIN\"]",
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
    // What the server offers may hide it.
    assert!(corp("username = \"n\"\ntls = \"none\"").is_ok());
    assert_eq!(
        refusal(corp("username = \"n\"\ntls = \"none\"\ntoken_env = \"T\"")),
        "profile corp: the token of n would cross the network unprotected: tls = \"none\" \
         (/m:4:7) | set tls = \"starttls\"; only on a network you trust, set \
         danger_cleartext_auth = true"
    );
    for harmless in ["tls = \"none\"", "username = \"n\"\ntls = \"none\"\nauth = \"none\""] {
        assert_eq!(corp(harmless).unwrap().server.username, None, "{harmless}");
    }
    let none = nothing();
    let flags = Profile {
        host: flag("--host", "h".to_owned()),
        username: flag("--username", "nick".to_owned()),
        tls: flag("--tls", Tls::Plaintext),
        auth: flag("--auth", AuthPolicy::Named(vec![Mechanism::Plain])),
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
        (
            "token_env = \"T\"",
            "profile corp: there is a token, but no username | set username = \"…\"",
        ),
    ] {
        assert_eq!(refusal(corp(lines)), expected);
    }
}

#[test]
fn a_mechanism_that_is_named_needs_what_it_proves() {
    for (lines, expected) in [
        (
            "auth = \"XOAUTH2\"",
            "auth = \"XOAUTH2\" takes an access token, and there is none \
             | set token_command = \"…\"",
        ),
        (
            "auth = \"PLAIN\"\ntoken_env = \"T\"",
            "auth = \"PLAIN\" takes a password, and there is only a token \
             | set password_command = \"…\"",
        ),
        (
            "auth = \"EXTERNAL\"",
            "auth = \"EXTERNAL\" takes a client certificate, and there is none \
             | set client_certificate = \"FILE.pem\"",
        ),
        (
            "auth = \"SCRAM-SHA-256-PLUS\"\ntls = \"none\"",
            "auth = \"SCRAM-SHA-256-PLUS\" is bound to TLS, and there is none \
             | set tls = \"starttls\"",
        ),
    ] {
        let error = refusal(corp(&format!("username = \"n\"\n{lines}")));
        assert_eq!(error, format!("profile corp: {expected}"));
    }
    for fine in [
        "username = \"n\"\nauth = [\"XOAUTH2\", \"PLAIN\"]",
        "username = \"n\"\nauth = \"XOAUTH2\"\ntoken_env = \"T\"",
        "auth = \"EXTERNAL\"\nclient_certificate = \"c.pem\"",
    ] {
        corp(fine).unwrap();
    }
}

#[test]
fn only_the_secrets_that_are_used_are_wanted() {
    let wanted = |lines: &str| {
        let settings = corp(lines).unwrap();
        let slots = settings.wanted().into_iter().map(|(slot, _)| slot.name());
        slots.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(wanted(""), "");
    assert_eq!(wanted("username = \"n\""), "password");
    assert_eq!(wanted("username = \"n\"\nauth = \"none\""), "");
    assert_eq!(wanted("username = \"n\"\ntoken_env = \"T\""), "token");
    let both = "username = \"n\"\ntoken_env = \"T\"\npassword_env = \"P\"";
    assert_eq!(wanted(both), "token password");
    assert_eq!(wanted(&format!("{both}\nauth = \"LOGIN\"")), "password");
    assert_eq!(wanted(&format!("{both}\nauth = \"XOAUTH2\"")), "token");
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
    let text = "[profiles.corp]\nhost = \"H.example\"\nusername = \"n\"\npassword = \"hunter2\"";
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
