//! What was noted about cron's surroundings: steps like the examination's, what they mean, and what
//! keeps mail from being sent.

use crate::doctor::{Finding, Mark, Severity};

/// A step, of ours or of the examination that was made as cron would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// What was looked at.
    pub(super) name: String,
    /// On which port, if it is one of the server's.
    pub(super) port: Option<u16>,
    /// How it went.
    pub(super) mark: Mark,
    /// What was seen.
    pub(super) detail: String,
}

/// Everything that was noted.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) rows: Vec<Row>,
    pub(super) findings: Vec<Finding>,
    /// What the first problem is, to follow a colon.
    pub(super) verdict: Option<String>,
    /// There is a problem that the right line in the crontab does not mend.
    pub(super) is_open: bool,
}

impl Notes {
    /// Adds a step.
    pub(super) fn row(&mut self, name: &str, mark: Mark, detail: impl Into<String>) {
        let (name, detail) = (name.to_owned(), detail.into());
        self.rows.push(Row { name, port: None, mark, detail });
    }

    /// Adds what keeps mail from being sent; `verdict` says it in a few words.
    pub(super) fn problem(&mut self, verdict: &str, finding: Finding) {
        self.verdict.get_or_insert_with(|| verdict.to_owned());
        self.is_open = true;
        self.findings.push(Finding { severity: Severity::Problem, ..finding });
    }

    /// Adds what keeps mail from being sent unless the crontab's line says more than usual.
    pub(super) fn mended(&mut self, verdict: &str, finding: Finding) {
        self.verdict.get_or_insert_with(|| verdict.to_owned());
        self.findings.push(Finding { severity: Severity::Problem, ..finding });
    }

    /// Adds something that is not as it should be.
    pub(super) fn warning(&mut self, finding: Finding) {
        self.findings.push(Finding { severity: Severity::Warning, ..finding });
    }
}

/// What it is, and what to do about it, the best first.
pub(super) fn finding<A: Into<String>>(
    what: impl Into<String>,
    advice: impl IntoIterator<Item = A>,
) -> Finding {
    Finding {
        severity: Severity::Note,
        what: what.into(),
        evidence: None,
        advice: advice.into_iter().map(Into::into).collect(),
        cost: None,
    }
}
