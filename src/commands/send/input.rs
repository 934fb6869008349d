//! Opening and reading what is to become part of a message. Whatever is not a regular file is
//! copied first, so that its size is known before anything is sent.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;

use crate::commands::context::Terminal;
use crate::commands::held::Held;
use crate::commands::in_time::in_time;
use crate::commands::refusal::Refusal;
use crate::model::reason;
use crate::model::{Deadline, Exit, FilePart, Source};

/// Up to here a file is read to see how long it is.
const SMALL: u64 = 1 << 16;

/// Who may be waited for, and how long.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::commands) struct Patience {
    /// Where somebody may be typing.
    pub(in crate::commands) terminal: Terminal,
    /// When everything must be done.
    pub(in crate::commands) deadline: Option<Deadline>,
}

/// Opens a file to be attached.
pub(super) fn open(path: &Path, patience: Patience) -> Result<Source, Refusal> {
    let owned = path.to_owned();
    in_time(patience.deadline, &reading(path), move || open_now(&owned))
}

fn reading(path: &Path) -> String {
    format!("reading {}", path.display())
}

fn open_now(path: &Path) -> Result<Source, Refusal> {
    let unreadable = |error| unreadable(path, &error);
    // Asked by name and first, because opening a FIFO waits for its writer.
    if path.metadata().map_err(unreadable)?.is_dir() {
        return Err(directory(path));
    }
    take(File::open(path).map_err(unreadable)?, path)
}

/// Takes over an open file that nothing was read of. It stays a file, unless that is not so long
/// as it says, as what the kernel makes up.
pub(super) fn take(file: File, path: &Path) -> Result<Source, Refusal> {
    let unreadable = |error| unreadable(path, &error);
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return copy(file, path);
    }
    if metadata.len() <= SMALL {
        match copy(&file, path)? {
            Source::Memory(octets) if octets.len() as u64 == metadata.len() => {}
            copied => return Ok(copied),
        }
    }
    FilePart::new(file, path).map(Source::File).map_err(unreadable)
}

fn directory(path: &Path) -> Refusal {
    let name = path.canonicalize().ok();
    let name = name.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy());
    let name = name.unwrap_or("all".into());
    let (typed, archive) = (path.to_string_lossy(), format!("-,name={name}.tar.gz"));
    Refusal::no_input(format!("{} is a directory", path.display())).hint(format!(
        "pack it: tar cz {} | mailsend ... -a {}",
        quoted(&typed),
        quoted(&archive)
    ))
}

/// A word as one would type it in a shell.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./@+,=".contains(c);
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Reads a whole file of text.
pub(super) fn read(path: &Path, patience: Patience) -> Result<Vec<u8>, Refusal> {
    let owned = path.to_owned();
    in_time(patience.deadline, &reading(path), move || {
        std::fs::read(&owned).map_err(|error| unreadable(&owned, &error))
    })
}

/// What is said of a file that cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Refusal {
    Refusal::no_input(format!("cannot read {}: {}", path.display(), reason(error)))
}

/// What is said when there is no place for a copy.
pub(super) fn no_copy(path: &Path, error: &io::Error) -> Refusal {
    let message = format!("cannot keep a copy of {}: {}", path.display(), reason(error));
    Refusal::new(Exit::CANT_CREATE, message).hint("set TMPDIR to a directory with more room")
}

/// Copies a stream to its end.
pub(super) fn copy(mut stream: impl Read, path: &Path) -> Result<Source, Refusal> {
    let no_copy = |error| no_copy(path, &error);
    let mut held = Held::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return held.finish(path).map_err(no_copy),
            Ok(count) => held.write_all(&buffer[..count]).map_err(no_copy)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(path, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(source: &Source) -> u64 {
        match source {
            Source::Memory(octets) => octets.len() as u64,
            Source::File(part) | Source::Message(part) => part.length(),
        }
    }

    #[test]
    fn a_stream_is_copied_to_its_end() {
        assert_eq!(length(&copy(io::repeat(7).take(70_001), Path::new("pipe")).unwrap()), 70_001);
        let long = copy(io::repeat(7).take(1 << 21), Path::new("pipe")).unwrap();
        assert!(matches!(&long, Source::File(_)));
        assert_eq!(length(&long), 1 << 21);
    }

    #[test]
    fn a_regular_file_is_opened_and_not_copied() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(1 << 21).unwrap();
        assert_eq!(length(&open_now(file.path()).unwrap()), 1 << 21);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_is_longer_or_shorter_than_its_length_says_is_read_whole() {
        assert_eq!(Path::new("/proc/self/status").metadata().unwrap().len(), 0);
        assert!(length(&open_now(Path::new("/proc/self/status")).unwrap()) > 100);
        let short = Path::new("/sys/kernel/mm/transparent_hugepage/enabled");
        if let Ok(metadata) = short.metadata() {
            assert!(length(&open_now(short).unwrap()) < metadata.len());
        }
    }

    #[test]
    fn what_is_not_regular_is_copied() {
        assert!(matches!(open_now(Path::new("/dev/null")).unwrap(), Source::Memory(_)));
    }

    #[test]
    fn a_directory_is_refused_with_advice() {
        let refusal = open_now(Path::new("/")).unwrap_err();
        assert_eq!((refusal.exit, &*refusal.message), (Exit::NO_INPUT, "/ is a directory"));
        assert_eq!(refusal.hints, ["pack it: tar cz / | mailsend ... -a -,name=all.tar.gz"]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("our photos");
        std::fs::create_dir(&path).unwrap();
        let expected = format!(
            "pack it: tar cz '{}' | mailsend ... -a '-,name=our photos.tar.gz'",
            path.display()
        );
        assert_eq!(open_now(&path).unwrap_err().hints, [expected]);
    }

    #[test]
    fn a_missing_file_is_named() {
        let refusal = open_now(Path::new("/no/such/file")).unwrap_err();
        assert_eq!(refusal.message, "cannot read /no/such/file: no such file or directory");
        assert_eq!(refusal.exit, Exit::NO_INPUT);
    }
}
