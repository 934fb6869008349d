//! The way into a running sandbox: how `MAILSEND_SANDBOX` says it, and settings that lead there
//! instead of to a real server.
//!
//! A malformed value is an error of the configuration, never a reason to send for real.

use std::fmt;
use std::net::SocketAddr;

use ring::rand::{SecureRandom as _, SystemRandom};

use crate::commands::Refusal;
use crate::config::{Origin, Profile, Settings, Value};
use crate::model::{
    AuthPolicy, Cause, Exit, Failure, LoginStyle, Pin, Protocol, Road, Secret, SecretSource,
    Server, Stage, Tls, Trust,
};

/// Set for the command that `mailsend sandbox -- COMMAND` runs: `IP:PORT TOKEN PIN`.
pub(in crate::commands) const VARIABLE: &str = "MAILSEND_SANDBOX";
/// Who logs in where the profile names nobody; the author of the profile `sandbox`.
const LOGIN: &str = "me@sandbox.example";
/// Hexadecimal digits of a token.
const TOKEN: usize = 32;

/// A sandbox that is entered by STARTTLS, its certificate pinned, and AUTH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrance {
    /// On loopback.
    pub(super) address: SocketAddr,
    /// The password, so that nobody else on this machine gets in.
    pub(super) token: Token,
    /// SHA-256 of the certificate.
    pub(super) pin: Pin,
}

/// A password made for one sandbox: hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token(Secret);

impl Token {
    /// One that nobody can guess. No word of the language, which would be masked wherever the
    /// dialogue shows it.
    pub(super) fn new() -> Result<Self, Refusal> {
        let mut random = [0; TOKEN / 2];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| Refusal::new(Exit::OS, "the system has no random numbers"))?;
        let digits: String = random.iter().map(|octet| format!("{octet:02x}")).collect();
        Ok(Self(Secret::new(digits)))
    }

    pub(super) fn secret(&self) -> Secret {
        self.0.clone()
    }

    fn parse(word: &str) -> Option<Self> {
        let is_digit = |octet: u8| matches!(octet, b'0'..=b'9' | b'a'..=b'f');
        (word.len() == TOKEN && word.bytes().all(is_digit)).then(|| Self(Secret::new(word)))
    }
}

impl Entrance {
    /// Reads the variable's value. Messages do not repeat it, for the token is in it.
    pub(in crate::commands) fn parse(value: &str) -> Result<Self, Refusal> {
        let malformed = |what: fmt::Arguments<'_>| {
            Refusal::new(Exit::CONFIG, format!("{VARIABLE}: {what}"))
                .hint("`mailsend sandbox -- COMMAND` sets it; unset it to send for real")
        };
        let words: Vec<&str> = value.split(' ').collect();
        let [address, token, pin] = words[..] else {
            return Err(malformed(format_args!("it is not of the form IP:PORT TOKEN PIN")));
        };
        let address = address.parse::<SocketAddr>().ok();
        let address = address.filter(|address| address.ip().is_loopback() && address.port() != 0);
        Ok(Self {
            address: address.ok_or_else(|| {
                malformed(format_args!("its first word is not an address and port of loopback"))
            })?,
            token: Token::parse(token).ok_or_else(|| {
                malformed(format_args!("its second word is not a token of {TOKEN} digits"))
            })?,
            pin: Pin::parse(pin)
                .ok_or_else(|| malformed(format_args!("its third word is not a SHA-256")))?,
        })
    }

    /// The variable's value: it holds the token, so it is for the environment alone.
    pub(super) fn value(&self) -> String {
        let Self { address, token, pin } = self;
        format!("{address} {} {pin}", String::from_utf8_lossy(token.0.expose()))
    }

    /// The settings of the profile `sandbox`.
    pub(in crate::commands) fn profile(&self) -> Profile {
        Profile {
            host: built_in(self.address.ip().to_string()),
            port: built_in(self.address.port()),
            tls: built_in(Tls::StartTls),
            pin_sha256: built_in(vec![self.pin]),
            username: built_in(LOGIN.to_owned()),
            password: built_in(self.token.secret()),
            ..Profile::default()
        }
    }

    /// These settings, leading here: host, TLS, trust and AUTH are replaced, and so is the secret.
    /// The user name stays, so that one sees who would have logged in.
    pub(in crate::commands) fn instead_of(&self, settings: &Settings) -> Settings {
        // Every field by name: whoever adds one that may lead elsewhere has to think of this.
        let Settings {
            server,
            identity,
            aliases,
            secret: _,
            token: _,
            log: _,
            save_failed: _,
            warnings,
        } = settings.clone();
        let Server {
            profile,
            provider,
            host: _,
            port: _,
            protocol: _,
            road: _,
            tls: _,
            trust: _,
            auth: _,
            login_style: _,
            username,
            danger_cleartext_auth: _,
            ehlo,
            pipelining,
            chunking,
            timeouts,
            deadline,
            max_size,
        } = server;
        let server = Server {
            profile,
            provider,
            host: self.address.ip().to_string(),
            port: self.address.port(),
            protocol: Protocol::Smtp,
            road: Road::default(),
            tls: Tls::StartTls,
            trust: Trust { pins: vec![self.pin], ..Trust::default() },
            auth: AuthPolicy::Auto,
            login_style: LoginStyle::Auto,
            username: Some(username.unwrap_or_else(|| LOGIN.to_owned())),
            danger_cleartext_auth: false,
            ehlo,
            pipelining,
            chunking,
            timeouts,
            deadline,
            max_size,
        };
        Settings {
            server,
            identity,
            aliases,
            secret: SecretSource::Literal(self.token.secret()),
            token: None,
            log: None,
            save_failed: None,
            warnings,
        }
    }

    /// Whether nothing is there any more, or something else than the sandbox.
    pub(in crate::commands) fn is_gone(failure: &Failure) -> bool {
        match &failure.cause {
            Cause::ConnectFailed(_)
            | Cause::StartTlsNotOffered
            | Cause::Certificate(_)
            | Cause::Handshake(_)
            | Cause::Injected(_) => true,
            Cause::Lost(_) | Cause::Protocol(_) | Cause::Refused(_) => {
                failure.stage <= Stage::StartTls
            }
            _ => false,
        }
    }

    /// What is said then.
    pub(in crate::commands) fn gone(&self, refusal: Refusal) -> Refusal {
        Refusal {
            message: format!("the sandbox of {VARIABLE} is gone; nothing was sent"),
            hints: vec![format!("unset {VARIABLE} to send for real")],
            exit: Exit::TEMP_FAIL,
            ..refusal
        }
    }
}

