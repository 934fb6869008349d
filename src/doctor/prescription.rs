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
    keys.changes
}

struct Keys {
    changes: Vec<Change>,
}

impl Keys {
    fn set(&mut self, key: &'static str, value: Option<Setting>) {
        self.changes.push(Change { key, value });
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
