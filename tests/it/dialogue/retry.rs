//! `--retry`: what was deferred is tried again within one run, for those alone whom it concerns.

use std::process::Command;
use std::thread;
use std::time::Duration;

use super::{GROUPS, STEP_BY_STEP, STEPS, program, send, send_with};
use crate::support::{Outcome, ScriptServer};

const ONCE: &[&str] = &["--retry", "1", "--retry-wait", "0"];

fn again(recipients: &[&str], script: &str) -> (ScriptServer, Outcome) {
    send_with(ONCE, recipients, script)
}

/// A connection that ends with a refusal for now.
fn put_off(ending: &str) -> String {
    format!("{STEPS}\n{ending}\n{STEP_BY_STEP}")
}

#[test]
fn whatever_is_put_off_is_accepted_at_the_second_attempt() {
    let mail = "C: MAIL FROM:<me@example.com>";
    let rcpt = "S: 250 ok\nC: RCPT TO:<a@example.net>";
    let data = "S: 250 ok\nC: DATA";
    let quit = "C: QUIT\nS: 221 bye";
    for ending in [
        format!("{mail}\nS: 451 4.7.1 later\n{quit}"),
        format!("{mail}\n{rcpt}\nS: 450 4.2.0 greylisted\n{quit}"),
        format!("{mail}\n{rcpt}\n{data}\nS: 451 busy\n{quit}"),
        format!("{mail}\n{rcpt}\n{data}\nS: 354 go on\nC-DATA\nS: 452 queue full\n{quit}"),
        format!("{mail}\n{rcpt}\nS: 421 shutting down\nC: QUIT\nS-CLOSE"),
        format!("{mail}\nS-CLOSE"),
    ] {
        let (server, outcome) = again(&["a@example.net"], &put_off(&ending));
        outcome.exit(0).silent();
        server.finish();
    }
    let (server, outcome) =
        again(&["a@example.net"], &format!("S: 421 busy\nC-EOF\n{STEP_BY_STEP}"));
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn only_the_deferred_are_tried_again_and_the_report_speaks_of_all() {
    let (server, outcome) = send_with(
        &[ONCE, &["--json", "-v"]].concat(),
        &["a@example.net", "b@example.net", "c@example.net"],
        &format!(
            "{GROUPS}
             C: MAIL FROM:<me@example.com>
             C: RCPT TO:<a@example.net>
             C: RCPT TO:<b@example.net>
             C: RCPT TO:<c@example.net>
             C: DATA
             S: 250 ok
             S: 450 4.2.0 later
             S: 250 ok
             S: 550 5.1.1 no such user
             S: 354 go on
             C-DATA
             C: QUIT
             S: 250 queued as 1
             S: 221 bye
             {STEP_BY_STEP}"
        ),
    );
    let json = outcome.exit(67).json();
    let of = |number: usize| json["recipients"][number].clone();
    assert_eq!(
        (of(0)["outcome"].as_str(), of(0)["text"].as_str()),
        (Some("accepted"), Some("queued"))
    );
    assert_eq!(of(1)["outcome"], "accepted");
    assert_eq!(of(2)["outcome"], "rejected");
    outcome.stderr_contains("mailsend: 1 of 3 deferred; trying again in 0 s (1 of 1)\n");
    server.finish();
}

#[test]
fn what_stays_deferred_is_deferred() {
    let refusal = "C: MAIL FROM:<me@example.com>\nS: 451 later\nC: QUIT\nS: 221 bye";
    let script = format!("{STEPS}\n{refusal}\n--- connection\n{STEPS}\n{refusal}");
    let (server, outcome) = again(&["a@example.net"], &script);
    outcome.exit(75).stderr_contains("deferred at MAIL FROM: 451 later");
    server.finish();
}

#[test]
fn without_being_asked_nothing_is_tried_again() {
    let refusal = "C: MAIL FROM:<me@example.com>\nS: 451 later\nC: QUIT\nS: 221 bye";
    let (server, outcome) = send(&["a@example.net"], &format!("{STEPS}\n{refusal}"));
    outcome.exit(75);
    server.finish();
}

#[test]
fn what_may_have_been_sent_or_is_refused_for_good_is_not_tried_again() {
    let mail = "C: MAIL FROM:<me@example.com>";
    let rest = "S: 250 ok\nC: RCPT TO:<a@example.net>\nS: 250 ok\nC: DATA\nS: 354 go on\nC-DATA";
    for (ending, exit) in [
        (format!("{mail}\n{rest}\nS-CLOSE"), 79),
        (format!("{mail}\nS: 550 no\nC: QUIT\nS: 221 bye"), 69),
    ] {
        let (server, outcome) = again(&["a@example.net"], &format!("{STEPS}\n{ending}"));
        outcome.exit(exit);
        server.finish();
    }
}

#[test]
fn a_refused_password_is_not_tried_again() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail
         S: 250 AUTH PLAIN
         C: AUTH PLAIN *
         S: 535 no
         C: QUIT
         S: 221 bye",
    );
    let outcome = program(&server)
        .args(ONCE)
        .args(["--username", "me", "--danger-cleartext-auth", "--password-env", "SECRET"])
        .env("SECRET", "x")
        .arg("a@example.net")
        .run();
    outcome.exit(77);
    server.finish();
}

