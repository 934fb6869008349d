//! Whether a secret could be had: nothing is read, run or asked for.
//!
//! Fails like `obtain` would, as far as that can be seen from outside.

use std::env::split_paths;
use std::path::Path;

use super::{Environment, SecretError, file};
use crate::model::{SecretSource, Slot};

/// Looks at a source without using it. Of a shell's command line only the first word is looked for,
/// and only where it plainly names a program.
pub fn check(
    slot: Slot,
    source: &SecretSource,
    environment: &Environment<'_>,
) -> Result<(), SecretError> {
    match source {
        SecretSource::File { path, allow_readable } => {
            file::open(slot.key_of(source), path, *allow_readable).map(drop)
        }
        SecretSource::Variable(name) if (environment.variable)(name).is_none() => {
            Err(SecretError::NoVariable { slot, name: name.clone() })
        }
        SecretSource::Program(words) => match words.first() {
            Some(program) => find(slot, program, environment),
            None => Ok(()),
        },
        SecretSource::Shell(line) => match program_of(line) {
            Some(program) => find(slot, program, environment),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// What a shell understands without a program of that name.
const SHELL_WORDS: [&str; 24] = [
    ".", ":", "[", "case", "cd", "command", "echo", "eval", "exec", "exit", "export", "for", "if",
    "printf", "read", "return", "set", "shift", "test", "trap", "type", "umask", "until", "while",
];

/// The program that a command line plainly begins with.
fn program_of(line: &str) -> Option<&str> {
    let word = line.split_whitespace().next()?;
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-+".contains(character);
    (word.chars().all(plain) && !SHELL_WORDS.contains(&word)).then_some(word)
}

fn find(slot: Slot, program: &str, environment: &Environment<'_>) -> Result<(), SecretError> {
    match is_there(program, environment) {
        true => Ok(()),
        false => Err(SecretError::NoProgram { slot, program: program.to_owned() }),
    }
}

/// Whether there is such a program.
pub(super) fn is_there(program: &str, environment: &Environment<'_>) -> bool {
    if program.contains('/') {
        return is_program(Path::new(program));
    }
    // Without a PATH the system has one of its own, which we do not know.
    (environment.variable)("PATH")
        .is_none_or(|folders| split_paths(&folders).any(|folder| is_program(&folder.join(program))))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(source: &SecretSource) -> Option<String> {
        let variable = |name: &str| match name {
            "PATH" => Some("/nonexistent:/bin".into()),
            "THERE" => Some("x".into()),
            _ => None,
        };
        let environment = Environment { variable: &variable, ..Environment::of_process() };
        Some(check(Slot::Password, source, &environment).err()?.to_string())
    }

    #[test]
    fn a_program_is_looked_for_and_not_run() {
        let missing = |program: &str| format!("password_command: there is no program {program}");
        for (line, expected) in [
            ("cat /etc/secret", None),
            ("/bin/cat x", None),
            ("no-such-program x", Some("no-such-program")),
            ("/bin/no-such-program", Some("/bin/no-such-program")),
            ("echo x", None),
            ("A=1 no-such-program", None),
            ("\"no such program\"", None),
            ("(no-such-program)", None),
        ] {
            let source = SecretSource::Shell(line.to_owned());
            assert_eq!(complaint(&source), expected.map(missing), "{line}");
        }
        let source = SecretSource::Program(vec!["no such program".to_owned()]);
        assert_eq!(complaint(&source), Some(missing("no such program")));
    }

    #[test]
    fn a_file_is_opened_and_a_variable_looked_up() {
        let file = |path: &str| SecretSource::File { path: path.into(), allow_readable: false };
        assert!(complaint(&file("/nonexistent")).unwrap().contains("cannot read /nonexistent"));
        assert_eq!(
            complaint(&file("/etc/passwd")).unwrap(),
            "password_file: others may read /etc/passwd"
        );
        let variable = |name: &str| complaint(&SecretSource::Variable(name.to_owned()));
        assert_eq!(variable("THERE"), None);
        assert_eq!(variable("GONE").unwrap(), "password_env: the variable GONE is not set");
        assert_eq!(complaint(&SecretSource::Prompt), None);
    }
}
