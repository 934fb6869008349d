//! A report for people: signs, steps and sentences. It fits the width of their terminal and has
//! colours there; elsewhere its lines are 80 columns long.

use anstyle::{AnsiColor, Style};

use super::prescribe::Prescribed;
use super::report::Report;
use crate::commands::columns::wrapped;
use crate::commands::context::Context;
use crate::commands::difference::difference;
use crate::commands::ui::harmless;
use crate::doctor::{Finding, Mark, Severity, Step};
use crate::model::Exit;

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const ODD: Style = AnsiColor::Yellow.on_default().bold();
const HEADING: Style = Style::new().bold();
/// Where nothing says how wide the paper is.
const WIDTH: usize = 80;

/// A text that grows.
pub(in crate::commands) struct Page {
    columns: usize,
    colours: bool,
    /// What is on it; harmless to a terminal.
    pub(in crate::commands) text: String,
}

impl Page {
    /// An empty one, as wide as the terminal.
    pub(in crate::commands) fn new(context: &Context) -> Self {
        let colours = context.terminal.columns.is_some();
        let columns = context.terminal.columns.unwrap_or(WIDTH).clamp(40, 120);
        Self { columns, colours, text: String::new() }
    }

    /// What was done, and what that means.
    pub(in crate::commands) fn examination(&mut self, report: &Report<'_>) {
        let seconds = report.time.as_secs_f64();
        self.heading(&format!("{}, examined in {seconds:.1} s", report.patient.label));
        self.steps(&report.steps());
        for finding in report.findings() {
            self.finding(&finding);
        }
    }

    /// What became of the test mail.
    pub(super) fn sent(&mut self, what: &str, exit: Exit) {
        self.line("");
        let (sign, style) = if exit == Exit::OK { ("✓ ", GOOD) } else { ("✗ ", BAD) };
        self.beside(sign, style, 2, what);
    }

    /// Something that went well.
    pub(in crate::commands) fn good(&mut self, text: &str) {
        self.beside("✓ ", GOOD, 2, text);
    }

    /// Something worth knowing.
    pub(in crate::commands) fn note(&mut self, text: &str) {
        self.beside("· ", Style::new(), 2, text);
    }

    /// What to do next.
    pub(in crate::commands) fn next(&mut self, text: &str) {
        self.beside("→ ", HEADING, 2, text);
    }

    /// What was written, and where.
    pub(in crate::commands) fn written(&mut self, prescribed: &Prescribed, path: &str) {
        let (old, new) = prescribed.texts();
        self.good(&format!("Written to {path}:"));
        difference(old, new).lines().for_each(|line| self.line(&harmless(line)));
    }

    pub(in crate::commands) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn heading(&mut self, text: &str) {
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
        let mut rows: Vec<(String, Mark, &str)> = Vec::new();
        for step in steps {
            match rows.last_mut() {
                // Ports that are alike stand on one line.
                Some((before, mark, detail))
                    if step.name == "port"
                        && before.starts_with("port")
                        && *detail == step.detail =>
                {
                    *before = format!("{}, {}", before.replacen("port ", "ports ", 1), step.port);
                    *mark = step.mark;
                }
                _ => rows.push((name(step), step.mark, &step.detail)),
            }
        }
        self.rows(&rows);
    }

    /// What was done, how it went and what was seen, in columns.
    pub(super) fn rows(&mut self, rows: &[(String, Mark, &str)]) {
        let width = rows.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
        for (name, mark, detail) in rows {
            let (sign, style) = match mark {
                Mark::Good => ("✓", GOOD),
                Mark::Bad => ("✗", BAD),
                Mark::Neutral => ("–", Style::new()),
            };
            let sign = self.styled(style, sign);
            let room = self.columns.saturating_sub(width + 6);
            for (number, line) in wrapped(&harmless(detail), room).iter().enumerate() {
                let before = match number {
                    0 => format!("  {sign} {name:width$}  "),
                    _ => " ".repeat(width + 6),
                };
                self.line(format!("{before}{line}").trim_end());
            }
        }
    }

    pub(super) fn finding(&mut self, finding: &Finding) {
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

    /// The profile that works; `write`: it was to be written.
    pub(super) fn prescribed(
        &mut self,
        prescribed: &Prescribed,
        write: bool,
        written: Option<String>,
    ) {
        self.line("");
        if prescribed.is_unchanged() {
            let text = format!("The profile {} works as it stands.", prescribed.name);
            self.good(&text);
            return;
        }
        let what = match prescribed.is_new {
            true => "This profile works, as a rehearsal up to the recipient has shown:",
            false => {
                "With these keys the profile works, as a rehearsal up to the recipient has shown:"
            }
        };
        self.good(what);
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
            self.note(text);
        }
        match written {
            Some(path) => self.written(prescribed, &path),
            None if !write => {
                let name =
                    if prescribed.is_new { format!("={}", prescribed.name) } else { String::new() };
                self.next(&format!("--write{name} puts it into the configuration file."));
            }
            None => {}
        }
    }
}
