//! AUTH LOGIN (draft-murchison-sasl-login): two answers, the user name and the password.
//!
//! The order of the challenges counts and not their text, for texts differ. One thing is read in
//! them: where the *first* asks for the password, the server believes that it has the user name
//! already, and wants it in the AUTH line.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::authenticate::{Attempt, COMMAND_LINE, cancel, conclude, encode};
use super::client::Client;
use super::session::Credentials;
use crate::model::{AuthFacts, Cause, LoginStyle, Mechanism, Observations, Reply};

/// What a challenge asks for, judged by its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prompt {
    UserName,
    Password,
    Unclear,
}

/// Authenticates by LOGIN in the style that is set, or finds out which one works.
pub(super) fn login(
    client: &mut Client,
    style: LoginStyle,
    credentials: &Credentials,
    seen: &mut Observations,
) -> Result<Attempt, Cause> {
    let mut exchange = Exchange { client, credentials, seen };
    match style {
        LoginStyle::Prompted => exchange.prompted(),
        LoginStyle::InitialResponse => exchange.initial_response(),
        LoginStyle::Auto => exchange.find_out(),
    }
}

struct Exchange<'a> {
    client: &'a mut Client,
    credentials: &'a Credentials,
    seen: &'a mut Observations,
}

impl Exchange<'_> {
    fn find_out(&mut self) -> Result<Attempt, Cause> {
        let reply = self.begin()?;
        if reply.code == 334 && self.seen.password_asked_first {
            let answer = cancel(self.client, reply)?;
            if answer.is_transient() {
                return Ok(Attempt::Refused(answer));
            }
            let attempt = self.initial_response()?;
            return match attempt {
                Attempt::NotThisOne(reply) if matches!(reply.code, 501 | 504) => self.prompted(),
                attempt => Ok(attempt),
            };
        }
        self.answer(reply, LoginStyle::Prompted)
    }

    fn prompted(&mut self) -> Result<Attempt, Cause> {
        let reply = self.begin()?;
        self.answer(reply, LoginStyle::Prompted)
    }

    /// Asks for the first challenge and notes what it asks for.
    fn begin(&mut self) -> Result<Reply, Cause> {
        let reply = self.client.command("AUTH LOGIN")?;
        if reply.code == 334 && judge(&reply) == Prompt::Password {
            self.seen.password_asked_first = true;
        }
        Ok(reply)
    }

    /// The user name in the AUTH line; asked for again it is given again.
    fn initial_response(&mut self) -> Result<Attempt, Cause> {
        let user_name = encode(self.credentials.username.as_bytes());
        let line = [b"AUTH LOGIN ", user_name.as_slice()].concat();
        if line.len() > COMMAND_LINE {
            return self.prompted();
        }
        let reply = self.client.secret_command(&line, "AUTH LOGIN <user name>")?;
        if matches!(reply.code, 501 | 504) {
            self.seen.initial_response_refused = true;
        }
        if reply.code == 334 && judge(&reply) == Prompt::UserName {
            return self.answer(reply, LoginStyle::InitialResponse);
        }
        self.give_password(reply, LoginStyle::InitialResponse)
    }

    fn answer(&mut self, mut reply: Reply, style: LoginStyle) -> Result<Attempt, Cause> {
        if reply.code == 334 {
            let user_name = encode(self.credentials.username.as_bytes());
            reply = self.client.secret_command(&user_name, "<user name>")?;
        }
        self.give_password(reply, style)
    }

    fn give_password(&mut self, mut reply: Reply, style: LoginStyle) -> Result<Attempt, Cause> {
        if reply.code == 334 {
            let password = encode(self.credentials.secret.expose());
            reply = self.client.secret_command(&password, "***")?;
        }
        let facts = AuthFacts { mechanism: Mechanism::Login, login_style: Some(style) };
        conclude(self.client, facts, reply)
    }
}

/// Looks at the text as it came and decoded, for `Password` is valid base64 too. A word for the
/// user beats one for the password: "user name and password".
fn judge(challenge: &Reply) -> Prompt {
    let raw = challenge.text();
    let decoded = STANDARD.decode(raw.trim()).map(|octets| super::framing::decode(&octets));
    let text = format!("{raw} {}", decoded.unwrap_or_default()).to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["user", "login", "name", "用户", "帐号", "账号"]) {
        Prompt::UserName
    } else if says(&["pass", "密码", "口令"]) {
        Prompt::Password
    } else {
        Prompt::Unclear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Prompt {
        judge(&Reply { code: 334, lines: vec![text.to_owned()] })
    }

    #[test]
    fn a_challenge_is_judged_raw_and_decoded() {
        for text in ["VXNlcm5hbWU6", "Username:", "VXNlciBOYW1lAA==", "login", "55So5oi35ZCNOg=="] {
            assert_eq!(judged(text), Prompt::UserName, "{text}");
        }
        for text in
            ["UGFzc3dvcmQ6", "Password", "Password:", "cGFzc3dvcmQ=", "5a+G56CBOg==", "口令"]
        {
            assert_eq!(judged(text), Prompt::Password, "{text}");
        }
        for text in ["", "Pz8/", "???"] {
            assert_eq!(judged(text), Prompt::Unclear, "{text}");
        }
    }
}
