//! Says what is waited for: at once to whoever types, else when it takes long and may never come.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::commands::context::Terminal;
use crate::commands::ui::Ui;

/// After so long without an end of stdin we say what we wait for.
const REMINDER: Duration = Duration::from_secs(5);

/// Reads stdin by `deed`. Whoever sits there is asked to type `what`; if nobody does and it takes
/// long, `waiting` is said, a line each.
pub(super) fn while_typed<T>(
    terminal: Terminal,
    mut ui: Ui,
    what: &str,
    waiting: &[&str],
    deed: impl FnOnce() -> T,
) -> T {
    if terminal.input {
        ui.notice(format_args!("type {what}, then Ctrl-D on a line of its own"));
        return deed();
    }
    reminding(REMINDER, move || waiting.iter().for_each(|line| ui.notice(line)), deed)
}

/// Does it, and calls `remind` once if that takes longer than `patience`.
fn reminding<T>(patience: Duration, remind: impl FnOnce() + Send, deed: impl FnOnce() -> T) -> T {
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
