//! The server's side of a session, pure: lines in, replies and what to do next out.
//!
//! Nothing fails here: what a client does wrong gets the reply that it deserves.

use super::grammar::{self, Command};
use super::wire::Content;
use super::{Answer, Handed, Host};
use crate::model::AddressList;
use crate::sandbox::Parameter;

/// Recipients of one message, so that no client can fill the memory.
const MOST_RECIPIENTS: usize = 10_000;

/// What to write, and what is expected then.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// Whole lines, without the end of the last.
    pub(super) reply: String,
    pub(super) next: Next,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Line,
    /// The message.
    Content,
    /// A message that nobody gets.
    RefusedContent,
    Close,
}

/// A session.
pub(super) struct Dialogue<'a> {
    host: &'a Host<'a>,
    extended: bool,
    envelope: Option<Envelope>,
}

struct Envelope {
    reverse_path: Option<AddressList>,
    recipients: Vec<AddressList>,
    utf8: bool,
}

impl<'a> Dialogue<'a> {
    pub(super) fn new(host: &'a Host<'a>) -> Self {
        Self { host, extended: false, envelope: None }
    }

    /// The first reply.
    pub(super) fn greeting(&self) -> Turn {
        answer(format!("220 {} ESMTP mailsend", self.host.name))
    }

    /// A line that is none.
    pub(super) fn unfit(&self, reply: &str) -> Turn {
        answer(reply)
    }

    /// A line of the client, without its end.
    pub(super) fn line(
        &mut self,
        line: &str,
        recipient: &mut dyn FnMut(&AddressList) -> Answer,
    ) -> Turn {
        match grammar::parse(line) {
            Err(refusal) => answer(refusal),
            Ok(Command::Ehlo) => self.ehlo(),
            Ok(Command::Helo) => {
                self.extended = false;
                self.envelope = None;
                answer(format!("250 {}", self.host.name))
            }
            Ok(Command::Mail { path, parameters }) => {
                answer(self.mail(path, &parameters).err().unwrap_or("250 2.1.0 Ok"))
            }
            Ok(Command::Rcpt { path, parameters }) => {
                let answered = self.rcpt(path, &parameters, recipient);
                answer(answered.unwrap_or_else(str::to_owned))
            }
            Ok(Command::Data) => self.data(),
            Ok(Command::Rset) => {
                self.envelope = None;
                answer("250 2.0.0 Ok")
            }
            Ok(Command::Noop) => answer("250 2.0.0 Ok"),
            Ok(Command::Vrfy) => answer("252 2.5.0 Send mail and see"),
            Ok(Command::Help) => {
                answer("214 2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT")
            }
            Ok(Command::Quit) => {
                Turn { reply: format!("221 2.0.0 {} Bye", self.host.name), next: Next::Close }
            }
        }
    }

    /// A message came to its end.
    pub(super) fn content(
        &mut self,
        content: Content,
        deliver: &mut dyn FnMut(Handed) -> Answer,
    ) -> Turn {
        let Some(Envelope { reverse_path, recipients, .. }) = self.envelope.take() else {
            return answer(SEQUENCE);
        };
        match content {
            Content::Whole(message) => {
                let trace = self.trace();
                let handed = Handed { reverse_path, recipients, trace, message };
                answer(deliver(handed).to_message())
            }
            Content::TooLarge => answer(TOO_LARGE),
            Content::NotHeld(reason) => {
                let words = format!("there is no place for the message: {reason}");
                answer(Answer::Later(words).to_message())
            }
        }
    }

    /// A message that nobody gets came to its end.
    pub(super) fn refused_content(&mut self) -> Turn {
        match self.envelope.take() {
            None => answer(SEQUENCE),
            Some(_) => answer("554 5.5.1 No valid recipients"),
        }
    }

