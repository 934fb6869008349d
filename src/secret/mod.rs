//! From a source to the secret: literal, command, file, variable, systemd credential, or the
//! person at the terminal. Called late, and once. A new secret is put where it can be had again
//! (`keep`).
//!
//! Fails with the key that names the source and never with the secret; never waits for anybody
//! where there is no terminal, and for a command no longer than it is given.

mod check;
mod command;
mod error;
mod file;
mod in_time;
mod keep;
mod keep_error;
mod prompt;

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

pub use check::check;
pub use error::SecretError;
pub use keep::Keeper;
pub use keep_error::KeepError;

use crate::model::{Secret, SecretSource, Slot};
use in_time::in_time;

/// The longest secret, in octets; OAuth tokens are the longest there are.
const MOST_OCTETS: usize = 64 * 1024;

/// What a secret is taken from besides files.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// Looks up an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The terminal that a person sits at, if anybody does.
    pub terminal: &'a Path,
    /// How long a command may take.
    pub command_time: Duration,
    /// How long everything may take, if that is limited.
    pub time: Option<Duration>,
}

impl Environment<'static> {
    /// This process's variables, `/dev/tty`, 30 seconds for a command and no other limit.
    pub fn of_process() -> Self {
        Self {
            variable: &|name| std::env::var_os(name),
            terminal: Path::new("/dev/tty"),
            command_time: Duration::from_secs(30),
            time: None,
        }
    }
}

/// Gets the secret for a slot; `prompt` is what a person is asked, if it comes to that.
pub fn obtain(
    slot: Slot,
    source: &SecretSource,
    prompt: &str,
    environment: &Environment<'_>,
) -> Result<Secret, SecretError> {
    match source {
        SecretSource::Literal(secret) => {
            checked(slot.name().to_owned(), Zeroizing::new(secret.expose().to_vec()))
        }
        SecretSource::Shell(line) => {
            let words = ["sh".to_owned(), "-c".to_owned(), line.clone()];
            command::first_line(slot, &words, environment)
        }
        SecretSource::Program(words) => command::first_line(slot, words, environment),
        SecretSource::File { path, allow_readable } => {
            let (key, path, allow_readable) = (slot.key_of(source), path.clone(), *allow_readable);
            in_time(slot, environment.time, move || file::read(key, &path, allow_readable))
        }
        SecretSource::Variable(name) => {
            let origin = format!("{slot}_env {name}");
            let value = (environment.variable)(name)
                .ok_or_else(|| SecretError::NoVariable { slot, name: name.clone() })?;
            checked(origin, Zeroizing::new(value.into_encoded_bytes()))
        }
        SecretSource::Credential(name) => {
            let directory = (environment.variable)("CREDENTIALS_DIRECTORY")
                .ok_or_else(|| SecretError::NoCredentials { slot, name: name.clone() })?;
            // systemd itself sees to who may read these.
            file::read(slot.key_of(source), &Path::new(&directory).join(name), true)
        }
        SecretSource::Prompt => prompt::ask(slot, prompt, environment),
    }
}

/// Takes all that a stream has as the secret, without one final line end.
pub fn read_from(stdin: impl io::Read) -> Result<Secret, SecretError> {
    let mut octets = file::at_most(stdin).map_err(SecretError::Stdin)?;
    without_line_end(&mut octets);
    checked("the password on stdin".to_owned(), octets)
}

/// A secret is one line and not empty: it could not be sent otherwise.
fn checked(origin: String, octets: Zeroizing<Vec<u8>>) -> Result<Secret, SecretError> {
    if octets.is_empty() {
        return Err(SecretError::Empty { origin });
    }
    if octets.len() > MOST_OCTETS {
        return Err(SecretError::TooLong { origin });
    }
    if octets.contains(&b'\n') || octets.contains(&b'\r') {
        return Err(SecretError::LineBreak { origin });
    }
    if octets.contains(&0) {
        return Err(SecretError::Nul { origin });
    }
    Ok(Secret::new(octets.as_slice()))
}

