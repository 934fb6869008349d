//! The report of an examination: what was done, what that means, and what works. For people it fits
//! the width of their terminal, and has colours there; elsewhere its lines are 80 columns long.

use std::time::Duration;

use anstyle::{AnsiColor, Style};

use super::DoctorArgs;
use super::object;
use super::patient::Patient;
use super::prescribe::Prescribed;
use super::test_mail::Sent;
use crate::commands::Refusal;
use crate::commands::columns::wrapped;
use crate::commands::context::Context;
use crate::commands::job::Output;
use crate::commands::ui::{Ui, harmless, harmless_json};
use crate::doctor::{Case, Examination, Finding, Mark, Obstacle, Severity, Step, findings, steps};
use crate::model::Exit;

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const ODD: Style = AnsiColor::Yellow.on_default().bold();
const HEADING: Style = Style::new().bold();
/// Where nothing says how wide the paper is.
const WIDTH: usize = 80;

/// Everything that is told of an examination.
pub(super) struct Report<'a> {
    pub(super) patient: &'a Patient,
    pub(super) case: &'a Case<'a>,
    pub(super) examination: &'a Examination,
    /// The profile that works.
    pub(super) prescribed: Option<Prescribed>,
    /// What became of the test mail, if one was asked for.
    pub(super) sent: Option<Sent>,
    pub(super) time: Duration,
}

impl Report<'_> {
    /// What was done.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = steps(self.case, self.examination);
        if let Some(how) = &self.patient.found_by {
            let port = steps.first().map_or(self.case.server.port, |step| step.port);
            let step = Step { name: "server", port, mark: Mark::Good, detail: how.clone() };
            steps.insert(0, step);
        }
        steps
    }

    /// What that means.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut found = findings(self.case, self.examination);
        if let Some(complaint) = &self.patient.complaint {
            let complaint = Finding {
                severity: Severity::Warning,
                what: format!("As it stands the profile cannot be used: {complaint}."),
                evidence: None,
                advice: complaint.hints.clone(),
                cost: None,
            };
            found.insert(0, complaint);
        }
        for trouble in &self.patient.troubles {
            found.push(Finding {
                severity: Severity::Note,
                what: format!("While looking for the server: {trouble}."),
                evidence: None,
                advice: Vec::new(),
                cost: None,
            });
        }
        found
    }

    /// Writes what is to be written and tells everything.
    pub(super) fn give(
        &self,
        args: &DoctorArgs,
        context: &Context,
        ui: &mut Ui,
    ) -> anyhow::Result<Exit> {
        let written = match &self.prescribed {
            // What has just failed to send a mail is not written.
            Some(prescribed) if args.write.is_some() && self.unsent().is_none() => {
                Some(prescribed.write())
            }
            _ => None,
        };
        let (written, unwritten) = match written {
            Some(Ok(path)) => (Some(path.display().to_string()), None),
            Some(Err(refusal)) => (None, Some(refusal)),
            None => (None, None),
        };
        let details = object::details(self, written.as_deref());
        if args.output() == Output::Text {
            let colours = context.terminal.columns.is_some();
            let columns = context.terminal.columns.unwrap_or(WIDTH).clamp(40, 120);
            let text = Page { columns, colours, text: String::new() }.of(self, args, written);
            ui.report(&text)?;
        }
        if let Some(refusal) = unwritten {
            let mut refusal = refusal;
            refusal.details = details;
            return Err(refusal.into());
        }
        if let Some(Sent { what, exit }) = self.unsent() {
            let mut refusal = Refusal::new(*exit, format!("{}: {what}", self.patient.label));
            refusal.details = details;
            return Err(refusal.into());
        }
        match self.examination.obstacle() {
            None => {
                if args.output() == Output::Json {
                    let object = harmless_json(&object::whole(details).to_string());
                    ui.data(format!("{object}\n").as_bytes())?;
                }
                Ok(Exit::OK)
            }
            Some((obstacle, exit)) => {
                let mut refusal = Refusal::new(exit, self.verdict(obstacle));
                refusal = refusal.hint(obstacle.question());
                refusal.details = details;
                Err(refusal.into())
            }
        }
    }

    /// The test mail that was not accepted.
    fn unsent(&self) -> Option<&Sent> {
        self.sent.as_ref().filter(|sent| sent.exit != Exit::OK)
    }

    fn verdict(&self, obstacle: Obstacle) -> String {
        let label = &self.patient.label;
        format!("{label}: no settings work: {}", obstacle.in_words())
    }
}

/// A text that grows.
struct Page {
    columns: usize,
    colours: bool,
    text: String,
}

