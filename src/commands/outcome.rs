//! Tells what became of a mail: as lines for people, as one object for programs.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Refusal;
use super::ui::{Ui, harmless_json};
use crate::advice;
use crate::model::{
    Address, Connection, Exit, Failure, LoginStyle, Mail, Outcome, Report, Server, Stage,
};

/// A submission that ended, and everything that is told of it.
pub(super) struct Told<'a> {
    pub(super) server: &'a Server,
    pub(super) mail: &'a Mail,
    pub(super) connection: &'a Connection,
    /// The author.
    pub(super) from: Option<&'a str>,
}

/// Why somebody who would have been accepted got nothing.
const WITHHELD: &str = "not sent, because others were not accepted (--all-or-none)";

#[derive(Serialize)]
struct Recipient<'a> {
    address: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    text: String,
    /// Sending again to this recipient is safe and may help.
    retry: bool,
    #[serde(skip)]
    original: &'a Outcome,
}

impl<'a> Recipient<'a> {
    fn new(address: &Address, original: &'a Outcome) -> Self {
        let (outcome, stage, reply) = match original {
            Outcome::Accepted(reply) => ("accepted", None, Some(reply)),
            Outcome::Deferred { stage, reply } => ("deferred", Some(stage.name()), Some(reply)),
            Outcome::Rejected { stage, reply } => ("rejected", Some(stage.name()), Some(reply)),
            Outcome::Withheld => ("withheld", None, None),
            Outcome::Unknown { .. } => ("unknown", None, None),
        };
        let text = match (original, reply) {
            (Outcome::Unknown { detail }, _) => detail.clone(),
            (Outcome::Withheld, _) => WITHHELD.to_owned(),
            (_, reply) => reply.map(crate::model::Reply::text).unwrap_or_default(),
        };
        Self {
            address: address.to_string(),
            outcome,
            stage,
            code: reply.map(|reply| reply.code),
            text,
            retry: original.may_be_retried(),
            original,
        }
    }

    fn line(&self) -> String {
        match self.original {
            Outcome::Accepted(reply) => format!("{}: accepted: {reply}", self.address),
            Outcome::Deferred { stage, reply } => {
                format!("{}: deferred at {}: {reply}", self.address, stage.name())
            }
            Outcome::Rejected { stage, reply } => {
                format!("{}: rejected at {}: {reply}", self.address, stage.name())
            }
            Outcome::Withheld => format!("{}: {WITHHELD}", self.address),
            Outcome::Unknown { detail } => format!("{}: outcome unknown: {detail}", self.address),
        }
    }
}

