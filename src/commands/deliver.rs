//! Where mail, session and report meet: the secret is obtained, the mail submitted, and what
//! became of it told.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::attempts::Attempts;
use super::context::Context;
use super::credentials::credentials;
use super::outcome;
use super::progress::Progress;
use super::record::{self, Ending, Record};
use super::sandbox::Entrance;
use super::ui::{Ui, Verbosity};
use super::{How, Job, Letter, Output, Refusal, send};
use crate::compose::{Prepared, Remark};
use crate::config::Settings;
use crate::model::{
    Cause, Connection, Exit, Failure, FromRewrite, Mail, Outcome, Report, Server, Stamp,
};
use crate::smtp::{Credentials, Line, Watch};
use crate::{advice, compose, config, smtp};

/// Submits or shows a job's mail. Every recipient is accounted for, in the report or in the error.
pub(super) fn deliver(job: &Job, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    ui.detail(&job.rule);
    let (mut mail, remarks) = mail(&job.letter, &context.stamp()?)?;
    mail.parameters = job.parameters.clone();
    check_lines(&mail)?;
    if !matches!(job.how, How::Check(_)) {
        for remark in &remarks {
            if remark.is_warning() { ui.warning(remark) } else { ui.detail(remark) }
        }
    }
    let output = match job.how {
        How::DryRun(output) => {
            return Ok(send::show(&mail, &job.settings.server, output, ui)?);
        }
        How::Preview(output) => {
            let server = &job.settings.server;
            return Ok(send::preview(&mail, server, output, context.desktop, ui)?);
        }
        How::Check(output) => {
            let now = context.seconds();
            return Ok(send::check(&mail, &remarks, &job.settings, now, output, ui)?);
        }
        How::Submit(output) => output,
    };
    let label = job.settings.server.profile.clone();
    let mut label = label.unwrap_or_else(|| job.settings.server.host.clone());
    let settings = match &job.entrance {
        None => job.settings.clone(),
        Some(entrance) => {
            label += " (sandbox)";
            entrance.instead_of(&job.settings)
        }
    };
    // A mail that is only to be caught is nobody's loss.
    let folders = if job.entrance.is_none() { &job.keep_in[..] } else { &[] };
    let record = Record::open(&settings, folders, context).with_context(|| label.clone())?;
    let mut server = settings.server.clone();
    server.ehlo = server.ehlo.or_else(|| context.host_name());
    let submission = Submission { job, mail: &mail, server: &server, output, record: &record };
    submission.run(&settings, context, ui).context(label)
}

/// Makes the mail; what was noticed of a ready one.
fn mail(letter: &Letter, stamp: &Stamp) -> Result<(Mail, Vec<Remark>), Refusal> {
    match letter {
        Letter::Draft(draft) => Ok((compose::compose(draft, stamp)?, Vec::new())),
        Letter::Ready(ready) => {
            let Prepared { mail, remarks } = compose::prepare(ready, stamp)?;
            Ok((mail, remarks))
        }
    }
}

fn check_lines(mail: &Mail) -> Result<(), Refusal> {
    let checked = mail.parameters.check_lines(mail.reverse_path.as_ref(), &mail.recipients);
    checked.map_err(|error| Refusal::data(error.to_string()))
}

/// What can be known not to be taken is not tried.
fn check_size(mail: &Mail, server: &Server) -> Result<(), Refusal> {
    let size = mail.content.length();
    match server.max_size {
        Some(most) if size > most => {
            Err(Refusal::data(format!("the message has {size} octets, and max_size allows {most}"))
                .hint("send less, or set max_size (--max-size) to what the server takes"))
        }
        _ => Ok(()),
    }
}

/// One mail on its way to one server.
struct Submission<'a> {
    job: &'a Job,
    mail: &'a Mail,
    server: &'a Server,
    output: Output,
    record: &'a Record<'a>,
}

