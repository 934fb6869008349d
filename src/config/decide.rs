//! Every default there is.
//!
//! Fails without a host.

use std::time::Duration;

use super::check::host_name;
use super::presets::example_host;
use super::road::road;
use super::{ConfigError, Profile, Value};
use crate::model::{AuthPolicy, LoginStyle, Protocol, Server, Timeouts, Tls, Trust};

/// "Any private mail system", which Dovecot and others use: there is no port for LMTP, and 25 is
/// forbidden (RFC 2033 §5).
const LMTP_PORT: u16 = 24;

/// Decides what the layers leave open.
pub(super) fn decide(profile: Option<String>, merged: &Profile) -> Result<Server, ConfigError> {
    let Some(host) = &merged.host else {
        return Err(match profile {
            Some(name) => ConfigError::new(format!("profile {name}: no host is set"))
                .with_hint(format!("set host = \"{}\" in the profile", example_host(merged))),
            None => ConfigError::new("no host is set").with_hint(match &merged.provider {
                Some(_) => format!("give --host, such as {}", example_host(merged)),
                None => "give --host, or --provider with a mail provider's name".to_owned(),
            }),
        });
    };
    let host = host_name("host", host)?;
    let protocol = value(&merged.protocol).unwrap_or_default();
    let (tls, port) = if host.starts_with('/') {
        (Tls::Plaintext, 0)
    } else {
        let usual = (protocol == Protocol::Lmtp).then_some(LMTP_PORT);
        tls_and_port(value(&merged.tls), value(&merged.port).or(usual))
    };
    let auth = value(&merged.auth).unwrap_or(AuthPolicy::Auto);
    let username = value(&merged.username).filter(|_| auth != AuthPolicy::None);
    let standard = Trust::default();
    let trust = Trust {
        system_roots: value(&merged.system_roots).unwrap_or(standard.system_roots),
        ca_file: value(&merged.ca_file),
        pins: value(&merged.pin_sha256).unwrap_or(standard.pins),
        server_name: match &merged.server_name {
            Some(name) => Some(host_name("server_name", name)?),
            None => None,
        },
        tls13_only: value(&merged.min_tls).unwrap_or(standard.tls13_only),
        danger_accept_wrong_name: value(&merged.danger_accept_wrong_name).unwrap_or(false),
        danger_accept_invalid_certs: value(&merged.danger_accept_invalid_certs).unwrap_or(false),
        client_certificate: value(&merged.client_certificate),
        client_key: value(&merged.client_key),
        danger_readable_key: value(&merged.danger_readable_secret_file).unwrap_or(false),
    };
    let standard = Timeouts::default();
    let timeout =
        |key: &Option<Value<u64>>, otherwise| value(key).map_or(otherwise, Duration::from_secs);
    Ok(Server {
        profile,
        provider: value(&merged.provider),
        host,
        port,
        protocol,
        road: road(merged),
        tls,
        // Inherited trust keys mean nothing where no certificate is verified.
        trust: if tls.is_verified() { trust } else { Trust::default() },
        auth,
        login_style: value(&merged.login_style).unwrap_or(LoginStyle::Auto),
        username,
        danger_cleartext_auth: value(&merged.danger_cleartext_auth).unwrap_or(false),
        ehlo: value(&merged.ehlo),
        pipelining: value(&merged.pipelining).unwrap_or(true),
        chunking: value(&merged.chunking).unwrap_or(true),
        timeouts: Timeouts {
            connect: timeout(&merged.connect_timeout, standard.connect),
            greeting: timeout(&merged.timeout_greeting, standard.greeting),
            command: timeout(&merged.timeout_command, standard.command),
            data: timeout(&merged.timeout_data, standard.data),
            block: timeout(&merged.timeout_block, standard.block),
            end_of_data: timeout(&merged.timeout_end_of_data, standard.end_of_data),
        },
        deadline: value(&merged.deadline).map(Duration::from_secs),
        max_size: value(&merged.max_size),
    })
}

/// The one decides the other; together they default to submission with STARTTLS (RFC 8314 §3.3
/// and RFC 6409). Nothing defaults to a connection without verified TLS.
pub(super) fn tls_and_port(tls: Option<Tls>, port: Option<u16>) -> (Tls, u16) {
    let tls = tls.unwrap_or(if port == Some(465) { Tls::Implicit } else { Tls::StartTls });
    let port = port.unwrap_or(match tls {
        Tls::Implicit => 465,
        Tls::StartTls => 587,
        Tls::Opportunistic | Tls::Plaintext => 25,
    });
    (tls, port)
}

/// The value alone.
pub(super) fn value<T: Clone>(setting: &Option<Value<T>>) -> Option<T> {
    setting.as_ref().map(|setting| setting.value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_and_port_decide_each_other() {
        use Tls::{Implicit, Opportunistic, Plaintext, StartTls};
        for (tls, port, expected) in [
            (None, None, (StartTls, 587)),
            (None, Some(465), (Implicit, 465)),
            (None, Some(25), (StartTls, 25)),
            (None, Some(2525), (StartTls, 2525)),
            (Some(Implicit), None, (Implicit, 465)),
            (Some(StartTls), None, (StartTls, 587)),
            (Some(Opportunistic), None, (Opportunistic, 25)),
            (Some(Plaintext), None, (Plaintext, 25)),
            (Some(StartTls), Some(465), (StartTls, 465)),
            (Some(Plaintext), Some(587), (Plaintext, 587)),
        ] {
            assert_eq!(tls_and_port(tls, port), expected);
        }
    }
}
