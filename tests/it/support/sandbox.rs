//! The built-in server on a port of its own, in any of its manners, with its mailbox at hand.

use std::net::SocketAddr;
use std::time::Duration;

use mailsend::model::Secret;
use mailsend::sandbox::{self, Caught, Options, Sandbox};

/// Starts one that knows this password, under any name.
pub(crate) fn sandbox(manner: &str, password: &str) -> Sandbox {
    sandbox_at(([127, 0, 0, 1], 0).into(), manner, password)
}

/// The same at an address of its own.
pub(crate) fn sandbox_at(listen: SocketAddr, manner: &str, password: &str) -> Sandbox {
    Sandbox::start(Options {
        listen,
        manner: *sandbox::manner(manner).unwrap(),
        maildir: None,
        username: None,
        password: Secret::new(password),
    })
    .unwrap()
}

/// What is in the mailbox and was not asked for before. Whoever heard that mail was accepted finds
/// it here.
pub(crate) fn caught(sandbox: &Sandbox) -> Vec<Caught> {
    std::iter::from_fn(|| sandbox.next_message(Some(Duration::ZERO))).collect()
}
