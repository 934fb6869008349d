//! msmtp's settings (msmtprc): `defaults`, accounts, and accounts made of others.

mod accounts;

use accounts::{Account, Setting, accounts};

use super::draft::Draft;
use super::{Imported, Remark};
use crate::model::{FromRewrite, LogTarget, Mechanism, Pin, Proof, Secret, Tls};

/// What needs no counterpart, because it is what happens here anyway.
const DONE_ANYWAY: [&str; 6] = [
    "set_date_header",
    "set_msgid_header",
    "add_missing_from_header",
    "add_missing_date_header",
    "remove_bcc_headers",
    "keepbcc",
];

/// What has no counterpart, and why.
const LEFT_OUT: [(&str, &str); 11] = [
    ("socket", "set host to its path, without port and tls"),
    ("tls_crl_file", "there is no such setting"),
    ("tls_priorities", "there is no such setting; see min_tls"),
    ("tls_min_dh_prime_bits", "there is no such setting; see min_tls"),
    ("ntlmdomain", "NTLM is not supported"),
    ("dsn_notify", "there is no such setting"),
    ("dsn_return", "there is no such setting"),
    ("set_to_header", "there is no such setting; see qualify_domain"),
    ("logfile_time_format", "the log has the time as RFC 3339 writes it"),
    ("auto_from", "name the author with from"),
    ("undisclosed_recipients", "there is no such setting; see --bcc"),
];

/// Bundles of what the system trusts anyway.
const SYSTEM_BUNDLES: [&str; 5] = [
    "system",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];

/// Reads an msmtprc.
pub(super) fn read(text: &str) -> Imported {
    let mut imported = Imported::default();
    let accounts = accounts(text, &mut imported);
    for account in &accounts {
        match (account.name.as_str(), &account.bases[..]) {
            // `account default : x` only says which one is the default.
            ("default", [base]) if !account.own => imported.default_profile = Some(base.clone()),
            _ => {
                let mut remarks = Vec::new();
                if let Some(profile) = profile(account, &mut remarks) {
                    if account.name == "default" {
                        imported.default_profile = Some(profile.name.clone());
                    }
                    imported.profiles.push(profile);
                }
                imported.remarks.append(&mut remarks);
            }
        }
    }
    imported
}

fn profile(account: &Account, remarks: &mut Vec<Remark>) -> Option<Draft> {
    let mut profile = Draft::new(&account.name, account.line);
    let setting = |name: &str| account.settings.get(name);
    let is_on = |name: &str, otherwise: bool| {
        setting(name).map_or(otherwise, |it| matches!(it.value.as_str(), "" | "on"))
    };
    if let Some(protocol) =
        setting("protocol").filter(|it| !["smtp", "lmtp"].contains(&it.value.as_str()))
    {
        let message = format!("{} is left out: {} is not supported", account.name, protocol.value);
        remarks.push(Remark { line: protocol.line, message });
        return None;
    }
    let tls = match (is_on("tls", false), is_on("tls_starttls", true)) {
        (true, true) => Tls::StartTls,
        (true, false) => Tls::Implicit,
        (false, _) => Tls::Plaintext,
    };
    if let Some(host) = setting("host") {
        // msmtp's own default is 25, with STARTTLS too.
        let port = if tls == Tls::Implicit { "465" } else { "25" };
        let port = setting("port").map_or(port, |port| port.value.as_str());
        profile.server(&host.value, Some(port), tls, host.line);
    }
    road(&mut profile, account);
    trust(&mut profile, account, tls, remarks);
    login(&mut profile, account, tls, remarks);
    for (theirs, ours) in [("domain", "ehlo"), ("maildomain", "qualify_domain")] {
        if let Some(setting) = setting(theirs) {
            profile.text(ours, &setting.value, setting.line);
        }
    }
    if let Some(timeout) = setting("timeout").filter(|it| it.value != "off") {
        profile.set("connect_timeout", timeout.value.clone(), timeout.line, "");
    }
    local(&mut profile, account, remarks);
    log(&mut profile, account, remarks);
    author(&mut profile, account, remarks);
    for (name, setting) in &account.settings {
        let known = LEFT_OUT.iter().find(|(left_out, _)| left_out == name);
        let reason = match known {
            Some((_, reason)) if setting.value != "off" => *reason,
            None if !TAKEN.contains(&name.as_str()) && !DONE_ANYWAY.contains(&name.as_str()) => {
                "this is not known"
            }
            _ => continue,
        };
        remarks.push(Remark { line: setting.line, message: format!("{name}: {reason}") });
    }
    Some(profile)
}

