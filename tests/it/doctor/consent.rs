//! What is never done unless the person agrees, and how they may.

use std::process::Command;

use super::{Found, PASSWORD, Patient, USER};
use crate::support::{ScriptServer, caught, sandbox};

fn patient(server: &ScriptServer) -> Patient<'static> {
    Patient { port: server.port(), user: USER, password: PASSWORD, authority: None }
}

/// The script is the assertion: no AUTH, and no second connection.
#[test]
fn in_the_clear_nobody_logs_in_without_consent() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO *
         S: 250-hi
         S: 250 AUTH PLAIN LOGIN CRAM-MD5
         C: QUIT
         S: 221 bye",
    );
    let found = Found::by(patient(&server).examine(&[]), PASSWORD);
    found.outcome.exit(78);
    assert_eq!(found.obstacle(), Some("privacy"));
    server.finish();
}

/// What only proves the password may be heard by anybody.
#[test]
fn scram_in_the_clear_takes_no_consent() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO *
         S: 250-hi
         S: 250 AUTH PLAIN SCRAM-SHA-256
         C: QUIT
         S: 221 bye
         --- connection
         S: 220 hi
         C: EHLO *
         S: 250-hi
         S: 250 AUTH PLAIN SCRAM-SHA-256
         C: AUTH SCRAM-SHA-256 *
         S: 535 5.7.8 no
         C: QUIT
         S: 221 bye",
    );
    let found = Found::by(patient(&server).examine(&[]), PASSWORD);
    found.outcome.exit(78);
    server.finish();
}

/// Answers the questions in a terminal of its own: waits for each of these words, and types what
/// follows it.
const TYPIST: &str = r#"
import os, pty, sys
pairs = sys.argv[1].split("|")
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown, place = b"", 0
while True:
    try:
        octets = os.read(terminal, 4096)
    except OSError:
        octets = b""
    if not octets:
        break
    shown += octets
    while place < len(pairs) and pairs[place].encode() in shown:
        _, _, shown = shown.partition(pairs[place].encode())
        os.write(terminal, pairs[place + 1].encode() + b"\n")
        place += 2
    sys.stdout.buffer.write(octets)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

/// What the terminal showed, and the exit status.
fn typed(answers: &str, port: u16) -> (String, Option<i32>) {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("password"), PASSWORD).unwrap();
    std::fs::set_permissions(
        home.path().join("password"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    let output = Command::new("python3")
        .args(["-c", TYPIST, answers, env!("CARGO_BIN_EXE_mailsend"), "doctor"])
        .args([&format!("localhost:{port}"), "--username", USER, "--password-file", "password"])
        .env("HOME", home.path())
        .env_remove("XDG_CONFIG_HOME")
        .current_dir(home.path())
        .output()
        .unwrap();
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

#[test]
fn at_a_terminal_a_typed_yes_is_consent_and_nothing_else_is() {
    let server = sandbox("corp-relay-unknown-ca", PASSWORD);
    let port = server.address().port();
    for (answer, exit) in [("yes", 0), ("y", 77), ("", 77), ("no", 77)] {
        let (shown, code) = typed(&format!("Type yes to agree:|{answer}|agree:|{answer}"), port);
        assert_eq!(code, Some(exit), "{answer}: {shown}");
        assert!(shown.contains(&server.certificate_pin().to_string()), "{shown}");
        assert!(!shown.contains(PASSWORD), "{shown}");
        assert_eq!(shown.contains("pin_sha256 = ["), exit == 0, "{shown}");
    }
    assert_eq!(caught(&server).len(), 0);
    let server = sandbox("sendcloud", PASSWORD);
    let (shown, code) = typed("Type yes to agree:|yes", server.address().port());
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("danger_cleartext_auth = true"), "{shown}");
}

#[test]
fn inside_the_sandbox_of_a_command_no_server_is_examined() {
    let server = ScriptServer::play("C-EOF");
    let outcome = patient(&server).examine(&[]).env("MAILSEND_SANDBOX", "127.0.0.1:1 x y").run();
    outcome.exit(64).stderr_contains("no server is reached");
    drop(std::net::TcpStream::connect(server.address()).unwrap());
    server.finish();
}
