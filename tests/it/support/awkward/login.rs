//! AUTH at an awkward server: what is refused without a look at the password, the dialogue of each
//! mechanism, and the lies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::behaviour::{AuthOffer, Conduct, Hello, Keyword, LoginStyle, Mechanism, PASSWORD};
use super::sasl::{self, Scram};
use super::session::Session;

/// What a client's words were worth.
enum Judged {
    Right,
    /// Well-formed, and the user name or the password is not the right one.
    Wrong,
    /// `*`
    Cancelled,
    /// No base64, or not what the mechanism wants.
    Malformed,
    /// The client has been answered already.
    Answered,
}

impl Judged {
    fn of(user: &[u8], password: &[u8], known_user: &str) -> Self {
        match user == known_user.as_bytes() && password == PASSWORD.as_bytes() {
            true => Self::Right,
            false => Self::Wrong,
        }
    }
}

/// A client's line in an exchange.
enum Answer {
    Octets(Vec<u8>),
    Cancelled,
    Malformed,
}

/// The octets of an answer; any other one ends the exchange.
macro_rules! octets {
    ($answer:expr) => {
        match $answer {
            Answer::Octets(octets) => octets,
            Answer::Cancelled => return Some(Judged::Cancelled),
            Answer::Malformed => return Some(Judged::Malformed),
        }
    };
}

