//! Greeting, EHLO and replies as servers really write them.

use super::{pipelined, program, send, send_with};
use crate::support::ScriptServer;

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
