//! Proxies that follow a script: what is said to them, and what becomes of what they say.

use super::{TAKES_ONE, mail_to, takes_one};
use crate::support::{Mailsend, Outcome, ScriptServer};

const TARGET: &str = "mail.example.test";
/// So long is the request for it.
const SOCKS_GREETED: &str = "C-OCTETS: 3\nS-RAW: \"\\x05\\x00\"\nC-OCTETS: 24\n";
const SOCKS_DONE: &str = "S-RAW: \"\\x05\\x00\\x00\\x01\\x7f\\x00\\x00\\x01\\x00\\x01\"\n";

fn through(scheme: &str, server: &ScriptServer) -> Mailsend {
    let proxy = format!("{scheme}://127.0.0.1:{}", server.port());
    mail_to(TARGET, 2525).args(["--proxy", &proxy, "a@example.net"]).talks_to(server.dialogue())
}

fn fails(scheme: &str, script: &str) -> (Outcome, String) {
    let server = ScriptServer::play(script);
    let outcome = through(scheme, &server).run();
    let proxy = format!("the proxy {scheme}://127.0.0.1:{}", server.port());
    server.finish();
    (outcome, proxy)
}

#[test]
fn socks_is_given_the_name() {
    let server = ScriptServer::play(&format!("{SOCKS_GREETED}{SOCKS_DONE}{TAKES_ONE}"));
    through("socks5", &server).run().exit(0).silent();
    let octets = server.finish().messages();
    assert_eq!(octets[0], [5, 1, 0]);
    assert_eq!(octets[1], b"\x05\x01\x00\x03\x11mail.example.test\x09\xdd");
}

#[test]
fn http_is_asked_for_a_tunnel_and_the_greeting_may_follow_at_once() {
    let head = format!("C: CONNECT {TARGET}:2525 HTTP/1.1\nC: Host: {TARGET}:2525\nC: \n");
    let whole =
        "S-RAW: \"HTTP/1.1 200 Connection established\\r\\nVia: x\\r\\n\\r\\n220 hi\\r\\n\"\n";
    let script = format!("{head}{whole}{}", TAKES_ONE.replacen("S: 220 hi\n", "", 1));
    let server = ScriptServer::play(&script);
    through("http", &server).run().exit(0).silent();
    server.finish();
}

#[test]
fn what_socks_says_is_told() {
    for (answer, exit, said) in [
        ("\\x05\\x02\\x00\\x01", 69, " refused the way: its rules do not allow it\n"),
        ("\\x05\\x05\\x00\\x01", 75, " cannot connect to the server: connection refused\n"),
        ("\\x05\\x04\\x00\\x01", 75, ": the host is unreachable, or its name not known\n"),
        ("HTTP", 76, " broke its protocol: what it says is not SOCKS5\n"),
    ] {
        let script = format!("{SOCKS_GREETED}S-RAW: \"{answer}\"\nC-EOF");
        let (outcome, proxy) = fails("socks5", &script);
        outcome.exit(exit).stderr_contains(&proxy).stderr_contains(said);
    }
    let (outcome, proxy) = fails("socks5", "C-OCTETS: 3\nS-RAW: \"\\x05\\xff\"\nC-EOF");
    outcome.exit(77).stderr_contains(&format!("{proxy} lets nobody in: it wants a login\n"));
}

#[test]
fn what_http_says_is_told() {
    let asked = "C: CONNECT *\nC: Host: *\nC: \n";
    for (answer, exit, said) in [
        ("HTTP/1.1 403 Filtered", 69, " refused the way: 403 Filtered\n"),
        ("HTTP/1.1 502 Bad Gateway", 75, " cannot connect to the server: 502 Bad Gateway\n"),
        ("HTTP/1.0 407 Login first", 77, " lets nobody in: 407 Login first\n"),
    ] {
        let script = format!("{asked}S-RAW: \"{answer}\\r\\n\\r\\n\"\nC-EOF");
        let (outcome, proxy) = fails("http", &script);
        outcome.exit(exit).stderr_contains(&proxy).stderr_contains(said);
    }
    // What is left unread would reset the connection.
    let (outcome, _) = fails("http", &format!("{asked}S-RAW: \"2\"\nC-EOF"));
    outcome.exit(76).stderr_contains(" broke its protocol: what it says is not HTTP\n");
    let (outcome, _) = fails("http", &format!("{asked}S-CLOSE"));
    outcome.exit(76).stderr_contains("broke its protocol: it closed the connection\n");
}

