//! Where a new secret is put so that it can be had again: a file of its own, the desktop's keyring by
//! `secret-tool` (libsecret), or `pass`, the standard Unix password manager.
//!
//! The programs are given it on their stdin and say nothing on stdout; their stderr is ours. Fails
//! where something is there already: both programs would put the new one over it without asking.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::check::is_there;
use super::command::Group;
use super::{Environment, KeepError, obtain};
use crate::model::{Secret, SecretSource, Slot};

const SECRET_TOOL: &str = "secret-tool";
const PASS: &str = "pass";

/// Whoever keeps a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeper {
    /// A file of mode 0600.
    File(PathBuf),
    /// The desktop's keyring, under the name of a profile.
    Keyring {
        /// Which one.
        profile: String,
    },
    /// `pass`.
    Pass {
        /// The name of its entry.
        entry: String,
    },
}

impl Keeper {
    /// Where the password is to be had from once it is kept.
    pub fn source(&self) -> SecretSource {
        match self {
            Self::File(path) => SecretSource::File { path: path.clone(), allow_readable: false },
            Self::Keyring { profile } => {
                SecretSource::Program(words(&[SECRET_TOOL, "lookup"], &attributes(profile)))
            }
            Self::Pass { entry } => SecretSource::Program(words(&[PASS, "show"], &[entry])),
        }
    }

    /// As people call it.
    pub fn in_words(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Keyring { profile } => format!("the keyring, as profile {profile} of mailsend"),
            Self::Pass { entry } => format!("pass, as {entry}"),
        }
    }

    /// What takes the password out again.
    pub fn removal(&self) -> String {
        match self {
            Self::File(path) => format!("rm {}", path.display()),
            Self::Keyring { profile } => {
                words(&[SECRET_TOOL, "clear"], &attributes(profile)).join(" ")
            }
            Self::Pass { entry } => format!("{PASS} rm {entry}"),
        }
    }

    /// Whether a keyring can be expected: the program, and a desktop's session that has it.
    pub fn has_keyring(environment: &Environment<'_>) -> bool {
        let variable = |name| (environment.variable)(name).filter(|value| !value.is_empty());
        let session = variable("DBUS_SESSION_BUS_ADDRESS").is_some()
            || variable("XDG_RUNTIME_DIR").is_some_and(|it| Path::new(&it).join("bus").exists());
        session && is_there(SECRET_TOOL, environment)
    }

    /// Whether `pass` is there and set up.
    pub fn has_pass(environment: &Environment<'_>) -> bool {
        let is_set_up = || store(environment).is_some_and(|store| store.is_dir());
        is_there(PASS, environment) && is_set_up()
    }

    /// Fails where nothing can be kept, or where something is there already.
    pub fn check(&self, environment: &Environment<'_>) -> Result<(), KeepError> {
        let program_is_there = |program| match is_there(program, environment) {
            true => Ok(()),
            false => Err(KeepError::NoProgram(program)),
        };
        let is_taken = match self {
            Self::File(path) => path.symlink_metadata().is_ok(),
            Self::Keyring { .. } => {
                program_is_there(SECRET_TOOL)?;
                obtain(Slot::Password, &self.source(), "", environment).is_ok()
            }
            Self::Pass { entry } => {
                if entry.is_empty() || entry.starts_with(['-', '/']) || entry.ends_with('/') {
                    return Err(KeepError::NoEntry(entry.clone()));
                }
                program_is_there(PASS)?;
                match store(environment) {
                    Some(store) if store.is_dir() => store.join(format!("{entry}.gpg")).exists(),
                    store => return Err(KeepError::NoStore(store.unwrap_or_default())),
                }
            }
        };
        match is_taken {
            true => Err(KeepError::Taken(match self {
                Self::File(path) => format!("a file {}", path.display()),
                Self::Keyring { profile } => format!("a password of {profile} in the keyring"),
                Self::Pass { entry } => format!("an entry {entry} in pass"),
            })),
            false => Ok(()),
        }
    }

    /// Puts it there. A file is never written over; the programs do that, and must be checked
    /// before.
    pub fn keep(&self, secret: &Secret, environment: &Environment<'_>) -> Result<(), KeepError> {
        match self {
            Self::File(path) => write_new(path, secret)
                .map_err(|error| KeepError::Unwritten { path: path.clone(), error }),
            Self::Keyring { profile } => {
                let label = format!("--label=mailsend: {profile}");
                let arguments = words(&["store", &label], &attributes(profile));
                // All that it reads is the password, a line end as well.
                feed(SECRET_TOOL, &arguments, [secret.expose(), b""], environment)
            }
            Self::Pass { entry } => {
                let arguments = words(&["insert", "--multiline"], &[entry]);
                feed(PASS, &arguments, [secret.expose(), b"\n"], environment)
            }
        }
    }

    /// Takes away a file that was made in vain; whether it is gone. What the programs keep is theirs.
    pub fn take_back(&self) -> bool {
        matches!(self, Self::File(path) if fs::remove_file(path).is_ok())
    }
}

