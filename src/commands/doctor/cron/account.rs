//! Whose crontab it is: the entry of the person's account, as cron takes the home and the name from
//! it, whatever the shell says.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::process::Start;
use crate::commands::Refusal;
use crate::model::Exit;

/// How long a directory service may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// An entry of passwd(5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    /// The user's number.
    pub(super) uid: u32,
    /// The user's name.
    pub(super) name: String,
    /// The home directory.
    pub(super) home: PathBuf,
}

impl Account {
    /// Of whoever runs this.
    pub(super) fn own() -> Result<Self, Refusal> {
        let uid = rustix::process::geteuid().as_raw();
        let local =
            std::fs::read("/etc/passwd").ok().and_then(|octets| Self::in_text(&octets, uid));
        // Accounts of a directory service are in no file.
        local.or_else(|| Self::of_directory(uid)).ok_or_else(|| {
            let message = format!("the user {uid} has no account, so no crontab either");
            Refusal::new(Exit::NO_USER, message)
                .hint("a container's user may have none: name one with an account")
        })
    }

    fn of_directory(uid: u32) -> Option<Self> {
        let arguments = ["passwd".to_owned(), uid.to_string()].map(OsString::from);
        let getent = Start {
            program: Path::new("getent"),
            arguments: &arguments,
            cron: None,
            time: PATIENCE,
        };
        Self::in_text(&getent.run().ok()?.stdout, uid)
    }

    fn in_text(octets: &[u8], uid: u32) -> Option<Self> {
        String::from_utf8_lossy(octets).lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, number, _, _, home, ..] = fields[..] else { return None };
            let wanted = number.parse() == Ok(uid) && home.starts_with('/');
            wanted.then(|| Self { uid, name: name.to_owned(), home: PathBuf::from(home) })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_number() {
        let text = b"# x\nroot:x:0:0:root:/root:/bin/sh\nnick:x:10:10:N,,,:/home/nick:/bin/bash\n\
                     nobody:x:11:11:::\n";
        let nick = Account { uid: 10, name: "nick".to_owned(), home: "/home/nick".into() };
        assert_eq!(Account::in_text(text, 10), Some(nick));
        assert_eq!(Account::in_text(text, 1), None);
        assert_eq!(Account::in_text(text, 11), None, "no home");
    }
}
