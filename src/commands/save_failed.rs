//! Keeps a mail that could not be sent: NAME.eml, the message as it would have gone over the wire,
//! and NAME.envelope.json, whom it is still for and why.
//!
//! Both are written under other names first, so that a file of these names is always whole; where
//! there is an .eml there is its envelope.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::context::Context;
use crate::model::{Content, reason};

/// For those who have no home directory; made by whoever sets the machine up.
const OF_SYSTEM: &str = "/var/lib/mailsend/failed";

/// Where mail is kept that must not get lost, where the settings do not say. A home that is not
/// there, as those of daemons, is not made; nor is the system's folder, in which everybody may write.
pub(super) fn usual_folders(context: &Context) -> Vec<PathBuf> {
    let home = context.home.as_ref().filter(|home| home.is_dir());
    let of_home = || home.map(|home| home.join(".local/state"));
    let state = context.xdg_state_home.clone().or_else(of_home);
    let own = state.map(|folder| folder.join("mailsend/failed"));
    own.into_iter().chain([PathBuf::from(OF_SYSTEM)]).collect()
}

/// What was kept.
pub(super) struct Kept {
    /// The message.
    pub(super) path: PathBuf,
    /// Files of it that are no longer what they were when it was made.
    pub(super) changed: Vec<PathBuf>,
}

/// Why nothing was.
#[derive(Debug, thiserror::Error)]
#[error("save_failed: cannot write {}: {}", path.display(), reason(error))]
pub(super) struct SaveError {
    path: PathBuf,
    error: io::Error,
}

impl SaveError {
    /// The next step.
    pub(super) fn hint(&self) -> Option<String> {
        let lacks = self.error.kind() == io::ErrorKind::NotFound;
        (lacks && self.path == Path::new(OF_SYSTEM))
            .then(|| format!("for users without a home: sudo install -d -m 1733 {OF_SYSTEM}"))
    }
}

/// Keeps the message and its envelope in this folder, which is made if it is not there and not the
/// system's.
pub(super) fn save(
    folder: &Path,
    name: &str,
    content: &Content,
    mut envelope: Map<String, Value>,
) -> Result<Kept, SaveError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| SaveError { path, error }
    };
    let made = match folder == Path::new(OF_SYSTEM) {
        true => folder.metadata().map(drop),
        false => make_folder(folder),
    };
    made.map_err(failed(folder))?;
    let message = Half::new(folder, format!("{name}.eml"));
    let mut changed = Vec::new();
    let written = message.write(|file| {
        changed = content.salvage(|chunk| file.write_all(chunk))?;
        Ok(())
    });
    written.map_err(failed(&message.path))?;
    let names = changed.iter().map(|path| path.display().to_string());
    envelope.insert("changed_files".to_owned(), names.collect());
    let beside = Half::new(folder, format!("{name}.envelope.json"));
    let text = format!("{:#}\n", Value::Object(envelope));
    beside.write(|file| file.write_all(text.as_bytes())).map_err(failed(&beside.path))?;
    for half in [&beside, &message] {
        half.complete().map_err(failed(&half.path))?;
    }
    // The names are safe once the folder is; some file systems cannot be asked for that.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(Kept { path: message.path.clone(), changed })
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A file that does not have its name yet; without one it goes away.
struct Half {
    path: PathBuf,
    temporary: PathBuf,
}

impl Half {
    fn new(folder: &Path, name: String) -> Self {
        Self { temporary: folder.join(format!(".{name}.part")), path: folder.join(name) }
    }

    fn write(&self, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = BufWriter::new(options.open(&self.temporary)?);
        fill(&mut file)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }

    fn complete(&self) -> io::Result<()> {
        fs::rename(&self.temporary, &self.path)
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        // Gone already where it has its name.
        let _ = fs::remove_file(&self.temporary);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Piece;

    fn content() -> Content {
        Content::new(vec![Piece::Octets(b"Subject: x\r\n\r\n.\r\nlast".to_vec())])
    }

    #[test]
    fn the_message_is_kept_as_it_is_and_nothing_half_stays_behind() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        let kept = save(&inner, "1", &content(), Map::new()).unwrap();
        assert_eq!(fs::read(&kept.path).unwrap(), b"Subject: x\r\n\r\n.\r\nlast\r\n");
        let mut names: Vec<_> =
            fs::read_dir(&inner).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["1.eml", "1.envelope.json"]);
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_named() {
        let folder = Path::new("/proc/no-such-folder");
        let error = save(folder, "1", &content(), Map::new()).err().unwrap();
        assert!(error.to_string().starts_with("save_failed: cannot write /proc/no-such-folder: "));
    }
}
