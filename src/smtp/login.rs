//! AUTH LOGIN (draft-murchison-sasl-login): two answers, the user name and the password.
//!
//! The order of the challenges counts and not their text, for texts differ. One thing is read in
//! them: where the *first* asks for the password, the server believes that it has the user name
//! already, and wants it in the AUTH line.

use super::authenticate::Attempt;
use super::exchange::{Exchange, Given};
use super::sasl::challenge;
use crate::model::{Cause, LoginStyle, Mechanism, Reply};

/// What a challenge asks for, judged by its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prompt {
    UserName,
    Password,
    Unclear,
}

const USER_NAME_WORDS: &[&str] = &[
    "user",
    "login",
    "name",
    "account",
    "benutzer",
    "utilisateur",
    "identifiant",
    "usuario",
    "usuário",
    "utente",
    "пользовател",
    "логин",
    "用户",
    "用戶",
    "使用者",
    "帐号",
    "账号",
    "帳號",
    "ユーザ",
    "사용자",
];
const PASSWORD_WORDS: &[&str] = &[
    "pass",
    "kennwort",
    "contraseña",
    "senha",
    "пароль",
    "wachtwoord",
    "hasło",
    "heslo",
    "şifre",
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "비밀번호",
];

impl Exchange<'_> {
    /// Authenticates by LOGIN in the style that is set, or finds out which one works.
    pub(super) fn login(&mut self) -> Result<Attempt, Cause> {
        match self.server.login_style {
            LoginStyle::Prompted => self.login_prompted(),
            LoginStyle::InitialResponse => self.login_initial_response(),
            LoginStyle::Auto => self.login_find_out(),
        }
    }

    fn login_find_out(&mut self) -> Result<Attempt, Cause> {
        if !self.plan.login_wants_initial_response {
            let asked = self.login_begin();
            let asked_first = self.seen.password_asked_first;
            match asked {
                Ok(reply) if reply.code == 334 && asked_first => {
                    self.plan.login_initial_response_next();
                    let answer = self.cancel(reply)?;
                    if answer.is_transient() {
                        return Ok(Attempt::Refused(answer));
                    }
                }
                // No word for what is missing, which may be the user name.
                Ok(reply) if is_vague(&reply) => {
                    self.plan.login_initial_response_next();
                    let attempt = self.login_initial_response()?;
                    // What was said to the plain command is the better explanation.
                    return Ok(match attempt {
                        Attempt::NotThisOne(_) => Attempt::NotThisOne(reply),
                        attempt => attempt,
                    });
                }
                Ok(reply) => return self.login_answer(reply, LoginStyle::Prompted),
                Err(cause) => {
                    if matches!(cause, Cause::Lost(_)) {
                        self.plan.login_broke_off();
                    }
                    return Err(cause);
                }
            }
        }
        match self.login_initial_response()? {
            Attempt::NotThisOne(_) => self.login_prompted(),
            attempt => Ok(attempt),
        }
    }

    fn login_prompted(&mut self) -> Result<Attempt, Cause> {
        let reply = self.login_begin()?;
        self.login_answer(reply, LoginStyle::Prompted)
    }

    /// Asks for the first challenge and notes what it asks for.
    fn login_begin(&mut self) -> Result<Reply, Cause> {
        let reply = self.client.command("AUTH LOGIN")?;
        if reply.code == 334 {
            let prompt = judge(&reply);
            self.seen.password_asked_first |= prompt == Prompt::Password;
            self.seen.user_name_asked_first |= prompt == Prompt::UserName;
        }
        Ok(reply)
    }

    /// The user name in the AUTH line; asked for again it is given again.
    fn login_initial_response(&mut self) -> Result<Attempt, Cause> {
        let Some(reply) = self.tell_user_name("AUTH LOGIN ")? else {
            return self.login_prompted();
        };
        if matches!(reply.code, 501 | 504) {
            self.seen.initial_response_refused = true;
        }
        if reply.code == 334 && judge(&reply) == Prompt::UserName {
            return self.login_answer(reply, LoginStyle::InitialResponse);
        }
        self.login_password(reply, LoginStyle::InitialResponse)
    }

    fn login_answer(&mut self, mut reply: Reply, style: LoginStyle) -> Result<Attempt, Cause> {
        if reply.code == 334 {
            reply = self.tell_user_name_when_asked()?;
        }
        // Asked for again it is given again; a password has no place there.
        if reply.code == 334 && judge(&reply) == Prompt::UserName {
            reply = self.tell_user_name_when_asked()?;
        }
        self.login_password(reply, style)
    }

    fn tell_user_name_when_asked(&mut self) -> Result<Reply, Cause> {
        let too_long = || Cause::Setup("the user name is too long for AUTH LOGIN".to_owned());
        self.tell_user_name("")?.ok_or_else(too_long)
    }

    fn login_password(&mut self, mut reply: Reply, style: LoginStyle) -> Result<Attempt, Cause> {
        let mut given = Given::Nothing;
        if reply.code == 334 {
            reply = self.respond(self.credentials.password())?;
            given = Given::Secret;
        }
        self.conclude(Mechanism::Login, Some(style), reply, given)
    }
}

/// A refusal that names no cause that the user name could not be.
fn is_vague(reply: &Reply) -> bool {
    reply.is_permanent() && !matches!(reply.code, 502..=504 | 530 | 534 | 538)
}

/// Looks at the text as it came and decoded, for `Password` is valid base64 too. A word for the
/// user beats one for the password: "user name and password".
pub(super) fn judge(challenge: &Reply) -> Prompt {
    let raw = challenge.text();
    let decoded = challenge::decode(&raw).map(|octets| super::framing::decode(&octets));
    let text = format!("{raw} {}", decoded.unwrap_or_default()).to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(USER_NAME_WORDS) {
        Prompt::UserName
    } else if says(PASSWORD_WORDS) {
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
        for text in [
            "UGFzc3dvcmQ6",
            "Password",
            "Password:",
            "cGFzc3dvcmQ=",
            "5a+G56CBOg==",
            "口令",
            "Пароль:",
        ] {
            assert_eq!(judged(text), Prompt::Password, "{text}");
        }
        for text in ["", "Pz8/", "???"] {
            assert_eq!(judged(text), Prompt::Unclear, "{text}");
        }
    }
}
