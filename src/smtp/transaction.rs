//! One mail transaction (RFC 5321 §3.3): MAIL, RCPT, DATA, the message, and what became of every
//! recipient. Pipelined where the server offers it (RFC 2920).
//!
//! Fails when the connection or a file of the message does before the end of the data is out; after
//! that the outcome is unknown, never a failure.

use super::capabilities::Capabilities;
use super::client::{BodyError, Client};
use crate::model::{Cause, Mail, Outcome, Reply, Report, Stage};

/// Octets and commands of one group, so that neither side waits for the other with full buffers
/// (RFC 2920 §3.1).
const GROUP_OCTETS: usize = 4 * 1024;
const GROUP_COMMANDS: usize = 100;

/// What follows the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// QUIT, in the flight of the end of the data where pipelining is offered.
    Quit,
}

/// What one transaction needs.
pub(super) struct Transaction<'a> {
    pub(super) client: &'a mut Client,
    pub(super) capabilities: &'a Capabilities,
    pub(super) pipelining: bool,
    pub(super) afterwards: Afterwards,
    pub(super) mail: &'a Mail,
}

/// The answers to the envelope, as far as they came.
#[derive(Default)]
struct Answers {
    mail: Option<Reply>,
    recipients: Vec<Reply>,
    data: Option<Reply>,
}

