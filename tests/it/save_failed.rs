//! Mail that could not be sent is kept, with the envelope of those who still wait for it.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{Mailsend, Outcome, ScriptServer, python_parse};

/// Sends a mail through a server that follows the script, to be kept in a folder of the home.
fn send(flags: &[&str], script: &str) -> (ScriptServer, Outcome) {
    let server = ScriptServer::play(script);
    let outcome = program(server.port()).args(flags).talks_to(server.dialogue()).run();
    (server, outcome)
}

fn program(port: u16) -> Mailsend {
    let port = port.to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["-f", "me@example.com", "-s", "disk full", "--body", ".hello\nworld"])
        .args(["--save-failed", "var/failed", "a@example.net"])
}

#[test]
fn what_the_envelope_asked_for_is_kept_with_it() {
    let (server, outcome) = send(
        &["--notify", "delay", "--envelope-id", "7"],
        "S: 220 hi
         C: EHLO *
         S: 250-mail
         S: 250 DSN
         C: MAIL FROM:<*> ENVID=7
         S: 451 later
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(75);
    let (_, _, envelope) = kept(&outcome);
    assert_eq!(envelope["mail_parameters"], json!(["ENVID=7"]));
    let said = json!(["NOTIFY=DELAY", "ORCPT=rfc822;a@example.net"]);
    assert_eq!(envelope["recipients"][0]["rcpt_parameters"], said);
    server.finish();
}

/// The one message that was kept, and its envelope.
fn kept(outcome: &Outcome) -> (PathBuf, Vec<u8>, Value) {
    let folder = outcome.home().join("var/failed");
    let mut names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let [message, envelope] = &names[..] else { panic!("{names:?}") };
    assert_eq!(message.with_extension("envelope.json"), *envelope);
    for (path, mode) in [(&folder, 0o700), (message, 0o600), (envelope, 0o600)] {
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, mode, "{path:?}");
    }
    let said = format!("  kept in var/failed/{}\n", message.file_name().unwrap().display());
    outcome.stderr_contains(&said);
    let envelope = serde_json::from_slice(&fs::read(envelope).unwrap()).unwrap();
    (message.clone(), fs::read(message).unwrap(), envelope)
}

const REFUSES_ONE: &str = "S: 220 hi
    C: EHLO *
    S: 250 mail
    C: MAIL FROM:<*>
    S: 250 ok
    C: RCPT TO:<a@example.net>
    S: 250 ok
    C: RCPT TO:<b@example.net>
    S: 450 4.2.0 greylisted
    C: DATA
    S: 354 go on
    C-DATA
    S: 250 ok
    C: QUIT
    S: 221 bye";

#[test]
fn a_mail_is_kept_as_it_went_over_the_wire_for_those_who_did_not_get_it() {
    let (server, outcome) = send(&["--bcc", "b@example.net"], REFUSES_ONE);
    outcome.exit(67);
    let (_, message, envelope) = kept(&outcome);
    assert_eq!(message, server.finish().messages()[0]);
    assert!(!String::from_utf8_lossy(&message).contains("b@example.net"), "Bcc");
    assert_eq!(envelope["version"], 1);
    assert_eq!(envelope["reverse_path"], "me@example.com");
    assert_eq!(
        envelope["recipients"],
        json!([{
            "address": "b@example.net",
            "outcome": "deferred",
            "stage": "RCPT TO",
            "code": 450,
            "text": "4.2.0 greylisted",
            "retry": true,
        }])
    );
    assert_eq!((&envelope["exit"], &envelope["status"]), (&json!(67), &json!("partial")));
    assert!(envelope["error"].as_str().unwrap().contains("450 4.2.0 greylisted"));
}

#[test]
fn attachments_are_kept_whole() {
    let content: Vec<u8> = (0..200_000_u32).map(|n| (n * 7 % 251) as u8).collect();
    let closed = Closed::new();
    let outcome = program(closed.port()).file("data.bin", &content).args(["-a", "data.bin"]).run();
    outcome.exit(75).stderr_contains("connection refused\n  kept in ");
    let (_, message, envelope) = kept(&outcome);
    let parsed = python_parse(&message);
    assert_eq!(parsed.attachments[0].octets, content);
    assert_eq!(envelope["recipients"][0]["outcome"], "not submitted");
    assert_eq!(envelope["changed_files"], json!([]));
}

#[test]
fn an_unknown_outcome_is_marked_as_one() {
    let (_, outcome) = send(
        &[],
        "S: 220 hi
         C: EHLO *
         S: 250 mail
         C: MAIL FROM:<*>
         S: 250 ok
         C: RCPT TO:<*>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S-CLOSE",
    );
    outcome.exit(79);
    let (_, _, envelope) = kept(&outcome);
    assert_eq!((&envelope["status"], &envelope["exit"]), (&json!("unknown"), &json!(79)));
    assert_eq!(envelope["recipients"][0]["outcome"], "unknown");
}

#[test]
fn a_secret_that_cannot_be_had_and_a_mail_too_large_are_failures_like_others() {
    for (flags, exit) in [
        (&["--username", "u", "--danger-cleartext-auth", "--password-command", "false"][..], 77),
        (&["--max-size", "10"], 65),
    ] {
        let outcome = program(9).args(flags.iter().copied()).run();
        outcome.exit(exit);
        let (_, message, envelope) = kept(&outcome);
        assert!(message.ends_with(b".hello\r\nworld\r\n"));
        assert_eq!(envelope["exit"], exit);
    }
}

#[test]
fn json_names_the_file() {
    let closed = Closed::new();
    let outcome = program(closed.port()).arg("--json").run();
    outcome.exit(75);
    let (message, _, _) = kept(&outcome);
    let saved = outcome.json()["saved"].as_str().unwrap().to_owned();
    assert_eq!(outcome.home().join(saved), message);
}

#[test]
fn a_mail_that_was_accepted_is_not_kept() {
    let (_, outcome) = send(
        &[],
        "S: 220 hi
         C: EHLO *
         S: 250 mail
         C: MAIL FROM:<*>
         S: 250 ok
         C: RCPT TO:<*>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 ok
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(0).silent();
    assert!(!outcome.home().join("var").exists());
}

#[test]
fn a_folder_that_cannot_be_had_is_told_and_the_status_stays() {
    let closed = Closed::new();
    let outcome = program(closed.port()).file("var", "a file").arg("--quiet").run();
    outcome
        .exit(75)
        .stderr_contains("  not kept: save_failed: cannot write var/failed: not a directory\n");
    outcome.stderr_contains("connection refused\n").lacks("kept in");
}

#[test]
fn of_a_file_that_changed_half_way_the_rest_is_kept_and_that_is_said() {
    let program = program(9).file("log.txt", "one\n");
    let script = format!("echo two >> '{}'; exit 3", program.home().join("log.txt").display());
    let outcome = program
        .args(["-a", "log.txt", "--username", "u", "--danger-cleartext-auth"])
        .args(["--password-command", &script])
        .run();
    outcome.exit(77).stderr_contains("log.txt has changed; what is kept of it may differ\n");
    let (_, message, envelope) = kept(&outcome);
    assert_eq!(python_parse(&message).attachments[0].octets, b"one\n");
    assert_eq!(envelope["changed_files"], json!(["log.txt"]));
}

/// A port that is taken, and where nobody listens.
struct Closed {
    _listener: TcpListener,
    client: TcpStream,
}

impl Closed {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        Self { _listener: listener, client }
    }

    fn port(&self) -> u16 {
        self.client.local_addr().unwrap().port()
    }
}
