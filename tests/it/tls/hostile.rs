//! TLS that stalls, breaks, floods or goes mad: each ends soon, with the status of how far it came.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use super::OFFERS;
use crate::support::{Authority, Identity, KeyKind, Leaf, Mailsend, Outcome, ScriptServer};

const TLS: &str = "S: 220 go\nTLS\nC: EHLO *\nS: 250 mail";
const ENVELOPE: &str = "C: MAIL FROM:<me@example.com>
    S: 250 ok
    C: RCPT TO:<a@example.net>
    S: 250 ok";

fn program(port: u16, identity: &Identity, flags: &[&str]) -> Mailsend {
    Mailsend::new()
        .args(["--host", "localhost", "--port", &port.to_string(), "-f", "me@example.com"])
        .args(["--body", "hello", "a@example.net", "--timeout-command", "20"])
        .args(["--pin-sha256", &identity.certificate_pin()])
        .args(flags)
}

fn session(script: &str, flags: &[&str]) -> Outcome {
    let identity = Authority::new().identity(Leaf::Good, KeyKind::P256);
    let server = ScriptServer::play_with(&identity, script);
    let outcome = program(server.port(), &identity, flags).talks_to(server.dialogue()).run();
    server.finish();
    outcome
}

/// A server that answers the ClientHello with these octets, once or until nobody takes them.
fn answers(octets: &[u8], times: usize, flags: &[&str]) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let octets = octets.to_vec();
    let serving = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        for _ in 0..times {
            if stream.write_all(&octets).is_err() {
                return;
            }
        }
        // Until the client has had enough.
        let _ = stream.read(&mut [0; 4096]);
    });
    let identity = Identity::self_signed(Leaf::Good, KeyKind::P256);
    let outcome = program(port, &identity, &["--tls", "implicit"]).args(flags).run();
    serving.join().unwrap();
    outcome
}

#[test]
fn a_handshake_that_stalls_ends_by_its_timeout() {
    // Part of a ServerHello, and no more.
    for octets in [&b""[..], b"\x16", b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"] {
        let started = Instant::now();
        let outcome = answers(octets, 1, &["--timeout-command", "1"]);
        outcome.exit(75).stderr_contains("no answer within 1 s (the TLS handshake)");
        assert!(started.elapsed() < Duration::from_secs(15));
    }
}

#[test]
fn a_handshake_that_is_truncated_is_76() {
    let script = r#"C-OCTETS: 60
        S-RAW: "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"
        S-CLOSE"#;
    let outcome = session(script, &["--tls", "implicit"]);
    outcome.exit(76).stderr_contains("the TLS handshake failed: the server closed the connection");
}

#[test]
fn floods_of_records_end_at_once() {
    let warning = b"\x15\x03\x03\x00\x02\x01\x5a";
    let change_cipher_spec = b"\x14\x03\x03\x00\x01\x01";
    let empty = b"\x16\x03\x03\x00\x00";
    let mut endless_message = b"\x16\x03\x03\x40\x00\x02\xff\xff\xff".to_vec();
    endless_message.resize(5 + 0x4000, 0);
    for octets in [&warning[..], change_cipher_spec, empty, &endless_message] {
        let started = Instant::now();
        answers(octets, 1_000_000, &[]).exit(76).stderr_contains("the TLS handshake failed: ");
        assert!(started.elapsed() < Duration::from_secs(15));
    }
}

#[test]
fn alerts_are_told_by_their_names() {
    answers(b"\x15\x03\x03\x00\x02\x02\x50", 1, &[])
        .exit(76)
        .stderr_contains("the TLS handshake failed: the server refused it (internal_error)\n");
    answers(b"\x15\x03\x03\x00\x02\x02\xfa", 1, &[])
        .exit(76)
        .stderr_contains("the server refused it (alert 250)\n");
    answers(b"\x15\x03\x03\x00\x02\x02\x70", 1, &[])
        .exit(76)
        .stderr_contains("the server does not know the name that we called it\n")
        .stderr_contains("or server_name where host must stay as it is\n");
}

