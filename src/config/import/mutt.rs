//! mutt's settings: where `smtp_url` points, and who sends.

use super::draft::Draft;
use super::mutt_syntax::{Setting, Settings, Word, settings};
use super::{Imported, Remark};
use crate::model::{Secret, Tls};

/// What has no counterpart and concerns the way to the server.
const LEFT_OUT: [(&str, &str); 7] = [
    ("sendmail", "mailsend talks to a server itself"),
    ("ssl_verify_dates", "the dates of a certificate are always checked; see pin_sha256"),
    ("ssl_verify_host", "the name in a certificate is always checked; see server_name"),
    ("certificate_file", "certificates accepted by hand are not read; see pin_sha256"),
    ("ssl_ciphers", "there is no such setting; see min_tls"),
    ("tunnel", "mailsend runs no program for the connection"),
    ("dsn_notify", "there is no such setting"),
];

/// Reads a muttrc.
pub(super) fn read(text: &str) -> Imported {
    let mut imported = Imported::default();
    let settings = settings(text);
    for (line, file) in &settings.sources {
        imported.say(*line, format!("source: {file} is not read; import it by itself"));
    }
    for line in &settings.hooks {
        imported.say(*line, "a hook sets something about sending; write a profile for it");
    }
    for (name, reason) in LEFT_OUT {
        if let Some(setting) = settings.variables.get(name) {
            imported.say(setting.line, format!("{name}: {reason}"));
        }
    }
    let mut remarks = Vec::new();
    imported.profiles.extend(profile(&settings, &mut remarks));
    imported.remarks.append(&mut remarks);
    imported
}

fn profile(settings: &Settings, remarks: &mut Vec<Remark>) -> Option<Draft> {
    let (url, line) = text_of(settings, "smtp_url", remarks)?;
    let mut say = |line, message: String| remarks.push(Remark { line, message });
    let Some(url) = Url::parse(&url) else {
        say(line, "smtp_url: expected smtp://USER@HOST:PORT".to_owned());
        return None;
    };
    let mut profile = Draft::new("mutt", line);
    let is = |name: &str, word: &str| {
        settings.variables.get(name).is_some_and(|it| it.word == Word::Text(word.to_owned()))
    };
    let tls = match (url.implicit, is("ssl_starttls", "no") && is("ssl_force_tls", "no")) {
        (true, _) => Tls::Implicit,
        (false, true) => Tls::Plaintext,
        (false, false) => {
            if is("ssl_force_tls", "no") {
                say(line, "ssl_force_tls: STARTTLS is required from now on".to_owned());
            }
            Tls::StartTls
        }
    };
    let port = if url.implicit { "465" } else { "25" };
    profile.server(&url.host, Some(url.port.as_deref().unwrap_or(port)), tls, line);
    if tls.is_verified()
        && let Some((file, line)) = text_of(settings, "ssl_ca_certificates_file", remarks)
    {
        profile.text("ca_file", &file, line);
    }
    if tls.is_verified()
        && let Some((file, line)) = text_of(settings, "ssl_client_cert", remarks)
    {
        profile.text("client_certificate", &file, line);
    }
    login(&mut profile, &url, line, settings, tls, remarks);
    if let Some((from, line)) = text_of(settings, "from", remarks) {
        let name = text_of(settings, "realname", remarks).map(|(name, _)| name);
        match from.contains(['<', ' ']) {
            true => profile.text("from", &from, line),
            false => profile.from(name.as_deref().filter(|it| !it.is_empty()), &from, line),
        }
    }
    for (theirs, ours) in [("hostname", "ehlo"), ("envelope_from_address", "reverse_path")] {
        if let Some((value, line)) = text_of(settings, theirs, remarks) {
            profile.text(ours, &value, line);
        }
    }
    if let Some((timeout, line)) = text_of(settings, "connect_timeout", remarks)
        && !timeout.starts_with('-')
    {
        profile.set("connect_timeout", timeout, line, "");
    }
    Some(profile)
}

fn login(
    profile: &mut Draft,
    url: &Url,
    line: usize,
    settings: &Settings,
    tls: Tls,
    remarks: &mut Vec<Remark>,
) {
    let Some(user) = &url.user else { return };
    if let Some((names, line)) = text_of(settings, "smtp_authenticators", remarks) {
        for other in profile.mechanisms(names.split(':').filter(|it| !it.is_empty()), line) {
            let message = format!("smtp_authenticators: {other} is not spoken");
            remarks.push(Remark { line, message });
        }
        if !profile.has("auth") && !tls.is_verified() {
            let message = "smtp_authenticators: without TLS no other is safe; \
                           the login is left out";
            remarks.push(Remark { line, message: message.to_owned() });
            return;
        }
    }
    profile.text("username", user, line);
    if !tls.is_verified() {
        profile.password_in_the_clear(line, remarks);
    }
    if let Some(password) = &url.password {
        profile.password = Some((Secret::new(password.as_str()), line));
    }
    if let Some((command, line)) = text_of(settings, "smtp_oauth_refresh_command", remarks)
        && tls.is_verified()
    {
        profile.text("token_command", &command, line);
    }
    match settings.variables.get("smtp_pass") {
        Some(Setting { word: Word::Text(password), line }) => {
            profile.password = Some((Secret::new(password.as_str()), *line));
        }
        Some(Setting { word: Word::Command(command), line }) => {
            profile.password = None;
            profile.text("password_command", command, *line);
        }
        Some(Setting { word: Word::Unknown, line }) => {
            remarks.push(unknown("smtp_pass", *line));
        }
        None => {}
    }
}

