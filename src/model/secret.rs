//! A password or token, and where one comes from.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

/// A secret in memory. `Debug` hides it, and it is zeroed when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the octets of a secret over.
    pub fn new(octets: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(octets.into()))
    }

    /// The octets themselves: for the wire and for masking, nowhere else.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What a secret is for. Each has a source of its own, under keys that begin with its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The password.
    Password,
    /// An OAuth 2.0 access token.
    Token,
}

impl Slot {
    /// What it is called, and what its keys begin with.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "token",
        }
    }

    /// The key that names a source of this kind.
    pub const fn key_of(self, source: &SecretSource) -> &'static str {
        use SecretSource::{Credential, File, Literal, Program, Prompt, Shell, Variable};
        match (self, source) {
            (Self::Password, Literal(_) | Prompt) => "password",
            (Self::Password, Shell(_) | Program(_)) => "password_command",
            (Self::Password, File { .. }) => "password_file",
            (Self::Password, Variable(_)) => "password_env",
            (Self::Password, Credential(_)) => "password_credential",
            (Self::Token, Literal(_) | Prompt) => "token",
            (Self::Token, Shell(_) | Program(_)) => "token_command",
            (Self::Token, File { .. }) => "token_file",
            (Self::Token, Variable(_)) => "token_env",
            (Self::Token, Credential(_)) => "token_credential",
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a secret is to be had from; nothing is read before it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// Written in the configuration file itself.
    Literal(Secret),
    /// Run by `sh -c`.
    Shell(String),
    /// Run directly, program first.
    Program(Vec<String>),
    /// The content of a file, without one final line end. `allow_readable` permits a file that
    /// others may read.
    File {
        /// Which file.
        path: PathBuf,
        /// `danger_readable_secret_file`
        allow_readable: bool,
    },
    /// An environment variable.
    Variable(String),
    /// A file of this name in systemd's `$CREDENTIALS_DIRECTORY`.
    Credential(String),
    /// Ask the person at the terminal.
    Prompt,
}