#[test]
fn a_proxy_that_is_silent_is_left_in_time_and_named() {
    let server = ScriptServer::play("C-OCTETS: 3\nC-EOF");
    through("socks5", &server).args(["--connect-timeout", "1"]).run().exit(75).stderr_contains(
        &format!(
            "no answer within 1 s (connecting through the proxy socks5://127.0.0.1:{})\n",
            server.port()
        ),
    );
    server.finish();
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    mail_to(TARGET, 2525)
        .args(["--proxy", "socks5://127.0.0.1:9", "a@example.net"])
        .run()
        .exit(75)
        .stderr_contains("cannot connect to the proxy socks5://127.0.0.1:9: 127.0.0.1: connection")
        .stderr_contains("hint: check proxy");
    mail_to(TARGET, 2525)
        .args(["--proxy", "http://proxy.invalid:8080", "a@example.net"])
        .run()
        .stderr_contains("the proxy http://proxy.invalid:8080");
}

#[test]
fn this_machine_is_never_reached_through_a_proxy() {
    for host in ["127.0.0.1", "localhost"] {
        let server = takes_one();
        mail_to(host, server.port())
            .args(["-4", "--proxy", "socks5://127.0.0.1:9", "a@example.net"])
            .run()
            .exit(0)
            .silent();
        server.finish();
    }
}

#[test]
fn the_environment_is_asked_only_where_that_is_said() {
    let login = "me:p%40ss";
    let head = format!(
        "C: CONNECT {TARGET}:2525 HTTP/1.1\nC: Host: {TARGET}:2525\n\
         C: Proxy-Authorization: Basic bWU6cEBzcw==\nC: \n\
         S-RAW: \"HTTP/1.1 200 ok\\r\\n\\r\\n\"\n{TAKES_ONE}"
    );
    let server = ScriptServer::play(&head);
    let url = format!("http://{login}@127.0.0.1:{}", server.port());
    // The name cannot be found without the proxy, which the environment alone does not bring in.
    mail_to(TARGET, 2525)
        .env("ALL_PROXY", &url)
        .env("HTTPS_PROXY", &url)
        .args(["--connect-timeout", "5", "a@example.net"])
        .run()
        .lacks("proxy");
    mail_to(TARGET, 2525)
        .env("ALL_PROXY", &url)
        .args(["--proxy", "env", "-vv", "a@example.net"])
        .run()
        .exit(0)
        .lacks("p@ss")
        .lacks("p%40ss")
        .lacks("bWU6cEBzcw");
    mail_to(TARGET, 2525)
        .env("ALL_PROXY", &url)
        .env("NO_PROXY", "example.test")
        .args(["--proxy", "env", "--connect-timeout", "5", "a@example.net"])
        .run()
        .lacks("proxy");
    server.finish();
}

#[test]
fn a_password_belongs_in_the_environment() {
    mail_to(TARGET, 2525)
        .args(["--proxy", "http://me:hunter2@127.0.0.1:9", "a@example.net"])
        .run()
        .exit(64)
        .stderr_contains("--proxy: a password does not belong here")
        .lacks("hunter2");
    Mailsend::new()
        .config("[profiles.a]\nhost = 'h'\nproxy = 'http://me:hunter2@127.0.0.1:9'\n")
        .args(["-f", "me@example.com", "-s", "hi", "--body", "x", "a@example.net"])
        .run()
        .exit(78)
        .stderr_contains("proxy: a password does not belong here")
        .lacks("hunter2");
}
