//! Where configuration files are, and reading them.
//!
//! A file that is not there is no error, unless it was asked for by name; nor is a system file
//! that this user may not read.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::ConfigError;
use super::choose::Configuration;
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

/// Reads what there is.
pub fn load(locations: &Locations) -> Result<Configuration, ConfigError> {
    let mut files = Vec::new();
    let mut tried = Vec::new();
    let mut take = |path: &Path, skip: &[io::ErrorKind]| {
        let found = match read(path) {
            Ok((text, readers)) => {
                files.push(understand(&text, path, readers, locations.home.as_deref())?);
                Found::Read
            }
            Err(error) if skip.contains(&error.kind()) => match error.kind() {
                io::ErrorKind::PermissionDenied => Found::NotAllowed,
                _ => Found::Missing,
            },
            Err(error) => return Err(unreadable(path, &error)),
        };
        tried.push((path.to_owned(), found));
        Ok(())
    };
    if let Some(path) = &locations.explicit {
        take(path, &[])?;
    } else {
        use io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
        if let Some(path) = &locations.user {
            take(path, &[NotFound, NotADirectory])?;
        }
        if let Some(path) = &locations.system {
            take(path, &[NotFound, NotADirectory, PermissionDenied])?;
        }
    }
    Ok(Configuration::new(files, tried))
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
) -> Result<File, ConfigError> {
    let text = std::str::from_utf8(octets).map_err(|error| {
        let line = octets[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        ConfigError::new(format!("{}:{line}: this is not UTF-8", path.display()))
    })?;
    let file = File::parse(text, path, home)?;
    if let Some(readers) = readers
        && file.holds_a_password()
    {
        let shown = path.display();
        let message = format!("{shown} holds a password and {readers} may read it");
        return Err(ConfigError::new(message).with_hint(format!(
            "run chmod 600 {shown}, or use password_command or password_file"
        )));
    }
    Ok(file)
}

fn unreadable(path: &Path, error: &io::Error) -> ConfigError {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    };
    ConfigError::new(format!("cannot read the configuration {}: {reason}", path.display()))
}
