//! Whether a configuration file that holds a password is for the right eyes only. The one file of
//! this room that knows Unix.

use std::fs::Metadata;

/// Says who may read a file and should not; judge the opened descriptor.
#[cfg(unix)]
pub(super) fn too_open(metadata: &Metadata) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt as _;
    judge(metadata.mode(), metadata.uid())
}

/// Elsewhere there are no such permissions.
#[cfg(not(unix))]
pub(super) fn too_open(_metadata: &Metadata) -> Option<&'static str> {
    None
}

/// A file of root's may be shared with a group, as root:mailsend 0640; a user's may not.
#[cfg(unix)]
fn judge(mode: u32, owner: u32) -> Option<&'static str> {
    if mode & 0o004 != 0 {
        Some("others")
    } else if mode & 0o040 != 0 && owner != 0 {
        Some("its group")
    } else {
        None
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::judge;

    #[test]
    fn others_may_never_read_it_and_a_group_only_what_belongs_to_root() {
        for (mode, owner, expected) in [
            (0o100_600, 1000, None),
            (0o100_640, 1000, Some("its group")),
            (0o100_604, 1000, Some("others")),
            (0o100_644, 1000, Some("others")),
            (0o100_640, 0, None),
            (0o100_644, 0, Some("others")),
            (0o100_622, 1000, None),
        ] {
            assert_eq!(judge(mode, owner), expected, "{mode:o} of {owner}");
        }
    }
}
