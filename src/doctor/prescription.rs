//! The settings that work, as keys of the configuration (pure).

use std::path::Path;

use crate::config::{Change, Setting};
use crate::model::{AuthPolicy, LoginStyle, Server, Tls, Trust};

/// The keys that say which certificate is good enough.
const TRUST_KEYS: [&str; 9] = [
    "system_roots",
    "ca_file",
    "pin_sha256",
    "server_name",
    "min_tls",
    "danger_accept_wrong_name",
    "danger_accept_invalid_certs",
    "client_certificate",
    "client_key",
];

/// The keys by which settings come to be what works; `before` is what they are without, none for a
/// profile that begins with nothing. `usual_name` is what EHLO says where nothing else is set.
pub fn prescription(
    before: Option<&Server>,
    after: &Server,
    usual_name: Option<&str>,
) -> Vec<Change> {
    let mut keys = Keys { changes: Vec::new() };
    let differs =
        |differs: fn(&Server, &Server) -> bool| before.is_none_or(|it| differs(it, after));
    let text = |text: &str| Some(Setting::Text(text.to_owned()));
    if differs(|a, b| a.host != b.host) {
        keys.set("host", text(&after.host));
    }
    if differs(|a, b| a.port != b.port) {
        keys.set("port", Some(Setting::Number(after.port.into())));
    }
    if differs(|a, b| a.tls != b.tls) {
        keys.set("tls", text(after.tls.keyword()));
    }
    keys.road(before, after);
    keys.trust(before.map(|server| &server.trust), after);
    // What a profile begins with may say otherwise what is usual.
    if differs(|a, b| a.auth != b.auth) {
        let usual = before.is_none() && after.auth == AuthPolicy::Auto;
        keys.set("auth", (!usual).then(|| auth(&after.auth)));
    }
    if differs(|a, b| a.login_style != b.login_style) {
        let usual = before.is_none() && after.login_style == LoginStyle::Auto;
        keys.set("login_style", if usual { None } else { text(after.login_style.keyword()) });
    }
    if differs(|a, b| a.username != b.username) {
        keys.set("username", after.username.as_deref().and_then(text));
    }
    if differs(|a, b| a.danger_cleartext_auth != b.danger_cleartext_auth) {
        let danger = after.danger_cleartext_auth.then_some(Setting::Switch(true));
        keys.set("danger_cleartext_auth", danger);
    }
    let name_before = before.and_then(|server| server.ehlo.as_deref()).or(usual_name);
    if name_before != after.ehlo.as_deref() {
        keys.set("ehlo", after.ehlo.as_deref().and_then(text));
    }
    if differs(|a, b| a.pipelining != b.pipelining) {
        let usual = before.is_none() && after.pipelining;
        let word = if after.pipelining { "auto" } else { "never" };
        keys.set("pipelining", if usual { None } else { text(word) });
    }
    if differs(|a, b| a.chunking != b.chunking) {
        let usual = before.is_none() && after.chunking;
        let word = if after.chunking { "auto" } else { "never" };
        keys.set("chunking", if usual { None } else { text(word) });
    }
    keys.changes
}

struct Keys {
    changes: Vec<Change>,
}

impl Keys {
    fn set(&mut self, key: &'static str, value: Option<Setting>) {
        self.changes.push(Change { key, value });
    }

    fn road(&mut self, before: Option<&Server>, after: &Server) {
        let road = before.map(|server| &server.road).cloned().unwrap_or_default();
        let protocol = before.map(|server| server.protocol).unwrap_or_default();
        let text = |text: &str| Some(Setting::Text(text.to_owned()));
        if protocol != after.protocol {
            self.set("protocol", text(after.protocol.keyword()));
        }
        if road.via != after.road.via {
            self.set("proxy", text(&after.road.via.to_string()));
        }
        if road.family != after.road.family {
            self.set("address_family", text(after.road.family.keyword()));
        }
        if road.source != after.road.source {
            self.set(
                "source_address",
                after.road.source.map(|source| Setting::Text(source.to_string())),
            );
        }
    }