impl Told<'_> {
    /// A session that failed: nobody was accepted.
    pub(super) fn failure(&self, failure: &Failure) -> Refusal {
        let mut refusal = Refusal::new(failure.exit(), failure.to_string());
        refusal.hints = advice::on_failure(failure, self.server, self.from);
        self.not_submitted(refusal, failure.stage)
    }

    /// A mail that no server was asked to take.
    pub(super) fn unsent(&self, refusal: Refusal) -> Refusal {
        self.not_submitted(refusal, Stage::Setup)
    }

    fn not_submitted(&self, mut refusal: Refusal, stage: Stage) -> Refusal {
        let retry = refusal.exit == Exit::TEMP_FAIL;
        let recipients = self.mail.recipients.iter().map(|address| {
            json!({ "address": address.to_string(), "outcome": "not submitted", "retry": retry })
        });
        refusal.details = self.details("failed", recipients.collect());
        refusal.details.insert("stage".to_owned(), stage.name().into());
        refusal
    }

    /// A report in which somebody was not accepted.
    pub(super) fn refusal(&self, report: &Report) -> Refusal {
        let recipients = recipients(report);
        let failed: Vec<_> = recipients.iter().filter(|r| r.outcome != "accepted").collect();
        let lines: Vec<_> = failed.iter().map(|recipient| recipient.line()).collect();
        let message = if let Some(refusal) = self.refused_sender(report) {
            refusal
        } else if report.recipients.len() == 1 {
            lines.concat()
        } else {
            let summary =
                format!("{} of {} recipients not accepted", failed.len(), report.recipients.len());
            std::iter::once(summary).chain(lines).collect::<Vec<_>>().join("\n")
        };
        let mut refusal = Refusal::new(report.exit(), message);
        for recipient in &failed {
            for hint in self.hints(recipient.original) {
                if !refusal.hints.contains(&hint) {
                    refusal.hints.push(hint);
                }
            }
        }
        let status = status(report.exit(), &recipients);
        refusal.details = self.details(status, values(&recipients));
        refusal
    }

    /// A refused sender is one refusal, however many recipients there are.
    fn refused_sender(&self, report: &Report) -> Option<String> {
        let path = self.mail.reverse_path.as_ref().map(ToString::to_string).unwrap_or_default();
        let (_, first) = report.recipients.first()?;
        if report.recipients.iter().any(|(_, outcome)| outcome != first) {
            return None;
        }
        match first {
            Outcome::Rejected { stage: stage @ Stage::Mail, reply } => {
                Some(format!("the sender <{path}> was rejected at {}: {reply}", stage.name()))
            }
            Outcome::Deferred { stage: stage @ Stage::Mail, reply } => {
                Some(format!("the sender <{path}> was deferred at {}: {reply}", stage.name()))
            }
            _ => None,
        }
    }

    fn hints(&self, outcome: &Outcome) -> Vec<String> {
        match outcome {
            Outcome::Deferred { stage, reply } | Outcome::Rejected { stage, reply } => {
                advice::on_refusal(*stage, reply, self.server, self.from)
            }
            Outcome::Unknown { .. } => {
                let twice = "the server may have taken it: sending again may send it twice";
                let in_group = "if the server always breaks off so, it may not understand commands \
                                in groups, although it says so: set pipelining = \"never\"";
                let ahead = self.connection.ahead_of_answers.then_some(in_group);
                std::iter::once(twice).chain(ahead).map(str::to_owned).collect()
            }
            Outcome::Accepted(_) | Outcome::Withheld => Vec::new(),
        }
    }

    /// What `-v` says of a mail that everybody was accepted for.
    pub(super) fn detail(&self, report: &Report, ui: &mut Ui) {
        let mut replies: Vec<_> = report.recipients.iter().map(|(_, outcome)| outcome).collect();
        replies.dedup();
        for outcome in replies {
            if let Outcome::Accepted(reply) = outcome {
                ui.detail(format_args!("accepted by {}: {reply}", self.connection.host));
            }
        }
        let tls = self.connection.tls.as_ref();
        let tls =
            tls.map_or("no TLS".to_owned(), |tls| format!("{}, {}", tls.protocol, tls.cipher));
        let auth = self.connection.auth.map_or("no AUTH".to_owned(), |auth| {
            format!(
                "AUTH {} as {}",
                auth.mechanism.name(),
                self.server.username.as_deref().unwrap_or("")
            )
        });
        ui.detail(format_args!("{tls}; {auth}"));
        let style = self.connection.auth.and_then(|auth| auth.login_style);
        if self.server.login_style == LoginStyle::Auto
            && let Some(style) = style
        {
            let keyword = style.keyword();
            ui.detail(format_args!("LOGIN worked; login_style = \"{keyword}\" pins how"));
        }
        if self.connection.broken_pipelining {
            ui.detail(
                "the server breaks PIPELINING; pipelining = \"never\" saves the second connection",
            );
        }
        if self.connection.broken_chunking {
            ui.detail(
                "the server does not know BDAT, although it says so; chunking = \"never\" saves the \
                 second connection",
            );
        }
        let Connection { flights, octets_sent, .. } = self.connection;
        ui.transcript(format_args!("-- {flights} flights, {octets_sent} octets sent"));
    }

    /// The object for a mail that everybody was accepted for.
    pub(super) fn object(&self, report: &Report) -> String {
        let mut object = Map::new();
        object.insert("version".to_owned(), 1.into());
        object.insert("exit".to_owned(), report.exit().0.into());
        object.extend(self.details("accepted", values(&recipients(report))));
        format!("{}\n", harmless_json(&Value::Object(object).to_string()))
    }

    fn details(&self, status: &str, mut recipients: Vec<Value>) -> Map<String, Value> {
        // They are all of the mail's, in its order.
        for (recipient, said) in recipients.iter_mut().zip(self.mail.rcpt_parameters()) {
            recipient["rcpt_parameters"] = said.into();
        }
        let tls = self.connection.tls.as_ref().map(|tls| {
            json!({
                "protocol": tls.protocol,
                "cipher": tls.cipher,
                "certificate_sha256": tls.certificate.to_string(),
            })
        });
        let auth = self.connection.auth.map(|auth| {
            json!({
                "mechanism": auth.mechanism.name(),
                "login_style": auth.login_style.map(LoginStyle::keyword),
            })
        });
        let details = json!({
            "status": status,
            "profile": self.server.profile,
            "host": self.connection.host,
            "port": Some(self.connection.port).filter(|port| *port > 0),
            "tls": tls,
            "auth": auth,
            "message_id": self.mail.message_id,
            "reverse_path": self.mail.reverse_path.as_ref().map(ToString::to_string),
            "size": self.mail.content.length(),
            "recipients": recipients,
            "flights": self.connection.flights,
            "octets_sent": self.connection.octets_sent,
        });
        let mut details = match details {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        let of_mail = self.mail.parameters.mail();
        if !of_mail.is_empty() {
            details.insert("mail_parameters".to_owned(), of_mail.into());
        }
        details
    }
}

fn recipients(report: &Report) -> Vec<Recipient<'_>> {
    report.recipients.iter().map(|(address, outcome)| Recipient::new(address, outcome)).collect()
}

fn values(recipients: &[Recipient<'_>]) -> Vec<Value> {
    recipients.iter().map(|recipient| json!(recipient)).collect()
}

fn status(exit: Exit, recipients: &[Recipient<'_>]) -> &'static str {
    match exit {
        Exit::UNKNOWN => "unknown",
        Exit::TEMP_FAIL => "deferred",
        _ if recipients.iter().any(|recipient| recipient.outcome == "accepted") => "partial",
        _ => "rejected",
    }
}
