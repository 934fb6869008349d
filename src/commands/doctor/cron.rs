//! `mailsend doctor --cron`: why a profile works when it is typed and fails at night.
//!
//! The examination is made by mailsend itself, started once more with nothing but what cron gives:
//! that is the proof. What differs between here and there is looked at from both sides, to say why.

mod account;
mod clock;
mod crontab;
mod gpg_agent;
mod line;
mod notes;
mod password;
mod paths;
mod place;
mod process;
mod rehearsal;
mod shell_words;
mod surroundings;
mod verdict;

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::time::Instant;

use super::patient::patients;
use super::target::Target;
use super::{DoctorArgs, run};
use crate::commands::Refusal;
use crate::commands::context::Context;
use crate::commands::job::Output;
use crate::commands::ui::{Ui, Verbosity};
use crate::doctor::{Mark, Obstacle};
use crate::model::{Exit, SecretSource, Slot, reason};
use crate::secret::Environment;

use clock::Span;
use line::Line;
use notes::{Notes, finding};
use password::Sources;
use place::Place;
use rehearsal::{Answer, rehearse};
use surroundings::Cron;
use verdict::Verdict;

/// The hidden subcommand that stands in for the job.
const STAND_IN: &str = "as-cron";
/// What cron mails the talk of its jobs with.
const SENDMAIL: &str = "/usr/sbin/sendmail";

/// Examines from here as cron would from there.
pub(super) fn examine(args: &DoctorArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let own = env::current_exe().map_err(|error| {
        Refusal::new(Exit::OS, format!("cannot find mailsend itself: {}", reason(&error)))
    })?;
    let cron = Cron::own()?;
    let mut notes = Notes::default();
    let place = Place::of(args, context, &cron, &mut notes);
    let program = paths::program(&own, &cron, &mut notes);
    paths::relative(args, &cron, &mut notes);
    let charset = locale(context, &place, &mut notes);
    notes.row("terminal", Mark::Neutral, "none: nobody can be asked");
    let sources = Sources::of(wanted(args, &place), &cron);
    let answer = match cron.home.is_dir() {
        true => Some(answer(args, &own, &place, &cron, context, ui)?),
        false => None,
    };
    let label = label(args, &place, answer.as_ref());
    let mut line = None;
    if let Some(answer) = &answer {
        sources.judge(answer, &cron, &mut notes);
        trust(answer, &cron, &mut notes);
        let seconds = i64::try_from(start.elapsed().as_secs()).unwrap_or(0) + 1;
        let end = context.seconds();
        let files: Vec<&Path> =
            [Some(own.as_path()), place.config.as_deref()].into_iter().flatten().collect();
        let span = Span { start: end - seconds, end };
        clock::judge(span, &context.moment().rfc3339, &answer.rows(), &files, &mut notes);
        if as_it_stands(args, answer, &mut notes) && !notes.is_open {
            let recipient = args.to.as_ref().and_then(|list| {
                let mailboxes = list.qualify(None).ok()?;
                Some(mailboxes.first()?.address.to_string())
            });
            let profile = answer.details.get("profile").and_then(|it| it.get("name")?.as_str());
            line = profile.map(|profile| {
                let config = place.config.as_deref();
                let (charset, recipient) = (charset.as_deref(), recipient.as_deref());
                let has_sendmail = Path::new(SENDMAIL).exists();
                Line { program: &program, config, profile, charset, recipient, has_sendmail }.text()
            });
        }
    }
    notes.findings.sort_by_key(|finding| finding.severity);
    let verdict = Verdict { label, cron: &cron, notes, answer, line, time: start.elapsed() };
    verdict.give(args.wishes().output, context, ui)
}

/// The stand-in of the job: leaves the terminal, and examines like anybody else.
pub fn stand_in(args: &DoctorArgs, ui: &mut Ui) -> anyhow::Result<Exit> {
    rehearsal::leave_the_terminal()?;
    let args = DoctorArgs { cron: false, ..args.clone() };
    run(&args, &Context::from_system()?, ui)
}