impl Page {
    fn of(mut self, report: &Report<'_>, args: &DoctorArgs, written: Option<String>) -> String {
        let seconds = report.time.as_secs_f64();
        self.heading(&format!("{}, examined in {seconds:.1} s", report.patient.label));
        self.steps(&report.steps());
        for finding in report.findings() {
            self.finding(&finding);
        }
        if let Some(prescribed) = &report.prescribed {
            self.prescribed(prescribed, args, written);
        }
        if let Some(sent) = &report.sent {
            self.line("");
            let (sign, style) = if sent.exit == Exit::OK { ("✓ ", GOOD) } else { ("✗ ", BAD) };
            self.beside(sign, style, 2, &sent.what);
        }
        self.text
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn heading(&mut self, text: &str) {
        let text = self.styled(HEADING, &harmless(text));
        self.line(&text);
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.colours { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// A sign, and text beside it that is broken to the width.
    fn beside(&mut self, sign: &str, style: Style, indent: usize, text: &str) {
        let sign = self.styled(style, sign);
        let room = self.columns.saturating_sub(indent);
        for (number, line) in wrapped(&harmless(text), room).iter().enumerate() {
            let before = if number == 0 { sign.clone() } else { " ".repeat(indent) };
            self.line(format!("{before}{line}").trim_end());
        }
    }

    fn steps(&mut self, steps: &[Step]) {
        let main = steps.iter().find(|step| step.name == "connection").map(|step| step.port);
        let name = |step: &Step| match step.name {
            name if main.is_none_or(|main| step.port == main) => name.to_owned(),
            "port" => format!("port {}", step.port),
            name => format!("{name}, port {}", step.port),
        };
        let width = steps.iter().map(|step| name(step).len()).max().unwrap_or(0);
        for step in steps {
            let (sign, style) = match step.mark {
                Mark::Good => ("✓", GOOD),
                Mark::Bad => ("✗", BAD),
                Mark::Neutral => ("–", Style::new()),
            };
            let name = name(step);
            let sign = self.styled(style, sign);
            let room = self.columns.saturating_sub(width + 6);
            for (number, line) in wrapped(&harmless(&step.detail), room).iter().enumerate() {
                let before = match number {
                    0 => format!("  {sign} {name:width$}  "),
                    _ => " ".repeat(width + 6),
                };
                self.line(format!("{before}{line}").trim_end());
            }
        }
    }

    fn finding(&mut self, finding: &Finding) {
        let (sign, style) = match finding.severity {
            Severity::Problem => ("✗ ", BAD),
            Severity::Warning => ("! ", ODD),
            Severity::Note => ("· ", Style::new()),
        };
        self.line("");
        self.beside(sign, style, 2, &finding.what);
        if let Some(evidence) = &finding.evidence {
            self.beside("  it says: ", Style::new(), 11, evidence);
        }
        for advice in &finding.advice {
            self.beside("  → ", HEADING, 4, advice);
        }
        if let Some(cost) = &finding.cost {
            self.beside("  cost: ", ODD, 8, cost);
        }
    }

    fn prescribed(&mut self, prescribed: &Prescribed, args: &DoctorArgs, written: Option<String>) {
        self.line("");
        if prescribed.is_unchanged() {
            let text = format!("The profile {} works as it stands.", prescribed.name);
            self.beside("✓ ", GOOD, 2, &text);
            return;
        }
        let what = match prescribed.is_new {
            true => "This profile works, as a rehearsal up to the recipient has shown:",
            false => {
                "With these keys the profile works, as a rehearsal up to the recipient has shown:"
            }
        };
        self.beside("✓ ", GOOD, 2, what);
        self.line("");
        let toml = prescribed.toml();
        toml.lines().for_each(|line| self.line(&harmless(line)));
        let removed: Vec<&str> = prescribed.removed().collect();
        if !removed.is_empty() {
            self.line("");
            self.beside("  ", Style::new(), 2, &format!("and without {}", removed.join(", ")));
        }
        self.line("");
        if prescribed.asks_for_password() {
            let text = "The password will be asked for at the terminal: set password_command or \
                        password_file for cron.";
            self.beside("· ", Style::new(), 2, text);
        }
        match written {
            Some(path) => {
                let (old, new) = prescribed.texts();
                let difference = crate::commands::difference::difference(old, new);
                self.beside("✓ ", GOOD, 2, &format!("Written to {path}:"));
                difference.lines().for_each(|line| self.line(&harmless(line)));
            }
            None if args.write.is_none() => {
                let name =
                    if prescribed.is_new { format!("={}", prescribed.name) } else { String::new() };
                self.beside(
                    "→ ",
                    HEADING,
                    2,
                    &format!("--write{name} puts it into the configuration file."),
                );
            }
            None => {}
        }
    }
}
