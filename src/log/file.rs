//! A log file that several programs may write to at once.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::LogError;
use super::line::{Entry, Room, line};

/// How often a lock that somebody else has is tried for, and the pause between.
const ATTEMPTS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(10);

/// A file whose end is written to.
#[derive(Debug)]
pub(super) struct LogFile {
    file: File,
    path: PathBuf,
}

impl LogFile {
    /// Opens it for appending. A FIFO that nobody reads is an error, not a reason to wait.
    pub(super) fn open(path: &Path) -> Result<Self, LogError> {
        let unopened = |error| LogError::Unopened { path: path.to_owned(), error };
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
            options.mode(0o600).custom_flags(flags.bits().cast_signed());
        }
        let file = options.open(path).map_err(unopened)?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Adds the line of a mail.
    pub(super) fn write(&self, entry: &Entry<'_>) -> Result<(), LogError> {
        let mut line = line(entry, Room::File);
        line.push('\n');
        let locked = lock(&self.file);
        let result = (&self.file).write_all(line.as_bytes());
        if locked {
            unlock(&self.file);
        }
        result
            .map_err(|error| LogError::Unwritten { place: self.path.display().to_string(), error })
    }
}

/// Waits a little for the lock. Whoever keeps it longer does not keep us: a line that is appended
/// by one call is whole without it on all but network file systems.
#[cfg(unix)]
fn lock(file: &File) -> bool {
    use rustix::fs::{FlockOperation, flock};
    for _ in 0..ATTEMPTS {
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return true,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(PAUSE),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
    false
}

#[cfg(unix)]
fn unlock(file: &File) {
    // It ends with the program at the latest.
    let _ = rustix::fs::flock(file, rustix::fs::FlockOperation::Unlock);
}

#[cfg(not(unix))]
fn lock(_file: &File) -> bool {
    false
}

#[cfg(not(unix))]
fn unlock(_file: &File) {}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_new_file_is_for_its_owner_alone_and_an_old_one_is_continued() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        LogFile::open(&path).unwrap().write(&Entry::default()).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        LogFile::open(&path).unwrap().write(&Entry::default()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.ends_with('\n'));
    }

    #[test]
    fn what_cannot_be_opened_is_named_with_advice() {
        let error = LogFile::open(Path::new("/no/such/folder/log")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "log: cannot open /no/such/folder/log: no such file or directory"
        );
        assert_eq!(error.hint(), Some("the folder that log names must exist"));
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let file = LogFile::open(Path::new("/dev/full")).unwrap();
        let error = file.write(&Entry::default()).unwrap_err();
        assert_eq!(error.to_string(), "log: cannot write to /dev/full: no space left on device");
    }

    #[test]
    fn writers_at_once_do_not_mix_their_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let recipients = vec![crate::model::Address::parse("a@example.net").unwrap(); 3000];
        thread::scope(|scope| {
            for size in 0..8 {
                let (path, recipients) = (&path, &recipients);
                scope.spawn(move || {
                    for _ in 0..20 {
                        let entry = Entry { size, recipients, ..Entry::default() };
                        LogFile::open(path).unwrap().write(&entry).unwrap();
                    }
                });
            }
        });
        let text = std::fs::read_to_string(&path).unwrap();
        let whole = text.lines().all(|line| line.starts_with("time=") && line.contains(" exit=0 "));
        assert!(whole && text.lines().count() == 160);
    }
}
