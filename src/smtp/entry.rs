//! The way into a session: connect, TLS, EHLO or HELO, AUTH, on as many connections as it takes.

use std::time::Duration;

use super::authenticate::{Plan, Surroundings, authenticate};
use super::capabilities::Capabilities;
use super::client::{Client, Opening};
use super::connect::connect;
use super::mask::Mask;
use super::session::{Credentials, QUIT_PATIENCE};
use super::stream::SharedWire;
use super::tls::TlsClient;
use super::watch::{Line, Watch};
use super::wire::Wire;
use crate::model::{
    AuthFacts, AuthPolicy, Cause, Observations, Protocol, Reply, Server, Stage, Tls, TlsFacts,
};

/// How long a server that has greeted once is waited for again.
const SECOND_GREETING: Duration = Duration::from_secs(10);

/// A connection after EHLO, in the clear or inside TLS.
pub(super) struct Channel {
    pub(super) client: Client,
    pub(super) capabilities: Capabilities,
    pub(super) tls: Option<TlsFacts>,
}

/// How a client says who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hello {
    /// EHLO
    Extended,
    /// HELO
    Plain,
}

/// The way in: keeps what is needed to explain where it ended.
pub(super) struct Entry<'a> {
    server: &'a Server,
    credentials: Option<&'a Credentials>,
    watch: &'a Watch,
    /// How far it has come.
    pub(super) stage: Stage,
    /// What was seen on the way.
    pub(super) seen: Observations,
    /// Whether the server's certificate is looked at closely.
    pub(super) curious: bool,
    /// The wire of the last connection, for what it counted.
    pub(super) wire: Option<SharedWire>,
}

impl<'a> Entry<'a> {
    /// Before the first step.
    pub(super) fn new(
        server: &'a Server,
        credentials: Option<&'a Credentials>,
        watch: &'a Watch,
    ) -> Self {
        let seen = Observations::default();
        Self { server, credentials, watch, stage: Stage::Setup, seen, curious: false, wire: None }
    }
}

