//! What `git send-email` uses of git's settings: `[sendemail]`, and its identities over that.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::git_syntax::{Setting, settings};
use super::{Imported, Remark};
use crate::model::{Secret, Tls};

/// What has no counterpart and concerns the way to the server.
const LEFT_OUT: [(&str, &str); 6] = [
    ("sendmailcmd", "mailsend talks to a server itself"),
    ("smtpserveroption", "mailsend talks to a server itself"),
    ("smtpsslclientcert", "set client_certificate and client_key by hand"),
    ("smtpsslclientkey", "set client_certificate and client_key by hand"),
    ("headercmd", "there is no such setting; see headers"),
    ("bcc", "recipients belong on the command line: --bcc"),
];

/// Reads a git configuration file.
pub(super) fn read(text: &str) -> Imported {
    let mut imported = Imported::default();
    let all = settings(text);
    for include in all.iter().filter(|it| it.section == "include" || it.section == "includeif") {
        imported.say(include.line, format!("include: {} is not read", include.value));
    }
    let of = |identity: Option<&str>| -> BTreeMap<&str, &Setting> {
        let mine =
            |it: &&Setting| it.section == "sendemail" && it.subsection.as_deref() == identity;
        all.iter().filter(mine).map(|it| (it.key.as_str(), it)).collect()
    };
    let general = of(None);
    let author = Author::of(&all);
    let mut remarks = Vec::new();
    if general.contains_key("smtpserver") {
        imported.profiles.extend(profile("git", &general, &author, &mut remarks));
    }
    let mut identities: Vec<&str> = Vec::new();
    for setting in all.iter().filter(|it| it.section == "sendemail") {
        if let Some(identity) = setting.subsection.as_deref()
            && !identities.contains(&identity)
        {
            identities.push(identity);
        }
    }
    for identity in identities {
        let mut merged = general.clone();
        merged.extend(of(Some(identity)));
        imported.profiles.extend(profile(identity, &merged, &author, &mut remarks));
    }
    imported.remarks.append(&mut remarks);
    imported.default_profile = match general.get("identity") {
        Some(identity) => Some(identity.value.clone()),
        None => general.contains_key("smtpserver").then(|| "git".to_owned()),
    };
    imported
}

/// Who commits, and so who sends unless something else is said.
struct Author<'a> {
    name: Option<&'a str>,
    email: Option<&'a Setting>,
}

impl<'a> Author<'a> {
    fn of(all: &'a [Setting]) -> Self {
        let last = |key: &str| all.iter().rfind(|it| it.section == "user" && it.key == key);
        Self { name: last("name").map(|it| it.value.as_str()), email: last("email") }
    }
}

fn profile(
    name: &str,
    settings: &BTreeMap<&str, &Setting>,
    author: &Author<'_>,
    remarks: &mut Vec<Remark>,
) -> Option<Draft> {
    let setting = |key: &str| settings.get(key).copied();
    let say = |remarks: &mut Vec<Remark>, it: &Setting, message: &str| {
        remarks.push(Remark { line: it.line, message: message.to_owned() });
    };
    for (key, reason) in LEFT_OUT {
        if let Some(it) = setting(key) {
            say(remarks, it, &format!("{key}: {reason}"));
        }
    }
    let server = setting("smtpserver")?;
    if server.value.starts_with(['/', '~']) {
        let reason = "this is a program, and mailsend talks to a server itself";
        say(remarks, server, &format!("{name} is left out: smtpserver: {reason}"));
        return None;
    }
    let mut profile = Draft::new(name, server.line);
    let old_ssl = setting("smtpssl").filter(|it| matches!(it.value.as_str(), "true" | "1" | "yes"));
    let encryption = setting("smtpencryption").map(|it| it.value.to_lowercase());
    let tls = match (encryption.as_deref(), old_ssl) {
        (Some("ssl"), _) | (None, Some(_)) => Tls::Implicit,
        (Some("tls"), _) => Tls::StartTls,
        _ => Tls::Plaintext,
    };
    let (host, port) = match server.value.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (server.value.as_str(), None),
    };
    let port = setting("smtpserverport").map(|it| it.value.as_str()).or(port);
    profile.server(host, port, tls, server.line);
    if tls.is_verified() {
        certificates(&mut profile, setting("smtpsslcertpath"), remarks);
    }
    login(&mut profile, settings, tls, remarks);
    match (setting("from"), author.email) {
        (Some(from), _) => profile.text("from", &from.value, from.line),
        (None, Some(email)) => profile.from(author.name, &email.value, email.line),
        (None, None) => {}
    }
    if let Some(sender) = setting("envelopesender").filter(|it| it.value != "auto") {
        profile.text("reverse_path", &sender.value, sender.line);
    }
    for (theirs, ours) in [("smtpdomain", "ehlo"), ("replyto", "reply_to")] {
        if let Some(it) = setting(theirs) {
            profile.text(ours, &it.value, it.line);
        }
    }
    Some(profile)
}

