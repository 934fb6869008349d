//! The log: one line for every mail, in a file or in the system's log.
//!
//! Opened before anything is sent, so that a log which cannot be had is noticed while nothing has
//! happened yet. A line is written by one call, to the end of the file, under a lock: several
//! programs may share it.

mod file;
mod line;
mod queue_id;
mod syslog;

use std::io;
use std::path::{Path, PathBuf};

pub use line::Entry;

use crate::model::{Exit, LogTarget, Moment, reason};
use file::LogFile;
use syslog::Syslog;

/// Where the system takes messages for its log.
const DEVICE: &str = "/dev/log";

/// A log that is open.
#[derive(Debug)]
pub struct Log {
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    File(LogFile),
    Syslog(Syslog),
}

/// Why there is no log, or no line in it.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file cannot be opened.
    #[error("log: cannot open {}: {}", path.display(), reason(error))]
    Unopened {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Nobody takes messages for the system's log.
    #[error("log: cannot reach the system's log at {}: {}", path.display(), reason(error))]
    NoSyslog {
        /// Where it should be.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The line could not be written.
    #[error("log: cannot write to {place}: {}", reason(error))]
    Unwritten {
        /// The file, or the system's log.
        place: String,
        /// What the system says.
        error: io::Error,
    },
}

impl LogError {
    /// The next step.
    pub fn hint(&self) -> Option<&'static str> {
        let kind = match self {
            Self::NoSyslog { .. } => return Some("name a file instead: log = \"/path/of/a/file\""),
            Self::Unopened { error, .. } => error.kind(),
            Self::Unwritten { .. } => return None,
        };
        match kind {
            io::ErrorKind::NotFound => Some("the folder that log names must exist"),
            io::ErrorKind::PermissionDenied => {
                Some("whoever sends must be able to write there; set log to a file of their own")
            }
            _ => None,
        }
    }

    /// The exit status where nothing was sent because of it.
    pub fn exit(&self) -> Exit {
        Exit::CONFIG
    }
}

impl Log {
    /// Opens the log; a file is made if it is not there, for its owner alone.
    pub fn open(target: &LogTarget) -> Result<Self, LogError> {
        let sink = match target {
            LogTarget::File(path) => Sink::File(LogFile::open(path)?),
            LogTarget::Syslog => Sink::Syslog(Syslog::connect(Path::new(DEVICE))?),
        };
        Ok(Self { sink })
    }

    /// Tells the system's log what went wrong, each text in a line of its own.
    pub fn complain(tag: &str, time: &Moment, texts: &[String]) -> Result<(), LogError> {
        let syslog = Syslog::connect(Path::new(DEVICE))?;
        texts.iter().try_for_each(|text| syslog.complain(tag, time, text))
    }

    /// Writes the line of a mail.
    pub fn write(&self, entry: &Entry<'_>) -> Result<(), LogError> {
        match &self.sink {
            Sink::File(file) => file.write(entry),
            Sink::Syslog(syslog) => syslog.write(entry),
        }
    }
}
