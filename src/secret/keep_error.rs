//! Why a secret could not be kept; names the place, never the secret.

use std::io;
use std::path::PathBuf;

use crate::model::{Exit, reason};

/// Why a secret could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// There is no such program.
    #[error("there is no program {0}")]
    NoProgram(&'static str),
    /// `pass` was never set up.
    #[error("pass has no store: there is no {}", .0.display())]
    NoStore(PathBuf),
    /// It would be something else.
    #[error("{0:?} is no name for an entry of pass")]
    NoEntry(String),
    /// Something is there, and whose it is nobody knows.
    #[error("there is {0} already")]
    Taken(String),
    /// The program could not be started.
    #[error("cannot run {program}: {}", reason(error))]
    CannotRun {
        /// Which one.
        program: &'static str,
        /// What the system says.
        error: io::Error,
    },
    /// The program said itself that it failed.
    #[error("{program} did not keep the password: {status}")]
    Failed {
        /// Which one.
        program: &'static str,
        /// Its exit status, or the signal that ended it.
        status: std::process::ExitStatus,
    },
    /// The program took too long and was ended.
    #[error("{program} took longer than {seconds} s and was ended")]
    TimedOut {
        /// Which one.
        program: &'static str,
        /// How long it was given.
        seconds: u64,
    },
    /// The file cannot be written.
    #[error("cannot write {}: {}", path.display(), reason(error))]
    Unwritten {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl KeepError {
    /// The next step, for a line of its own.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoStore(_) => Some("set it up: pass init KEY".to_owned()),
            Self::NoEntry(_) => Some("such as mailsend/corp".to_owned()),
            _ => None,
        }
    }

    /// The exit status: 64 for a name that cannot be, else 73.
    pub fn exit(&self) -> Exit {
        match self {
            Self::NoEntry(_) => Exit::USAGE,
            _ => Exit::CANT_CREATE,
        }
    }
}
