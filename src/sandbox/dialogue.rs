//! The server's side of an SMTP session (RFC 5321), pure: lines in, replies and what to do next
//! out. A [`Manner`] decides what is offered, taken and refused.
//!
//! Nothing fails here: what a client does wrong gets the reply that it deserves.

use super::auth::{self, Account, Exchange, Login, Step};
use super::command::{self, Command, Parameter, Refusal};
use super::envelope::Envelope;
use super::manners::{AuthEcho, AuthKeyword, AuthOffer, Channel, EndOfData, Manner, TlsOffer};
use super::transcript::Transcript;
use crate::model::Mechanism;

/// Octets of a line of an AUTH exchange, CRLF included (RFC 4954 §4); no line may be longer.
pub(super) const LINE_LIMIT: usize = 12_288;
/// Octets of a command: 512 and what SIZE, BODY, SMTPUTF8 and DSN add to MAIL and RCPT.
const COMMAND_LIMIT: usize = 512 + 1024;
/// Octets of the AUTH line itself, to which nothing is added.
const AUTH_LINE_LIMIT: usize = 512;

/// What to write, and what is expected then.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// Whole lines, or nothing.
    pub(super) reply: Vec<u8>,
    pub(super) next: Next,
}

/// What is expected of the client, or done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Line,
    TlsHandshake,
    /// A handshake that shall fail.
    BrokenHandshake,
    Content,
    /// Close in order.
    Close,
    /// Break the connection.
    Drop,
}

/// What became of the octets after DATA.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Kept under this number.
    Kept(u64),
    TooLarge,
    /// There was no room for it.
    NotKept,
}

/// What was said about one message that was kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Transaction {
    pub(super) envelope: Envelope,
    pub(super) login: Option<Login>,
    pub(super) dialogue: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hello {
    None,
    Helo,
    Ehlo,
}

/// A session.
#[derive(Debug)]
pub(super) struct Dialogue {
    manner: &'static Manner,
    account: Account,
    channel: Channel,
    hello: Hello,
    login: Option<Login>,
    exchange: Option<(Mechanism, Exchange)>,
    envelope: Option<Envelope>,
    transcript: Transcript,
    passwords_refused: u64,
}

impl Dialogue {
    pub(super) fn new(manner: &'static Manner, account: Account) -> Self {
        let transcript = Transcript::new(&account.password);
        Self {
            manner,
            account,
            channel: Channel::Clear,
            hello: Hello::None,
            login: None,
            exchange: None,
            envelope: None,
            transcript,
            passwords_refused: 0,
        }
    }

    /// The first reply.
    pub(super) fn greeting(&mut self) -> Turn {
        self.turn("220 localhost ESMTP mailsend sandbox", Next::Line)
    }

    /// TLS is up; the session starts afresh (RFC 3207 §4.2).
    pub(super) fn tls_started(&mut self, protocol: &str) {
        self.transcript.note(protocol);
        self.channel = Channel::Tls;
        self.hello = Hello::None;
        self.login = None;
        self.envelope = None;
    }

    /// Octets came behind STARTTLS in the clear: somebody's injection (RFC 3207 §6).
    pub(super) fn injected(&mut self) -> Turn {
        self.turn("554 5.5.1 Nothing may follow STARTTLS before TLS", Next::Close)
    }

    /// The client was silent for too long.
    pub(super) fn timed_out(&mut self) -> Turn {
        self.turn("421 4.4.2 Timeout, closing the connection", Next::Close)
    }

    /// A line of more than [`LINE_LIMIT`] octets was read and thrown away.
    pub(super) fn overlong_line(&mut self) -> Turn {
        self.exchange = None;
        self.transcript.note("a line that is too long");
        self.answer("500 5.5.2 Line too long")
    }

    /// How many passwords were refused since this was last asked.
    pub(super) fn take_passwords_refused(&mut self) -> u64 {
        std::mem::take(&mut self.passwords_refused)
    }

    /// A line of the client, its end included.
    pub(super) fn line(&mut self, octets: &[u8]) -> Turn {
        let exchange = self.exchange.take();
        let text = octets.strip_suffix(b"\r\n").map(std::str::from_utf8);
        let refusal = match text {
            None => "500 5.5.2 A line must end with CRLF",
            Some(Err(_)) => "500 5.5.2 A line must be UTF-8",
            Some(Ok(text)) if text.contains(['\0', '\r']) => "500 5.5.2 Stray CR or NUL",
            Some(Ok(text)) => {
                return match exchange {
                    Some((mechanism, exchange)) => self.response(mechanism, exchange, text),
                    None => self.command(text),
                };
            }
        };
        match exchange {
            Some(_) => self.transcript.client_secret(""),
            None => self.transcript.client(octets),
        }
        self.answer(refusal)
    }

