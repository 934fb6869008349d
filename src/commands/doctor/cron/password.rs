//! Where the password comes from, and why it does not come under cron.
//!
//! What counts is whether the examination had it. What a command names is looked at only to say
//! why it failed, or that it will fail later.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::gpg_agent::{Keys, Memory};
use super::notes::{Notes, finding};
use super::paths::Found;
use super::rehearsal::Answer;
use super::shell_words::{programs, variables};
use super::surroundings::Cron;
use crate::commands::doctor::object::SECRET;
use crate::doctor::{Finding, Mark};
use crate::model::{SecretSource, Slot};
use crate::secret::Environment;

/// Programs that ask the agent of GnuPG.
const GPG: [&str; 4] = ["gpg", "gpg2", "pass", "gopass"];
/// Programs that ask the keyring of a desktop.
const KEYRING: [&str; 6] =
    ["secret-tool", "keyring", "kwallet-query", "kwalletcli", "gdbus", "dbus-send"];
/// What programs take from the environment, that a shell has and cron has not.
const READ: [(&str, &[&str]); 8] = [
    ("aws", &["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_CONFIG_FILE"]),
    ("bw", &["BW_SESSION"]),
    ("gopass", &["GNUPGHOME", "PASSWORD_STORE_DIR"]),
    ("gpg", &["GNUPGHOME"]),
    ("op", &["OP_SERVICE_ACCOUNT_TOKEN", "OP_SESSION"]),
    ("pass", &["GNUPGHOME", "PASSWORD_STORE_DIR"]),
    ("ssh", &["SSH_AUTH_SOCK"]),
    ("vault", &["VAULT_ADDR", "VAULT_TOKEN"]),
];
/// Variables that nothing but a shell and a terminal need.
const OF_A_SHELL: [&str; 5] = ["OLDPWD", "PWD", "SHLVL", "TERM", "_"];
/// Octets of a script that is looked into.
const LONGEST_SCRIPT: u64 = 64 * 1024;

/// The sources of an examination's secrets.
pub(super) struct Sources {
    pub(super) all: Vec<(Slot, SecretSource)>,
    text: String,
    programs: Vec<String>,
}

impl Sources {
    /// With what their commands plainly name.
    pub(super) fn of(all: Vec<(Slot, SecretSource)>, cron: &Cron) -> Self {
        let mut text = String::new();
        let mut first = Vec::new();
        for (_, source) in &all {
            match source {
                SecretSource::Shell(line) => _ = writeln!(text, "{line}"),
                SecretSource::Program(words) => match &words[..] {
                    [_, flag, line, ..] if flag == "-c" => _ = writeln!(text, "{line}"),
                    words => first.extend(words.first().cloned()),
                },
                _ => {}
            }
        }
        let mut all_programs = programs(&text);
        all_programs.extend(first);
        let scripts: Vec<String> =
            all_programs.iter().filter_map(|program| script(program, cron)).collect();
        for script in scripts {
            all_programs.extend(programs(&script));
            text.push_str(&script);
        }
        Self { all, text, programs: all_programs }
    }

    fn run(&self, known: &[&str]) -> bool {
        self.programs.iter().any(|program| known.contains(&name(program)))
    }

    /// Whether GnuPG's agent has a say.
    pub(super) fn use_gpg(&self) -> bool {
        self.run(&GPG)
    }

    /// Programs that the shell finds and cron does not.
    fn lost(&self, cron: &Cron) -> Vec<(&str, PathBuf)> {
        let bare = self.programs.iter().filter(|program| !program.contains('/'));
        bare.filter_map(|program| match Found::of(program, cron) {
            Found { here: Some(path), there: None } => Some((program.as_str(), path)),
            _ => None,
        })
        .collect()
    }

