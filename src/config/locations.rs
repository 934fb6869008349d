//! Where configuration files are, and reading them.
//!
//! A file that is not there is no error, unless it was asked for by name; nor is a system file
//! that this user may not read.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::ConfigError;
use super::chain::Configuration;
use super::file::File;
use super::permissions::too_open;

/// Where to look for configuration files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Locations {
    /// Asked for by name: replaces the others, and must be there.
    pub explicit: Option<PathBuf>,
    /// The user's.
    pub user: Option<PathBuf>,
    /// The system's.
    pub system: Option<PathBuf>,
    /// What `~/` stands for.
    pub home: Option<PathBuf>,
}

impl Locations {
    /// The usual places: the user's below `$XDG_CONFIG_HOME`, if that is an absolute path, else
    /// below what the system takes for it (`dirs::config_dir()`). Any of them may be unknown.
    pub fn standard(
        explicit: Option<PathBuf>,
        xdg_config_home: Option<PathBuf>,
        config_directory: Option<PathBuf>,
        home: Option<PathBuf>,
    ) -> Self {
        let user = xdg_config_home
            .filter(|path| path.is_absolute())
            .or(config_directory)
            .map(|folder| folder.join("mailsend").join("config.toml"));
        let system = Some(PathBuf::from("/etc/mailsend/config.toml"));
        Self { explicit, user, system, home }
    }
}

/// What became of a place where a file might have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Read,
    Missing,
    NotAllowed,
}

/// Reads what there is; fails at the first mistake.
pub fn load(locations: &Locations) -> Result<Configuration, ConfigError> {
    let (configuration, complaints) = survey(locations);
    complaints.into_iter().next().map_or(Ok(configuration), Err)
}

/// Reads what there is as it would be if this file held this text.
pub fn load_as_if(
    locations: &Locations,
    path: &Path,
    text: &str,
) -> Result<Configuration, ConfigError> {
    let (configuration, complaints) = survey_as_if(locations, Some((path, text)));
    complaints.into_iter().next().map_or(Ok(configuration), Err)
}

/// Reads what can be read, whatever is wrong with the rest: for completions, never for sending.
pub fn load_what_is_right(locations: &Locations) -> Configuration {
    survey(locations).0
}

/// Reads what there is as far as it can be read, and says everything that is wrong with it.
pub(super) fn survey(locations: &Locations) -> (Configuration, Vec<ConfigError>) {
    survey_as_if(locations, None)
}

fn survey_as_if(
    locations: &Locations,
    instead: Option<(&Path, &str)>,
) -> (Configuration, Vec<ConfigError>) {
    let mut files = Vec::new();
    let mut tried = Vec::new();
    let mut complaints = Vec::new();
    let mut take = |path: &Path, skip: &[io::ErrorKind]| {
        let content = match instead {
            // What is not written yet nobody else can read.
            Some((other, text)) if other == path => {
                Ok((Zeroizing::new(text.as_bytes().to_vec()), None))
            }
            _ => read(path),
        };
        let found = match content {
            Ok((text, readers)) => {
                match understand(&text, path, readers, locations.home.as_deref()) {
                    Ok((file, mistakes)) => {
                        files.push(file);
                        complaints.extend(mistakes);
                    }
                    Err(error) => complaints.push(error),
                }
                Found::Read
            }
            Err(error) if skip.contains(&error.kind()) => match error.kind() {
                io::ErrorKind::PermissionDenied => Found::NotAllowed,
                _ => Found::Missing,
            },
            Err(error) => {
                complaints.push(unreadable(path, &error));
                match error.kind() {
                    io::ErrorKind::NotFound => Found::Missing,
                    _ => Found::NotAllowed,
                }
            }
        };
        tried.push((path.to_owned(), found));
    };
    if let Some(path) = &locations.explicit {
        take(path, &[]);
    } else {
        use io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
        if let Some(path) = &locations.user {
            take(path, &[NotFound, NotADirectory]);
        }
        if let Some(path) = &locations.system {
            take(path, &[NotFound, NotADirectory, PermissionDenied]);
        }
    }
    (Configuration::new(files, tried), complaints)
}

/// The octets of a file, and who may read it and should not.
fn read(path: &Path) -> io::Result<(Zeroizing<Vec<u8>>, Option<&'static str>)> {
    let mut file = fs::File::open(path)?;
    let metadata = file.metadata()?;
    // Room for all of it, so that no half-filled buffer with a password is left behind.
    let room = usize::try_from(metadata.len()).unwrap_or(0).saturating_add(1);
    let mut octets = Zeroizing::new(Vec::with_capacity(room));
    file.read_to_end(&mut octets)?;
    Ok((octets, too_open(&metadata)))
}

