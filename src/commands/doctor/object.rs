//! The report of an examination for programs: one versioned object.

use serde_json::{Map, Value, json};

use super::prescribe::Prescribed;
use super::report::Report;
use crate::config::{Change, Setting};
use crate::doctor::{Finding, Mark, Step};
use crate::model::Exit;

/// The obstacle where a password or token could not be had, so that nothing was examined.
pub(super) const SECRET: &str = "secret";

/// Everything that the report for people says.
pub(in crate::commands) fn details(
    report: &Report<'_>,
    written: Option<&str>,
) -> Map<String, Value> {
    let examination = report.examination;
    let obstacle = examination.obstacle();
    let profile = report.prescribed.as_ref().map(profile);
    let details = json!({
        "target": report.patient.label,
        "host": report.case.server.host,
        "works": examination.working().is_some(),
        "as_it_stands": report.works_as_it_stands(),
        "obstacle": obstacle.map(|(obstacle, _)| obstacle.name()),
        "steps": report.steps().iter().map(step).collect::<Vec<_>>(),
        "findings": report.findings().iter().map(finding).collect::<Vec<_>>(),
        "profile": profile,
        "written": written,
        "test_mail": report.sent.as_ref().map(|sent| &sent.what),
        "password_refusals": examination.refusals,
        "seconds": (report.time.as_secs_f64() * 10.0).round() / 10.0,
    });
    match details {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// A profile that is to be written, or was.
pub(in crate::commands) fn profile(prescribed: &Prescribed) -> Value {
    json!({
        "name": prescribed.name,
        "toml": prescribed.toml(),
        "new": prescribed.is_new,
        "changes": prescribed.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

/// The whole object of what went well.
pub(in crate::commands) fn whole(details: Map<String, Value>) -> Value {
    let mut object = Map::new();
    object.insert("version".to_owned(), 1.into());
    object.insert("exit".to_owned(), Exit::OK.0.into());
    object.extend(details);
    Value::Object(object)
}

fn step(step: &Step) -> Value {
    let ok = match step.mark {
        Mark::Good => Value::Bool(true),
        Mark::Bad => Value::Bool(false),
        Mark::Neutral => Value::Null,
    };
    json!({ "name": step.name, "port": step.port, "ok": ok, "detail": step.detail })
}

pub(super) fn finding(finding: &Finding) -> Value {
    json!({
        "severity": finding.severity.name(),
        "what": finding.what,
        "evidence": finding.evidence,
        "advice": finding.advice,
        "cost": finding.cost,
    })
}

fn change(change: &Change) -> Value {
    let value = match &change.value {
        None | Some(Setting::Secret(_)) => Value::Null,
        Some(Setting::Text(text)) => json!(text),
        Some(Setting::Number(number)) => json!(number),
        Some(Setting::Switch(switch)) => json!(switch),
        Some(Setting::Texts(texts)) => json!(texts),
    };
    json!({ "key": change.key, "value": value })
}
