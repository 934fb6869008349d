//! Says what is waited for when something takes long that may never come.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Does it, and calls `remind` once if that takes longer than `patience`.
pub(super) fn reminding<T>(
    patience: Duration,
    remind: impl FnOnce() + Send,
    deed: impl FnOnce() -> T,
) -> T {
    let (done, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let watcher = move || {
            if ended.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                remind();
            }
        };
        // Without a thread there is no reminder, and that is all.
        let _ = thread::Builder::new().spawn_scoped(scope, watcher);
        let result = deed();
        drop(done);
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_brings_a_reminder() {
        let (remind, reminded) = mpsc::channel();
        let result = reminding(
            Duration::ZERO,
            move || remind.send(()).unwrap(),
            move || {
                reminded.recv().unwrap();
                7
            },
        );
        assert_eq!(result, 7);
    }

    #[test]
    fn what_is_done_in_time_brings_none() {
        assert_eq!(reminding(Duration::MAX, || panic!("nobody waits"), || 7), 7);
    }
}
