//! AUTH (RFC 4954): which mechanisms are tried, in which order, and what a refusal means.
//!
//! Only 235 is success. A mechanism that the server does not know moves on to the next; a refused
//! password ends it, for repeating it would lock the account.

use super::client::Client;
use super::exchange::Exchange;
use super::sasl::scram::{Binding, Hash};
use super::session::Credentials;
use crate::model::{AuthFacts, AuthPolicy, Cause, Mechanism, Observations, Proof, Reply, Server};

use Mechanism::{
    CramMd5, External, Login, OauthBearer, Plain, ScramSha1, ScramSha1Plus, ScramSha256,
    ScramSha256Plus, Xoauth2,
};

/// Connections for one login at most: some servers close where they were asked for something that
/// they do not know.
const CONNECTIONS: u8 = 4;

/// How often a password is said in vain in one login: a server that answers a wrong one as it does
/// an unknown mechanism counts all the same.
const MOST_IN_VAIN: u8 = 2;

/// The fewest flights first: nobody listens inside verified TLS.
const IN_TLS: &[Mechanism] = &[
    OauthBearer,
    Xoauth2,
    Plain,
    ScramSha256Plus,
    ScramSha256,
    ScramSha1Plus,
    ScramSha1,
    Login,
    CramMd5,
    External,
];

/// What gives the least away first: anybody may listen, or be the server.
const IN_DOUBT: &[Mechanism] = &[
    ScramSha256Plus,
    ScramSha1Plus,
    ScramSha256,
    ScramSha1,
    OauthBearer,
    Xoauth2,
    Plain,
    Login,
    CramMd5,
    External,
];

/// How one mechanism ended.
#[derive(Debug)]
pub(super) enum Attempt {
    /// 235
    Authenticated(AuthFacts),
    /// The server does not do it; another may work.
    NotThisOne(Reply),
    /// The server wants one that gives less away.
    TooWeak(Reply),
    /// The password or token was refused, given in this way; what the server said besides.
    CredentialsRefused(AuthFacts, Reply, Option<String>),
    /// Not now, or not here.
    Refused(Reply),
}

impl Attempt {
    /// With what the server said besides of credentials that it refused.
    pub(super) fn with_detail(self, detail: Option<String>) -> Self {
        match self {
            Self::CredentialsRefused(facts, reply, _) => {
                Self::CredentialsRefused(facts, reply, detail)
            }
            attempt => attempt,
        }
    }
}

/// What is known of a server's AUTH from one connection to the next.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Mechanisms that it does not do.
    struck: Vec<Mechanism>,
    /// Something was learnt since it was last connected to.
    learnt: bool,
    /// The mechanism that is being tried has said the secret.
    pub(super) secret_is_said: bool,
    /// The mechanisms by which a secret was said, or proven, and not accepted.
    pub(super) in_vain: Vec<Mechanism>,
    /// LOGIN is to be tried with the user name in its line.
    pub(super) login_wants_initial_response: bool,
    connections: u8,
}

impl Plan {
    /// From now on LOGIN gives the user name in its line.
    pub(super) fn login_initial_response_next(&mut self) {
        self.learnt |= !self.login_wants_initial_response;
        self.login_wants_initial_response = true;
    }

    /// The connection broke where LOGIN began. If nothing else can have annoyed the server, it was
    /// the want of the user name.
    pub(super) fn login_broke_off(&mut self) {
        if !self.learnt {
            self.login_initial_response_next();
        }
    }

    /// Notes whether an attempt has said the secret for nothing.
    fn note_saying(&mut self, mechanism: Mechanism, attempt: &Result<Attempt, Cause>) {
        if self.secret_is_said && !matches!(attempt, Ok(Attempt::Authenticated(_))) {
            self.in_vain.push(mechanism);
        }
    }

    /// Whether the password was said so often that it must not be said again.
    pub(super) fn is_used_up(&self, credentials: &Credentials) -> bool {
        let passwords = self.in_vain.iter().filter(|it| it.proof() == Proof::Password).count();
        passwords >= usize::from(credentials.most_in_vain.unwrap_or(MOST_IN_VAIN))
    }

