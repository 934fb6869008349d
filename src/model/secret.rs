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