impl Entry<'_> {
    /// Goes all the way: a connection on which mail can be sent.
    pub(super) fn open(&mut self) -> Result<(Channel, Option<AuthFacts>), Cause> {
        let tls = match self.server.tls {
            Tls::Plaintext => None,
            _ => Some(TlsClient::prepare(self.server)?),
        };
        let mut channel = match self.any_channel(tls.as_ref()) {
            Err(cause)
                if self.server.tls == Tls::Opportunistic
                    && (self.stage == Stage::Tls || matches!(cause, Cause::Handshake(_)))
                    && !matches!(cause, Cause::Injected(_) | Cause::DeadlinePassed(_)) =>
            {
                let note = format!("TLS failed ({cause}); once more in the clear");
                (self.watch.observer)(Line::Note(&note));
                self.any_channel(None)?
            }
            channel => channel?,
        };
        let credentials = match self.server.auth {
            AuthPolicy::None => None,
            _ => self.credentials,
        };
        let Some(credentials) = credentials else {
            return Ok((channel, None));
        };
        let mut plan = Plan::default();
        loop {
            self.stage = Stage::Auth;
            let in_tls = channel.tls.is_some();
            let surroundings = Surroundings {
                offered: &channel.capabilities.mechanisms,
                protected: self.server.socket().is_some()
                    || (in_tls && self.server.tls.is_verified()),
                channel_key: channel.client.wire().lock().channel_key(),
            };
            let client = &mut channel.client;
            let (server, seen) = (self.server, &mut self.seen);
            let ended = authenticate(client, server, credentials, surroundings, &mut plan, seen);
            self.seen.given_in_vain.clone_from(&plan.in_vain);
            match ended {
                Ok(facts) => return Ok((channel, facts)),
                Err(cause) if plan.goes_on(&cause) => {
                    let note = format!("AUTH ended ({cause}); going on with what is left of it");
                    (self.watch.observer)(Line::Note(&note));
                    channel.client.wire().lock().cut();
                    // In the clear again where TLS did not come about.
                    channel = self.any_channel(tls.as_ref().filter(|_| in_tls))?;
                }
                Err(cause) => return Err(leave(channel.client, cause)),
            }
        }
    }

    /// A channel, by HELO on a new connection where the server refuses EHLO and hangs up, as some
    /// old ones do (RFC 1869 §4.7).
    fn any_channel(&mut self, tls: Option<&TlsClient>) -> Result<Channel, Cause> {
        let cause = match self.channel(tls, Hello::Extended) {
            Err(cause @ Cause::Lost(_)) if self.hung_up_at_hello() && self.helo_may_do() => cause,
            channel => return channel,
        };
        (self.watch.observer)(Line::Note(&format!("{cause} at EHLO; once more with HELO")));
        self.channel(tls, Hello::Plain).map_err(|_| {
            self.stage = Stage::Hello;
            cause
        })
    }

    /// The server refused EHLO and hung up at HELO, or at EHLO already.
    fn hung_up_at_hello(&self) -> bool {
        self.stage == Stage::Hello && self.seen.hello_in_clear.is_none()
    }

    /// Whether a mail can be sent to a server that offers neither STARTTLS nor AUTH.
    fn helo_may_do(&self) -> bool {
        let wants_auth = self.credentials.is_some() && self.server.auth == AuthPolicy::Auto;
        let knows_helo = self.server.protocol == Protocol::Smtp;
        knows_helo && self.server.tls != Tls::StartTls && !wants_auth
    }

    /// Connects and says EHLO or HELO, inside TLS if there is a client for it.
    fn channel(&mut self, tls: Option<&TlsClient>, hello: Hello) -> Result<Channel, Cause> {
        let server = self.server;
        self.seen.source = server.road.source;
        self.seen.proxy = server.proxy().map(ToString::to_string);
        let socket = connect(server, self.watch.deadline).map_err(|(stage, cause)| {
            self.stage = stage;
            cause
        })?;
        let mut mask = Mask::default();
        let secrets = self.credentials.map(|known| [&known.password, &known.token]);
        secrets.into_iter().flatten().flatten().for_each(|secret| mask.add_secret(secret));
        let mut timeouts = server.timeouts;
        if hello == Hello::Plain {
            timeouts.greeting = timeouts.greeting.min(SECOND_GREETING);
        }
        let wire = SharedWire::new(Wire::new(socket, timeouts, mask, self.watch.clone()));
        self.wire = Some(wire.clone());
        self.seen.address = wire.lock().peer_address();
        let literal = wire.lock().address_literal();
        wire.lock().set_hello_name(server.ehlo.clone().unwrap_or(literal));
        if hello == Hello::Plain {
            wire.lock().expect_helo_only();
        }
        if server.protocol == Protocol::Lmtp {
            wire.lock().speak_lmtp();
        }
        let mut facts = None;
        if let (Tls::Implicit, Some(tls)) = (server.tls, tls) {
            facts = Some(self.start_tls(&wire, tls)?);
        }
        let (mut client, answer) = self.greet(wire)?;
        let mut capabilities = self.note_capabilities(&client, &answer, facts.is_some());
        if let (None, Some(tls)) = (&facts, tls) {
            (client, facts) = self.upgrade(client, tls, capabilities.starttls)?;
            if facts.is_some() {
                let answer = self.hello_again(&mut client)?;
                capabilities = self.note_capabilities(&client, &answer, true);
            }
        }
        Ok(Channel { client, capabilities, tls: facts })
    }

    fn greet(&mut self, wire: SharedWire) -> Result<(Client, Reply), Cause> {
        self.stage = Stage::Greeting;
        let (greeting, opening) = Client::open(wire.clone());
        if greeting.is_some() && !matches!(opening, Ok(Opening::GreetingRefused(_))) {
            self.stage = Stage::Hello;
        }
        self.seen.greeting = greeting;
        match opening? {
            Opening::Ready(client, answer) => Ok((client, answer)),
            Opening::GreetingRefused(reply) => Err(refusal(reply)),
            Opening::HelloRefused(reply) => {
                wire.lock().quit(QUIT_PATIENCE);
                Err(refusal(reply))
            }
        }
    }

    fn note_capabilities(&mut self, client: &Client, answer: &Reply, in_tls: bool) -> Capabilities {
        let capabilities = Capabilities::from_reply(answer);
        let mechanisms = Some(capabilities.mechanisms.clone());
        if in_tls {
            self.seen.auth_in_tls = mechanisms;
            self.seen.hello_in_tls = Some(answer.clone());
        } else {
            self.seen.auth_in_clear = mechanisms;
            self.seen.hello_in_clear = Some(answer.clone());
            self.seen.starttls_offered = capabilities.starttls;
            self.seen.keyword_masked = capabilities.masked;
        }
        self.seen.helo_only = client.wire().lock().helo_only();
        capabilities
    }

    /// STARTTLS (RFC 3207). Under `opportunistic` a server that does not want to stays in clear.
    fn upgrade(
        &mut self,
        mut client: Client,
        tls: &TlsClient,
        offered: bool,
    ) -> Result<(Client, Option<TlsFacts>), Cause> {
        let opportunistic = self.server.tls == Tls::Opportunistic;
        self.stage = Stage::StartTls;
        if !offered {
            return if opportunistic {
                Ok((client, None))
            } else {
                Err(leave(client, Cause::StartTlsNotOffered))
            };
        }
        match client.command("STARTTLS")? {
            reply if reply.is_success() => {}
            reply if opportunistic && is_refusal(&reply) && reply.code != 421 => {
                let note = format!("STARTTLS was refused ({reply}); going on in the clear");
                (self.watch.observer)(Line::Note(&note));
                return Ok((client, None));
            }
            reply => return Err(leave(client, refusal(reply))),
        }
        let wire = client.wire().clone();
        let facts = self.start_tls(&wire, tls)?;
        Ok((client, Some(facts)))
    }

    fn start_tls(&mut self, wire: &SharedWire, tls: &TlsClient) -> Result<TlsFacts, Cause> {
        self.stage = Stage::Tls;
        let upgraded = wire.lock().start_tls(tls);
        if self.curious {
            self.seen.certificate = tls.shown_certificate();
        }
        let facts = upgraded?;
        self.seen.in_tls = true;
        self.seen.tls = Some(facts.clone());
        Ok(facts)
    }

    /// What was said before TLS is forgotten (RFC 3207 §4.2).
    fn hello_again(&mut self, client: &mut Client) -> Result<Reply, Cause> {
        self.stage = Stage::Hello;
        let hello = client.wire().lock().hello_name().to_owned();
        client.wire().lock().expect_hello();
        match client.command(&format!("EHLO {hello}"))? {
            reply if reply.is_success() => Ok(reply),
            reply => {
                client.wire().lock().quit(QUIT_PATIENCE);
                Err(refusal(reply))
            }
        }
    }
}

/// A reply that is not the one hoped for; what is neither yes nor no breaks the protocol.
fn refusal(reply: Reply) -> Cause {
    if is_refusal(&reply) {
        Cause::Refused(reply)
    } else {
        Cause::Protocol(format!("it said {reply} where that does not belong"))
    }
}

fn is_refusal(reply: &Reply) -> bool {
    reply.is_transient() || reply.is_permanent()
}

/// Takes leave of a server that works but will not do.
fn leave(client: Client, cause: Cause) -> Cause {
    let broken = matches!(
        cause,
        Cause::Lost(_)
            | Cause::TimedOut(_)
            | Cause::DeadlinePassed(_)
            | Cause::Protocol(_)
            | Cause::ServerUnproven(_)
            | Cause::Internal(_)
    );
    if !broken {
        client.wire().lock().quit(QUIT_PATIENCE);
    }
    cause
}
