//! One attempt to submit a mail: a session, as many transactions as its recipients take, and once
//! more without groups of commands, or without chunks, where a server only says that it
//! understands them.
//!
//! Fails only while nobody has an outcome: who was accepted is never forgotten.

use std::time::Duration;

use super::session::{Credentials, Session};
use super::transaction::{Afterwards, Doubt, Ended, Next};
use super::watch::{Line, Watch};
use crate::model::{
    Address, Cause, Connection, Failure, Mail, Outcome, RecipientPolicy, Report, Server, Stage,
};

/// How long a server that has greeted before may take to greet again.
const SECOND_GREETING: Duration = Duration::from_secs(10);

/// What to submit and how.
pub struct Submission<'a> {
    /// Where.
    pub server: &'a Server,
    /// Who to be.
    pub credentials: Option<&'a Credentials>,
    /// Who is told what happens.
    pub watch: &'a Watch,
    /// What.
    pub mail: &'a Mail,
    /// To whom of the mail's recipients, in their order.
    pub recipients: &'a [Address],
    /// What a refused recipient means for the others.
    pub policy: RecipientPolicy,
}

/// What became of it.
pub struct Submitted {
    /// An outcome for every recipient, or why nobody has any.
    pub result: Result<Report, Failure>,
    /// What the last connection was like.
    pub connection: Connection,
}

/// What came of the transactions of one session.
struct Series {
    result: Result<Vec<Outcome>, (Stage, Cause)>,
    /// What the server may not understand; then nothing of the message was taken.
    doubt: Option<Doubt>,
}