impl Transaction<'_> {
    /// Runs it to its end.
    pub(super) fn run(mut self) -> Result<Report, (Stage, Cause)> {
        self.check_limits()?;
        let answers = self.envelope()?;
        let Some(mail_reply) = &answers.mail else {
            return Err((Stage::Mail, Cause::Internal("MAIL without an answer".to_owned())));
        };
        if !mail_reply.is_success() {
            self.abandon_data(&answers)?;
            let outcome = refused(Stage::Mail, mail_reply)?;
            return Ok(self.report(|_| outcome.clone()));
        }
        let accepted = |index: usize| answers.recipients[index].is_success();
        let mut outcomes = Vec::new();
        for reply in &answers.recipients {
            outcomes.push(match reply.is_success() {
                true => None,
                false => Some(refused(Stage::Rcpt, reply)?),
            });
        }
        let rest = if outcomes.iter().all(Option::is_some) {
            self.abandon_data(&answers)?;
            None
        } else {
            Some(self.data(answers.data.as_ref())?)
        };
        Ok(self.report(|index| match (&outcomes[index], &rest) {
            (Some(outcome), _) => outcome.clone(),
            (None, Some(rest)) if accepted(index) => rest.clone(),
            (None, _) => Outcome::Unknown { detail: "no answer was seen".to_owned() },
        }))
    }

    fn report(&self, outcome: impl Fn(usize) -> Outcome) -> Report {
        let recipients = self.mail.recipients.iter().enumerate();
        Report {
            recipients: recipients.map(|(index, a)| (a.clone(), outcome(index))).collect(),
            size: self.mail.content.length(),
        }
    }

    /// What can be known not to work is not tried.
    fn check_limits(&self) -> Result<(), (Stage, Cause)> {
        let size = self.mail.content.length();
        if let Some(Some(limit)) = self.capabilities.size
            && size > limit
        {
            return Err((Stage::Mail, Cause::TooLarge { size, limit }));
        }
        if self.mail.needs_smtputf8() && !self.capabilities.smtputf8 {
            return Err((Stage::Mail, Cause::SmtpUtf8NotOffered));
        }
        Ok(())
    }

    fn mail_command(&self) -> String {
        let path = self.mail.reverse_path.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut command = format!("MAIL FROM:<{path}>");
        if self.capabilities.size.is_some() {
            command += &format!(" SIZE={}", self.mail.content.length());
        }
        if self.mail.needs_smtputf8() {
            command += " SMTPUTF8";
        }
        command
    }

    fn rcpt_commands(&self) -> impl Iterator<Item = String> {
        self.mail.recipients.iter().map(|address| format!("RCPT TO:<{address}>"))
    }

    /// Sends MAIL, every RCPT and DATA and gathers the answers.
    fn envelope(&mut self) -> Result<Answers, (Stage, Cause)> {
        if self.pipelining { self.grouped_envelope() } else { self.stepwise_envelope() }
    }

    fn stepwise_envelope(&mut self) -> Result<Answers, (Stage, Cause)> {
        let timeouts = self.client.wire().lock().timeouts();
        let mut answers = Answers::default();
        self.client.wire().lock().allow(timeouts.command);
        let at = |stage| move |cause| (stage, cause);
        let reply = self.client.command(&self.mail_command()).map_err(at(Stage::Mail))?;
        let going_on = reply.is_success();
        answers.mail = Some(reply);
        if !going_on {
            return Ok(answers);
        }
        for command in self.rcpt_commands().collect::<Vec<_>>() {
            let reply = self.client.command(&command).map_err(at(Stage::Rcpt))?;
            let closing = reply.code == 421;
            answers.recipients.push(reply);
            if closing {
                answers.answer_the_rest(self.mail.recipients.len());
                return Ok(answers);
            }
        }
        if answers.recipients.iter().any(Reply::is_success) {
            self.client.wire().lock().allow(timeouts.data);
            answers.data = Some(self.client.command("DATA").map_err(at(Stage::Data))?);
        }
        Ok(answers)
    }

    fn grouped_envelope(&mut self) -> Result<Answers, (Stage, Cause)> {
        let mut commands = vec![self.mail_command()];
        commands.extend(self.rcpt_commands());
        commands.push("DATA".to_owned());
        let count = self.mail.recipients.len();
        let mut answers = Answers::default();
        for group in groups(&commands) {
            let refused = answers.mail.as_ref().is_some_and(|reply| !reply.is_success());
            if refused {
                break;
            }
            for index in 0..group.len() {
                let stage = answers.next_stage(count);
                let answer = self.group_answer(group, index, stage);
                match answer {
                    Ok(reply) => {
                        let closing = reply.code == 421;
                        answers.add(stage, reply);
                        if closing {
                            answers.answer_the_rest(count);
                            return Ok(answers);
                        }
                    }
                    Err(_) if answers.suffice(count) => return Ok(answers),
                    Err(cause) => return Err((stage, cause)),
                }
            }
        }
        Ok(answers)
    }

    fn group_answer(
        &mut self,
        group: &[String],
        index: usize,
        stage: Stage,
    ) -> Result<Reply, Cause> {
        let timeouts = self.client.wire().lock().timeouts();
        let patience = if stage == Stage::Data { timeouts.data } else { timeouts.command };
        self.client.wire().lock().allow(patience);
        if index == 0 { self.client.command(&group.join("\r\n")) } else { self.client.read_reply() }
    }

    /// The message for those who were accepted.
    fn data(&mut self, reply: Option<&Reply>) -> Result<Outcome, (Stage, Cause)> {
        match reply {
            Some(reply) if reply.code == 354 => self.body(),
            Some(reply) => refused(Stage::Data, reply),
            None => Err((Stage::Data, Cause::Lost("DATA was not answered".to_owned()))),
        }
    }

    fn body(&mut self) -> Result<Outcome, (Stage, Cause)> {
        let patience = self.client.wire().lock().timeouts().end_of_data;
        let trailer: &[u8] = match self.afterwards {
            Afterwards::Quit if self.pipelining => b"QUIT\r\n",
            Afterwards::Quit => b"",
        };
        let answer = self.client.send_body(&self.mail.content, trailer, patience);
        let complete = self.client.wire().lock().end_of_data_written();
        match answer {
            Ok(reply) if complete && reply.is_success() => Ok(Outcome::Accepted(reply)),
            Ok(reply) if reply.is_transient() || reply.is_permanent() => {
                refused(if complete { Stage::EndOfData } else { Stage::Content }, &reply)
            }
            Ok(reply) if complete => {
                Ok(Outcome::Unknown { detail: format!("the message was answered {reply}") })
            }
            Ok(reply) => Err((
                Stage::Content,
                Cause::Lost(format!("the server said {reply} before the message had ended")),
            )),
            Err(BodyError::Source(error)) => {
                Err((Stage::Content, Cause::Source(error.to_string())))
            }
            Err(BodyError::Connection(cause)) if complete => {
                Ok(Outcome::Unknown { detail: cause.to_string() })
            }
            Err(BodyError::Connection(cause)) => Err((Stage::Content, cause)),
        }
    }

    /// A server that said 354 although it accepted nobody wants its dot.
    fn abandon_data(&mut self, answers: &Answers) -> Result<(), (Stage, Cause)> {
        if answers.data.as_ref().is_some_and(|reply| reply.code == 354) {
            // Nobody was accepted, so whatever it answers accepts nothing.
            let _ = self.client.command(".");
        }
        Ok(())
    }
}

