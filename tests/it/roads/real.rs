//! Real servers on the road, which `tests/run` starts: Dovecot's LMTP, a SOCKS5 and HTTP proxies.

use std::path::PathBuf;

use super::{TAKES_ONE, mail_to, takes_one};
use crate::support::{Mailsend, RealServer, ScriptServer};

/// A recipient that no earlier run had.
fn recipient(name: &str) -> String {
    format!("{name}@run-{}.test", std::process::id())
}

/// Whether the log says so: the mail itself does not name one recipient among several.
fn is_saved(server: &RealServer, recipient: &str) -> bool {
    server.refusals_after(0, &["saved mail to INBOX"], recipient) == 1
}

fn to_store(server: &RealServer, profile: &str) -> Mailsend {
    let socket = PathBuf::from(server.setting("MAILDIR")).join("lmtp");
    let profile = profile
        .replace("SOCKET", &socket.display().to_string())
        .replace("PORT", server.setting("LMTP"))
        .replace("CA_FILE", server.setting("CA"));
    Mailsend::new().config(&format!("[profiles.store]\nprotocol = 'lmtp'\n{profile}\n")).args([
        "-p",
        "store",
        "-f",
        "me@example.com",
        "-s",
        "hi",
        "--body",
        "hello there",
    ])
}

#[test]
fn dovecot_takes_mail_by_a_unix_socket() {
    let Some(server) = RealServer::lmtp() else { return };
    let (one, two) = (recipient("one"), recipient("two"));
    to_store(&server, "host = 'SOCKET'").args([&one, &two]).run().exit(0).silent();
    for recipient in [one, two] {
        assert!(is_saved(&server, &recipient));
    }
}

#[test]
fn dovecot_refuses_for_one_after_the_data_and_takes_it_for_the_other() {
    let Some(server) = RealServer::lmtp() else { return };
    let good = recipient("good");
    to_store(&server, "host = 'unix:SOCKET'")
        .args(["full@example.test", &good])
        .run()
        .exit(67)
        .stderr_contains("1 of 2 recipients not accepted")
        .stderr_contains("full@example.test: rejected at the end of the data: 552 5.2.2");
    assert!(is_saved(&server, &good));
}

#[test]
fn dovecot_takes_mail_by_lmtp_inside_tls() {
    let Some(server) = RealServer::lmtp() else { return };
    let one = recipient("by-tls");
    to_store(&server, "host = 'localhost'\nport = PORT\nca_file = 'CA_FILE'")
        .args(["-4", &one])
        .run()
        .exit(0)
        .silent();
    let mail = String::from_utf8(server.delivered_to(&one)).unwrap();
    assert!(mail.contains("hello there"), "{mail}");
}

#[test]
fn the_doctor_examines_a_store_at_its_own_port() {
    let Some(server) = RealServer::lmtp() else { return };
    let port = server.setting("LMTP");
    let profile = format!(
        "[profiles.store]\nhost = 'localhost'\nport = {port}\nprotocol = 'lmtp'\n\
         address_family = 'ipv4'\nca_file = '{}'\nfrom = 'me@example.com'\n",
        server.setting("CA")
    );
    Mailsend::new()
        .config(&profile)
        .args(["doctor", "store"])
        .run()
        .exit(0)
        .stdout_contains("The profile store works as it stands.");
}

/// The name is known to the proxies alone.
fn through(proxy: &str, port: u16) -> Mailsend {
    mail_to("mail.behind.test", port).args(["--proxy", proxy, "a@example.net"])
}

fn url(server: &RealServer, scheme: &str, login: &str, port: &str) -> String {
    format!("{scheme}://{login}127.0.0.1:{}", server.setting(port))
}

#[test]
fn mail_goes_through_real_proxies() {
    let Some(proxies) = RealServer::proxies() else { return };
    for (scheme, port) in [("socks5", "SOCKS"), ("http", "HTTP")] {
        let server = ScriptServer::play(TAKES_ONE);
        through(&url(&proxies, scheme, "", port), server.port()).run().exit(0).silent();
        server.finish();
    }
}

#[test]
fn real_proxies_take_the_password_of_the_environment_and_no_other() {
    let Some(proxies) = RealServer::proxies() else { return };
    for (scheme, port) in [("socks5", "SOCKS_LOGIN"), ("http", "HTTP_LOGIN")] {
        let server = takes_one();
        let with = |login| {
            through("env", server.port()).env("ALL_PROXY", url(&proxies, scheme, login, port)).run()
        };
        with("").exit(77).stderr_contains("lets nobody in");
        with("alice:wrong@").exit(77).stderr_contains("lets nobody in").lacks("wrong");
        with("alice:wonder-land1@").exit(0).silent();
        server.finish();
    }
}

#[test]
fn a_real_proxy_tells_what_it_cannot_do() {
    let Some(proxies) = RealServer::proxies() else { return };
    for (scheme, port, exit) in [("socks5", "SOCKS", 75), ("http", "HTTP", 75)] {
        through(&url(&proxies, scheme, "", port), 9)
            .run()
            .exit(exit)
            .stderr_contains("cannot connect to the server: ");
    }
    through(&url(&proxies, "http", "", "HTTP_FILTERED"), 9)
        .run()
        .exit(69)
        .stderr_contains(" refused the way: 403 ");
}

#[test]
fn the_doctor_looks_through_the_proxy() {
    let Some(proxies) = RealServer::proxies() else { return };
    let sandbox = crate::support::sandbox("open", "");
    let address = sandbox.address();
    let proxy = url(&proxies, "socks5", "", "SOCKS");
    let port = address.port();
    let profile = format!(
        "[profiles.far]\nhost = 'mail.behind.test'\nport = {port}\nproxy = '{proxy}'\n\
         tls = 'none'\nfrom = 'me@example.com'\n"
    );
    let outcome = Mailsend::new().config(&profile).args(["doctor", "far"]).run();
    outcome.stdout_contains(&format!("mail.behind.test through the proxy {proxy}"));
}
