//! Waiting for what may never come, such as the end of stdin or the writer of a FIFO, no longer
//! than the deadline for everything allows.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use super::Refusal;
use crate::model::{Deadline, Exit, reason};

/// Does it, on a thread that is left behind when the time is up; `doing` is for the message.
pub(super) fn in_time<T: Send + 'static>(
    deadline: Option<Deadline>,
    doing: &str,
    deed: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let Some(deadline) = deadline else {
        return deed();
    };
    let (sender, receiver) = mpsc::channel();
    let worker = move || {
        // Nobody listens any more once the time is up.
        let _ = sender.send(deed());
    };
    thread::Builder::new().spawn(worker).map_err(|error| {
        Refusal::new(Exit::OS, format!("cannot start a thread: {}", reason(&error)))
    })?;
    match receiver.recv_timeout(deadline.remaining(Instant::now())) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Err(late(&deadline, doing)),
        Err(RecvTimeoutError::Disconnected) => {
            Err(Refusal::new(Exit::SOFTWARE, format!("internal error: {doing} broke off")))
        }
    }
}

/// What is said when the time is up and nothing was sent: it is safe to run again.
pub(super) fn late(deadline: &Deadline, doing: &str) -> Refusal {
    Refusal::new(Exit::TEMP_FAIL, format!("{deadline} ({doing})"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_never_comes_is_waited_for_no_longer_than_the_deadline() {
        let deadline = Deadline::after(Instant::now(), Duration::from_millis(10));
        let (_keep, never) = mpsc::channel::<()>();
        let refusal = in_time(deadline, "reading x", move || {
            let _ = never.recv();
            Ok(())
        });
        let refusal = refusal.unwrap_err();
        assert_eq!(refusal.message, "not done within the deadline of 0 s (reading x)");
        assert_eq!(refusal.exit, Exit::TEMP_FAIL);
    }

    #[test]
    fn what_comes_in_time_is_taken_and_so_is_what_fails() {
        let deadline = Deadline::after(Instant::now(), Duration::from_secs(60));
        for deadline in [None, deadline] {
            assert_eq!(in_time(deadline, "reading x", || Ok(7)), Ok(7));
            let failed = in_time::<()>(deadline, "reading x", || Err(Refusal::data("no")));
            assert_eq!(failed, Err(Refusal::data("no")));
        }
    }
}
