//! The report of an examination: what was done, what that means, and what works. It is given once,
//! to people or to programs, and what came of it is the exit status.

use std::time::Duration;

use super::Examined;
use super::object;
use super::page::Page;
use super::patient::Patient;
use super::prescribe::Prescribed;
use super::test_mail::Sent;
use crate::commands::Refusal;
use crate::commands::context::Context;
use crate::commands::job::Output;
use crate::commands::ui::{Ui, harmless_json};
use crate::config::Profile;
use crate::doctor::{
    Case, Examination, Finding, Mark, Obstacle, Severity, Step, Trial, findings, steps,
};
use crate::model::Exit;

/// Everything that is told of an examination.
pub(in crate::commands) struct Report<'a> {
    pub(super) patient: &'a Patient,
    pub(super) case: Case<'a>,
    pub(super) examination: &'a Examination,
    /// The profile that works.
    pub(in crate::commands) prescribed: Option<Prescribed>,
    /// What became of the test mail, if one was asked for.
    pub(super) sent: Option<Sent>,
    pub(super) time: Duration,
}

impl<'a> Report<'a> {
    /// Everything that there is to tell by now.
    pub(in crate::commands) fn of(examined: &'a Examined, prescribed: Option<Prescribed>) -> Self {
        let Examined { patient, examination, start, .. } = examined;
        let (case, time) = (examined.case(), start.elapsed());
        Self { patient, case, examination, prescribed, sent: None, time }
    }

    /// What was done.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = steps(&self.case, self.examination);
        if let Some(how) = &self.patient.found_by {
            let port = steps.first().map_or(self.case.server.port, |step| step.port);
            let step = Step { name: "server", port, mark: Mark::Good, detail: how.clone() };
            steps.insert(0, step);
        }
        steps
    }

    /// What that means.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut found = findings(&self.case, self.examination);
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

    /// Whether the profile works as it is written, without flags.
    pub(super) fn works_as_it_stands(&self) -> bool {
        let first = self.examination.trials.first();
        self.case.given
            && self.patient.flags == Profile::default()
            && self.examination.working().is_some()
            && first.is_some_and(Trial::is_good)
    }

    /// Writes what is to be written and tells everything.
    pub(in crate::commands) fn give(
        &self,
        write: bool,
        output: Output,
        context: &Context,
        ui: &mut Ui,
    ) -> anyhow::Result<Exit> {
        let written = match &self.prescribed {
            // What has just failed to send a mail is not written.
            Some(prescribed) if write && self.unsent().is_none() => Some(prescribed.write()),
            _ => None,
        };
        let (written, unwritten) = match written {
            Some(Ok(path)) => (Some(path.display().to_string()), None),
            Some(Err(refusal)) => (None, Some(refusal)),
            None => (None, None),
        };
        let details = object::details(self, written.as_deref());
        if output == Output::Text {
            let mut page = Page::new(context);
            page.examination(self);
            if let Some(prescribed) = &self.prescribed {
                page.prescribed(prescribed, write, written);
            }
            if let Some(Sent { what, exit }) = &self.sent {
                page.sent(what, *exit);
            }
            ui.report(&page.text)?;
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
                if output == Output::Json {
                    let object = harmless_json(&object::whole(details).to_string());
                    ui.data(format!("{object}\n").as_bytes())?;
                }
                Ok(Exit::OK)
            }
            Some((obstacle, exit)) => {
                let mut refusal = match exit {
                    Exit::NO_HOST if self.patient.guessed => self.nothing_found(),
                    _ => Refusal::new(exit, self.verdict(obstacle)).hint(obstacle.question()),
                };
                refusal.details = details;
                Err(refusal.into())
            }
        }
    }

    /// The test mail that was not accepted.
    fn unsent(&self) -> Option<&Sent> {
        self.sent.as_ref().filter(|sent| sent.exit != Exit::OK)
    }

    /// What was guessed is not there either.
    fn nothing_found(&self) -> Refusal {
        let address = &self.case.sender.address;
        let domain = address.domain();
        let message = format!(
            "no server was found for {address}: the DNS names none, and there is none of the usual \
             names in {domain}"
        );
        Refusal::new(Exit::NO_HOST, message).hint(format!(
            "ask its provider or administrator for the server, then: mailsend doctor HOST \
             --username {address}"
        ))
    }

    fn verdict(&self, obstacle: Obstacle) -> String {
        let label = &self.patient.label;
        format!("{label}: no settings work: {}", obstacle.in_words())
    }
}
