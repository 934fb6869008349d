//! A session: connect, TLS, EHLO, AUTH, then mails, then QUIT.
//!
//! `open` fails with how far it came and everything it saw on the way, so that whoever advises
//! need not ask the server again.

use std::time::Duration;

use super::authenticate::{Plan, Surroundings, authenticate};
use super::capabilities::Capabilities;
use super::client::{Client, Opening};
use super::connect::connect;
use super::mask::Mask;
use super::stream::SharedWire;
use super::tls::TlsClient;
use super::transaction::{Afterwards, Broken, Ended, Pacing, Transaction};
use super::watch::{Line, Watch};
use super::wire::Wire;
use crate::model::{
    Address, AuthFacts, AuthPolicy, Cause, Connection, Failure, Mail, Observations,
    RecipientPolicy, Reply, Secret, Server, Stage, Tls, TlsFacts,
};

/// How long the answer to QUIT is waited for; nothing depends on it any more.
const QUIT_PATIENCE: Duration = Duration::from_secs(2);

/// Who to be, and what proves it; a client certificate proves it too and is the server's setting.
#[derive(Debug, Default)]
pub struct Credentials {
    /// The authentication identity; none: whoever the client certificate says.
    pub username: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// An OAuth 2.0 access token.
    pub token: Option<Secret>,
}

impl Credentials {
    pub(super) fn username(&self) -> &str {
        self.username.as_deref().unwrap_or_default()
    }

    pub(super) fn password(&self) -> &[u8] {
        self.password.as_ref().map(Secret::expose).unwrap_or_default()
    }

    pub(super) fn token(&self) -> &[u8] {
        self.token.as_ref().map(Secret::expose).unwrap_or_default()
    }
}

/// A connection that is ready for mail.
pub(super) struct Session {
    client: Client,
    capabilities: Capabilities,
    pacing: Pacing,
    connection: Connection,
    seen: Observations,
}

impl Session {
    /// Connects and authenticates as the settings say.
    pub(super) fn open(
        server: &Server,
        credentials: Option<&Credentials>,
        watch: &Watch,
    ) -> Result<Self, Failure> {
        let mut entry = Entry {
            server,
            credentials,
            watch,
            stage: Stage::Setup,
            seen: Observations::default(),
            wire: None,
        };
        let opened = entry.open();
        if let Some(wire) = &entry.wire {
            let meter = wire.lock().meter();
            (entry.seen.flights, entry.seen.octets_sent) = (meter.flights, meter.octets_sent);
        }
        let Entry { stage, seen, .. } = entry;
        match opened {
            Ok((channel, auth)) => Ok(Self {
                pacing: match server.pipelining && channel.capabilities.pipelining {
                    true => Pacing::Grouped,
                    false => Pacing::Stepwise,
                },
                client: channel.client,
                capabilities: channel.capabilities,
                connection: Connection {
                    host: server.host.clone(),
                    port: server.port,
                    tls: channel.tls,
                    auth,
                    ..Connection::default()
                },
                seen,
            }),
            Err(cause) => Err(Failure { stage, cause, seen: Box::new(seen) }),
        }
    }

    /// One transaction of a mail, for some of its recipients.
    pub(super) fn transact(
        &mut self,
        mail: &Mail,
        recipients: &[Address],
        policy: RecipientPolicy,
        afterwards: Afterwards,
    ) -> Result<Ended, Broken> {
        let content = match self.capabilities.eight_bit_mime {
            true => &mail.content,
            false => mail.seven_bit().map_err(Broken::not_in_seven_bits)?,
        };
        let ended = Transaction {
            client: &mut self.client,
            capabilities: &self.capabilities,
            pacing: self.pacing,
            afterwards,
            mail,
            content,
            recipients,
            policy,
        }
        .run();
        if self.pacing == Pacing::Grouped && ended.is_ok() {
            self.pacing = Pacing::Proven;
        }
        ended
    }

    /// One command at a time from now on.
    pub(super) fn go_stepwise(&mut self) {
        self.pacing = Pacing::Stepwise;
    }

    /// Forgets a transaction that was not ended; whether another may begin.
    pub(super) fn reset(&mut self) -> bool {
        let patience = self.client.wire().lock().timeouts().command;
        self.client.wire().lock().allow(patience);
        self.client.command("RSET").is_ok_and(|reply| reply.is_success())
    }

    /// Says QUIT and leaves; nothing depends on the answer.
    pub(super) fn quit(&mut self) {
        self.client.wire().lock().quit(QUIT_PATIENCE);
    }

    /// Leaves at once: nothing more is sent.
    pub(super) fn cut(&mut self) {
        self.client.wire().lock().cut();
    }

    /// A failure of this session.
    pub(super) fn failure(&self, stage: Stage, cause: Cause) -> Failure {
        Failure { stage, cause, seen: Box::new(self.seen.clone()) }
    }

    /// What the session is like.
    pub(super) fn connection(&self) -> Connection {
        let meter = self.client.wire().lock().meter();
        Connection {
            flights: meter.flights,
            octets_sent: meter.octets_sent,
            ..self.connection.clone()
        }
    }
}

