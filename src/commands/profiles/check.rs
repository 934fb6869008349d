//! `mailsend profiles check`: a line for everything that is wrong, also with the files and programs
//! that profiles name. Opens files, reads no secret and runs nothing.

use serde_json::{Value as Json, json};

use super::View;
use crate::advice;
use crate::commands::alias_files;
use crate::commands::job::Output;
use crate::commands::ui::{Ui, harmless};
use crate::config::{self, Finding, Inspection, Origin, Resolved, Severity};
use crate::model::{Cause, Exit, Failure, SecretSource, Slot, Stage};
use crate::secret::{self, Environment};
use crate::smtp;

/// Prints what is wrong; 78 if there is more than warnings.
pub(super) fn run(only: Option<&str>, view: &View<'_>, ui: &mut Ui) -> anyhow::Result<Exit> {
    let mut inspection = config::inspect(&view.locations, only);
    let more: Vec<Finding> = inspection.profiles.iter().flat_map(named_files).collect();
    inspection.add(more);
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let errors = inspection.findings.iter().filter(is_error).count();
    let exit = if errors > 0 { Exit::CONFIG } else { Exit::OK };
    match view.output {
        Output::Json => ui.data(format!("{}\n", as_json(&inspection, exit)).as_bytes())?,
        Output::Text => {
            let lines: String = inspection.findings.iter().map(as_text).collect();
            ui.data(lines.as_bytes())?;
            // Silent where nobody looks: a check may well be a cron job.
            if inspection.findings.is_empty() && view.context.terminal.talk {
                ui.notice(format_args!("nothing is wrong ({})", counted(&inspection)));
            }
        }
    }
    Ok(exit)
}

fn counted(inspection: &Inspection) -> String {
    match inspection.profiles.len() {
        1 => "1 profile".to_owned(),
        count => format!("{count} profiles"),
    }
}

/// What is wrong with the files and programs that a profile names.
fn named_files(profile: &Resolved) -> Vec<Finding> {
    let mut findings = Vec::new();
    let trust = &profile.settings.server.trust;
    if let Some(path) = &trust.ca_file
        && let Err(complaint) = smtp::check_ca_file(path)
    {
        findings.push(error(profile.origin_of("ca_file"), complaint, None));
    }
    findings.extend(unusable_certificate(profile));
    let settings = &profile.settings;
    let domain = settings.identity.qualify_domain.as_deref();
    findings.extend(settings.aliases.check(domain, &alias_files::read));
    let wanted = profile.settings.wanted().into_iter();
    findings.extend(wanted.filter_map(|(slot, source)| missing_secret(profile, slot, source)));
    findings
}

/// What is wrong with the certificate of our own, or with its key.
fn unusable_certificate(profile: &Resolved) -> Option<Finding> {
    let server = &profile.settings.server;
    let problem = smtp::check_client_certificate(&server.trust).err()?;
    let (place, message) = (profile.origin_of(problem.key), problem.to_string());
    let cause = Cause::Identity(problem);
    let failure = Failure { stage: Stage::Setup, cause, seen: Box::default() };
    let hint = advice::on_failure(&failure, server, None).into_iter().next();
    Some(error(place, message, hint))
}

fn missing_secret(profile: &Resolved, slot: Slot, source: &SecretSource) -> Option<Finding> {
    let complaint = secret::check(slot, source, &Environment::of_process()).err()?;
    let place = profile.origin_of(slot.key_of(source));
    let mut finding = error(place, complaint.to_string(), complaint.hint());
    // Whoever sends may well have it: cron, a unit, a container.
    if matches!(source, SecretSource::Variable(_)) {
        finding.severity = Severity::Warning;
    }
    Some(finding)
}

fn error(place: Option<&Origin>, message: String, hint: Option<String>) -> Finding {
    Finding { severity: Severity::Error, place: place.cloned(), message, hint }
}

/// A line that editors and people can follow, and its hint.
fn as_text(finding: &Finding) -> String {
    let place = finding.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    let severity = if finding.severity == Severity::Warning { "warning: " } else { "" };
    let hint = finding.hint.as_ref().map(|hint| format!("hint: {}\n", harmless(hint)));
    format!(
        "{}\n{}",
        harmless(&format!("{place}{severity}{}", finding.message)),
        hint.unwrap_or_default()
    )
}

fn as_json(inspection: &Inspection, exit: Exit) -> Json {
    let finding = |finding: &Finding| {
        let mut object = super::place::fields(finding.place.as_ref());
        let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
        object.insert("severity".to_owned(), json!(severity));
        object.insert("message".to_owned(), json!(finding.message));
        object.insert("hint".to_owned(), json!(finding.hint));
        Json::Object(object)
    };
    let status = if exit == Exit::OK { "ok" } else { "failed" };
    let findings: Vec<Json> = inspection.findings.iter().map(finding).collect();
    json!({ "version": 1, "status": status, "exit": exit.0, "findings": findings })
}
