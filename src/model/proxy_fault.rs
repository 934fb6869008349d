//! What a proxy did not do for us.

use std::fmt;

use super::Exit;

/// A proxy, and what is wrong with it or with the way behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyProblem {
    /// Which one, without its password.
    pub proxy: String,
    /// What is wrong.
    pub fault: ProxyFault,
}

/// What a proxy did not do; each text is a clause, the proxy's own words included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyFault {
    /// Its name has no address.
    NotFound,
    /// It cannot be connected to.
    Unreachable(String),
    /// It wants a login, or another one.
    LoginRefused(String),
    /// It does not connect to there.
    Denied(String),
    /// It could not connect to there.
    NoConnection(String),
    /// What it says is no answer.
    Broken(String),
}

impl ProxyProblem {
    /// The exit status.
    pub fn exit(&self) -> Exit {
        match self.fault {
            ProxyFault::NotFound => Exit::NO_HOST,
            ProxyFault::Unreachable(_) | ProxyFault::NoConnection(_) => Exit::TEMP_FAIL,
            ProxyFault::LoginRefused(_) => Exit::NO_PERM,
            ProxyFault::Denied(_) => Exit::UNAVAILABLE,
            ProxyFault::Broken(_) => Exit::PROTOCOL,
        }
    }
}

impl fmt::Display for ProxyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { proxy, fault } = self;
        match fault {
            ProxyFault::NotFound => write!(f, "the proxy {proxy} was not found"),
            ProxyFault::Unreachable(why) => write!(f, "cannot connect to the proxy {proxy}: {why}"),
            ProxyFault::LoginRefused(how) => write!(f, "the proxy {proxy} lets nobody in: {how}"),
            ProxyFault::Denied(how) => write!(f, "the proxy {proxy} refused the way: {how}"),
            ProxyFault::NoConnection(how) => {
                write!(f, "the proxy {proxy} cannot connect to the server: {how}")
            }
            ProxyFault::Broken(how) => write!(f, "the proxy {proxy} broke its protocol: {how}"),
        }
    }
}
