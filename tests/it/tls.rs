//! When TLS starts, and what happens where it does not: every mode against servers that do it,
//! refuse it, break it, or tamper with it.

mod certificate;
mod client;
mod hostile;
mod version;

use crate::support::{
    Authority, Cut, Identity, KeyKind, Leaf, Mailsend, Outcome, Proxy, ScriptServer,
};

const MAIL: &str = "C: MAIL FROM:<me@example.com>
    S: 250 ok
    C: RCPT TO:<a@example.net>
    S: 250 ok
    C: DATA
    S: 354 go on
    C-DATA
    S: 250 ok
    C: QUIT
    S: 221 bye";

const OFFERS: &str = "S: 220 hi
    C: EHLO *
    S: 250-mail
    S: 250-AUTH PLAIN
    S: 250 STARTTLS
    C: STARTTLS";

fn identity() -> (Authority, Identity) {
    let authority = Authority::new();
    let identity = authority.identity(Leaf::Good, KeyKind::P256);
    (authority, identity)
}

fn send(script: &str, identity: &Identity, flags: &[&str]) -> (ScriptServer, Outcome) {
    let server = ScriptServer::play_with(identity, script);
    let outcome = program(server.port(), flags).talks_to(server.dialogue()).run();
    (server, outcome)
}

fn program(port: u16, flags: &[&str]) -> Mailsend {
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", &port.to_string(), "-f", "me@example.com"])
        .args(["--body", "hello", "a@example.net", "--timeout-command", "20"])
        .args(flags)
        .env("SECRET", "wonder-land1")
}

/// Flags that trust this identity and nothing else.
fn pinned<'a>(pin: &'a str, tls: &'a str) -> Vec<&'a str> {
    vec!["--tls", tls, "--pin-sha256", pin]
}

#[test]
fn starttls_goes_on_inside_and_forgets_what_was_said_before() {
    let (_, identity) = identity();
    let (server, outcome) = send(
        &format!("{OFFERS}\nS: 220 go\nTLS\nC: EHLO *\nS: 250 mail\n{MAIL}"),
        &identity,
        &pinned(&identity.certificate_pin(), "starttls"),
    );
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn implicit_tls_starts_before_the_greeting() {
    let (_, identity) = identity();
    let (server, outcome) = send(
        &format!("TLS\nS: 220 hi\nC: EHLO *\nS: 250 mail\n{MAIL}"),
        &identity,
        &pinned(&identity.public_key_pin(), "implicit"),
    );
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn none_never_uses_starttls_even_where_it_is_offered() {
    let (_, identity) = identity();
    let offers = OFFERS.replace("C: STARTTLS", "");
    let (server, outcome) = send(&format!("{offers}\n{MAIL}"), &identity, &["--tls", "none"]);
    outcome.exit(0);
    server.finish();
}

#[test]
fn starttls_that_is_not_offered_is_76_and_nothing_is_sent() {
    let (_, identity) = identity();
    let (server, outcome) = send(
        "S: 220 hi
         C: EHLO *
         S: 250 mail
         C: QUIT
         S: 221 bye",
        &identity,
        &["--tls", "starttls"],
    );
    outcome.exit(76).stderr_is(
        "mailsend: 127.0.0.1: TLS is required, and the server does not offer STARTTLS
hint: try port = 465, tls = \"implicit\"
hint: the server is this machine, and no network lies between: tls = \"none\" loses nothing
",
    );
    server.finish();
}

#[test]
fn starttls_that_is_refused_is_told_and_never_replaced_by_the_clear() {
    let (_, identity) = identity();
    for (reply, exit) in [("454 4.7.0 not available", 75), ("502 5.5.1 no", 76)] {
        let script = format!("{OFFERS}\nS: {reply}\nC: QUIT\nS: 221 bye");
        let (server, outcome) = send(&script, &identity, &["--tls", "starttls"]);
        outcome.exit(exit).stderr_contains(&format!("the server refused STARTTLS: {reply}"));
        server.finish();
    }
}

#[test]
fn a_handshake_that_breaks_is_76_and_never_replaced_by_the_clear() {
    let (_, identity) = identity();
    for breaks in ["S: garbage, no TLS\nS-CLOSE", "S-CLOSE", "S-RESET"] {
        let script = format!("{OFFERS}\nS: 220 go\nC-OCTETS: 60\n{breaks}");
        let (server, outcome) = send(&script, &identity, &["--tls", "starttls"]);
        outcome.exit(76).stderr_contains("the TLS handshake failed: ");
        outcome.stderr_contains("hint: only on a network you trust: never use STARTTLS");
        server.finish();
    }
}

#[test]
fn a_certificate_that_is_not_trusted_is_77_and_can_be_pinned_as_shown() {
    let (_, identity) = identity();
    let script = format!("{OFFERS}\nS: 220 go\nTLS-REFUSED");
    let (server, outcome) = send(&script, &identity, &["--tls", "starttls"]);
    outcome.exit(77).stderr_contains("it is signed by an authority that is not trusted here");
    outcome.stderr_contains(&format!("pin_sha256 = [\"{}\"]", identity.certificate_pin()));
    outcome.stderr_contains("set ca_file = \"FILE.pem\"");
    server.finish();
}

#[test]
fn an_authority_in_ca_file_is_trusted() {
    let (authority, identity) = identity();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), authority.pem()).unwrap();
    let path = file.path().to_str().unwrap();
    let script = format!("{OFFERS}\nS: 220 go\nTLS\nC: EHLO *\nS: 250 mail\n{MAIL}");
    let (server, outcome) = send(&script, &identity, &["--tls", "starttls", "--ca-file", path]);
    outcome.exit(0);
    server.finish();
}

