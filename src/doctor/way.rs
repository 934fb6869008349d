//! The ways into a server, as its ports showed them, in order of safety (pure).

use super::sight::{Sight, USUAL_PORTS};
use crate::model::{AuthPolicy, Mechanism, Pin, Proof, Server, Tls, Trust};
use crate::smtp::{Capabilities, Credentials};

/// What a way protects, the safest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// TLS, and the server is known to be the right one.
    Verified,
    /// TLS, and the certificate is trusted because it was seen.
    Pinned,
    /// In the clear; the password is not said, only proven.
    Hidden,
    /// In the clear.
    Clear,
}

/// One way into a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The TCP port.
    pub port: u16,
    /// When TLS starts.
    pub tls: Tls,
    /// The certificate to pin.
    pub pin: Option<Pin>,
    /// What it protects.
    pub safety: Safety,
    /// A mechanism is offered that the credentials fit.
    pub login: bool,
    /// What is offered of AUTH.
    pub offered: Vec<String>,
    /// The name in EHLO, if not the first one that was tried; the inner none is the address of
    /// this host.
    pub ehlo: Option<Option<String>>,
}

impl Way {
    /// Whether this mechanism is offered there.
    pub(super) fn offers(&self, mechanism: Mechanism) -> bool {
        self.offered.iter().any(|name| name == mechanism.name())
    }

    /// Settings that lead there, with a login or without.
    pub(super) fn server(&self, base: &Server, login: bool) -> Server {
        let trust = match (self.tls, self.pin) {
            (Tls::Plaintext | Tls::Opportunistic, _) => Trust::default(),
            (_, None) => base.trust.clone(),
            (_, Some(pin)) => Trust {
                system_roots: true,
                ca_file: None,
                server_name: None,
                danger_accept_invalid_certs: false,
                danger_accept_wrong_name: false,
                pins: vec![pin],
                ..base.trust.clone()
            },
        };
        Server {
            port: self.port,
            tls: self.tls,
            trust,
            auth: if login { AuthPolicy::Auto } else { AuthPolicy::None },
            username: base.username.clone().filter(|_| login),
            danger_cleartext_auth: login && self.safety == Safety::Clear,
            ehlo: self.ehlo.clone().unwrap_or_else(|| base.ehlo.clone()),
            ..base.clone()
        }
    }
}

/// Every way that these ports offer: those with a login first, then the safest, then the better
/// port.
pub(super) fn ways(sights: &[Sight], credentials: Option<&Credentials>) -> Vec<Way> {
    let mut ways: Vec<Way> = sights.iter().flat_map(|sight| ways_of(sight, credentials)).collect();
    let rank = |port| USUAL_PORTS.iter().position(|usual| *usual == port);
    ways.sort_by_key(|way| (!way.login, way.safety, rank(way.port)));
    ways
}

fn ways_of(sight: &Sight, credentials: Option<&Credentials>) -> Vec<Way> {
    let mut ways = Vec::new();
    let fits = |offers: &Capabilities, hidden: bool| {
        offers.mechanisms.iter().filter_map(|name| Mechanism::parse(name)).any(|mechanism| {
            let private = !hidden || (mechanism.is_scram() && !mechanism.binds_channel());
            private && credentials.is_some_and(|known| proves(known, mechanism))
        })
    };
    let way = |tls, pin, safety, offers: &Capabilities| Way {
        port: sight.port,
        tls,
        pin,
        safety,
        login: fits(offers, safety == Safety::Hidden),
        offered: offers.mechanisms.clone(),
        ehlo: sight.ehlo.clone(),
    };
    if let Some(tls) = sight.tls()
        && let Some(offers) = tls.offers
    {
        let pin = tls.problem.map(|problem| problem.certificate);
        let safety = if pin.is_some() { Safety::Pinned } else { Safety::Verified };
        ways.push(way(tls.tls, pin, safety, offers));
    }
    if let Some(offers) = sight.in_clear() {
        if fits(offers, true) {
            ways.push(way(Tls::Plaintext, None, Safety::Hidden, offers));
        }
        ways.push(way(Tls::Plaintext, None, Safety::Clear, offers));
    }
    ways
}

fn proves(credentials: &Credentials, mechanism: Mechanism) -> bool {
    match mechanism.proof() {
        Proof::Password => credentials.password.is_some(),
        Proof::Token => credentials.token.is_some(),
        Proof::Certificate => credentials.username.is_none(),
    }
}
