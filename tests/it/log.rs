//! The log: one line for every mail that was to be sent, whatever became of it.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;

use crate::support::{Mailsend, Outcome, ScriptServer, sandbox};

const ACCEPTS: &str = "S: 220 hi
    C: EHLO *
    S: 250 mail
    C: MAIL FROM:<me@example.com>
    S: 250 ok
    C: RCPT TO:<a@example.net>
    S: 250 ok
    C: DATA
    S: 354 go on
    C-DATA
    S: 250 2.0.0 Ok: queued as 4F2a
    C: QUIT
    S: 221 bye";

/// Sends a mail to a server that follows the script, with a log in the home.
fn logged(flags: &[&str], script: &str) -> (ScriptServer, Outcome) {
    let server = ScriptServer::play(script);
    let outcome =
        to_port(server.port()).args(["--log", "log"]).args(flags).talks_to(server.dialogue()).run();
    (server, outcome)
}

fn to_port(port: u16) -> Mailsend {
    let port = port.to_string();
    Mailsend::new().args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"]).args([
        "-f",
        "me@example.com",
        "--body",
        "hello",
        "a@example.net",
    ])
}

/// A server that is never asked.
fn nobody() -> Mailsend {
    to_port(9).args(["--log", "log"])
}

fn line(outcome: &Outcome) -> String {
    let text = String::from_utf8(outcome.left("log")).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.ends_with('\n'));
    text.trim_end().to_owned()
}

/// The value of a key, read back as a script would.
fn value(line: &str, key: &str) -> String {
    let line = format!(" {line}");
    let found = line.find(&format!(" {key}=")).unwrap_or_else(|| panic!("{key} in {line}"));
    let rest = &line[found + key.len() + 2..];
    if !rest.starts_with('"') {
        return rest.split(' ').next().unwrap().to_owned();
    }
    serde_json::Deserializer::from_str(rest).into_iter::<String>().next().unwrap().unwrap()
}

