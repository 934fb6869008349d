//! A session of an awkward server: the greeting, then one command after the other.

use std::thread;
use std::time::Duration;

use super::behaviour::{
    ADDRESS, AuthOffer, Behaviour, Breakage, Chunking, Greeting, Hello, Keyword, Layer, Mechanism,
    Pipelining, Recipients, Replies, Senders, Size, TlsOffer,
};
use super::record::{Delivered, Record};
use super::wire::Wire;

/// Before a greeting that is late.
const LATE: Duration = Duration::from_secs(4);
/// Octets of the largest message.
const LIMIT: usize = 10_485_760;

pub(super) struct Session<'a> {
    pub(super) wire: Wire,
    pub(super) behaviour: &'a Behaviour,
    pub(super) record: &'a Record,
    /// The name that the client gave itself.
    pub(super) hello: Option<String>,
    pub(super) login: Option<Mechanism>,
    pub(super) transaction: Option<Transaction>,
}

#[derive(Default)]
pub(super) struct Transaction {
    reverse_path: String,
    recipients: Vec<String>,
    /// Of BDAT, so far.
    content: Vec<u8>,
}

impl<'a> Session<'a> {
    pub(super) fn new(wire: Wire, behaviour: &'a Behaviour, record: &'a Record) -> Self {
        Self { wire, behaviour, record, hello: None, login: None, transaction: None }
    }

    /// Serves the client until one of the two leaves.
    pub(super) fn serve(mut self) {
        // None is the end, whoever brought it about.
        let _ = self.talk();
        self.wire.close();
    }

    fn talk(&mut self) -> Option<()> {
        if self.behaviour.tls == TlsOffer::Implicit {
            self.wire.start_tls(self.behaviour.certificate.server_config())?;
        }
        self.greet()?;
        loop {
            let line = self.wire.hear_line()?;
            let is_chunk = line.to_ascii_uppercase().starts_with("BDAT");
            if self.wire.is_followed() && !is_chunk {
                match self.behaviour.pipelining {
                    Pipelining::ThrowsAway => self.wire.forget(),
                    Pipelining::Drops => return None,
                    Pipelining::Works | Pipelining::NotOffered => {}
                }
            }
            self.command(&line)?;
        }
    }

    fn greet(&mut self) -> Option<()> {
        match self.behaviour.greeting {
            Greeting::AtOnce => self.wire.say("220 mail.corp.example ESMTP"),
            Greeting::Late => {
                thread::sleep(LATE);
                self.wire.say("220 mail.corp.example ESMTP")
            }
            Greeting::Lines => {
                self.wire.say("220 mail.corp.example ESMTP\nAuthorized use only\nwelcome")
            }
            Greeting::Busy => {
                self.wire.say("421 4.3.2 mail.corp.example is too busy, try again later")?;
                None
            }
            Greeting::Refused => {
                self.wire.say("554 5.7.1 mail.corp.example takes no mail from you")?;
                while !self.wire.hear_line()?.eq_ignore_ascii_case("QUIT") {
                    self.wire.say("503 5.5.1 bad sequence of commands")?;
                }
                self.quit()
            }
        }
    }

    fn quit(&mut self) -> Option<()> {
        self.wire.say("221 2.0.0 bye")?;
        None
    }