    /// The content came to its end. Of a message that was kept this answers what was said.
    pub(super) fn content(&mut self, content: &Content) -> (Turn, Option<Transaction>) {
        let envelope = self.envelope.take().unwrap_or_default();
        let turn = match (content, self.manner.end_of_data) {
            (Content::Kept(_), EndOfData::Dropped) => {
                self.transcript.note("the connection is dropped");
                Turn { reply: Vec::new(), next: Next::Drop }
            }
            (Content::Kept(number), EndOfData::Answered) => {
                self.answer(&format!("250 2.0.0 Ok: queued as {number}"))
            }
            (Content::TooLarge, _) => self.answer("552 5.3.4 Message too large"),
            (Content::NotKept, _) => self.answer("452 4.3.1 No room for the message"),
        };
        let dialogue = self.transcript.end_transaction();
        let transaction = Transaction { envelope, login: self.login.clone(), dialogue };
        (turn, matches!(content, Content::Kept(_)).then_some(transaction))
    }

    fn command(&mut self, line: &str) -> Turn {
        let command = command::parse(line);
        match &command {
            Ok(Command::Auth { mechanism, initial_response: Some(_) }) => {
                self.transcript.client_secret(&format!("AUTH {mechanism} "));
            }
            // Whatever else starts so may have a secret in it.
            Err(_) if line.get(..4).is_some_and(|verb| verb.eq_ignore_ascii_case("AUTH")) => {
                self.transcript.client_secret("AUTH ");
            }
            _ => self.transcript.client(line.as_bytes()),
        }
        if line.len() + 2 > COMMAND_LIMIT {
            return self.answer("500 5.5.2 Line too long");
        }
        match command {
            Err(refusal) => self.answer(refusal),
            Ok(Command::Ehlo) => self.ehlo(),
            Ok(Command::Helo) => {
                self.hello = Hello::Helo;
                self.envelope = None;
                self.answer("250 localhost")
            }
            Ok(Command::StartTls) => self.start_tls(),
            Ok(Command::Auth { .. }) if line.len() + 2 > AUTH_LINE_LIMIT => {
                self.answer("500 5.5.6 Authentication exchange line is too long")
            }
            Ok(Command::Auth { mechanism, initial_response }) => {
                self.auth(mechanism, initial_response, line)
            }
            Ok(Command::Mail { path, parameters }) => {
                let reply = self.mail(path, &parameters).err();
                self.answer(reply.unwrap_or("250 2.1.0 Ok"))
            }
            Ok(Command::Rcpt { path, parameters }) => {
                let reply = self.rcpt(path, &parameters).err();
                self.answer(reply.unwrap_or("250 2.1.5 Ok"))
            }
            Ok(Command::Data) => match &self.envelope {
                None => self.answer("503 5.5.1 Send MAIL first"),
                Some(envelope) if envelope.recipients.is_empty() => {
                    self.answer("554 5.5.1 No valid recipients")
                }
                Some(_) => self.turn("354 End data with <CR><LF>.<CR><LF>", Next::Content),
            },
            Ok(Command::Rset) => {
                self.envelope = None;
                self.answer("250 2.0.0 Ok")
            }
            Ok(Command::Noop) => self.answer("250 2.0.0 Ok"),
            Ok(Command::Vrfy) => self.answer("252 2.5.0 Send mail and see"),
            Ok(Command::Quit) => self.turn("221 2.0.0 Bye", Next::Close),
        }
    }

