//! How to get to the server: the flags for the proxy, the family of addresses and the address of our
//! own, under the words of the configuration, and what the environment says of a proxy when it is
//! asked.

use std::net::IpAddr;

use zeroize::Zeroizing;

use super::Refusal;
use super::context::{Context, EnvironmentProxy};
use super::settings::given;
use crate::config::{self, Profile};
use crate::model::{AddressFamily, Exit, Protocol, Server, Via};

/// The road as typed.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct RoadArgs {
    /// Speak this with the server: smtp or lmtp
    ///
    /// LMTP hands mail to a store, usually by a Unix socket, and answers for every recipient.
    #[arg(long, value_name = "WORD", hide_short_help = true, value_parser = protocol)]
    protocol: Option<Protocol>,
    /// Connect through this proxy: socks5://HOST:PORT, http://HOST:PORT, env or none
    ///
    /// The proxy looks the server's name up. With env it is the one that ALL_PROXY or HTTPS_PROXY
    /// names in the environment, which nobody asks otherwise. This machine is always connected to
    /// directly.
    #[arg(long, value_name = "URL", hide_short_help = true, value_parser = config::via)]
    proxy: Option<Via>,
    /// Connect by IPv4 alone
    #[arg(short = '4', long, hide_short_help = true, conflicts_with = "ipv6")]
    ipv4: bool,
    /// Connect by IPv6 alone
    #[arg(short = '6', long, hide_short_help = true)]
    ipv6: bool,
    /// Connect from this address of this machine
    #[arg(long, value_name = "ADDRESS", hide_short_help = true,
          value_parser = config::source_address)]
    source_address: Option<IpAddr>,
}

impl RoadArgs {
    /// Puts the flags into the nearest layer of settings.
    pub(super) fn upon(&self, layer: Profile) -> Profile {
        let family = match (self.ipv4, self.ipv6) {
            (true, _) => given("-4", Some(AddressFamily::Ipv4)),
            (_, true) => given("-6", Some(AddressFamily::Ipv6)),
            _ => None,
        };
        Profile {
            protocol: given("--protocol", self.protocol),
            proxy: given("--proxy", self.proxy.clone()),
            address_family: family,
            source_address: given("--source-address", self.source_address),
            ..layer
        }
    }
}

fn protocol(word: &str) -> Result<Protocol, &'static str> {
    let found = Protocol::ALL.into_iter().find(|protocol| protocol.keyword() == word);
    found.ok_or("expected smtp or lmtp")
}

/// Puts the environment's proxy in where the settings ask for it; a server that it makes an
/// exception for is reached directly, and so are all where it names no proxy.
pub(super) fn ask_environment(server: &mut Server, context: &Context) -> Result<(), Refusal> {
    if server.road.via == Via::Environment {
        server.road.via = in_environment(&context.environment.proxy, &server.host, server.port)?;
    }
    Ok(())
}

fn in_environment(proxy: &EnvironmentProxy, host: &str, port: u16) -> Result<Via, Refusal> {
    let Some((variable, url)) = &proxy.url else { return Ok(Via::Direct) };
    if proxy.exceptions.as_deref().is_some_and(|list| excepts(list, host, port)) {
        return Ok(Via::Direct);
    }
    let text = String::from_utf8_lossy(url.expose());
    // Without a scheme it is what most programs take it for.
    let url = Zeroizing::new(match text.contains("://") {
        true => text.into_owned(),
        false => format!("http://{text}"),
    });
    config::proxy_at(&url).map(Via::Proxy).map_err(|complaint| {
        Refusal::new(Exit::CONFIG, format!("proxy = \"env\": {variable}: {complaint}"))
    })
}

/// Whether a list as in NO_PROXY has a host: names with all that is below them, addresses, `*`.
fn excepts(list: &str, host: &str, port: u16) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    list.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.to_ascii_lowercase();
        if entry == "*" || entry.trim_matches(['[', ']']) == host {
            return true;
        }
        let (name, only) = match entry.rsplit_once(':') {
            Some((name, number)) if !name.contains(':') => (name, number.parse().ok()),
            _ => (entry.as_str(), None),
        };
        let name = name.trim_start_matches("*.").trim_start_matches('.').trim_end_matches('.');
        let below =
            host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        !name.is_empty() && below && only.is_none_or(|only: u16| only == port)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    #[test]
    fn an_exception_is_a_domain_with_all_below_it() {
        for (list, host, expected) in [
            ("example.com", "example.com", true),
            ("example.com", "smtp.Example.com.", true),
            (".example.com", "smtp.example.com", true),
            ("*.example.com", "smtp.example.com", true),
            ("example.com", "notexample.com", false),
            ("a.b, example.com:587", "smtp.example.com", true),
            ("example.com:25", "smtp.example.com", false),
            ("10.0.0.1,::1", "10.0.0.1", true),
            ("[2001:db8::1]", "2001:db8::1", true),
            ("*", "anything", true),
            ("", "anything", false),
            (" , .", "anything", false),
        ] {
            assert_eq!(excepts(list, host, 587), expected, "{list} {host}");
        }
    }

    #[test]
    fn the_environment_names_it_with_its_password_and_a_fault_does_not_show_it() {
        let of = |url: &str| {
            let proxy = EnvironmentProxy {
                url: Some(("ALL_PROXY", Secret::new(url))),
                exceptions: Some("corp.example".to_owned()),
            };
            in_environment(&proxy, "smtp.example.com", 587).map_err(|refusal| refusal.to_string())
        };
        assert_eq!(of("http://me:pw@p:1").unwrap().to_string(), "http://me@p:1");
        assert_eq!(of("p:1").unwrap().to_string(), "http://p:1");
        assert_eq!(
            of("socks4://me:hunter2@p:1").unwrap_err(),
            "proxy = \"env\": ALL_PROXY: of SOCKS only version 5 is supported"
        );
        let none = EnvironmentProxy::default();
        assert_eq!(in_environment(&none, "h", 1).unwrap(), Via::Direct);
    }
}
