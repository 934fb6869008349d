//! Several mails over one connection: the end of one and the envelope of the next in one flight.
//!
//! Every mail has a report of its own. After an outcome that is not known, a 421 or anything that
//! breaks the session nothing more goes over that connection, and the mail whose turn would have
//! come is given back: nothing of it was taken.

use super::session::{Credentials, Session};
use super::transaction::{Afterwards, Broken, Doubt, Ended, Next};
use super::watch::{Line, Watch};
use crate::model::{Cause, Connection, Failure, Mail, Outcome, RecipientPolicy, Report, Server};

/// Where several mails go, and how.
pub struct Mailing<'a> {
    /// Where.
    pub server: &'a Server,
    /// Who to be.
    pub credentials: Option<&'a Credentials>,
    /// Who is told what happens.
    pub watch: &'a Watch,
    /// What a refused recipient of a mail means for its others.
    pub policy: RecipientPolicy,
}

/// How far it came.
pub struct Mailed {
    /// The mail whose turn would have come when the session ended.
    pub unsent: Option<Mail>,
    /// What the last connection was like.
    pub connection: Connection,
}

/// Takes what became of each mail, in their order: an outcome for every recipient, or why nobody
/// has any.
pub type Told<'a> = dyn FnMut(&Mail, Result<Report, Failure>) + 'a;

/// What became of one mail, and of the session.
struct Turn {
    result: Result<Report, Failure>,
    /// The envelope of the next mail is out.
    announced_next: bool,
    goes_on: bool,
    doubt: Option<Doubt>,
}

impl Mailing<'_> {
    /// Sends the mails, each of which is asked for when the one before it is about to go out, until
    /// there are no more or the session ends. Fails where no session comes about.
    pub fn run(
        &self,
        mails: &mut dyn Iterator<Item = Mail>,
        told: &mut Told<'_>,
    ) -> Result<Mailed, Failure> {
        let mut session = Session::open(self.server, self.credentials, self.watch)?;
        let mut may_doubt = true;
        let mut announced = false;
        let mut waiting = mails.next();
        while let Some(mail) = waiting.take() {
            let next = mails.next();
            let mut turn = self.turn(&mut session, &mail, announced, next.as_ref());
            if let Some(doubt) = turn.doubt.filter(|_| may_doubt) {
                session.cut();
                (self.watch.observer)(Line::Note("the server breaks what it offers; once more"));
                match Session::open(self.server, self.credentials, self.watch) {
                    Ok(second) => session = second,
                    Err(failure) => {
                        told(&mail, Err(failure));
                        waiting = next;
                        break;
                    }
                }
                session.go_without(doubt);
                turn = self.turn(&mut session, &mail, false, next.as_ref());
            }
            may_doubt = false;
            announced = turn.announced_next;
            told(&mail, turn.result);
            waiting = next;
            if !turn.goes_on {
                break;
            }
        }
        session.quit();
        Ok(Mailed { unsent: waiting, connection: session.connection() })
    }

    /// One mail, in as many transactions as its recipients take.
    fn turn(
        &self,
        session: &mut Session,
        mail: &Mail,
        mut announced: bool,
        next: Option<&Mail>,
    ) -> Turn {
        let announcement = next.and_then(|next| session.announcement(next, self.policy));
        let afterwards = match (next, &announcement) {
            (None, _) => Afterwards::Quit,
            (Some(_), None) => Afterwards::More,
            (Some(_), Some(lines)) => Afterwards::Next(lines),
        };
        let mut outcomes = vec![None; mail.recipients.len()];
        let mut places: Vec<usize> = (0..outcomes.len()).collect();
        loop {
            let recipients: Vec<_> = places.iter().map(|n| mail.recipients[*n].clone()).collect();
            let ended =
                match session.transact(mail, &recipients, self.policy, announced, afterwards) {
                    Ok(ended) => ended,
                    Err(broken) => return self.broken(session, mail, broken, outcomes),
                };
            let Ended { outcomes: news, left_over, announced_next, doubt, next } = ended;
            let doubt = doubt.filter(|_| outcomes.iter().all(Option::is_none));
            for (place, outcome) in places.iter().zip(news) {
                outcomes[*place] = Some(outcome);
            }
            let in_doubt =
                outcomes.iter().flatten().any(|it| matches!(it, Outcome::Unknown { .. }));
            let goes_on = !in_doubt
                && match next {
                    _ if announced_next => true,
                    Next::Mail => true,
                    Next::Reset => session.reset(),
                    Next::Other => doubt.is_none() && left_over.is_empty() && session.reset(),
                    Next::Quit => false,
                };
            if in_doubt {
                session.cut();
            }
            if !goes_on || left_over.is_empty() {
                let result = Ok(self.report(mail, outcomes.into_iter().flatten().collect()));
                let announced_next = announced_next && goes_on;
                return Turn { result, announced_next, goes_on, doubt };
            }
            places = left_over.iter().map(|place| places[*place]).collect();
            announced = false;
        }
    }

    /// A mail whose transaction could not come to its end.
    fn broken(
        &self,
        session: &mut Session,
        mail: &Mail,
        broken: Broken,
        outcomes: Vec<Option<Outcome>>,
    ) -> Turn {
        // Of a mail that the server cannot take nothing was said.
        let goes_on = is_limit(&broken.cause);
        if !goes_on {
            session.cut();
        }
        let answered: Option<Vec<_>> = outcomes.into_iter().collect();
        let (result, doubt) = match answered {
            Some(outcomes) => (Ok(self.report(mail, outcomes)), None),
            None => (Err(session.failure(broken.stage, broken.cause)), broken.doubt),
        };
        Turn { result, announced_next: false, goes_on, doubt }
    }

    fn report(&self, mail: &Mail, outcomes: Vec<Outcome>) -> Report {
        Report {
            recipients: mail.recipients.iter().cloned().zip(outcomes).collect(),
            policy: self.policy,
            size: mail.content.length(),
        }
    }
}

/// Whether it is the mail alone that the server cannot take.
fn is_limit(cause: &Cause) -> bool {
    matches!(
        cause,
        Cause::TooLarge { .. }
            | Cause::SmtpUtf8NotOffered { .. }
            | Cause::EightBitNotOffered { .. }
            | Cause::ExtensionNotOffered { .. }
            | Cause::ParameterNotAllowed { .. }
    )
}
