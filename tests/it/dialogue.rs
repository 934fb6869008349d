//! What is said on the wire without AUTH and TLS: the transaction, replies as servers really write
//! them, and the exit status of every ending.

use crate::support::{Mailsend, Outcome, ScriptServer};

/// Sends a small mail to `recipients` through a server that follows the script.
fn send(recipients: &[&str], script: &str) -> (ScriptServer, Outcome) {
    send_with(&[], recipients, script)
}

fn send_with(flags: &[&str], recipients: &[&str], script: &str) -> (ScriptServer, Outcome) {
    let server = ScriptServer::play(script);
    let outcome = program(&server).args(flags).args(recipients).run();
    (server, outcome)
}

fn program(server: &ScriptServer) -> Mailsend {
    let port = server.port().to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["--ehlo", "client.example", "-f", "me@example.com", "--body", "hello"])
        .talks_to(server.dialogue())
}

#[test]
fn a_pipelined_mail_takes_three_flights() {
    let (server, outcome) = send_with(
        &["-vv"],
        &["a@example.net", "b@example.net"],
        "S: 220 mail.example.net ESMTP
         C: EHLO client.example
         S: 250-mail.example.net
         S: 250-PIPELINING
         S: 250 SIZE 1000000
         C: MAIL FROM:<me@example.com> SIZE=*
         C: RCPT TO:<a@example.net>
         C: RCPT TO:<b@example.net>
         C: DATA
         S: 250 ok
         S: 250 ok
         S: 250 ok
         S: 354 go on
         C-DATA
         C: QUIT
         S: 250 2.0.0 queued as 42
         S: 221 bye",
    );
    outcome.exit(0).stderr_contains("accepted by 127.0.0.1: 250 2.0.0 queued as 42");
    outcome.stderr_contains("-- 3 flights, ");
    server.finish();
}