/// A variable, if it is text.
fn text_of(settings: &Settings, name: &str, remarks: &mut Vec<Remark>) -> Option<(String, usize)> {
    let setting = settings.variables.get(name)?;
    match &setting.word {
        Word::Text(text) => Some((text.clone(), setting.line)),
        _ => {
            remarks.push(unknown(name, setting.line));
            None
        }
    }
}

fn unknown(name: &str, line: usize) -> Remark {
    let reason = "the value comes from a command or a variable that is not set here";
    Remark { line, message: format!("{name}: {reason}") }
}

/// `smtp[s]://[user[:password]@]host[:port][/]`
struct Url {
    implicit: bool,
    user: Option<String>,
    password: Option<String>,
    host: String,
    port: Option<String>,
}

impl Url {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let implicit = match scheme.to_ascii_lowercase().as_str() {
            "smtp" => false,
            "smtps" => true,
            _ => return None,
        };
        let (login, server) = match rest.rsplit_once('@') {
            Some((login, server)) => (Some(login), server),
            None => (None, rest),
        };
        let server = server.split('/').next().unwrap_or_default();
        let (user, password) = match login.map(|it| it.split_once(':').unwrap_or((it, ""))) {
            Some((user, password)) => (Some(decoded(user)), Some(decoded(password))),
            None => (None, None),
        };
        let (host, port) = match server.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port.to_owned())),
            _ => (server, None),
        };
        let password = password.filter(|it| !it.is_empty());
        Some(Self { implicit, user, password, host: host.to_owned(), port })
    }
}

/// Undoes %XX; what is none stays.
fn decoded(text: &str) -> String {
    let mut octets = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let pair = more.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        match pair.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(octet) if *first == b'%' => {
                octets.push(octet);
                rest = &more[2..];
            }
            _ => {
                octets.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::imported;

    fn becomes(text: &str, expected: &str) {
        assert_eq!(imported(Format::Mutt, text), expected);
    }

    #[test]
    fn the_url_the_password_s_command_and_the_author_become_a_profile() {
        becomes(
            "set realname = 'Zhang San'\nset from = zhang@x.com\n\
             set smtp_url = \"smtp://zhang%40x.com@smtp.x.com:587/\"\n\
             set smtp_pass = `pass show mail`\nset smtp_authenticators = 'plain:login:gssapi'\n\
             set hostname=pc.x.com\nset ssl_verify_host = no\n",
            "[profiles.mutt]\nhost = \"smtp.x.com\"\nport = 587\ntls = \"starttls\"\n\
             auth = [\"PLAIN\", \"LOGIN\"]\nusername = \"zhang@x.com\"\n\
             password_command = \"pass show mail\"\nfrom = \"Zhang San <zhang@x.com>\"\n\
             ehlo = \"pc.x.com\"\n---\n\
             5: smtp_authenticators: gssapi is not spoken\n\
             7: ssl_verify_host: the name in a certificate is always checked; see server_name\n",
        );
    }

    #[test]
    fn a_token_and_a_client_certificate_are_taken_over() {
        becomes(
            "set smtp_url=smtps://n@h\nset smtp_authenticators=xoauth2\n\
             set smtp_oauth_refresh_command='oama access n'\nset ssl_client_cert=~/me.pem\n",
            "[profiles.mutt]\nhost = \"h\"\nport = 465\ntls = \"implicit\"\n\
             client_certificate = \"~/me.pem\"\nauth = \"XOAUTH2\"\nusername = \"n\"\n\
             token_command = \"oama access n\"\n---\n",
        );
    }

    #[test]
    fn a_password_in_the_url_is_not_shown() {
        becomes(
            "set smtp_url=smtps://n:hunter2@h\nset from='A <a@b.c>'\nsource secrets\n",
            "[profiles.mutt]\nhost = \"h\"\nport = 465\ntls = \"implicit\"\nusername = \"n\"\n\
             # The password stands in line 1 of the settings. Without one of these you are asked for it:\n\
             # password_command = \"pass show mail/mutt\"\n\
             # password_file = \"mutt.password\"\n\
             from = \"A <a@b.c>\"\n---\n\
             3: source: secrets is not read; import it by itself\n",
        );
    }

    #[test]
    fn without_tls_the_danger_is_named() {
        becomes(
            "set ssl_starttls=no ssl_force_tls=no\nset smtp_url=smtp://n@h\nset smtp_pass=$gone\n",
            "[profiles.mutt]\nhost = \"h\"\nport = 25\ntls = \"none\"\nusername = \"n\"\n\
             danger_cleartext_auth = true  # anybody on the way can read the password\n---\n\
             2: warning: profile mutt sends the password where anybody on the way can read it, as \
             these settings do; if the server has TLS, set tls and remove danger_cleartext_auth\n\
             3: smtp_pass: the value comes from a command or a variable that is not set here\n",
        );
    }
}
