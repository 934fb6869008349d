//! Stdin: as octets, or as a source that stays where it is if it is a file.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::path::Path;

use super::input;
use crate::commands::refusal::Refusal;
use crate::model::Source;

/// Whether a file name means stdin.
pub(super) fn is_stdin(path: &OsStr) -> bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == *name)
}

/// All that comes.
pub(super) fn octets() -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    io::stdin().lock().read_to_end(&mut octets)?;
    Ok(octets)
}

/// A file that it was redirected from, if nothing of that was read, else a copy of all that comes.
#[cfg(unix)]
pub(super) fn source() -> Result<Source, Refusal> {
    use std::fs::File;
    use std::io::Seek as _;
    use std::os::fd::AsFd as _;

    let path = Path::new("stdin");
    let unreadable = |error| input::unreadable(path, &error);
    let own = io::stdin().as_fd().try_clone_to_owned().map_err(unreadable)?;
    let mut file = File::from(own);
    // A part of it may have been read by somebody else, for whom it is gone.
    match file.stream_position() {
        Ok(0) => input::take(file, path),
        _ => input::copy(file, path),
    }
}

/// A copy of all that comes.
#[cfg(not(unix))]
pub(super) fn source() -> Result<Source, Refusal> {
    input::copy(io::stdin().lock(), Path::new("stdin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stdin_has_several_names() {
        assert!(is_stdin(OsStr::new("-")) && is_stdin(OsStr::new("/dev/stdin")));
        assert!(!is_stdin(OsStr::new("./-")) && !is_stdin(OsStr::new("")));
    }
}
