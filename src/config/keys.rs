//! The keys of a profile: what they are called and what they take.
//!
//! Collects every mistake, with its place and, for a slip, what was probably meant.

use super::document::Item;
use super::error::nearest;
use super::{ConfigError, Profile, Value};
use crate::model::{AddressFamily, FromRewrite, LogTarget, LoginStyle, Protocol, Secret, Tls};

/// The longest time to wait for anything, in seconds: a day.
pub(super) const LONGEST_TIMEOUT: u64 = 86_400;

/// The largest message that a server could be said to take, in octets: a tebibyte.
pub(super) const LARGEST_MESSAGE: u64 = 1 << 40;

/// Every key of a profile.
pub const KEYS: [&str; 53] = [
    "extends",
    "provider",
    "host",
    "port",
    "tls",
    "protocol",
    "proxy",
    "address_family",
    "source_address",
    "system_roots",
    "ca_file",
    "pin_sha256",
    "server_name",
    "min_tls",
    "danger_accept_wrong_name",
    "danger_accept_invalid_certs",
    "client_certificate",
    "client_key",
    "auth",
    "login_style",
    "username",
    "danger_cleartext_auth",
    "password",
    "password_command",
    "password_file",
    "danger_readable_secret_file",
    "password_env",
    "password_credential",
    "token",
    "token_command",
    "token_file",
    "token_env",
    "token_credential",
    "from",
    "reverse_path",
    "reply_to",
    "qualify_domain",
    "aliases",
    "from_rewrite",
    "headers",
    "ehlo",
    "pipelining",
    "chunking",
    "max_size",
    "connect_timeout",
    "timeout_greeting",
    "timeout_command",
    "timeout_data",
    "timeout_block",
    "timeout_end_of_data",
    "deadline",
    "log",
    "save_failed",
];

/// How others call some of them.
const FOREIGN_KEYS: [(&str, &str); 30] = [
    ("server", "host"),
    ("smtp_host", "host"),
    ("smtp_port", "port"),
    ("ssl", "tls"),
    ("starttls", "tls"),
    ("tls_starttls", "tls"),
    ("user", "username"),
    ("login", "username"),
    ("pass", "password"),
    ("passwordeval", "password_command"),
    ("tls_trust_file", "ca_file"),
    ("tls_fingerprint", "pin_sha256"),
    ("tls_cert_file", "client_certificate"),
    ("tls_key_file", "client_key"),
    ("oauth2_token", "token"),
    ("access_token", "token"),
    ("logfile", "log"),
    ("maildomain", "qualify_domain"),
    ("alias_file", "aliases"),
    ("aliases_file", "aliases"),
    ("allow_from_override", "from_rewrite"),
    ("set_from_header", "from_rewrite"),
    ("domain", "ehlo"),
    ("envelope_from", "reverse_path"),
    ("timeout", "connect_timeout"),
    ("socket", "host"),
    ("proxy_host", "proxy"),
    ("source_ip", "source_address"),
    ("bind_address", "source_address"),
    ("inet_protocols", "address_family"),
];

/// Reads a table of settings as far as it can be read.
pub(super) fn layer(section: &Item<'_>, name: &str, complaints: &mut Vec<ConfigError>) -> Profile {
    let mut profile = Profile::default();
    match section.table() {
        Ok(table) => {
            for item in section.document.items(table) {
                complaints.extend(take(&mut profile, &item, name).err());
            }
            complaints.extend(profile.complaints());
        }
        Err(error) => complaints.push(error),
    }
    profile
}

/// Sets what an item of the section of this name says, if it may be set there.
fn take(profile: &mut Profile, item: &Item<'_>, name: &str) -> Result<(), ConfigError> {
    let refuse = |complaint: &str| {
        item.document.error_at(item.key_at, &format!("{} {complaint} {name}", item.key))
    };
    if name == "[defaults]" && item.key.starts_with("danger_") {
        return Err(refuse("may not stand in").with_hint("set it in the profiles that need it"));
    }
    if name == "[defaults]" && item.key == "extends" {
        return Err(refuse("may not stand in"));
    }
    if set(profile, item)? {
        return Ok(());
    }
    let message = format!("unknown key {:?} in {name}", item.key);
    let foreign = FOREIGN_KEYS.iter().find(|(foreign, _)| *foreign == item.key);
    let suggestion = foreign.map(|(_, ours)| *ours).or_else(|| nearest(item.key, KEYS));
    Err(item.document.error_at(item.key_at, &message).with_suggestion(suggestion))
}

