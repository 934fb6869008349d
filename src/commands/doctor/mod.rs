//! `mailsend doctor`: finds out why mail is not sent, and the settings with which it is.

mod ask;
mod cron;
mod object;
mod page;
mod patient;
mod prescribe;
mod report;
mod target;
mod test_mail;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use clap::ArgAction;

use super::Refusal;
use super::context::Context;
use super::job::Output;
use super::secret_args::SecretArgs;
use super::settings::{given, locations, switch};
use super::typed;
use super::ui::{Ui, Verbosity};
use crate::config::{self, Profile};
use crate::doctor::{Attendant, Case, Examination, Obstacle, Question, answers, examine};
use crate::model::{AddressList, AuthPolicy, Deadline, Exit};
use crate::smtp::{Credentials, Line, Watch};

pub use cron::stand_in;
pub(super) use object::{details, profile as profile_object, whole};
pub(super) use page::Page;
pub(super) use patient::{Patient, leads_to, of_leads};
pub(super) use prescribe::{Prescribed, free_name};
pub(super) use report::Report;
use target::Target;
pub(super) use target::server_named;

/// The argument that says whom to examine.
const TARGET: &str = "TARGET";
/// How long an examination may take, from when the secrets are there.
const LONGEST: Duration = Duration::from_secs(57);

const AFTER_HELP: &str = "\
Examples:
  Why does the profile corp fail? Mend it in the configuration file:
    mailsend doctor corp
    mailsend doctor corp --write

  What does this server want? Put it down as the profile relay:
    mailsend doctor relay.example.com:25 --username me --write=relay

  Find the server of an address, and send a test mail through it:
    mailsend doctor me@example.com --to you@example.com --send

  Try it on a server that causes trouble, started in another terminal by
  mailsend sandbox --manner sendcloud (its password is sandbox):
    mailsend doctor localhost:1025 --username me --danger-cleartext-auth

Exit statuses:
  0 if something works; else that of the mail that would fail:
  77 for a login or a certificate, 75, 76 or 68 for the network, 67 or 69 for
  the sender or the recipient, 78 where only a way is left that you have to
  agree to.";

/// Find out why mail is not sent, and the settings that work
///
/// Looks at a server, logs in and rehearses a mail up to its recipient, on one way after the other,
/// until one works; nothing is sent. Then it prints what was seen, what that means, and the safest
/// profile that works. A password is refused at most twice in all, and never said in the clear or
/// inside TLS that cannot be trusted, unless you agree: by a flag below, or by a typed yes.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Whom", after_long_help = AFTER_HELP)]
pub struct DoctorArgs {
    /// A profile, HOST, HOST:PORT or mail address [default: the profile that would be used]
    ///
    /// Of an address the server is looked for: among the known providers, in the DNS (RFC 6186),
    /// and under the usual names. A bare word is a profile, never a host.
    #[arg(value_name = "TARGET", value_parser = typed::one_line)]
    target: Option<String>,
    /// Log in as this user [default: the profile's, or the address]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, value_parser = typed::one_line)]
    username: Option<String>,
    #[command(flatten)]
    secrets: SecretArgs,
    /// Do not log in
    #[arg(long, conflicts_with = "username")]
    no_auth: bool,
    /// Rehearse a mail from this address [default: the profile's, or the login's]
    #[arg(short, long, value_name = "ADDRESS", value_parser = typed::addresses)]
    from: Option<AddressList>,
    /// Rehearse a mail to this address [default: the sender's]
    #[arg(short, long, value_name = "ADDRESS", value_parser = typed::addresses)]
    to: Option<AddressList>,
    /// Send a test mail to --to through what works
    #[arg(long, requires = "to", help_heading = "How")]
    send: bool,
    /// Trust the certificates in this PEM file as well
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    ca_file: Option<PathBuf>,
    /// Introduce ourselves by this name in EHLO
    #[arg(long, value_name = "NAME", value_parser = typed::one_line)]
    ehlo: Option<String>,
    /// Read and write only this configuration file
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// Agree to pin a certificate that cannot be trusted, and to log in inside its TLS
    #[arg(long, help_heading = "How")]
    pin: bool,
    /// Agree to say the password where anybody on the way can read it
    #[arg(long, help_heading = "How")]
    danger_cleartext_auth: bool,
    /// Put what works into the configuration file, as this profile
    ///
    /// A profile that was examined is changed in its place; its comments and all else in the file
    /// stay as they are. The difference is shown.
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true,
          default_missing_value = "", help_heading = "How", value_parser = typed::one_line)]
    write: Option<String>,
    /// Examine it as cron would run it
    ///
    /// The examination is made without a terminal, in the environment that cron gives its jobs, with
    /// what the crontab sets. What works here and would not work there is explained, and a line for
    /// the crontab shown.
    #[arg(long, help_heading = "How", conflicts_with = "write")]
    cron: bool,
    /// Say what is done; -vv shows the dialogue
    #[arg(short, long, action = ArgAction::Count, help_heading = "How")]
    verbose: u8,
    /// Print one JSON object, also on failure
    #[arg(long, help_heading = "How")]
    json: bool,
    /// The words themselves, for whoever has to say them again.
    #[arg(skip)]
    pub(crate) typed: Vec<OsString>,
}