    fn command(&mut self, line: &str) -> Option<()> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => self.hello(rest, true),
            "HELO" => self.hello(rest, false),
            "QUIT" => self.quit(),
            "NOOP" => self.wire.say("250 2.0.0 ok"),
            "HELP" => self.wire.say("214 2.0.0 there is none"),
            "VRFY" => self.wire.say("252 2.0.0 try and see"),
            "RSET" => {
                self.transaction = None;
                self.wire.say("250 2.0.0 ok")
            }
            _ if self.hello.is_none() => self.wire.say("503 5.5.1 say EHLO or HELO first"),
            "STARTTLS" => self.starttls(),
            "AUTH" => self.auth(rest),
            "MAIL" => self.mail(rest),
            "RCPT" => self.rcpt(rest),
            "DATA" => self.data(),
            "BDAT" if self.behaviour.chunking == Chunking::Works => self.bdat(rest),
            _ => self.wire.say("500 5.5.1 unrecognized command"),
        }
    }

    fn hello(&mut self, name: &str, extended: bool) -> Option<()> {
        let full = is_full_name(name);
        match self.behaviour.hello {
            Hello::HeloOnly if extended => {
                return self.wire.say("500 5.5.1 unrecognized command");
            }
            Hello::FullName if !full => {
                return self.wire.say("504 5.5.2 need a fully-qualified hostname");
            }
            Hello::FullNameOr550 if !full => {
                return self.wire.say("550 5.7.1 this is not how you are called");
            }
            _ => {}
        }
        self.hello = Some(name.to_owned());
        self.transaction = None;
        let mut lines = vec!["250 mail.corp.example".to_owned()];
        if extended {
            lines.extend(self.extensions());
        }
        self.wire.say(&lines.join("\n"))
    }

    fn extensions(&self) -> Vec<String> {
        let behaviour = self.behaviour;
        let mut lines = vec!["8BITMIME".to_owned()];
        if behaviour.pipelining != Pipelining::NotOffered {
            lines.push("PIPELINING".to_owned());
        }
        if behaviour.size == Size::Offered {
            lines.push(format!("SIZE {LIMIT}"));
        }
        if self.offers_starttls() {
            lines.push("STARTTLS".to_owned());
        }
        if let AuthOffer::Mechanisms(all) = behaviour.auth_offer(self.wire.layer()) {
            let names: Vec<&str> = all.iter().map(|mechanism| mechanism.name()).collect();
            let names = names.join(" ");
            match behaviour.keyword {
                Keyword::Standard => lines.push(format!("AUTH {names}")),
                Keyword::Old => lines.push(format!("AUTH={names}")),
                Keyword::Lower => lines.push(format!("auth {}", names.to_ascii_lowercase())),
                Keyword::Both => lines.extend([format!("AUTH {names}"), format!("AUTH={names}")]),
                Keyword::Hidden => {}
            }
        }
        if behaviour.chunking != Chunking::NotOffered {
            lines.push("CHUNKING".to_owned());
        }
        if behaviour.replies != Replies::NoEnhancedCodes {
            lines.push("ENHANCEDSTATUSCODES".to_owned());
        }
        lines
    }

    fn offers_starttls(&self) -> bool {
        let has_some = matches!(self.behaviour.tls, TlsOffer::StartTls | TlsOffer::Broken(_));
        has_some && self.wire.layer() == Layer::Clear && self.behaviour.hello != Hello::HeloOnly
    }

    fn starttls(&mut self) -> Option<()> {
        if !self.offers_starttls() {
            return self.wire.say("502 5.5.1 STARTTLS is not offered");
        }
        let TlsOffer::Broken(breakage) = self.behaviour.tls else {
            self.wire.say("220 2.0.0 ready to start TLS")?;
            (self.hello, self.login, self.transaction) = (None, None, None);
            return self.wire.start_tls(self.behaviour.certificate.server_config());
        };
        match breakage {
            Breakage::Refused454 => {
                self.wire.say("454 4.7.0 TLS not available due to local problem")
            }
            Breakage::Refused502 => self.wire.say("502 5.5.1 command not implemented"),
            Breakage::Closed => {
                self.wire.say("220 2.0.0 ready to start TLS")?;
                None
            }
            Breakage::Silence => {
                self.wire.say("220 2.0.0 ready to start TLS")?;
                self.wire.hear_to_the_end();
                None
            }
            Breakage::Garbage => {
                self.wire.say("220 2.0.0 ready to start TLS")?;
                self.wire.hear_something()?;
                self.wire.write(b"%MAIL-E-NOTLS, what was that?\r\n")?;
                None
            }
        }
    }

    fn mail(&mut self, rest: &str) -> Option<()> {
        let Some((path, parameters)) = path(rest, "FROM:") else {
            return self.wire.say("501 5.5.4 syntax: MAIL FROM:<address>");
        };
        if self.transaction.is_some() {
            return self.wire.say("503 5.5.1 nested MAIL command");
        }
        if let Some(size) = parameters.to_ascii_uppercase().split("SIZE=").nth(1) {
            if self.behaviour.size == Size::NotOffered {
                return self.wire.say("555 5.5.4 SIZE is not offered");
            }
            let size = size.split(' ').next().and_then(|digits| digits.parse().ok());
            if size.is_none_or(|size: usize| size > LIMIT) {
                return self.wire.say("552 5.3.4 message too big");
            }
        }
        let refusal = match self.behaviour.senders {
            Senders::LoggedIn | Senders::OwnAddress(_) if self.login.is_none() => {
                "530 5.7.0 authentication required"
            }
            Senders::OwnAddress(501) if path != ADDRESS => {
                "501 5.7.1 mail from address must be same as authorization user"
            }
            Senders::OwnAddress(_) if path != ADDRESS => {
                "553 5.7.1 sender address rejected: not owned by the user"
            }
            _ => {
                self.transaction = Some(Transaction { reverse_path: path, ..Default::default() });
                return self.wire.say("250 2.1.0 ok");
            }
        };
        self.wire.say(refusal)
    }

    fn rcpt(&mut self, rest: &str) -> Option<()> {
        let Some(transaction) = &mut self.transaction else {
            return self.wire.say("503 5.5.1 need MAIL command");
        };
        let Some((path, _)) = path(rest, "TO:") else {
            return self.wire.say("501 5.5.4 syntax: RCPT TO:<address>");
        };
        let full = self.hello.as_deref().is_some_and(is_full_name);
        let refusal = match self.behaviour {
            Behaviour { senders: Senders::LoggedInAtRcpt, .. } if self.login.is_none() => {
                "554 5.7.1 relay access denied"
            }
            Behaviour { hello: Hello::FullNameAtRcpt, .. } if !full => {
                "504 5.5.2 Helo command rejected: need a fully-qualified hostname"
            }
            Behaviour { recipients: Recipients::Nobody, .. } => "550 5.1.1 user unknown",
            Behaviour { recipients: Recipients::Later, .. } if self.record.defers() => {
                "450 4.7.1 greylisted, try again later"
            }
            _ => {
                transaction.recipients.push(path);
                "250 2.1.5 ok"
            }
        };
        self.wire.say(refusal)
    }

    /// Refuses content that nobody would get.
    fn refuse_content(&mut self) -> Option<&'static str> {
        match &self.transaction {
            None => Some("503 5.5.1 need MAIL command"),
            Some(transaction) if transaction.recipients.is_empty() => {
                Some("554 5.5.1 no valid recipients")
            }
            Some(_) => None,
        }
    }

    fn data(&mut self) -> Option<()> {
        if let Some(refusal) = self.refuse_content() {
            return self.wire.say(refusal);
        }
        self.wire.say("354 end data with a lone dot")?;
        let content = self.wire.hear_message()?;
        self.deliver(content)
    }

    fn bdat(&mut self, rest: &str) -> Option<()> {
        let (count, last) = rest.split_once(' ').unwrap_or((rest, ""));
        let Ok(count) = count.parse() else {
            return self.wire.say("501 5.5.4 syntax: BDAT count [LAST]");
        };
        let chunk = self.wire.hear_octets(count)?;
        if let Some(refusal) = self.refuse_content() {
            return self.wire.say(refusal);
        }
        let content = &mut self.transaction.as_mut()?.content;
        content.extend_from_slice(&chunk);
        if !last.eq_ignore_ascii_case("LAST") {
            return self.wire.say("250 2.0.0 ok");
        }
        let content = std::mem::take(content);
        self.deliver(content)
    }

    fn deliver(&mut self, content: Vec<u8>) -> Option<()> {
        let Transaction { reverse_path, recipients, .. } = self.transaction.take()?;
        let (layer, login) = (self.wire.layer(), self.login);
        self.record.delivered(Delivered { reverse_path, recipients, content, layer, login });
        self.wire.say("250 2.0.0 ok: queued")
    }
}

/// The path of `FROM:<path> PARAMETERS`, and the parameters.
fn path(rest: &str, keyword: &str) -> Option<(String, String)> {
    let named = rest.get(..keyword.len())?.eq_ignore_ascii_case(keyword);
    let (path, parameters) =
        rest[keyword.len()..].trim_start().strip_prefix('<')?.split_once('>')?;
    named.then(|| (path.to_owned(), parameters.to_owned()))
}

/// Whether a name is one of a host below a domain.
fn is_full_name(name: &str) -> bool {
    let letters = name.chars().any(char::is_alphabetic);
    letters && name.contains('.') && !name.starts_with(['[', '.']) && !name.ends_with('.')
}
