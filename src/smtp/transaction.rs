//! One mail transaction (RFC 5321 §3.3): MAIL, RCPT, DATA or BDAT, the message, and what became of
//! every recipient.
//!
//! Breaks when the connection or a file of the message does before the end of the data is out;
//! after that the outcome is unknown, never a failure.

mod answers;
mod body;
mod chunk;
mod envelope;
mod groups;
mod lmtp;
mod riding;
mod too_many;

use std::borrow::Cow;

use answers::Answers;

use super::capabilities::Capabilities;
use super::client::Client;
use crate::model::{
    Address, Cause, Content, Mail, NoSevenBitForm, Outcome, Parameters, Protocol, RecipientPolicy,
    Reply, Stage,
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
pub(super) enum Afterwards<'a> {
    /// QUIT, in the flight of the end of the data where pipelining is offered, unless somebody is
    /// left over.
    Quit,
    /// More transactions.
    More,
    /// The transaction of another mail, whose announcement this is: likewise in that flight.
    Next(&'a str),
}

/// What a server may only say that it understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Commands in groups (PIPELINING).
    Groups,
    /// BDAT (CHUNKING).
    Chunks,
}

/// How the message follows its envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Behind DATA, up to a lone dot.
    Data,
    /// As a chunk, once everybody has an answer.
    Chunk,
    /// As a chunk, in one flight with its envelope.
    Riding,
}

/// What one transaction needs.
pub(super) struct Transaction<'a> {
    pub(super) client: &'a mut Client,
    pub(super) capabilities: &'a Capabilities,
    pub(super) pacing: Pacing,
    /// The message may go out as a chunk.
    pub(super) chunks: bool,
    /// Its envelope went out already, as an announcement.
    pub(super) announced: bool,
    pub(super) afterwards: Afterwards<'a>,
    pub(super) mail: &'a Mail,
    /// Those of the mail's parameters that are asked for here.
    pub(super) parameters: Cow<'a, Parameters>,
    /// The mail's content in the form that the server takes.
    pub(super) content: &'a Content,
    /// Those of the mail's recipients that this transaction is for.
    pub(super) recipients: &'a [Address],
    pub(super) policy: RecipientPolicy,
    pub(super) protocol: Protocol,
}

/// A transaction that came to its end.
#[derive(Debug)]
pub(super) struct Ended {
    /// What became of each recipient, in their order.
    pub(super) outcomes: Vec<Outcome>,
    /// The places of those who were too many for one transaction.
    pub(super) left_over: Vec<usize>,
    /// The announcement of the next is out.
    pub(super) announced_next: bool,
    /// What may be why nothing came of it; then nothing was taken.
    pub(super) doubt: Option<Doubt>,
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
    /// The same, but not of this mail.
    Other,
    /// Nothing but QUIT.
    Quit,
}

impl Next {
    /// After a refusal that ends the transaction: a 421 ends the session.
    fn other(reply: &Reply) -> Self {
        if reply.code == 421 { Self::Quit } else { Self::Other }
    }

    /// After answers that leave nobody to send to.
    fn after_all(replies: &[Reply]) -> Self {
        if replies.iter().any(|reply| reply.code == 421) { Self::Quit } else { Self::Other }
    }
}

/// A transaction that could not come to its end; nobody was accepted in it.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) stage: Stage,
    pub(super) cause: Cause,
    /// What may be why.
    pub(super) doubt: Option<Doubt>,
}

impl Broken {
    pub(super) fn new(stage: Stage, cause: Cause) -> Self {
        Self { stage, cause, doubt: None }
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
        let form = self.form()?;
        let answers = self.envelope(form)?;
        if answers.chunk_is_out {
            return self.ridden(&answers);
        }
        let doubtful = self.pacing == Pacing::Grouped && answers.are_doubtful();
        let mut doubt = doubtful.then_some(Doubt::Groups);
        let wants_dot = self.protocol == Protocol::Smtp && !answers.somebody_is_accepted();
        if !doubtful && wants_dot {
            self.abandon_data(&answers);
        }
        let Some(mail) = &answers.mail else {
            return Err(Broken::new(Stage::Mail, Cause::Internal("MAIL has no answer".to_owned())));
        };
        if !mail.is_success() {
            let outcome = self.refused(Stage::Mail, mail)?;
            let outcomes = vec![outcome; self.recipients.len()];
            let next = Next::other(mail);
            return Ok(Ended {
                outcomes,
                left_over: Vec::new(),
                announced_next: false,
                doubt,
                next,
            });
        }
        let (outcomes, left_over) = self.of_recipients(&answers)?;
        if self.protocol == Protocol::Lmtp && answers.somebody_is_accepted() {
            let (outcomes, next) = self.data_for_each(&answers, outcomes, left_over.is_empty())?;
            return Ok(Ended { outcomes, left_over, announced_next: false, doubt, next });
        }
        let all_or_none = self.policy == RecipientPolicy::AllOrNone;
        let somebody_refused = outcomes.iter().any(Option::is_some);
        let mut announced_next = false;
        let (rest, next) = if !answers.somebody_is_accepted() {
            let for_good = answers.recipients.iter().all(Reply::is_permanent);
            let next = if for_good { Next::Reset } else { Next::after_all(&answers.recipients) };
            (Outcome::Withheld, next)
        } else if all_or_none && somebody_refused {
            (Outcome::Withheld, Next::after_all(&answers.recipients))
        } else {
            let after = self.data(form, &answers, left_over.is_empty())?;
            doubt = doubt.or(after.doubt);
            announced_next = after.announced_next;
            (after.outcome, after.next)
        };
        let outcomes = outcomes.into_iter().map(|o| o.unwrap_or_else(|| rest.clone())).collect();
        Ok(Ended { outcomes, left_over, announced_next, doubt, next })
    }

    /// How the message goes out. Where DATA is in the group anyway, a chunk behind the answers
    /// would save nothing.
    fn form(&self) -> Result<Form, Broken> {
        let in_group = self.pacing != Pacing::Stepwise && !self.data_waits();
        let may_ride = self.afterwards == Afterwards::Quit;
        if !self.chunks || self.announced || (in_group && !may_ride) {
            return Ok(Form::Data);
        }
        match chunk::is_harmless(self.content) {
            Ok(true) => Ok(if in_group { Form::Riding } else { Form::Chunk }),
            Ok(false) => Ok(Form::Data),
            Err(error) => Err(Broken::new(Stage::Content, Cause::Source(error.to_string()))),
        }
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
            let doubt = (self.pacing == Pacing::Grouped).then_some(Doubt::Groups);
            Broken { stage, cause, doubt }
        })
    }
}

/// Whether a server that says so to BDAT does not know it.
pub(super) fn is_unknown_command(reply: &Reply) -> bool {
    matches!(reply.code, 500..=502 | 504 | 555)
}
