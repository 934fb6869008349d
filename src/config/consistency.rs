//! What has to hold when all layers are together: trust that can trust something, a user for a
//! password, and no password that crosses the network unprotected without consent.

use super::secrets::Secrets;
use super::{ConfigError, Profile};
use crate::model::{AuthPolicy, Mechanism, Proof, Server, Slot, Tls};

/// What is said about certificates has to make sense with the kind of TLS.
pub(super) fn check_trust(
    layers: &[Profile],
    merged: &Profile,
    server: &Server,
) -> Result<(), ConfigError> {
    // What is set farther than `tls` is inherited from where it made sense; a layer that sets both
    // has been refused by itself.
    let decided_at = layers.iter().position(|layer| layer.tls.is_some());
    for layer in layers.iter().take(decided_at.unwrap_or(0)) {
        layer.check_no_trust_for(server.tls)?;
    }
    let trust = &server.trust;
    if let (Some(key), None) = (&merged.client_key, &merged.client_certificate) {
        let message = "there is no client_certificate that it could belong to";
        return Err(ConfigError::at(&key.origin, "client_key", message));
    }
    if let (Some(roots), false) = (&merged.system_roots, trust.system_roots)
        && trust.ca_file.is_none()
        && trust.pins.is_empty()
        && !trust.danger_accept_invalid_certs
    {
        let message = "no certificate would be trusted";
        return Err(ConfigError::at(&roots.origin, "system_roots", message)
            .with_hint("set ca_file or pin_sha256 as well"));
    }
    Ok(())
}

/// A secret needs a user, a mechanism what it proves us with, and a user a way to say the secret
/// that does not give it away.
pub(super) fn check_authentication(
    server: &Server,
    merged: &Profile,
    secrets: Secrets,
) -> Result<(), ConfigError> {
    let error = |message: &str| ConfigError::new(format!("{}{message}", prefix(server)));
    let named: &[Mechanism] = match &server.auth {
        AuthPolicy::None => return Ok(()),
        AuthPolicy::Auto => &[],
        AuthPolicy::Named(mechanisms) => mechanisms,
    };
    let Some(username) = &server.username else {
        let problem = if let Some(slot) = secrets.any() {
            format!("there is a {slot}, but no username")
        } else if named.iter().any(|mechanism| mechanism.proof() != Proof::Certificate) {
            "auth names a mechanism, but there is no username".to_owned()
        } else {
            return check_proofs(server, named, secrets);
        };
        return Err(error(&problem).with_hint(setting(server, "username", "\"…\"")));
    };
    check_proofs(server, named, secrets)?;
    let candidates = if named.is_empty() { &Mechanism::ALL[..] } else { named };
    let usable = |mechanism: &&Mechanism| provable(server, secrets, mechanism.proof());
    let revealed = candidates.iter().filter(usable).all(|mechanism| mechanism.reveals_secret());
    let protected = server.tls.is_verified() || server.socket().is_some();
    if protected || server.danger_cleartext_auth || !revealed {
        return Ok(());
    }
    let tls = merged.tls.as_ref().map(|tls| format!(" ({})", tls.origin)).unwrap_or_default();
    let what = if secrets.can_have_password() { Slot::Password } else { Slot::Token };
    let message = format!(
        "the {what} of {username} would cross the network unprotected: tls = \"{}\"{tls}",
        server.tls.keyword()
    );
    let safe = setting(server, "tls", "\"starttls\"");
    let danger = setting(server, "danger_cleartext_auth", "true");
    Err(error(&message).with_hint(format!("{safe}; only on a network you trust, {danger}")))
}

/// At least one of the mechanisms that are named has what it takes.
fn check_proofs(server: &Server, named: &[Mechanism], secrets: Secrets) -> Result<(), ConfigError> {
    let possible = |mechanism: &Mechanism| {
        let bindable = server.tls != Tls::Plaintext || !mechanism.binds_channel();
        bindable && provable(server, secrets, mechanism.proof())
    };
    let Some(first) = named.first().filter(|_| !named.iter().any(possible)) else {
        return Ok(());
    };
    let name = first.name();
    let (problem, key, value) = match first.proof() {
        Proof::Token => ("takes an access token, and there is none", "token_command", "\"…\""),
        Proof::Certificate => {
            ("takes a client certificate, and there is none", "client_certificate", "\"FILE.pem\"")
        }
        Proof::Password if first.binds_channel() => {
            ("is bound to TLS, and there is none", "tls", "\"starttls\"")
        }
        Proof::Password => {
            ("takes a password, and there is only a token", "password_command", "\"…\"")
        }
    };
    let message = format!("{}auth = \"{name}\" {problem}", prefix(server));
    Err(ConfigError::new(message).with_hint(setting(server, key, value)))
}

fn provable(server: &Server, secrets: Secrets, proof: Proof) -> bool {
    match proof {
        Proof::Certificate => server.trust.client_certificate.is_some(),
        Proof::Password => secrets.can_have_password(),
        Proof::Token => secrets.token,
    }
}

/// How to set a key: in the profile, or without one by its flag.
fn setting(server: &Server, key: &str, value: &str) -> String {
    if server.profile.is_some() {
        return format!("set {key} = {value}");
    }
    let flag = key.replace('_', "-");
    match value {
        "true" => format!("give --{flag}"),
        _ => format!("give --{flag} {}", value.trim_matches('"')),
    }
}

/// The profile's name before a message.
pub(super) fn prefix(server: &Server) -> String {
    server.profile.as_ref().map(|name| format!("profile {name}: ")).unwrap_or_default()
}
