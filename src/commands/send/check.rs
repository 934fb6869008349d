//! `--check`: what would go wrong, a line each on stdout, or one object. Nothing is connected to
//! and no secret is asked for.

use serde::Serialize;

use super::findings::{Finding, Severity, as_given, findings};
use super::survey::survey;
use crate::commands::ui::Ui;
use crate::commands::{Output, Refusal};
use crate::compose::Remark;
use crate::config::Settings;
use crate::model::{Exit, Mail};

/// What `--json` shows; `version` changes when a field changes its meaning.
#[derive(Serialize)]
struct Object<'a> {
    version: u32,
    status: &'a str,
    exit: u8,
    profile: Option<&'a str>,
    message_id: &'a str,
    size: u64,
    findings: &'a [Finding],
}

/// Tells what would go wrong; then the exit status is 65.
pub fn check(
    mail: &Mail,
    remarks: &[Remark],
    settings: &Settings,
    now: i64,
    output: Output,
    ui: &mut Ui,
) -> Result<Exit, Refusal> {
    let mut found = as_given(remarks);
    found.extend(findings(mail, &survey(&mail.content)?, settings, now));
    found.sort_by_key(|finding| finding.severity);
    let is_wrong = found.iter().any(|finding| finding.severity == Severity::Error);
    let exit = if is_wrong { Exit::DATA } else { Exit::OK };
    match output {
        Output::Text if found.is_empty() => ui.detail("nothing is wrong with it"),
        Output::Text => ui.data(lines(&found).as_bytes())?,
        Output::Json => {
            let object = Object {
                version: 1,
                status: "not sent",
                exit: exit.0,
                profile: settings.server.profile.as_deref(),
                message_id: &mail.message_id,
                size: mail.content.length(),
                findings: &found,
            };
            let defect = |error| Refusal::new(Exit::SOFTWARE, format!("no object: {error}"));
            let mut line = serde_json::to_vec(&object).map_err(defect)?;
            line.push(b'\n');
            ui.data(&line)?;
        }
    }
    Ok(exit)
}

fn lines(found: &[Finding]) -> String {
    let word = |severity| match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    found.iter().map(|one| format!("{}: {}\n", word(one.severity), one.message)).collect()
}