    fn ehlo(&mut self) -> Turn {
        self.hello = Hello::Ehlo;
        self.envelope = None;
        let mut lines = vec!["localhost".to_owned()];
        lines.extend(self.manner.extensions.iter().map(|extension| extension.line()));
        if self.offers_start_tls() {
            lines.push("STARTTLS".to_owned());
        }
        if let AuthOffer::Mechanisms(mechanisms) = self.manner.auth_offer(self.channel) {
            let names: Vec<&str> = mechanisms.iter().map(|mechanism| mechanism.name()).collect();
            let names = names.join(" ");
            lines.push(format!("AUTH {names}"));
            if self.manner.auth_keyword == AuthKeyword::StandardAndOld {
                lines.push(format!("AUTH={names}"));
            }
        }
        let last = lines.len() - 1;
        let reply: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(index, line)| format!("250{}{line}", if index == last { ' ' } else { '-' }))
            .collect();
        self.answer(&reply.join("\r\n"))
    }

    fn offers_start_tls(&self) -> bool {
        let offered = matches!(self.manner.tls, TlsOffer::StartTls | TlsOffer::BrokenStartTls);
        offered && self.channel == Channel::Clear
    }

    fn start_tls(&mut self) -> Turn {
        if self.channel == Channel::Tls {
            return self.answer("503 5.5.1 TLS is up already");
        }
        if self.envelope.is_some() {
            return self.answer("503 5.5.1 Not inside a transaction");
        }
        match self.manner.tls {
            TlsOffer::StartTls => self.turn("220 2.0.0 Ready to start TLS", Next::TlsHandshake),
            TlsOffer::BrokenStartTls => {
                self.turn("220 2.0.0 Ready to start TLS", Next::BrokenHandshake)
            }
            TlsOffer::None | TlsOffer::Implicit => self.answer("502 5.5.1 STARTTLS not offered"),
        }
    }

    fn auth(&mut self, name: &str, initial_response: Option<&str>, line: &str) -> Turn {
        if let Some(response) = initial_response {
            self.transcript.keep_secret(response);
        }
        let refusal = match self.manner.auth_offer(self.channel) {
            _ if self.hello != Hello::Ehlo => "503 5.5.1 Send EHLO first",
            _ if self.login.is_some() => "503 5.5.1 Authenticated already",
            _ if self.envelope.is_some() => "503 5.5.1 Not inside a transaction",
            AuthOffer::None => "503 5.5.1 Authentication not enabled",
            AuthOffer::AfterTls => "530 5.7.0 Must issue a STARTTLS command first",
            AuthOffer::Mechanisms(offered) => {
                match Mechanism::parse(name).filter(|mechanism| offered.contains(mechanism)) {
                    Some(mechanism) => {
                        let challenges = self.manner.login_challenges;
                        let step =
                            auth::begin(mechanism, initial_response, challenges, &self.account);
                        return self.step(mechanism, step, line);
                    }
                    None => self.manner.unknown_mechanism,
                }
            }
        };
        self.answer(refusal)
    }

    /// A line of an AUTH exchange.
    fn response(&mut self, mechanism: Mechanism, exchange: Exchange, line: &str) -> Turn {
        self.transcript.keep_secret(line);
        self.transcript.client_secret("");
        let step = auth::respond(exchange, line, &self.account);
        self.step(mechanism, step, line)
    }

    fn step(&mut self, mechanism: Mechanism, step: Step, line: &str) -> Turn {
        let mut reply = match step {
            Step::Challenge(challenge, exchange) => {
                self.exchange = Some((mechanism, exchange));
                return self.answer(&format!("334 {challenge}"));
            }
            Step::Accepted(login) => {
                self.login = Some(login);
                b"235 2.7.0 Authentication successful".to_vec()
            }
            Step::Refused => {
                self.passwords_refused += 1;
                self.manner.password_refused.to_vec()
            }
            Step::Cancelled => b"501 5.7.0 Authentication cancelled".to_vec(),
            Step::Malformed => b"501 5.5.2 Cannot decode the response".to_vec(),
        };
        if self.manner.auth_echo == AuthEcho::RepeatsLine {
            reply.extend_from_slice(b": ");
            reply.extend_from_slice(line.as_bytes());
        }
        self.turn(&reply, Next::Line)
    }

    fn mail(&mut self, path: &str, parameters: &[Parameter<'_>]) -> Result<(), Refusal> {
        if self.hello == Hello::None {
            return Err("503 5.5.1 Send EHLO first");
        }
        if self.envelope.is_some() {
            return Err("503 5.5.1 Nested MAIL");
        }
        if self.manner.auth_offer(self.channel) == AuthOffer::AfterTls {
            return Err("530 5.7.0 Must issue a STARTTLS command first");
        }
        let envelope = Envelope::open(self.manner, self.login.as_ref(), path, parameters)?;
        self.transcript.begin_transaction();
        self.envelope = Some(envelope);
        Ok(())
    }

    fn rcpt(&mut self, path: &str, parameters: &[Parameter<'_>]) -> Result<(), Refusal> {
        let envelope = self.envelope.as_mut().ok_or("503 5.5.1 Send MAIL first")?;
        envelope.add(self.manner, path, parameters)
    }

    fn answer(&mut self, reply: &str) -> Turn {
        self.turn(reply, Next::Line)
    }

    fn turn(&mut self, reply: impl AsRef<[u8]>, next: Next) -> Turn {
        let mut reply = reply.as_ref().to_vec();
        self.transcript.server(&reply);
        reply.extend_from_slice(b"\r\n");
        Turn { reply, next }
    }
}

#[cfg(test)]
mod tests;
