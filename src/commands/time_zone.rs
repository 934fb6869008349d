//! The local time zone, found without a look through the whole database of zones.
//!
//! By itself `jiff` lists every folder of the database to know its zones by name, which takes longer
//! than all else before a connection. A name is that of a file, so here the file is read.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path};

use jiff::tz::TimeZone;

/// Where systems keep their zones, when `$TZDIR` does not say.
const FOLDERS: &[&str] = &["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"];

/// The zone that `$TZ` says, else the system's; UTC where that cannot be known.
pub(super) fn local(tz: Option<&OsStr>, folder: Option<&OsStr>) -> TimeZone {
    // Rules, paths and /etc/localtime need no database.
    tz.and_then(|tz| named(tz.to_str()?, folder)).unwrap_or_else(TimeZone::system)
}

/// The zone with this name.
fn named(tz: &str, folder: Option<&OsStr>) -> Option<TimeZone> {
    let name = tz.strip_prefix(':').unwrap_or(tz);
    // A path is none, and an empty one is UTC.
    let is_name = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if name.is_empty() || !is_name {
        return None;
    }
    let folders = folder.into_iter().chain(FOLDERS.iter().map(OsStr::new));
    let data = folders.map(|folder| fs::read(Path::new(folder).join(name))).find_map(Result::ok)?;
    TimeZone::tzif(name, &data).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_for_in_the_folder_that_the_environment_says() {
        let folder = tempfile::tempdir().unwrap();
        // The smallest file with a rule (RFC 9636): a version 2 header twice, one type, the footer.
        let header = |types: u8| {
            let mut header = b"TZif2".to_vec();
            header.extend([0; 15]);
            header.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, types]);
            header.extend([0, 0, 0, 4]);
            header
        };
        let one_type = [0, 0, 0x4d, 0x58, 0, 0, b'X', b'X', b'X', 0];
        let zone = [&header(1)[..], &one_type, &header(1), &one_type, b"\n<+0530>-5:30\n"].concat();
        fs::create_dir(folder.path().join("Here")).unwrap();
        fs::write(folder.path().join("Here/There"), zone).unwrap();
        let offset = |tz: &str| {
            let zone = named(tz, Some(folder.path().as_os_str()))?;
            Some(zone.to_offset(jiff::Timestamp::UNIX_EPOCH).seconds())
        };
        assert_eq!(offset("Here/There"), Some(19_800));
        assert_eq!(offset(":Here/There"), Some(19_800));
        for other in ["", ":", "Here", "Here/Where", "../Here/There", "/etc/localtime"] {
            assert_eq!(offset(other), None, "{other}");
        }
    }
}
