//! Who is to be examined: a profile, a server or a mail address.
//!
//! A bare word is a profile or an error, never a host: a password is not sent to whatever machine
//! a mistyped word happens to name.

use std::net::Ipv6Addr;

use crate::commands::Refusal;
use crate::config::Configuration;
use crate::model::Address;

/// Who is to be examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// The profile of this name, or the one that would be used.
    Profile(Option<String>),
    /// A server.
    Host {
        /// Its name or address.
        host: String,
        /// The TCP port, if it is said.
        port: Option<u16>,
    },
    /// The mailbox whose server is looked for.
    Address(Address),
}

impl Target {
    /// What a word means where there are these profiles.
    pub(super) fn of(word: Option<&str>, configuration: &Configuration) -> Result<Self, Refusal> {
        let Some(word) = word else { return Ok(Self::Profile(None)) };
        if configuration.heading(word).is_some() || word == crate::config::SANDBOX {
            return Ok(Self::Profile(Some(word.to_owned())));
        }
        if word.contains('@') {
            let address = Address::parse(word).map_err(|error| Refusal::data(error.to_string()))?;
            return Ok(Self::Address(address));
        }
        if let Some((host, port)) = host_and_port(word)? {
            return Ok(Self::Host { host, port });
        }
        let refusal = match configuration.named(word) {
            Err(error) => Refusal::from(error),
            Ok(_) => Refusal::usage(format!("{word:?} is no profile")),
        };
        Err(refusal
            .hint("a server is written with its domain or its port: HOST.EXAMPLE.COM, HOST:PORT"))
    }

    /// How messages call it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Profile(name) => name.clone().unwrap_or_default(),
            Self::Host { host, port: None } => host.clone(),
            Self::Host { host, port: Some(port) } if host.contains(':') => {
                format!("[{host}]:{port}")
            }
            Self::Host { host, port: Some(port) } => format!("{host}:{port}"),
            Self::Address(address) => address.to_string(),
        }
    }
}

/// The host and port of what can only be a server: a bare word is a host here.
pub(in crate::commands) fn server_named(word: &str) -> Result<(String, Option<u16>), Refusal> {
    Ok(host_and_port(word)?.unwrap_or_else(|| (word.to_owned(), None)))
}

/// `HOST.DOMAIN`, `HOST:PORT`, `[ADDRESS]:PORT` or an address of IPv6; none: it is a bare word.
fn host_and_port(word: &str) -> Result<Option<(String, Option<u16>)>, Refusal> {
    if let Some(rest) = word.strip_prefix('[')
        && let Some((host, rest)) = rest.split_once(']')
    {
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(number(word, port)?),
            None if rest.is_empty() => None,
            None => return Err(Refusal::usage(format!("{word:?} is no server"))),
        };
        return Ok(Some((host.to_owned(), port)));
    }
    if word.parse::<Ipv6Addr>().is_ok() {
        return Ok(Some((word.to_owned(), None)));
    }
    match word.split_once(':') {
        Some((host, port)) if !host.is_empty() => {
            Ok(Some((host.to_owned(), Some(number(word, port)?))))
        }
        Some(_) => Err(Refusal::usage(format!("{word:?} is no server: the host is missing"))),
        None => Ok(word.contains('.').then(|| (word.to_owned(), None))),
    }
}

fn number(word: &str, port: &str) -> Result<u16, Refusal> {
    match port.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(Refusal::usage(format!("{word:?}: {port:?} is no TCP port"))
            .hint("write a number from 1 to 65535 behind the colon")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(word: &str) -> Result<Target, String> {
        let nothing = Configuration::default();
        Target::of(Some(word), &nothing).map_err(|refusal| refusal.to_string())
    }

    fn host(host: &str, port: Option<u16>) -> Result<Target, String> {
        Ok(Target::Host { host: host.to_owned(), port })
    }

    #[test]
    fn a_server_has_a_domain_or_a_port() {
        assert_eq!(target("mail.corp.example"), host("mail.corp.example", None));
        assert_eq!(target("localhost:2525"), host("localhost", Some(2525)));
        assert_eq!(target("192.0.2.1"), host("192.0.2.1", None));
        assert_eq!(target("[2001:db8::1]:25"), host("2001:db8::1", Some(25)));
        assert_eq!(target("2001:db8::1"), host("2001:db8::1", None));
    }

    #[test]
    fn a_bare_word_is_never_a_host() {
        assert_eq!(target("corp").unwrap_err(), "no profile \"corp\" in any file");
        assert_eq!(target(":25").unwrap_err(), "\":25\" is no server: the host is missing");
        assert_eq!(target("corp:smtp").unwrap_err(), "\"corp:smtp\": \"smtp\" is no TCP port");
        assert_eq!(target("corp:0").unwrap_err(), "\"corp:0\": \"0\" is no TCP port");
    }

    #[test]
    fn an_address_has_an_at() {
        let address = Address::parse("me@corp.example").unwrap();
        assert_eq!(target("me@corp.example"), Ok(Target::Address(address)));
        assert!(target("me@").is_err());
    }
}
