//! The envelope of a transaction: MAIL, every RCPT and DATA, in groups or one at a time, and the
//! answers to them. A chunk may ride along.

use std::time::Duration;

use super::answers::Answers;
use super::groups::groups;
use super::{Broken, Doubt, Form, Pacing, Transaction};
use crate::model::{Address, Cause, Protocol, RecipientPolicy, Reply, Stage};
use crate::smtp::client::{BodyError, Passage};
use crate::smtp::wire::Delimiter;

/// A server that answers a part of a group answers the rest within this time, or is taken not to
/// have read it; one that is only slow costs a second connection.
const SILENCE: Duration = Duration::from_secs(10);
/// How long answers are waited for that can change nothing.
const COURTESY: Duration = Duration::from_secs(5);

impl Transaction<'_> {
    /// Sends the envelope and gathers the answers.
    pub(super) fn envelope(&mut self, form: Form) -> Result<Answers, Broken> {
        match self.pacing {
            Pacing::Grouped | Pacing::Proven => self.in_groups(form),
            Pacing::Stepwise => self.step_by_step(form),
        }
    }

    fn mail_command(&self) -> String {
        let path = self.mail.reverse_path.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut command = format!("MAIL FROM:<{path}>");
        if self.capabilities.size.is_some() {
            command += &format!(" SIZE={}", self.content.length());
        }
        if self.mail.is_eight_bit() && self.capabilities.eight_bit_mime {
            command += " BODY=8BITMIME";
        }
        if self.mail.needs_smtputf8() {
            command += " SMTPUTF8";
        }
        with(command, &self.parameters.mail())
    }

    fn rcpt_commands(&self) -> Vec<String> {
        let command = |address: &Address| {
            with(format!("RCPT TO:<{address}>"), &self.parameters.rcpt(address))
        };
        self.recipients.iter().map(command).collect()
    }

    /// Whether DATA is said only when every recipient is known to be accepted.
    pub(super) fn data_waits(&self) -> bool {
        self.policy == RecipientPolicy::AllOrNone && self.recipients.len() > 1
    }

    fn step_by_step(&mut self, form: Form) -> Result<Answers, Broken> {
        let mail = Some(self.step(&self.mail_command(), Stage::Mail)?);
        let mut answers = Answers { mail, ..Answers::default() };
        if answers.mail_is_refused() {
            return Ok(answers);
        }
        let count = self.recipients.len();
        for command in self.rcpt_commands() {
            let reply = self.step(&command, Stage::Rcpt)?;
            let closing = reply.code == 421;
            answers.recipients.push(reply);
            if closing {
                answers.answer_the_rest(count);
                return Ok(answers);
            }
            if answers.are_enough() {
                answers.pass_over_the_rest(count);
                break;
            }
        }
        self.data_after(form, &mut answers)?;
        Ok(answers)
    }

    /// DATA by itself, if it is for somebody.
    fn data_after(&mut self, form: Form, answers: &mut Answers) -> Result<(), Broken> {
        let all = answers.recipients.iter().all(Reply::is_success);
        if form == Form::Data && answers.somebody_is_accepted() && (all || !self.data_waits()) {
            answers.data = Some(self.step("DATA", Stage::Data)?);
        }
        Ok(())
    }

    fn step(&mut self, command: &str, stage: Stage) -> Result<Reply, Broken> {
        let patience = self.patience(stage);
        self.client.wire().lock().allow(patience);
        let reply = self.client.command(command).map_err(|cause| Broken::new(stage, cause))?;
        if is_astray(stage, &reply) {
            let how = format!("{} was answered {reply}", stage.name());
            return Err(Broken::new(stage, Cause::Protocol(how)));
        }
        Ok(reply)
    }

    fn patience(&self, stage: Stage) -> Duration {
        let timeouts = self.client.wire().lock().timeouts();
        if stage == Stage::Data { timeouts.data } else { timeouts.command }
    }

    fn in_groups(&mut self, form: Form) -> Result<Answers, Broken> {
        let count = self.recipients.len();
        let commands = self.commands(form);
        let mut answers = Answers::default();
        let groups = groups(&commands);
        for (index, group) in groups.iter().enumerate() {
            if answers.are_enough() {
                answers.pass_over_the_rest(count);
                break;
            }
            answers.chunk_is_out = form == Form::Riding && index + 1 == groups.len();
            if !self.group(group, &mut answers)? {
                return Ok(answers);
            }
        }
        if answers.data.is_none() {
            self.data_after(form, &mut answers)?;
        }
        Ok(answers)
    }

    fn commands(&self, form: Form) -> Vec<String> {
        let mut commands = vec![self.mail_command()];
        commands.extend(self.rcpt_commands());
        match form {
            Form::Riding => commands.push(self.bdat_command()),
            Form::Data if !self.data_waits() => commands.push("DATA".to_owned()),
            Form::Data | Form::Chunk => {}
        }
        commands
    }

    /// The lines that may go out before their turn, behind another message; none where they are
    /// too many for that, or will not do.
    pub(in crate::smtp) fn announcement(&self) -> Option<String> {
        let waits = self.pacing == Pacing::Stepwise || self.protocol == Protocol::Lmtp;
        if waits || self.check_limits().is_err() {
            return None;
        }
        let commands = self.commands(Form::Data);
        (groups(&commands).len() == 1).then(|| commands.join("\r\n") + "\r\n")
    }

    /// Sends one group and reads its answers; whether the next may follow.
    fn group(&mut self, group: &[String], answers: &mut Answers) -> Result<bool, Broken> {
        let count = self.recipients.len();
        for index in 0..group.len() {
            let stage = answers.next_stage(count);
            let patience = self.patience_in_group(stage, index, answers);
            self.client.wire().lock().allow(patience);
            let reply = match index {
                0 if answers.chunk_is_out => self.carry(group, patience)?,
                0 if self.announced => self.client.read_reply(),
                0 => self.client.command(&group.join("\r\n")),
                _ => self.client.read_reply(),
            };
            match reply {
                Ok(reply) if is_astray(stage, &reply) && self.is_out(answers) => {
                    let how = format!("{} was answered {reply}", stage.name());
                    answers.lost = Some(Cause::Protocol(how));
                    return Ok(false);
                }
                Ok(reply) => {
                    let closing = reply.code == 421;
                    let astray = is_astray(stage, &reply);
                    answers.add(stage, reply);
                    if closing {
                        answers.answer_the_rest(count);
                    }
                    if closing || astray {
                        return Ok(false);
                    }
                }
                Err(_) if answers.suffice(count) => return Ok(false),
                Err(cause) if self.is_out(answers) => {
                    answers.lost = Some(cause);
                    return Ok(false);
                }
                Err(cause) => {
                    let doubt = self.may_be_the_group(group, &cause).then_some(Doubt::Groups);
                    return Err(Broken { stage, cause, doubt });
                }
            }
        }
        Ok(!answers.mail_is_refused())
    }

    /// Sends a group whose last command is followed by the message, and waits for the first answer.
    fn carry(
        &mut self,
        group: &[String],
        patience: Duration,
    ) -> Result<Result<Reply, Cause>, Broken> {
        let passage = Passage {
            before: group.to_vec(),
            delimiter: Delimiter::Length,
            // Where somebody may be left over more may follow.
            trailer: self.trailer(self.recipients.len() == 1),
            rides: true,
            patience,
        };
        match self.client.send_body(self.content, passage) {
            Ok(reply) => Ok(Ok(reply)),
            Err(BodyError::Connection(cause)) => Ok(Err(cause)),
            Err(BodyError::Source(error)) => {
                Err(Broken::new(Stage::Content, Cause::Source(error.to_string())))
            }
        }
    }

    /// Whether the server may have all of a message that rode along.
    fn is_out(&self, answers: &Answers) -> bool {
        answers.chunk_is_out && self.client.wire().lock().end_of_data_written()
    }

    fn patience_in_group(&self, stage: Stage, index: usize, answers: &Answers) -> Duration {
        let patience = self.patience(stage);
        if answers.suffice(self.recipients.len()) {
            patience.min(COURTESY)
        } else if answers.chunk_is_out {
            // Answers may be kept back until the last can be given.
            self.client.wire().lock().timeouts().end_of_data
        } else if self.pacing == Pacing::Grouped && answers.are_doubtful() {
            patience.min(COURTESY)
        } else if self.pacing == Pacing::Grouped && index > 0 {
            patience.min(SILENCE)
        } else {
            patience
        }
    }

    /// Whether a server that takes one command at a time would have gone on.
    fn may_be_the_group(&self, group: &[String], cause: &Cause) -> bool {
        let broken = matches!(cause, Cause::Lost(_) | Cause::TimedOut(_) | Cause::Protocol(_));
        self.pacing == Pacing::Grouped && group.len() > 1 && broken
    }
}

/// A command with what its envelope asks for besides.
fn with(mut command: String, parameters: &[String]) -> String {
    for parameter in parameters {
        command.push(' ');
        command.push_str(parameter);
    }
    command
}

/// Whoever says 354 waits for a message and answers nothing else.
fn is_astray(stage: Stage, reply: &Reply) -> bool {
    stage != Stage::Data && reply.code / 100 == 3
}
