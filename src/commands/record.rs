//! What is written down of a mail that was to be sent: a line in the log, and the mail itself where
//! somebody was not accepted. What fails here changes no exit status, for the mail's own end counts.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::Refusal;
use super::context::Context;
use super::outcome::Told;
use super::save_failed::{self, Kept};
use super::ui::Ui;
use crate::config::Settings;
use crate::log::{Entry, Log};
use crate::model::{Cause, Content, Exit, Failure, Outcome, Reply, Report};

/// Where it is written down.
pub(super) struct Record<'a> {
    log: Option<Log>,
    /// Where the mail is kept: the first that can be written to.
    folders: &'a [PathBuf],
    context: &'a Context,
}

/// How a mail ended that not everybody was accepted for.
#[derive(Clone, Copy)]
pub(super) enum Ending<'a> {
    /// No server was asked.
    Unsent,
    /// The session failed.
    Failed(&'a Failure),
    /// The server was heard on every recipient.
    Reported(&'a Report),
}

impl<'a> Record<'a> {
    /// Opens the log, so that one that cannot be had is noticed before anything is sent.
    pub(super) fn open(
        settings: &Settings,
        folders: &'a [PathBuf],
        context: &'a Context,
    ) -> Result<Self, Refusal> {
        let log = settings.log.as_ref().map(Log::open).transpose()?;
        Ok(Self { log, folders, context })
    }

    /// Writes down that everybody was accepted.
    pub(super) fn accepted(&self, told: &Told<'_>, report: &Report, ui: &mut Ui) {
        let entry = Entry { reply: decisive(Ending::Reported(report)), ..Entry::default() };
        self.log(told, entry, ui);
    }

    /// Keeps the mail and writes down why somebody was not accepted; the refusal then says where
    /// the mail is.
    pub(super) fn not_accepted(
        &self,
        told: &Told<'_>,
        ending: Ending<'_>,
        mut refusal: Refusal,
        ui: &mut Ui,
    ) -> Refusal {
        let kept = self.keep(told, &refusal, ui);
        let saved = match &kept {
            Ok(Some(kept)) => Some(kept.path.display().to_string()),
            Ok(None) | Err(_) => None,
        };
        let not_accepted: Vec<String> = left(&refusal.details)
            .iter()
            .filter_map(|recipient| recipient["address"].as_str().map(str::to_owned))
            .collect();
        let entry = Entry {
            reply: decisive(ending),
            not_accepted: &not_accepted,
            saved: saved.as_deref(),
            exit: refusal.exit,
            error: Some(&refusal.message),
            ..Entry::default()
        };
        self.log(told, entry, ui);
        if let Some(path) = saved {
            refusal.message = format!("{}\nkept in {path}", refusal.message);
            refusal.details.insert("saved".to_owned(), path.into());
        }
        match kept {
            Ok(_) => refusal,
            Err(not_kept) => not_kept.told_in(refusal),
        }
    }

    fn log(&self, told: &Told<'_>, entry: Entry<'_>, ui: &mut Ui) {
        let Some(log) = &self.log else {
            return;
        };
        let time = self.context.moment();
        let Told { server, mail, connection, .. } = *told;
        let entry = Entry {
            time: Some(&time),
            profile: server.profile.as_deref(),
            connection: Some(connection),
            user: server.username.as_deref(),
            reverse_path: mail.reverse_path.as_ref(),
            recipients: &mail.recipients,
            size: mail.content.length(),
            message_id: &mail.message_id,
            ..entry
        };
        if let Err(error) = log.write(&entry) {
            let what = if entry.exit == Exit::OK { "the mail was sent, but " } else { "" };
            ui.warning(format_args!("{what}{error}"));
        }
    }

    fn keep(
        &self,
        told: &Told<'_>,
        refusal: &Refusal,
        ui: &mut Ui,
    ) -> Result<Option<Kept>, NotKept> {
        let time = self.context.moment().rfc3339;
        keep(self.folders, &told.mail.content, envelope(refusal, &time), self.context, ui)
    }
}

/// Why a mail is not kept: part of what is said of the mail, for nobody has it then.
#[derive(Debug)]
pub(super) struct NotKept {
    reason: String,
    hint: Option<String>,
}

impl NotKept {
    pub(super) fn because(reason: impl ToString) -> Self {
        Self { reason: reason.to_string(), hint: None }
    }

    /// The refusal, with this said too.
    pub(super) fn told_in(self, mut refusal: Refusal) -> Refusal {
        refusal.message = format!("{}\nnot kept: {}", refusal.message, self.reason);
        refusal.hints.extend(self.hint);
        refusal
    }
}

/// Keeps a message and its envelope in the first of these folders that can be written to, if there
/// are any.
pub(super) fn keep(
    folders: &[PathBuf],
    content: &Content,
    envelope: Map<String, Value>,
    context: &Context,
    ui: &mut Ui,
) -> Result<Option<Kept>, NotKept> {
    let Some((first, others)) = folders.split_first() else { return Ok(None) };
    // Not by the Message-ID, which a ready message brings along: it may be no name for a file.
    let unique = context.stamp().map_err(|refusal| NotKept::because(refusal.message))?.unique;
    let (_, random) = unique.split_once('.').unwrap_or_default();
    let name = format!("{}-{random}", context.moment().compact);
    let save = |folder: &PathBuf| save_failed::save(folder, &name, content, envelope.clone());
    let kept = save(first)
        .or_else(|error| others.iter().find_map(|folder| save(folder).ok()).ok_or(error))
        .map_err(|error| NotKept { reason: error.to_string(), hint: error.hint() })?;
    for path in &kept.changed {
        let path = path.display();
        ui.warning(format_args!("{path} has changed; what is kept of it may differ"));
    }
    Ok(Some(kept))
}

/// Keeps what could not even be made into a mail, as it was given; the refusal then says where.
pub(super) fn keep_as_given(
    folders: &[PathBuf],
    content: Result<Content, NotKept>,
    envelope: Map<String, Value>,
    mut refusal: Refusal,
    context: &Context,
    ui: &mut Ui,
) -> Refusal {
    match content.and_then(|content| keep(folders, &content, envelope, context, ui)) {
        Ok(None) => refusal,
        Ok(Some(kept)) => {
            let path = kept.path.display();
            refusal.message = format!("{}\nkept in {path}, as it was given", refusal.message);
            refusal
        }
        Err(not_kept) => not_kept.told_in(refusal),
    }
}

/// What lies beside a message that is kept as it was given: what was asked for, for nothing more is
/// known.
pub(super) fn envelope_as_given(
    recipients: impl Iterator<Item = String>,
    profile: Option<&str>,
    refusal: &Refusal,
    context: &Context,
) -> Map<String, Value> {
    let retry = refusal.exit == Exit::TEMP_FAIL;
    let recipients = recipients
        .map(|address| json!({ "address": address, "outcome": "not submitted", "retry": retry }));
    let mut envelope = Map::new();
    let mut put = |name: &str, value: Value| _ = envelope.insert(name.to_owned(), value);
    put("version", 1.into());
    put("time", context.moment().rfc3339.into());
    put("as_given", true.into());
    put("recipients", recipients.collect());
    if let Some(profile) = profile {
        put("profile", profile.into());
    }
    put("status", "failed".into());
    put("exit", refusal.exit.0.into());
    put("error", refusal.message.as_str().into());
    envelope
}

/// The reply that decided: that of the first accepted, else of the first who was not.
pub(super) fn decisive(ending: Ending<'_>) -> Option<&Reply> {
    match ending {
        Ending::Unsent => None,
        Ending::Failed(failure) => match &failure.cause {
            Cause::Refused(reply) | Cause::CredentialsRefused { reply, .. } => Some(reply),
            _ => None,
        },
        Ending::Reported(report) => {
            let outcomes = || report.recipients.iter().map(|(_, outcome)| outcome);
            let accepted = outcomes().find_map(|outcome| match outcome {
                Outcome::Accepted(reply) => Some(reply),
                _ => None,
            });
            accepted.or_else(|| {
                outcomes().find_map(|outcome| match outcome {
                    Outcome::Deferred { reply, .. } | Outcome::Rejected { reply, .. } => {
                        Some(reply)
                    }
                    Outcome::Accepted(_) | Outcome::Withheld | Outcome::Unknown { .. } => None,
                })
            })
        }
    }
}

/// Whom the mail is still for.
fn left(details: &Map<String, Value>) -> Vec<&Value> {
    let recipients = details.get("recipients").and_then(Value::as_array);
    let all = recipients.map(Vec::as_slice).unwrap_or_default();
    all.iter().filter(|recipient| recipient["outcome"] != "accepted").collect()
}

/// What lies beside the message: what `--json` tells, without those who have it already.
fn envelope(refusal: &Refusal, time: &str) -> Map<String, Value> {
    let detail = |name: &str| refusal.details.get(name).cloned().unwrap_or(Value::Null);
    let mut envelope = Map::new();
    let mut put = |name: &str, value: Value| _ = envelope.insert(name.to_owned(), value);
    put("version", 1.into());
    put("time", time.into());
    put("reverse_path", detail("reverse_path"));
    put("recipients", left(&refusal.details).into_iter().cloned().collect());
    // So that sending it again can ask for the same.
    if let Some(of_mail) = refusal.details.get("mail_parameters") {
        put("mail_parameters", of_mail.clone());
    }
    for name in ["status", "profile", "host", "port", "message_id", "size"] {
        put(name, detail(name));
    }
    put("exit", refusal.exit.0.into());
    put("error", refusal.message.as_str().into());
    envelope
}
