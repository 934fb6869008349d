//! Reading the files of aliases that the settings name.
//!
//! Fails at what is no ordinary file, so that nothing is waited for, and at one that is too large
//! to be a list that people keep.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Octets of the largest file.
const LARGEST: u64 = 4 << 20;

/// The whole of a file.
pub(in crate::commands) fn read(path: &Path) -> io::Result<String> {
    // Opening a pipe would wait for whoever writes to it.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no ordinary file"));
    }
    let mut text = String::new();
    File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it has more than {LARGEST} octets")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ordinary_files_of_text_and_of_a_bearable_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            read(&path).map_err(|error| error.to_string())
        };
        assert_eq!(file("a", b"root: a@x.test\n"), Ok("root: a@x.test\n".to_owned()));
        assert!(file("b", &vec![b'\n'; 4 << 20]).is_ok());
        assert_eq!(
            file("c", &vec![b'\n'; (4 << 20) + 1]),
            Err("it has more than 4194304 octets".to_owned())
        );
        assert_eq!(read("/dev/zero".as_ref()).unwrap_err().to_string(), "it is no ordinary file");
        let latin = folder.path().join("d");
        std::fs::write(&latin, b"r\xf6t: a@x.test").unwrap();
        assert_eq!(read(&latin).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
