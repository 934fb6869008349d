//! What has to hold when all layers are together: trust that can trust something, a user for a
//! password, and no password that crosses the network unprotected without consent.

use super::{ConfigError, Profile};
use crate::model::{AuthPolicy, Mechanism, Server};

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

/// A password needs a user, a user a way to say the password that does not give it away.
pub(super) fn check_authentication(
    server: &Server,
    merged: &Profile,
    has_secret: bool,
) -> Result<(), ConfigError> {
    let error = |message: &str| ConfigError::new(format!("{}{message}", prefix(server)));
    let Some(username) = &server.username else {
        let named = matches!(server.auth, AuthPolicy::Named(_));
        return match (&server.auth, has_secret) {
            (AuthPolicy::None, _) => Ok(()),
            (_, true) => Err(error("there is a password, but no username")
                .with_hint(setting(server, "username", "\"…\""))),
            (_, false) if named => Err(error("auth names a mechanism, but there is no username")
                .with_hint(setting(server, "username", "\"…\""))),
            _ => Ok(()),
        };
    };
    let candidates = match &server.auth {
        AuthPolicy::None => return Ok(()),
        AuthPolicy::Auto => &Mechanism::ALL[..],
        AuthPolicy::Named(mechanisms) => mechanisms,
    };
    let revealed = candidates.iter().all(|mechanism| mechanism.reveals_password());
    if server.tls.is_verified() || server.danger_cleartext_auth || !revealed {
        return Ok(());
    }
    let tls = merged.tls.as_ref().map(|tls| format!(" ({})", tls.origin)).unwrap_or_default();
    let message = format!(
        "the password of {username} would cross the network unprotected: tls = \"{}\"{tls}",
        server.tls.keyword()
    );
    let safe = setting(server, "tls", "\"starttls\"");
    let danger = setting(server, "danger_cleartext_auth", "true");
    Err(error(&message).with_hint(format!("{safe}; only on a network you trust, {danger}")))
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
