//! From a mail address to the servers that may submit its mail: the known providers, what the DNS
//! says (RFC 6186, RFC 8314 §5.1), and the usual names.
//!
//! A name server that does not answer is told, and the usual names are tried all the same.

use std::time::Instant;

use crate::config::Provider;
use crate::dns::{Resolver, Services};
use crate::model::Address;

/// The services of submission, the better first.
const SERVICES: [&str; 2] = ["_submissions._tcp", "_submission._tcp"];
/// What submission servers are called.
const USUAL_NAMES: [&str; 2] = ["smtp", "mail"];
/// More targets than these are not looked at.
const MOST_TARGETS: usize = 4;

/// A server that may submit the mail of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The host.
    pub host: String,
    /// The TCP port, if it is said.
    pub port: Option<u16>,
    /// The provider whose row it is.
    pub provider: Option<&'static str>,
    /// Why it may be the one, as people read it.
    pub why: String,
    /// Nobody says so: it is only what such servers are often called.
    pub guessed: bool,
    /// It belongs to the address's own domain or to a known provider. A password goes to no other
    /// unless the person says that it is right (RFC 6186 §6).
    pub trusted: bool,
}

/// What was found for an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leads {
    /// Where to look, the best first.
    pub leads: Vec<Lead>,
    /// What went wrong with looking.
    pub troubles: Vec<String>,
}

/// Where the mail of this address may be submitted; the DNS is asked until then.
pub fn leads(address: &Address, resolver: &Resolver, until: Instant) -> Leads {
    let domain = address.domain();
    let mut found = Leads::default();
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let host = literal.strip_prefix("IPv6:").unwrap_or(literal).to_owned();
        found.add(host, None, "the address says it".to_owned(), true);
        return found;
    }
    if let Some(provider) = Provider::of_domain(domain) {
        found.add_provider(provider, format!("{domain} is {}", provider.description));
        return found;
    }
    found.by_services(domain, resolver, until);
    if !found.leads.is_empty() {
        return found;
    }
    let exchanges = match resolver.exchanges(domain, until) {
        Ok(exchanges) => exchanges,
        Err(error) => {
            found.trouble(error.to_string());
            Vec::new()
        }
    };
    for exchange in &exchanges {
        if let Some(provider) = Provider::of_exchange(exchange) {
            let what = provider.description;
            found.add_provider(provider, format!("{domain} has its mail at {exchange}, {what}"));
            return found;
        }
    }
    for name in USUAL_NAMES {
        found.add(format!("{name}.{domain}"), None, "the usual name".to_owned(), true);
    }
    for exchange in exchanges.into_iter().filter(|host| is_below(host, domain)).take(1) {
        found.add(exchange, None, format!("it takes the mail for {domain}"), true);
    }
    found.add(domain.to_owned(), None, "the domain itself".to_owned(), true);
    found.leads.iter_mut().for_each(|lead| lead.guessed = true);
    found
}

impl Leads {
    fn by_services(&mut self, domain: &str, resolver: &Resolver, until: Instant) {
        for service in SERVICES {
            let name = format!("{service}.{domain}");
            match resolver.services(&name, until) {
                Ok(Services::Offered(targets)) => {
                    for target in targets.into_iter().take(MOST_TARGETS) {
                        let host = target.target;
                        let known = is_below(&host, domain) || Provider::at(&host).is_some();
                        self.add(host, Some(target.port), format!("{name} in the DNS"), known);
                    }
                }
                Ok(Services::NotAvailable) => {
                    self.trouble(format!("{name} in the DNS says that there is no such service"));
                }
                Ok(Services::Unstated) => {}
                Err(error) => self.trouble(error.to_string()),
            }
        }
    }

    fn add(&mut self, host: String, port: Option<u16>, why: String, trusted: bool) {
        let there = |lead: &Lead| lead.host == host && lead.port == port;
        if !self.leads.iter().any(there) {
            let guessed = false;
            self.leads.push(Lead { host, port, provider: None, why, guessed, trusted });
        }
    }

    fn add_provider(&mut self, provider: &'static Provider, why: String) {
        let server = provider.access.server();
        let host = server.host.unwrap_or(server.example).to_owned();
        let (port, provider) = (Some(server.port), Some(provider.name));
        self.leads.push(Lead { host, port, provider, why, guessed: false, trusted: true });
    }

    fn trouble(&mut self, text: String) {
        if !self.troubles.contains(&text) {
            self.troubles.push(text);
        }
    }
}

/// Whether a host is in a domain, or is it.
fn is_below(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    host.strip_suffix(&domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, UdpSocket};
    use std::time::Duration;

    use super::*;

    /// A resolver whose only server never answers.
    fn deaf() -> (UdpSocket, Resolver) {
        let socket = UdpSocket::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let resolver = Resolver::new(vec![socket.local_addr().unwrap()], Duration::from_millis(10));
        (socket, resolver)
    }

    fn hosts(address: &str) -> (Vec<String>, Vec<String>) {
        let (_socket, resolver) = deaf();
        let address = Address::parse(address).unwrap();
        let until = Instant::now() + Duration::from_secs(5);
        let Leads { leads, troubles } = leads(&address, &resolver, until);
        assert!(leads.iter().all(|lead| lead.trusted));
        (leads.into_iter().map(|lead| lead.host).collect(), troubles)
    }

    #[test]
    fn the_domain_of_a_provider_needs_no_dns() {
        assert_eq!(hosts("12345678@qq.com"), (vec!["smtp.qq.com".to_owned()], Vec::new()));
        assert_eq!(hosts("me@gmail.com").0, ["smtp.gmail.com"]);
    }

    #[test]
    fn without_an_answer_the_usual_names_are_left() {
        let (hosts, troubles) = hosts("me@corp.example");
        assert_eq!(hosts, ["smtp.corp.example", "mail.corp.example", "corp.example"]);
        assert_eq!(troubles.len(), 1, "{troubles:?}");
    }

    #[test]
    fn an_address_of_a_host_is_a_host() {
        assert_eq!(hosts("me@[192.0.2.1]").0, ["192.0.2.1"]);
        assert_eq!(hosts("me@[IPv6:2001:db8::1]").0, ["2001:db8::1"]);
    }

    #[test]
    fn a_domain_ends_at_a_dot() {
        assert!(is_below("mail.corp.example", "corp.example"));
        assert!(is_below("corp.example", "Corp.example"));
        assert!(!is_below("evilcorp.example", "corp.example"));
        assert!(!is_below("corp.example.evil.test", "corp.example"));
    }
}