#[test]
fn without_pipelining_every_command_waits_for_its_answer() {
    let (server, outcome) = send(
        &["a@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250 mail.example.net
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
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn pipelining_can_be_switched_off() {
    let (server, outcome) = send_with(
        &["--pipelining", "never"],
        &["a@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail.example.net
         S: 250 PIPELINING
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
    outcome.exit(0);
    server.finish();
}

#[test]
fn one_refused_recipient_does_not_stop_the_others() {
    let (server, outcome) = send(
        &["a@example.net", "nobody@example.net", "later@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail.example.net
         S: 250 PIPELINING
         C: MAIL FROM:<me@example.com>
         C: RCPT TO:<a@example.net>
         C: RCPT TO:<nobody@example.net>
         C: RCPT TO:<later@example.net>
         C: DATA
         S: 250 ok
         S: 250 ok
         S: 550 5.1.1 no such user
         S: 450 4.2.0 greylisted
         S: 354 go on
         C-DATA
         C: QUIT
         S: 250 queued
         S: 221 bye",
    );
    outcome.exit(67).stderr_is(
        "mailsend: 127.0.0.1: 2 of 3 recipients not accepted
  nobody@example.net: rejected at RCPT TO: 550 5.1.1 no such user
  later@example.net: deferred at RCPT TO: 450 4.2.0 greylisted
hint: check the spelling: the server knows nobody at that address
hint: the server lets strangers in at their second try: send again in some minutes, to the deferred \
         alone
",
    );
    server.finish();
}

#[test]
fn json_accounts_for_every_recipient() {
    let (server, outcome) = send_with(
        &["--json"],
        &["a@example.net", "nobody@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail.example.net
         S: 250 PIPELINING
         C: MAIL FROM:<me@example.com>
         C: RCPT TO:<a@example.net>
         C: RCPT TO:<nobody@example.net>
         C: DATA
         S: 250 ok
         S: 250 ok
         S: 450 4.2.0 later
         S: 354 go on
         C-DATA
         C: QUIT
         S: 250 queued
         S: 221 bye",
    );
    let json = outcome.exit(67).json();
    assert_eq!(json["version"], 1);
    assert_eq!(json["status"], "partial");
    assert_eq!(json["exit"], 67);
    assert_eq!(json["recipients"][0]["outcome"], "accepted");
    assert_eq!(json["recipients"][0]["retry"], false);
    assert_eq!(json["recipients"][1]["outcome"], "deferred");
    assert_eq!(json["recipients"][1]["code"], 450);
    assert_eq!(json["recipients"][1]["retry"], true);
    server.finish();
}

/// The envelope of a pipelined mail to one recipient, then these answers.
fn pipelined(answers: &str) -> (ScriptServer, Outcome) {
    let script = format!(
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail.example.net
         S: 250 PIPELINING
         C: MAIL FROM:<me@example.com>
         C: RCPT TO:<a@example.net>
         C: DATA
         {answers}"
    );
    send(&["a@example.net"], &script)
}

#[test]
fn a_refused_sender_is_what_is_told_and_not_what_follows_from_it() {
    let (server, outcome) = pipelined(
        "S: 553 5.7.1 not your address
         S: 503 need MAIL first
         S: 503 need RCPT first
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(69).stderr_contains("rejected at MAIL FROM: 553 5.7.1 not your address");
    server.finish();
}

#[test]
fn nobody_accepted_and_nobody_deferred_is_67() {
    let (server, outcome) = pipelined(
        "S: 250 ok
         S: 550 5.1.1 no such user
         S: 554 no valid recipients
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(67).stderr_contains("a@example.net: rejected at RCPT TO: 550 5.1.1 no such user");
    server.finish();
}

#[test]
fn a_354_although_nobody_was_accepted_gets_its_dot_and_nothing_else() {
    let (server, outcome) = pipelined(
        "S: 250 ok
         S: 450 4.2.0 later
         S: 354 go on
         C: .
         S: 554 no valid recipients
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(75);
    server.finish();
}

#[test]
fn a_421_answers_everything_behind_it() {
    let (server, outcome) = send(
        &["a@example.net", "b@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail.example.net
         S: 250 PIPELINING
         C: MAIL FROM:<me@example.com>
         C: RCPT TO:<a@example.net>
         C: RCPT TO:<b@example.net>
         C: DATA
         S: 250 ok
         S: 250 ok
         S: 421 4.3.2 shutting down
         S-CLOSE",
    );
    outcome.exit(75).stderr_is(
        "mailsend: 127.0.0.1: 2 of 2 recipients not accepted
  a@example.net: deferred at DATA: 421 4.3.2 shutting down
  b@example.net: deferred at RCPT TO: 421 4.3.2 shutting down
",
    );
    server.finish();
}

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
fn a_refused_greeting_is_told() {
    let (server, outcome) = send(
        &["a@example.net"],
        "S: 554 5.7.1 you are on a list
         C-EOF",
    );
    outcome.exit(69).stderr_is(
        "mailsend: 127.0.0.1: the server refused the connection: 554 5.7.1 you are on a list\n",
    );
    server.finish();
    let (server, outcome) = send(
        &["a@example.net"],
        "S: 421 too busy
         C-EOF",
    );
    outcome.exit(75);
    server.finish();
}

#[test]
fn a_server_that_knows_only_helo_gets_helo_on_the_same_connection() {
    for code in ["500", "501", "502", "504"] {
        let (server, outcome) = send(
            &["a@example.net"],
            &format!(
                "S: 220 old server
                 C: EHLO client.example
                 S: {code} what
                 C: HELO client.example
                 S: 250 hello
                 C: MAIL FROM:<me@example.com>
                 S: 250 ok
                 C: RCPT TO:<a@example.net>
                 S: 250 ok
                 C: DATA
                 S: 354 go on
                 C-DATA
                 S: 250 ok
                 C: QUIT
                 S: 221 bye"
            ),
        );
        outcome.exit(0);
        server.finish();
    }
}

#[test]
fn replies_may_be_written_in_any_way() {
    let (server, outcome) = send(
        &["a@example.net"],
        r#"S-RAW: "220\n"
         C: EHLO client.example
         S-RAW: "250-mail\r\n250-PIPELINING\n250\t8BITMIME\r\n"
         C: MAIL FROM:<me@example.com>
         C: RCPT TO:<a@example.net>
         C: DATA
         S-RAW: "250\r\n"
         S-RAW: "251-will\n251 forward\n"
         S-RAW: "354-go\r\n354 on\r\n"
         C-DATA
         C: QUIT
         S-RAW: "250 \xca\xd5\xb5\xbd\r\n221\r\n""#,
    );
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn a_refusal_in_gbk_is_shown_in_characters() {
    let (server, outcome) = pipelined(
        r#"S: 250 ok
         S-RAW: "550 \xc3\xbb\xd3\xd0\xd5\xe2\xb8\xf6\xd3\xc3\xbb\xa7\r\n"
         S: 503 no
         C: QUIT
         S: 221 bye"#,
    );
    outcome.exit(67).stderr_contains("550 没有这个用户");
    server.finish();
}

#[test]
fn a_server_that_speaks_unasked_is_not_believed() {
    let (server, outcome) = send(
        &["a@example.net"],
        r#"S: 220 hi
         C: EHLO client.example
         S-RAW: "250 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 queued\r\n"
         C-EOF"#,
    );
    outcome.exit(76).stderr_contains("octets unasked");
    server.finish();
}

#[test]
fn what_is_not_smtp_is_named() {
    let (server, outcome) = send(
        &["a@example.net"],
        "S: SSH-2.0-OpenSSH_9.2
         C-EOF",
    );
    outcome.exit(76).stderr_contains("expected a reply, got \u{201c}SSH-2.0-OpenSSH_9.2\u{201d}");
    server.finish();
}

#[test]
fn a_message_over_the_stated_size_is_not_sent() {
    let (server, outcome) = send(
        &["a@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail
         S: 250 SIZE 100
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(65).stderr_contains("and the server takes at most 100");
    server.finish();
}

#[test]
fn a_server_that_drips_is_held_to_the_deadline_of_the_reply() {
    let server = ScriptServer::play(
        r#"S: 220 hi
         C: EHLO client.example
         S-RAW: "250-never"
         C-EOF"#,
    );
    let outcome = program(&server).args(["--timeout-command", "1", "a@example.net"]).run();
    outcome.exit(75).stderr_is(
        "mailsend: 127.0.0.1: no answer within 1 s (EHLO)\n\
         hint: a server that is only slow gets more time by timeout_command = SECONDS\n",
    );
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
        .stdin(".\n..\n.hidden\nMAIL FROM:<x@y>\n.")
        .talks_to(server.dialogue())
        .run()
        .exit(0);
    let dialogue = server.finish();
    let message = dialogue.messages().remove(0);
    let text = String::from_utf8(message).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, ".\r\n..\r\n.hidden\r\nMAIL FROM:<x@y>\r\n.\r\n");
}

#[test]
fn a_greeting_that_is_neither_yes_nor_no_breaks_the_protocol() {
    for script in [
        "S: 354 go on
         C-EOF",
        "S: 220 hi
         C: EHLO client.example
         S: 354 go on
         C: QUIT
         S: 221 bye",
    ] {
        let (server, outcome) = send(&["a@example.net"], script);
        outcome.exit(76).stderr_contains("it said 354 go on where that does not belong");
        server.finish();
    }
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

#[test]
fn a_refused_sender_is_told_once_however_many_recipients_there_are() {
    let (server, outcome) = send(
        &["a@example.net", "b@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250 mail
         C: MAIL FROM:<me@example.com>
         S: 550 5.7.1 not you
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(69).stderr_is(
        "mailsend: 127.0.0.1: the sender <me@example.com> was rejected at MAIL FROM: 550 5.7.1 not \
         you\n",
    );
    server.finish();
}

#[test]
fn a_login_that_fails_is_told_with_what_was_done_until_then() {
    let (server, outcome) = send_with(
        &["--json", "--username", "alice", "--danger-cleartext-auth", "--password-env", "HOME"],
        &["a@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail
         S: 250 AUTH PLAIN
         C: AUTH PLAIN *
         S: 535 no
         C: QUIT
         S: 221 bye",
    );
    let json = outcome.exit(77).json();
    assert_eq!(json["flights"], 3);
    assert!(json["octets_sent"].as_u64().unwrap() > 30, "{json}");
    server.finish();
}
