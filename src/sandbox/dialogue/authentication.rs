//! AUTH in a session (RFC 4954): when it may come, and what its exchange is answered.

use super::super::auth::{self, Exchange, Step};
use super::super::manners::{AuthEcho, AuthOffer};
use super::{Dialogue, Hello, Next, Turn};
use crate::model::Mechanism;

impl Dialogue {
    /// The AUTH line.
    pub(super) fn auth(&mut self, name: &str, initial_response: Option<&str>, line: &str) -> Turn {
        if let Some(response) = initial_response {
            self.transcript.keep_secret(response);
        }
        let refusal = match self.manner.auth_offer(self.channel) {
            _ if self.hello != Hello::Ehlo => "503 5.5.1 Send EHLO first",
            _ if self.login.is_some() => "503 5.5.1 Authenticated already",
            _ if self.envelope.is_some() => "503 5.5.1 Not inside a transaction",
            AuthOffer::None => "503 5.5.1 Authentication not enabled",
            AuthOffer::AfterTls => "530 5.7.0 Must issue a STARTTLS command first",
            AuthOffer::Mechanisms(offered) => {
                match Mechanism::parse(name).filter(|mechanism| offered.contains(mechanism)) {
                    Some(mechanism) => {
                        let challenges = self.manner.login_challenges;
                        let step =
                            auth::begin(mechanism, initial_response, challenges, &self.account);
                        return self.step(mechanism, step, line);
                    }
                    None => self.manner.unknown_mechanism,
                }
            }
        };
        self.answer(refusal)
    }

    /// A line of an AUTH exchange.
    pub(super) fn response(
        &mut self,
        mechanism: Mechanism,
        exchange: Exchange,
        line: &str,
    ) -> Turn {
        self.transcript.keep_secret(line);
        self.transcript.client_secret("");
        let step = auth::respond(exchange, line, &self.account);
        self.step(mechanism, step, line)
    }

    fn step(&mut self, mechanism: Mechanism, step: Step, line: &str) -> Turn {
        let mut reply = match step {
            Step::Challenge(challenge, exchange) => {
                self.exchange = Some((mechanism, exchange));
                return self.answer(&format!("334 {challenge}"));
            }
            Step::Accepted(login) => {
                self.login = Some(login);
                b"235 2.7.0 Authentication successful".to_vec()
            }
            Step::Refused => {
                self.passwords_refused += 1;
                self.manner.password_refused.to_vec()
            }
            Step::Cancelled => b"501 5.7.0 Authentication cancelled".to_vec(),
            Step::NoInitialResponse => b"501 5.5.4 AUTH LOGIN takes no argument".to_vec(),
            Step::Malformed => b"501 5.5.2 Cannot decode the response".to_vec(),
        };
        if self.manner.auth_echo == AuthEcho::RepeatsLine {
            reply.extend_from_slice(b": ");
            reply.extend_from_slice(line.as_bytes());
        }
        self.turn(&reply, Next::Line)
    }
}