    /// Variables that are read, set in the shell and not by cron.
    fn unset(&self, cron: &Cron) -> Vec<String> {
        let own = Environment::of_process();
        let mut names = variables(&self.text);
        for (program, read) in READ {
            if self.run(&[program]) {
                names.extend(read.iter().map(|name| (*name).to_owned()));
            }
        }
        names.retain(|name| {
            let lost = (own.variable)(name).is_some() && cron.variable(name).is_none();
            lost && !OF_A_SHELL.contains(&name.as_str())
        });
        names.sort();
        names.dedup();
        names
    }

    /// Says where each comes from, and what that means under cron.
    pub(super) fn judge(&self, answer: &Answer, cron: &Cron, notes: &mut Notes) {
        let missing = answer.word("obstacle") == Some(SECRET);
        let mark = match (missing, answer.examined()) {
            (true, _) => Mark::Bad,
            (false, true) => Mark::Good,
            (false, false) => Mark::Neutral,
        };
        for (slot, source) in &self.all {
            let detail = match source {
                SecretSource::Prompt => "none is named; it would be asked for".to_owned(),
                SecretSource::Literal(_) => "in the configuration".to_owned(),
                SecretSource::File { path, .. } => format!("{slot}_file {}", path.display()),
                SecretSource::Variable(name) => format!("{slot}_env {name}"),
                _ => format!("by {}", slot.key_of(source)),
            };
            notes.row(slot.name(), mark, detail);
        }
        if self.use_gpg() {
            self.judge_agent(missing, cron, notes);
        }
        if missing {
            let why = answer.error.as_deref().unwrap_or("there is no password");
            let evidence = answer.last_words().filter(|_| self.has_command());
            let what =
                format!("Under cron: {why}.{}", self.cause(evidence.unwrap_or_default(), cron));
            let found = finding(what, self.advice(answer, cron));
            notes.problem(why, Finding { evidence: evidence.map(str::to_owned), ..found });
        } else if answer.examined() && self.run(&KEYRING) {
            notes.warning(finding(
                "The keyring answers now. It is there only while you are logged in and have \
                 unlocked it.",
                [file_advice(cron)],
            ));
        }
    }

    fn has_command(&self) -> bool {
        let is_command = |(_, source): &(Slot, SecretSource)| {
            matches!(source, SecretSource::Shell(_) | SecretSource::Program(_))
        };
        self.all.iter().any(is_command)
    }

    /// What the agent remembers now it forgets before the night.
    fn judge_agent(&self, missing: bool, cron: &Cron, notes: &mut Notes) {
        let Some(keys) = Keys::of(cron) else {
            notes.row("gpg-agent", Mark::Neutral, "none answers");
            return;
        };
        let Keys { remembered, locked, open } = keys;
        let known = format!(
            "passphrases remembered: {remembered}, to be asked for: {locked}, keys without: {open}"
        );
        let memory = Memory::of(cron);
        if missing || remembered == 0 || memory.lasts() {
            let mark = if missing { Mark::Bad } else { Mark::Good };
            notes.row("gpg-agent", mark, known);
            return;
        }
        notes.row("gpg-agent", Mark::Bad, known);
        let longest = memory.longest / 60;
        let found = finding(
            format!(
                "The password comes now because gpg-agent remembers a passphrase. It forgets it \
                 after {longest} minutes at most, and cron has nobody to ask."
            ),
            gpg_advice(cron),
        );
        // A key without one may be the one that was used.
        match open {
            0 => notes.problem("gpg-agent will have forgotten the passphrase", found),
            _ => notes.warning(found),
        }
    }

