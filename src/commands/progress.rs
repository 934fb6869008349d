//! How far a long submission has come, for somebody who watches: one line on stderr that is drawn
//! over itself, never where stderr is no terminal.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::context::Terminal;
use super::ui::{Ui, Verbosity};

/// What is over sooner needs no line.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two drawings.
const INTERVAL: Duration = Duration::from_millis(200);

/// The line of one submission.
pub(super) struct Progress {
    total: u64,
    wanted: bool,
    /// When to draw next, and whether there is anything on the screen.
    state: Mutex<(Instant, bool)>,
}

impl Progress {
    /// For a message of so many octets.
    pub(super) fn new(total: u64, terminal: Terminal, ui: &Ui) -> Self {
        let wanted = matches!(ui.verbosity(), Verbosity::Normal | Verbosity::Verbose);
        Self {
            total,
            wanted: terminal.talk && wanted,
            state: Mutex::new((Instant::now() + PATIENCE, false)),
        }
    }

    /// So many octets are written.
    pub(super) fn advance(&self, octets: u64) {
        if !self.wanted {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if now >= state.0 {
            *state = (now + INTERVAL, true);
            Ui::default().draw(&line(octets, self.total));
        }
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.1 {
            Ui::default().draw("");
        }
    }
}

fn line(octets: u64, total: u64) -> String {
    const MIB: f64 = 1024.0 * 1024.0;
    let percent = octets.saturating_mul(100) / total.max(1);
    // Sizes of files are far below where a float loses whole octets of a mebibyte.
    let (done, all) = (octets as f64 / MIB, total as f64 / MIB);
    format!("mailsend: {percent} % sent ({done:.1} of {all:.1} MiB)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_much_of_what() {
        assert_eq!(line(1 << 20, 4 << 20), "mailsend: 25 % sent (1.0 of 4.0 MiB)");
        assert_eq!(line(0, 0), "mailsend: 0 % sent (0.0 of 0.0 MiB)");
    }
}
