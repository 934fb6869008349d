//! A session: the way in (`entry`), then mails, then QUIT.
//!
//! `open` fails with how far it came and everything it saw on the way, so that whoever advises
//! need not ask the server again.

use std::time::Duration;

use super::capabilities::Capabilities;
use super::client::Client;
use super::entry::Entry;
use super::offered;
use super::transaction::{Afterwards, Broken, Doubt, Ended, Pacing, Transaction};
use super::watch::Watch;
use crate::model::{
    Address, Cause, Connection, Failure, Mail, Observations, Protocol, RecipientPolicy, Reply,
    Secret, Server, Stage,
};

/// How long the answer to QUIT is waited for; nothing depends on it any more.
pub(super) const QUIT_PATIENCE: Duration = Duration::from_secs(2);

/// Who to be, and what proves it; a client certificate proves it too and is the server's setting.
#[derive(Debug, Default)]
pub struct Credentials {
    /// The authentication identity; none: whoever the client certificate says.
    pub username: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// An OAuth 2.0 access token.
    pub token: Option<Secret>,
    /// How often the password may be said in vain; none: twice.
    pub most_in_vain: Option<u8>,
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
    /// Inside TLS, with a certificate that was verified.
    protected: bool,
    /// The message may go out as a chunk.
    chunks: bool,
    protocol: Protocol,
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
        let mut entry = Entry::new(server, credentials, watch);
        let opened = entry.open();
        if let Some(wire) = &entry.wire {
            let meter = wire.lock().meter();
            (entry.seen.flights, entry.seen.octets_sent) = (meter.flights, meter.octets_sent);
        }
        let Entry { stage, seen, .. } = entry;
        match opened {
            Ok((channel, auth)) => Ok(Self {
                protected: channel.tls.is_some()
                    && server.tls.is_verified()
                    && !server.trust.danger_accept_invalid_certs,
                pacing: match server.pipelining && channel.capabilities.pipelining {
                    true => Pacing::Grouped,
                    false => Pacing::Stepwise,
                },
                // Recipients have answers of their own after the last chunk too.
                chunks: server.chunking
                    && channel.capabilities.chunking
                    && server.protocol == Protocol::Smtp,
                protocol: server.protocol,
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

    /// One transaction of a mail, for some of its recipients; `announced`: its envelope is out.
    pub(super) fn transact(
        &mut self,
        mail: &Mail,
        recipients: &[Address],
        policy: RecipientPolicy,
        announced: bool,
        afterwards: Afterwards<'_>,
    ) -> Result<Ended, Broken> {
        let mut transaction = self.transaction(mail, recipients, policy)?;
        transaction.announced = announced;
        transaction.afterwards = afterwards;
        let ended = transaction.run();
        self.connection.ahead_of_answers =
            self.pacing != Pacing::Stepwise && self.client.wire().lock().is_by_length();
        if self.pacing == Pacing::Grouped && ended.is_ok() {
            self.pacing = Pacing::Proven;
        }
        ended
    }

    /// The lines by which the transaction of a mail can begin before its turn.
    pub(super) fn announcement(&mut self, mail: &Mail, policy: RecipientPolicy) -> Option<String> {
        self.transaction(mail, &mail.recipients, policy).ok()?.announcement()
    }

    fn transaction<'a>(
        &'a mut self,
        mail: &'a Mail,
        recipients: &'a [Address],
        policy: RecipientPolicy,
    ) -> Result<Transaction<'a>, Broken> {
        let parameters = offered::fitting(&mail.parameters, &self.capabilities, self.protected)
            .map_err(|cause| Broken::new(Stage::Mail, cause))?;
        let content = match self.capabilities.eight_bit_mime {
            true => &mail.content,
            false => mail.seven_bit().map_err(Broken::not_in_seven_bits)?,
        };
        Ok(Transaction {
            client: &mut self.client,
            capabilities: &self.capabilities,
            pacing: self.pacing,
            chunks: self.chunks,
            announced: false,
            afterwards: Afterwards::More,
            mail,
            parameters,
            content,
            recipients,
            policy,
            protocol: self.protocol,
        })
    }

    /// Does without what is in doubt from now on; commands one at a time by DATA alone.
    pub(super) fn go_without(&mut self, doubt: Doubt) {
        self.chunks = false;
        if doubt == Doubt::Groups {
            self.pacing = Pacing::Stepwise;
        }
    }

    /// Forgets a transaction that was not ended; whether another may begin.
    pub(super) fn reset(&mut self) -> bool {
        self.say("RSET", None).is_ok_and(|reply| reply.is_success())
    }

    /// Whether commands may go out in groups.
    pub(super) fn offers_groups(&self) -> bool {
        self.pacing != Pacing::Stepwise
    }

    /// Whether MAIL may declare a size (RFC 1870).
    pub(super) fn offers_size(&self) -> bool {
        self.capabilities.size.is_some()
    }

    /// Whether addresses may be beyond ASCII (RFC 6531).
    pub(super) fn offers_utf8(&self) -> bool {
        self.capabilities.smtputf8
    }

    /// Whether BDAT is offered (RFC 3030).
    pub(super) fn offers_chunking(&self) -> bool {
        self.capabilities.chunking
    }

    /// Says lines, the last without its CRLF, and waits so long for the first reply.
    pub(super) fn say(&mut self, lines: &str, patience: Option<Duration>) -> Result<Reply, Cause> {
        let usual = self.client.wire().lock().timeouts().command;
        self.client.wire().lock().allow(patience.unwrap_or(usual));
        self.client.command(lines)
    }

    /// Waits so long for a further reply.
    pub(super) fn hear(&mut self, patience: Duration) -> Result<Reply, Cause> {
        self.client.wire().lock().allow(patience);
        self.client.read_reply()
    }

    /// What was seen on the way in.
    pub(super) fn seen(&self) -> &Observations {
        &self.seen
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
