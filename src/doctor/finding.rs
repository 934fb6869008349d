//! What was found, one thing each: how bad, what, in whose words, what to do, and what that costs.

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Mail is not sent because of it.
    Problem,
    /// Mail is sent, and something is not as it should be.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, as sentences.
    pub what: String,
    /// The server's own words.
    pub evidence: Option<String>,
    /// What to do, the safest first.
    pub advice: Vec<String>,
    /// What the settings that were found give up because of it.
    pub cost: Option<String>,
}

impl Finding {
    /// One without evidence, advice and cost.
    pub(super) fn new(severity: Severity, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { severity, what, evidence: None, advice: Vec::new(), cost: None }
    }

    /// With the server's words.
    pub(super) fn in_words(self, evidence: impl ToString) -> Self {
        Self { evidence: Some(evidence.to_string()), ..self }
    }

    /// With something to do.
    pub(super) fn advised(mut self, advice: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.advice.extend(advice.into_iter().map(Into::into));
        self
    }

    /// With what it costs.
    pub(super) fn costs(self, cost: impl Into<String>) -> Self {
        Self { cost: Some(cost.into()), ..self }
    }
}
