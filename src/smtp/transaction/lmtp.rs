//! The message by LMTP (RFC 2033 §4.2): whoever was accepted has an answer of their own after the
//! end of the data, in the order of their RCPT.
//!
//! Where the answers break off, only those who have none yet are in doubt.

use super::answers::Answers;
use super::{Broken, Next, Transaction};
use crate::model::{Cause, Outcome, Reply, Stage};
use crate::smtp::client::{BodyError, Passage};
use crate::smtp::wire::Delimiter;

impl Transaction<'_> {
    /// The message for those who have no outcome yet, and the outcomes of all.
    pub(super) fn data_for_each(
        &mut self,
        answers: &Answers,
        outcomes: Vec<Option<Outcome>>,
        alone: bool,
    ) -> Result<(Vec<Outcome>, Next), Broken> {
        let Some(reply) = &answers.data else {
            let cause = Cause::Lost("DATA was not answered".to_owned());
            return Err(Broken::new(Stage::Data, cause));
        };
        let accepted = outcomes.iter().filter(|outcome| outcome.is_none()).count();
        let (own, next) = if reply.code == 354 {
            self.message_for_each(accepted, alone)?
        } else {
            let next = if reply.is_permanent() { Next::Reset } else { Next::Quit };
            (vec![self.refused(Stage::Data, reply)?; accepted], next)
        };
        let mut own = own.into_iter();
        let outcomes = outcomes.into_iter().filter_map(|outcome| outcome.or_else(|| own.next()));
        Ok((outcomes.collect(), next))
    }

    fn message_for_each(
        &mut self,
        accepted: usize,
        alone: bool,
    ) -> Result<(Vec<Outcome>, Next), Broken> {
        let patience = self.client.wire().lock().timeouts().end_of_data;
        let passage = Passage {
            before: Vec::new(),
            delimiter: Delimiter::Dot,
            trailer: self.trailer(alone),
            rides: false,
            patience,
        };
        self.client.wire().lock().expect_many_answers();
        let first = self.client.send_body(self.content, passage);
        if !self.client.wire().lock().end_of_data_written() {
            self.client.wire().lock().end_many_answers(false);
            return before_the_end(first, accepted);
        }
        let mut answer = first.map_err(|error| match error {
            BodyError::Connection(cause) => cause.to_string(),
            BodyError::Source(error) => error.to_string(),
        });
        let mut outcomes = Vec::with_capacity(accepted);
        loop {
            let lost = answer.as_ref().err().cloned();
            outcomes.push(match answer {
                Ok(reply) => outcome(&reply),
                Err(detail) => Outcome::Unknown { detail },
            });
            if let Some(detail) = lost {
                outcomes.resize(accepted, Outcome::Unknown { detail });
            }
            if outcomes.len() == accepted {
                break;
            }
            self.client.wire().lock().allow(patience);
            answer = self.client.read_reply().map_err(|cause| cause.to_string());
        }
        let refused = |outcome: &Outcome| {
            matches!(outcome, Outcome::Deferred { .. } | Outcome::Rejected { .. })
        };
        self.client.wire().lock().end_many_answers(outcomes.iter().all(refused));
        let in_step =
            |outcome: &Outcome| matches!(outcome, Outcome::Accepted(_) | Outcome::Rejected { .. });
        let next = if outcomes.iter().all(in_step) { Next::Mail } else { Next::Quit };
        Ok((outcomes, next))
    }
}

/// What became of one recipient.
fn outcome(reply: &Reply) -> Outcome {
    if reply.is_success() {
        return Outcome::Accepted(reply.clone());
    }
    Outcome::refused(Stage::EndOfData, reply)
        .unwrap_or_else(|| Outcome::Unknown { detail: format!("the message was answered {reply}") })
}

/// What the server says before it has the whole message is said of all recipients.
fn before_the_end(
    answer: Result<Reply, BodyError>,
    accepted: usize,
) -> Result<(Vec<Outcome>, Next), Broken> {
    let cause = match answer {
        Ok(reply) => match Outcome::refused(Stage::Content, &reply) {
            Some(outcome) => return Ok((vec![outcome; accepted], Next::Quit)),
            None => Cause::Protocol(format!("it said {reply} before the message had ended")),
        },
        Err(BodyError::Source(error)) => Cause::Source(error.to_string()),
        Err(BodyError::Connection(cause)) => cause,
    };
    Err(Broken::new(Stage::Content, cause))
}