/// A connection after EHLO, in the clear or inside TLS.
struct Channel {
    client: Client,
    capabilities: Capabilities,
    tls: Option<TlsFacts>,
}

/// The way in: keeps what is needed to explain where it ended.
struct Entry<'a> {
    server: &'a Server,
    credentials: Option<&'a Credentials>,
    watch: &'a Watch,
    stage: Stage,
    seen: Observations,
    /// The wire of the last connection, for what it counted.
    wire: Option<SharedWire>,
}

impl Entry<'_> {
    fn open(&mut self) -> Result<(Channel, Option<AuthFacts>), Cause> {
        let tls = match self.server.tls {
            Tls::Plaintext => None,
            _ => Some(TlsClient::prepare(self.server)?),
        };
        let mut channel = match self.channel(tls.as_ref()) {
            Err(cause)
                if self.server.tls == Tls::Opportunistic
                    && (self.stage == Stage::Tls || matches!(cause, Cause::Handshake(_)))
                    && !matches!(cause, Cause::Injected(_) | Cause::DeadlinePassed(_)) =>
            {
                let note = format!("TLS failed ({cause}); once more in the clear");
                (self.watch.observer)(Line::Note(&note));
                self.channel(None)?
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
                protected: in_tls && self.server.tls.is_verified(),
                channel_key: channel.client.wire().lock().channel_key(),
            };
            let client = &mut channel.client;
            let (server, seen) = (self.server, &mut self.seen);
            match authenticate(client, server, credentials, surroundings, &mut plan, seen) {
                Ok(facts) => return Ok((channel, facts)),
                Err(cause) if plan.goes_on(&cause) => {
                    let note = format!("AUTH ended ({cause}); going on with what is left of it");
                    (self.watch.observer)(Line::Note(&note));
                    channel.client.wire().lock().cut();
                    // In the clear again where TLS did not come about.
                    channel = self.channel(tls.as_ref().filter(|_| in_tls))?;
                }
                Err(cause) => return Err(leave(channel.client, cause)),
            }
        }
    }

    /// Connects and says EHLO, inside TLS if there is a client for it.
    fn channel(&mut self, tls: Option<&TlsClient>) -> Result<Channel, Cause> {
        let server = self.server;
        let (patience, limit) = (server.timeouts.connect, self.watch.deadline);
        let socket =
            connect(&server.host, server.port, patience, limit).map_err(|(stage, cause)| {
                self.stage = stage;
                cause
            })?;
        let mut mask = Mask::default();
        let secrets = self.credentials.map(|known| [&known.password, &known.token]);
        secrets.into_iter().flatten().flatten().for_each(|secret| mask.add_secret(secret));
        let wire = SharedWire::new(Wire::new(socket, server.timeouts, mask, self.watch.clone()));
        self.wire = Some(wire.clone());
        let literal = wire.lock().address_literal();
        wire.lock().set_hello_name(server.ehlo.clone().unwrap_or(literal));
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
        match Client::open(wire.clone()) {
            Ok(Opening::Ready(client, answer)) => {
                self.stage = Stage::Hello;
                Ok((client, answer))
            }
            Ok(Opening::GreetingRefused(reply)) => Err(refusal(reply)),
            Ok(Opening::HelloRefused(reply)) => {
                self.stage = Stage::Hello;
                wire.lock().quit(QUIT_PATIENCE);
                Err(refusal(reply))
            }
            Err((greeted, cause)) => {
                if greeted {
                    self.stage = Stage::Hello;
                }
                Err(cause)
            }
        }
    }

    fn note_capabilities(&mut self, client: &Client, answer: &Reply, in_tls: bool) -> Capabilities {
        let capabilities = Capabilities::from_reply(answer);
        let mechanisms = Some(capabilities.mechanisms.clone());
        if in_tls {
            self.seen.auth_in_tls = mechanisms;
        } else {
            self.seen.auth_in_clear = mechanisms;
            self.seen.starttls_offered = capabilities.starttls;
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
            reply if reply.code == 220 => {}
            reply if opportunistic && reply.code != 421 => {
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
        let facts = wire.lock().start_tls(tls)?;
        self.seen.in_tls = true;
        self.seen.tls = Some(facts.clone());
        Ok(facts)
    }

    /// What was said before TLS is forgotten (RFC 3207 §4.2).
    fn hello_again(&mut self, client: &mut Client) -> Result<Reply, Cause> {
        self.stage = Stage::Hello;
        let hello = client.wire().lock().hello_name().to_owned();
        match client.command(&format!("EHLO {hello}"))? {
            reply if reply.is_success() => Ok(reply),
            reply => Err(refusal(reply)),
        }
    }
}

/// A reply that is not the one hoped for; what is neither yes nor no breaks the protocol.
fn refusal(reply: Reply) -> Cause {
    if reply.is_transient() || reply.is_permanent() {
        Cause::Refused(reply)
    } else {
        Cause::Protocol(format!("it said {reply} where that does not belong"))
    }
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