impl Answers {
    fn next_stage(&self, recipients: usize) -> Stage {
        match &self.mail {
            None => Stage::Mail,
            Some(_) if self.recipients.len() < recipients => Stage::Rcpt,
            Some(_) => Stage::Data,
        }
    }

    fn add(&mut self, stage: Stage, reply: Reply) {
        match stage {
            Stage::Mail => self.mail = Some(reply),
            Stage::Rcpt => self.recipients.push(reply),
            _ => self.data = Some(reply),
        }
    }

    /// A 421 answers everything that comes behind it.
    fn answer_the_rest(&mut self, recipients: usize) {
        let last = self.data.as_ref().or(self.recipients.last()).or(self.mail.as_ref());
        let Some(last) = last.cloned() else {
            return;
        };
        self.recipients.resize(recipients, last.clone());
        self.data.get_or_insert(last);
    }

    /// Whether nobody can have been accepted, so that no further answer is needed.
    fn suffice(&self, recipients: usize) -> bool {
        let mail_refused = self.mail.as_ref().is_some_and(|reply| !reply.is_success());
        let all_refused =
            self.recipients.len() == recipients && !self.recipients.iter().any(Reply::is_success);
        mail_refused || all_refused
    }
}

/// Cuts commands into groups that may be sent without waiting.
fn groups(commands: &[String]) -> Vec<&[String]> {
    let mut groups = Vec::new();
    let (mut start, mut octets) = (0, 0);
    for (index, command) in commands.iter().enumerate() {
        let length = command.len() + 2;
        if index > start && (octets + length > GROUP_OCTETS || index - start == GROUP_COMMANDS) {
            groups.push(&commands[start..index]);
            (start, octets) = (index, 0);
        }
        octets += length;
    }
    groups.push(&commands[start..]);
    groups
}

/// The outcome of a refusal; what is neither yes nor no breaks the protocol.
fn refused(stage: Stage, reply: &Reply) -> Result<Outcome, (Stage, Cause)> {
    let reply = reply.clone();
    if reply.is_transient() {
        Ok(Outcome::Deferred { stage, reply })
    } else if reply.is_permanent() {
        Ok(Outcome::Rejected { stage, reply })
    } else {
        Err((stage, Cause::Protocol(format!("{} was answered {reply}", stage.name()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_small_enough_to_need_no_reply_between() {
        let commands = vec!["RCPT TO:<somebody@example.com>".to_owned(); 5001];
        let groups = groups(&commands);
        assert_eq!(groups.iter().map(|group| group.len()).sum::<usize>(), 5001);
        for group in groups {
            assert!(group.len() <= GROUP_COMMANDS);
            assert!(group.join("\r\n").len() + 2 <= GROUP_OCTETS);
        }
    }

    #[test]
    fn a_command_longer_than_a_group_goes_alone() {
        let commands = vec!["x".repeat(5000), "DATA".to_owned()];
        assert_eq!(groups(&commands).len(), 2);
    }
}
