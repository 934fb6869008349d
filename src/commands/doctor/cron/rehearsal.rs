//! The examination made as cron would make it: mailsend starts itself once more, in cron's
//! surroundings and without a terminal, and reads what that says.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::Duration;

use rustix::fs::Mode;
use rustix::process::{setsid, umask};
use serde_json::{Map, Value};

use super::notes::Row;
use super::process::{Ended, Start};
use super::surroundings::Cron;
use crate::commands::Refusal;
use crate::doctor::{Finding, Mark, Severity};
use crate::model::{Exit, reason};

/// How long it may take: two secrets of 30 seconds each, looking the server up, the examination, and
/// a test mail.
const PATIENCE: Duration = Duration::from_secs(200);

/// Leaves the terminal and takes cron's umask; the first thing that the job's stand-in does.
pub(super) fn leave_the_terminal() -> Result<(), Refusal> {
    setsid().map_err(|error| {
        let why = reason(&error.into());
        Refusal::new(Exit::OS, format!("cannot leave the terminal: {why}"))
    })?;
    umask(Mode::WGRP | Mode::WOTH);
    // An interrupt from the terminal does not reach us any more. Elsewhere we end a little later.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        let _ = set_parent_process_death_signal(Some(Signal::TERM));
    }
    Ok(())
}

/// What the examination said.
pub(super) struct Answer {
    /// How it ended.
    pub(super) exit: Exit,
    /// Why nothing works, to follow a colon.
    pub(super) error: Option<String>,
    /// What to try.
    pub(super) hints: Vec<String>,
    /// All else.
    pub(super) details: Map<String, Value>,
    /// What it and its commands wrote to stderr.
    pub(super) talk: String,
}

/// Makes it with these words.
pub(super) fn rehearse(program: &Path, words: &[OsString], cron: &Cron) -> Result<Answer, Refusal> {
    match (Start { program, arguments: words, cron: Some(cron), time: PATIENCE }).run() {
        Ok(ended) => Ok(Answer::of(&ended)),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(Answer {
            exit: Exit::TEMP_FAIL,
            error: Some(format!("not done within {} s", PATIENCE.as_secs())),
            hints: Vec::new(),
            details: Map::new(),
            talk: String::new(),
        }),
        Err(error) => {
            let (program, why) = (program.display(), reason(&error));
            Err(Refusal::new(Exit::OS, format!("cannot run {program}: {why}")))
        }
    }
}

impl Answer {
    fn of(ended: &Ended) -> Self {
        let talk = String::from_utf8_lossy(&ended.stderr).into_owned();
        let exit = ended.status.code().and_then(|code| u8::try_from(code).ok());
        let exit = exit.map_or(Exit::SOFTWARE, Exit);
        let Ok(Value::Object(mut details)) = serde_json::from_slice(&ended.stdout) else {
            let error = Some(format!("it ended without a report: {}", ended.status));
            return Self { exit, error, hints: Vec::new(), details: Map::new(), talk };
        };
        let error = details.remove("error").and_then(|it| Some(it.as_str()?.to_owned()));
        let hints = texts(details.remove("hints").as_ref());
        for name in ["version", "status", "exit"] {
            details.remove(name);
        }
        Self { exit, error, hints, details, talk }
    }

    /// A word of the report.
    pub(super) fn word(&self, name: &str) -> Option<&str> {
        self.details.get(name)?.as_str()
    }

    /// Something that is so, or not.
    pub(super) fn is(&self, name: &str) -> bool {
        self.details.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// It came as far as the server.
    pub(super) fn examined(&self) -> bool {
        self.details.contains_key("steps")
    }

    /// What a command said last before it failed. Our own words are in the report.
    pub(super) fn last_words(&self) -> Option<&str> {
        let own = |line: &&str| line.starts_with("mailsend: ") || line.starts_with("hint: ");
        self.talk.lines().rev().map(str::trim).find(|line| !line.is_empty() && !own(line))
    }

    /// The examination's steps.
    pub(super) fn rows(&self) -> Vec<Row> {
        self.list("steps").iter().filter_map(row).collect()
    }

    /// What they mean.
    pub(super) fn findings(&self) -> Vec<Finding> {
        self.list("findings").iter().filter_map(finding).collect()
    }

    /// One of its lists.
    pub(super) fn list(&self, name: &str) -> Vec<Value> {
        self.details.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
    }
}

fn row(step: &Value) -> Option<Row> {
    let mark = match step.get("ok").and_then(Value::as_bool) {
        Some(true) => Mark::Good,
        Some(false) => Mark::Bad,
        None => Mark::Neutral,
    };
    let port = step.get("port").and_then(Value::as_u64).and_then(|port| port.try_into().ok());
    Some(Row { name: text(step, "name")?, port, mark, detail: text(step, "detail")? })
}

fn finding(value: &Value) -> Option<Finding> {
    let all = [Severity::Problem, Severity::Warning, Severity::Note];
    let severity = text(value, "severity")?;
    Some(Finding {
        severity: all.into_iter().find(|it| it.name() == severity)?,
        what: text(value, "what")?,
        evidence: text(value, "evidence"),
        advice: texts(value.get("advice")),
        cost: text(value, "cost"),
    })
}

fn text(value: &Value, name: &str) -> Option<String> {
    Some(value.get(name)?.as_str()?.to_owned())
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|it| Some(it.as_str()?.to_owned())).collect()
}