#[test]
fn a_mail_that_was_accepted_has_its_line() {
    let (server, outcome) = logged(&[], ACCEPTS);
    outcome.exit(0).silent();
    let line = line(&outcome);
    let time = value(&line, "time");
    assert_eq!(time.len(), "2026-11-23T02:39:14+01:00".len(), "{time}");
    let rest = line.strip_prefix(&format!("time={time} ")).unwrap();
    let (start, end) = rest.split_once(" message_id=").unwrap();
    assert_eq!(
        start,
        format!(
            "profile= host=127.0.0.1 port={} tls=none auth=none login_style= user= \
             from=me@example.com recipients=a@example.net not_accepted= size={} exit=0 \
             status=EX_OK code=250 queue_id=4F2a",
            server.port(),
            value(&line, "size"),
        )
    );
    let told = "@example.com> saved= reply=\"2.0.0 Ok: queued as 4F2a\" error=";
    assert!(end.ends_with(told), "{end}");
    let mode = outcome.home().join("log").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn tls_auth_and_its_style_are_told() {
    let server = sandbox("submission", "open-sesame");
    let port = server.address().port();
    let pin = server.certificate_pin();
    let config = format!(
        "[profiles.corp]\nhost = \"127.0.0.1\"\nport = {port}\npin_sha256 = [\"{pin}\"]\n\
         username = \"me@example.com\"\nfrom = \"me@example.com\"\nauth = \"LOGIN\"\n\
         password = \"open-sesame\"\nlog = \"~/corp.log\"\n"
    );
    let outcome = Mailsend::new().config(&config).args(["--body", "x", "a@example.net"]).run();
    outcome.exit(0).silent();
    let line = String::from_utf8(outcome.left("corp.log")).unwrap();
    for (key, expected) in [
        ("profile", "corp"),
        ("tls", "TLSv1.3"),
        ("auth", "LOGIN"),
        ("login_style", "prompted"),
        ("user", "me@example.com"),
    ] {
        assert_eq!(value(&line, key), expected, "{key} in {line}");
    }
    assert!(!line.contains("open-sesame"), "{line}");
}

#[test]
fn a_refused_recipient_is_named_with_the_words_of_the_server() {
    let (_, outcome) = logged(
        &["b@example.net"],
        "S: 220 hi
         C: EHLO *
         S: 250 mail
         C: MAIL FROM:<*>
         S: 250 ok
         C: RCPT TO:<a@example.net>
         S: 550 5.1.1 no such user
         C: RCPT TO:<b@example.net>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 OK id=1rTqYB-0001Xy-2z
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(67);
    let line = line(&outcome);
    for (key, expected) in [
        ("recipients", "a@example.net,b@example.net"),
        ("not_accepted", "a@example.net"),
        ("queue_id", "1rTqYB-0001Xy-2z"),
        ("exit", "67"),
        ("status", "EX_NOUSER"),
        (
            "error",
            "1 of 2 recipients not accepted\na@example.net: rejected at RCPT TO: 550 5.1.1 no \
             such user",
        ),
    ] {
        assert_eq!(value(&line, key), expected, "{key} in {line}");
    }
}

#[test]
fn what_a_server_says_cannot_break_the_line() {
    let (_, outcome) = logged(
        &[],
        r#"S: 220 hi
         C: EHLO *
         S: 250 mail
         C: MAIL FROM:<*>
         S-RAW: "550-no\x1b[2J \" exit=0\r\n550 \xb5\xc7\xc2\xbc \xe2\x80\xa8 x\x85\r\n"
         C: QUIT
         S: 221 bye"#,
    );
    outcome.exit(69);
    let line = line(&outcome);
    assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
    assert_eq!((value(&line, "code"), value(&line, "exit")), ("550".to_owned(), "69".to_owned()));
    assert!(value(&line, "reply").starts_with("no\u{1b}[2J \" exit=0 "), "{line}");
}

#[test]
fn an_unknown_outcome_is_told_as_one() {
    let (_, outcome) = logged(
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
    let line = line(&outcome);
    assert_eq!(value(&line, "status"), "unknown");
    assert!(value(&line, "error").contains("outcome unknown: the server closed"), "{line}");
}

#[test]
fn what_fails_before_connecting_has_its_line_too() {
    for (flags, exit, error) in [
        (&["--max-size", "10"][..], 65, "the message has "),
        (
            &["--username", "u", "--danger-cleartext-auth", "--password-command", "exit 3"],
            77,
            "password_command failed: exit status: 3",
        ),
    ] {
        let outcome = nobody().args(flags.iter().copied()).run();
        outcome.exit(exit);
        let line = line(&outcome);
        assert!(value(&line, "error").starts_with(error), "{line}");
        assert_eq!(value(&line, "exit"), exit.to_string());
        assert_eq!(value(&line, "not_accepted"), "a@example.net");
    }
    let outcome = Mailsend::new()
        .args(["--host", "no-such-host.invalid", "--tls", "none", "--log", "log"])
        .args(["-f", "me@example.com", "--body", "x", "a@example.net"])
        .run();
    assert_eq!(value(&line(&outcome), "exit"), outcome.status().to_string());
    assert_eq!(value(&line(&outcome), "host"), "no-such-host.invalid");
}

#[test]
fn a_log_that_cannot_be_opened_is_an_error_before_anything_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    to_port(port).args(["--log", "no/such/folder/log"]).run().exit(78).stderr_is(
        "mailsend: 127.0.0.1: log: cannot open no/such/folder/log: no such file or directory\n\
         hint: the folder that log names must exist\n",
    );
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_log_that_cannot_be_written_to_is_only_a_warning() {
    let server = ScriptServer::play(ACCEPTS);
    let outcome = to_port(server.port()).args(["--log", "/dev/full"]).run();
    outcome.exit(0).stderr_is(
        "mailsend: warning: the mail was sent, but log: cannot write to /dev/full: no space left on \
         device\n",
    );
    server.finish();
}

#[test]
fn a_fifo_that_nobody_reads_does_not_hold_the_mail() {
    let program = nobody();
    let path = program.home().join("log");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    program.run().exit(78).stderr_contains("log: cannot open log: ");
}

#[test]
fn a_secret_that_the_server_repeats_is_not_in_it() {
    let (_, outcome) = logged(
        &["--username", "u", "--danger-cleartext-auth", "--auth", "PLAIN"]
            .into_iter()
            .chain(["--password-command", "echo wonder-land1"])
            .collect::<Vec<_>>(),
        "S: 220 hi
         C: EHLO *
         S: 250-mail
         S: 250 AUTH PLAIN
         C: AUTH PLAIN AHUAd29uZGVyLWxhbmQx
         S: 535 wrong: wonder-land1 AHUAd29uZGVyLWxhbmQx
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(77);
    let line = line(&outcome);
    assert_eq!(value(&line, "reply"), "wrong: *** ***");
    for secret in ["wonder-land1", "d29uZGVy"] {
        assert!(!line.contains(secret), "{line}");
    }
}

#[test]
fn what_is_only_shown_or_caught_is_not_logged() {
    let outcome = nobody().arg("--dry-run").run();
    outcome.exit(0);
    assert!(!outcome.home().join("log").exists());
    let config = "[profiles.corp]\nhost = \"mail.example.net\"\nfrom = \"me@example.com\"\n\
                  log = \"~/log\"\nsave_failed = \"~/failed\"\n";
    let program = env!("CARGO_BIN_EXE_mailsend");
    let outcome = Mailsend::new()
        .config(config)
        .args(["sandbox", "--", program, "--body", "x", "a@example.net"])
        .run();
    outcome.exit(0);
    assert!(!outcome.home().join("log").exists());
}

#[test]
fn many_programs_at_once_write_whole_lines() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    // Longer than what a pipe takes at once.
    let recipients: Vec<String> = (0..2000).map(|n| format!("user-{n}@example.net")).collect();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                nobody_with(&log).args(["--max-size", "10"]).args(&recipients).run().exit(65);
            });
        }
    });
    let text = fs::read_to_string(&log).unwrap();
    assert_eq!(text.lines().count(), 8);
    for line in text.lines() {
        assert!(line.len() > 40_000 && line.starts_with("time="), "{}", line.len());
        assert_eq!(value(line, "exit"), "65");
    }
}

fn nobody_with(log: &Path) -> Mailsend {
    to_port(9).arg("--log").arg(log)
}
