//! Waiting for a secret no longer than there is time for everything.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::SecretError;
use crate::model::{Secret, Slot};

/// Does it, on a thread that is left behind when the time is up.
pub(super) fn in_time(
    slot: Slot,
    time: Option<Duration>,
    deed: impl FnOnce() -> Result<Secret, SecretError> + Send + 'static,
) -> Result<Secret, SecretError> {
    let Some(time) = time else {
        return deed();
    };
    let (sender, receiver) = mpsc::channel();
    let worker = move || {
        // Nobody listens any more once the time is up.
        let _ = sender.send(deed());
    };
    thread::Builder::new().spawn(worker).map_err(SecretError::Terminal)?;
    match receiver.recv_timeout(time) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Err(SecretError::OutOfTime { slot }),
        Err(RecvTimeoutError::Disconnected) => {
            Err(SecretError::Terminal(io::Error::other("the reader failed")))
        }
    }
}
