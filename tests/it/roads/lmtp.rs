//! LMTP (RFC 2033): LHLO, and an answer for each recipient after the data.

use super::mail_to;
use crate::support::{Outcome, ScriptServer};

/// The greeting of a server that takes commands in groups, and the envelope for three.
const THREE: &str = "S: 220 store LMTP
C: LHLO *
S: 250-store
S: 250 PIPELINING
C: MAIL FROM:<me@example.com>
C: RCPT TO:<a@example.net>
C: RCPT TO:<b@example.net>
C: RCPT TO:<c@example.net>
C: DATA
S: 250 ok
";

const TO_THREE: &[&str] = &["a@example.net", "b@example.net", "c@example.net"];

fn to_three(script: &str, flags: &[&str]) -> Outcome {
    let server = ScriptServer::play(&format!("{THREE}{script}"));
    let outcome = mail_to("127.0.0.1", server.port())
        .args(["--protocol", "lmtp"])
        .args(flags)
        .args(TO_THREE)
        .talks_to(server.dialogue())
        .run();
    server.finish();
    outcome
}

#[test]
fn everybody_has_an_answer_of_their_own() {
    to_three(
        "S: 250 ok
         S: 250 ok
         S: 250 ok
         S: 354 go on
         C-DATA
         C: QUIT
         S: 250 <a> saved
         S: 250 <b> saved
         S: 250 <c> saved
         S: 221 bye",
        &[],
    )
    .exit(0)
    .silent();
}

#[test]
fn two_of_three_may_be_refused_after_the_data() {
    to_three(
        "S: 250 ok
         S: 250 ok
         S: 250 ok
         S: 354 go on
         C-DATA
         C: QUIT
         S: 552 5.2.2 <a> is full
         S: 250 2.0.0 <b> saved
         S: 451 4.3.0 <c> later
         S: 221 bye",
        &[],
    )
    .exit(67)
    .stderr_contains("2 of 3 recipients not accepted")
    .stderr_contains("a@example.net: rejected at the end of the data: 552 5.2.2 <a> is full")
    .stderr_contains("c@example.net: deferred at the end of the data: 451 4.3.0 <c> later");
}

/// The answers are those of the recipients who were accepted, and of no others.
#[test]
fn whoever_was_refused_before_has_none() {
    to_three(
        "S: 250 ok
         S: 550 5.1.1 no <b> here
         S: 250 ok
         S: 354 go on
         C-DATA
         C: QUIT
         S: 250 2.0.0 <a> saved
         S: 452 4.2.2 <c> is full
         S: 221 bye",
        &[],
    )
    .exit(67)
    .stderr_contains("2 of 3 recipients not accepted")
    .stderr_contains("b@example.net: rejected at RCPT TO: 550 5.1.1 no <b> here")
    .stderr_contains("c@example.net: deferred at the end of the data: 452 4.2.2 <c> is full");
}

#[test]
fn where_the_answers_break_off_only_those_without_one_are_in_doubt() {
    to_three(
        "S: 250 ok
         S: 250 ok
         S: 250 ok
         S: 354 go on
         C-DATA
         C: QUIT
         S: 550 5.7.1 <a> no
         S-CLOSE",
        &[],
    )
    .exit(79)
    .stderr_contains("a@example.net: rejected at the end of the data: 550 5.7.1 <a> no")
    .stderr_contains("b@example.net: outcome unknown: the server")
    .stderr_contains("c@example.net: outcome unknown: the server");
}

#[test]
fn nobody_is_accepted_by_a_message_that_is_refused_before_it_is_sent() {
    to_three(
        "S: 250 ok
         S: 250 ok
         S: 250 ok
         S: 451 4.3.0 not now
         C: QUIT
         S: 221 bye",
        &[],
    )
    .exit(75)
    .stderr_contains("451 4.3.0 not now");
}

/// Only those who were deferred are tried again.
#[test]
fn whoever_was_deferred_after_the_data_is_tried_again_alone() {
    to_three(
        "S: 250 ok
         S: 250 ok
         S: 250 ok
         S: 354 go on
         C-DATA
         C: QUIT
         S: 250 <a> saved
         S: 451 4.3.0 <b> later
         S: 250 <c> saved
         S: 221 bye
         --- connection
         S: 220 store LMTP
         C: LHLO *
         S: 250 store
         C: MAIL FROM:<me@example.com>
         S: 250 ok
         C: RCPT TO:<b@example.net>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 <b> saved
         C: QUIT
         S: 221 bye",
        &["--retry", "1", "--retry-wait", "1"],
    )
    .exit(0);
}

#[test]
fn all_or_none_is_not_to_be_had() {
    mail_to("127.0.0.1", 9)
        .args(["--protocol", "lmtp", "--all-or-none", "a@example.net", "b@example.net"])
        .run()
        .exit(78)
        .stderr_contains("--all-or-none does not go with LMTP");
}

#[test]
fn whoever_speaks_the_other_protocol_is_told_from_a_refusal() {
    for (protocol, hello, answer, hint) in [
        ("lmtp", "LHLO *", "500 5.5.1 unknown command", "set protocol = \"smtp\""),
        ("smtp", "EHLO *", "500 5.5.1 use LHLO", "set protocol = \"lmtp\""),
    ] {
        let helo = if protocol == "smtp" { "C: HELO *\nS: 500 5.5.1 use LHLO\n" } else { "" };
        let server = ScriptServer::play(&format!(
            "S: 220 hi\nC: {hello}\nS: {answer}\n{helo}C: QUIT\nS: 221 bye"
        ));
        mail_to("127.0.0.1", server.port())
            .args(["--protocol", protocol, "a@example.net"])
            .talks_to(server.dialogue())
            .run()
            .exit(69)
            .stderr_contains(hint);
        server.finish();
    }
}