fn attributes(profile: &str) -> [&str; 4] {
    ["service", "mailsend", "profile", profile]
}

fn words(first: &[&str], others: &[&str]) -> Vec<String> {
    first.iter().chain(others).map(|word| (*word).to_owned()).collect()
}

/// Where `pass` has its entries.
fn store(environment: &Environment<'_>) -> Option<PathBuf> {
    let variable = |name| (environment.variable)(name).filter(|value| !value.is_empty());
    let own = variable("PASSWORD_STORE_DIR").map(PathBuf::from);
    own.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".password-store")))
}

/// Writes a file for its owner alone, whole or not at all.
fn write_new(path: &Path, secret: &Secret) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = [secret.expose(), b"\n"].iter().try_for_each(|octets| file.write_all(octets));
    written.and_then(|()| file.sync_all()).inspect_err(|_| {
        // The first error is the one to tell.
        let _ = fs::remove_file(path);
    })
}

/// Runs a program that reads a secret.
fn feed(
    program: &'static str,
    arguments: &[String],
    secret: [&[u8]; 2],
    environment: &Environment<'_>,
) -> Result<(), KeepError> {
    let cannot_run = |error| KeepError::CannotRun { program, error };
    let group = Group::beside(environment.terminal);
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null());
    group.apply(&mut command);
    let mut child = command.spawn().map_err(cannot_run)?;
    let octets = Zeroizing::new(secret.concat());
    let stdin = child.stdin.take();
    thread::spawn(move || {
        // Whoever does not read it says so by how they end.
        let _ = stdin.map(|mut stdin| stdin.write_all(&octets));
    });
    match ended(&mut child, environment.command_time) {
        Ok(Some(status)) if status.success() => Ok(()),
        Ok(Some(status)) => Err(KeepError::Failed { program, status }),
        Ok(None) => {
            group.end(&mut child);
            Err(KeepError::TimedOut { program, seconds: environment.command_time.as_secs() })
        }
        Err(error) => Err(cannot_run(error)),
    }
}

/// Waits for a program's end so long; none if it does not come.
fn ended(child: &mut Child, time: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + time;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    fn nothing() -> Environment<'static> {
        Environment { variable: &|_| Some("/nonexistent".into()), ..Environment::of_process() }
    }

    #[test]
    fn a_file_is_its_owner_s_alone_and_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/corp.password");
        let keeper = Keeper::File(path.clone());
        let secret = Secret::new("hunter2");
        keeper.check(&nothing()).unwrap();
        keeper.keep(&secret, &nothing()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"hunter2\n");
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        assert_eq!(obtain(Slot::Password, &keeper.source(), "", &nothing()).unwrap(), secret);
        let taken = format!("there is a file {} already", path.display());
        assert_eq!(keeper.check(&nothing()).unwrap_err().to_string(), taken);
        let error = keeper.keep(&Secret::new("other"), &nothing()).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot write {}: file exists", path.display()));
        assert_eq!(fs::read(&path).unwrap(), b"hunter2\n");
        assert!(keeper.take_back() && !path.exists());
    }

    #[test]
    fn a_program_that_is_not_there_or_not_set_up_is_told() {
        let complaint = |keeper: Keeper, environment: &Environment<'_>| {
            keeper.check(environment).unwrap_err().to_string()
        };
        let keyring = Keeper::Keyring { profile: "corp".to_owned() };
        let pass = || Keeper::Pass { entry: "mailsend/corp".to_owned() };
        assert_eq!(complaint(keyring, &nothing()), "there is no program secret-tool");
        assert_eq!(complaint(pass(), &nothing()), "there is no program pass");
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("pass");
        fs::write(&program, "").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let variable = |_: &str| Some(folder.path().into());
        let environment = Environment { variable: &variable, ..nothing() };
        assert!(Keeper::has_pass(&environment) && !Keeper::has_keyring(&environment));
        assert!(pass().check(&environment).is_ok());
        fs::create_dir(folder.path().join("mailsend")).unwrap();
        fs::write(folder.path().join("mailsend/corp.gpg"), "").unwrap();
        assert_eq!(
            complaint(pass(), &environment),
            "there is an entry mailsend/corp in pass already"
        );
        let flag = Keeper::Pass { entry: "-f".to_owned() };
        assert_eq!(complaint(flag, &environment), "\"-f\" is no name for an entry of pass");
    }
}