/// What the stand-in says.
fn answer(
    args: &DoctorArgs,
    own: &Path,
    place: &Place,
    cron: &Cron,
    context: &Context,
    ui: &mut Ui,
) -> Result<Answer, Refusal> {
    let mut words: Vec<OsString> = [STAND_IN, "--json"].map(OsString::from).to_vec();
    if let Some(config) = place.config.as_ref().filter(|_| place.names_config) {
        words.extend(["--config".into(), config.into()]);
    }
    words.extend(args.typed.iter().cloned());
    if let (true, Some(Target::Profile(Some(name)))) = (place.names_profile, &place.target) {
        words.push(name.into());
    }
    let shows = args.wishes().output == Output::Text
        && context.terminal.talk
        && ui.verbosity() == Verbosity::Normal;
    if shows {
        ui.draw("mailsend: examining as cron would …");
    }
    let answer = rehearse(own, &words, cron);
    if shows {
        ui.draw("");
    }
    let answer = answer?;
    if ui.verbosity() > Verbosity::Normal {
        ui.show(&answer.talk);
    }
    Ok(answer)
}

/// The secrets that the job would need.
fn wanted(args: &DoctorArgs, place: &Place) -> Vec<(Slot, SecretSource)> {
    let mut args = args.clone();
    let target = match place.target.clone() {
        // Nothing is looked up for that: the login is the address, whatever its server is.
        Some(Target::Address(address)) => {
            args.username.get_or_insert_with(|| address.to_string());
            Target::Host { host: address.domain().to_owned(), port: None }
        }
        Some(target) => target,
        None => return Vec::new(),
    };
    // What is wrong with it the examination says.
    let patients = patients(&args.wishes(), target, &place.configuration, &place.context);
    let first = patients.ok().and_then(|patients| patients.into_iter().next());
    first.map_or_else(Vec::new, |patient| {
        let wanted = patient.settings.wanted().into_iter();
        wanted.map(|(slot, source)| (slot, source.clone())).collect()
    })
}

/// What the text of a mail is read as; the charset that cron has to be told.
fn locale(context: &Context, place: &Place, notes: &mut Notes) -> Option<String> {
    let is_utf8 = |name: &String| name.replace('-', "").eq_ignore_ascii_case("utf8");
    notes.row("locale", Mark::Neutral, "none: texts are read as UTF-8");
    let other = context.locale_charset.clone().filter(|name| !is_utf8(name))?;
    let charset = place.context.locale_charset.is_none().then_some(other)?;
    notes.warning(finding(
        format!(
            "Your locale's charset is {charset}, and cron has no locale: a text that is not UTF-8 \
             would be damaged."
        ),
        [format!("name its charset in the job: --charset {charset}")],
    ));
    Some(charset)
}

/// Says so where the shell trusts certificates that cron does not.
fn trust(answer: &Answer, cron: &Cron, notes: &mut Notes) {
    let own = Environment::of_process();
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        let differs = (own.variable)(name) != cron.variable(name);
        if differs && answer.word("obstacle") == Some(Obstacle::Trust.name()) {
            notes.warning(finding(
                format!("Your shell says by {name} which certificates are trusted; cron does not."),
                ["name the file in the profile: ca_file"],
            ));
        }
    }
}

fn label(args: &DoctorArgs, place: &Place, answer: Option<&Answer>) -> String {
    let target = place.target.as_ref().map(Target::name).filter(|name| !name.is_empty());
    let said = answer.and_then(|answer| answer.word("target")).map(str::to_owned);
    let typed = || args.target.clone().unwrap_or_else(|| "the profile".to_owned());
    said.or(target).unwrap_or_else(typed)
}

/// Whether the profile works as it stands in the file, which is what cron would use.
fn as_it_stands(args: &DoctorArgs, answer: &Answer, notes: &mut Notes) -> bool {
    let works = answer.exit == Exit::OK;
    if works && !answer.is("as_it_stands") {
        let profile = answer.details.get("profile");
        let is_new = profile.and_then(|it| it.get("new")?.as_bool()).unwrap_or(true);
        let words: Vec<String> = args
            .typed
            .iter()
            .filter(|word| *word != "--cron")
            .map(|word| password::quoted(&word.to_string_lossy()))
            .collect();
        let command = format!("mailsend doctor {} --write", words.join(" "));
        let (what, verdict) = match is_new {
            true => ("There is no profile with these settings yet.", None),
            false => (
                "The profile works only with other settings, and cron would use those that it has.",
                Some("the profile does not work as it stands"),
            ),
        };
        match verdict {
            Some(verdict) => notes.problem(verdict, finding(what, [command])),
            None => notes.warning(finding(what, [command])),
        }
    }
    works && answer.is("as_it_stands")
}