/// What is spoken, from where, and past which proxy; msmtp's are SOCKS5.
fn road(profile: &mut Draft, account: &Account) {
    let setting = |name: &str| account.settings.get(name).filter(|it| !it.value.is_empty());
    if let Some(protocol) = setting("protocol").filter(|it| it.value == "lmtp") {
        profile.text("protocol", &protocol.value, protocol.line);
    }
    if let Some(source) = setting("source_ip") {
        profile.text("source_address", &source.value, source.line);
    }
    if let Some(proxy) = setting("proxy_host") {
        let host = &proxy.value;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let port = setting("proxy_port").map_or("1080", |port| port.value.as_str());
        profile.text("proxy", &format!("socks5://{host}:{port}"), proxy.line);
    }
}

/// What is taken over.
const TAKEN: [&str; 28] = [
    "host",
    "port",
    "protocol",
    "proxy_host",
    "proxy_port",
    "source_ip",
    "tls",
    "tls_starttls",
    "tls_trust_file",
    "tls_fingerprint",
    "tls_certcheck",
    "tls_host_override",
    "tls_cert_file",
    "tls_key_file",
    "auth",
    "user",
    "password",
    "passwordeval",
    "from",
    "from_full_name",
    "domain",
    "maildomain",
    "aliases",
    "set_from_header",
    "allow_from_override",
    "timeout",
    "logfile",
    "syslog",
];

fn trust(profile: &mut Draft, account: &Account, tls: Tls, remarks: &mut Vec<Remark>) {
    if !tls.is_verified() {
        return;
    }
    let setting = |name: &str| account.settings.get(name);
    let mut say = |line, message: &str| remarks.push(Remark { line, message: message.to_owned() });
    let mut pinned = false;
    if let Some(fingerprint) = setting("tls_fingerprint").filter(|it| !it.value.is_empty()) {
        match Pin::parse(&fingerprint.value) {
            Some(pin) => {
                pinned = true;
                profile.set("pin_sha256", format!("[\"{pin}\"]"), fingerprint.line, "");
            }
            None => say(
                fingerprint.line,
                "tls_fingerprint: only SHA-256 will do; the error message of a first try shows it",
            ),
        }
    }
    if let Some(file) = setting("tls_trust_file")
        && !pinned
        && !file.value.is_empty()
        && !SYSTEM_BUNDLES.contains(&file.value.as_str())
    {
        if file.value.starts_with(['/', '~']) {
            profile.text("ca_file", &file.value, file.line);
            profile.set("system_roots", "false".to_owned(), file.line, "");
        } else {
            say(file.line, "tls_trust_file: set ca_file to the whole path");
        }
    }
    if let Some(name) = setting("tls_host_override").filter(|it| !it.value.is_empty()) {
        profile.text("server_name", &name.value, name.line);
    }
    for (theirs, ours) in [("tls_cert_file", "client_certificate"), ("tls_key_file", "client_key")]
    {
        if let Some(file) = setting(theirs).filter(|it| it.value.starts_with(['/', '~'])) {
            profile.text(ours, &file.value, file.line);
        }
    }
    if let Some(check) = setting("tls_certcheck").filter(|it| it.value == "off")
        && !pinned
    {
        profile.any_certificate(check.line, remarks);
    }
}

