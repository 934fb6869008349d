//! One mail that is ready to be submitted, with everything that was decided about it.

use std::path::PathBuf;
use std::time::Duration;

use super::sandbox::Entrance;
use crate::config::Settings;
use crate::model::{Draft, Parameters, Ready, RecipientPolicy};

/// A mail, the way to its server, and what shall be said about it.
#[derive(Debug)]
pub struct Job {
    /// The mail.
    pub letter: Letter,
    /// What its envelope asks for besides.
    pub parameters: Parameters,
    /// The server, the identity and where the secret is.
    pub settings: Settings,
    /// The sandbox that the mail goes to instead of the server, if it is to be caught.
    pub entrance: Option<Entrance>,
    /// Which rule chose the profile, for `-v`.
    pub rule: String,
    /// What to do with it.
    pub how: How,
    /// What a refused recipient means for the others.
    pub policy: RecipientPolicy,
    /// What is done about what was deferred.
    pub retry: Retry,
    /// Where the mail is kept if somebody is not accepted: the first that can be written to.
    pub keep_in: Vec<PathBuf>,
}

/// What is to become a mail.
#[derive(Debug)]
pub enum Letter {
    /// A message to be composed.
    Draft(Box<Draft>),
    /// One that is complete.
    Ready(Box<Ready>),
}

/// How often what was deferred is tried again within one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// After the first attempt.
    pub times: u32,
    /// Before each.
    pub wait: Duration,
}

/// What to do with a mail and what to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Submit it.
    Submit(Output),
    /// Show it.
    DryRun(Output),
    /// Tell what would go wrong with it.
    Check(Output),
    /// Write a page of it and open that where there is a desktop.
    Preview(Output),
}

/// What goes to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Lines for people.
    Text,
    /// One object.
    Json,
}
