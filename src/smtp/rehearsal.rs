//! A rehearsal: everything of a submission but the message. The login, MAIL and RCPT are real, and
//! RSET forgets them, so that no mail is sent.
//!
//! On the way it is found out whether what EHLO offers is true: commands in groups (RFC 2920), and
//! BDAT (RFC 3030). Fails as a submission does, with how far it came.

use std::time::Duration;

use super::session::{Credentials, Session};
use super::transaction::is_unknown_command;
use super::watch::{Line, Watch};
use crate::model::{Address, Cause, Connection, Failure, Observations, Reply, Server, Stage};

/// How long a server that answers a part of a group may take for the rest.
const SILENCE: Duration = Duration::from_secs(3);

/// What to rehearse.
pub struct Rehearsal<'a> {
    /// Where.
    pub server: &'a Server,
    /// Who to be; none: nobody.
    pub credentials: Option<&'a Credentials>,
    /// Who is told what happens.
    pub watch: &'a Watch,
    /// The envelope's sender.
    pub reverse_path: &'a Address,
    /// The envelope's recipient.
    pub recipient: &'a Address,
}

/// What came of it.
#[derive(Debug)]
pub struct Rehearsed {
    /// The answers to the envelope, or why there are none.
    pub result: Result<Answers, Failure>,
    /// What the connection was like.
    pub connection: Connection,
    /// What was seen on the way.
    pub seen: Observations,
}

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answers {
    /// To MAIL.
    pub mail: Reply,
    /// To RCPT; none: it was not asked, as MAIL was refused.
    pub recipient: Option<Reply>,
    /// Whether commands in groups are understood; none: they are not offered, or not to be used.
    pub pipelining: Option<bool>,
    /// Whether BDAT is; none: it is not offered, or it could not be seen.
    pub chunking: Option<bool>,
}

/// The answers to one envelope, and whether the session is still good.
struct Envelope {
    mail: Reply,
    recipient: Option<Reply>,
    reset: bool,
}

impl Envelope {
    /// Whether these may be the answers to other commands than it seems.
    fn is_doubtful(&self) -> bool {
        let recipient = self.recipient.as_ref().map(|reply| reply.code);
        let lost = matches!(recipient, Some(500..=503));
        !self.reset || !is_answer(&self.mail) || (self.mail.is_success() && lost)
    }
}

/// Whether a reply can be one to MAIL or RCPT.
fn is_answer(reply: &Reply) -> bool {
    reply.is_success() || reply.is_transient() || reply.is_permanent()
}

impl Rehearsal<'_> {
    /// Rehearses, on a second connection where the server does not understand groups.
    pub fn run(&self) -> Rehearsed {
        let mut session = match Session::open(self.server, self.credentials, self.watch) {
            Ok(session) => session,
            Err(failure) => return unopened(failure),
        };
        if let Some(address) = self.needs_utf8().filter(|_| !session.offers_utf8()) {
            session.quit();
            let cause = Cause::SmtpUtf8NotOffered { address: Some(address) };
            let result = Err(session.failure(Stage::Mail, cause));
            let (connection, seen) = (session.connection(), session.seen().clone());
            return Rehearsed { result, connection, seen };
        }
        if !session.offers_groups() {
            let envelope = self.step_by_step(&mut session);
            return self.ended(session, envelope, None);
        }
        match self.in_group(&mut session) {
            Ok(envelope) if !envelope.is_doubtful() => {
                self.ended(session, Ok(envelope), Some(true))
            }
            _ => {
                session.cut();
                (self.watch.observer)(Line::Note("once more, one command at a time"));
                match Session::open(self.server, self.credentials, self.watch) {
                    Ok(mut second) => {
                        let envelope = self.step_by_step(&mut second);
                        let works = matches!(&envelope, Ok(envelope) if envelope.reset);
                        self.ended(second, envelope, works.then_some(false))
                    }
                    Err(failure) => unopened(failure),
                }
            }
        }
    }

    /// An address that needs SMTPUTF8 (RFC 6531).
    fn needs_utf8(&self) -> Option<String> {
        let both = [self.reverse_path, self.recipient].into_iter();
        both.filter(|address| !address.is_ascii()).map(ToString::to_string).next()
    }

    fn mail(&self, session: &Session) -> String {
        let utf8 = self.needs_utf8().is_some();
        let size = if session.offers_size() { " SIZE=300" } else { "" };
        let utf8 = if utf8 { " SMTPUTF8" } else { "" };
        format!("MAIL FROM:<{}>{size}{utf8}", self.reverse_path)
    }

    fn in_group(&self, session: &mut Session) -> Result<Envelope, Cause> {
        let mail = self.mail(session);
        let group = format!("{mail}\r\nRCPT TO:<{}>\r\nRSET", self.recipient);
        let mail = session.say(&group, None)?;
        let recipient = Some(session.hear(SILENCE)?);
        let reset = session.hear(SILENCE)?.is_success();
        Ok(Envelope { mail, recipient, reset })
    }

    fn step_by_step(&self, session: &mut Session) -> Result<Envelope, (Stage, Cause)> {
        let at = |stage| move |cause| (stage, cause);
        let mail = self.mail(session);
        let mail = session.say(&mail, None).map_err(at(Stage::Mail))?;
        let mut recipient = None;
        if mail.is_success() {
            let command = format!("RCPT TO:<{}>", self.recipient);
            recipient = Some(session.say(&command, None).map_err(at(Stage::Rcpt))?);
        }
        for reply in std::iter::once(&mail).chain(&recipient) {
            if !is_answer(reply) {
                let stage = if recipient.is_some() { Stage::Rcpt } else { Stage::Mail };
                let how = format!("{} was answered {reply}", stage.name());
                return Err((stage, Cause::Protocol(how)));
            }
        }
        let reset = session.reset();
        Ok(Envelope { mail, recipient, reset })
    }

    fn ended(
        &self,
        mut session: Session,
        envelope: Result<Envelope, (Stage, Cause)>,
        pipelining: Option<bool>,
    ) -> Rehearsed {
        let seen = session.seen().clone();
        let result = match envelope {
            Ok(Envelope { mail, recipient, reset }) => {
                let chunking = if reset { chunking(&mut session) } else { None };
                session.quit();
                Ok(Answers { mail, recipient, pipelining, chunking })
            }
            Err((stage, cause)) => {
                session.cut();
                Err(session.failure(stage, cause))
            }
        };
        Rehearsed { result, connection: session.connection(), seen }
    }
}

/// Whether BDAT is known where it is offered. Outside a transaction it carries nothing, and a
/// server that knows it says that MAIL comes first.
fn chunking(session: &mut Session) -> Option<bool> {
    if !session.offers_chunking() {
        return None;
    }
    let reply = session.say("BDAT 0", Some(SILENCE)).ok()?;
    Some(!is_unknown_command(&reply))
}

fn unopened(failure: Failure) -> Rehearsed {
    let seen = (*failure.seen).clone();
    Rehearsed { result: Err(failure), connection: Connection::default(), seen }
}