fn understand(
    octets: &[u8],
    path: &Path,
    readers: Option<&str>,
    home: Option<&Path>,
) -> Result<(File, Vec<ConfigError>), ConfigError> {
    let text = std::str::from_utf8(octets).map_err(|error| {
        let line = octets[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        ConfigError::new(format!("{}:{line}: this is not UTF-8", path.display()))
    })?;
    let (file, mut complaints) = File::survey(text, path, home);
    if let (Some(readers), Some((slot, secret))) = (readers, file.literal_secret()) {
        let shown = path.display();
        let message = format!("{shown} holds a {slot} and {readers} may read it");
        // The system's is for a group as well, and root's.
        let mode = if path.starts_with("/etc") { "640" } else { "600" };
        let hint = format!("run chmod {mode} {shown}, or use {slot}_command or {slot}_file");
        let place = secret.origin.clone();
        complaints.push(ConfigError::new(message).placed(place).with_hint(hint));
    }
    Ok((file, complaints))
}

fn unreadable(path: &Path, error: &io::Error) -> ConfigError {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => crate::model::reason(error),
    };
    ConfigError::new(format!("cannot read the configuration {}: {why}", path.display()))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A folder with `user.toml` and `system.toml` as given, and where they are.
    fn folder(user: Option<&str>, system: Option<&str>) -> (tempfile::TempDir, Locations) {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str, content: Option<&str>| {
            let path = folder.path().join(name);
            if let Some(content) = content {
                fs::write(&path, content).unwrap();
            }
            Some(path)
        };
        let user = place("user.toml", user);
        let system = place("system.toml", system);
        let locations = Locations { user, system, ..Locations::default() };
        (folder, locations)
    }

    fn path(text: &str) -> Option<PathBuf> {
        Some(PathBuf::from(text))
    }

    #[test]
    fn the_user_s_file_is_below_xdg_config_home_or_the_system_s_own_place() {
        for (xdg, own, expected) in [
            (path("/x"), path("/h/.config"), path("/x/mailsend/config.toml")),
            (path("x"), path("/h/.config"), path("/h/.config/mailsend/config.toml")),
            (path(""), path("/h/.config"), path("/h/.config/mailsend/config.toml")),
            (None, path("/h/.config"), path("/h/.config/mailsend/config.toml")),
            (None, None, None),
        ] {
            assert_eq!(Locations::standard(None, xdg, own, None).user, expected);
        }
    }

    #[test]
    fn no_file_at_all_is_no_error() {
        let (_folder, locations) = folder(None, None);
        assert_eq!(load(&locations).unwrap().profile_names(), [""; 0]);
        assert_eq!(load(&Locations::default()).unwrap().profile_names(), [""; 0]);
    }

    #[test]
    fn both_files_are_read() {
        let (_folder, locations) = folder(Some("[profiles.a]"), Some("[profiles.b]"));
        assert_eq!(load(&locations).unwrap().profile_names(), ["a", "b"]);
    }

    #[test]
    fn a_file_asked_for_by_name_replaces_both_and_must_be_there() {
        let (folder, mut locations) = folder(Some("[profiles.a]"), Some("[profiles.b]"));
        locations.explicit = Some(folder.path().join("c.toml"));
        let error = load(&locations).unwrap_err();
        let expected = format!(
            "cannot read the configuration {}/c.toml: there is no such file",
            folder.path().display()
        );
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.exit(), crate::model::Exit::CONFIG);
        fs::write(folder.path().join("c.toml"), "[profiles.c]").unwrap();
        assert_eq!(load(&locations).unwrap().profile_names(), ["c"]);
    }

    #[test]
    fn a_file_with_a_password_is_refused_if_others_may_read_it() {
        let (folder, locations) =
            folder(Some("[profiles.a]\nhost = \"h\"\npassword = \"hunter2\""), None);
        let path = folder.path().join("user.toml");
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let error = load(&locations).unwrap_err();
        let path = path.display();
        assert_eq!(error.to_string(), format!("{path} holds a password and others may read it"));
        let hint = format!("run chmod 600 {path}, or use password_command or password_file");
        assert_eq!(error.hint(), Some(hint.as_str()));
        fs::set_permissions(folder.path().join("user.toml"), Permissions::from_mode(0o600))
            .unwrap();
        assert!(load(&locations).is_ok());
    }

    #[test]
    fn a_file_without_a_password_may_be_read_by_all() {
        let (folder, locations) = folder(Some("[profiles.a]\npassword_env = \"P\""), None);
        let path = folder.path().join("user.toml");
        fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
        assert!(load(&locations).is_ok());
    }

    #[test]
    fn a_file_that_is_not_utf_8_is_refused_with_its_line() {
        let (folder, locations) = folder(None, None);
        fs::write(folder.path().join("user.toml"), b"# \n# \xff\n").unwrap();
        let expected = format!("{}/user.toml:2: this is not UTF-8", folder.path().display());
        assert_eq!(load(&locations).unwrap_err().to_string(), expected);
    }
}