/// Sets what an item says; false if there is no such key.
fn set(profile: &mut Profile, item: &Item<'_>) -> Result<bool, ConfigError> {
    match item.key {
        "extends" => profile.extends = Some(item.text()?),
        "provider" => profile.provider = Some(item.text()?),
        "host" => profile.host = Some(item.text()?),
        "port" => profile.port = Some(port(item)?),
        "tls" => profile.tls = Some(item.word(&tls_words())?),
        "protocol" => {
            let words = Protocol::ALL.map(|protocol| (protocol.keyword(), protocol));
            profile.protocol = Some(item.word(&words)?);
        }
        "proxy" => profile.proxy = Some(item.proxy()?),
        "address_family" => {
            let words = AddressFamily::ALL.map(|family| (family.keyword(), family));
            profile.address_family = Some(item.word(&words)?);
        }
        "source_address" => profile.source_address = Some(item.source_address()?),
        "system_roots" => profile.system_roots = Some(item.boolean()?),
        "ca_file" => profile.ca_file = Some(item.path()?),
        "pin_sha256" => profile.pin_sha256 = Some(item.pins()?),
        "server_name" => profile.server_name = Some(item.text()?),
        "min_tls" => profile.min_tls = Some(item.word(&[("1.2", false), ("1.3", true)])?),
        "danger_accept_wrong_name" => profile.danger_accept_wrong_name = Some(item.boolean()?),
        "danger_accept_invalid_certs" => {
            profile.danger_accept_invalid_certs = Some(item.boolean()?);
        }
        "client_certificate" => profile.client_certificate = Some(item.path()?),
        "client_key" => profile.client_key = Some(item.path()?),
        "auth" => profile.auth = Some(item.auth()?),
        "login_style" => profile.login_style = Some(item.word(&login_style_words())?),
        "username" => profile.username = Some(item.text()?),
        "danger_cleartext_auth" => profile.danger_cleartext_auth = Some(item.boolean()?),
        "password" => profile.password = Some(secret(item)?),
        "password_command" => profile.password_command = Some(item.command()?),
        "password_file" => profile.password_file = Some(item.path()?),
        "danger_readable_secret_file" => {
            profile.danger_readable_secret_file = Some(item.boolean()?);
        }
        "password_env" => profile.password_env = Some(item.text()?),
        "password_credential" => profile.password_credential = Some(item.text()?),
        "token" => profile.token = Some(secret(item)?),
        "token_command" => profile.token_command = Some(item.command()?),
        "token_file" => profile.token_file = Some(item.path()?),
        "token_env" => profile.token_env = Some(item.text()?),
        "token_credential" => profile.token_credential = Some(item.text()?),
        "from" => profile.from = Some(item.addresses()?),
        "reverse_path" => profile.reverse_path = Some(item.reverse_path()?),
        "reply_to" => profile.reply_to = Some(item.addresses()?),
        "qualify_domain" => profile.qualify_domain = Some(item.text()?),
        "aliases" => profile.aliases = Some(item.path()?),
        "from_rewrite" => {
            let words = FromRewrite::ALL.map(|when| (when.keyword(), when));
            profile.from_rewrite = Some(item.word(&words)?);
        }
        "headers" => profile.headers = Some(item.headers()?),
        "ehlo" => profile.ehlo = Some(item.text()?),
        "pipelining" => {
            profile.pipelining = Some(item.word(&[("auto", true), ("never", false)])?);
        }
        "chunking" => {
            profile.chunking = Some(item.word(&[("auto", true), ("never", false)])?);
        }
        "max_size" => profile.max_size = Some(item.number(1, LARGEST_MESSAGE)?),
        "connect_timeout" => profile.connect_timeout = Some(item.number(1, LONGEST_TIMEOUT)?),
        "timeout_greeting" => profile.timeout_greeting = Some(item.number(1, LONGEST_TIMEOUT)?),
        "timeout_command" => profile.timeout_command = Some(item.number(1, LONGEST_TIMEOUT)?),
        "timeout_data" => profile.timeout_data = Some(item.number(1, LONGEST_TIMEOUT)?),
        "timeout_block" => profile.timeout_block = Some(item.number(1, LONGEST_TIMEOUT)?),
        "timeout_end_of_data" => {
            profile.timeout_end_of_data = Some(item.number(1, LONGEST_TIMEOUT)?);
        }
        "deadline" => profile.deadline = Some(item.number(1, LONGEST_TIMEOUT)?),
        "log" => profile.log = Some(log(item)?),
        "save_failed" => profile.save_failed = Some(item.path()?),
        _ => return Ok(false),
    }
    Ok(true)
}

fn tls_words() -> [(&'static str, Tls); 4] {
    [Tls::Implicit, Tls::StartTls, Tls::Opportunistic, Tls::Plaintext]
        .map(|tls| (tls.keyword(), tls))
}

fn login_style_words() -> [(&'static str, LoginStyle); 3] {
    [LoginStyle::Auto, LoginStyle::Prompted, LoginStyle::InitialResponse]
        .map(|style| (style.keyword(), style))
}

fn port(item: &Item<'_>) -> Result<Value<u16>, ConfigError> {
    let number = item.number(1, u16::MAX.into())?;
    let value = u16::try_from(number.value).map_err(|error| item.error(error))?;
    Ok(Value { value, origin: number.origin })
}

/// A path, or the word for the system's log.
fn log(item: &Item<'_>) -> Result<Value<LogTarget>, ConfigError> {
    let Value { value, origin } = item.text()?;
    if value == LogTarget::SYSLOG {
        return Ok(Value { value: LogTarget::Syslog, origin });
    }
    let path = item.path()?;
    Ok(Value { value: LogTarget::File(path.value), origin })
}

fn secret(item: &Item<'_>) -> Result<Value<Secret>, ConfigError> {
    let Value { value, origin } = item.text()?;
    if value.is_empty() {
        return Err(item.error("is empty"));
    }
    if value.contains(['\r', '\n', '\0']) {
        return Err(item.error("contains a line break or a NUL"));
    }
    Ok(Value { value: Secret::new(value), origin })
}

#[cfg(test)]
mod tests;