    fn trust(&mut self, before: Option<&Trust>, after: &Server) {
        if matches!(after.tls, Tls::Plaintext | Tls::Opportunistic) {
            // Beside tls = "none" they would contradict it.
            if before.is_none_or(|trust| *trust != Trust::default()) {
                TRUST_KEYS.iter().for_each(|key| self.set(key, None));
            }
            return;
        }
        let trust = &after.trust;
        let path = |path: &Path| Setting::Text(path.display().to_string());
        let differs =
            |differs: fn(&Trust, &Trust) -> bool| before.is_none_or(|it| differs(it, trust));
        if differs(|a, b| a.system_roots != b.system_roots) {
            self.set("system_roots", (!trust.system_roots).then_some(Setting::Switch(false)));
        }
        if differs(|a, b| a.ca_file != b.ca_file) {
            self.set("ca_file", trust.ca_file.as_deref().map(path));
        }
        if differs(|a, b| a.pins != b.pins) {
            let pins: Vec<String> = trust.pins.iter().map(ToString::to_string).collect();
            self.set("pin_sha256", (!pins.is_empty()).then_some(Setting::Texts(pins)));
        }
        if differs(|a, b| a.server_name != b.server_name) {
            self.set("server_name", trust.server_name.clone().map(Setting::Text));
        }
        if differs(|a, b| a.danger_accept_wrong_name != b.danger_accept_wrong_name) {
            let danger = trust.danger_accept_wrong_name.then_some(Setting::Switch(true));
            self.set("danger_accept_wrong_name", danger);
        }
        if differs(|a, b| a.danger_accept_invalid_certs != b.danger_accept_invalid_certs) {
            let danger = trust.danger_accept_invalid_certs.then_some(Setting::Switch(true));
            self.set("danger_accept_invalid_certs", danger);
        }
    }
}

fn auth(policy: &AuthPolicy) -> Setting {
    match policy {
        AuthPolicy::Auto => Setting::Text("auto".to_owned()),
        AuthPolicy::None => Setting::Text("none".to_owned()),
        AuthPolicy::Named(named) => match named.as_slice() {
            [one] => Setting::Text(one.name().to_ascii_lowercase()),
            several => {
                Setting::Texts(several.iter().map(|it| it.name().to_ascii_lowercase()).collect())
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::KEYS;
    use crate::model::{Mechanism, Pin, Protocol, Road, Timeouts};

    fn server() -> Server {
        Server {
            profile: None,
            provider: None,
            host: "mail.corp.example".to_owned(),
            port: 587,
            protocol: Protocol::default(),
            road: Road::default(),
            tls: Tls::StartTls,
            trust: Trust::default(),
            auth: AuthPolicy::Auto,
            login_style: LoginStyle::Auto,
            username: Some("alice".to_owned()),
            danger_cleartext_auth: false,
            ehlo: None,
            pipelining: true,
            chunking: true,
            timeouts: Timeouts { connect: Duration::from_secs(1), ..Timeouts::default() },
            deadline: None,
            max_size: None,
        }
    }

    /// What is set, as TOML, and what is taken away.
    fn written(before: Option<&Server>, after: &Server) -> (String, Vec<&'static str>) {
        let changes = prescription(before, after, None);
        assert!(changes.iter().all(|change| KEYS.contains(&change.key)), "{changes:?}");
        let removed = changes.iter().filter(|change| change.value.is_none());
        let removed = removed.map(|change| change.key).collect();
        (crate::config::table("corp", &changes).replace("[profiles.corp]\n", ""), removed)
    }

    #[test]
    fn what_is_as_it_was_is_not_written() {
        assert_eq!(written(Some(&server()), &server()), (String::new(), Vec::new()));
        let slower = Server { timeouts: Timeouts::default(), ..server() };
        assert_eq!(written(Some(&server()), &slower).0, "");
    }

    #[test]
    fn a_profile_that_begins_with_nothing_says_where_and_who() {
        let (set, _) = written(None, &server());
        let expected = "host = \"mail.corp.example\"\nport = 587\ntls = \"starttls\"\n\
                        username = \"alice\"\n";
        assert_eq!(set, expected);
    }

    #[test]
    fn where_tls_goes_trust_goes_with_it() {
        let trust = Trust { pins: vec![Pin([7; 32])], ..Trust::default() };
        let before = Server { trust, ..server() };
        let after = Server { tls: Tls::Plaintext, danger_cleartext_auth: true, ..server() };
        let (set, removed) = written(Some(&before), &after);
        assert_eq!(set, "tls = \"none\"\ndanger_cleartext_auth = true\n");
        assert_eq!(removed, TRUST_KEYS);
    }

    #[test]
    fn a_mechanism_a_style_and_a_pin_are_written_as_the_configuration_reads_them() {
        let after = Server {
            trust: Trust { pins: vec![Pin([0xab; 32])], ..Trust::default() },
            auth: AuthPolicy::Named(vec![Mechanism::Login]),
            login_style: LoginStyle::InitialResponse,
            pipelining: false,
            ..server()
        };
        let (set, _) = written(Some(&server()), &after);
        let pin = "ab".repeat(32);
        let expected = format!(
            "pin_sha256 = [\"{pin}\"]\nauth = \"login\"\nlogin_style = \"initial-response\"\n\
             pipelining = \"never\"\n"
        );
        assert_eq!(set, expected);
    }
}
