//! Asking the person at the terminal, also when stdin is the body of the mail.

use std::fs::{File, OpenOptions};
use std::io;

use zeroize::Zeroizing;

use super::in_time::in_time;
use super::{Environment, SecretError, checked};
use crate::model::{Secret, Slot};

/// Asks on the terminal, or fails at once where there is none.
pub(super) fn ask(
    slot: Slot,
    prompt: &str,
    environment: &Environment<'_>,
) -> Result<Secret, SecretError> {
    let Ok(terminal) = OpenOptions::new().read(true).write(true).open(environment.terminal) else {
        return Err(SecretError::NoTerminal);
    };
    let before = Manners::of(&terminal);
    let (prompt, path) = (prompt.to_owned(), environment.terminal.display().to_string());
    let answer = in_time(slot, environment.time, move || read(&prompt, path));
    if matches!(answer, Err(SecretError::OutOfTime { .. })) {
        // Whoever was asked would not see what they type next.
        before.restore(&terminal);
    }
    answer
}

fn read(prompt: &str, path: String) -> Result<Secret, SecretError> {
    let config = rpassword::ConfigBuilder::new()
        .input_file_path(path.clone())
        .output_file_path(path)
        .build();
    match rpassword::prompt_password_with_config(prompt, config) {
        Ok(typed) if typed.is_empty() => Err(SecretError::NotTyped),
        Ok(typed) => checked("the password".to_owned(), Zeroizing::new(typed.into_bytes())),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(SecretError::NotTyped),
        Err(error) => Err(SecretError::Terminal(error)),
    }
}

/// Whether a terminal shows what is typed, and the like.
struct Manners(Option<rustix::termios::Termios>);

impl Manners {
    fn of(terminal: &File) -> Self {
        Self(rustix::termios::tcgetattr(terminal).ok())
    }

    fn restore(&self, terminal: &File) {
        use rustix::termios::{OptionalActions, tcsetattr};
        if let Some(manners) = &self.0 {
            // A terminal that is gone shows nothing anyway.
            let _ = tcsetattr(terminal, OptionalActions::Now, manners);
        }
    }
}
