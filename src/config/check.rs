//! What is wrong with one layer by itself: values that cannot be, settings that contradict each
//! other. Says so for files and flags alike.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::keys::LONGEST_TIMEOUT;
use super::presets::check_provider;
use super::{ConfigError, Profile, Value};
use crate::model::{AuthPolicy, Slot, Tls};

impl Profile {
    /// Looks for a mistake that is visible without the other layers.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.complaints().into_iter().next().map_or(Ok(()), Err)
    }

    /// Every such mistake.
    pub(super) fn complaints(&self) -> Vec<ConfigError> {
        let mut complaints = Vec::new();
        for (key, value) in [("host", &self.host), ("server_name", &self.server_name)] {
            complaints.extend(value.as_ref().and_then(|value| host_name(key, value).err()));
        }
        complaints.extend(check_provider(self.provider.as_ref()).err());
        complaints.extend(self.check_names().into_iter().filter_map(Result::err));
        complaints.extend(self.check_port().err());
        complaints.extend(self.check_timeouts());
        complaints.extend(self.check_contradictions().into_iter().filter_map(Result::err));
        complaints
    }

    fn check_names(&self) -> [Result<(), ConfigError>; 7] {
        [
            check_text("username", self.username.as_ref(), |name| {
                let broken = name.contains(['\r', '\n', '\0']);
                broken.then_some("contains a line break or a NUL")
            }),
            check_text("ehlo", self.ehlo.as_ref(), |name| {
                let fits = is_domain(name) || is_address_literal(name);
                (!fits).then_some("expected a domain or an address literal such as [192.0.2.1]")
            }),
            check_text("qualify_domain", self.qualify_domain.as_ref(), |name| {
                (!is_domain(name)).then_some("expected a domain")
            }),
            check_text("password_env", self.password_env.as_ref(), variable_problem),
            check_text(
                "password_credential",
                self.password_credential.as_ref(),
                credential_problem,
            ),
            check_text("token_env", self.token_env.as_ref(), variable_problem),
            check_text("token_credential", self.token_credential.as_ref(), credential_problem),
        ]
    }

    fn check_port(&self) -> Result<(), ConfigError> {
        if let Some(Value { value: 0, origin }) = &self.port {
            let message = "expected a whole number from 1 to 65535, found 0";
            return Err(ConfigError::at(origin, "port", message));
        }
        Ok(())
    }

    fn check_timeouts(&self) -> Vec<ConfigError> {
        let mut complaints = Vec::new();
        for (key, timeout) in [
            ("connect_timeout", &self.connect_timeout),
            ("timeout_greeting", &self.timeout_greeting),
            ("timeout_command", &self.timeout_command),
            ("timeout_data", &self.timeout_data),
            ("timeout_block", &self.timeout_block),
            ("timeout_end_of_data", &self.timeout_end_of_data),
            ("deadline", &self.deadline),
        ] {
            if let Some(Value { value, origin }) = timeout
                && !(1..=LONGEST_TIMEOUT).contains(value)
            {
                let message =
                    format!("expected a whole number from 1 to {LONGEST_TIMEOUT}, found {value}");
                complaints.push(ConfigError::at(origin, key, message));
            }
        }
        complaints
    }

    fn check_contradictions(&self) -> [Result<(), ConfigError>; 6] {
        [
            self.check_one_source(Slot::Password),
            self.check_one_source(Slot::Token),
            self.tls.as_ref().map_or(Ok(()), |tls| self.check_no_trust_for(tls.value)),
            self.check_pins_are_looked_at(),
            self.check_is_used(Slot::Password),
            self.check_is_used(Slot::Token),
        ]
    }

    fn check_one_source(&self, slot: Slot) -> Result<(), ConfigError> {
        match self.sources(slot)[..] {
            [(first, _), (second, origin), ..] => {
                Err(ConfigError::at(origin, second, format!("{first} is set as well"))
                    .with_hint(format!("a {slot} comes from one place")))
            }
            _ => Ok(()),
        }
    }

    fn check_pins_are_looked_at(&self) -> Result<(), ConfigError> {
        match (&self.pin_sha256, &self.danger_accept_invalid_certs) {
            (Some(pins), Some(danger)) if !pins.value.is_empty() && danger.value => {
                let message = "pin_sha256 is set as well, and would not be looked at";
                Err(ConfigError::at(&danger.origin, "danger_accept_invalid_certs", message))
            }
            _ => Ok(()),
        }
    }

    fn check_is_used(&self, slot: Slot) -> Result<(), ConfigError> {
        match (&self.auth, self.sources(slot).first()) {
            (Some(auth), Some((key, origin))) if auth.value == AuthPolicy::None => {
                Err(ConfigError::at(origin, key, "auth = \"none\" is set as well"))
            }
            _ => Ok(()),
        }
    }

    /// Without verification, what this layer says about certificates cannot be meant.
    pub(super) fn check_no_trust_for(&self, tls: Tls) -> Result<(), ConfigError> {
        match self.trust_keys().first() {
            Some((key, origin)) if !tls.is_verified() => {
                let message =
                    format!("no certificate is verified with tls = \"{}\"", tls.keyword());
                Err(ConfigError::at(origin, key, message)
                    .with_hint("set tls = \"starttls\" or \"implicit\""))
            }
            _ => Ok(()),
        }
    }
}

