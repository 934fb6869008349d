//! Whether a file with a secret in it is everybody's to read.

use std::fs::Metadata;

/// Whether others than its owner and group may read a file.
#[cfg(unix)]
pub fn others_may_read(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.mode() & 0o004 != 0
}

/// Whether others than its owner may read a file: not known here.
#[cfg(not(unix))]
pub fn others_may_read(_metadata: &Metadata) -> bool {
    false
}
