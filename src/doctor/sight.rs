//! What one port of a server shows to whoever only looks: in the clear, by STARTTLS and by TLS from
//! the first octet.
//!
//! A port that says nothing may wait for TLS, or be slow; both are looked at, gently: never more
//! than one connection at a time to one port.

use std::thread;
use std::time::Duration;

use crate::model::{
    Cause, CertificateProblem, Failure, HandshakeFault, Server, Stage, Timeouts, Tls, Trust,
};
use crate::smtp::{Capabilities, Look, Watch, look};

/// Where mail is submitted, the better first (RFC 8314 §3.3, RFC 6409).
pub(super) const USUAL_PORTS: [u16; 4] = [465, 587, 25, 2525];
/// A greeting that takes longer may be one that waits for us.
const PROMPT: Duration = Duration::from_secs(3);
/// How long a server may take to greet.
const PATIENT: Duration = Duration::from_secs(20);

/// How long the doctor waits for each thing.
pub(super) fn timeouts() -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(6),
        greeting: PATIENT,
        command: Duration::from_secs(15),
        data: Duration::from_secs(10),
        block: Duration::from_secs(10),
        end_of_data: Duration::from_secs(20),
    }
}

/// Whether anybody answers at this host where mail is submitted.
pub fn answers(server: &Server, watch: &Watch) -> bool {
    let server = &Server { timeouts: timeouts(), ..server.clone() };
    let answers_on = |port| {
        let tls = if port == 465 { Tls::Implicit } else { Tls::StartTls };
        is_connected(&look_by(&Server { port, ..server.clone() }, tls, PROMPT, watch))
    };
    thread::scope(|scope| {
        let looking = USUAL_PORTS.map(|port| scope.spawn(move || answers_on(port)));
        let answers: Vec<bool> = looking.map(|look| look.join().unwrap_or(false)).into();
        answers.contains(&true)
    })
}

/// What one port showed.
#[derive(Debug, Clone)]
pub struct Sight {
    /// The TCP port.
    pub port: u16,
    /// Spoken to in the clear, and by STARTTLS where that is offered.
    pub starttls: Option<Look>,
    /// Spoken to inside TLS from the first octet.
    pub implicit: Option<Look>,
    /// Inside TLS once more, where the certificate is not trusted.
    pub distrusted: Option<Look>,
    /// The name in EHLO that it took, if the first one was refused; the inner none is the address
    /// of this host.
    pub ehlo: Option<Option<String>>,
}

/// TLS as one port showed it.
#[derive(Debug, Clone, Copy)]
pub struct TlsSight<'a> {
    /// How it begins.
    pub tls: Tls,
    /// Why the certificate is not trusted; none: it is.
    pub problem: Option<&'a CertificateProblem>,
    /// What is offered inside; none: it could not be seen.
    pub offers: Option<&'a Capabilities>,
}

impl Sight {
    /// Looks at one port; `names` are for EHLO where the usual name is refused.
    pub(super) fn of(server: &Server, names: &[Option<String>], watch: &Watch) -> Self {
        let mut sight = Self::with_name(server, None, watch);
        let begins = sight.begins();
        for name in names {
            if !sight.is_name_refused() {
                break;
            }
            let other = Server { ehlo: name.clone(), ..server.clone() };
            let second = Self::with_name(&other, begins, watch);
            if !second.is_name_refused() {
                sight = Self { ehlo: Some(name.clone()), ..second };
            }
        }
        sight
    }

    /// Looks with one name; how TLS begins there is found out unless it is known.
    fn with_name(server: &Server, begins: Option<Tls>, watch: &Watch) -> Self {
        let mut sight = Self {
            port: server.port,
            starttls: None,
            implicit: None,
            distrusted: None,
            ehlo: None,
        };
        let at = |tls, greeting| look_by(server, tls, greeting, watch);
        let implicit_first = match begins {
            Some(tls) => tls == Tls::Implicit,
            None => server.port == 465,
        };
        if implicit_first {
            let implicit = at(Tls::Implicit, PATIENT);
            if begins.is_none() && is_no_tls(&implicit) && is_connected(&implicit) {
                sight.starttls = Some(at(Tls::StartTls, PATIENT));
            }
            sight.implicit = Some(implicit);
        } else {
            let patience = if begins.is_some() { PATIENT } else { PROMPT };
            let mut clear = at(Tls::StartTls, patience);
            if begins.is_none() && is_silent(&clear) {
                let implicit = at(Tls::Implicit, PATIENT);
                if is_no_tls(&implicit) {
                    clear = at(Tls::StartTls, PATIENT);
                }
                sight.implicit = Some(implicit);
            }
            if is_hung_up_at_ehlo(&clear) {
                // Old servers that know only HELO close at EHLO.
                let plain = at(Tls::Plaintext, PATIENT);
                if plain.in_clear.is_some() {
                    clear = plain;
                }
            }
            sight.starttls = Some(clear);
        }
        sight.distrusted = sight.look_inside(server, watch);
        sight
    }

    /// How TLS begins there, if that has shown.
    fn begins(&self) -> Option<Tls> {
        let greeted =
            |look: &Option<Look>| look.as_ref().is_some_and(|look| look.seen.greeting.is_some());
        match (greeted(&self.implicit), greeted(&self.starttls)) {
            (true, _) => Some(Tls::Implicit),
            (_, true) => Some(Tls::StartTls),
            _ => None,
        }
    }

