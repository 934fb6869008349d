//! What came of a chunk that went out in one flight with its envelope: it is out whatever the
//! answers are, so that what is not certain is unknown.

use super::answers::Answers;
use super::{Afterwards, Broken, Doubt, Ended, Next, Pacing, Transaction, is_unknown_command};
use crate::model::{Cause, Outcome, Reply, Stage};
use crate::smtp::session::QUIT_PATIENCE;

impl Transaction<'_> {
    /// Ends a transaction whose chunk rode along.
    pub(super) fn ridden(mut self, answers: &Answers) -> Result<Ended, Broken> {
        self.client.wire().lock().end_body();
        if answers.lost.is_some() {
            self.client.wire().lock().cut();
        }
        let ended = self.what_came_of(answers);
        let in_doubt =
            |outcome: &Outcome| matches!(outcome, Outcome::Accepted(_) | Outcome::Unknown { .. });
        if !ended.iter().flat_map(|ended| &ended.outcomes).any(in_doubt) {
            self.client.wire().lock().leave_no_doubt();
        }
        ended
    }

    fn what_came_of(&mut self, answers: &Answers) -> Result<Ended, Broken> {
        let count = self.recipients.len();
        let (mut outcomes, mut left_over) = match &answers.mail {
            Some(mail) if !mail.is_success() => {
                (vec![Some(self.refused(Stage::Mail, mail)?); count], Vec::new())
            }
            _ => self.of_recipients(answers)?,
        };
        outcomes.resize(count, None);
        let (rest, doubt) = match &answers.lost {
            // Who was refused was so before the chunk.
            Some(cause) => (unknown(cause.to_string()), None),
            None if answers.somebody_is_accepted() => self.of_the_chunk(answers)?,
            None => (Outcome::Withheld, self.doubt_of(answers)),
        };
        let outcomes = outcomes.into_iter().map(|o| o.unwrap_or_else(|| rest.clone())).collect();
        let accepted = matches!(rest, Outcome::Accepted(_));
        if !accepted || answers.lost.is_some() {
            left_over.clear();
        }
        let next = if accepted { Next::Mail } else { Next::Quit };
        let announced_next = false;
        let ended = Ended { outcomes, left_over, announced_next, doubt, next };
        if answers.lost.is_some() || self.fits(answers, &ended) {
            return Ok(ended);
        }
        let how = "the server gave more answers than there were commands";
        let outcomes = vec![unknown(how.to_owned()); count];
        Ok(Ended { outcomes, left_over: Vec::new(), announced_next, doubt: None, next: Next::Quit })
    }

    /// What the answer to the chunk means for those who were accepted.
    fn of_the_chunk(&self, answers: &Answers) -> Result<(Outcome, Option<Doubt>), Broken> {
        let Some(reply) = &answers.data else {
            return Ok((unknown("BDAT was not answered".to_owned()), None));
        };
        let complete = self.client.wire().lock().end_of_data_written();
        if reply.is_success() && complete {
            return Ok((Outcome::Accepted(reply.clone()), None));
        }
        let stage = if complete { Stage::EndOfData } else { Stage::Content };
        match Outcome::refused(stage, reply) {
            Some(outcome) => Ok((outcome, self.doubt_of(answers))),
            None if complete => Ok((unknown(format!("the message was answered {reply}")), None)),
            None => {
                let how = format!("it said {reply} before the message had ended");
                Err(Broken::new(stage, Cause::Protocol(how)))
            }
        }
    }

    /// What a server that took nothing may not understand.
    fn doubt_of(&self, answers: &Answers) -> Option<Doubt> {
        let refusal = answers.data.as_ref().filter(|_| answers.somebody_is_accepted());
        if refusal.is_some_and(is_unknown_command) {
            return Some(Doubt::Chunks);
        }
        (self.pacing == Pacing::Grouped && answers.are_doubtful()).then_some(Doubt::Groups)
    }

    /// Whether the answers are those of a server that gives one for each command. One more of them
    /// and what is taken for the answer to the chunk is not: it shows at the end, for all may be
    /// alike before.
    fn fits(&mut self, answers: &Answers, ended: &Ended) -> bool {
        let taken = answers.data.as_ref().is_some_and(Reply::is_success);
        if taken && !answers.somebody_is_accepted() {
            return false;
        }
        let goes_on = self.afterwards != Afterwards::Quit || !ended.left_over.is_empty();
        goes_on || self.client.wire().lock().ends_as(taken, QUIT_PATIENCE)
    }
}

fn unknown(detail: String) -> Outcome {
    Outcome::Unknown { detail }
}
