//! The configuration file that is written to: found, read, and replaced as a whole or not at all.
//!
//! Fails with status 73 where it cannot be read or written.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Refusal;
use crate::config::Locations;
use crate::model::{Exit, reason};

/// The configuration file that is written to, and what it holds.
pub(super) struct ConfigFile {
    path: PathBuf,
    /// None where there is no file yet.
    text: Option<Zeroizing<String>>,
}

/// Who may read the file once it is replaced. A new one is for its owner alone in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Whoever might before.
    AsBefore,
    /// Its owner alone: a secret comes in.
    OwnerAlone,
}

impl ConfigFile {
    /// The one that was asked for by name, else the user's.
    pub(super) fn of(locations: &Locations) -> Result<Self, Refusal> {
        let path = locations.explicit.as_ref().or(locations.user.as_ref()).ok_or_else(|| {
            Refusal::new(Exit::CONFIG, "where your configuration file is is not known")
                .hint("give --config FILE, or set HOME")
        })?;
        Self::at(path)
    }

    /// The one at this place, where an existing profile stands. A link is followed, not replaced.
    pub(super) fn at(path: &Path) -> Result<Self, Refusal> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let text = read(&path).map_err(|error| fail(&path, &error))?;
        Ok(Self { path, text })
    }

    /// Where it is, links followed.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is one already.
    pub(super) fn is_there(&self) -> bool {
        self.text.is_some()
    }

    /// What it holds; nothing where it is not there.
    pub(super) fn text(&self) -> &str {
        self.text.as_deref().map_or("", |text| text)
    }

    /// Writes another text beside it and moves that into its place.
    pub(super) fn replace(&self, text: &str, readers: Readers) -> Result<(), Refusal> {
        replace(&self.path, text, readers).map_err(|error| fail(&self.path, &error))
    }
}

fn read(path: &Path) -> io::Result<Option<Zeroizing<String>>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn replace(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let permissions = path.metadata().ok().map(|it| it.permissions());
    let mut file = tempfile::Builder::new().prefix(".mailsend-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    if let Some(permissions) = permissions.filter(|_| readers == Readers::AsBefore) {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn fail(path: &Path, error: &io::Error) -> Refusal {
    Refusal::new(Exit::CANT_CREATE, format!("{}: {}", path.display(), reason(error)))
}