#[test]
fn what_stands_behind_the_reply_to_starttls_is_refused() {
    let (_, identity) = identity();
    let offers = OFFERS.trim_end();
    let injected = r#"S-RAW: "220 go\r\n250-mail\r\n250 AUTH PLAIN\r\n""#;
    let script = format!("{offers}\n{injected}\nC-EOF");
    let (server, outcome) =
        send(&script, &identity, &pinned(&identity.certificate_pin(), "starttls"));
    outcome.exit(76).stderr_contains("octets in the clear behind its reply to STARTTLS");
    server.finish();
}

#[test]
fn opportunistic_does_not_go_on_with_somebody_who_injects() {
    let (_, identity) = identity();
    let injected = r#"S-RAW: "220 go\r\n250-mail\r\n250 AUTH PLAIN\r\n""#;
    let script = format!("{OFFERS}\n{injected}\nC-EOF");
    let (server, outcome) = send(&script, &identity, &["--tls", "opportunistic"]);
    outcome.exit(76);
    server.finish();
}

#[test]
fn opportunistic_uses_tls_unverified_where_it_works() {
    let (_, identity) = identity();
    let (server, outcome) = send(
        &format!("{OFFERS}\nS: 220 go\nTLS\nC: EHLO *\nS: 250 mail\n{MAIL}"),
        &identity,
        &["--tls", "opportunistic"],
    );
    outcome.exit(0);
    server.finish();
}

#[test]
fn opportunistic_goes_on_in_the_clear_where_starttls_is_refused() {
    let (_, identity) = identity();
    let (server, outcome) =
        send(&format!("{OFFERS}\nS: 454 not now\n{MAIL}"), &identity, &["--tls", "opportunistic"]);
    outcome.exit(0);
    server.finish();
}

#[test]
fn opportunistic_connects_again_where_the_handshake_breaks() {
    let (_, identity) = identity();
    let offers = OFFERS.replace("C: STARTTLS", "");
    let (server, outcome) = send(
        &format!(
            "{OFFERS}\nS: 220 go\nC-OCTETS: 60\nS: garbage\nS-CLOSE\n--- connection\n{offers}\n{MAIL}"
        ),
        &identity,
        &["--tls", "opportunistic"],
    );
    outcome.exit(0);
    server.finish();
}

#[test]
fn a_password_is_not_safe_under_opportunistic() {
    // Nothing is connected to, so any port will do.
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", "9", "--tls", "opportunistic"])
        .args(["--username", "alice", "--password-env", "SECRET", "-f", "me@example.com"])
        .args(["--auth", "plain", "--body", "hello", "a@example.net"])
        .env("SECRET", "wonder-land1")
        .run()
        .exit(78)
        .stderr_contains("would cross the network unprotected: tls = \"opportunistic\"");
}

#[test]
fn implicit_tls_to_a_port_that_speaks_in_the_clear_names_the_other_mode() {
    let (_, identity) = identity();
    let (server, outcome) = send("S: 220 hi\nS-CLOSE", &identity, &["--tls", "implicit"]);
    outcome.exit(76).stderr_is(
        "mailsend: 127.0.0.1: the TLS handshake failed: the server speaks in the clear where TLS \
         was expected
hint: set tls = \"starttls\"; implicit TLS is usually on port 465
",
    );
    drop(server);
}

