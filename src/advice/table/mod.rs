//! The hints, a file for each part of a session. Every key that a row names is a key of the
//! configuration, and a flag.

mod auth;
mod envelope;
mod reach;
mod time;
mod tls;

use super::situation::When;

/// What following an advice costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cost {
    Free,
    WeakensSecurity,
}

/// One piece of advice.
pub(super) struct Row {
    /// All of these.
    pub(super) when: &'static [When],
    /// What to do, with `{host}`, `{from}` and the like put in.
    pub(super) advice: &'static str,
    /// What it costs.
    pub(super) cost: Cost,
    /// So sure that nothing else need be said.
    pub(super) alone: bool,
}

const fn row(when: &'static [When], advice: &'static str) -> Row {
    Row { when, advice, cost: Cost::Free, alone: false }
}

const fn sure(when: &'static [When], advice: &'static str) -> Row {
    Row { when, advice, cost: Cost::Free, alone: true }
}

const fn weak(when: &'static [When], advice: &'static str) -> Row {
    Row { when, advice, cost: Cost::WeakensSecurity, alone: false }
}

/// All hints, the more particular before the more general.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    [reach::ROWS, tls::ROWS, auth::ROWS, envelope::ROWS, time::ROWS].into_iter().flatten()
}
