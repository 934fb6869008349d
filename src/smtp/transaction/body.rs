//! The message of a transaction once everybody has an answer: behind the 354, or as a chunk.

use super::answers::Answers;
use super::{Afterwards, Broken, Doubt, Form, Next, Pacing, Transaction};
use crate::model::{Cause, Outcome, Reply, Stage};
use crate::smtp::client::{BodyError, Passage};
use crate::smtp::session::QUIT_PATIENCE;
use crate::smtp::wire::{Delimiter, QUIT};

/// What came of the message for those who were accepted.
pub(super) struct After {
    pub(super) outcome: Outcome,
    pub(super) next: Next,
    pub(super) announced_next: bool,
    pub(super) doubt: Option<Doubt>,
}

impl Transaction<'_> {
    /// The message for those who were accepted.
    pub(super) fn data(
        &mut self,
        form: Form,
        answers: &Answers,
        alone: bool,
    ) -> Result<After, Broken> {
        if form != Form::Data {
            return self.chunk(alone);
        }
        let Some(reply) = &answers.data else {
            let cause = Cause::Lost("DATA was not answered".to_owned());
            return Err(Broken::new(Stage::Data, cause));
        };
        if reply.code != 354 {
            let next = if reply.is_permanent() { Next::Reset } else { Next::other(reply) };
            let outcome = self.refused(Stage::Data, reply)?;
            return Ok(After { outcome, next, announced_next: false, doubt: None });
        }
        let outcome = self.body(Vec::new(), Delimiter::Dot, alone)?;
        let next = match &outcome {
            Outcome::Accepted(_) | Outcome::Rejected { stage: Stage::EndOfData, .. } => Next::Mail,
            Outcome::Deferred { stage: Stage::EndOfData, reply } => Next::other(reply),
            _ => Next::Quit,
        };
        let announced_next = self.announces(alone) && next != Next::Quit;
        Ok(After { outcome, next, announced_next, doubt: None })
    }

    /// A chunk that is refused although everything before it was taken may be one that the server
    /// does not know; and what it makes of its octets nobody knows.
    fn chunk(&mut self, alone: bool) -> Result<After, Broken> {
        let command = self.bdat_command();
        let outcome = self.body(vec![command], Delimiter::Length, alone)?;
        let next = if matches!(outcome, Outcome::Accepted(_)) { Next::Mail } else { Next::Quit };
        let doubt = match &outcome {
            Outcome::Rejected { reply, .. } if is_false(reply) => Some(Doubt::Chunks),
            _ => None,
        };
        if doubt.is_some() && !self.client.wire().lock().ends_as(false, QUIT_PATIENCE) {
            let detail = "the server refused BDAT, and then said yes".to_owned();
            let outcome = Outcome::Unknown { detail };
            return Ok(After { outcome, next, announced_next: false, doubt: None });
        }
        let announced_next = self.announces(alone) && next != Next::Quit;
        Ok(After { outcome, next, announced_next, doubt })
    }

    pub(super) fn bdat_command(&self) -> String {
        format!("BDAT {} LAST", self.content.length())
    }

    /// What goes out behind the end of the data.
    pub(super) fn trailer(&self, alone: bool) -> String {
        let trailer = match self.afterwards {
            _ if !alone || self.pacing == Pacing::Stepwise => "",
            Afterwards::Quit => QUIT,
            Afterwards::More => "",
            Afterwards::Next(announcement) => announcement,
        };
        trailer.to_owned()
    }

    /// Whether what goes out behind the end of the data is the next envelope.
    fn announces(&self, alone: bool) -> bool {
        matches!(self.afterwards, Afterwards::Next(_)) && !self.trailer(alone).is_empty()
    }

    fn body(
        &mut self,
        before: Vec<String>,
        delimiter: Delimiter,
        alone: bool,
    ) -> Result<Outcome, Broken> {
        let patience = self.client.wire().lock().timeouts().end_of_data;
        let trailer = self.trailer(alone);
        let passage = Passage { before, delimiter, trailer, rides: false, patience };
        let answer = self.client.send_body(self.content, passage);
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
}

/// Whether a server that takes everything but BDAT only says that it knows it.
fn is_false(reply: &Reply) -> bool {
    reply.code == 503 || super::is_unknown_command(reply)
}
