//! AUTH (RFC 4954): which mechanisms are tried, in which order, and what a refusal means.
//!
//! Only 235 is success. A mechanism that the server does not know moves on to the next; a refused
//! password ends it, for repeating it would lock the account.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::client::Client;
use super::login::login;
use super::session::Credentials;
use crate::model::{AuthFacts, AuthPolicy, Cause, Mechanism, Observations, Reply, Server};

/// Octets of a command line, without its CRLF (RFC 4954 §4).
pub(super) const COMMAND_LINE: usize = 510;
/// How often a server is told that an exchange is over.
const CANCELS: usize = 3;

/// How one mechanism ended.
#[derive(Debug)]
pub(super) enum Attempt {
    /// 235
    Authenticated(AuthFacts),
    /// The server does not do it; another may work.
    NotThisOne(Reply),
    /// The password was refused, given in this way.
    PasswordRefused(AuthFacts, Reply),
    /// Not now, or not here.
    Refused(Reply),
}

/// Authenticates, or says why not.
pub(super) fn authenticate(
    client: &mut Client,
    server: &Server,
    credentials: &Credentials,
    offered: &[String],
    protected: bool,
    seen: &mut Observations,
) -> Result<AuthFacts, Cause> {
    let may_reveal = protected || server.danger_cleartext_auth;
    let mut last = None;
    for mechanism in candidates(&server.auth, offered) {
        if mechanism.reveals_password() && !may_reveal {
            continue;
        }
        let attempt = match mechanism {
            Mechanism::Plain => plain(client, credentials)?,
            Mechanism::Login => login(client, server.login_style, credentials, seen)?,
        };
        match attempt {
            Attempt::Authenticated(facts) => return Ok(facts),
            Attempt::PasswordRefused(facts, reply) => {
                return Err(Cause::PasswordRefused {
                    mechanism: facts.mechanism,
                    login_style: facts.login_style,
                    reply,
                });
            }
            Attempt::Refused(reply) => return Err(Cause::Refused(reply)),
            Attempt::NotThisOne(reply) => {
                seen.tried.push((mechanism.name().to_owned(), reply.clone()));
                last = Some(reply);
            }
        }
    }
    Err(match last {
        Some(reply) => Cause::Refused(reply),
        None if offered.is_empty() => Cause::AuthNotOffered,
        None => Cause::NoMechanism { offered: offered.to_vec() },
    })
}

/// What may be tried, in order. What the profile names is tried even where it is not offered.
fn candidates(policy: &AuthPolicy, offered: &[String]) -> Vec<Mechanism> {
    match policy {
        AuthPolicy::None => Vec::new(),
        AuthPolicy::Named(mechanisms) => mechanisms.clone(),
        AuthPolicy::Auto => {
            let is_offered = |mechanism: &Mechanism| offered.iter().any(|o| o == mechanism.name());
            Mechanism::ALL.into_iter().filter(is_offered).collect()
        }
    }
}

/// PLAIN (RFC 4616), its response in the AUTH line where that is short enough.
fn plain(client: &mut Client, credentials: &Credentials) -> Result<Attempt, Cause> {
    let mut message = Zeroizing::new(Vec::new());
    for part in [b"", credentials.username.as_bytes(), credentials.secret.expose()] {
        message.extend_from_slice(part);
        message.push(0);
    }
    message.pop();
    let response = encode(&message);
    client.wire().lock().hide_encoded(&response);
    let line = Zeroizing::new([b"AUTH PLAIN ", response.as_slice()].concat());
    let mut reply = if line.len() <= COMMAND_LINE {
        let reply = client.secret_command(&line, "AUTH PLAIN ***")?;
        // Some servers want the mechanism alone.
        if reply.code == 501 { client.command("AUTH PLAIN")? } else { reply }
    } else {
        client.command("AUTH PLAIN")?
    };
    if reply.code == 334 {
        reply = client.secret_command(&response, "***")?;
    }
    let facts = AuthFacts { mechanism: Mechanism::Plain, login_style: None };
    conclude(client, facts, reply)
}

/// The base64 of a response, to be forgotten after use.
pub(super) fn encode(octets: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(STANDARD.encode(octets).into_bytes())
}

/// What the last reply of an exchange means.
pub(super) fn conclude(
    client: &mut Client,
    facts: AuthFacts,
    reply: Reply,
) -> Result<Attempt, Cause> {
    Ok(match reply.code {
        235 => Attempt::Authenticated(facts),
        334 => Attempt::NotThisOne(cancel(client, reply)?),
        500..=504 => Attempt::NotThisOne(reply),
        535 if unknown_mechanism(&reply) => Attempt::NotThisOne(reply),
        530 | 534 | 538 => Attempt::Refused(reply),
        400..=499 => Attempt::Refused(reply),
        _ if reply.is_permanent() => Attempt::PasswordRefused(facts, reply),
        _ => return Err(Cause::Protocol(format!("AUTH was answered {reply}"))),
    })
}

/// Some servers have one code for a password and a mechanism that they do not like.
fn unknown_mechanism(reply: &Reply) -> bool {
    let text = reply.text().to_lowercase();
    ["mechanism", "unrecognized auth", "unsupported auth", "unknown auth", "authentication type"]
        .iter()
        .any(|words| text.contains(words))
}

/// Ends an exchange that leads nowhere and gives what the server says to that: never the refusal
/// of a password, for none was given.
pub(super) fn cancel(client: &mut Client, mut reply: Reply) -> Result<Reply, Cause> {
    for _ in 0..CANCELS {
        reply = client.command("*")?;
        if reply.code != 334 {
            return Ok(reply);
        }
    }
    Err(Cause::Protocol(format!("AUTH cannot be cancelled: {reply}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn auto_takes_what_is_offered_and_a_list_is_taken_as_it_is() {
        let auto = |names: &[&str]| candidates(&AuthPolicy::Auto, &offered(names));
        assert_eq!(auto(&["LOGIN", "GSSAPI", "PLAIN"]), [Mechanism::Plain, Mechanism::Login]);
        assert_eq!(auto(&["GSSAPI"]), []);
        let named = AuthPolicy::Named(vec![Mechanism::Login]);
        assert_eq!(candidates(&named, &offered(&["PLAIN"])), [Mechanism::Login]);
    }

    #[test]
    fn a_refused_password_is_told_from_an_unknown_mechanism() {
        let says =
            |text: &str| unknown_mechanism(&Reply { code: 535, lines: vec![text.to_owned()] });
        assert!(says("5.7.3 Unrecognized authentication type"));
        assert!(says("5.5.4 Invalid mechanism"));
        assert!(!says("5.7.8 Authentication failed"));
        assert!(!says("Login Fail. Please enter your authorization code to login."));
    }
}