fn login(profile: &mut Draft, account: &Account, tls: Tls, remarks: &mut Vec<Remark>) {
    let setting = |name: &str| account.settings.get(name);
    let auth = setting("auth");
    let method = auth.map_or("off", |auth| if auth.value.is_empty() { "on" } else { &auth.value });
    let mut say = |line, message: String| remarks.push(Remark { line, message });
    let Some(user) = setting("user") else {
        if method != "off" {
            let line = auth.map_or(account.line, |auth| auth.line);
            say(line, "auth: there is no user; set username and where the password is".to_owned());
        }
        return;
    };
    let line = auth.map_or(user.line, |auth| auth.line);
    let in_the_clear = !tls.is_verified();
    match method {
        "off" => {
            return say(user.line, "user: not used without auth".to_owned());
        }
        "on" if in_the_clear => {
            return say(
                line,
                "auth: without TLS msmtp never shows the password, mailsend may not either; the \
                 login is left out: set tls, or username and danger_cleartext_auth"
                    .to_owned(),
            );
        }
        "on" => {}
        named if Mechanism::parse(named).is_some_and(|it| it.proof() != Proof::Password) => {
            // msmtp has the token where others have a password.
            let is_token = Mechanism::parse(named).is_some_and(|it| it.proof() == Proof::Token);
            if profile.has("client_certificate") && !is_token {
                profile.mechanisms([named].into_iter(), line);
                return profile.text("username", &user.value, user.line);
            }
            let Some(command) = setting("passwordeval").filter(|_| is_token && !in_the_clear)
            else {
                let what = if is_token { "token_command" } else { "client_certificate" };
                let message = format!("auth: the login is left out; for {named} set {what}");
                return say(line, message);
            };
            profile.mechanisms([named].into_iter(), line);
            profile.text("username", &user.value, user.line);
            return profile.text("token_command", &command.value, command.line);
        }
        named => {
            let revealing = Mechanism::parse(named).is_none_or(Mechanism::reveals_secret);
            for other in profile.mechanisms([named].into_iter(), line) {
                if other == "gssapi" {
                    return say(
                        line,
                        format!("auth: {other} is not supported, the login is left out"),
                    );
                }
                if in_the_clear {
                    return say(
                        line,
                        format!(
                            "auth: {other} is not spoken, and without TLS no other is safe; the login is left out"
                        ),
                    );
                }
                say(line, format!("auth: {other} is not spoken; the best of the others is used"));
            }
            if in_the_clear && revealing {
                profile.password_in_the_clear(line, remarks);
            }
        }
    }
    profile.text("username", &user.value, user.line);
    // As with msmtp, the password itself comes before the command.
    if let Some(password) = setting("password") {
        profile.password = Some((Secret::new(password.value.as_str()), password.line));
    } else if let Some(command) = setting("passwordeval") {
        profile.text("password_command", &command.value, command.line);
    }
}

/// Whom names without a domain stand for, and when the author is replaced.
fn local(profile: &mut Draft, account: &Account, remarks: &mut Vec<Remark>) {
    let setting = |name: &str| account.settings.get(name);
    let mut say = |line, message: &str| remarks.push(Remark { line, message: message.to_owned() });
    if let Some(file) = setting("aliases").filter(|file| !file.value.is_empty()) {
        if file.value.starts_with(['/', '~']) {
            profile.text("aliases", &file.value, file.line);
        } else {
            say(file.line, "aliases: set aliases to the whole path");
        }
    }
    let when = setting("set_from_header").and_then(|when| match when.value.as_str() {
        "" | "on" => Some((FromRewrite::Always, when.line)),
        "off" => Some((FromRewrite::Never, when.line)),
        _ => None,
    });
    if let Some((when, line)) = when {
        profile.text("from_rewrite", when.keyword(), line);
    }
    if let Some(fixed) = setting("allow_from_override").filter(|it| it.value == "off")
        && when.is_none_or(|(when, _)| when != FromRewrite::Always)
    {
        say(fixed.line, "allow_from_override: from_rewrite = \"always\" does that, in From too");
    }
}

/// One log is enough: the file, where both are set.
fn log(profile: &mut Draft, account: &Account, remarks: &mut Vec<Remark>) {
    let is_off = |setting: &&Setting| setting.value == "off";
    let file = account.settings.get("logfile").filter(|file| !file.value.is_empty());
    let syslog = account.settings.get("syslog").filter(|syslog| !is_off(syslog));
    if let Some(syslog) = syslog {
        profile.text("log", LogTarget::SYSLOG, syslog.line);
    }
    let Some(file) = file else { return };
    if file.value.starts_with(['/', '~']) {
        profile.text("log", &file.value, file.line);
    } else {
        let message = "logfile: set log to the whole path".to_owned();
        remarks.push(Remark { line: file.line, message });
    }
}

fn author(profile: &mut Draft, account: &Account, remarks: &mut Vec<Remark>) {
    let Some(from) = account.settings.get("from").filter(|from| !from.value.is_empty()) else {
        return;
    };
    if from.value.contains(['*', '?', '%']) {
        let message = format!("from: {} is a pattern; name one address", from.value);
        remarks.push(Remark { line: from.line, message });
        return;
    }
    let name = account.settings.get("from_full_name").map(|name| name.value.as_str());
    profile.from(name.filter(|name| !name.is_empty()), &from.value, from.line);
}

#[cfg(test)]
mod tests;
