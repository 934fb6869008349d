//! Where something is written, as people and programs are told.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use crate::config::Origin;

/// How files are called on the screen.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// The one that goes by its last name alone.
    pub(super) short: Option<PathBuf>,
    /// What is written `~`.
    pub(super) home: Option<PathBuf>,
}

impl Names {
    /// `FILE:LINE`, or what there is instead.
    pub(super) fn place(&self, origin: &Origin) -> String {
        match origin {
            Origin::File { path, line, .. } => format!("{}:{line}", self.file(path)),
            other => other.to_string(),
        }
    }

    fn file(&self, path: &Path) -> String {
        if self.short.as_deref() == Some(path)
            && let Some(name) = path.file_name()
        {
            return name.to_string_lossy().into_owned();
        }
        self.shorter(&path.display().to_string())
    }

    /// A path below the home directory begins with `~/`; other text stays as it is.
    pub(super) fn shorter(&self, text: &str) -> String {
        let home = self.home.as_deref().and_then(Path::to_str).filter(|home| *home != "/");
        let inner = home.and_then(|home| text.strip_prefix(home)?.strip_prefix('/'));
        inner.map_or_else(|| text.to_owned(), |inner| format!("~/{inner}"))
    }
}

/// `file`, `line` and `column` of an object.
pub(super) fn fields(origin: Option<&Origin>) -> Map<String, Json> {
    let mut fields = Map::new();
    if let Some(Origin::File { path, line, column }) = origin {
        fields.insert("file".to_owned(), json!(path.display().to_string()));
        fields.insert("line".to_owned(), json!(line));
        fields.insert("column".to_owned(), json!(column));
    }
    fields
}

/// The file that something is written in.
pub(super) fn file_of(origin: Option<&Origin>) -> Option<PathBuf> {
    match origin {
        Some(Origin::File { path, .. }) => Some(path.to_path_buf()),
        _ => None,
    }
}
