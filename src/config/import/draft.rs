//! A profile in the making: keys with their values in TOML, each with the line it comes from.

use std::path::Path;

use super::{Passwords, Remark};
use crate::config::chain::Configuration;
use crate::config::file::File;
use crate::config::locations::Found;
use crate::config::resolve::obstacles;
use crate::config::setting::{key_name, quoted};
use crate::config::{CATALOGUE, SANDBOX};
use crate::model::{Address, Mailbox, Mechanism, Secret, Tls};

/// A profile in the making.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) name: String,
    /// Where it begins in the settings.
    pub(super) line: usize,
    entries: Vec<Entry>,
    /// The password itself, and where it stands.
    pub(super) password: Option<(Secret, usize)>,
}

/// A key with its value.
#[derive(Debug)]
struct Entry {
    key: &'static str,
    /// As it is written in TOML.
    value: String,
    line: usize,
    comment: &'static str,
}

impl Draft {
    /// An empty one; the name of the built-in profile is taken.
    pub(super) fn new(name: &str, line: usize) -> Self {
        let name = match name {
            SANDBOX => "imported-sandbox".to_owned(),
            name => name.to_owned(),
        };
        Self { name, line, entries: Vec::new(), password: None }
    }

    /// Sets a key to a string.
    pub(super) fn text(&mut self, key: &'static str, value: &str, line: usize) {
        self.set(key, quoted(value), line, "");
    }

    /// Sets a key to what is already TOML, with a comment behind it.
    pub(super) fn set(
        &mut self,
        key: &'static str,
        value: String,
        line: usize,
        comment: &'static str,
    ) {
        self.entries.retain(|entry| entry.key != key);
        self.entries.push(Entry { key, value, line, comment });
    }

    /// Sets host, port and TLS together.
    pub(super) fn server(&mut self, host: &str, port: Option<&str>, tls: Tls, line: usize) {
        self.text("host", host, line);
        if let Some(port) = port {
            self.set("port", port.to_owned(), line, "");
        }
        self.text("tls", tls.keyword(), line);
    }

    /// The author, with a display name if there is one.
    pub(super) fn from(&mut self, name: Option<&str>, address: &str, line: usize) {
        let mailbox = Address::parse(address)
            .map(|address| Mailbox { name: name.map(str::to_owned), address }.to_string());
        self.text("from", &mailbox.unwrap_or_else(|_| address.to_owned()), line);
    }

    /// The mechanisms that were named, as far as we speak them; the others are answered.
    pub(super) fn mechanisms<'a>(
        &mut self,
        names: impl Iterator<Item = &'a str>,
        line: usize,
    ) -> Vec<&'a str> {
        let (mut ours, mut others) = (Vec::new(), Vec::new());
        for name in names {
            match Mechanism::parse(name) {
                Some(mechanism) => ours.push(quoted(mechanism.name())),
                None => others.push(name),
            }
        }
        match &ours[..] {
            [] => {}
            [only] => self.set("auth", only.clone(), line, ""),
            _ => self.set("auth", format!("[{}]", ours.join(", ")), line, ""),
        }
        others
    }

    /// Consent to what the settings did all along: a password that anybody on the way can read.
    pub(super) fn password_in_the_clear(&mut self, line: usize, remarks: &mut Vec<Remark>) {
        let comment = "anybody on the way can read the password";
        self.set("danger_cleartext_auth", "true".to_owned(), line, comment);
        let message = format!(
            "warning: profile {} sends the password where anybody on the way can read it, as \
             these settings do; if the server has TLS, set tls and remove danger_cleartext_auth",
            self.name
        );
        remarks.push(Remark { line, message });
    }

    /// Consent to what the settings did all along: no certificate is verified.
    pub(super) fn any_certificate(&mut self, line: usize, remarks: &mut Vec<Remark>) {
        let comment = "anybody can be the server";
        self.set("danger_accept_invalid_certs", "true".to_owned(), line, comment);
        let message = format!(
            "warning: profile {} accepts any certificate, as these settings do; \
             better set ca_file or pin_sha256",
            self.name
        );
        remarks.push(Remark { line, message });
    }

    /// Whether a key is set.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// Leaves out each key whose value our reader refuses; fails if what is left is of no use.
    pub(super) fn keep_what_works(&mut self, remarks: &mut Vec<Remark>) -> Result<(), String> {
        let name = self.name.clone();
        self.entries.retain(|entry| {
            let text = format!("[profiles.{}]\n{} = {}\n", quoted(&name), entry.key, entry.value);
            let (_, complaints) = survey(&text);
            let Some(complaint) = complaints.first() else { return true };
            remarks.push(Remark { line: entry.line, message: complaint.clone() });
            false
        });
        let mut text = zeroize::Zeroizing::new(String::new());
        self.write(Passwords::LeftOut, &mut text);
        let (file, complaints) = survey(&text);
        if let Some(complaint) = complaints.first() {
            return Err(complaint.clone());
        }
        let configuration = Configuration::new(vec![file], vec![(PLACE.into(), Found::Read)]);
        let chosen = configuration.named(&self.name).map_err(|error| error.to_string())?;
        match obstacles(&chosen).first() {
            None => Ok(()),
            Some(obstacle) => {
                let text = obstacle.to_string();
                let prefix = format!("profile {}: ", self.name);
                Err(text.strip_prefix(&prefix).unwrap_or(&text).to_owned())
            }
        }
    }

    /// Writes the table, its keys in our order.
    pub(super) fn write(&self, passwords: Passwords, text: &mut String) {
        text.push_str(&format!("[profiles.{}]\n", key_name(&self.name)));
        for key in CATALOGUE {
            for entry in self.entries.iter().filter(|entry| entry.key == key.name) {
                text.push_str(&format!("{} = {}", entry.key, entry.value));
                if !entry.comment.is_empty() {
                    text.push_str(&format!("  # {}", entry.comment));
                }
                text.push('\n');
            }
            if key.name == "password"
                && let Some((password, line)) = &self.password
            {
                let password = String::from_utf8_lossy(password.expose());
                match passwords {
                    Passwords::Written => {
                        text.push_str("password = ");
                        text.push_str(&zeroize::Zeroizing::new(quoted(&password)));
                        text.push('\n');
                    }
                    Passwords::LeftOut => text.push_str(&format!(
                        "# The password stands in line {line} of the settings. Without one of \
                         these you are asked for it:\n\
                         # password_command = \"pass show mail/{0}\"\n\
                         # password_file = \"{0}.password\"\n",
                        self.name.replace(|it: char| !it.is_alphanumeric(), "-")
                    )),
                }
            }
        }
    }
}

/// Where drafts are thought to stand.
const PLACE: &str = "/profiles.toml";

/// Has our reader read it; the complaints come without places.
fn survey(text: &str) -> (File, Vec<String>) {
    let (file, complaints) = File::survey(text, Path::new(PLACE), Some(Path::new("/home")));
    let bare = complaints.iter().map(|complaint| {
        let message = complaint.to_string();
        let place = complaint.place().map(|place| format!("{place}: ")).unwrap_or_default();
        message.strip_prefix(&place).unwrap_or(&message).to_owned()
    });
    let bare = bare.collect();
    (file, bare)
}
