//! What the rehearsals showed: the logins, the sender and the recipient (pure).

use super::{Judge, sentence};
use crate::advice;
use crate::doctor::finding::Finding;
use crate::doctor::finding::Severity::{Note, Warning};
use crate::doctor::{Trial, Verdict};
use crate::model::{AuthPolicy, Cause, Failure, LoginStyle, Stage};

impl Judge<'_> {
    /// What the logins showed.
    pub(super) fn logins(&self, found: &mut Vec<Finding>) {
        for trial in &self.examination.trials {
            let Verdict::Failed(failure) = trial.verdict() else { continue };
            if matches!(failure.cause, Cause::DeadlinePassed(_)) && self.best.is_some() {
                continue;
            }
            if self.is_said_already(failure) {
                continue;
            }
            let mut finding = Finding::new(self.weight(), what_failed(failure, trial));
            if let Cause::CredentialsRefused { reply, .. } | Cause::Refused(reply) = &failure.cause
            {
                finding = finding.in_words(reply);
            }
            if self.best.is_none() {
                finding = finding.advised(self.advice(failure, &trial.server));
            }
            found.push(finding);
        }
        let Some(best) = self.best else { return };
        let seen = &best.rehearsed.seen;
        if best.server.login_style == LoginStyle::InitialResponse {
            let asked =
                self.examination.trials.iter().any(|it| it.rehearsed.seen.password_asked_first);
            let what = match asked || seen.password_asked_first {
                true => {
                    "LOGIN works only with the user name in the AUTH line: asked without it, the \
                     server prompts for the password at once, as if it had the name already."
                }
                false => "LOGIN works only with the user name in the AUTH line.",
            };
            found.push(Finding::new(Note, what));
        }
        if let AuthPolicy::Named(named) = &best.server.auth
            && best.server != self.case.server
        {
            let names: Vec<&str> = named.iter().map(|mechanism| mechanism.name()).collect();
            let tried = self.examination.trials.iter().flat_map(|it| &it.rehearsed.seen.tried);
            let mut finding =
                Finding::new(Note, format!("Of AUTH only {} works.", names.join(" ")));
            if let Some((mechanism, reply)) = tried.into_iter().next() {
                finding = finding.in_words(format!("{mechanism}: {reply}"));
            }
            found.push(finding);
        }
        if best.server.auth == AuthPolicy::None && self.case.credentials.is_some() {
            let what = "The server offers no AUTH and takes the mail without: no user name and \
                        password are needed. It may take it for its own recipients alone.";
            found.push(Finding::new(Warning, what));
        }
        if best.server.username != self.case.server.username
            && let Some(name) = &best.server.username
        {
            found.push(Finding::new(Note, format!("The user name is {name}, in this form alone.")));
        }
    }

    pub(super) fn envelope(&self, found: &mut Vec<Finding>) {
        let trial = self.best.or_else(|| {
            let refused = |trial: &&Trial| matches!(trial.verdict(), Verdict::Refused(..));
            self.examination.trials.iter().find(refused)
        });
        let Some(trial) = trial else { return };
        let from = trial.sender.to_string();
        match trial.verdict() {
            Verdict::Refused(stage, reply) => {
                let who = match stage {
                    Stage::Mail => format!("the sender <{from}>"),
                    _ => format!("the recipient <{}>", self.case.recipient.address),
                };
                let outsider = self.case.credentials.is_some() && !trial.logged_in();
                let mut what = format!("The server does not take {who}.");
                let mut advice = advice::on_refusal(stage, reply, &trial.server, Some(&from));
                if outsider && self.best.is_none() {
                    what = "The server takes the mail only from those who log in, and offers no \
                            way to do so here."
                        .to_owned();
                    advice.clear();
                }
                let finding = Finding::new(self.weight(), what).in_words(reply).advised(advice);
                let party = if stage == Stage::Mail { "--from ADDRESS" } else { "--to ADDRESS" };
                found.push(match self.best {
                    Some(_) => {
                        finding.advised([format!("try it with {party}, which was made up here")])
                    }
                    None => finding,
                });
            }
            Verdict::Later(stage, reply) => {
                let what = "The server takes the mail only later.";
                let advice = advice::on_refusal(stage, reply, &trial.server, Some(&from));
                found.push(Finding::new(Warning, what).in_words(reply).advised(advice));
            }
            Verdict::Works | Verdict::Failed(_) => {}
        }
        if trial.sender != self.case.sender.address && self.best.is_some() {
            let asked = &self.case.sender.address;
            let refusal = self.examination.trials.iter().find_map(|it| match it.verdict() {
                Verdict::Refused(_, reply) if it.sender == *asked => Some(reply),
                _ => None,
            });
            let what = format!(
                "The server takes mail only from the login's own address: from <{from}>, not from \
                 <{asked}>."
            );
            let finding = Finding::new(Warning, what);
            found.push(match refusal {
                Some(reply) => finding.in_words(reply),
                None => finding,
            });
        }
        if trial.server.ehlo != self.case.server.ehlo
            && self.best.is_some()
            && let Some(name) = &trial.server.ehlo
        {
            let what = format!(
                "The server does not like the usual name in EHLO, and takes {name}: best is this \
                 machine's full name."
            );
            found.push(Finding::new(Note, what));
        }
    }
}

impl Judge<'_> {
    /// What looking at the port has shown is said of the port.
    fn is_said_already(&self, failure: &Failure) -> bool {
        let Some(sight) = self.examination.main_sight() else { return false };
        let inside = sight.tls().and_then(|tls| tls.offers);
        match failure.cause {
            Cause::AuthNotOffered => {
                inside.is_some_and(|inside| inside.mechanisms.is_empty())
                    && sight.in_clear().is_some_and(|clear| !clear.mechanisms.is_empty())
            }
            _ => failure.stage < Stage::Auth && sight.failure().is_some(),
        }
    }
}

/// What went wrong with a rehearsal; the server's own words are the evidence.
fn what_failed(failure: &Failure, trial: &Trial) -> String {
    let user = trial.server.username.as_deref().unwrap_or_default();
    match &failure.cause {
        Cause::CredentialsRefused { mechanism, .. } => {
            let proof = mechanism.proof().name();
            format!("The server refused the {proof} of {user}, given by {}.", mechanism.name())
        }
        Cause::Refused(_) => format!("The server refused {}.", failure.stage.name()),
        _ => format!("{}.", sentence(&failure.to_string())),
    }
}
