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
    let plain = Trust::default();
    let trust_before = before.map_or(&plain, |server| &server.trust);
    keys.trust(trust_before, after);
    if before.map_or(after.auth != AuthPolicy::Auto, |it| it.auth != after.auth) {
        keys.set("auth", Some(auth(&after.auth)));
    }
    if before
        .map_or(after.login_style != LoginStyle::Auto, |it| it.login_style != after.login_style)
    {
        keys.set("login_style", text(after.login_style.keyword()));
    }
    if differs(|a, b| a.username != b.username) {
        keys.set("username", after.username.as_deref().and_then(text));
    }
    let danger_before = before.is_some_and(|it| it.danger_cleartext_auth);
    if danger_before != after.danger_cleartext_auth {
        let danger = after.danger_cleartext_auth.then_some(Setting::Switch(true));
        keys.set("danger_cleartext_auth", danger);
    }
    let name_before = before.and_then(|server| server.ehlo.as_deref()).or(usual_name);
    if name_before != after.ehlo.as_deref() {
        keys.set("ehlo", after.ehlo.as_deref().and_then(text));
    }
    if before.map_or(!after.pipelining, |it| it.pipelining != after.pipelining) {
        keys.set("pipelining", text(if after.pipelining { "auto" } else { "never" }));
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

    fn trust(&mut self, before: &Trust, after: &Server) {
        if matches!(after.tls, Tls::Plaintext | Tls::Opportunistic) {
            // Beside tls = "none" they would contradict it.
            if *before != Trust::default() {
                TRUST_KEYS.iter().for_each(|key| self.set(key, None));
            }
            return;
        }
        let trust = &after.trust;
        let path = |path: &Path| Setting::Text(path.display().to_string());
        if before.system_roots != trust.system_roots {
            self.set("system_roots", (!trust.system_roots).then_some(Setting::Switch(false)));
        }
        if before.ca_file != trust.ca_file {
            self.set("ca_file", trust.ca_file.as_deref().map(path));
        }
        if before.pins != trust.pins {
            let pins: Vec<String> = trust.pins.iter().map(ToString::to_string).collect();
            self.set("pin_sha256", (!pins.is_empty()).then_some(Setting::Texts(pins)));
        }
        if before.server_name != trust.server_name {
            self.set("server_name", trust.server_name.clone().map(Setting::Text));
        }
        for (key, before, after) in [
            (
                "danger_accept_wrong_name",
                before.danger_accept_wrong_name,
                trust.danger_accept_wrong_name,
            ),
            (
                "danger_accept_invalid_certs",
                before.danger_accept_invalid_certs,
                trust.danger_accept_invalid_certs,
            ),
        ] {
            if before != after {
                self.set(key, after.then_some(Setting::Switch(true)));
            }
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