    fn strike(&mut self, mechanism: Mechanism) {
        self.struck.push(mechanism);
        self.learnt = true;
    }

    /// Whether a login that ended so is worth another connection: the secret was not said, and not
    /// everything that is known now was known before.
    pub(super) fn goes_on(&mut self, cause: &Cause) -> bool {
        self.connections += 1;
        let closed = match cause {
            Cause::Lost(_) => true,
            Cause::Refused(reply) => reply.code == 421,
            Cause::Protocol(_) => self.login_wants_initial_response,
            _ => false,
        };
        let goes_on =
            closed && self.learnt && !self.secret_is_said && self.connections < CONNECTIONS;
        self.learnt = false;
        goes_on
    }
}

/// Where AUTH happens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// The mechanisms that EHLO named.
    pub(super) offered: &'a [String],
    /// The channel is verified TLS, or taken for it by consent.
    pub(super) protected: bool,
    /// What SCRAM can be bound to.
    pub(super) channel_key: Option<[u8; 32]>,
}

/// Authenticates, or says why not; none where nothing has to be done.
pub(super) fn authenticate(
    client: &mut Client,
    server: &Server,
    credentials: &Credentials,
    surroundings: Surroundings<'_>,
    plan: &mut Plan,
    seen: &mut Observations,
) -> Result<Option<AuthFacts>, Cause> {
    let Surroundings { offered, protected, .. } = surroundings;
    let may_reveal = protected || server.danger_cleartext_auth;
    let mut withheld = None;
    let mut too_weak = false;
    let mut last = seen.tried.last().map(|(_, reply)| reply.clone());
    let mut exchange = Exchange { client, server, credentials, seen, plan };
    for mechanism in candidates(server, credentials, surroundings) {
        if exchange.plan.struck.contains(&mechanism) {
            continue;
        }
        // What can be worked out offline is given to whoever listens only by its name.
        let by_itself = mechanism == CramMd5 && server.auth == AuthPolicy::Auto;
        if (mechanism.reveals_secret() || by_itself) && !may_reveal {
            withheld = Some(mechanism.proof());
            continue;
        }
        if mechanism.reveals_secret() && too_weak {
            continue;
        }
        if mechanism.proof() == Proof::Password && exchange.plan.is_used_up(credentials) {
            continue;
        }
        exchange.plan.secret_is_said = false;
        let attempt = exchange.attempt(mechanism, surroundings);
        exchange.plan.note_saying(mechanism, &attempt);
        let attempt = attempt.inspect_err(|cause| {
            let Plan { learnt, secret_is_said, .. } = *exchange.plan;
            if matches!(cause, Cause::Lost(_)) && !learnt && !secret_is_said {
                exchange.plan.strike(mechanism);
            }
        })?;
        match attempt {
            Attempt::NotThisOne(reply) => {
                exchange.plan.strike(mechanism);
                exchange.note(mechanism, &reply);
                last = Some(reply);
            }
            Attempt::TooWeak(reply) => {
                too_weak = true;
                exchange.plan.strike(mechanism);
                exchange.note(mechanism, &reply);
                last = Some(reply);
            }
            other => return conclude(other).map(Some),
        }
    }
    // What was not understood may have been the response in the line.
    let plain = exchange.plan.struck.contains(&Plain) && offered.iter().any(|name| name == "PLAIN");
    if plain && !too_weak && !exchange.plan.is_used_up(credentials) {
        exchange.plan.secret_is_said = false;
        let attempt = exchange.plain_when_asked();
        exchange.plan.note_saying(Plain, &attempt);
        let attempt = attempt?;
        if !matches!(attempt, Attempt::NotThisOne(_)) {
            return conclude(attempt).map(Some);
        }
    }
    let offered = offered.to_vec();
    let by_itself = server.auth == AuthPolicy::Auto;
    Err(match (last, withheld) {
        (Some(reply), _) => Cause::Refused(reply),
        (None, Some(proof)) => {
            let username = credentials.username().to_owned();
            Cause::Unprotected { proof, username, tls: server.tls, offered }
        }
        // A certificate alone needs no AUTH.
        (None, None) if by_itself && credentials.username.is_none() => return Ok(None),
        (None, None) if by_itself && offered.is_empty() => Cause::AuthNotOffered,
        (None, None) => {
            let token_only = credentials.token.is_some() && credentials.password.is_none();
            Cause::NoMechanism { offered, token_only }
        }
    })
}

