//! Where mail, session and report meet: the secret is obtained, the mail submitted, and what
//! became of it told.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::context::Context;
use super::outcome;
use super::progress::Progress;
use super::sandbox::Entrance;
use super::ui::{Ui, Verbosity};
use super::{How, Job, Output, Refusal, send};
use crate::config::Settings;
use crate::model::{AuthPolicy, Cause, Exit, Failure, Mail, Outcome, Report, Server, Slot};
use crate::secret::Environment;
use crate::smtp::{Credentials, Line, Session, Watch};
use crate::{compose, secret};

/// Submits or shows a job's mail. Every recipient is accounted for, in the report or in the error.
pub(super) fn deliver(job: &Job, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    ui.detail(&job.rule);
    let mail = compose::compose(&job.draft, &context.stamp()?).map_err(Refusal::from)?;
    let output = match job.how {
        How::DryRun(output) => {
            return Ok(send::show(&mail, &job.settings.server, output, ui)?);
        }
        How::Preview(output) => {
            let server = &job.settings.server;
            return Ok(send::preview(&mail, server, output, context.desktop, ui)?);
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
    let credentials = credentials(&settings).with_context(|| label.clone())?;
    let mut server = settings.server;
    server.ehlo = server.ehlo.or_else(|| context.host_name());
    let submission = Submission { job, mail: &mail, server: &server, output };
    submission.run(credentials.as_ref(), context, ui).context(label)
}

/// The secrets, late and once, and only those that will be used.
fn credentials(settings: &Settings) -> anyhow::Result<Option<Credentials>> {
    let Server { username, host, auth, trust, .. } = &settings.server;
    let known = username.is_some() || trust.client_certificate.is_some();
    if *auth == AuthPolicy::None || !known {
        return Ok(None);
    }
    let mut credentials = Credentials { username: username.clone(), ..Credentials::default() };
    for (slot, source) in settings.wanted() {
        let user = username.as_deref().unwrap_or_default();
        let prompt = format!("Password of {user} at {host}: ");
        let secret = secret::obtain(slot, source, &prompt, &Environment::of_process())
            .map_err(Refusal::from)?;
        match slot {
            Slot::Password => credentials.password = Some(secret),
            Slot::Token => credentials.token = Some(secret),
        }
    }
    Ok(Some(credentials))
}

/// One mail on its way to one server.
struct Submission<'a> {
    job: &'a Job,
    mail: &'a Mail,
    server: &'a Server,
    output: Output,
}

impl Submission<'_> {
    fn run(
        &self,
        credentials: Option<&Credentials>,
        context: &Context,
        ui: &mut Ui,
    ) -> anyhow::Result<Exit> {
        let progress = Arc::new(Progress::new(self.mail.content.length(), context.terminal, ui));
        let watch = watch(ui.verbosity(), &progress)?;
        let from = self.job.draft.from.address.to_string();
        let (result, connection) = match Session::open(self.server, credentials, &watch) {
            Ok(session) => session.submit_and_quit(self.mail),
            Err(failure) => {
                let connection = outcome::unopened(self.server, &failure);
                (Err(failure), connection)
            }
        };
        progress.end();
        let told = outcome::Told {
            server: self.server,
            mail: self.mail,
            connection: &connection,
            from: &from,
        };
        let report = result.map_err(|failure| self.failure(&told, failure))?;
        if self.job.entrance.is_some() && somebody_accepted(&report) {
            ui.notice("caught, not sent");
        }
        let exit = report.exit();
        if exit != Exit::OK {
            return Err(told.refusal(&report).into());
        }
        told.detail(&report, ui);
        if self.output == Output::Json
            && let Err(error) = ui.data(told.object(&report).as_bytes())
        {
            // The mail is sent: an error now would make somebody send it again.
            ui.warning(format_args!("the mail was sent, but {error}"));
        }
        Ok(exit)
    }

    /// A sandbox that is gone is no reason to look elsewhere.
    fn failure(&self, told: &outcome::Told<'_>, failure: Failure) -> Refusal {
        match &self.job.entrance {
            Some(entrance) if Entrance::is_gone(&failure) => {
                let cause = Cause::ConnectFailed("it is not there".to_owned());
                entrance.gone(told.failure(&Failure { cause, ..failure }))
            }
            _ => told.failure(&failure),
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
        }
    };
    let progress = Arc::clone(progress);
    let progress = Arc::new(move |octets| progress.advance(octets));
    Ok(Watch { observer: Arc::new(observer), progress, in_doubt })
}
