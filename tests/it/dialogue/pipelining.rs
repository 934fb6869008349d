//! PIPELINING advertised but broken: one command at a time on a new connection, once, and only
//! while nothing of the message was sent.

use super::{GROUPS, STEP_BY_STEP, pipelined, program, send_with};
use crate::support::ScriptServer;

/// The commands of a mail to one recipient in one group.
const GROUP: &str = "C: MAIL FROM:<me@example.com>
    C: RCPT TO:<a@example.net>
    C: DATA";

const FASTER: &str =
    "the server breaks PIPELINING; pipelining = \"never\" saves the second connection";

/// What a server says to the group, and after that takes one command at a time.
fn is_left_for_steps(answers: &str) {
    let script = format!("{GROUPS}\n{GROUP}\n{answers}\n{STEP_BY_STEP}");
    let server = ScriptServer::play(&script);
    let outcome = program(&server).args(["-vv", "--timeout-command", "1"]);
    let outcome = outcome.args(["--timeout-data", "1", "a@example.net"]).run();
    outcome.exit(0).stderr_contains(FASTER).stderr_contains(
        "C: MAIL FROM:<me@example.com>
S: 250 ok
C: RCPT TO:<a@example.net>
S: 250 ok
C: DATA
S: 354 go on
",
    );
    server.finish();
}

#[test]
fn a_server_that_closes_or_resets_at_a_group() {
    for answers in ["S-CLOSE", "S-RESET", "S: 250 ok\nS-CLOSE", "S: 250 ok\nS: 250 ok\nS-CLOSE"] {
        is_left_for_steps(answers);
    }
}

#[test]
fn a_server_that_throws_the_rest_of_a_group_away() {
    for answers in ["C-EOF", "S: 250 ok\nC-EOF", "S: 250 ok\nS: 250 ok\nC-EOF"] {
        is_left_for_steps(answers);
    }
}

#[test]
fn a_server_that_complains_of_commands_that_come_early() {
    for answers in [
        "S: 503 5.5.1 bad sequence\nS: 503 no\nS: 503 no\nC-EOF",
        "S: 554 5.5.0 SMTP synchronization error\nC-EOF",
        "S: 250 ok\nS: 503 wait\nS: 503 wait\nC-EOF",
        "S: 250 ok\nS: 421 4.7.0 improper command pipelining\nS-CLOSE",
        "S: 250 ok\nS: 250 ok\nS: 503 5.5.1 bad sequence of commands\nC-EOF",
        "S: 250 ok\nS: 250 ok\nS: 554 no valid recipients\nC-EOF",
    ] {
        is_left_for_steps(answers);
    }
}

#[test]
fn a_server_that_takes_a_group_for_one_line() {
    for answers in ["S: 501 syntax: MAIL FROM:<address>\nC-EOF", "S: 500 line too long\nS-CLOSE"] {
        is_left_for_steps(answers);
    }
}

#[test]
fn a_server_that_gives_too_few_or_too_many_answers() {
    for answers in [
        "S: 250 ok\nS: 354 go on\nC-EOF",
        "S: 354 go on\nC-EOF",
        "S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 354 go on\nC-EOF",
        "S: nonsense\nC-EOF",
    ] {
        is_left_for_steps(answers);
    }
}

/// The dot of a 354 that belongs to nobody could send an empty mail.
#[test]
fn an_answer_that_may_belong_to_another_command_gets_no_dot() {
    is_left_for_steps("S: 250 ok\nS: 503 wait\nS: 354 go on\nC-EOF");
}

#[test]
fn a_real_refusal_is_no_reason_for_a_second_connection() {
    for (answers, exit) in [
        ("S: 553 5.7.1 no\nS: 503 no\nS: 503 no\nC: QUIT\nS: 221 bye", 69),
        ("S: 501 5.1.7 bad sender\nS: 503 no\nS: 503 no\nC: QUIT\nS: 221 bye", 69),
        ("S: 503 5.5.1 authentication required\nS: 503 no\nS: 503 no\nC: QUIT\nS: 221 bye", 69),
        ("S: 250 ok\nS: 550 nobody\nS: 503 no\nC: QUIT\nS: 221 bye", 67),
        ("S: 250 ok\nS: 501 5.1.3 bad address\nS: 503 no\nC: QUIT\nS: 221 bye", 67),
        ("S: 250 ok\nS: 250 ok\nS: 554 5.7.1 no\nC: QUIT\nS: 221 bye", 65),
        ("S: 421 closing\nC: QUIT\nS-CLOSE", 75),
    ] {
        let (server, outcome) = pipelined(answers);
        outcome.exit(exit);
        let dialogue = server.finish();
        assert!(!dialogue.lines().contains(&"--- connection".to_owned()));
    }
}

/// The answers that are left would change nothing.
#[test]
fn a_refused_sender_is_told_although_the_rest_of_the_group_is_not_answered() {
    let (server, outcome) = pipelined("S: 553 5.7.1 no\nC: QUIT");
    outcome.exit(69).stderr_contains("rejected at MAIL FROM: 553 5.7.1 no");
    server.finish();
}

#[test]
fn it_is_tried_once_and_the_second_failure_is_told() {
    let (server, outcome) = send_with(
        &[],
        &["a@example.net"],
        &format!(
            "{GROUPS}
             {GROUP}
             S-CLOSE
             --- connection
             S: 220 hi
             C: EHLO client.example
             S: 250-mail.example.net
             S: 250 PIPELINING
             C: MAIL FROM:<me@example.com>
             S-CLOSE"
        ),
    );
    outcome
        .exit(75)
        .stderr_is("mailsend: 127.0.0.1: the server closed the connection (MAIL FROM)\n");
    server.finish();
}

#[test]
fn without_a_second_connection_the_first_failure_is_told_with_the_key() {
    let (server, outcome) = send_with(
        &[],
        &["a@example.net"],
        &format!("{GROUPS}\n{GROUP}\nS: 250 ok\nS: 250 ok\nS-CLOSE"),
    );
    outcome.exit(75).stderr_is(
        "mailsend: 127.0.0.1: the server closed the connection (DATA)
hint: the server may not understand commands in groups, although it says so: set pipelining = \
         \"never\"
",
    );
    server.finish();
}

#[test]
fn once_the_message_is_out_there_is_no_second_connection() {
    for (answers, exit) in [
        ("S: 354 go on\nC-DATA\nC: QUIT\nS-CLOSE", 79),
        ("S: 354 go on\nC-DATA\nC: QUIT\nS: 503 what\nS: 221 bye", 65),
    ] {
        let (server, outcome) = pipelined(&format!("S: 250 ok\nS: 250 ok\n{answers}"));
        outcome.exit(exit);
        server.finish();
    }
}

/// The login worked, so that the second one repeats no refused password.
#[test]
fn the_second_connection_logs_in_again() {
    let login = "S: 220 hi
        C: EHLO client.example
        S: 250-mail
        S: 250-AUTH PLAIN
        S: 250 PIPELINING
        C: AUTH PLAIN *
        S: 235 ok";
    let steps = STEP_BY_STEP.split_once("C: MAIL").unwrap().1;
    let server = ScriptServer::play(&format!(
        "{login}\n{GROUP}\nS-CLOSE\n--- connection\n{login}\nC: MAIL{steps}"
    ));
    let outcome = program(&server)
        .args(["--username", "me", "--danger-cleartext-auth", "--password-env", "SECRET"])
        .env("SECRET", "x")
        .arg("a@example.net")
        .run();
    outcome.exit(0).silent();
    server.finish();
}
