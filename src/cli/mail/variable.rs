//! What s-nail's `-S VARIABLE=VALUE` and the command `set` set, as far as it is about what is sent
//! and where to.

use std::ffi::{OsStr, OsString};

use super::Typed;
use super::author::By;
use crate::commands::Refusal;

/// Variables that say which server is used, and how one logs in there.
const SERVER: [&str; 4] = ["smtp", "mta", "user", "password"];

/// How further ones begin.
const SERVER_PREFIXES: [&str; 9] =
    ["smtp-", "smtp.", "mta-", "user-", "password-", "ssl-", "tls-", "mailer", ".mailer"];

/// What the only command begins with that is carried out.
pub(super) const SET: &str = "set ";

/// Whether this is that command.
pub(super) fn is_set(command: &OsStr) -> bool {
    command.as_encoded_bytes().starts_with(SET.as_bytes())
}

impl Typed {
    /// Sets what is set; what is only for reading, editing or showing is left out.
    pub(super) fn variable(&mut self, setting: &OsStr, flag: &str) -> Result<(), Refusal> {
        let text = setting.to_string_lossy();
        let (name, value) = text.split_once('=').unwrap_or((&text, ""));
        let name = name.trim();
        let value = value.trim();
        if SERVER.contains(&name) || SERVER_PREFIXES.iter().any(|it| name.starts_with(it)) {
            return Err(Refusal::usage(format!(
                "{flag} {name}: mailsend takes the server from its profiles"
            ))
            .hint("choose one with -A PROFILE; `mailsend profiles add ADDRESS` sets one up"));
        }
        match name {
            "from" => self.author(By::Variable, value.into()),
            "replyto" | "reply-to" | "reply_to" => {
                self.others.push(OsString::from(format!("--reply-to={value}")));
            }
            "autocc" => self.list("--cc", OsStr::new(value))?,
            "autobcc" => self.list("--bcc", OsStr::new(value))?,
            "skipemptybody" => self.others.push("--skip-empty".into()),
            "customhdr" => {
                return Err(Refusal::usage(format!("{flag} customhdr is not known here"))
                    .hint("add a header field with -C 'NAME: BODY'"));
            }
            _ => {}
        }
        Ok(())
    }
}