    fn ehlo(&mut self) -> Turn {
        self.extended = true;
        self.envelope = None;
        let size = self.host.max_size.map(|most| format!("SIZE {most}"));
        let offered = ["PIPELINING", "8BITMIME", "SMTPUTF8"].map(str::to_owned);
        let lines = [self.host.name.to_owned()].into_iter().chain(offered).chain(size);
        let lines: String = lines.map(|line| format!("250-{line}\r\n")).collect();
        answer(lines + "250 ENHANCEDSTATUSCODES")
    }

    fn mail(&mut self, path: &str, parameters: &[Parameter<'_>]) -> Result<(), &'static str> {
        if self.envelope.is_some() {
            return Err("503 5.5.1 Nested MAIL");
        }
        let utf8 = self.utf8(parameters)?;
        if !path.is_ascii() && !utf8 {
            return Err(NEEDS_UTF8);
        }
        let reverse_path = match path {
            "" => None,
            path => Some(address(path).ok_or("501 5.1.7 Bad address syntax")?),
        };
        self.envelope = Some(Envelope { reverse_path, recipients: Vec::new(), utf8 });
        Ok(())
    }

    /// Whether SMTPUTF8 is among the parameters of MAIL.
    fn utf8(&self, parameters: &[Parameter<'_>]) -> Result<bool, &'static str> {
        let mut utf8 = false;
        for Parameter { keyword, value } in parameters {
            match (keyword.to_ascii_uppercase().as_str(), value, self.host.max_size) {
                ("SIZE", Some(value), Some(most)) => {
                    if value.parse::<u64>().map_err(|_| MALFORMED)? > most {
                        return Err(TOO_LARGE);
                    }
                }
                ("BODY", Some(value), _) => {
                    if !["7BIT", "8BITMIME"].iter().any(|body| body.eq_ignore_ascii_case(value)) {
                        return Err(MALFORMED);
                    }
                }
                ("SMTPUTF8", None, _) => utf8 = true,
                _ => return Err(UNKNOWN_PARAMETER),
            }
        }
        Ok(utf8)
    }

    fn rcpt(
        &mut self,
        path: &str,
        parameters: &[Parameter<'_>],
        recipient: &mut dyn FnMut(&AddressList) -> Answer,
    ) -> Result<String, &'static str> {
        let envelope = self.envelope.as_mut().ok_or(SEQUENCE)?;
        if !parameters.is_empty() {
            return Err(UNKNOWN_PARAMETER);
        }
        if !path.is_ascii() && !envelope.utf8 {
            return Err(NEEDS_UTF8);
        }
        if envelope.recipients.len() >= MOST_RECIPIENTS {
            return Err("452 4.5.3 Too many recipients");
        }
        let address = address(path).ok_or("501 5.1.3 Bad address syntax")?;
        let answer = recipient(&address);
        if matches!(answer, Answer::Taken(_)) {
            envelope.recipients.push(address);
        }
        Ok(answer.to_recipient())
    }

    fn data(&self) -> Turn {
        let next = match &self.envelope {
            Some(envelope) if !envelope.recipients.is_empty() => Next::Content,
            _ => Next::RefusedContent,
        };
        Turn { reply: "354 End data with a dot on a line of its own".to_owned(), next }
    }

    /// RFC 5321 §4.4, without what a client says of itself.
    fn trace(&self) -> String {
        let protocol = if self.extended { "ESMTP" } else { "SMTP" };
        let Host { name, date, .. } = self.host;
        format!("by {name} (mailsend) with {protocol}; {}", date())
    }
}

const SEQUENCE: &str = "503 5.5.1 Send MAIL first";
const TOO_LARGE: &str = "552 5.3.4 Message too large";
const MALFORMED: &str = "501 5.5.4 Bad value of a parameter";
const UNKNOWN_PARAMETER: &str = "555 5.5.4 Unsupported parameter";
const NEEDS_UTF8: &str = "553 5.6.7 The address needs SMTPUTF8";

fn answer(reply: impl Into<String>) -> Turn {
    Turn { reply: reply.into(), next: Next::Line }
}

/// The one address of a path.
fn address(path: &str) -> Option<AddressList> {
    let list: AddressList = format!("<{path}>").parse().ok()?;
    (list.entries().count() == 1).then_some(list)
}
