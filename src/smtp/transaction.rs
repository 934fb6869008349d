//! One mail transaction (RFC 5321 §3.3): MAIL, RCPT, DATA, the message, and what became of every
//! recipient.
//!
//! Breaks when the connection or a file of the message does before the end of the data is out;
//! after that the outcome is unknown, never a failure.

mod answers;
mod envelope;
mod groups;
mod too_many;

use answers::Answers;

use super::capabilities::Capabilities;
use super::client::{BodyError, Client};
use crate::model::{
    Address, Cause, Content, Mail, NoSevenBitForm, Outcome, RecipientPolicy, Reply, Stage,
};

/// How commands go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pacing {
    /// In groups (RFC 2920), as far as the server proves to understand them.
    Grouped,
    /// In groups: they have worked before.
    Proven,
    /// One at a time.
    Stepwise,
}

/// What follows the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// QUIT, in the flight of the end of the data where pipelining is offered, unless somebody is
    /// left over.
    Quit,
    /// More transactions.
    More,
}

/// What one transaction needs.
pub(super) struct Transaction<'a> {
    pub(super) client: &'a mut Client,
    pub(super) capabilities: &'a Capabilities,
    pub(super) pacing: Pacing,
    pub(super) afterwards: Afterwards,
    pub(super) mail: &'a Mail,
    /// The mail's content in the form that the server takes.
    pub(super) content: &'a Content,
    /// Those of the mail's recipients that this transaction is for.
    pub(super) recipients: &'a [Address],
    pub(super) policy: RecipientPolicy,
}

/// A transaction that came to its end.
#[derive(Debug)]
pub(super) struct Ended {
    /// What became of each recipient, in their order.
    pub(super) outcomes: Vec<Outcome>,
    /// The places of those who were too many for one transaction.
    pub(super) left_over: Vec<usize>,
    /// The server may not understand commands in groups.
    pub(super) doubtful: bool,
    /// How the session can go on.
    pub(super) next: Next,
}

/// What a session can do after a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Another transaction at once.
    Mail,
    /// Another one after RSET: this one was not ended by the end of data.
    Reset,
    /// Nothing but QUIT.
    Quit,
}

/// A transaction that could not come to its end; nobody was accepted in it.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) stage: Stage,
    pub(super) cause: Cause,
    /// Commands in groups may be why.
    pub(super) doubtful: bool,
}

impl Broken {
    pub(super) fn new(stage: Stage, cause: Cause) -> Self {
        Self { stage, cause, doubtful: false }
    }

    /// The server takes only 7 bits, and the message has no such form.
    pub(super) fn not_in_seven_bits(why: &NoSevenBitForm) -> Self {
        let cause = match why {
            NoSevenBitForm::Untouchable(why) => Cause::EightBitNotOffered { why: why.clone() },
            NoSevenBitForm::Source(error) => Cause::Source(error.to_string()),
        };
        Self::new(Stage::Mail, cause)
    }
}

