//! Where a line for every mail goes.

use std::fmt;
use std::path::PathBuf;

/// Where a line for every mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogTarget {
    /// To the end of this file.
    File(PathBuf),
    /// To the system's log.
    Syslog,
}

impl LogTarget {
    /// The word that stands for the system's log.
    pub const SYSLOG: &str = "syslog";

    /// What a path means that was typed; the file called `syslog` is `./syslog`.
    pub fn typed(path: PathBuf) -> Self {
        if path.as_os_str() == Self::SYSLOG { Self::Syslog } else { Self::File(path) }
    }
}

impl fmt::Display for LogTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Syslog => f.write_str(Self::SYSLOG),
        }
    }
}