fn variable_problem(name: &str) -> Option<&'static str> {
    name.contains(['=', '\0']).then_some("expected the name of an environment variable")
}

fn credential_problem(name: &str) -> Option<&'static str> {
    let fits = !name.contains(['/', '\0']) && !matches!(name, "." | "..");
    (!fits).then_some("expected the name of a credential, not a path")
}

/// The host that a setting means, as it is looked up: brackets off, A-labels; or the path of a Unix
/// socket.
pub(super) fn host_name(key: &str, setting: &Value<String>) -> Result<String, ConfigError> {
    let text = setting.value.as_str();
    let refuse = |message: &str| ConfigError::at(&setting.origin, key, message);
    if text.is_empty() {
        return Err(refuse("is empty"));
    }
    if key == "host"
        && let Some(path) = super::road::socket_path(text)
    {
        return path.map_err(refuse);
    }
    if text.contains(|character: char| character.is_control() || character.is_whitespace()) {
        return Err(refuse("contains a space or a control character"));
    }
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let (address, _zone) = bare.split_once('%').unwrap_or((bare, ""));
    if address.parse::<Ipv6Addr>().is_ok() {
        return Ok(bare.to_owned());
    }
    if text.contains("://") {
        return Err(refuse("expected a host name, found a URL")
            .with_hint("set host, port and tls, each by itself"));
    }
    if let Some((host, port)) = text.rsplit_once(':') {
        let error = refuse(&format!("expected a host name or address, found {text:?}"));
        let numeric = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        return Err(if numeric && !host.contains(':') {
            error.with_hint(format!("set port = {port}, and the host without it"))
        } else {
            error
        });
    }
    if text.contains(['/', '@', '[', ']', '"', '\\']) {
        return Err(refuse(&format!("expected a host name or address, found {text:?}")));
    }
    if text.is_ascii() {
        return Ok(text.to_owned());
    }
    idna::domain_to_ascii(text).map_err(|_| refuse(&format!("{text:?} is not a domain")))
}

/// Complains about an empty value and about what `complaint` sees in it.
fn check_text(
    key: &str,
    setting: Option<&Value<String>>,
    complaint: impl Fn(&str) -> Option<&'static str>,
) -> Result<(), ConfigError> {
    let Some(Value { value, origin }) = setting else { return Ok(()) };
    let complaint = if value.is_empty() { Some("is empty") } else { complaint(value) };
    complaint.map_or(Ok(()), |complaint| Err(ConfigError::at(origin, key, complaint)))
}

/// A domain as it goes over the wire; underscores exist in the field.
fn is_domain(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() <= 255 && text.split('.').all(|label| !label.is_empty() && label.bytes().all(fits))
}

