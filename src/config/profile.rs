//! One layer of settings: everything optional, every value with the place it came from.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::{Address, AddressList, AuthPolicy, LoginStyle, Pin, Secret, Tls};

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value<T> {
    /// What it is.
    pub value: T,
    /// Where it stands.
    pub origin: Origin,
}

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// On the command line, by this flag (`--tls`).
    Flag(&'static str),
    /// In a file.
    File {
        /// Which one.
        path: Arc<Path>,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::File { path, line, column } => {
                write!(f, "{}:{line}:{column}", path.display())
            }
        }
    }
}

/// One layer of settings: `[defaults]`, a `[profiles.NAME]`, or the flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the keys are documented in config.example.toml")]
pub struct Profile {
    pub extends: Option<Value<String>>,
    pub host: Option<Value<String>>,
    pub port: Option<Value<u16>>,
    pub tls: Option<Value<Tls>>,
    pub system_roots: Option<Value<bool>>,
    pub ca_file: Option<Value<PathBuf>>,
    pub pin_sha256: Option<Value<Vec<Pin>>>,
    pub server_name: Option<Value<String>>,
    /// `min_tls = "1.2" | "1.3"`: true is 1.3.
    pub min_tls: Option<Value<bool>>,
    pub danger_accept_invalid_certs: Option<Value<bool>>,
    pub auth: Option<Value<AuthPolicy>>,
    pub login_style: Option<Value<LoginStyle>>,
    pub username: Option<Value<String>>,
    pub danger_cleartext_auth: Option<Value<bool>>,
    pub password: Option<Value<Secret>>,
    /// A string is `Command::Shell`, an array `Command::Program`.
    pub password_command: Option<Value<Command>>,
    pub password_file: Option<Value<PathBuf>>,
    pub danger_readable_secret_file: Option<Value<bool>>,
    pub password_env: Option<Value<String>>,
    pub password_credential: Option<Value<String>>,
    pub from: Option<Value<AddressList>>,
    /// None inside is `<>`.
    pub reverse_path: Option<Value<Option<Address>>>,
    pub reply_to: Option<Value<AddressList>>,
    pub qualify_domain: Option<Value<String>>,
    pub headers: Option<Value<Vec<(String, String)>>>,
    pub ehlo: Option<Value<String>>,
    /// `pipelining = "auto" | "never"`: false is never.
    pub pipelining: Option<Value<bool>>,
    /// Seconds, as all the timeouts.
    pub connect_timeout: Option<Value<u64>>,
    pub timeout_greeting: Option<Value<u64>>,
    pub timeout_command: Option<Value<u64>>,
    pub timeout_data: Option<Value<u64>>,
    pub timeout_block: Option<Value<u64>>,
    pub timeout_end_of_data: Option<Value<u64>>,
}

/// A program that prints a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Run by `sh -c`.
    Shell(String),
    /// Run directly, program first.
    Program(Vec<String>),
}
