//! The dialogue of each AUTH mechanism (RFC 4954 §4), but for LOGIN's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::authenticate::{Attempt, Plan};
use super::client::Client;
use super::sasl::scram::{Binding, First, Hash, LEAST_ITERATIONS, Trouble};
use super::sasl::{challenge, cram_md5, oauth, plain};
use super::session::Credentials;
use crate::model::{AuthFacts, Cause, LoginStyle, Mechanism, Observations, Reply, Server};

/// Octets of a command line, without its CRLF (RFC 5321 §4.5.3.1.4, RFC 4954 §4).
const COMMAND_LINE: usize = 510;
/// Octets of a line that answers a challenge, without its CRLF (RFC 4954 §4).
const RESPONSE_LINE: usize = 12_286;
/// How often a server is told that an exchange is over.
const CANCELS: usize = 3;

/// What an exchange works with.
pub(super) struct Exchange<'a> {
    pub(super) client: &'a mut Client,
    pub(super) server: &'a Server,
    pub(super) credentials: &'a Credentials,
    pub(super) seen: &'a mut Observations,
    pub(super) plan: &'a mut Plan,
}

/// Whether a secret was given when the server said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Secret,
    Nothing,
}

impl Exchange<'_> {
    /// PLAIN (RFC 4616).
    pub(super) fn plain(&mut self) -> Result<Attempt, Cause> {
        let message = plain(self.credentials.username(), self.credentials.password());
        let reply = self.begin(Mechanism::Plain, &message)?;
        self.conclude(Mechanism::Plain, None, reply, Given::Secret)
    }

    /// PLAIN where the server did not know what to do with more than the mechanism's name.
    pub(super) fn plain_when_asked(&mut self) -> Result<Attempt, Cause> {
        let message = plain(self.credentials.username(), self.credentials.password());
        let mut reply = self.client.command("AUTH PLAIN")?;
        let mut given = Given::Nothing;
        if reply.code == 334 {
            reply = self.respond(&message)?;
            given = Given::Secret;
        }
        self.conclude(Mechanism::Plain, None, reply, given)
    }

    /// CRAM-MD5 (RFC 2195).
    pub(super) fn cram_md5(&mut self) -> Result<Attempt, Cause> {
        let mechanism = Mechanism::CramMd5;
        let reply = self.client.command("AUTH CRAM-MD5")?;
        let challenge = challenge::decode_or_raw(&reply.text());
        if reply.code != 334 || challenge.is_empty() {
            return self.conclude(mechanism, None, reply, Given::Nothing);
        }
        let Credentials { username, .. } = self.credentials;
        let username = username.as_deref().unwrap_or_default();
        let response = cram_md5::response(username, self.credentials.password(), &challenge);
        let reply = self.respond(&response)?;
        self.conclude(mechanism, None, reply, Given::Secret)
    }

    /// XOAUTH2 or OAUTHBEARER (RFC 7628): an error comes as a challenge, and is told in words.
    pub(super) fn oauth(&mut self, mechanism: Mechanism) -> Result<Attempt, Cause> {
        let (username, token) = (self.credentials.username(), self.credentials.token());
        let (message, dismissal) = match mechanism {
            Mechanism::OauthBearer => {
                let Server { host, port, .. } = self.server;
                (oauth::oauthbearer(username, host, *port, token), &b"\x01"[..])
            }
            _ => (oauth::xoauth2(username, token), &b""[..]),
        };
        let mut reply = self.begin(mechanism, &message)?;
        let mut detail = None;
        if reply.code == 334 {
            let complaint = challenge::decode_or_raw(&reply.text());
            let complaint = self.client.wire().lock().masked(&complaint);
            detail = oauth::complaint(&complaint);
            reply = self.client.command(&STANDARD.encode(dismissal))?;
        }
        Ok(self.conclude(mechanism, None, reply, Given::Secret)?.with_detail(detail))
    }

    /// EXTERNAL (RFC 4422 appendix A): the certificate says who we are, the user name whom to act
    /// for.
    pub(super) fn external(&mut self) -> Result<Attempt, Cause> {
        let username = self.credentials.username().as_bytes().to_vec();
        let reply = self.begin(Mechanism::External, &username)?;
        self.conclude(Mechanism::External, None, reply, Given::Secret)
    }

    /// SCRAM (RFC 5802, RFC 7677): only a server that proves that it knows the password has
    /// authenticated us.
    pub(super) fn scram(
        &mut self,
        mechanism: Mechanism,
        hash: Hash,
        binding: Binding,
        protected: bool,
    ) -> Result<Attempt, Cause> {
        let least = if protected { 1 } else { LEAST_ITERATIONS };
        let first = First::new(hash, binding, self.credentials.username(), nonce()?, least);
        let reply = self.begin(mechanism, first.message().as_bytes())?;
        if reply.code != 334 {
            return self.conclude(mechanism, None, reply, Given::Nothing);
        }
        let server_first = challenge::decode_or_raw(&reply.text());
        let (message, expected) = match first.answer(&server_first, self.credentials.password()) {
            Ok(answer) => answer,
            Err(Trouble::NoScram) => {
                return self.conclude(mechanism, None, reply, Given::Nothing);
            }
            Err(Trouble::Refused(word)) => return self.refused(mechanism, reply, word),
            Err(trouble) => {
                return Err(Cause::Protocol(format!("{}: {trouble}", mechanism.name())));
            }
        };
        let mut reply = self.respond(message.as_bytes())?;
        let proven = match reply.code {
            334 => match expected.verify(&challenge::decode_or_raw(&reply.text())) {
                Ok(()) => {
                    reply = self.client.command("")?;
                    true
                }
                Err(Trouble::Refused(word)) => return self.refused(mechanism, reply, word),
                Err(_) => false,
            },
            // Some give their proof together with the success.
            235 => reply.text().split_ascii_whitespace().any(|word| {
                challenge::decode(word).is_some_and(|octets| expected.verify(&octets).is_ok())
            }),
            _ => return self.conclude(mechanism, None, reply, Given::Secret),
        };
        if proven {
            self.conclude(mechanism, None, reply, Given::Secret)
        } else {
            Err(Cause::ServerUnproven(mechanism))
        }
    }

    /// An error that came as a challenge (RFC 5802 §7).
    fn refused(
        &mut self,
        mechanism: Mechanism,
        challenge: Reply,
        word: String,
    ) -> Result<Attempt, Cause> {
        let reply = self.cancel(challenge)?;
        if matches!(
            word.as_str(),
            "unsupported-channel-binding-type" | "channel-binding-not-supported"
        ) {
            return Ok(Attempt::NotThisOne(reply));
        }
        let facts = AuthFacts { mechanism, login_style: None };
        Ok(Attempt::CredentialsRefused(facts, reply, Some(word)))
    }

    /// Says AUTH with the first response: in its line where it fits, else when asked. A server
    /// that overlooked it there asks for it too.
    fn begin(&mut self, mechanism: Mechanism, response: &[u8]) -> Result<Reply, Cause> {
        let name = mechanism.name();
        let encoded = match response {
            // RFC 4954 §4
            b"" => Zeroizing::new(b"=".to_vec()),
            // No secret, and repeated in what the server says next.
            _ if mechanism.is_scram() => Zeroizing::new(STANDARD.encode(response).into_bytes()),
            _ => self.hidden(response),
        };
        let line = Zeroizing::new([b"AUTH ", name.as_bytes(), b" ", &encoded].concat());
        let mut waits = line.len() > COMMAND_LINE;
        let mut reply = if waits {
            self.client.command(&format!("AUTH {name}"))?
        } else if mechanism.is_scram() {
            self.client.secret_command(&line, &format!("AUTH {name} ***"))?
        } else {
            self.tell(&line, &format!("AUTH {name} ***"))?
        };
        if reply.code == 501 && !waits && self.may_say_again(mechanism) {
            // Some servers want the mechanism alone.
            waits = true;
            reply = self.client.command(&format!("AUTH {name}"))?;
        }
        let asks_nothing = matches!(mechanism, Mechanism::Plain | Mechanism::External);
        if reply.code == 334 && (waits || asks_nothing || reply.text().trim().is_empty()) {
            let nothing = response.is_empty();
            reply = self.answer(if nothing { b"" } else { &encoded })?;
        }
        Ok(reply)
    }

    /// Whether a response that was not understood may be said in another form. If it was a secret,
    /// it has been said in vain.
    fn may_say_again(&mut self, mechanism: Mechanism) -> bool {
        if self.plan.secret_is_said {
            self.plan.in_vain.push(mechanism);
            self.plan.secret_is_said = false;
        }
        !self.plan.is_used_up(self.credentials)
    }

    /// Answers a challenge.
    pub(super) fn respond(&mut self, response: &[u8]) -> Result<Reply, Cause> {
        let encoded = self.hidden(response);
        self.answer(&encoded)
    }

    fn answer(&mut self, encoded: &[u8]) -> Result<Reply, Cause> {
        if encoded.len() > RESPONSE_LINE {
            let octets = encoded.len() + 2;
            return Err(Cause::Setup(format!(
                "the answer to AUTH would have {octets} octets, and a server takes at most \
                 12288: the secret is too long"
            )));
        }
        self.tell(encoded, "***")
    }

    /// Says a line with a secret in it.
    fn tell(&mut self, line: &[u8], shown: &str) -> Result<Reply, Cause> {
        self.plan.secret_is_said = true;
        self.client.secret_command(line, shown)
    }

    /// The base64 of a response, which is not to be shown from now on.
    fn hidden(&mut self, response: &[u8]) -> Zeroizing<Vec<u8>> {
        let encoded = Zeroizing::new(STANDARD.encode(response).into_bytes());
        self.client.wire().lock().hide_encoded(&encoded);
        encoded
    }

    /// Says LOGIN's user name, alone or in the AUTH line: no secret, but not for the transcript.
    pub(super) fn tell_user_name(&mut self, before: &str) -> Result<Option<Reply>, Cause> {
        let name = STANDARD.encode(self.credentials.username());
        let line = format!("{before}{name}");
        let most = if before.is_empty() { RESPONSE_LINE } else { COMMAND_LINE };
        if line.len() > most {
            return Ok(None);
        }
        let shown = format!("{before}<user name>");
        self.client.secret_command(line.as_bytes(), &shown).map(Some)
    }

    /// What the last reply of an exchange means.
    pub(super) fn conclude(
        &mut self,
        mechanism: Mechanism,
        login_style: Option<LoginStyle>,
        reply: Reply,
        given: Given,
    ) -> Result<Attempt, Cause> {
        let facts = AuthFacts { mechanism, login_style };
        Ok(match reply.code {
            235 => Attempt::Authenticated(facts),
            334 => Attempt::NotThisOne(self.cancel(reply)?),
            500..=504 => Attempt::NotThisOne(reply),
            535 if unknown_mechanism(&reply) => Attempt::NotThisOne(reply),
            534 | 538 => Attempt::TooWeak(reply),
            530 | 400..=499 => Attempt::Refused(reply),
            // No secret was given, so none was refused.
            _ if reply.is_permanent() && given == Given::Nothing => Attempt::NotThisOne(reply),
            _ if reply.is_permanent() => Attempt::CredentialsRefused(facts, reply, None),
            _ => return Err(Cause::Protocol(format!("AUTH was answered {reply}"))),
        })
    }

    /// Ends an exchange that leads nowhere and gives what the server says to that: never the
    /// refusal of a password, whatever its code.
    pub(super) fn cancel(&mut self, mut reply: Reply) -> Result<Reply, Cause> {
        for _ in 0..CANCELS {
            reply = self.client.command("*")?;
            if reply.code != 334 {
                return Ok(reply);
            }
        }
        Err(Cause::Protocol(format!("AUTH cannot be cancelled: {reply}")))
    }
}

/// Some servers have one code for a password and for a mechanism, or a form of it, that they do not
/// like.
fn unknown_mechanism(reply: &Reply) -> bool {
    let text = reply.text().to_lowercase();
    [
        "mechanism",
        "unrecognized auth",
        "unsupported auth",
        "unknown auth",
        "authentication type",
        "initial response",
    ]
    .iter()
    .any(|words| text.contains(words))
}

/// 144 random bits, printable and without a comma.
fn nonce() -> Result<String, Cause> {
    let mut octets = [0; 18];
    SystemRandom::new()
        .fill(&mut octets)
        .map_err(|_| Cause::Internal("the system has no random numbers".to_owned()))?;
    Ok(STANDARD.encode(octets))
}

#[cfg(test)]
mod tests {
    use super::*;

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