fn built_in<T>(value: T) -> Option<Value<T>> {
    Some(Value { value, origin: Origin::BuiltIn })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN_WORD: &str = "0123456789abcdef0123456789abcdef";

    fn value(address: &str, token: &str, pin: &str) -> String {
        format!("{address} {token} {pin}")
    }

    #[test]
    fn what_is_written_is_read() {
        for address in ["127.0.0.1:1025", "[::1]:65535"] {
            let value = value(address, TOKEN_WORD, &"0f".repeat(32));
            let entrance = Entrance::parse(&value).unwrap();
            assert_eq!(entrance.value(), value);
            assert!(!format!("{entrance:?}").contains(TOKEN_WORD));
        }
        assert_ne!(Token::new().unwrap(), Token::new().unwrap());
    }

    #[test]
    fn anything_else_is_an_error_that_names_the_variable_and_keeps_the_token() {
        let pin = "0f".repeat(32);
        for (wrong, said) in [
            ("yes".to_owned(), "it is not of the form IP:PORT TOKEN PIN"),
            (format!(" {}", value("127.0.0.1:1", TOKEN_WORD, &pin)), "it is not of the form"),
            (format!("{} x", value("127.0.0.1:1", TOKEN_WORD, &pin)), "it is not of the form"),
            (value("192.0.2.1:25", TOKEN_WORD, &pin), "its first word"),
            (value("0.0.0.0:25", TOKEN_WORD, &pin), "its first word"),
            (value("localhost:25", TOKEN_WORD, &pin), "its first word"),
            (value("127.0.0.1:0", TOKEN_WORD, &pin), "its first word"),
            (value("127.0.0.1:1", "0123456789ABCDEF0123456789ABCDEF", &pin), "its second word"),
            (value("127.0.0.1:1", &TOKEN_WORD[1..], &pin), "its second word"),
            (value("127.0.0.1:1", TOKEN_WORD, &pin[2..]), "its third word"),
        ] {
            let refusal = Entrance::parse(&wrong).unwrap_err();
            assert_eq!(refusal.exit, Exit::CONFIG);
            assert!(refusal.message.starts_with(&format!("MAILSEND_SANDBOX: {said}")), "{refusal}");
            assert!(!refusal.message.contains("0123456789"), "{refusal}");
        }
    }
}
