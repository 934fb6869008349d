//! Whom to ask, how often, and for how long.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use domain::base::wire::ParseError;
use domain::base::{Message, Rtype};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::answer::{self, Answer};
use super::query::Query;
use super::{LookupError, Services, exchange, system};

/// How often a server is asked the same before the next one: a datagram may be lost.
const ATTEMPTS: usize = 2;

/// Where questions go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolver {
    servers: Vec<SocketAddr>,
    patience: Duration,
}

impl Resolver {
    /// The name servers of `/etc/resolv.conf`. Where it names none or cannot be read, this host is
    /// asked, as resolv.conf(5) says.
    pub fn of_system() -> Self {
        let (servers, patience) = system::servers();
        Self::new(servers, patience)
    }

    /// These name servers, in their order; none is this host's. `patience` is for one question at
    /// one server, asked once.
    pub fn new(mut servers: Vec<SocketAddr>, patience: Duration) -> Self {
        if servers.is_empty() {
            servers.push((Ipv4Addr::LOCALHOST, system::PORT).into());
        }
        Self { servers, patience }
    }

    /// What SRV records say of a service: `_submissions._tcp.example.com`.
    ///
    /// # Errors
    ///
    /// When no server answered, by `until` at the latest.
    pub fn services(&self, name: &str, until: Instant) -> Result<Services, LookupError> {
        self.look_up(name, Rtype::SRV, until, answer::services)
    }

    /// The hosts that take mail for a domain, the preferred first. None: the domain does not exist,
    /// has no MX records, or takes no mail (RFC 7505).
    ///
    /// # Errors
    ///
    /// When no server answered, by `until` at the latest.
    pub fn exchanges(&self, domain: &str, until: Instant) -> Result<Vec<String>, LookupError> {
        self.look_up(domain, Rtype::MX, until, answer::exchanges)
    }

    fn look_up<T>(
        &self,
        name: &str,
        record: Rtype,
        until: Instant,
        read: impl Fn(&Answer<'_>) -> Result<T, ParseError>,
    ) -> Result<T, LookupError> {
        let mut failure = None;
        for &server in &self.servers {
            for _ in 0..ATTEMPTS {
                let id = random_id()?;
                let query = Query::new(name, record, id)
                    .ok_or_else(|| LookupError::NotAName(name.to_owned()))?;
                let error = match self.ask(server, &query, until, &read) {
                    Ok(found) => return Ok(found),
                    Err(error) => error,
                };
                // What was said or cannot be reached stays so; what was lost or garbled need not.
                let may_change =
                    matches!(error, LookupError::NoAnswer { .. } | LookupError::Unreadable { .. });
                // What a server said tells more than the silence of the next.
                if !matches!(failure, Some(LookupError::Failed { .. })) {
                    failure = Some(error);
                }
                if !may_change {
                    break;
                }
            }
        }
        Err(failure.unwrap_or_else(|| LookupError::NotAName(name.to_owned())))
    }

    /// Asks once.
    fn ask<T>(
        &self,
        server: SocketAddr,
        query: &Query,
        until: Instant,
        read: impl Fn(&Answer<'_>) -> Result<T, ParseError>,
    ) -> Result<T, LookupError> {
        let reached = |error: std::io::Error| match error.kind() {
            ErrorKind::TimedOut | ErrorKind::WouldBlock => LookupError::NoAnswer { server },
            ErrorKind::UnexpectedEof => LookupError::Unreadable { server },
            _ => LookupError::Unreachable { server, reason: in_words(&error) },
        };
        let unreadable = || LookupError::Unreadable { server };
        let mut octets = exchange::by_datagram(server, query, self.end(until)).map_err(reached)?;
        let mut answer = Message::from_octets(octets.as_slice()).map_err(|_| unreadable())?;
        if answer::failure(&answer).is_none() && answer::is_cut(&answer) {
            octets = exchange::by_stream(server, query, self.end(until)).map_err(reached)?;
            answer = Message::from_octets(octets.as_slice()).map_err(|_| unreadable())?;
            if !query.is_answered_by(&octets) || answer::is_cut(&answer) {
                return Err(unreadable());
            }
        }
        match answer::failure(&answer) {
            Some(said) => Err(LookupError::Failed { server, said }),
            None => read(&answer).map_err(|_| unreadable()),
        }
    }

    /// When a question that is asked now has been waited for long enough.
    fn end(&self, until: Instant) -> Instant {
        Instant::now().checked_add(self.patience).map_or(until, |end| end.min(until))
    }
}

/// The 16 bits by which an answer is known.
fn random_id() -> Result<u16, LookupError> {
    let mut octets = [0; 2];
    SystemRandom::new().fill(&mut octets).map_err(|_| LookupError::NoRandomNumbers)?;
    Ok(u16::from_be_bytes(octets))
}

fn in_words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens there".to_owned(),
        ErrorKind::HostUnreachable => "no route to the host".to_owned(),
        ErrorKind::NetworkUnreachable => "the network is unreachable".to_owned(),
        _ => error.to_string(),
    }
}
