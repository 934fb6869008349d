//! DATA, the message and its end.

use super::{pipelined, program};
use crate::support::{Mailsend, Outcome, ScriptServer};

#[test]
fn data_that_is_refused_for_now_is_75_and_for_good_65() {
    for (code, exit) in [("451 4.3.0 disk full", 75), ("554 5.6.0 no", 65)] {
        let (server, outcome) = pipelined(&format!(
            "S: 250 ok
             S: 250 ok
             S: {code}
             C: QUIT
             S: 221 bye"
        ));
        outcome.exit(exit).stderr_contains(&format!("at DATA: {code}"));
        server.finish();
    }
}

#[test]
fn data_that_is_answered_with_neither_yes_nor_no_is_cut() {
    let (server, outcome) = pipelined(
        "S: 250 ok
         S: 250 ok
         S: 250 what now
         C-EOF",
    );
    outcome.exit(76).stderr_contains("broke the protocol: DATA was answered 250 what now");
    server.finish();
}

#[test]
fn the_message_refused_at_its_end_is_told_with_its_words() {
    for (code, exit) in [("452 4.3.1 queue full", 75), ("552 5.3.4 too big", 65)] {
        let (server, outcome) = pipelined(&format!(
            "S: 250 ok
             S: 250 ok
             S: 354 go on
             C-DATA
             C: QUIT
             S: {code}
             S: 221 bye"
        ));
        outcome.exit(exit).stderr_contains(&format!("at the end of the data: {code}"));
        server.finish();
    }
}

#[test]
fn a_connection_lost_after_the_end_of_the_data_is_unknown() {
    let (server, outcome) = pipelined(
        "S: 250 ok
         S: 250 ok
         S: 354 go on
         C-DATA
         C: QUIT
         S-CLOSE",
    );
    outcome.exit(79).stderr_is(
        "mailsend: 127.0.0.1: a@example.net: outcome unknown: the server closed the connection
hint: the server may have taken it: sending again may send it twice
",
    );
    server.finish();
}

#[test]
fn a_250_and_then_nothing_is_a_success() {
    let (server, outcome) = pipelined(
        "S: 250 ok
         S: 250 ok
         S: 354 go on
         C-DATA
         C: QUIT
         S: 250 queued
         S-CLOSE",
    );
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn a_connection_lost_before_the_end_of_the_data_is_safe_to_repeat() {
    let (server, outcome) = pipelined(
        "S: 250 ok
         S: 250 ok
         S-CLOSE",
    );
    outcome.exit(75).stderr_contains("the server closed the connection (DATA)");
    server.finish();
}

#[test]
fn lines_that_start_with_a_dot_arrive_as_they_were() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO client.example
         S: 250 mail
         C: MAIL FROM:<me@example.com>
         S: 250 ok
         C: RCPT TO:<a@example.net>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 ok
         C: QUIT
         S: 221 bye",
    );
    let port = server.port().to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["--ehlo", "client.example", "-f", "me@example.com", "a@example.net"])
        .stdin("..\n.hidden\nMAIL FROM:<x@y>\n..")
        .talks_to(server.dialogue())
        .run()
        .exit(0);
    let dialogue = server.finish();
    let message = dialogue.messages().remove(0);
    let text = String::from_utf8(message).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(text.contains("Encoding: 7bit\r\n"), "{text}");
    assert_eq!(body, "..\r\n.hidden\r\nMAIL FROM:<x@y>\r\n..\r\n");
}

/// Whoever hears of a failure sends again: a mail that was accepted is never one.
#[test]
fn a_mail_that_was_sent_is_a_success_although_nobody_can_be_told() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO client.example
         S: 250 mail
         C: MAIL FROM:<me@example.com>
         S: 250 ok
         C: RCPT TO:<a@example.net>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 ok
         C: QUIT
         S: 221 bye",
    );
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let outcome = program(&server).args(["--json", "a@example.net"]).stdout_to(full).run();
    outcome.exit(0).stderr_is(
        "mailsend: warning: the mail was sent, but cannot write to stdout: no space left on \
         device\n",
    );
    server.finish();
}

/// The envelope and the message, then these answers.
fn after_the_message(answers: &str) -> (ScriptServer, Outcome) {
    pipelined(&format!(
        "S: 250 ok
         S: 250 ok
         S: 354 go on
         C-DATA
         C: QUIT
         {answers}"
    ))
}

#[test]
fn an_answer_to_the_end_that_is_neither_yes_nor_no_leaves_it_unknown() {
    for (answer, told) in [
        ("354 more", "the message was answered 354 more"),
        ("what?", "expected a reply, got \u{201c}what?\u{201d}"),
    ] {
        let (server, outcome) = after_the_message(&format!("S: {answer}\nS-CLOSE"));
        outcome.exit(79).stderr_contains(told);
        server.finish();
    }
}

#[test]
fn a_250_that_is_torn_leaves_it_unknown() {
    for answer in [r#"S-RAW: "250 queu""#, r#"S-RAW: "250-queued\r\n""#] {
        let (server, outcome) = after_the_message(&format!("{answer}\nS-RESET"));
        outcome.exit(79);
        server.finish();
    }
}

#[test]
fn what_comes_behind_the_250_changes_nothing() {
    for farewell in [
        "S: 250 queued again\nS: 221 bye",
        "S: 500 what is QUIT",
        "S: 421 too late",
        "S: nonsense",
        "S-RESET",
        "C-EOF",
    ] {
        let (server, outcome) = after_the_message(&format!("S: 250 queued\n{farewell}"));
        outcome.exit(0).silent();
        server.finish();
    }
}

#[test]
fn the_354_may_have_several_lines_and_odd_text() {
    for answer in [r#"354-go\r\n354-on\r\n354 now\r\n"#, r#"354\n"#] {
        let (server, outcome) = pipelined(&format!(
            "S: 250 ok
             S: 250 ok
             S-RAW: \"{answer}\"
             C-DATA
             C: QUIT
             S: 250 queued
             S: 221 bye"
        ));
        outcome.exit(0).silent();
        server.finish();
    }
}
