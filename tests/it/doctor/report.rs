//! What a person reads, at a terminal of 80 columns: the whole report for the seeds' three servers,
//! as it is kept. `MAILSEND_RECORD=1 cargo test --test it doctor::report` keeps it anew.

use std::path::PathBuf;

use super::PASSWORD;
use crate::support::{Mailsend, sandbox};

/// The report of `mailsend doctor` with these flags, without what differs from run to run.
fn report(manner: &str, flags: &[&str]) -> String {
    let server = sandbox(manner, PASSWORD);
    let port = server.address().port().to_string();
    let outcome = Mailsend::new()
        .file("password", PASSWORD)
        .file("ca.pem", server.authority_pem())
        .args(["doctor", &format!("localhost:{port}")])
        .args(["--username", "alice@corp.example", "--password-file", "password"])
        .args(flags)
        .run();
    outcome.lacks(PASSWORD);
    let home = outcome.home().display().to_string();
    let text = outcome.stdout_text() + &outcome.stderr_text();
    let text = text
        .replace(&port, "PORT")
        .replace(&server.certificate_pin().to_string(), &"5".repeat(64))
        .replace(&format!("{home}/"), "/home/alice/");
    let timed = |line: &str| match line.split_once(" ms a flight") {
        Some((before, _)) => {
            let before = before.trim_end_matches(|c: char| c.is_ascii_digit());
            format!("{before}0 ms a flight")
        }
        None => match line.split_once(", examined in ") {
            Some((before, _)) => format!("{before}, examined in 0.0 s"),
            None => line.to_owned(),
        },
    };
    text.lines().map(|line| timed(line) + "\n").collect()
}

#[track_caller]
fn is_kept(name: &str, manner: &str, flags: &[&str]) {
    let shown = report(manner, flags);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = path.join("tests/golden/doctor").join(format!("{name}.txt"));
    if std::env::var_os("MAILSEND_RECORD").is_some() {
        std::fs::write(&path, &shown).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(shown == kept, "{}\n--- expected\n{kept}\n--- shown\n{shown}", path.display());
    let long = shown.lines().find(|line| {
        // Values of the configuration and words on stderr are not broken.
        let fixed =
            line.contains(" = ") || line.starts_with("mailsend:") || line.starts_with("hint:");
        line.chars().count() > 80 && !fixed
    });
    assert_eq!(long, None);
}

#[test]
fn qq() {
    is_kept("qq", "qq", &["--ca-file", "ca.pem", "--from", "Alice <alice@corp.example>"]);
}

#[test]
fn corp_relay() {
    is_kept("corp-relay", "corp-relay-unknown-ca", &[]);
}

#[test]
fn corp_relay_pinned() {
    is_kept("corp-relay-pinned", "corp-relay-unknown-ca", &["--pin"]);
}

#[test]
fn corp_relay_with_auth_only_in_the_clear() {
    let flags = ["--ca-file", "ca.pem", "--danger-cleartext-auth"];
    is_kept("corp-relay-auth-only-in-clear", "corp-relay-auth-only-in-clear", &flags);
}

#[test]
fn sendcloud() {
    is_kept("sendcloud", "sendcloud", &[]);
}

#[test]
fn sendcloud_in_the_clear() {
    is_kept("sendcloud-in-the-clear", "sendcloud", &["--danger-cleartext-auth"]);
}
