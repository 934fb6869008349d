//! A request that cannot be fulfilled: what to say, what to try, and the exit status.

use std::fmt;

use serde_json::{Map, Value};

use crate::compose::{ComposeError, ReadyError};
use crate::config::ConfigError;
use crate::log::LogError;
use crate::model::{ContentError, Exit, reason};
use crate::secret::SecretError;

/// Why the program does not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Lower case, no full stop, names the thing.
    pub message: String,
    /// Next steps, the best one first.
    pub hints: Vec<String>,
    /// How the program ends.
    pub exit: Exit,
    /// What else `--json` tells.
    pub details: Map<String, Value>,
}

impl Refusal {
    /// A refusal without a hint.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new(), exit, details: Map::new() }
    }

    /// The command line was wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::USAGE, message)
    }

    /// The message to be sent, or an address, is wrong.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(Exit::DATA, message)
    }

    /// A file that is to be content of the message cannot be had.
    pub fn no_input(message: impl Into<String>) -> Self {
        Self::new(Exit::NO_INPUT, message)
    }

    /// Adds a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        let mut refusal = Self::new(error.exit(), error.to_string());
        refusal.hints.extend(error.hint().map(str::to_owned));
        refusal
    }
}

impl From<SecretError> for Refusal {
    fn from(error: SecretError) -> Self {
        let mut refusal = Self::new(error.exit(), error.to_string());
        refusal.hints.extend(error.hint());
        refusal
    }
}

impl From<LogError> for Refusal {
    fn from(error: LogError) -> Self {
        let mut refusal = Self::new(error.exit(), error.to_string());
        refusal.hints.extend(error.hint().map(str::to_owned));
        refusal
    }
}

impl From<ComposeError> for Refusal {
    fn from(error: ComposeError) -> Self {
        Self::data(error.to_string())
    }
}

impl From<ReadyError> for Refusal {
    fn from(error: ReadyError) -> Self {
        match error {
            ReadyError::Source(error) => error.into(),
            error => {
                let exit = match error {
                    // The message is as its program makes it; the settings are not complete.
                    ReadyError::NoDomain { .. } => Exit::CONFIG,
                    _ => Exit::DATA,
                };
                let mut refusal = Self::new(exit, error.to_string());
                refusal.hints.extend(error.hint().map(str::to_owned));
                refusal
            }
        }
    }
}

impl From<ContentError> for Refusal {
    fn from(error: ContentError) -> Self {
        match error {
            ContentError::Unreadable { path, error } => {
                Self::no_input(format!("cannot read {}: {}", path.display(), reason(&error)))
            }
            changed @ (ContentError::Changed { .. } | ContentError::Rewritten { .. }) => {
                Self::no_input(changed.to_string())
            }
        }
    }
}