#[test]
fn auth_is_offered_inside_and_used_inside() {
    let (_, identity) = identity();
    let mut flags = pinned("", "starttls");
    let pin = identity.certificate_pin();
    flags[3] = &pin;
    flags.extend(["--username", "alice", "--password-env", "SECRET"]);
    let (server, outcome) = send(
        &format!(
            "{OFFERS}\nS: 220 go\nTLS\nC: EHLO *\nS: 250-mail\nS: 250 AUTH PLAIN
             C: AUTH PLAIN AGFsaWNlAHdvbmRlci1sYW5kMQ==\nS: 235 ok\n{MAIL}"
        ),
        &identity,
        &flags,
    );
    outcome.exit(0);
    server.finish();
}

/// EHLO, STARTTLS, ClientHello, Finished with EHLO, AUTH, the envelope, the message with QUIT.
#[test]
fn starttls_with_auth_and_pipelining_takes_seven_flights() {
    let (_, identity) = identity();
    let pin = identity.certificate_pin();
    let mut flags = pinned(&pin, "starttls");
    flags.extend(["--username", "alice", "--password-env", "SECRET", "--json"]);
    let server = ScriptServer::play_with(
        &identity,
        &format!(
            "{OFFERS}\nS: 220 go\nTLS\nC: EHLO *\nS: 250-mail\nS: 250-AUTH PLAIN\nS: 250 PIPELINING
             C: AUTH PLAIN AGFsaWNlAHdvbmRlci1sYW5kMQ==
             S: 235 ok
             C: MAIL FROM:<me@example.com>
             C: RCPT TO:<a@example.net>
             C: DATA
             S: 250 ok
             S: 250 ok
             S: 354 go on
             C-DATA
             C: QUIT
             S: 250 ok
             S: 221 bye"
        ),
    );
    let mut proxy = Proxy::to(server.address(), Cut::default());
    let outcome = program(proxy.port(), &flags).talks_to(server.dialogue()).run();
    assert_eq!(outcome.exit(0).json()["flights"], 7, "counted by the wire");
    assert_eq!(proxy.ended().flights, 7, "counted on the network");
    server.finish();
}

/// EHLO, STARTTLS, ClientHello, Finished with EHLO, AUTH, everything else; in TLS 1.2 Finished is
/// answered before EHLO.
#[test]
fn with_chunking_it_takes_six_and_in_tls_1_2_one_more() {
    let (_, identity) = identity();
    let pin = identity.certificate_pin();
    let mut flags = pinned(&pin, "starttls");
    flags.extend(["--username", "alice", "--password-env", "SECRET", "--json"]);
    let mail = "C: EHLO *
        S: 250-mail
        S: 250-AUTH PLAIN
        S: 250-PIPELINING
        S: 250 CHUNKING
        C: AUTH PLAIN AGFsaWNlAHdvbmRlci1sYW5kMQ==
        S: 235 ok
        C: MAIL FROM:<me@example.com>
        C: RCPT TO:<a@example.net>
        C-BDAT
        C: QUIT
        S: 250 ok
        S: 250 ok
        S: 250 ok
        S: 221 bye";
    const TLS12: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];
    for (identity, expected) in [(identity.clone(), 6), (identity.speaking(TLS12), 7)] {
        let script = format!("{OFFERS}\nS: 220 go\nTLS\n{mail}");
        let server = ScriptServer::play_with(&identity, &script);
        let mut proxy = Proxy::to(server.address(), Cut::default());
        let outcome = program(proxy.port(), &flags).talks_to(server.dialogue()).run();
        assert_eq!(outcome.exit(0).json()["flights"], expected, "counted by the wire");
        assert_eq!(proxy.ended().flights, expected, "counted on the network");
        server.finish();
    }
}

#[test]
fn auth_that_is_lost_inside_tls_names_the_way_out() {
    let (_, identity) = identity();
    let pin = identity.certificate_pin();
    let mut flags = pinned(&pin, "starttls");
    flags.extend(["--username", "alice", "--password-env", "SECRET"]);
    let script = format!("{OFFERS}\nS: 220 go\nTLS\nC: EHLO *\nS: 250 mail\nC: QUIT\nS: 221 bye");
    let (server, outcome) = send(&script, &identity, &flags);
    outcome.exit(77).stderr_contains(
        "mailsend: 127.0.0.1: there is a user name, and the server offers AUTH only outside TLS\n\
         hint: only on a network you trust: tls = \"none\" and danger_cleartext_auth = true\n",
    );
    server.finish();
}