/// Takes one line end off.
fn without_line_end(octets: &mut Vec<u8>) {
    if octets.last() == Some(&b'\n') {
        octets.pop();
        if octets.last() == Some(&b'\r') {
            octets.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Exit;

    /// Variables as given, no terminal.
    fn obtain_with(
        source: &SecretSource,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Secret, SecretError> {
        let terminal = Path::new("/nonexistent/tty");
        obtain(
            Slot::Password,
            source,
            "Password: ",
            &Environment { variable, terminal, ..Environment::of_process() },
        )
    }

    fn refusal(result: Result<Secret, SecretError>) -> (String, Option<String>, Exit) {
        let error = result.unwrap_err();
        (error.to_string(), error.hint(), error.exit())
    }

    #[test]
    fn a_literal_is_taken_as_it_is() {
        let source = SecretSource::Literal(Secret::new(" s3cret ä "));
        let secret = obtain_with(&source, &|_| None).unwrap();
        assert_eq!(secret.expose(), " s3cret ä ".as_bytes());
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_showing_it() {
        for (octets, message) in [
            ("", "password is empty"),
            ("hunter2\n", "password contains a line break"),
            ("hunter2\rx", "password contains a line break"),
            ("hunter2\0", "password contains a NUL"),
        ] {
            let source = SecretSource::Literal(Secret::new(octets));
            let (found, _, exit) = refusal(obtain_with(&source, &|_| None));
            assert_eq!((found.as_str(), exit), (message, Exit::CONFIG));
        }
        let long = SecretSource::Literal(Secret::new(vec![b'x'; MOST_OCTETS + 1]));
        let (found, _, _) = refusal(obtain_with(&long, &|_| None));
        assert_eq!(found, "password is longer than 65536 bytes");
    }

    #[test]
    fn a_variable_is_looked_up() {
        let source = SecretSource::Variable("SMTP_PASSWORD".to_owned());
        let secret =
            obtain_with(&source, &|name| (name == "SMTP_PASSWORD").then(|| "hunter2".into()));
        assert_eq!(secret.unwrap().expose(), b"hunter2");
        let (message, hint, exit) = refusal(obtain_with(&source, &|_| None));
        assert_eq!(message, "password_env: the variable SMTP_PASSWORD is not set");
        assert_eq!(hint, None);
        assert_eq!(exit, Exit::CONFIG);
        let (message, _, _) = refusal(obtain_with(&source, &|_| Some("".into())));
        assert_eq!(message, "password_env SMTP_PASSWORD is empty");
    }

    #[test]
    fn a_credential_is_a_file_of_systemd_s() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("smtp"), "hunter2\n").unwrap();
        let source = SecretSource::Credential("smtp".to_owned());
        let secret = obtain_with(&source, &|name| {
            (name == "CREDENTIALS_DIRECTORY").then(|| folder.path().into())
        });
        assert_eq!(secret.unwrap().expose(), b"hunter2");
        let (message, hint, exit) = refusal(obtain_with(&source, &|_| None));
        assert_eq!(message, "password_credential \"smtp\": CREDENTIALS_DIRECTORY is not set");
        let hint = hint.unwrap();
        assert_eq!(hint, "systemd sets it for a unit with LoadCredential=smtp:/path/of/the/secret");
        assert_eq!(exit, Exit::CONFIG);
    }

    #[test]
    fn without_a_terminal_nobody_is_asked() {
        let (message, hint, exit) = refusal(obtain_with(&SecretSource::Prompt, &|_| None));
        assert_eq!(message, "no password is set, and there is no terminal to ask for it");
        assert_eq!(
            hint.unwrap(),
            "set password_command, password_file, password_env or password_credential"
        );
        assert_eq!(exit, Exit::CONFIG);
    }
}
