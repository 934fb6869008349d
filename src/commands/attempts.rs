//! Several attempts at one mail within one run: what was deferred is tried again, for those alone
//! whom it concerns, and never while anything is in doubt.
//!
//! Each attempt is a connection of its own with the same credentials.

use std::time::{Duration, Instant};

use super::Retry;
use super::context::Terminal;
use super::progress::Progress;
use super::ui::Ui;
use crate::model::{Address, Exit};
use crate::smtp::{Submission, Submitted};

/// What is tried, and how often.
pub(super) struct Attempts<'a> {
    /// The first attempt.
    pub(super) submission: Submission<'a>,
    /// What follows it.
    pub(super) retry: Retry,
    /// Taken away when an attempt is over.
    pub(super) progress: &'a Progress,
    /// Somebody may be watching.
    pub(super) terminal: Terminal,
}

impl Attempts<'_> {
    /// Submits until nothing is left that another attempt may help. What came of all attempts
    /// together, and the connection of the last.
    pub(super) fn run(&self, ui: &mut Ui) -> Submitted {
        let mut server = self.submission.server.clone();
        let mut all = self.submission.run();
        self.progress.end();
        for number in 1..=self.retry.times {
            let pending = self.pending(&all);
            if pending.is_empty() || self.comes_too_late() {
                break;
            }
            self.announce(number, &all, pending.len(), ui);
            wait(self.retry.wait);
            server.pipelining &= !all.connection.broken_pipelining;
            server.chunking &= !all.connection.broken_chunking;
            let attempt =
                Submission { server: &server, recipients: &pending, ..self.submission }.run();
            self.progress.end();
            let hopeless = matches!(&attempt.result, Err(failure) if !may_pass(failure.exit()));
            if let (Ok(_), Err(failure)) = (&all.result, &attempt.result) {
                ui.warning(format_args!("trying again failed: {failure}"));
            }
            all = merged(all, attempt);
            if hopeless {
                break;
            }
        }
        all
    }

    /// Whom another attempt may help.
    fn pending(&self, all: &Submitted) -> Vec<Address> {
        match &all.result {
            Ok(report) => report.retry(),
            Err(failure) if may_pass(failure.exit()) => self.submission.recipients.to_vec(),
            Err(_) => Vec::new(),
        }
    }

    /// Whether the deadline would be over before another attempt.
    fn comes_too_late(&self) -> bool {
        let deadline = self.submission.watch.deadline;
        deadline.is_some_and(|deadline| deadline.remaining(Instant::now()) <= self.retry.wait)
    }

    fn announce(&self, number: u32, all: &Submitted, pending: usize, ui: &mut Ui) {
        let why = match &all.result {
            Ok(_) => format!("{pending} of {} deferred", self.submission.recipients.len()),
            Err(failure) => failure.to_string(),
        };
        let seconds = self.retry.wait.as_secs();
        let times = self.retry.times;
        let text = format!("{why}; trying again in {seconds} s ({number} of {times})");
        if self.terminal.talk { ui.notice(text) } else { ui.detail(text) }
    }
}

fn may_pass(exit: Exit) -> bool {
    exit == Exit::TEMP_FAIL
}

/// Nothing happens here; a signal ends the program.
fn wait(time: Duration) {
    std::thread::sleep(time);
}

/// What is known of everybody after a later attempt at some.
fn merged(before: Submitted, later: Submitted) -> Submitted {
    let mut connection = later.connection;
    connection.broken_pipelining |= before.connection.broken_pipelining;
    connection.broken_chunking |= before.connection.broken_chunking;
    let result = match (before.result, later.result) {
        (Ok(mut report), Ok(news)) => {
            report.update(news);
            Ok(report)
        }
        (Ok(report), Err(_)) => Ok(report),
        (Err(_), later) => later,
    };
    Submitted { result, connection }
}