impl Transaction<'_> {
    /// Runs it to its end.
    pub(super) fn run(mut self) -> Result<Ended, Broken> {
        self.check_limits()?;
        let answers = self.envelope()?;
        let doubtful = self.pacing == Pacing::Grouped && answers.are_doubtful();
        if !doubtful && !answers.somebody_is_accepted() {
            self.abandon_data(&answers);
        }
        let Some(mail) = &answers.mail else {
            return Err(Broken::new(Stage::Mail, Cause::Internal("MAIL has no answer".to_owned())));
        };
        if !mail.is_success() {
            let outcome = self.refused(Stage::Mail, mail)?;
            let outcomes = vec![outcome; self.recipients.len()];
            return Ok(Ended { outcomes, left_over: Vec::new(), doubtful, next: Next::Quit });
        }
        let (outcomes, left_over) = self.of_recipients(&answers)?;
        let all_or_none = self.policy == RecipientPolicy::AllOrNone;
        let somebody_refused = outcomes.iter().any(Option::is_some);
        let (rest, next) = if !answers.somebody_is_accepted() {
            let for_good = answers.recipients.iter().all(Reply::is_permanent);
            (Outcome::Withheld, if for_good { Next::Reset } else { Next::Quit })
        } else if all_or_none && somebody_refused {
            (Outcome::Withheld, Next::Quit)
        } else {
            self.data(&answers, left_over.is_empty())?
        };
        let outcomes = outcomes.into_iter().map(|o| o.unwrap_or_else(|| rest.clone())).collect();
        Ok(Ended { outcomes, left_over, doubtful, next })
    }

    /// What can be known not to work is not tried.
    fn check_limits(&self) -> Result<(), Broken> {
        let size = self.content.length();
        if let Some(Some(limit)) = self.capabilities.size
            && size > limit
        {
            return Err(Broken::new(Stage::Mail, Cause::TooLarge { size, limit }));
        }
        if self.mail.needs_smtputf8() && !self.capabilities.smtputf8 {
            let address = self.mail.utf8_address().map(ToString::to_string);
            return Err(Broken::new(Stage::Mail, Cause::SmtpUtf8NotOffered { address }));
        }
        Ok(())
    }

    /// What became of each recipient, none for those who were accepted, and the places of those
    /// who were too many: temporary whatever the code (RFC 5321 §4.5.3.1.10).
    fn of_recipients(
        &self,
        answers: &Answers,
    ) -> Result<(Vec<Option<Outcome>>, Vec<usize>), Broken> {
        let mut outcomes = Vec::with_capacity(answers.recipients.len());
        for reply in &answers.recipients {
            outcomes.push(match reply.is_success() {
                true => None,
                false => Some(self.refused(Stage::Rcpt, reply)?),
            });
        }
        let left_over = too_many::left_over(&answers.recipients);
        for place in &left_over {
            let reply = answers.recipients[*place].clone();
            outcomes[*place] = Some(Outcome::Deferred { stage: Stage::Rcpt, reply });
        }
        Ok((outcomes, left_over))
    }

    /// The message for those who were accepted.
    fn data(&mut self, answers: &Answers, alone: bool) -> Result<(Outcome, Next), Broken> {
        let Some(reply) = &answers.data else {
            let cause = Cause::Lost("DATA was not answered".to_owned());
            return Err(Broken::new(Stage::Data, cause));
        };
        if reply.code != 354 {
            let next = if reply.is_permanent() { Next::Reset } else { Next::Quit };
            return Ok((self.refused(Stage::Data, reply)?, next));
        }
        let outcome = self.body(alone)?;
        let next = match &outcome {
            Outcome::Accepted(_) | Outcome::Rejected { stage: Stage::EndOfData, .. } => Next::Mail,
            _ => Next::Quit,
        };
        Ok((outcome, next))
    }

    fn body(&mut self, alone: bool) -> Result<Outcome, Broken> {
        let patience = self.client.wire().lock().timeouts().end_of_data;
        let last = alone && self.afterwards == Afterwards::Quit;
        let trailer: &[u8] =
            if last && self.pacing != Pacing::Stepwise { b"QUIT\r\n" } else { b"" };
        let answer = self.client.send_body(self.content, trailer, patience);
        let complete = self.client.wire().lock().end_of_data_written();
        match answer {
            Ok(reply) if complete && reply.is_success() => Ok(Outcome::Accepted(reply)),
            Ok(reply) => {
                let stage = if complete { Stage::EndOfData } else { Stage::Content };
                match Outcome::refused(stage, &reply) {
                    Some(outcome) => Ok(outcome),
                    None if complete => {
                        Ok(Outcome::Unknown { detail: format!("the message was answered {reply}") })
                    }
                    None => {
                        let how = format!("it said {reply} before the message had ended");
                        Err(Broken::new(stage, Cause::Protocol(how)))
                    }
                }
            }
            Err(BodyError::Source(error)) => {
                Err(Broken::new(Stage::Content, Cause::Source(error.to_string())))
            }
            Err(BodyError::Connection(cause)) if complete => {
                Ok(Outcome::Unknown { detail: cause.to_string() })
            }
            Err(BodyError::Connection(cause)) => Err(Broken::new(Stage::Content, cause)),
        }
    }

    /// A server that said 354 although it accepted nobody wants its dot. Where its answers may
    /// belong to other commands it must not get one: an empty mail could be sent.
    fn abandon_data(&mut self, answers: &Answers) {
        if answers.data.as_ref().is_some_and(|reply| reply.code == 354) {
            // Nobody was accepted, so whatever it answers accepts nothing.
            let _ = self.client.command(".");
        }
    }

    /// The outcome of a refusal; what is neither yes nor no breaks the protocol.
    fn refused(&self, stage: Stage, reply: &Reply) -> Result<Outcome, Broken> {
        Outcome::refused(stage, reply).ok_or_else(|| {
            let cause = Cause::Protocol(format!("{} was answered {reply}", stage.name()));
            Broken { stage, cause, doubtful: self.pacing == Pacing::Grouped }
        })
    }
}