    /// Why a command likely failed, as sentences behind another one.
    fn cause(&self, said: &str, cron: &Cron) -> String {
        let mut text = String::new();
        for (program, path) in self.lost(cron) {
            let folder = path.parent().unwrap_or(Path::new("/")).display();
            let _ = write!(text, " It runs {program}, which is in {folder}, not in cron's PATH.");
        }
        let unset = self.unset(cron);
        if !unset.is_empty() {
            let (names, verb) = (unset.join(", "), if unset.len() == 1 { "is" } else { "are" });
            let _ =
                write!(text, " It reads {names}, which {verb} set in your shell and not by cron.");
        }
        if self.use_gpg() {
            text.push_str(
                " It uses GnuPG, and where gpg-agent does not remember the passphrase it asks, \
                 which nobody answers.",
            );
        }
        if self.run(&KEYRING) {
            text.push_str(
                " It asks the keyring of the desktop, which is reached by \
                 DBUS_SESSION_BUS_ADDRESS, and cron does not set that.",
            );
        }
        if self.text.contains("/dev/tty") || said.contains("/dev/tty") {
            text.push_str(" It asks at the terminal, and there is none.");
        }
        text
    }

    fn advice(&self, answer: &Answer, cron: &Cron) -> Vec<String> {
        let mut advice = Vec::new();
        for (_, path) in self.lost(cron) {
            advice.push(format!("write its whole path into the command: {}", path.display()));
        }
        for name in self.unset(cron) {
            advice.push(format!(
                "set {name} in the command itself, or in a line above the job: {name}=…"
            ));
        }
        if self.use_gpg() {
            advice.extend(gpg_advice(cron));
        }
        if self.run(&KEYRING) {
            advice.push(file_advice(cron));
            advice.push(format!(
                "or in a line above the job, which helps while you are logged in: \
                 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/{}/bus",
                cron.account.uid
            ));
        }
        for (_, source) in &self.all {
            match source {
                SecretSource::Prompt => advice.push(file_advice(cron)),
                SecretSource::Variable(name) => {
                    advice.push(file_advice(cron));
                    advice.push(format!("or in a line above the job: {name}=…"));
                }
                SecretSource::Credential(_) => {
                    advice.push(file_advice(cron));
                    advice.push("or run the job by a systemd timer instead of cron".to_owned());
                }
                _ => {}
            }
        }
        advice.extend(answer.hints.iter().cloned());
        if self.has_command() {
            advice.push(format!("try the command as cron runs it: {}", as_cron(cron)));
        }
        advice
    }
}

fn file_advice(cron: &Cron) -> String {
    let name = &cron.account.name;
    format!("put the password into a file that only {name} may read (chmod 600): password_file")
}

fn gpg_advice(cron: &Cron) -> Vec<String> {
    vec![
        "tell gpg-agent the passphrase after every boot: gpg-preset-passphrase, with \
         allow-preset-passphrase in gpg-agent.conf"
            .to_owned(),
        "or use a key without a passphrase that is for this alone".to_owned(),
        format!("or {}", file_advice(cron)),
    ]
}

/// A line for the shell that runs a command as a job is run.
fn as_cron(cron: &Cron) -> String {
    let mut line = format!("cd {} && setsid -w env -i", quoted(&cron.home.to_string_lossy()));
    // What a crontab sets may be a secret.
    for name in ["HOME", "LOGNAME", "SHELL", "PATH"] {
        let value = cron.variable(name).unwrap_or_default();
        let _ = write!(line, " {name}={}", quoted(&value.to_string_lossy()));
    }
    line + " sh -c 'COMMAND' </dev/null"
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:@,+%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

fn name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// The text of a program that is a script, unless it belongs to the system: those do without.
fn script(program: &str, cron: &Cron) -> Option<String> {
    let path = match program.contains('/') {
        true => cron.home.join(program),
        false => Found::of(program, cron).here?,
    };
    let metadata = path.metadata().ok()?;
    if ["/bin", "/usr/bin"].iter().any(|folder| path.parent() == Some(Path::new(folder))) {
        return None;
    }
    if !metadata.is_file() || metadata.len() > LONGEST_SCRIPT {
        return None;
    }
    let text = String::from_utf8(std::fs::read(path).ok()?).ok()?;
    text.starts_with("#!").then_some(text)
}
