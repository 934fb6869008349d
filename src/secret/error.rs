//! Why there is no secret; names the key, never what was found.

use std::io;
use std::path::PathBuf;

use super::MOST_OCTETS;
use crate::model::{Exit, Slot, reason};

/// Why a secret could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is nothing.
    #[error("{origin} is empty")]
    Empty {
        /// The key, and what it names.
        origin: String,
    },
    /// It has several lines.
    #[error("{origin} contains a line break")]
    LineBreak {
        /// The key, and what it names.
        origin: String,
    },
    /// It contains a NUL.
    #[error("{origin} contains a NUL")]
    Nul {
        /// The key, and what it names.
        origin: String,
    },
    /// It cannot be a secret.
    #[error("{origin} is longer than {MOST_OCTETS} bytes")]
    TooLong {
        /// The key, and what it names.
        origin: String,
    },
    /// The environment variable is not set.
    #[error("{slot}_env: the variable {name} is not set")]
    NoVariable {
        /// What it would hold.
        slot: Slot,
        /// Which one.
        name: String,
    },
    /// systemd gave us no credentials.
    #[error("{slot}_credential {name:?}: CREDENTIALS_DIRECTORY is not set")]
    NoCredentials {
        /// What it would hold.
        slot: Slot,
        /// Which one is wanted.
        name: String,
    },
    /// The file cannot be read.
    #[error("{key}: cannot read {}: {}", path.display(), reason(error))]
    Unreadable {
        /// The key that names it.
        key: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Everybody may read the file.
    #[error("{key}: others may read {}", path.display())]
    Open {
        /// The key that names it.
        key: &'static str,
        /// Which file.
        path: PathBuf,
    },
    /// The command could not be started. Its arguments may hold secrets and are not shown.
    #[error("{slot}_command: cannot run {program}: {}", reason(error))]
    CannotRun {
        /// What it should print.
        slot: Slot,
        /// Its first word.
        program: String,
        /// What the system says.
        error: io::Error,
    },
    /// There is no such program.
    #[error("{slot}_command: there is no program {program}")]
    NoProgram {
        /// What it should print.
        slot: Slot,
        /// Its first word.
        program: String,
    },
    /// The command said itself that it failed.
    #[error("{slot}_command failed: {status}")]
    CommandFailed {
        /// What it should print.
        slot: Slot,
        /// Its exit status, or the signal that ended it.
        status: std::process::ExitStatus,
    },
    /// The command printed nothing, or an empty line first.
    #[error("{slot}_command printed {}", if *.empty_line { "an empty line first" } else { "nothing" })]
    CommandSilent {
        /// What it should print.
        slot: Slot,
        /// There was output, but its first line is empty.
        empty_line: bool,
    },
    /// The command took too long and was ended.
    #[error("{slot}_command took longer than {seconds} s and was ended")]
    CommandTimedOut {
        /// What it should print.
        slot: Slot,
        /// How long it was given.
        seconds: u64,
    },
    /// There was no more time for anything.
    #[error("there was no time left for the {slot}")]
    OutOfTime {
        /// What was to be had.
        slot: Slot,
    },
    /// Its output could not be read.
    #[error("{slot}_command: cannot read what it prints: {}", reason(error))]
    CommandOutput {
        /// What it should print.
        slot: Slot,
        /// What the system says.
        error: io::Error,
    },
    /// stdin, where it was to come from, failed.
    #[error("cannot read the password from stdin: {}", reason(.0))]
    Stdin(io::Error),
    /// Nobody can be asked.
    #[error("no password is set, and there is no terminal to ask for it")]
    NoTerminal,
    /// Nobody answered.
    #[error("no password was typed")]
    NotTyped,
    /// The terminal failed.
    #[error("cannot ask for the password: {}", reason(.0))]
    Terminal(io::Error),
}

impl SecretError {
    /// The next step, for a line of its own.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open { path, .. } => Some(format!(
                "run chmod 600 {}, or where that is impossible, set danger_readable_secret_file = true",
                path.display()
            )),
            Self::Unreadable { path, error, .. }
                if error.kind() == io::ErrorKind::PermissionDenied =>
            {
                let path = path.display();
                Some(format!("give {path} a group that this user is in, and run chmod 640"))
            }
            Self::NoCredentials { name, .. } => Some(format!(
                "systemd sets it for a unit with LoadCredential={name}:/path/of/the/secret"
            )),
            Self::NoTerminal => Some(
                "set password_command, password_file, password_env or password_credential"
                    .to_owned(),
            ),
            Self::CommandTimedOut { .. } => {
                Some("it must not wait for anybody: its stdin is empty".to_owned())
            }
            _ => None,
        }
    }

    /// The exit status: 77 when a command failed, 75 when the time was up, 130 when the person interrupted, else 78.
    pub fn exit(&self) -> Exit {
        match self {
            Self::CannotRun { .. }
            | Self::NoProgram { .. }
            | Self::CommandFailed { .. }
            | Self::CommandSilent { .. }
            | Self::CommandTimedOut { .. }
            | Self::CommandOutput { .. } => Exit::NO_PERM,
            Self::OutOfTime { .. } => Exit::TEMP_FAIL,
            Self::Terminal(error) if error.kind() == io::ErrorKind::Interrupted => {
                Exit::INTERRUPTED
            }
            _ => Exit::CONFIG,
        }
    }
}