impl Session<'_> {
    pub(super) fn auth(&mut self, rest: &str) -> Option<()> {
        let (name, initial) = match rest.split_once(' ') {
            Some((name, initial)) => (name, Some(initial)),
            None => (rest, None),
        };
        let named = Mechanism::ALL.into_iter().find(|it| it.name().eq_ignore_ascii_case(name));
        let not_enabled = "503 5.5.1 authentication not enabled";
        let behaviour = self.behaviour;
        let all = match behaviour.auth_offer(self.wire.layer()) {
            AuthOffer::Nothing => return self.wire.say(not_enabled),
            AuthOffer::TlsFirst(code) => return self.wire.say(tls_first(*code)),
            // What EHLO would have offered.
            AuthOffer::Mechanisms(_)
                if behaviour.hello == Hello::HeloOnly && behaviour.keyword != Keyword::Hidden =>
            {
                return self.wire.say(not_enabled);
            }
            AuthOffer::Mechanisms(_) if self.login.is_some() || self.transaction.is_some() => {
                return self.wire.say("503 5.5.1 not now");
            }
            AuthOffer::Mechanisms(all) => all,
        };
        match named.map(|mechanism| (mechanism, behaviour.conduct(mechanism))) {
            Some((_, Conduct::Unknown(code))) => {
                self.wire.say(&format!("{code} 5.5.1 not implemented"))
            }
            Some((_, Conduct::Unrecognized)) => {
                self.wire.say("535 5.7.3 Unrecognized authentication type")
            }
            Some((mechanism, _)) if all.contains(&mechanism) => {
                let judged = self.exchange(mechanism, initial)?;
                self.conclude(mechanism, &judged)
            }
            _ => self.wire.say("504 5.5.4 unrecognized authentication type"),
        }
    }

    fn exchange(&mut self, mechanism: Mechanism, initial: Option<&str>) -> Option<Judged> {
        match mechanism {
            Mechanism::Plain => self.plain(initial),
            Mechanism::Login => self.login(initial),
            Mechanism::CramMd5 => self.cram_md5(initial),
            Mechanism::ScramSha256 => self.scram(initial),
        }
    }

    fn conclude(&mut self, mechanism: Mechanism, judged: &Judged) -> Option<()> {
        let lies = self.behaviour.conduct(mechanism).lies(self.wire.layer());
        match judged {
            Judged::Right if !lies => {
                self.login = Some(mechanism);
                self.wire.say("235 2.7.0 authentication successful")
            }
            Judged::Right | Judged::Wrong => {
                self.record.password_refused();
                self.wire.say("535 5.7.8 authentication failed")
            }
            Judged::Cancelled => self.wire.say("501 5.7.0 authentication aborted"),
            Judged::Malformed => self.wire.say("501 5.5.2 cannot make sense of that"),
            Judged::Answered => Some(()),
        }
    }

    /// The words of the AUTH line (RFC 4954 §4: `=` is an empty response), or an answer to this
    /// challenge.
    fn first_answer(&mut self, initial: Option<&str>, challenge: &[u8]) -> Option<Answer> {
        match initial {
            Some("=") => Some(Answer::Octets(Vec::new())),
            Some(text) => Some(read(text)),
            None => self.ask(challenge),
        }
    }

    fn ask(&mut self, challenge: &[u8]) -> Option<Answer> {
        self.wire.say(&format!("334 {}", STANDARD.encode(challenge)))?;
        self.wire.hear_line().map(|line| read(&line))
    }

    /// `[authzid] NUL authcid NUL passwd` (RFC 4616).
    fn plain(&mut self, initial: Option<&str>) -> Option<Judged> {
        let message = octets!(self.first_answer(initial, b"")?);
        let parts: Vec<&[u8]> = message.split(|octet| *octet == 0).collect();
        let [_, user, password] = parts[..] else { return Some(Judged::Malformed) };
        Some(Judged::of(user, password, self.behaviour.known_user()))
    }

    fn login(&mut self, initial: Option<&str>) -> Option<Judged> {
        let style = self.behaviour.login_style;
        let (user_prompt, password_prompt): (&[u8], &[u8]) = match style {
            LoginStyle::EndsInNul => (b"User Name\0", b"Password\0"),
            LoginStyle::Wordless => (b"", b""),
            LoginStyle::Chinese => ("用户名:".as_bytes(), "密码:".as_bytes()),
            _ => (b"Username:", b"Password:"),
        };
        match (style, initial) {
            (LoginStyle::PasswordFirst, None) => {
                octets!(self.ask(password_prompt)?);
                octets!(self.ask(password_prompt)?);
                return Some(Judged::Wrong);
            }
            (LoginStyle::PromptedOnly, Some(_)) => {
                self.wire.say("501 5.5.4 no parameter is allowed here")?;
                return Some(Judged::Answered);
            }
            (LoginStyle::ClosesAtBare, None) => return None,
            _ => {}
        }
        let user = octets!(self.first_answer(initial, user_prompt)?);
        let password = octets!(self.ask(password_prompt)?);
        Some(Judged::of(&user, &password, self.behaviour.known_user()))
    }

    fn cram_md5(&mut self, initial: Option<&str>) -> Option<Judged> {
        if initial.is_some() {
            return Some(Judged::Malformed);
        }
        let challenge = b"<1896.697170952@mail.corp.example>";
        let answer = octets!(self.ask(challenge)?);
        let known_user = self.behaviour.known_user();
        Some(match sasl::cram_md5_is_right(&answer, challenge, known_user, PASSWORD) {
            Some(true) => Judged::Right,
            Some(false) => Judged::Wrong,
            None => Judged::Malformed,
        })
    }

    fn scram(&mut self, initial: Option<&str>) -> Option<Judged> {
        let first = octets!(self.first_answer(initial, b"")?);
        let Some(scram) = Scram::begin(&first) else { return Some(Judged::Malformed) };
        let last = octets!(self.ask(scram.challenge().as_bytes())?);
        let Some(verdict) = scram.verify(&last, PASSWORD) else { return Some(Judged::Malformed) };
        let lies = self.behaviour.conduct(Mechanism::ScramSha256).lies(self.wire.layer());
        let known = scram.user() == self.behaviour.known_user();
        match verdict.signature {
            Some(signature) if known && !lies => {
                octets!(self.ask(signature.as_bytes())?);
                Some(Judged::Right)
            }
            _ => Some(Judged::Wrong),
        }
    }
}

fn read(line: &str) -> Answer {
    match line {
        "*" => Answer::Cancelled,
        _ => STANDARD.decode(line).map_or(Answer::Malformed, Answer::Octets),
    }
}

/// Servers have many codes for the same.
fn tls_first(code: u16) -> &'static str {
    match code {
        530 => "530 5.7.0 must issue a STARTTLS command first",
        538 => "538 5.7.11 encryption required for requested authentication mechanism",
        503 => "503 5.5.1 authentication not enabled",
        504 => "504 5.7.4 unrecognized authentication type",
        _ => "535 5.7.3 authentication unsuccessful",
    }
}
