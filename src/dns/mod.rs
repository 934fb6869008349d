//! What the Domain Name System says of mail: SRV records (RFC 2782) and mail exchangers (RFC 1035).
//!
//! A stub resolver: it asks the name servers that the system uses, over UDP and, where an answer
//! does not fit, over TCP, each question from a port and with an identifier that nobody can guess.
//! It has no cache and no threads. Nothing is waited for beyond the moment that the caller gives;
//! octets from the network can make an answer unreadable, never more.

mod answer;
mod exchange;
mod query;
mod resolver;
mod system;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

pub use resolver::Resolver;

/// What SRV records say of a service at a domain (RFC 2782).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Services {
    /// Nothing: the name does not exist, or has no such records.
    Unstated,
    /// The domain decidedly has no such service: the only target is ".".
    NotAvailable,
    /// By priority, those of one priority by falling weight; at least one.
    Offered(Vec<Service>),
}

/// One SRV record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The lowest is to be tried first.
    pub priority: u16,
    /// How often it is to be chosen among those of its priority.
    pub weight: u16,
    /// The TCP port, never 0.
    pub port: u16,
    /// The host, in lower case, without a dot at its end.
    pub target: String,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// The question cannot be put.
    #[error("{0:?} is no domain name")]
    NotAName(String),
    /// The system has no random numbers, without which answers could be forged.
    #[error("the system has no random numbers")]
    NoRandomNumbers,
    /// Nothing came in time.
    #[error("the name server {server} did not answer in time")]
    NoAnswer {
        /// Who was asked last.
        server: SocketAddr,
    },
    /// It cannot be asked.
    #[error("the name server {server} cannot be reached: {reason}")]
    Unreachable {
        /// Who was asked last.
        server: SocketAddr,
        /// The system's words.
        reason: String,
    },
    /// It answered that it has no answer.
    #[error("the name server {server} answered {said}")]
    Failed {
        /// Who said so.
        server: SocketAddr,
        /// The response code's name, as `SERVFAIL` or `REFUSED`, or what is amiss.
        said: String,
    },
    /// The answer makes no sense.
    #[error("the answer of the name server {server} cannot be read")]
    Unreadable {
        /// Whose answer it is.
        server: SocketAddr,
    },
}
