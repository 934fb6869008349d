//! Reading stdin to its end, with a word to whoever has to type or end it.

use std::io::{self, Read};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::commands::context::Terminal;
use crate::commands::ui::Ui;

/// After so long without an end of stdin we say what we wait for.
const REMINDER: Duration = Duration::from_secs(5);

/// All that comes.
pub(super) fn read(terminal: Terminal, mut ui: Ui) -> io::Result<Vec<u8>> {
    if terminal.input {
        ui.notice("type the text, then Ctrl-D on a line of its own");
        let mut octets = Vec::new();
        io::stdin().lock().read_to_end(&mut octets)?;
        return Ok(octets);
    }
    let mut watcher = ui;
    read_with_notice(io::stdin().lock(), REMINDER, move || {
        watcher.notice("still waiting for the end of stdin, which is the text of the mail");
        watcher.notice("(to send without it: --body TEXT, --no-body or < /dev/null)");
    })
}

/// Reads to the end, and calls `remind` once if that takes longer than `patience`.
fn read_with_notice(
    mut reader: impl Read,
    patience: Duration,
    remind: impl FnOnce() + Send,
) -> io::Result<Vec<u8>> {
    let (done, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let watcher = move || {
            if ended.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                remind();
            }
        };
        // Without a thread there is no reminder, and that is all.
        let _ = thread::Builder::new().spawn_scoped(scope, watcher);
        let mut octets = Vec::new();
        let read = reader.read_to_end(&mut octets);
        drop(done);
        read.map(|_| octets)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends only once somebody was reminded.
    struct Stubborn(mpsc::Receiver<()>);

    impl Read for Stubborn {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            self.0.recv().map(|()| 0).map_err(io::Error::other)
        }
    }

    #[test]
    fn a_stdin_that_does_not_end_brings_a_reminder() {
        let (remind, reminded) = mpsc::channel();
        let remind = move || remind.send(()).unwrap();
        let octets = read_with_notice(Stubborn(reminded), Duration::ZERO, remind).unwrap();
        assert_eq!(octets, b"");
    }

    #[test]
    fn a_stdin_that_ends_brings_none() {
        let remind = || panic!("nobody waits");
        let octets = read_with_notice(&b"hi"[..], Duration::MAX, remind).unwrap();
        assert_eq!(octets, b"hi");
    }
}