impl DoctorArgs {
    /// How much is said.
    pub fn verbosity(&self) -> Verbosity {
        match self.verbose {
            0 => Verbosity::Normal,
            1 => Verbosity::Verbose,
            _ => Verbosity::Transcript,
        }
    }

    fn wishes(&self) -> Wishes {
        let flags = Profile {
            username: given("--username", self.username.clone()),
            auth: given("--no-auth", self.no_auth.then_some(AuthPolicy::None)),
            ca_file: given("--ca-file", self.ca_file.clone().map(absolute)),
            ehlo: given("--ehlo", self.ehlo.clone()),
            from: given("--from", self.from.clone().filter(|list| !list.is_empty())),
            danger_cleartext_auth: switch("--danger-cleartext-auth", self.danger_cleartext_auth),
            ..self.secrets.layer()
        };
        let output = if self.json { Output::Json } else { Output::Text };
        let (no_auth, to, pin) = (self.no_auth, self.to.clone(), self.pin);
        Wishes { argument: TARGET, flags, no_auth, to, pin, output }
    }
}

/// A profile is read from elsewhere than the command line.
pub(super) fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// What is wanted of an examination.
pub(super) struct Wishes {
    /// What the argument is called that says whom to examine.
    pub(super) argument: &'static str,
    /// The flags that a profile would have to have, too.
    pub(super) flags: Profile,
    /// Nobody logs in.
    pub(super) no_auth: bool,
    /// Who the rehearsed mail is to; none: its sender.
    pub(super) to: Option<AddressList>,
    /// A certificate that cannot be trusted may be pinned.
    pub(super) pin: bool,
    /// How it is told.
    pub(super) output: Output,
}

/// Who was examined, and what that showed.
pub(super) struct Examined {
    pub(super) patient: Patient,
    pub(super) examination: Examination,
    credentials: Option<Credentials>,
    watch: Watch,
    start: Instant,
}

impl Examined {
    fn case(&self) -> Case<'_> {
        self.patient.case(self.credentials.as_ref(), &self.watch)
    }
}

/// Examines and reports; the status is 0 only if something works.
pub fn run(args: &DoctorArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    check_outside_of_sandbox("doctor", context)?;
    if args.cron {
        return cron::examine(args, context, ui);
    }
    let wishes = args.wishes();
    let locations = locations(args.config.as_deref(), context);
    let configuration = load(args, &locations)?;
    let target = Target::of(args.target.as_deref(), &configuration)?;
    let examined_profile = match &target {
        Target::Profile(name) => name.as_deref(),
        _ => None,
    };
    let name = args.write.as_deref().filter(|name| !name.is_empty());
    prescribe::check_name(name, examined_profile, &configuration)?;
    let patients = patient::patients(&wishes, target, &configuration, context)?;
    let mut examined = examined(patients, Patient::credentials, wishes.output, context, ui)?;
    let write = args.write.is_some();
    let prescribed = Prescribed::of(name, write, &mut examined, &locations, &configuration)?;
    let sent = match examined.examination.working() {
        Some(trial) if args.send => {
            Some(test_mail::send(&examined.patient, &examined.case(), trial, context)?)
        }
        _ => None,
    };
    Report { sent, ..Report::of(&examined, prescribed) }.give(write, wishes.output, context, ui)
}

/// Refuses to reach a server where all mail is caught.
pub(super) fn check_outside_of_sandbox(command: &str, context: &Context) -> Result<(), Refusal> {
    match context.environment.sandbox {
        None => Ok(()),
        Some(_) => Err(Refusal::usage(
            "inside `mailsend sandbox -- COMMAND` no server is reached, and so none examined",
        )
        .hint(format!("run mailsend {command} outside of it"))),
    }
}

