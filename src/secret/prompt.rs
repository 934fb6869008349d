//! Asking the person at the terminal, also when stdin is the body of the mail.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use zeroize::Zeroizing;

use super::{SecretError, checked};
use crate::model::Secret;

/// Asks on the terminal, or fails at once where there is none.
pub(super) fn ask(prompt: &str, terminal: &Path) -> Result<Secret, SecretError> {
    if OpenOptions::new().read(true).write(true).open(terminal).is_err() {
        return Err(SecretError::NoTerminal);
    }
    let path = terminal.display().to_string();
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
