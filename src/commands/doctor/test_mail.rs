//! `--send`: a real mail through the profile that was found, to whoever `--to` names.

use super::patient::Patient;
use crate::commands::Refusal;
use crate::commands::context::Context;
use crate::compose::compose;
use crate::doctor::{Case, Trial};
use crate::model::{Body, Draft, Exit, Mailbox, Outcome, RecipientPolicy};
use crate::smtp::{Credentials, Submission, Submitted};

/// What became of the test mail.
pub(super) struct Sent {
    /// As a sentence.
    pub(super) what: String,
    /// The status that it would end the program with.
    pub(super) exit: Exit,
}

/// Sends it with the settings of this trial.
pub(super) fn send(
    patient: &Patient,
    case: &Case<'_>,
    trial: &Trial,
    context: &Context,
) -> Result<Sent, Refusal> {
    let name = patient.settings.identity.from.as_ref().and_then(|from| from.name.clone());
    let recipient = case.recipient.address.clone();
    let draft = Draft {
        from: Mailbox { name, address: trial.sender.clone() },
        reverse_path: Some(trial.sender.clone()),
        to: vec![Mailbox { name: None, address: recipient.clone() }],
        cc: Vec::new(),
        bcc: Vec::new(),
        reply_to: Vec::new(),
        subject: Some(format!("mailsend doctor: a test through {}", trial.server.host)),
        date: None,
        message_id: None,
        headers: Vec::new(),
        body: Body::Text(format!(
            "This is a test mail of mailsend doctor, sent through {} port {}.\nIf you can read it, \
             these settings work.\n",
            trial.server.host, trial.server.port
        )),
        calendar: None,
        attachments: Vec::new(),
    };
    let mail = compose(&draft, &context.stamp()?)?;
    let login = trial.rehearsed.connection.auth.is_some();
    let credentials = case.credentials.filter(|_| login).map(|known| Credentials {
        username: trial.server.username.clone(),
        password: known.password.clone(),
        token: known.token.clone(),
        most_in_vain: None,
    });
    let Submitted { result, .. } = Submission {
        server: &trial.server,
        credentials: credentials.as_ref(),
        watch: case.watch,
        mail: &mail,
        recipients: &mail.recipients,
        policy: RecipientPolicy::Each,
    }
    .run();
    Ok(match result {
        Ok(report) => {
            let exit = report.exit();
            let outcome = report.recipients.into_iter().next().map(|(_, outcome)| outcome);
            let what = match outcome {
                Some(Outcome::Accepted(reply)) => {
                    format!("A test mail to {recipient} was accepted: {reply}")
                }
                Some(Outcome::Deferred { stage, reply } | Outcome::Rejected { stage, reply }) => {
                    format!("The test mail to {recipient} was refused at {}: {reply}", stage.name())
                }
                Some(Outcome::Unknown { detail }) => {
                    format!("Nobody knows whether the test mail to {recipient} was taken: {detail}")
                }
                Some(Outcome::Withheld) | None => "The test mail was not sent.".to_owned(),
            };
            Sent { what, exit }
        }
        Err(failure) => {
            Sent { what: format!("The test mail was not sent: {failure}"), exit: failure.exit() }
        }
    })
}