/// Examines one after the other until something works; `credentials` are obtained once, by the
/// first, before any time is counted.
pub(super) fn examined(
    patients: Vec<Patient>,
    credentials: impl FnOnce(&Patient) -> Result<Option<Credentials>, Refusal>,
    output: Output,
    context: &Context,
    ui: &Ui,
) -> Result<Examined, Refusal> {
    let credentials = patients.first().map(credentials).transpose()?.flatten();
    let start = Instant::now();
    let watch = watch(ui.verbosity(), Deadline::after(start, LONGEST));
    let mut all = Vec::new();
    for patient in patients {
        let case = patient.case(credentials.as_ref(), &watch);
        let examination = examined_by(&case, output, context, ui);
        // Another name of the server that refused a password would count as a further attempt.
        let is_over = examination.working().is_some() || examination.refusals > 0;
        all.push((patient, examination));
        if is_over {
            break;
        }
    }
    let (patient, examination) =
        the_one_to_tell(all).ok_or_else(|| Refusal::new(Exit::SOFTWARE, "nothing was examined"))?;
    Ok(Examined { patient, examination, credentials, watch, start })
}

/// Those whose server answers, in their order; looked at side by side.
pub(super) fn those_that_answer(patients: Vec<Patient>, ui: &Ui) -> Vec<Patient> {
    let watch = watch(ui.verbosity(), Deadline::after(Instant::now(), LONGEST));
    let answered: Vec<bool> = thread::scope(|scope| {
        let servers = patients.iter().map(|patient| &patient.settings.server);
        let looking: Vec<_> = servers
            .map(|server| {
                let watch = &watch;
                scope.spawn(move || answers(server, watch))
            })
            .collect();
        looking.into_iter().map(|look| look.join().unwrap_or(false)).collect()
    });
    patients.into_iter().zip(answered).filter(|(_, answered)| *answered).map(|it| it.0).collect()
}

/// What works, or what came furthest.
fn the_one_to_tell(mut examined: Vec<(Patient, Examination)>) -> Option<(Patient, Examination)> {
    let reached = |(_, examination): &(Patient, Examination)| match examination.obstacle() {
        None => 3,
        Some((Obstacle::Credentials, _)) => 2,
        Some((Obstacle::Network, _)) => 0,
        Some(_) => 1,
    };
    let best = examined.iter().map(reached).max()?;
    let index = examined.iter().position(|it| reached(it) == best)?;
    Some(examined.swap_remove(index))
}

fn examined_by(case: &Case<'_>, output: Output, context: &Context, ui: &Ui) -> Examination {
    let shows =
        output == Output::Text && context.terminal.talk && ui.verbosity() == Verbosity::Normal;
    let verbosity = ui.verbosity();
    let tell = |text: &str| match shows {
        true => Ui::default().draw(&format!("mailsend: {text} …")),
        false => Ui::new(verbosity).detail(text),
    };
    let ask = |question: &Question| ask::yes(question, &case.server, context);
    let examination = examine(case, &Attendant { tell: &tell, ask: &ask });
    if shows {
        Ui::default().draw("");
    }
    examination
}

/// A server without a profile needs no files, so a fault in one of them is no obstacle, unless a
/// profile is to be added there; one that is not there yet is made then.
fn load(
    args: &DoctorArgs,
    locations: &config::Locations,
) -> Result<config::Configuration, Refusal> {
    let is_server = args.target.as_deref().is_some_and(names_a_server);
    let missing = locations.explicit.as_ref().is_some_and(|path| !path.exists());
    if is_server && (args.write.is_none() || missing) {
        return Ok(config::load_what_is_right(locations));
    }
    Ok(config::load(locations)?)
}

fn names_a_server(word: &str) -> bool {
    word.contains(['@', ':', '.'])
}

/// The dialogue for whoever wants to see it.
fn watch(verbosity: Verbosity, deadline: Option<Deadline>) -> Watch {
    let observer = move |line: Line<'_>| {
        let mut ui = Ui::new(verbosity);
        match line {
            Line::Client(text) => ui.transcript(format_args!("C: {text}")),
            Line::Server(text) => ui.transcript(format_args!("S: {text}")),
            Line::Note(text) | Line::Delay(text) | Line::Trouble(text) => {
                ui.transcript(format_args!("-- {text}"));
            }
        }
    };
    Watch {
        observer: Arc::new(observer),
        progress: Arc::new(|_| {}),
        in_doubt: Arc::new(AtomicBool::new(false)),
        deadline,
    }
}