#[test]
fn a_login_that_is_put_off_is_tried_again_with_the_same_password() {
    let login = "S: 220 hi
        C: EHLO client.example
        S: 250-mail
        S: 250 AUTH PLAIN
        C: AUTH PLAIN AG1lAHg=";
    let mail = STEP_BY_STEP.split_once("C: MAIL").unwrap().1;
    let server = ScriptServer::play(&format!(
        "{login}\nS: 454 4.7.0 not now\nC: QUIT\nS: 221 bye
         --- connection\n{login}\nS: 235 ok\nC: MAIL{mail}"
    ));
    let outcome = program(&server)
        .args(ONCE)
        .args(["--username", "me", "--danger-cleartext-auth", "--password-env", "SECRET"])
        .env("SECRET", "x")
        .arg("a@example.net")
        .run();
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn all_or_none_is_tried_again_for_all() {
    let envelope = "C: MAIL FROM:<me@example.com>
        S: 250 ok
        C: RCPT TO:<a@example.net>
        S: 250 ok
        C: RCPT TO:<b@example.net>";
    let (server, outcome) = send_with(
        &[ONCE, &["--all-or-none"]].concat(),
        &["a@example.net", "b@example.net"],
        &format!(
            "{STEPS}
             {envelope}
             S: 450 4.2.0 greylisted
             C: QUIT
             S: 221 bye
             --- connection
             {STEPS}
             {envelope}
             S: 250 ok
             C: DATA
             S: 354 go on
             C-DATA
             S: 250 ok
             C: QUIT
             S: 221 bye"
        ),
    );
    outcome.exit(0).silent();
    server.finish();
}

/// The server is gone at the second attempt.
#[test]
fn an_attempt_that_fails_does_not_undo_what_was_accepted() {
    let (server, outcome) = again(
        &["a@example.net", "b@example.net"],
        &format!(
            "{STEPS}
             C: MAIL FROM:<me@example.com>
             S: 250 ok
             C: RCPT TO:<a@example.net>
             S: 250 ok
             C: RCPT TO:<b@example.net>
             S: 450 later
             C: DATA
             S: 354 go on
             C-DATA
             S: 250 ok
             C: QUIT
             S: 221 bye"
        ),
    );
    outcome.exit(67).stderr_contains("1 of 2 recipients not accepted");
    outcome.stderr_contains("mailsend: warning: trying again failed: ");
    server.finish();
}

#[test]
fn a_time_without_a_retry_is_refused() {
    let (server, outcome) = send_with(&["--retry-wait", "5"], &["a@example.net"], "S-CLOSE");
    outcome.exit(64);
    drop(std::net::TcpStream::connect(server.address()));
}

/// Ends a program that waits for its second attempt; its status.
fn interrupted(recipients: &[&str], script: &str) -> i32 {
    let server = ScriptServer::play(script);
    let program = program(&server).args(["--retry", "1", "--retry-wait", "60"]).args(recipients);
    let running = program.start();
    let farewell = "S: 221 bye".to_owned();
    for _ in 0..6_000 {
        if server.dialogue().lines().contains(&farewell) {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    let kill = format!("kill -INT {}", running.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let status = running.end().status();
    server.finish();
    status
}

#[test]
fn a_signal_ends_the_wait_with_the_status_that_says_what_was_sent() {
    let put_off = "C: MAIL FROM:<me@example.com>\nS: 451 later\nC: QUIT\nS: 221 bye";
    let status = interrupted(&["a@example.net"], &format!("{STEPS}\n{put_off}"));
    assert_eq!(status, 130);
    let some = "C: MAIL FROM:<me@example.com>
        S: 250 ok
        C: RCPT TO:<a@example.net>
        S: 250 ok
        C: RCPT TO:<b@example.net>
        S: 450 later
        C: DATA
        S: 354 go on
        C-DATA
        S: 250 ok
        C: QUIT
        S: 221 bye";
    let status = interrupted(&["a@example.net", "b@example.net"], &format!("{STEPS}\n{some}"));
    assert_eq!(status, 79, "running again would send to the first twice");
}
