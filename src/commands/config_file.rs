//! The configuration file that is written to: found, read, and replaced as a whole or not at all.
//!
//! Fails with status 73 where it cannot be read or written, and where somebody else changed it since
//! it was read.

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
        let path = match fs::canonicalize(path) {
            Ok(path) => path,
            Err(_) if path.is_symlink() => {
                let message = format!("{} is a link to a file that is not there", path.display());
                return Err(Refusal::new(Exit::CANT_CREATE, message));
            }
            Err(_) => path.to_owned(),
        };
        let text = read(&path)?;
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

    /// Writes another text beside it and moves that into its place. Owner and group stay.
    pub(super) fn replace(&self, text: &str, readers: Readers) -> Result<(), Refusal> {
        if read(&self.path)? != self.text {
            let message =
                format!("{} was changed meanwhile; nothing is written", self.path.display());
            return Err(Refusal::new(Exit::CANT_CREATE, message).hint("run it again"));
        }
        replace(&self.path, text, readers).map_err(|error| {
            let message = format!("cannot write {}: {}", self.path.display(), reason(&error));
            Refusal::new(Exit::CANT_CREATE, message)
        })
    }
}

fn read(path: &Path) -> Result<Option<Zeroizing<String>>, Refusal> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("cannot read {}: {}", path.display(), reason(&error));
            Err(Refusal::new(Exit::CANT_CREATE, message))
        }
    }
}

fn replace(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let old = match path.exists() {
        // Moving another into its place asks the folder alone whether that may be.
        true => Some(fs::OpenOptions::new().write(true).open(path)?.metadata()?),
        false => None,
    };
    let mut file = tempfile::Builder::new().prefix(".mailsend-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    if let Some(old) = old {
        keep_owner(file.as_file(), &old)?;
        if readers == Readers::AsBefore {
            file.as_file().set_permissions(old.permissions())?;
        }
    }
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// A file that root edits stays readable for the group that it was made for.
#[cfg(unix)]
fn keep_owner(new: &fs::File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let own = new.metadata()?;
    if (own.uid(), own.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    fchown(new, Some(old.uid()), Some(old.gid())).map_err(|error| {
        let message = format!("its owner and group cannot be kept: {}", reason(&error));
        io::Error::new(error.kind(), message)
    })
}

#[cfg(not(unix))]
fn keep_owner(_: &fs::File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};

    use super::*;

    const OLD: &str = "[profiles.a]\n";

    /// A folder, and in it a configuration file that all may read.
    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, OLD).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        (folder, path)
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o777
    }

    #[test]
    fn a_file_keeps_its_permissions_unless_a_secret_comes_in() {
        let (_folder, path) = folder();
        for (readers, expected) in [(Readers::AsBefore, 0o644), (Readers::OwnerAlone, 0o600)] {
            let file = ConfigFile::at(&path).unwrap();
            let new = format!("{}# x\n", file.text());
            file.replace(&new, readers).unwrap();
            assert_eq!((fs::read_to_string(&path).unwrap(), mode(&path)), (new, expected));
        }
    }

    #[test]
    fn a_new_file_is_its_owner_s_alone_and_so_comes_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/config.toml");
        let file = ConfigFile::at(&path).unwrap();
        assert_eq!((file.text(), file.is_there()), ("", false));
        file.replace(OLD, Readers::AsBefore).unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), (OLD, 0o600));
    }

    #[test]
    fn a_link_is_followed_and_stays_one() {
        let (folder, path) = folder();
        let link = folder.path().join("link.toml");
        symlink("config.toml", &link).unwrap();
        ConfigFile::at(&link).unwrap().replace("", Readers::AsBefore).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
        fs::remove_file(&path).unwrap();
        let refusal = ConfigFile::at(&link).err().unwrap();
        assert!(refusal.message.ends_with("link.toml is a link to a file that is not there"));
        assert_eq!(refusal.exit, Exit::CANT_CREATE);
    }

    #[test]
    fn what_somebody_else_wrote_meanwhile_is_not_overwritten() {
        let (folder, path) = folder();
        let file = ConfigFile::at(&path).unwrap();
        let new = ConfigFile::at(&folder.path().join("new.toml")).unwrap();
        fs::write(&path, "theirs").unwrap();
        fs::write(new.path(), "theirs").unwrap();
        for file in [file, new] {
            let refusal = file.replace("mine", Readers::AsBefore).unwrap_err();
            let message =
                format!("{} was changed meanwhile; nothing is written", file.path().display());
            assert_eq!((refusal.message, refusal.exit), (message, Exit::CANT_CREATE));
            assert_eq!(fs::read_to_string(file.path()).unwrap(), "theirs");
        }
    }

    #[test]
    fn a_file_or_folder_that_cannot_be_written_is_told_with_status_73() {
        let (_folder, path) = folder();
        let below = ConfigFile::at(Path::new("/proc/mailsend/config.toml")).unwrap();
        let refusal = below.replace("", Readers::AsBefore).unwrap_err();
        let message = "cannot write /proc/mailsend/config.toml: no such file or directory";
        assert_eq!((refusal.message.as_str(), refusal.exit), (message, Exit::CANT_CREATE));
        let refusal = ConfigFile::at(&path.join("below")).err().unwrap();
        let message = format!("cannot read {}/below: not a directory", path.display());
        assert_eq!((refusal.message, refusal.exit), (message, Exit::CANT_CREATE));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        if fs::OpenOptions::new().write(true).open(&path).is_ok() {
            // Who runs the tests may write to any file.
            return;
        }
        let refusal = ConfigFile::at(&path).unwrap().replace("", Readers::AsBefore).unwrap_err();
        let message = format!("cannot write {}: permission denied", path.display());
        assert_eq!((refusal.message, refusal.exit), (message, Exit::CANT_CREATE));
        assert_eq!(fs::read_to_string(&path).unwrap(), OLD);
    }

    #[test]
    fn owner_and_group_stay() {
        let (_folder, path) = folder();
        if chown(&path, Some(12_345), Some(54_321)).is_err() {
            // Only root may give files away.
            return;
        }
        ConfigFile::at(&path).unwrap().replace("", Readers::AsBefore).unwrap();
        let metadata = path.metadata().unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), (12_345, 54_321));
        assert_eq!(mode(&path), 0o644);
    }
}
