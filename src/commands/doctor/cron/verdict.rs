//! What is told of it all, as text and as the object that an examination gives, and the status.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::notes::{Notes, Row};
use super::rehearsal::Answer;
use super::surroundings::Cron;
use crate::commands::Refusal;
use crate::commands::context::Context;
use crate::commands::doctor::object;
use crate::commands::doctor::page::Page;
use crate::commands::job::Output;
use crate::commands::ui::{Ui, harmless, harmless_json};
use crate::doctor::Mark;
use crate::model::Exit;

/// Everything that is told.
pub(super) struct Verdict<'a> {
    /// How messages call what was examined.
    pub(super) label: String,
    pub(super) cron: &'a Cron,
    pub(super) notes: Notes,
    /// What the examination said; none: there was none.
    pub(super) answer: Option<Answer>,
    /// The line for the crontab, where it works with one.
    pub(super) line: Option<String>,
    pub(super) time: Duration,
}

impl Verdict<'_> {
    /// Tells it.
    pub(super) fn give(
        self,
        output: Output,
        context: &Context,
        ui: &mut Ui,
    ) -> anyhow::Result<Exit> {
        let exit = self.exit();
        if output == Output::Text {
            ui.report(&self.text(context, exit))?;
        }
        let details = self.details(exit);
        if exit == Exit::OK {
            if output == Output::Json {
                let object = harmless_json(&object::whole(details).to_string());
                ui.data(format!("{object}\n").as_bytes())?;
            }
            return Ok(exit);
        }
        let why = self.notes.verdict.clone().or(self.error());
        let why = why.unwrap_or_else(|| "it is not known why".to_owned());
        let mut refusal = Refusal::new(exit, format!("{}: under cron: {why}", self.label));
        refusal.hints = self.hints();
        refusal.details = details;
        Err(refusal.into())
    }

    fn exit(&self) -> Exit {
        let own = if self.notes.verdict.is_some() { Exit::CONFIG } else { Exit::OK };
        match self.answer.as_ref().map(|answer| answer.exit) {
            Some(Exit::OK) | None => own,
            Some(exit) => exit,
        }
    }

    /// What the examination complains of, without the name that stands before it.
    fn error(&self) -> Option<String> {
        let error = self.answer.as_ref()?.error.as_ref()?;
        let name = format!("{}: ", self.label);
        Some(error.strip_prefix(&name).unwrap_or(error).to_owned())
    }

    /// The next steps: what mends our problem, or what the examination says.
    fn hints(&self) -> Vec<String> {
        let mends = self.notes.findings.iter().find(|it| it.severity.name() == "problem");
        match (mends, &self.answer) {
            (Some(finding), _) => finding.advice.first().cloned().into_iter().collect(),
            (None, Some(answer)) => answer.hints.clone(),
            (None, None) => Vec::new(),
        }
    }

    fn text(&self, context: &Context, exit: Exit) -> String {
        let mut page = Page::new(context);
        let seconds = self.time.as_secs_f64();
        page.heading(&format!("{}, examined as cron would run it, in {seconds:.1} s", self.label));
        let theirs = self.answer.as_ref().map(Answer::rows).unwrap_or_default();
        let port = theirs.first().and_then(|row| row.port);
        let several = theirs.iter().any(|row| row.port != port);
        let name = |row: &Row| match row.port.filter(|_| several) {
            Some(port) => format!("{port:>5} {}", row.name),
            None => row.name.clone(),
        };
        let all = self.notes.rows.iter().chain(&theirs);
        let rows: Vec<(String, Mark, &str)> =
            all.map(|row| (name(row), row.mark, row.detail.as_str())).collect();
        page.rows(&rows);
        let theirs = self.answer.as_ref().map(Answer::findings).unwrap_or_default();
        self.notes.findings.iter().chain(&theirs).for_each(|finding| page.finding(finding));
        let sent = self.answer.as_ref().filter(|answer| answer.exit == Exit::OK);
        if let Some(what) = sent.and_then(|answer| answer.word("test_mail")) {
            page.line("");
            page.good(what);
        }
        if let Some(line) = &self.line {
            page.line("");
            let what = match exit {
                Exit::OK => {
                    "It works under cron. A line for crontab -e, with your job and address:"
                }
                _ => "With this line in the crontab it works, as the rehearsal has shown:",
            };
            page.good(what);
            page.line("");
            // In one piece, to be copied.
            page.line(&harmless(line));
        }
        page.text
    }

    fn details(&self, exit: Exit) -> Map<String, Value> {
        let mut details = self.answer.as_ref().map(|it| it.details.clone()).unwrap_or_default();
        let list = |name| self.answer.as_ref().map(|it| it.list(name)).unwrap_or_default();
        let rows = self.notes.rows.iter().map(row);
        let steps: Vec<Value> = rows.chain(list("steps")).collect();
        let own = self.notes.findings.iter().map(object::finding);
        let findings: Vec<Value> = own.chain(list("findings")).collect();
        if self.notes.verdict.is_some() && details.get("obstacle").is_none_or(Value::is_null) {
            details.insert("obstacle".to_owned(), json!("surroundings"));
        }
        details.insert("target".to_owned(), json!(self.label));
        details.insert("works".to_owned(), json!(exit == Exit::OK));
        details.insert("steps".to_owned(), json!(steps));
        details.insert("findings".to_owned(), json!(findings));
        // What a crontab sets may be a secret; its name is none.
        let known = ["HOME", "LOGNAME", "SHELL", "PATH"].into_iter().map(|name| {
            let value = self.cron.variable(name).unwrap_or_default();
            (name.to_owned(), json!(value.to_string_lossy()))
        });
        let cron = json!({
            "environment": known.collect::<Map<_, _>>(),
            "crontab_sets": self.cron.of_crontab,
            "line": self.line,
        });
        details.insert("cron".to_owned(), cron);
        let seconds = (self.time.as_secs_f64() * 10.0).round() / 10.0;
        details.insert("seconds".to_owned(), json!(seconds));
        details
    }
}

fn row(row: &Row) -> Value {
    let ok = match row.mark {
        Mark::Good => Value::Bool(true),
        Mark::Bad => Value::Bool(false),
        Mark::Neutral => Value::Null,
    };
    json!({ "name": row.name, "port": row.port, "ok": ok, "detail": row.detail })
}
