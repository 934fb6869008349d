//! The built-in SMTP server: catches mail on loopback, and behaves like servers that people
//! really have. For `mailsend sandbox`, the profile `sandbox` and the tests.
//!
//! [`dialogue`] is the protocol, pure and driven by a row of [`manners`]; [`listener`] and
//! [`connection`] give it sockets and TLS, [`mailbox`] keeps what it takes, [`show`] makes that
//! readable. Fails only at the start; afterwards a broken connection concerns nobody else.

mod auth;
mod certificate;
mod command;
mod connection;
mod describe;
mod dialogue;
mod dsn;
mod envelope;
mod greylist;
mod listener;
mod mailbox;
mod manners;
mod show;
mod transcript;
mod unstuffing;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use auth::Login;
pub use certificate::CertificateError;
pub use command::{Parameter, end_of_path, parameter};
pub use describe::{Description, describe};
pub use envelope::Envelope;
pub use mailbox::Caught;
pub use manners::{
    AuthEcho, AuthKeyword, AuthOffer, Authority, Breakage, EndOfData, Extension, LoginChallenges,
    MANNERS, Manner, Pace, Recipients, RefusedChunk, Senders, TlsOffer, manner,
};
pub use show::show;
pub use unstuffing::{LineEnd, Unstuffing};

use crate::model::{Pin, Secret};
use auth::Account;
use connection::{Counter, Service};
use listener::Listener;
use mailbox::Mailbox;

/// How to run a sandbox.
#[derive(Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How to behave.
    pub manner: Manner,
    /// Where to keep messages; none: in unlinked temporary files.
    pub maildir: Option<PathBuf>,
    /// Who may log in; none: under any name.
    pub username: Option<String>,
    /// With this password.
    pub password: Secret,
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {}", in_words(error))]
    Listen {
        /// Which one.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// The Maildir cannot be made.
    #[error("cannot create the Maildir {}: {}", path.display(), in_words(error))]
    Maildir {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// No certificate could be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] CertificateError),
}

/// A running sandbox; it stops when dropped.
#[derive(Debug)]
pub struct Sandbox {
    listener: Listener,
    service: Arc<Service>,
    caught: Mutex<Receiver<Option<Caught>>>,
    pin: Pin,
    authority_pem: String,
}

/// What happened so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// Connections taken.
    pub connections: u64,
    /// Those of them that are over, whatever they brought being caught.
    pub connections_ended: u64,
    /// Passwords refused.
    pub passwords_refused: u64,
}

impl Sandbox {
    /// Starts to listen; connections are taken from now on.
    pub fn start(options: Options) -> Result<Self, SandboxError> {
        let Options { listen, manner, maildir, username, password } = options;
        let identity = certificate::identity(manner.authority)?;
        let (mailbox, caught) = Mailbox::open(maildir.clone())
            .map_err(|error| SandboxError::Maildir { path: maildir.unwrap_or_default(), error })?;
        let service = Arc::new(Service {
            manner,
            greylist: Arc::default(),
            account: Account { username, password },
            tls: identity.config,
            mailbox,
            connections: AtomicU64::new(0),
            connections_ended: Counter::default(),
            passwords_refused: AtomicU64::new(0),
        });
        let listener = Listener::start(listen, Arc::clone(&service))
            .map_err(|error| SandboxError::Listen { address: listen, error })?;
        Ok(Self {
            listener,
            service,
            caught: Mutex::new(caught),
            pin: identity.pin,
            authority_pem: identity.authority_pem,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// SHA-256 of its certificate.
    pub fn certificate_pin(&self) -> Pin {
        self.pin
    }

    /// The certificate of the authority that signed its own.
    pub fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// Waits for the next message, for as long as it takes or until the time is over. A message
    /// can be had from the moment on at which the client hears that it was accepted.
    pub fn next_message(&self, timeout: Option<Duration>) -> Option<Caught> {
        let caught = self.caught.lock().unwrap_or_else(PoisonError::into_inner);
        match timeout {
            Some(timeout) => caught.recv_timeout(timeout).ok().flatten(),
            None => caught.recv().ok().flatten(),
        }
    }

    /// Ends one wait for messages, now or later: behind those that are there already it gets none.
    pub fn end_of_messages(&self) {
        self.service.mailbox.close();
    }

    /// Waits until every connection that was taken is over, but no longer than this. Whoever sent
    /// the last message has then heard that it was accepted.
    pub fn wait_for_farewells(&self, patience: Duration) {
        let taken = self.service.connections.load(Ordering::SeqCst);
        self.service.connections_ended.wait_for(taken, patience);
    }

    /// What happened so far.
    pub fn statistics(&self) -> Statistics {
        Statistics {
            connections: self.service.connections.load(Ordering::Relaxed),
            connections_ended: self.service.connections_ended.count(),
            passwords_refused: self.service.passwords_refused.load(Ordering::Relaxed),
        }
    }
}

/// The system's words as the end of a sentence.
fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "address already in use".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine does not have the address".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
