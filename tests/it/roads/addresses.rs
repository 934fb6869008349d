//! Which of a host's addresses is connected to, and from which of our own.

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::thread;
use std::time::{Duration, Instant};

use super::{TAKES_ONE, mail_to, takes_one};
use crate::support::{ScriptServer, inside};

/// A silent address has this time for itself (RFC 8305 §8).
const DELAY: Duration = Duration::from_millis(250);
/// Far less than what connecting may take.
const SOON: Duration = Duration::from_secs(10);

#[test]
fn a_silent_ipv6_address_costs_a_quarter_of_a_second() {
    let name = "roads::addresses::a_silent_ipv6_address_costs_a_quarter_of_a_second";
    let hosts = ["2001:db8::9 mail.test", "2001:db8::8 mail.test", "127.0.0.1 mail.test"];
    if !inside(name, &hosts) {
        return;
    }
    let server = takes_one();
    let start = Instant::now();
    mail_to("mail.test", server.port()).arg("a@example.net").run().exit(0).silent();
    let taken = start.elapsed();
    assert!(taken >= DELAY && taken < SOON, "{taken:?}");
    server.finish();
}

#[test]
fn a_silent_ipv4_address_costs_no_more() {
    let name = "roads::addresses::a_silent_ipv4_address_costs_no_more";
    if !inside(name, &["192.0.2.9 mail.test", "192.0.2.8 mail.test", "::1 mail.test"]) {
        return;
    }
    let server = ScriptServer::play_at(Ipv6Addr::LOCALHOST.into(), TAKES_ONE);
    let start = Instant::now();
    mail_to("mail.test", server.port()).arg("a@example.net").run().exit(0).silent();
    assert!(start.elapsed() < SOON);
    server.finish();
}

#[test]
fn only_the_family_that_is_wanted_is_tried() {
    let name = "roads::addresses::only_the_family_that_is_wanted_is_tried";
    if !inside(name, &["192.0.2.9 mail.test", "::1 mail.test"]) {
        return;
    }
    let server = ScriptServer::play_at(Ipv6Addr::LOCALHOST.into(), TAKES_ONE);
    mail_to("mail.test", server.port())
        .args(["-4", "--connect-timeout", "1", "a@example.net"])
        .run()
        .exit(75)
        .stderr_contains("mailsend: mail.test: no answer within 1 s (connecting)\n");
    mail_to("mail.test", server.port())
        .args(["--source-address", "192.0.2.1", "--connect-timeout", "1", "a@example.net"])
        .run()
        .exit(75)
        .stderr_contains("no answer within 1 s (connecting from 192.0.2.1)\n");
    mail_to("mail.test", server.port()).args(["-6", "a@example.net"]).run().exit(0).silent();
    server.finish();
}

#[test]
fn every_address_that_fails_is_told() {
    let name = "roads::addresses::every_address_that_fails_is_told";
    let hosts = ["::1 mail.test", "127.0.0.1 mail.test", "192.0.2.9 mail.test"];
    if !inside(name, &hosts) {
        return;
    }
    mail_to("mail.test", 9)
        .args(["--connect-timeout", "1", "a@example.net"])
        .run()
        .exit(75)
        .stderr_contains("::1: connection refused")
        .stderr_contains("127.0.0.1: connection refused")
        .stderr_contains("192.0.2.9: no answer");
}

#[test]
fn an_address_of_another_family_is_none() {
    for (flags, family) in [(&["-6"][..], "IPv6"), (&["--source-address", "::1"], "IPv6")] {
        mail_to("127.0.0.1", 9)
            .args(flags)
            .arg("a@example.net")
            .run()
            .exit(68)
            .stderr_contains(&format!(
                "mailsend: 127.0.0.1: the host has no {family} address, and no other is wanted\n"
            ))
            .stderr_contains("hint: leave out -4, -6, address_family and source_address");
    }
    mail_to("127.0.0.1", 9)
        .args(["-4", "-6", "a@example.net"])
        .run()
        .exit(64)
        .stderr_contains("--ipv4 does not go together with --ipv6");
    mail_to("127.0.0.1", 9)
        .args(["-6", "--source-address", "127.0.0.2", "a@example.net"])
        .run()
        .exit(64)
        .stderr_contains("127.0.0.2 is of IPv4, and address_family = \"ipv6\"");
}

#[test]
fn the_server_is_reached_from_the_address_that_is_set() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = thread::spawn(move || {
        let (mut stream, peer) = listener.accept().unwrap();
        write!(stream, "554 no\r\n").unwrap();
        peer.ip()
    });
    mail_to("127.0.0.1", port)
        .args(["--source-address", "127.0.0.2", "a@example.net"])
        .run()
        .exit(69);
    assert_eq!(seen.join().unwrap(), IpAddr::from([127, 0, 0, 2]));
}

#[test]
fn an_address_that_is_not_ours_is_named() {
    mail_to("127.0.0.1", 9)
        .args(["--source-address", "192.0.2.77", "a@example.net"])
        .run()
        .exit(75)
        .stderr_contains("127.0.0.1 from 192.0.2.77: this machine does not have that address\n")
        .stderr_contains("hint: check source_address")
        .lacks("no mail server runs");
    mail_to("127.0.0.1", 25)
        .args(["--source-address", "192.0.2.77", "a@example.net"])
        .run()
        .exit(75)
        .lacks("no mail server runs");
}
