//! The hints, a file for each part of a session. Every key that a row names is a key of the
//! configuration, and a flag.

mod auth;
mod envelope;
mod reach;
mod time;
mod tls;

pub use envelope::refuses_sender;

use super::Remedy;
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
    /// What the doctor can try by itself.
    pub(super) remedy: Option<Remedy>,
}

impl Row {
    /// The doctor can try this by itself.
    const fn cured_by(self, remedy: Remedy) -> Self {
        Self { remedy: Some(remedy), ..self }
    }
}

const fn row(when: &'static [When], advice: &'static str) -> Row {
    Row { when, advice, cost: Cost::Free, alone: false, remedy: None }
}

const fn sure(when: &'static [When], advice: &'static str) -> Row {
    Row { when, advice, cost: Cost::Free, alone: true, remedy: None }
}

const fn weak(when: &'static [When], advice: &'static str) -> Row {
    Row { when, advice, cost: Cost::WeakensSecurity, alone: false, remedy: None }
}

/// All hints, the more particular before the more general.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    [reach::ROWS, tls::ROWS, auth::ROWS, envelope::ROWS, time::ROWS].into_iter().flatten()
}
