//! Where secrets come from: the flags for a password or an access token, under the words of the
//! configuration. The secret itself is never one of them.

use std::path::PathBuf;

use super::settings::{given, switch};
use crate::config::{Command, Profile};

/// Where the password or token comes from, as typed.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct SecretArgs {
    /// Read the password from this file
    ///
    /// Others must not be able to read it. Without any of the --password flags, and nothing in the
    /// profile, the password is asked for on the terminal.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Take the password from this environment variable
    #[arg(long, value_name = "VARIABLE", hide_short_help = true)]
    password_env: Option<String>,
    /// Take the first line that this shell command prints as the password
    #[arg(long, value_name = "COMMAND", hide_short_help = true)]
    password_command: Option<String>,
    /// Take the password from this systemd credential
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    password_credential: Option<String>,
    /// Read the OAuth access token from this file
    ///
    /// For the mechanisms OAUTHBEARER and XOAUTH2, instead of a password.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    token_file: Option<PathBuf>,
    /// Take the access token from this environment variable
    #[arg(long, value_name = "VARIABLE", hide_short_help = true)]
    token_env: Option<String>,
    /// Take the first line that this shell command prints as the access token
    #[arg(long, value_name = "COMMAND", hide_short_help = true)]
    token_command: Option<String>,
    /// Take the access token from this systemd credential
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    token_credential: Option<String>,
    /// Use the password or token file even if others may read it
    #[arg(long, hide_short_help = true)]
    danger_readable_secret_file: bool,
}

impl SecretArgs {
    /// The flags as a layer of settings.
    pub(super) fn layer(&self) -> Profile {
        let password_command = self.password_command.clone().map(Command::Shell);
        let token_command = self.token_command.clone().map(Command::Shell);
        Profile {
            password_command: given("--password-command", password_command),
            password_file: given("--password-file", self.password_file.clone()),
            danger_readable_secret_file: switch(
                "--danger-readable-secret-file",
                self.danger_readable_secret_file,
            ),
            password_env: given("--password-env", self.password_env.clone()),
            password_credential: given("--password-credential", self.password_credential.clone()),
            token_command: given("--token-command", token_command),
            token_file: given("--token-file", self.token_file.clone()),
            token_env: given("--token-env", self.token_env.clone()),
            token_credential: given("--token-credential", self.token_credential.clone()),
            ..Profile::default()
        }
    }
}