    /// Whether settings that begin so may lead anywhere.
    pub(super) fn may_lead(&self, tls: Tls) -> bool {
        match tls {
            Tls::Implicit => self.implicit.as_ref().is_none_or(|look| !is_no_tls(look)),
            _ => self.starttls.as_ref().is_some_and(|look| look.seen.greeting.is_some()),
        }
    }

    /// Somebody between here and there has added to what the server said.
    pub(super) fn tampering(&self) -> Option<&Failure> {
        let failures = self.looks().filter_map(|look| look.failure.as_ref());
        failures.into_iter().find(|failure| matches!(failure.cause, Cause::Injected(_)))
    }

    /// What is inside TLS whose certificate is not trusted: nothing secret is said to see it.
    fn look_inside(&self, server: &Server, watch: &Watch) -> Option<Look> {
        let (tls, look) = self.tls_look()?;
        let problem = problem_of(look)?;
        let trust = Trust { pins: vec![problem.certificate], ..server.trust.clone() };
        Some(look_by(&Server { trust, ..server.clone() }, tls, PATIENT, watch))
    }

    fn tls_look(&self) -> Option<(Tls, &Look)> {
        let shown = |look: &&Look| look.seen.certificate.is_some();
        let implicit = self.implicit.as_ref().filter(shown).map(|look| (Tls::Implicit, look));
        let starttls = || self.starttls.as_ref().filter(shown).map(|look| (Tls::StartTls, look));
        implicit.or_else(starttls)
    }

    /// TLS, if a handshake came so far that the server showed its certificate.
    pub fn tls(&self) -> Option<TlsSight<'_>> {
        let (tls, look) = self.tls_look()?;
        // What not even a pin makes good shows only behind it.
        let problem = self.distrusted.as_ref().and_then(problem_of).or(problem_of(look));
        let offers = match problem {
            None => look.in_tls.as_ref(),
            Some(_) => self.distrusted.as_ref().and_then(|look| look.in_tls.as_ref()),
        };
        Some(TlsSight { tls, problem, offers })
    }

    /// What is offered in the clear.
    pub fn in_clear(&self) -> Option<&Capabilities> {
        self.starttls.as_ref()?.in_clear.as_ref()
    }

    /// The looks, the one that tells most first.
    pub fn looks(&self) -> impl Iterator<Item = &Look> {
        let told = |look: &&Look| look.seen.greeting.is_some() || look.seen.in_tls;
        let all = || self.implicit.iter().chain(&self.starttls);
        all().filter(told).chain(all().filter(move |look| !told(look)))
    }

    /// Whether anybody answers there.
    pub fn is_open(&self) -> bool {
        self.looks().any(is_connected)
    }

    /// Why nothing more is to be had there, if so: what TLS from the first octet showed counts where
    /// that is what is spoken.
    pub fn failure(&self) -> Option<&Failure> {
        let implicit = self.implicit.as_ref().filter(|look| !is_no_tls(look));
        match implicit {
            Some(look) => look.failure.as_ref(),
            None => self.starttls.as_ref().or(self.implicit.as_ref())?.failure.as_ref(),
        }
    }

    /// EHLO was refused for the name in it, or for what may be that: servers that know only HELO
    /// look the same at first.
    fn is_name_refused(&self) -> bool {
        let inside = [&self.distrusted, &self.implicit].into_iter().flatten();
        let look = inside.into_iter().find(|look| look.seen.in_tls);
        let Some(look) = look.or(self.starttls.as_ref()) else { return false };
        let refused = look.failure.as_ref().is_some_and(|failure| {
            let refused = matches!(failure.cause, Cause::Refused(_) | Cause::Lost(_));
            failure.stage == Stage::Hello && refused
        });
        refused || look.seen.helo_only
    }
}

fn look_by(server: &Server, tls: Tls, greeting: Duration, watch: &Watch) -> Look {
    let timeouts = Timeouts { greeting, ..server.timeouts };
    let trust = if tls.is_verified() { server.trust.clone() } else { Trust::default() };
    look(&Server { tls, timeouts, trust, ..server.clone() }, watch)
}

fn problem_of(look: &Look) -> Option<&CertificateProblem> {
    match &look.failure.as_ref()?.cause {
        Cause::Certificate(problem) => Some(problem),
        _ => None,
    }
}

fn is_connected(look: &Look) -> bool {
    look.seen.address.is_some()
}

/// The server took the connection, and did not greet.
fn is_silent(look: &Look) -> bool {
    let Some(failure) = &look.failure else { return false };
    let silent = matches!(failure.cause, Cause::TimedOut(_) | Cause::Lost(_) | Cause::Protocol(_));
    is_connected(look) && failure.stage == Stage::Greeting && silent
}

/// What is spoken there is no TLS, or nothing at all.
fn is_no_tls(look: &Look) -> bool {
    let Some(failure) = &look.failure else { return false };
    let fault = match &failure.cause {
        Cause::Handshake(fault) => {
            matches!(
                fault,
                HandshakeFault::InTheClear | HandshakeFault::NotTls | HandshakeFault::Broken(_)
            )
        }
        Cause::TimedOut(_) | Cause::Lost(_) => true,
        _ => false,
    };
    failure.stage == Stage::Tls && fault
}

fn is_hung_up_at_ehlo(look: &Look) -> bool {
    let Some(failure) = &look.failure else { return false };
    let lost = matches!(failure.cause, Cause::Lost(_));
    failure.stage == Stage::Hello && lost && !look.seen.in_tls
}