fn conclude(attempt: Attempt) -> Result<AuthFacts, Cause> {
    match attempt {
        Attempt::Authenticated(facts) => Ok(facts),
        Attempt::CredentialsRefused(AuthFacts { mechanism, login_style }, reply, detail) => {
            Err(Cause::CredentialsRefused { mechanism, login_style, reply, detail })
        }
        Attempt::NotThisOne(reply) | Attempt::TooWeak(reply) | Attempt::Refused(reply) => {
            Err(Cause::Refused(reply))
        }
    }
}

impl Exchange<'_> {
    fn attempt(
        &mut self,
        mechanism: Mechanism,
        surroundings: Surroundings<'_>,
    ) -> Result<Attempt, Cause> {
        let Surroundings { offered, protected, channel_key } = surroundings;
        let unbound = match channel_key {
            // A server that could and does not say so is lied about (RFC 5802 §6).
            Some(_) if !offered.iter().any(|name| name.ends_with("-PLUS")) => Binding::NotOffered,
            _ => Binding::None,
        };
        let bound = channel_key.map_or(Binding::None, Binding::TlsExporter);
        match mechanism {
            Plain => self.plain(),
            Login => self.login(),
            CramMd5 => self.cram_md5(),
            OauthBearer | Xoauth2 => self.oauth(mechanism),
            External => self.external(),
            ScramSha1 => self.scram(mechanism, Hash::Sha1, unbound, protected),
            ScramSha256 => self.scram(mechanism, Hash::Sha256, unbound, protected),
            ScramSha1Plus => self.scram(mechanism, Hash::Sha1, bound, protected),
            ScramSha256Plus => self.scram(mechanism, Hash::Sha256, bound, protected),
        }
    }

    fn note(&mut self, mechanism: Mechanism, reply: &Reply) {
        self.seen.tried.push((mechanism.name().to_owned(), reply.clone()));
    }
}

/// What may be tried, in order. What the profile names is tried even where it is not offered, but
/// not before what is: some servers answer it as they do a wrong password.
fn candidates(
    server: &Server,
    credentials: &Credentials,
    surroundings: Surroundings<'_>,
) -> Vec<Mechanism> {
    let Surroundings { offered, protected, channel_key } = surroundings;
    let usable = |mechanism: &Mechanism| {
        let provable = match mechanism.proof() {
            Proof::Password => credentials.password.is_some(),
            Proof::Token => credentials.token.is_some(),
            Proof::Certificate => server.trust.client_certificate.is_some(),
        };
        provable && (channel_key.is_some() || !mechanism.binds_channel())
    };
    let is_offered = |mechanism: &Mechanism| offered.iter().any(|o| o == mechanism.name());
    match &server.auth {
        AuthPolicy::None => Vec::new(),
        AuthPolicy::Named(mechanisms) => {
            let named = mechanisms.iter().copied().filter(usable);
            let (offered, others): (Vec<_>, Vec<_>) = named.partition(is_offered);
            [offered, others].concat()
        }
        AuthPolicy::Auto => {
            let sure = protected && !server.trust.danger_accept_invalid_certs;
            let order = if sure { IN_TLS } else { IN_DOUBT };
            let order = order.iter().copied();
            order.filter(is_offered).filter(usable).collect()
        }
    }
}

#[cfg(test)]
mod tests;