fn certificates(profile: &mut Draft, path: Option<&Setting>, remarks: &mut Vec<Remark>) {
    let Some(path) = path else { return };
    let name = path.value.rsplit('/').next().unwrap_or_default();
    if path.value.is_empty() {
        profile.any_certificate(path.line, remarks);
    } else if ["/etc/ssl/certs", "/etc/ssl/certs/ca-certificates.crt"]
        .contains(&path.value.as_str())
    {
        // What the system trusts anyway.
    } else if name.contains('.') && path.value.starts_with(['/', '~']) {
        profile.text("ca_file", &path.value, path.line);
        profile.set("system_roots", "false".to_owned(), path.line, "");
    } else {
        let message = "smtpsslcertpath: a folder of certificates; name one PEM file as ca_file";
        remarks.push(Remark { line: path.line, message: message.to_owned() });
    }
}

fn login(
    profile: &mut Draft,
    settings: &BTreeMap<&str, &Setting>,
    tls: Tls,
    remarks: &mut Vec<Remark>,
) {
    let setting = |key: &str| settings.get(key).copied();
    let auth = setting("smtpauth");
    let Some(user) = setting("smtpuser").filter(|it| !it.value.is_empty()) else { return };
    if auth.is_some_and(|it| it.value == "none") {
        return;
    }
    if let Some(auth) = auth {
        for other in profile.mechanisms(auth.value.split_whitespace(), auth.line) {
            let message = format!("smtpauth: {other} is not spoken");
            remarks.push(Remark { line: auth.line, message });
        }
        if !profile.has("auth") && !tls.is_verified() {
            let message = "smtpauth: without TLS no other is safe; the login is left out";
            remarks.push(Remark { line: auth.line, message: message.to_owned() });
            return;
        }
    }
    profile.text("username", &user.value, user.line);
    if !tls.is_verified() {
        profile.password_in_the_clear(user.line, remarks);
    }
    if let Some(password) = setting("smtppass") {
        profile.password = Some((Secret::new(password.value.as_str()), password.line));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::imported;

    fn becomes(text: &str, expected: &str) {
        assert_eq!(imported(Format::Git, text), expected);
    }

    #[test]
    fn settings_and_identities_become_profiles() {
        becomes(
            "[user]\nname = Nick\nemail = nick@x.y\n[sendemail]\nsmtpEncryption = tls\n\
             smtpServer = smtp.x.y\nsmtpServerPort = 587\nsmtpUser = nick\nsmtpPass = hunter2\n\
             identity = work\n[sendemail \"work\"]\nsmtpServer = mx.work\nsmtpEncryption = ssl\n\
             from = Nick W <n@work.z>\nenvelopeSender = b@work.z\nsmtpAuth = LOGIN PLAIN\n\
             smtpDomain = pc.work\n",
            "default: work\n\
             [profiles.git]\nhost = \"smtp.x.y\"\nport = 587\ntls = \"starttls\"\n\
             username = \"nick\"\n\
             # The password stands in line 9 of the settings. Without one of these you are asked for it:\n\
             # password_command = \"pass show mail/git\"\n\
             # password_file = \"git.password\"\n\
             from = \"Nick <nick@x.y>\"\n\n\
             [profiles.work]\nhost = \"mx.work\"\nport = 587\ntls = \"implicit\"\n\
             auth = [\"LOGIN\", \"PLAIN\"]\nusername = \"nick\"\n\
             # The password stands in line 9 of the settings. Without one of these you are asked for it:\n\
             # password_command = \"pass show mail/work\"\n\
             # password_file = \"work.password\"\n\
             from = \"Nick W <n@work.z>\"\nreverse_path = \"b@work.z\"\nehlo = \"pc.work\"\n---\n",
        );
    }

    #[test]
    fn no_encryption_and_no_verification_stay_so_by_name() {
        becomes(
            "[sendemail]\nsmtpserver = h:26\nsmtpuser = n\n\
             [sendemail \"b\"]\nsmtpencryption = ssl\nsmtpsslcertpath =\n",
            "default: git\n\
             [profiles.git]\nhost = \"h\"\nport = 26\ntls = \"none\"\nusername = \"n\"\n\
             danger_cleartext_auth = true  # anybody on the way can read the password\n\
             \n[profiles.b]\nhost = \"h\"\nport = 26\ntls = \"implicit\"\n\
             danger_accept_invalid_certs = true  # anybody can be the server\nusername = \"n\"\n---\n\
             3: warning: profile git sends the password where anybody on the way can read it, as \
             these settings do; if the server has TLS, set tls and remove danger_cleartext_auth\n\
             6: warning: profile b accepts any certificate, as these settings do; better set \
             ca_file or pin_sha256\n",
        );
    }

    #[test]
    fn what_is_no_server_is_named() {
        becomes(
            "[include]\npath = ~/more\n[sendemail]\nsmtpserver = /usr/bin/msmtp\nbcc = a@b.c\n",
            "---\n2: include: ~/more is not read\n\
             4: git is left out: smtpserver: this is a program, and mailsend talks to a server itself\n\
             5: bcc: recipients belong on the command line: --bcc\n",
        );
    }
}