#[test]
fn a_server_that_resets_after_its_answer_has_accepted_the_mail() {
    let script = format!(
        "{OFFERS}\n{TLS}\n{ENVELOPE}\nC: DATA\nS: 354 go on\nC-DATA\nS: 250 ok\nC: QUIT\nS-RESET"
    );
    session(&script, &[]).exit(0).silent();
}

#[test]
fn garbage_behind_the_answer_changes_nothing() {
    let script = format!(
        "{OFFERS}\n{TLS}\n{ENVELOPE}\nC: DATA\nS: 354 go on\nC-DATA\nS: 250 ok
         S-BENEATH: \"garbage\\r\\n\"\nS-CLOSE"
    );
    session(&script, &[]).exit(0);
}

#[test]
fn garbage_between_records_ends_the_session_by_how_far_it_came() {
    // No record, a record that cannot be decrypted, a reply in the clear.
    for garbage in [r"garbage\r\n", r"\x17\x03\x03\x00\x14aaaaaaaaaaaaaaaaaaaa", r"250 ok\r\n"] {
        let before = format!(
            "{OFFERS}\n{TLS}\nC: MAIL FROM:<me@example.com>\nS-BENEATH: \"{garbage}\"\nS-CLOSE"
        );
        session(&before, &[]).exit(76).stderr_contains("what came is no longer TLS");
        let behind = format!(
            "{OFFERS}\n{TLS}\n{ENVELOPE}\nC: DATA\nS: 354 go on\nC-DATA
             S-BENEATH: \"{garbage}\"\nS-CLOSE"
        );
        session(&behind, &[]).exit(79);
    }
}

#[test]
fn an_alert_in_the_middle_is_a_lost_connection() {
    // TLS 1.2 would encrypt it; a client that cannot tell ends there in any case.
    let alert = r#"S-BENEATH: "\x15\x03\x03\x00\x02\x02\x50""#;
    let script = format!("{OFFERS}\n{TLS}\nC: MAIL FROM:<me@example.com>\n{alert}\nS-CLOSE");
    let outcome = session(&script, &[]);
    assert!([75, 76].contains(&outcome.status()), "{}", outcome.stderr_text());
}

#[test]
fn tls_that_ends_without_saying_so_is_a_lost_connection_or_an_unknown_outcome() {
    let before = format!("{OFFERS}\n{TLS}\nC: MAIL FROM:<me@example.com>\nS-RESET");
    session(&before, &[]).exit(75);
    let behind = format!("{OFFERS}\n{TLS}\n{ENVELOPE}\nC: DATA\nS: 354 go on\nC-DATA\nS-RESET");
    session(&behind, &[]).exit(79);
}

/// The first record of a client that is then left alone.
fn client_hello(listener: &TcpListener) -> Vec<u8> {
    let (mut stream, _) = listener.accept().unwrap();
    let mut header = [0; 5];
    stream.read_exact(&mut header).unwrap();
    let mut record = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut record).unwrap();
    record
}

#[test]
fn the_name_in_client_hello_is_the_servers_and_never_an_address() {
    for (host, name, expected) in [
        ("localhost", None, Some("localhost")),
        ("localhost", Some("mail.example.com."), Some("mail.example.com")),
        ("localhost", Some("mail.example.com"), Some("mail.example.com")),
        ("127.0.0.1", Some("mail.example.com"), Some("mail.example.com")),
        ("127.0.0.1", None, None),
        ("localhost", Some("127.0.0.1"), None),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let reading = thread::spawn(move || client_hello(&listener));
        let mut program = Mailsend::new()
            .args(["--host", host, "--port", &port, "-f", "me@example.com"])
            .args(["--body", "hello", "a@example.net", "--tls", "implicit"]);
        if let Some(name) = name {
            program = program.args(["--server-name", name]);
        }
        program.run().exit(76);
        let hello = reading.join().unwrap();
        let found = |name: &str| hello.windows(name.len()).any(|it| it == name.as_bytes());
        assert!(!found("mail.example.com."));
        for candidate in ["localhost", "mail.example.com", "127.0.0.1"] {
            assert_eq!(
                found(candidate),
                expected == Some(candidate),
                "{host} {name:?} {candidate}"
            );
        }
    }
}
