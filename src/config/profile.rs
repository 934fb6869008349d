//! One layer of settings: everything optional, every value with the place it came from.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::{
    Address, AddressFamily, AddressList, AuthPolicy, FromRewrite, LogTarget, LoginStyle, Pin,
    Protocol, Secret, Tls, Via,
};

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
    /// Nowhere: it belongs to the built-in profile.
    BuiltIn,
    /// In the row of a provider.
    Provider(&'static str),
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
            Self::BuiltIn => f.write_str("built in"),
            Self::Provider(name) => write!(f, "provider {name}"),
            Self::File { path, line, column } => {
                write!(f, "{}:{line}:{column}", path.display())
            }
        }
    }
}

/// One layer of settings: `[defaults]`, a `[profiles.NAME]`, or the flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// The profile whose settings lie beneath this one's.
    pub extends: Option<Value<String>>,
    /// The provider whose documented settings lie beneath the profiles.
    pub provider: Option<Value<String>>,
    /// Host name or address of the server, or the path of a Unix socket.
    pub host: Option<Value<String>>,
    /// TCP port, from 1; follows from `tls` if unset.
    pub port: Option<Value<u16>>,
    /// When TLS starts; follows from `port` if unset.
    pub tls: Option<Value<Tls>>,
    /// What the server speaks.
    pub protocol: Option<Value<Protocol>>,
    /// The proxy that leads there.
    pub proxy: Option<Value<Via>>,
    /// Which addresses may be connected to.
    pub address_family: Option<Value<AddressFamily>>,
    /// The address of this machine to connect from.
    pub source_address: Option<Value<IpAddr>>,
    /// Trust the certificates that the system trusts.
    pub system_roots: Option<Value<bool>>,
    /// PEM file of certificates to trust as well.
    pub ca_file: Option<Value<PathBuf>>,
    /// SHA-256 of the certificates or public keys that alone are trusted.
    pub pin_sha256: Option<Value<Vec<Pin>>>,
    /// The name that the certificate must be for, if it is not the host.
    pub server_name: Option<Value<String>>,
    /// `min_tls = "1.2" | "1.3"`: true is 1.3.
    pub min_tls: Option<Value<bool>>,
    /// The chain counts, the name does not.
    pub danger_accept_wrong_name: Option<Value<bool>>,
    /// Accept any certificate at all.
    pub danger_accept_invalid_certs: Option<Value<bool>>,
    /// PEM file of the certificate to show the server.
    pub client_certificate: Option<Value<PathBuf>>,
    /// PEM file of its key.
    pub client_key: Option<Value<PathBuf>>,
    /// Which mechanisms may be tried.
    pub auth: Option<Value<AuthPolicy>>,
    /// How LOGIN gives the user name.
    pub login_style: Option<Value<LoginStyle>>,
    /// Whom to authenticate as; no AUTH without it.
    pub username: Option<Value<String>>,
    /// Let the password cross the network unprotected.
    pub danger_cleartext_auth: Option<Value<bool>>,
    /// The password itself.
    pub password: Option<Value<Secret>>,
    /// A program that prints the password. A string is `Command::Shell`, an array
    /// `Command::Program`.
    pub password_command: Option<Value<Command>>,
    /// A file that holds the password.
    pub password_file: Option<Value<PathBuf>>,
    /// Use `password_file` and `token_file` even if others may read it.
    pub danger_readable_secret_file: Option<Value<bool>>,
    /// An environment variable that holds the password.
    pub password_env: Option<Value<String>>,
    /// A systemd credential that holds the password.
    pub password_credential: Option<Value<String>>,
    /// The OAuth access token itself.
    pub token: Option<Value<Secret>>,
    /// A program that prints the token.
    pub token_command: Option<Value<Command>>,
    /// A file that holds the token.
    pub token_file: Option<Value<PathBuf>>,
    /// An environment variable that holds the token.
    pub token_env: Option<Value<String>>,
    /// A systemd credential that holds the token.
    pub token_credential: Option<Value<String>>,
    /// The author: one address, a display name allowed.
    pub from: Option<Value<AddressList>>,
    /// The envelope's sender, if it is not the author. None inside is `<>`.
    pub reverse_path: Option<Value<Option<Address>>>,
    /// Where replies shall go.
    pub reply_to: Option<Value<AddressList>>,
    /// The domain of addresses that have none.
    pub qualify_domain: Option<Value<String>>,
    /// A file that says whom names without a domain stand for, as aliases(5) does.
    pub aliases: Option<Value<PathBuf>>,
    /// When the author of a message for sendmail(8) becomes `from`.
    pub from_rewrite: Option<Value<FromRewrite>>,
    /// Header fields of every message, in order.
    pub headers: Option<Value<Vec<(String, String)>>>,
    /// The name given in EHLO.
    pub ehlo: Option<Value<String>>,
    /// `pipelining = "auto" | "never"`: false is never.
    pub pipelining: Option<Value<bool>>,
    /// `chunking = "auto" | "never"`: false is never.
    pub chunking: Option<Value<bool>>,
    /// Octets of the largest message that the server takes.
    pub max_size: Option<Value<u64>>,
    /// Finding the host and connecting, over all its addresses; seconds, as all that follow.
    pub connect_timeout: Option<Value<u64>>,
    /// The greeting.
    pub timeout_greeting: Option<Value<u64>>,
    /// EHLO, STARTTLS, AUTH, MAIL and RCPT.
    pub timeout_command: Option<Value<u64>>,
    /// The 354 that answers DATA.
    pub timeout_data: Option<Value<u64>>,
    /// Each write of a piece of the message.
    pub timeout_block: Option<Value<u64>>,
    /// The answer to the end of the data.
    pub timeout_end_of_data: Option<Value<u64>>,
    /// Everything together, from the start of the program.
    pub deadline: Option<Value<u64>>,
    /// Where a line for every mail goes.
    pub log: Option<Value<LogTarget>>,
    /// The folder for mail that could not be sent.
    pub save_failed: Option<Value<PathBuf>>,
}

