//! The server's side of AUTH (RFC 4954): PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login),
//! one step at a time and pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::manners::LoginChallenges;
use crate::model::{Mechanism, Secret};

/// `Username:`
const USER_NAME_CHALLENGE: &str = "VXNlcm5hbWU6";
/// `Password:`
const PASSWORD_CHALLENGE: &str = "UGFzc3dvcmQ6";

/// Who may log in.
#[derive(Debug, Clone)]
pub(super) struct Account {
    /// None: under any name.
    pub(super) username: Option<String>,
    pub(super) password: Secret,
}

/// Who logged in, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The user name.
    pub user: String,
    /// The mechanism.
    pub mechanism: Mechanism,
}

/// What the client's next line will be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Exchange {
    /// PLAIN's only response.
    Plain,
    /// LOGIN's user name.
    LoginUser,
    /// LOGIN's password.
    LoginPassword {
        /// Who it is the password of.
        user: Vec<u8>,
    },
    /// LOGIN at a server that did not hear a user name: this many more passwords, all wrong.
    LoginInVain {
        /// After this one.
        more: u8,
    },
}

/// Where an exchange stands after a line of the client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// 334 with this challenge; the client's answer is expected.
    Challenge(&'static str, Exchange),
    Accepted(Login),
    /// User name or password are wrong.
    Refused,
    /// `*`
    Cancelled,
    /// No base64, or not of the mechanism's form.
    Malformed,
    /// The AUTH line had a response, and only prompts are answered here.
    NoInitialResponse,
}

/// The AUTH line: what to do without or with an initial response.
pub(super) fn begin(
    mechanism: Mechanism,
    initial_response: Option<&str>,
    challenges: LoginChallenges,
    account: &Account,
) -> Step {
    match (mechanism, initial_response, challenges) {
        (Mechanism::Plain, None, _) => Step::Challenge("", Exchange::Plain),
        (Mechanism::Login, Some(_), LoginChallenges::PromptedOnly) => Step::NoInitialResponse,
        (Mechanism::Login, None, LoginChallenges::Usual | LoginChallenges::PromptedOnly) => {
            Step::Challenge(USER_NAME_CHALLENGE, Exchange::LoginUser)
        }
        (Mechanism::Login, None, LoginChallenges::PasswordOnly) => {
            Step::Challenge(PASSWORD_CHALLENGE, Exchange::LoginInVain { more: 1 })
        }
        // RFC 4954 §4: in the AUTH line an empty response is written so.
        (Mechanism::Plain, Some("="), _) => Step::Malformed,
        (Mechanism::Login, Some("="), _) => respond(Exchange::LoginUser, "", account),
        (Mechanism::Plain, Some(response), _) => respond(Exchange::Plain, response, account),
        (Mechanism::Login, Some(response), _) => respond(Exchange::LoginUser, response, account),
        // No manner offers them.
        _ => Step::Malformed,
    }
}

/// A line that answers a challenge.
pub(super) fn respond(exchange: Exchange, line: &str, account: &Account) -> Step {
    if line == "*" {
        return Step::Cancelled;
    }
    let Ok(response) = STANDARD.decode(line) else {
        return Step::Malformed;
    };
    match exchange {
        Exchange::Plain => plain(&response, account),
        Exchange::LoginUser => {
            Step::Challenge(PASSWORD_CHALLENGE, Exchange::LoginPassword { user: response })
        }
        Exchange::LoginPassword { user } => judge(&user, &response, Mechanism::Login, account),
        Exchange::LoginInVain { more: 0 } => Step::Refused,
        Exchange::LoginInVain { more } => {
            Step::Challenge(PASSWORD_CHALLENGE, Exchange::LoginInVain { more: more - 1 })
        }
    }
}

/// `[authzid] NUL authcid NUL passwd`; whom to act for must be the user, if it is said at all.
fn plain(response: &[u8], account: &Account) -> Step {
    let parts: Vec<&[u8]> = response.split(|octet| *octet == 0).collect();
    let [authorization, user, password] = parts[..] else {
        return Step::Malformed;
    };
    if !authorization.is_empty() && authorization != user {
        return Step::Refused;
    }
    judge(user, password, Mechanism::Plain, account)
}

fn judge(user: &[u8], password: &[u8], mechanism: Mechanism, account: &Account) -> Step {
    let Ok(user) = std::str::from_utf8(user) else {
        return Step::Malformed;
    };
    let known = account.username.as_deref().is_none_or(|username| username == user);
    if known && !user.is_empty() && password == account.password.expose() {
        Step::Accepted(Login { user: user.to_owned(), mechanism })
    } else {
        Step::Refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account { username: Some("zhang@x.com".to_owned()), password: Secret::new("s3cret") }
    }

    fn encoded(text: &str) -> String {
        STANDARD.encode(text)
    }

    fn plain_step(response: &str) -> Step {
        begin(Mechanism::Plain, Some(&encoded(response)), LoginChallenges::Usual, &account())
    }

    fn accepted(mechanism: Mechanism) -> Step {
        Step::Accepted(Login { user: "zhang@x.com".to_owned(), mechanism })
    }

    #[test]
    fn plain_takes_user_and_password() {
        assert_eq!(plain_step("\0zhang@x.com\0s3cret"), accepted(Mechanism::Plain));
        assert_eq!(plain_step("zhang@x.com\0zhang@x.com\0s3cret"), accepted(Mechanism::Plain));
    }

    #[test]
    fn a_wrong_user_or_password_is_refused() {
        for wrong in ["\0zhang@x.com\0", "\0zhang@x.com\0s3cre", "\0li@x.com\0s3cret", "\0\0s3cret"]
        {
            assert_eq!(plain_step(wrong), Step::Refused, "{wrong:?}");
        }
        assert_eq!(plain_step("li@x.com\0zhang@x.com\0s3cret"), Step::Refused);
    }

    #[test]
    fn what_is_not_of_plains_form_is_malformed() {
        for wrong in ["", "zhang@x.com", "zhang@x.com\0s3cret", "\0a\0b\0c"] {
            assert_eq!(plain_step(wrong), Step::Malformed, "{wrong:?}");
        }
        assert_eq!(respond(Exchange::Plain, "no base64!", &account()), Step::Malformed);
    }

    #[test]
    fn login_asks_for_the_user_name_and_then_for_the_password() {
        let step = begin(Mechanism::Login, None, LoginChallenges::Usual, &account());
        assert_eq!(step, Step::Challenge("VXNlcm5hbWU6", Exchange::LoginUser));
        let step = respond(Exchange::LoginUser, &encoded("zhang@x.com"), &account());
        let Step::Challenge("UGFzc3dvcmQ6", exchange) = step else { panic!("{step:?}") };
        assert_eq!(respond(exchange, &encoded("s3cret"), &account()), accepted(Mechanism::Login));
    }

    #[test]
    fn an_asterisk_cancels_any_exchange() {
        for exchange in [
            Exchange::Plain,
            Exchange::LoginUser,
            Exchange::LoginPassword { user: Vec::new() },
            Exchange::LoginInVain { more: 1 },
        ] {
            assert_eq!(respond(exchange, "*", &account()), Step::Cancelled);
        }
    }
}