impl Submission<'_> {
    fn run(&self, settings: &Settings, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
        let progress = Arc::new(Progress::new(self.mail.content.length(), context.terminal, ui));
        let from = self.mail.author.as_ref().map(ToString::to_string);
        let from = from.as_deref();
        let ready = self.prepare(settings, context, &progress, ui.verbosity());
        let (credentials, watch) = match ready {
            Ok(ready) => ready,
            Err(refusal) => return Err(self.unsent(refusal, from, ui).into()),
        };
        let attempts = Attempts {
            submission: smtp::Submission {
                server: self.server,
                credentials: credentials.as_ref(),
                watch: &watch,
                mail: self.mail,
                recipients: &self.mail.recipients,
                policy: self.job.policy,
            },
            retry: self.job.retry,
            progress: &progress,
            terminal: context.terminal,
        };
        let smtp::Submitted { result, connection } = attempts.run(ui);
        let told =
            outcome::Told { server: self.server, mail: self.mail, connection: &connection, from };
        let report = match result {
            Ok(report) => report,
            Err(failure) => {
                let ending = Ending::Failed(&failure);
                let refusal = self.rewriting(ending, self.failure(&told, failure.clone()));
                return Err(self.record.not_accepted(&told, ending, refusal, ui).into());
            }
        };
        if self.job.entrance.is_some() && somebody_accepted(&report) {
            ui.notice("caught, not sent");
        }
        let exit = report.exit();
        if exit != Exit::OK {
            let ending = Ending::Reported(&report);
            let refusal = self.rewriting(ending, told.refusal(&report));
            return Err(self.record.not_accepted(&told, ending, refusal, ui).into());
        }
        self.record.accepted(&told, &report, ui);
        told.detail(&report, ui);
        if self.output == Output::Json
            && let Err(error) = ui.data(told.object(&report).as_bytes())
        {
            // The mail is sent: an error now would make somebody send it again.
            ui.warning(format_args!("the mail was sent, but {error}"));
        }
        Ok(exit)
    }

    /// Everything that is needed before a server is asked.
    fn prepare(
        &self,
        settings: &Settings,
        context: &Context,
        progress: &Arc<Progress>,
        verbosity: Verbosity,
    ) -> Result<(Option<Credentials>, Watch), Refusal> {
        let deadline = context.deadline(self.server);
        check_size(self.mail, self.server)?;
        let credentials = credentials(settings, deadline)?;
        let watch = Watch { deadline, ..watch(verbosity, progress)? };
        Ok((credentials, watch))
    }

    /// No server was asked.
    fn unsent(&self, refusal: Refusal, from: Option<&str>, ui: &mut Ui) -> Refusal {
        let connection = Connection {
            host: self.server.host.clone(),
            port: self.server.port,
            ..Connection::default()
        };
        let told =
            outcome::Told { server: self.server, mail: self.mail, connection: &connection, from };
        self.record.not_accepted(&told, Ending::Unsent, told.unsent(refusal), ui)
    }

    /// A message of another program that the server refuses for its sender can be sent as the
    /// profile's own.
    fn rewriting(&self, ending: Ending<'_>, refusal: Refusal) -> Refusal {
        let Letter::Ready(ready) = &self.job.letter else { return refusal };
        let (Some(mending), Some(own)) = (&ready.mending, &ready.author) else { return refusal };
        let other = self.mail.author.as_ref() != Some(&own.address)
            || self.mail.reverse_path.as_ref().is_some_and(|path| *path != own.address);
        let is_refused = record::decisive(ending).is_some_and(advice::refuses_sender);
        if !(other && is_refused) || mending.from_rewrite == FromRewrite::Always {
            return refusal;
        }
        let own = &own.address;
        let hint =
            format!("from_rewrite = \"always\" in the profile sends it as {own}, names kept");
        Refusal { hints: vec![hint], ..refusal }
    }

    /// A sandbox that is gone is no reason to look elsewhere.
    fn failure(&self, told: &outcome::Told<'_>, failure: Failure) -> Refusal {
        match &self.job.entrance {
            Some(entrance) if Entrance::is_gone(&failure) => {
                let cause = Cause::ConnectFailed("it is not there".to_owned());
                entrance.gone(told.failure(&Failure { cause, ..failure }))
            }
            Some(_) => told.failure(&failure),
            None => {
                let mut refusal = told.failure(&failure);
                let profile =
                    self.server.profile.as_deref().filter(|name| *name != config::SANDBOX);
                if let Some(profile) = profile
                    && advice::doctor_may_help(&failure, self.server)
                {
                    refusal.hints.push(format!("mailsend doctor {profile} looks for what works"));
                }
                refusal
            }
        }
    }
}

fn somebody_accepted(report: &Report) -> bool {
    report.recipients.iter().any(|(_, outcome)| matches!(outcome, Outcome::Accepted(_)))
}

/// Shows the dialogue where it is wanted, and lets a signal end the program with the status that
/// says whether running again may send twice.
fn watch(verbosity: Verbosity, progress: &Arc<Progress>) -> Result<Watch, Refusal> {
    let in_doubt = Arc::new(AtomicBool::new(false));
    let always = Arc::new(AtomicBool::new(true));
    for (signal, exit) in [(SIGINT, Exit::INTERRUPTED), (SIGTERM, Exit::TERMINATED)] {
        let unknown = i32::from(Exit::UNKNOWN.0);
        // Registered first, looked at first.
        signal_hook::flag::register_conditional_shutdown(signal, unknown, Arc::clone(&in_doubt))
            .and_then(|_| {
                let otherwise = i32::from(exit.0);
                signal_hook::flag::register_conditional_shutdown(
                    signal,
                    otherwise,
                    Arc::clone(&always),
                )
            })
            .map_err(|error| Refusal::new(Exit::OS, format!("cannot watch signals: {error}")))?;
    }
    let observer = move |line: Line<'_>| {
        let mut ui = Ui::new(verbosity);
        match line {
            Line::Client(text) => ui.transcript(format_args!("C: {text}")),
            Line::Server(text) => ui.transcript(format_args!("S: {text}")),
            Line::Note(text) => ui.transcript(format_args!("-- {text}")),
            Line::Delay(text) => ui.notice(text),
            Line::Trouble(text) => ui.warning(text),
        }
    };
    let progress = Arc::clone(progress);
    let progress = Arc::new(move |octets| progress.advance(octets));
    Ok(Watch { observer: Arc::new(observer), progress, in_doubt, deadline: None })
}