/// A program that prints a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Run by `sh -c`.
    Shell(String),
    /// Run directly, program first.
    Program(Vec<String>),
}

/// Gives the names of all fields of a [`Profile`] to another macro.
macro_rules! with_every_key {
    ($macro:ident) => {
        $macro! {
            extends provider host port tls protocol proxy address_family source_address
            system_roots ca_file pin_sha256 server_name min_tls
            danger_accept_wrong_name danger_accept_invalid_certs client_certificate client_key auth
            login_style username danger_cleartext_auth password password_command password_file
            danger_readable_secret_file password_env password_credential token token_command
            token_file token_env token_credential from reverse_path reply_to qualify_domain aliases
            from_rewrite headers ehlo pipelining chunking max_size connect_timeout timeout_greeting
            timeout_command timeout_data timeout_block timeout_end_of_data deadline log save_failed
        }
    };
}

impl Profile {
    /// Lays this layer over a farther one: key by key, what is set here wins.
    pub(super) fn over(self, farther: Self) -> Self {
        macro_rules! nearer_wins {
            ($($key:ident)*) => { Self { $($key: self.$key.or(farther.$key)),* } };
        }
        with_every_key!(nearer_wins)
    }

    /// Where the value of a key was written, if it is set.
    pub(super) fn origin_of(&self, key: &str) -> Option<&Origin> {
        macro_rules! the_one_called {
            ($($key:ident)*) => {
                match key {
                    $(stringify!($key) => self.$key.as_ref().map(|value| &value.origin),)*
                    _ => None,
                }
            };
        }
        with_every_key!(the_one_called)
    }

    /// The keys of this layer that say which certificate is good enough.
    pub(super) fn trust_keys(&self) -> Vec<(&'static str, &Origin)> {
        [
            ("system_roots", self.system_roots.as_ref().map(|value| &value.origin)),
            ("ca_file", self.ca_file.as_ref().map(|value| &value.origin)),
            ("pin_sha256", self.pin_sha256.as_ref().map(|value| &value.origin)),
            ("server_name", self.server_name.as_ref().map(|value| &value.origin)),
            (
                "danger_accept_wrong_name",
                self.danger_accept_wrong_name.as_ref().map(|value| &value.origin),
            ),
            ("min_tls", self.min_tls.as_ref().map(|value| &value.origin)),
            (
                "danger_accept_invalid_certs",
                self.danger_accept_invalid_certs.as_ref().map(|value| &value.origin),
            ),
            ("client_certificate", self.client_certificate.as_ref().map(|value| &value.origin)),
            ("client_key", self.client_key.as_ref().map(|value| &value.origin)),
        ]
        .into_iter()
        .filter_map(|(key, origin)| Some((key, origin?)))
        .collect()
    }
}