impl Submission<'_> {
    /// Opens a session, submits and takes leave.
    pub fn run(&self) -> Submitted {
        let mut session = match Session::open(self.server, self.credentials, self.watch) {
            Ok(session) => session,
            Err(failure) => {
                let connection = unopened(self.server, &failure);
                return Submitted { result: Err(failure), connection };
            }
        };
        let series = self.series(&mut session);
        let Some(doubt) = series.doubt else {
            return self.submitted(&session, series.result);
        };
        let what = match &series.result {
            Ok(outcomes) => outcomes.first().map(in_words).unwrap_or_default(),
            Err((_, cause)) => cause.to_string(),
        };
        let keyword = match doubt {
            Doubt::Groups => "PIPELINING",
            Doubt::Chunks => "CHUNKING",
        };
        self.note(&format!("{keyword} does not seem to work ({what}); once more without"));
        match self.open_again() {
            Ok(mut second) => {
                second.go_without(doubt);
                let series = self.series(&mut second);
                let mut submitted = self.submitted(&second, series.result);
                let works = somebody_is_accepted(&submitted);
                submitted.connection.broken_pipelining = works && doubt == Doubt::Groups;
                submitted.connection.broken_chunking = works && doubt == Doubt::Chunks;
                submitted
            }
            Err(mut failure) if doubt == Doubt::Chunks => {
                // The refusal was one of BDAT alone.
                failure.seen.chunk_refused = true;
                Submitted { result: Err(failure), connection: session.connection() }
            }
            Err(failure) => {
                self.note(&format!("that failed: {failure}"));
                let mut submitted = self.submitted(&session, series.result);
                if let Err(failure) = &mut submitted.result {
                    failure.seen.in_group = true;
                }
                submitted
            }
        }
    }

    /// Another connection. The login has worked, so this repeats no refused password.
    fn open_again(&self) -> Result<Session, Failure> {
        let mut server = self.server.clone();
        server.timeouts.greeting = server.timeouts.greeting.min(SECOND_GREETING);
        Session::open(&server, self.credentials, self.watch)
    }

    fn submitted(
        &self,
        session: &Session,
        result: Result<Vec<Outcome>, (Stage, Cause)>,
    ) -> Submitted {
        let result = match result {
            Ok(outcomes) => Ok(Report {
                recipients: self.recipients.iter().cloned().zip(outcomes).collect(),
                policy: self.policy,
                size: self.mail.content.length(),
            }),
            Err((stage, cause)) => Err(session.failure(stage, cause)),
        };
        Submitted { result, connection: session.connection() }
    }

    /// Transactions until everybody has an answer, or the server takes nobody any more.
    fn series(&self, session: &mut Session) -> Series {
        let mut outcomes = vec![None; self.recipients.len()];
        let mut waiting: Vec<usize> = (0..self.recipients.len()).collect();
        // How many the server takes in one transaction, once it has said that it is fewer.
        let mut most = waiting.len();
        loop {
            let later = waiting.split_off(most.min(waiting.len()));
            let recipients: Vec<_> = waiting.iter().map(|n| self.recipients[*n].clone()).collect();
            let afterwards = if later.is_empty() { Afterwards::Quit } else { Afterwards::More };
            let ended =
                match session.transact(self.mail, &recipients, self.policy, false, afterwards) {
                    Ok(ended) => ended,
                    Err(broken) => {
                        let is_limit = matches!(
                            broken.cause,
                            Cause::TooLarge { .. }
                                | Cause::SmtpUtf8NotOffered { .. }
                                | Cause::EightBitNotOffered { .. }
                                | Cause::ExtensionNotOffered { .. }
                                | Cause::ParameterNotAllowed { .. }
                        );
                        if is_limit {
                            session.quit()
                        } else {
                            session.cut()
                        }
                        let answered: Option<Vec<_>> = outcomes.into_iter().collect();
                        let Some(answered) = answered else {
                            let result = Err((broken.stage, broken.cause));
                            return Series { result, doubt: broken.doubt };
                        };
                        let what = session.failure(broken.stage, broken.cause);
                        (self.watch.observer)(Line::Trouble(&format!(
                            "a further transaction: {what}"
                        )));
                        return Series { result: Ok(answered), doubt: None };
                    }
                };
            let Ended { outcomes: news, left_over, mut doubt, next, .. } = ended;
            if outcomes.iter().flatten().any(is_out) {
                // What was taken from an earlier transaction is not said again.
                doubt = None;
            }
            for (place, outcome) in waiting.iter().zip(news) {
                outcomes[*place] = Some(outcome);
            }
            most = left_over.first().map_or(most, |first| (*first).max(1));
            waiting = left_over.iter().map(|place| waiting[*place]).chain(later).collect();
            let goes_on = !waiting.is_empty()
                && match next {
                    Next::Mail => true,
                    Next::Reset => session.reset(),
                    Next::Other | Next::Quit => false,
                };
            if !goes_on {
                if doubt.is_some() {
                    session.cut()
                } else {
                    session.quit()
                }
                let result = Ok(outcomes.into_iter().flatten().collect());
                return Series { result, doubt };
            }
        }
    }

    fn note(&self, text: &str) {
        (self.watch.observer)(Line::Note(text));
    }
}

/// The connection of a session that did not come about.
fn unopened(server: &Server, failure: &Failure) -> Connection {
    Connection {
        host: server.host.clone(),
        port: server.port,
        tls: failure.seen.tls.clone(),
        flights: failure.seen.flights,
        octets_sent: failure.seen.octets_sent,
        ..Connection::default()
    }
}

/// Whether the message was taken for this recipient, or may have been.
fn is_out(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Accepted(_) | Outcome::Unknown { .. })
}

fn somebody_is_accepted(submitted: &Submitted) -> bool {
    let report = submitted.result.iter().flat_map(|report| &report.recipients);
    report.into_iter().any(|(_, outcome)| matches!(outcome, Outcome::Accepted(_)))
}

fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Deferred { stage, reply } | Outcome::Rejected { stage, reply } => {
            format!("{} was answered {reply}", stage.name())
        }
        Outcome::Accepted(reply) => reply.to_string(),
        Outcome::Withheld => String::new(),
        Outcome::Unknown { detail } => detail.clone(),
    }
}
