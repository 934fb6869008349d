//! A secret in a file of its own. The one file of this room that knows Unix permissions.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::{MOST_OCTETS, SecretError, checked, without_line_end};
use crate::model::{Secret, others_may_read};

/// Reads a file without its final line end; one that others may read only if that is allowed.
pub(super) fn read(
    key: &'static str,
    path: &Path,
    allow_readable: bool,
) -> Result<Secret, SecretError> {
    let unreadable = |error| SecretError::Unreadable { key, path: path.to_owned(), error };
    let file = open(key, path, allow_readable)?;
    let mut octets = at_most(file).map_err(unreadable)?;
    without_line_end(&mut octets);
    checked(format!("{key} {}", path.display()), octets)
}

/// Opens it, if others may not read it or that is allowed.
pub(super) fn open(
    key: &'static str,
    path: &Path,
    allow_readable: bool,
) -> Result<File, SecretError> {
    let unreadable = |error| SecretError::Unreadable { key, path: path.to_owned(), error };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !allow_readable && others_may_read(&metadata) {
        return Err(SecretError::Open { key, path: path.to_owned() });
    }
    Ok(file)
}

/// Reads to the end, or to where a line end more than the longest secret has been read.
pub(super) fn at_most(source: impl io::Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // Room for all of it at once: a buffer that grows leaves parts of the secret behind.
    let mut octets = Zeroizing::new(Vec::with_capacity(MOST_OCTETS + 3));
    source.take(MOST_OCTETS as u64 + 3).read_to_end(&mut octets)?;
    Ok(octets)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// What reading a file with this content and mode gives, its path in messages as PATH.
    fn read_file(content: &str, mode: u32, allow_readable: bool) -> Result<String, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        file.as_file().set_permissions(Permissions::from_mode(mode)).unwrap();
        match read("password_file", file.path(), allow_readable) {
            Ok(secret) => Ok(String::from_utf8(secret.expose().to_vec()).unwrap()),
            Err(error) => Err(error.to_string().replace(file.path().to_str().unwrap(), "PATH")),
        }
    }

    #[test]
    fn one_line_end_is_taken_off() {
        for (content, expected) in [
            ("hunter2", Ok("hunter2")),
            ("hunter2\n", Ok("hunter2")),
            ("hunter2\r\n", Ok("hunter2")),
            (" hunter2 \n", Ok(" hunter2 ")),
            ("hunter2\n\n", Err("password_file PATH contains a line break")),
            ("user\nhunter2\n", Err("password_file PATH contains a line break")),
            ("hunter2\r", Err("password_file PATH contains a line break")),
            ("\n", Err("password_file PATH is empty")),
            ("", Err("password_file PATH is empty")),
        ] {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(read_file(content, 0o600, false), expected, "{content:?}");
        }
    }

    #[test]
    fn a_file_that_others_may_read_needs_consent() {
        for (mode, allowed, refused) in [
            (0o600, false, false),
            (0o640, false, false),
            (0o604, false, true),
            (0o644, false, true),
            (0o444, true, false),
        ] {
            let expected = if refused {
                Err("password_file: others may read PATH".to_owned())
            } else {
                Ok("hunter2".to_owned())
            };
            assert_eq!(read_file("hunter2\n", mode, allowed), expected, "{mode:o}");
        }
        let hint =
            SecretError::Open { key: "password_file", path: "/run/s".into() }.hint().unwrap();
        assert_eq!(
            hint,
            "run chmod 600 /run/s, or where that is impossible, set danger_readable_secret_file = true"
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = read("password_file", Path::new("/nonexistent/secret"), false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "password_file: cannot read /nonexistent/secret: no such file or directory"
        );
    }
}
