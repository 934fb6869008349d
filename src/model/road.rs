//! The road to a server: by which family of addresses, from which of our own, past which proxy, or
//! through a Unix socket.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use super::{Secret, Server};

/// How a server is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Road {
    /// Which addresses may be connected to, the proxy's where there is one.
    pub family: AddressFamily,
    /// The address of this machine to connect from; none: the system chooses.
    pub source: Option<IpAddr>,
    /// What the connection leads through.
    pub via: Via,
}

/// Which addresses may be connected to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AddressFamily {
    /// All of them.
    #[default]
    Any,
    /// Those of IPv4 alone.
    Ipv4,
    /// Those of IPv6 alone.
    Ipv6,
}

impl AddressFamily {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::Any, Self::Ipv4, Self::Ipv6];

    /// The word that the configuration uses.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
        }
    }

    /// Whether an address is one of these.
    pub const fn has(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::Ipv4 => address.is_ipv4(),
            Self::Ipv6 => address.is_ipv6(),
        }
    }

    /// The family of an address.
    pub const fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::Ipv4 } else { Self::Ipv6 }
    }
}

impl fmt::Display for AddressFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "IP",
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
        })
    }
}

impl Road {
    /// Whether an address may be connected to: from an address only its own family is reached.
    pub fn leads_to(&self, address: SocketAddr) -> bool {
        self.wanted().has(address.ip())
    }

    /// The family that the addresses must be of.
    pub fn wanted(&self) -> AddressFamily {
        self.source.map_or(self.family, AddressFamily::of)
    }
}

/// What the connection leads through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Via {
    /// Nothing.
    #[default]
    Direct,
    /// Whatever the environment names; to be asked for before connecting.
    Environment,
    /// This proxy.
    Proxy(Proxy),
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Direct => f.write_str("none"),
            Self::Environment => f.write_str("env"),
            Self::Proxy(proxy) => write!(f, "{proxy}"),
        }
    }
}

/// A server that connects for others. Shown without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// How it is spoken to.
    pub kind: ProxyKind,
    /// Its name or address.
    pub host: String,
    /// Its TCP port.
    pub port: u16,
    /// Who to be there.
    pub username: Option<String>,
    /// What proves it.
    pub password: Option<Secret>,
}

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyKind {
    /// RFC 1928; it looks the names up.
    Socks5,
    /// CONNECT (RFC 9110 §9.3.6).
    Http,
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.kind {
            ProxyKind::Socks5 => "socks5",
            ProxyKind::Http => "http",
        };
        write!(f, "{scheme}://")?;
        self.username.iter().try_for_each(|name| write!(f, "{name}@"))?;
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

/// What a server speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 5321
    #[default]
    Smtp,
    /// RFC 2033: whoever was accepted has an answer of their own after the data.
    Lmtp,
}

impl Protocol {
    /// All that there are.
    pub const ALL: [Self; 2] = [Self::Smtp, Self::Lmtp];

    /// The word that the configuration uses.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Lmtp => "lmtp",
        }
    }
}

impl Server {
    /// The Unix socket that it listens on, if it is one: an absolute path in the place of a host.
    pub fn socket(&self) -> Option<&Path> {
        self.host.starts_with('/').then(|| Path::new(&self.host))
    }

    /// `host:port`, an IPv6 address in brackets; of a Unix socket its path.
    pub fn place(&self) -> String {
        match self.host.contains(':') {
            _ if self.socket().is_some() => self.host.clone(),
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// The proxy that leads there: none leads to this machine itself.
    pub fn proxy(&self) -> Option<&Proxy> {
        match &self.road.via {
            Via::Proxy(proxy) if !self.is_local() => Some(proxy),
            _ => None,
        }
    }

    /// Whether it is on this machine, as far as its name says.
    pub fn is_local(&self) -> bool {
        self.socket().is_some() || is_loopback(&self.host)
    }
}

/// Whether a name or address means this machine (RFC 6761 §6.3).
pub fn is_loopback(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let address = name.parse::<IpAddr>().map(|address| address.to_canonical());
    name == "localhost"
        || name.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_our_own_reaches_only_its_family() {
        let [four, six]: [SocketAddr; 2] =
            ["192.0.2.1:25", "[2001:db8::1]:25"].map(|text| text.parse().unwrap());
        let road = |family, source: Option<&str>| Road {
            family,
            source: source.map(|text| text.parse().unwrap()),
            via: Via::Direct,
        };
        for (road, expected) in [
            (road(AddressFamily::Any, None), (true, true)),
            (road(AddressFamily::Ipv4, None), (true, false)),
            (road(AddressFamily::Ipv6, None), (false, true)),
            (road(AddressFamily::Any, Some("192.0.2.7")), (true, false)),
            (road(AddressFamily::Any, Some("::1")), (false, true)),
        ] {
            assert_eq!((road.leads_to(four), road.leads_to(six)), expected);
        }
    }

    #[test]
    fn this_machine_has_many_names() {
        for name in ["localhost", "LocalHost.", "a.localhost", "127.9.9.9", "::1", "0.0.0.0"] {
            assert!(is_loopback(name), "{name}");
        }
        assert!(is_loopback("::ffff:127.0.0.1"));
        for name in ["localhost.example", "mylocalhost", "192.0.2.1", "::2", ""] {
            assert!(!is_loopback(name), "{name}");
        }
    }
}
