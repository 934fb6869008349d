//! The server's side of an SMTP session (RFC 5321), pure: lines in, replies and what to do next
//! out. A [`Manner`] decides what is offered, taken and refused.
//!
//! Nothing fails here: what a client does wrong gets the reply that it deserves.

mod authentication;
mod content;

use std::sync::Arc;

use super::auth::{Account, Exchange, Login};
use super::command::{self, Command, Parameter, Refusal};
use super::envelope::Envelope;
use super::greylist::Greylist;
use super::manners::{AuthKeyword, AuthOffer, Breakage, Channel, Manner, TlsOffer};
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
    /// The message up to the lone dot.
    Content,
    /// So many octets of the message (BDAT).
    Chunk {
        size: u64,
        place: Place,
    },
    /// So many octets of a chunk that is thrown away; what is written comes after it.
    RefusedChunk(u64),
    /// Close in order.
    Close,
    /// Break the connection.
    Drop,
}

/// Where a chunk stands in its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) first: bool,
    pub(super) last: bool,
}

/// What became of a message.
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
    manner: Manner,
    account: Account,
    greylist: Arc<Greylist>,
    channel: Channel,
    hello: Hello,
    login: Option<Login>,
    exchange: Option<(Mechanism, Exchange)>,
    envelope: Option<Envelope>,
    /// Chunks of the message are there already.
    chunked: bool,
    transcript: Transcript,
    passwords_refused: u64,
}

impl Dialogue {
    pub(super) fn new(manner: Manner, account: Account, greylist: Arc<Greylist>) -> Self {
        let transcript = Transcript::new(&account.password);
        Self {
            manner,
            account,
            greylist,
            channel: Channel::Clear,
            hello: Hello::None,
            login: None,
            exchange: None,
            envelope: None,
            chunked: false,
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
            Ok(Command::Data) => self.data(),
            Ok(Command::Bdat { size, last }) => self.chunk(size, last),
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
        let offered = matches!(self.manner.tls, TlsOffer::StartTls | TlsOffer::BrokenStartTls(_));
        offered && self.channel == Channel::Clear
    }

    fn start_tls(&mut self) -> Turn {
        if self.channel == Channel::Tls {
            return self.answer("503 5.5.1 TLS is up already");
        }
        if self.envelope.is_some() {
            return self.answer("503 5.5.1 Not inside a transaction");
        }
        const READY: &str = "220 2.0.0 Ready to start TLS";
        match self.manner.tls {
            TlsOffer::StartTls => self.turn(READY, Next::TlsHandshake),
            TlsOffer::BrokenStartTls(Breakage::Garbage) => self.turn(READY, Next::BrokenHandshake),
            TlsOffer::BrokenStartTls(Breakage::Closed) => self.turn(READY, Next::Close),
            TlsOffer::BrokenStartTls(Breakage::Unavailable) => {
                self.answer("454 4.7.0 TLS not available due to temporary reason")
            }
            TlsOffer::None | TlsOffer::Implicit => self.answer("502 5.5.1 STARTTLS not offered"),
        }
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
        let envelope = Envelope::open(&self.manner, self.login.as_ref(), path, parameters)?;
        self.transcript.begin_transaction();
        self.chunked = false;
        self.envelope = Some(envelope);
        Ok(())
    }

    fn rcpt(&mut self, path: &str, parameters: &[Parameter<'_>]) -> Result<(), Refusal> {
        let envelope = self.envelope.as_mut().ok_or("503 5.5.1 Send MAIL first")?;
        if self.chunked {
            return Err("503 5.5.1 Chunks came already");
        }
        envelope.add(&self.manner, &self.greylist, path, parameters)
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
