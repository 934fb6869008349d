//! The resolver against a real one, which `tests/run` starts: `tests/servers/unbound.sh` has the
//! records.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use mailsend::dns::{LookupError, Resolver, Services};

use crate::support::RealServer;

fn address(unbound: &RealServer) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, unbound.setting("RESOLVER").parse().unwrap()).into()
}

fn resolver(unbound: &RealServer) -> Resolver {
    Resolver::new(vec![address(unbound)], Duration::from_secs(5))
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// Each as `PRIORITY WEIGHT PORT TARGET`.
fn services(unbound: &RealServer, name: &str) -> Vec<String> {
    match resolver(unbound).services(name, soon()).unwrap() {
        Services::Offered(services) => services
            .iter()
            .map(|s| format!("{} {} {} {}", s.priority, s.weight, s.port, s.target))
            .collect(),
        nothing => panic!("{nothing:?}"),
    }
}

fn exchanges(unbound: &RealServer, domain: &str) -> Vec<String> {
    resolver(unbound).exchanges(domain, soon()).unwrap()
}

/// What an error says, without the server's address.
fn error(unbound: &RealServer, domain: &str) -> String {
    let error = resolver(unbound).exchanges(domain, soon()).unwrap_err();
    error.to_string().replace(&address(unbound).to_string(), "SERVER")
}

const SERVICES: [&str; 3] = [
    "0 9 10465 heavy.elsewhere.test",
    "0 1 465 light.example.test",
    "10 0 465 second.example.test",
];

#[test]
fn services_come_in_their_order() {
    let Some(unbound) = RealServer::unbound() else { return };
    for name in ["_submissions._tcp.example.test", "_SUBMISSIONS._tcp.Example.TEST."] {
        assert_eq!(services(&unbound, name), SERVICES);
    }
}

#[test]
fn exchangers_come_in_their_order() {
    let Some(unbound) = RealServer::unbound() else { return };
    let expected = ["mx1.elsewhere.test", "backup.example.test"];
    assert_eq!(exchanges(&unbound, "example.test"), expected);
    assert_eq!(exchanges(&unbound, "Example.Test."), expected);
}

#[test]
fn aliases_are_followed() {
    let Some(unbound) = RealServer::unbound() else { return };
    assert_eq!(services(&unbound, "_submissions._tcp.alias.example.test"), SERVICES);
    let expected = ["mx1.elsewhere.test", "backup.example.test"];
    assert_eq!(exchanges(&unbound, "alias.example.test"), expected);
}

#[test]
fn more_than_a_datagram_holds_comes_whole() {
    let Some(unbound) = RealServer::unbound() else { return };
    let services = services(&unbound, "_many._tcp.example.test");
    assert_eq!(services.len(), 200);
    assert_eq!(services[199], "199 0 465 host-number-199.example.test");
}

#[test]
fn what_is_not_there_is_no_error() {
    let Some(unbound) = RealServer::unbound() else { return };
    let unstated = |name| resolver(&unbound).services(name, soon()).unwrap();
    assert_eq!(unstated("_submissions._tcp.nowhere.example.test"), Services::Unstated);
    assert_eq!(unstated("_imaps._tcp.example.test"), Services::Unstated);
    assert_eq!(unstated("_submission._tcp.example.test"), Services::NotAvailable);
    for domain in ["nowhere.example.test", "ns.example.test", "no-mail.example.test"] {
        assert_eq!(exchanges(&unbound, domain), Vec::<String>::new(), "{domain}");
    }
}

#[test]
fn what_is_no_host_is_left_out() {
    let Some(unbound) = RealServer::unbound() else { return };
    assert_eq!(exchanges(&unbound, "odd.example.test"), ["good.example.test"]);
}

#[test]
fn a_failure_is_told_by_its_name() {
    let Some(unbound) = RealServer::unbound() else { return };
    assert_eq!(error(&unbound, "dead.test"), "the name server SERVER answered SERVFAIL");
    assert_eq!(error(&unbound, "refused.test"), "the name server SERVER answered REFUSED");
}

#[test]
fn it_is_asked_after_one_that_does_not_answer() {
    let Some(unbound) = RealServer::unbound() else { return };
    let closed = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let deaf = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let servers = vec![closed, deaf.local_addr().unwrap(), address(&unbound)];
    let resolver = Resolver::new(servers, Duration::from_millis(500));
    let found = resolver.exchanges("example.test", soon()).unwrap();
    assert_eq!(found[0], "mx1.elsewhere.test");
    let late = Resolver::new(vec![deaf.local_addr().unwrap()], Duration::from_secs(60));
    let start = Instant::now();
    let error = late.exchanges("example.test", start + Duration::from_millis(300)).unwrap_err();
    assert!(matches!(error, LookupError::NoAnswer { .. }));
    assert!(start.elapsed() < Duration::from_secs(10));
}
