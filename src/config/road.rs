//! The road to a server as it is written: the path of a Unix socket in the place of a host, the URL
//! of a proxy, an address of our own, and what of these does not go together.

use std::net::IpAddr;

use super::document::Item;
use super::{ConfigError, Origin, Profile, Value};
use crate::model::{AddressFamily, Proxy, ProxyKind, Road, Secret, Server, Tls, Via};

const NO_URL: &str = "expected socks5://HOST:PORT, http://HOST:PORT, \"env\" or \"none\"";
const PASSWORD: &str = "a password does not belong here: set \"env\", and give the URL by ALL_PROXY in the environment";

/// The path of a Unix socket, if the text is meant as one: absolute, `unix:` before it or not.
pub(super) fn socket_path(text: &str) -> Option<Result<String, &'static str>> {
    let path = match text.strip_prefix("unix:") {
        Some(path) => path,
        None if text.starts_with('/') => text,
        None => return None,
    };
    Some(if !path.starts_with('/') {
        Err("expected the absolute path of a Unix socket")
    } else if path.contains(char::is_control) {
        Err("contains a control character")
    } else {
        Ok(path.to_owned())
    })
}

/// What a connection leads through, as a profile or a flag says it. The complaint does not repeat
/// the text, for there may be a password in it.
pub fn via(text: &str) -> Result<Via, &'static str> {
    match text {
        "none" => Ok(Via::Direct),
        "env" => Ok(Via::Environment),
        _ => match proxy_at(text)? {
            Proxy { password: Some(_), .. } => Err(PASSWORD),
            proxy => Ok(Via::Proxy(proxy)),
        },
    }
}

/// The proxy of a URL.
pub fn proxy_at(url: &str) -> Result<Proxy, &'static str> {
    let (scheme, rest) = url.split_once("://").ok_or(NO_URL)?;
    let kind = match scheme.to_ascii_lowercase().as_str() {
        "socks5" | "socks5h" => ProxyKind::Socks5,
        "http" => ProxyKind::Http,
        "https" => return Err("a proxy that is spoken to inside TLS is not supported"),
        "socks" | "socks4" | "socks4a" => return Err("of SOCKS only version 5 is supported"),
        _ => return Err(NO_URL),
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (user, place) = match rest.rsplit_once('@') {
        Some((user, place)) => (Some(user), place),
        None => (None, rest),
    };
    let (host, port) = place.rsplit_once(':').ok_or("its port is missing")?;
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let bare = bare.filter(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
    let odd = |c: char| !c.is_ascii_graphic() || "/:[]?#\\\"<>".contains(c);
    let host = match bare {
        Some(address) => address,
        None if host.is_empty() || host.contains(odd) => return Err(NO_URL),
        None => host,
    };
    let digits = port.bytes().all(|octet| octet.is_ascii_digit());
    let port = port.parse().ok().filter(|port| digits && *port > 0);
    let (username, password) = user.map(credentials).transpose()?.unwrap_or_default();
    Ok(Proxy {
        kind,
        host: host.to_owned(),
        port: port.ok_or("expected a port from 1 to 65535")?,
        username,
        password,
    })
}

/// User name and password of a URL, percent-decoded.
fn credentials(user: &str) -> Result<(Option<String>, Option<Secret>), &'static str> {
    let (name, password) = match user.split_once(':') {
        Some((name, password)) => (name, Some(password)),
        None => (user, None),
    };
    let name = String::from_utf8(decoded(name)?).map_err(|_| "its user name is not UTF-8")?;
    if name.is_empty() || name.contains([':', '\r', '\n', '\0']) {
        return Err("its user name cannot be one");
    }
    Ok((Some(name), password.map(decoded).transpose()?.map(Secret::new)))
}

/// RFC 3986 §2.1
fn decoded(text: &str) -> Result<Vec<u8>, &'static str> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        if octet != b'%' {
            octets.push(octet);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (Some(high), Some(low)) = (digit(), digit()) else {
            return Err("there is a % that is not followed by two hexadecimal digits");
        };
        octets.push((high << 4 | low) as u8);
    }
    Ok(octets)
}

/// An address of this machine.
pub fn source_address(text: &str) -> Result<IpAddr, &'static str> {
    text.parse().map_err(|_| "expected an IP address of this machine")
}

impl Item<'_> {
    pub(super) fn proxy(&self) -> Result<Value<Via>, ConfigError> {
        let Value { value, origin } = self.text()?;
        Ok(Value { value: via(&value).map_err(|complaint| self.error(complaint))?, origin })
    }

    pub(super) fn source_address(&self) -> Result<Value<IpAddr>, ConfigError> {
        let Value { value, origin } = self.text()?;
        let value = source_address(&value)
            .map_err(|complaint| self.error(format!("{complaint}, found {value:?}")))?;
        Ok(Value { value, origin })
    }
}

/// The road that the layers describe.
pub(super) fn road(merged: &Profile) -> Road {
    Road {
        family: merged.address_family.as_ref().map(|it| it.value).unwrap_or_default(),
        source: merged.source_address.as_ref().map(|it| it.value),
        via: merged.proxy.as_ref().map(|it| it.value.clone()).unwrap_or_default(),
    }
}

/// A Unix socket has neither port nor TLS nor a road; what was set for another host and is only
/// inherited means nothing there. An address of our own decides the family.
pub(super) fn check_road(
    layers: &[Profile],
    merged: &Profile,
    server: &Server,
) -> Result<(), ConfigError> {
    if server.socket().is_some() {
        let named_at = layers.iter().position(|layer| layer.host.is_some()).unwrap_or(0);
        return layers.iter().take(named_at + 1).try_for_each(check_nothing_for_a_socket);
    }
    let (family, source) = (server.road.family, server.road.source);
    match (source, &merged.source_address) {
        (Some(source), Some(value)) if !family.has(source) => {
            let message = format!(
                "{source} is of {}, and address_family = \"{}\"",
                AddressFamily::of(source),
                family.keyword()
            );
            Err(ConfigError::at(&value.origin, "source_address", message))
        }
        _ => Ok(()),
    }
}

fn check_nothing_for_a_socket(layer: &Profile) -> Result<(), ConfigError> {
    let tls = layer.tls.as_ref().filter(|tls| tls.value != Tls::Plaintext);
    let family = layer.address_family.as_ref().filter(|it| it.value != AddressFamily::Any);
    let proxy = layer.proxy.as_ref().filter(|via| via.value != Via::Direct);
    let set: [(&str, Option<&Origin>); 5] = [
        ("port", layer.port.as_ref().map(|port| &port.origin)),
        ("tls", tls.map(|tls| &tls.origin)),
        ("proxy", proxy.map(|via| &via.origin)),
        ("address_family", family.map(|it| &it.origin)),
        ("source_address", layer.source_address.as_ref().map(|it| &it.origin)),
    ];
    for (key, origin) in set {
        if let Some(origin) = origin {
            let message = "means nothing where the host is a Unix socket";
            return Err(ConfigError::at(origin, key, message));
        }
    }
    layer.check_no_trust_for(Tls::Plaintext)
}

#[cfg(test)]
mod tests;