/// RFC 5321 §4.1.3
fn is_address_literal(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    match inner.strip_prefix("IPv6:") {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => inner.parse::<Ipv4Addr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Configuration, Origin};

    fn host(text: &str) -> Result<String, String> {
        let value = Value { value: text.to_owned(), origin: Origin::Flag("--host") };
        host_name("host", &value).map_err(|error| {
            let hint = error.hint().map(|hint| format!(" | {hint}")).unwrap_or_default();
            format!("{error}{hint}")
        })
    }

    #[test]
    fn a_host_is_a_name_or_an_address() {
        for (written, meant) in [
            ("smtp.example.com", "smtp.example.com"),
            ("localhost", "localhost"),
            ("192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1%eth0"),
            ("smtp.例え.jp", "smtp.xn--r8jz45g.jp"),
        ] {
            assert_eq!(host(written), Ok(meant.to_owned()));
        }
        for (written, complaint) in [
            ("", "--host: is empty"),
            ("a b", "--host: contains a space or a control character"),
            ("a\r\nb", "--host: contains a space or a control character"),
            (
                "smtp.example.com:25",
                "--host: expected a host name or address, found \"smtp.example.com:25\" \
                 | set port = 25, and the host without it",
            ),
            ("[::1]:25", "--host: expected a host name or address, found \"[::1]:25\""),
            (
                "smtps://smtp.example.com",
                "--host: expected a host name, found a URL | set host, port and tls, each by itself",
            ),
            ("n@b.com", "--host: expected a host name or address, found \"n@b.com\""),
        ] {
            assert_eq!(host(written), Err(complaint.to_owned()));
        }
    }

    /// What is said about a profile with these lines, without the file's name.
    fn complaint(lines: &str) -> Option<String> {
        let text = format!("[profiles.corp]\n{lines}");
        let parsed = crate::config::file::File::parse(&text, "/m".as_ref(), None);
        Some(parsed.err()?.to_string().replace("/m:", ""))
    }

    #[test]
    fn names_must_be_what_they_are_names_of() {
        for (lines, expected) in [
            ("ehlo = \"[192.0.2.1]\"", None),
            ("ehlo = \"[IPv6:::1]\"", None),
            ("ehlo = \"my_host\"", None),
            (
                "ehlo = \"my host\"",
                Some("2:8: ehlo: expected a domain or an address literal such as [192.0.2.1]"),
            ),
            ("username = \"\"", Some("2:12: username: is empty")),
            ("username = \"a\\nb\"", Some("2:12: username: contains a line break or a NUL")),
            ("qualify_domain = \"@a.b\"", Some("2:18: qualify_domain: expected a domain")),
            (
                "password_credential = \"../x\"",
                Some("2:23: password_credential: expected the name of a credential, not a path"),
            ),
            (
                "password_env = \"$A=\"",
                Some("2:16: password_env: expected the name of an environment variable"),
            ),
            (
                "server_name = \"a b\"",
                Some("2:15: server_name: contains a space or a control character"),
            ),
        ] {
            assert_eq!(complaint(lines).as_deref(), expected, "{lines}");
        }
    }

    #[test]
    fn one_layer_may_not_contradict_itself() {
        for (lines, expected) in [
            (
                "password_file = \"a\"\npassword_env = \"B\"",
                Some("3:16: password_env: password_file is set as well"),
            ),
            ("token_file = \"a\"\ntoken = \"B\"", Some("2:14: token_file: token is set as well")),
            (
                "tls = \"none\"\nca_file = \"a\"",
                Some("3:11: ca_file: no certificate is verified with tls = \"none\""),
            ),
            (
                "server_name = \"a\"\ntls = \"opportunistic\"",
                Some("2:15: server_name: no certificate is verified with tls = \"opportunistic\""),
            ),
            (
                "auth = \"none\"\npassword_env = \"A\"",
                Some("3:16: password_env: auth = \"none\" is set as well"),
            ),
            ("tls = \"starttls\"\nca_file = \"a\"", None),
        ] {
            assert_eq!(complaint(lines).as_deref(), expected, "{lines}");
        }
        let pin = "0".repeat(64);
        let both = format!("pin_sha256 = [{pin:?}]\ndanger_accept_invalid_certs = true");
        let expected = "3:31: danger_accept_invalid_certs: pin_sha256 is set as well, and would not be looked at";
        assert_eq!(complaint(&both).as_deref(), Some(expected));
    }

    #[test]
    fn numbers_from_flags_are_checked_too() {
        let origin = Origin::Flag("--port");
        let flags = Profile { port: Some(Value { value: 0, origin }), ..Profile::default() };
        let chosen = Configuration::of(&[("/m", "[profiles.a]\nhost = \"h\"")])
            .choose(&Default::default())
            .unwrap();
        let error = crate::config::resolve(&chosen, flags).unwrap_err();
        assert_eq!(error.to_string(), "--port: expected a whole number from 1 to 65535, found 0");
        assert_eq!(error.exit(), crate::model::Exit::USAGE);
    }
}
