//! Who logs in, and with what.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

use crate::support::{Mailsend, RealServer};

#[derive(Clone, Copy)]
pub(super) struct Login {
    pub(super) user: &'static str,
    secret: Secret,
}

#[derive(Clone, Copy)]
enum Secret {
    Password(&'static str),
    Token(Token),
    /// The setting of the server that names it.
    Certificate(&'static str),
}

/// An access token that the server's own key signs, if not said otherwise.
#[derive(Clone, Copy)]
enum Token {
    Valid,
    /// As long as those of big providers: too long for the AUTH line.
    Long,
    Expired,
    OfAnotherScope,
    SignedByAnother,
}

pub(super) const ALICE: Login = password("alice@example.test", "wonder-land1");
pub(super) const BOB: Login = password("bob@example.test", "pässwörd");
pub(super) const TOKEN: Login = token(Token::Valid);
pub(super) const LONG_TOKEN: Login = token(Token::Long);
pub(super) const EXPIRED_TOKEN: Login = token(Token::Expired);
pub(super) const TOKEN_OF_ANOTHER_SCOPE: Login = token(Token::OfAnotherScope);
pub(super) const TOKEN_SIGNED_BY_ANOTHER: Login = token(Token::SignedByAnother);
pub(super) const CERTIFICATE: Login = certificate("CLIENT_CERTIFICATE");
pub(super) const UNKNOWN_CERTIFICATE: Login = certificate("UNKNOWN_CLIENT_CERTIFICATE");

const fn password(user: &'static str, password: &'static str) -> Login {
    Login { user, secret: Secret::Password(password) }
}

const fn token(token: Token) -> Login {
    Login { user: "alice@example.test", secret: Secret::Token(token) }
}

const fn certificate(setting: &'static str) -> Login {
    Login { user: "alice@example.test", secret: Secret::Certificate(setting) }
}

/// A wrong password, for the user that nobody else is: so the log shows how often it was given.
pub(super) fn wrong(mechanism: &str) -> Login {
    let user = match mechanism {
        "PLAIN" => "carol-plain@example.test",
        "LOGIN" => "carol-login@example.test",
        "CRAM-MD5" => "carol-cram-md5@example.test",
        "SCRAM-SHA-1" => "carol-scram-sha-1@example.test",
        "SCRAM-SHA-256" => "carol-scram-sha-256@example.test",
        _ => panic!("no carol for {mechanism}"),
    };
    password(user, "under-land1")
}

impl Login {
    /// The password.
    pub(super) fn secret(&self) -> &'static str {
        match self.secret {
            Secret::Password(password) => password,
            _ => panic!("{} has no password", self.user),
        }
    }

    /// What stands in the profile, and the command with what it needs beside it.
    pub(super) fn keys(self, command: Mailsend, server: &RealServer) -> (String, Mailsend) {
        let user = self.user;
        let common = format!("username = '{user}'\nfrom = '张三 <{user}>'\n");
        match self.secret {
            Secret::Password(password) => (format!("{common}password = '{password}'\n"), command),
            Secret::Token(token) => {
                let token = token.signed(user, server.setting("JWT_KEY"));
                (format!("{common}token_env = 'TOKEN'\n"), command.env("TOKEN", token))
            }
            Secret::Certificate(setting) => {
                let path = server.setting(setting);
                (format!("{common}client_certificate = '{path}'\n"), command)
            }
        }
    }
}

impl Token {
    fn signed(self, user: &str, key: &str) -> String {
        // In the year 2100, and in 2001.
        let expires = if matches!(self, Self::Expired) { 1_000_000_000 } else { 4_102_444_800_u64 };
        let scope = if matches!(self, Self::OfAnotherScope) { "imap" } else { "smtp" };
        let key = if matches!(self, Self::SignedByAnother) { "another" } else { key };
        let more = if matches!(self, Self::Long) { "x".repeat(2000) } else { String::new() };
        let claims = serde_json::json!({
            "sub": user, "iat": 1_000_000_000, "exp": expires, "scope": scope, "more": more,
        });
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = [part(r#"{"alg":"HS256","typ":"JWT"}"#), part(&claims.to_string())].join(".");
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        let signature = hmac::sign(&key, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
