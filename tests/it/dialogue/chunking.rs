//! BDAT (RFC 3030): the whole transaction in one flight where that is safe, the chunk behind the
//! answers where it saves one, and DATA on a new connection where CHUNKING is a lie.

use super::{program, send_with};
use crate::support::{Cut, Mailsend, Outcome, Proxy, ScriptServer};

/// How a server that offers both begins.
const BOTH: &str = "S: 220 hi
    C: EHLO client.example
    S: 250-mail.example.net
    S: 250-PIPELINING
    S: 250 CHUNKING";

/// How a server that offers CHUNKING alone begins.
const CHUNKS: &str = "S: 220 hi
    C: EHLO client.example
    S: 250-mail.example.net
    S: 250 CHUNKING";

/// All of a mail to one recipient in one flight.
const WHOLE: &str = "C: MAIL FROM:<me@example.com>
    C: RCPT TO:<a@example.net>
    C-BDAT
    C: QUIT";

/// All of a mail to two recipients in one flight.
const WHOLE_FOR_TWO: &str = "C: MAIL FROM:<me@example.com>
    C: RCPT TO:<a@example.net>
    C: RCPT TO:<b@example.net>
    C-BDAT";

/// The same mail by DATA, on a connection of its own.
const BY_DATA: &str = "C: MAIL FROM:<me@example.com>
    C: RCPT TO:<a@example.net>
    C: DATA
    S: 250 ok
    S: 250 ok
    S: 354 go on
    C-DATA
    C: QUIT
    S: 250 queued
    S: 221 bye";

const FASTER: &str = "the server does not know BDAT, although it says so; chunking = \"never\" saves \
                      the second connection";

/// A mail to one recipient in one flight, and what is answered to it.
fn whole(answers: &str) -> Outcome {
    let script = format!("{BOTH}\n{WHOLE}\n{answers}");
    let (server, outcome) = send_with(&["-v"], &["a@example.net"], &script);
    server.finish();
    outcome
}

/// The same to two recipients.
fn for_two(answers: &str) -> Outcome {
    let script = format!("{BOTH}\n{WHOLE_FOR_TWO}\n{answers}");
    let flags = &["-v", "--timeout-end-of-data", "1"];
    let (server, outcome) = send_with(flags, &["a@example.net", "b@example.net"], &script);
    server.finish();
    outcome
}

/// A server that says so to the chunk is sent the mail once more, by DATA.
fn is_left_for_data(answers: &str) {
    let script = format!("{BOTH}\n{WHOLE}\n{answers}\n--- connection\n{BOTH}\n{BY_DATA}");
    let (server, outcome) = send_with(&["-v"], &["a@example.net"], &script);
    outcome.exit(0).stderr_contains(FASTER);
    let dialogue = server.finish();
    let [chunk, data] = &dialogue.messages()[..] else { panic!("two messages") };
    assert_eq!(chunk, data, "a chunk is not dot-stuffed");
}

#[test]
fn a_whole_mail_is_one_flight() {
    let script = format!("{BOTH}\n{WHOLE}\nS: 250 ok\nS: 250 ok\nS: 250 queued\nS: 221 bye");
    let server = ScriptServer::play(&script);
    let mut proxy = Proxy::to(server.address(), Cut::default());
    let outcome = Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", &proxy.port().to_string(), "--tls", "none"])
        .args(["--ehlo", "client.example", "-f", "me@example.com", "--body", "hello", "--json"])
        .arg("a@example.net")
        .talks_to(server.dialogue())
        .run();
    assert_eq!(outcome.exit(0).json()["flights"], 2, "EHLO, and everything else");
    assert_eq!(proxy.ended().flights, 2, "counted on the network");
    server.finish();
}

#[test]
fn a_chunk_has_its_dots_and_octets_as_they_are() {
    let message = "From: me@example.com\r\n\r\n.\r\n..\r\n.naïve\r\n".as_bytes();
    let whole = WHOLE.replace("com>", "com> BODY=8BITMIME");
    let offers = BOTH.replace("250-P", "250-8BITMIME\nS: 250-P");
    let server = ScriptServer::play(&format!(
        "{offers}\n{whole}\nS: 250 ok\nS: 250 ok\nS: 250 queued\nS: 221 bye"
    ));
    let port = server.port().to_string();
    let outcome = Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", &port, "--tls", "none"])
        .args(["--ehlo", "client.example", "-f", "me@example.com", "--raw", "a@example.net"])
        .stdin(message)
        .talks_to(server.dialogue())
        .run();
    outcome.exit(0).silent();
    let sent = server.finish().messages().remove(0);
    assert!(sent.ends_with("\r\n\r\n.\r\n..\r\n.naïve\r\n".as_bytes()));
}

/// Somebody may be left over, and then more follows.
#[test]
fn with_several_recipients_quit_waits() {
    for_two("S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 250 queued\nC: QUIT\nS: 221 bye").exit(0);
    let rest = "S: 250 ok
        S: 250 ok
        S: 452 4.5.3 too many recipients
        S: 250 queued
        C: MAIL FROM:<me@example.com>
        C: RCPT TO:<b@example.net>
        C-BDAT
        C: QUIT
        S: 250 ok
        S: 250 ok
        S: 250 queued too
        S: 221 bye";
    for_two(rest).exit(0);
}

#[test]
fn a_refused_recipient_does_not_stop_the_chunk_for_the_others() {
    let outcome =
        for_two("S: 250 ok\nS: 250 ok\nS: 550 5.1.1 no\nS: 250 queued\nC: QUIT\nS: 221 bye");
    outcome.exit(67).stderr_contains("b@example.net: rejected at RCPT TO: 550 5.1.1 no");
}

#[test]
fn a_refusal_with_the_chunk_on_its_way_is_the_one_that_is_told() {
    for (answers, exit, told) in [
        ("S: 553 5.7.1 no\nS: 503 no\nS: 503 no\nS: 221 bye", 69, "MAIL FROM: 553 5.7.1 no"),
        ("S: 450 4.7.1 no\nS: 503 no\nS: 503 no\nS: 221 bye", 75, "MAIL FROM: 450 4.7.1 no"),
        ("S: 250 ok\nS: 550 no\nS: 554 no\nS: 221 bye", 67, "RCPT TO: 550 no"),
        ("S: 250 ok\nS: 450 no\nS: 503 no\nS: 221 bye", 75, "RCPT TO: 450 no"),
        // The chunk is read as commands, none of which there is.
        ("S: 250 ok\nS: 550 no\nS: 554 no\nS: 500 what\nS: 500 what\nS: 221 bye", 67, "550 no"),
        ("S: 553 5.7.1 no\nS-CLOSE", 69, "MAIL FROM: 553 5.7.1 no"),
        ("S: 250 ok\nS: 550 no\nS-CLOSE", 67, "RCPT TO: 550 no"),
        ("S: 421 closing\nS-CLOSE", 75, "421 closing"),
        ("S: 250 ok\nS: 250 ok\nS: 421 closing\nS-CLOSE", 75, "the end of the data: 421 closing"),
    ] {
        whole(answers).exit(exit).stderr_contains(told);
    }
}

#[test]
fn a_refused_chunk_is_a_refused_message() {
    for (answer, exit) in [
        ("552 5.3.4 too big", 65),
        ("554 5.7.1 spam", 65),
        ("451 4.3.0 later", 75),
        ("452 4.3.1 disk full", 75),
    ] {
        let outcome = whole(&format!("S: 250 ok\nS: 250 ok\nS: {answer}\nS: 221 bye"));
        let told = format!("at the end of the data: {answer}");
        outcome.exit(exit).stderr_contains(&told);
    }
}

#[test]
fn a_lost_answer_leaves_the_outcome_unknown() {
    for answers in [
        "S-CLOSE",
        "S-RESET",
        "S: 250 ok\nS-CLOSE",
        "S: 250 ok\nS: 250 ok\nS-CLOSE",
        "S: 250 ok\nS: 250 ok\nS-RESET",
        "S: 250 ok\nS: 250 ok\nS: 354 go on\nC-EOF",
        "S: 250 ok\nS: 354 go on\nC-EOF",
        "S: nonsense\nC-EOF",
    ] {
        whole(answers).exit(79).stderr_contains("set pipelining = \"never\"");
    }
    for_two("S: 250 ok\nS: 550 no\nS-CLOSE").exit(79);
    for_two("S: 250 ok\nS: 550 no\nS: 250 ok\nC-EOF")
        .exit(79)
        .stderr_contains("a@example.net: rejected at RCPT TO: 550 no");
}

#[test]
fn a_server_that_closes_after_the_answer_has_the_mail() {
    for ending in ["S-CLOSE", "S-RESET", "S: 250 bye\nS-CLOSE"] {
        whole(&format!("S: 250 ok\nS: 250 ok\nS: 250 queued\n{ending}")).exit(0);
    }
}

/// Every answer to the same flight is much like the others: the last of them shows.
#[test]
fn one_answer_too_many_leaves_the_outcome_unknown() {
    for answers in [
        "S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 552 too big\nS: 221 bye",
        "S: 250 ok\nS: 250 ok\nS: 500 what\nS: 250 queued\nS: 221 bye",
        "S: 250 ok\nS: 450 no\nS: 250 ok\nS: 221 bye",
        "S: 250 ok\nS: 250 ok\nS: 451 later\nS: 250 queued\nS: 221 bye",
    ] {
        whole(answers).exit(79);
    }
    let twice = "S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 250 ok\nC: QUIT\nS: 554 no\nS: 221 bye";
    for_two(twice).exit(79);
}

#[test]
fn chunking_that_is_a_lie_costs_one_connection_and_names_the_key() {
    for answer in ["500 what", "502 5.5.1 no such command", "501 syntax", "504 no", "555 no"] {
        is_left_for_data(&format!("S: 250 ok\nS: 250 ok\nS: {answer}\nS: 221 bye"));
    }
    // The lines of the chunk are no commands either.
    is_left_for_data("S: 250 ok\nS: 250 ok\nS: 500 what\nS: 500 what\nS: 500 what\nS-CLOSE");
}

#[test]
fn a_server_that_speaks_of_the_order_of_commands_is_left_for_one_at_a_time() {
    for answers in [
        "S: 250 ok\nS: 250 ok\nS: 503 5.5.1 bad sequence\nS: 221 bye",
        "S: 250 ok\nS: 503 wait\nS: 503 wait\nS: 221 bye",
        "S: 554 5.5.0 SMTP synchronization error\nS-CLOSE",
    ] {
        let steps =
            super::STEP_BY_STEP.replace("S: 250 PIPELINING", "S: 250-PIPELINING\nS: 250 CHUNKING");
        let script = format!("{BOTH}\n{WHOLE}\n{answers}\n{steps}");
        let (server, outcome) = send_with(&["-v"], &["a@example.net"], &script);
        outcome.exit(0).stderr_contains("pipelining = \"never\" saves the second connection");
        server.finish();
    }
}

#[test]
fn without_a_second_connection_the_key_is_named_too() {
    let script = format!("{BOTH}\n{WHOLE}\nS: 250 ok\nS: 250 ok\nS: 502 no\nS-CLOSE");
    let server = ScriptServer::play(&script);
    let outcome = program(&server).arg("a@example.net").run();
    outcome.exit(75).stderr_contains(
        "hint: the server does not know BDAT, although it says so: set chunking = \"never\"\n",
    );
    server.finish();
}

/// Commands one at a time, the chunk last; what is answered to it.
fn last(answers: &str) -> (ScriptServer, Outcome) {
    let script = format!(
        "{CHUNKS}
         C: MAIL FROM:<me@example.com>
         S: 250 ok
         C: RCPT TO:<a@example.net>
         S: 250 ok
         C-BDAT
         {answers}"
    );
    send_with(&["-v"], &["a@example.net"], &script)
}

#[test]
fn without_pipelining_the_chunk_comes_behind_the_answers() {
    for (answers, exit) in [
        ("S: 250 queued\nC: QUIT\nS: 221 bye", 0),
        ("S: 552 5.3.4 too big\nC: QUIT\nS: 221 bye", 65),
        ("S: 451 later\nC: QUIT\nS: 221 bye", 75),
        ("S: 421 closing\nC: QUIT\nS-CLOSE", 75),
        ("S: 354 what\nC: QUIT\nS: 221 bye", 79),
        ("S-CLOSE", 79),
        ("S-RESET", 79),
    ] {
        let (server, outcome) = last(answers);
        outcome.exit(exit);
        server.finish();
    }
    for answer in ["500 what", "503 5.5.1 bad sequence"] {
        let (server, outcome) = last(&format!(
            "S: {answer}
             C: QUIT
             S: 221 bye
             --- connection
             {CHUNKS}
             C: MAIL FROM:<me@example.com>
             S: 250 ok
             C: RCPT TO:<a@example.net>
             S: 250 ok
             C: DATA
             S: 354 go on
             C-DATA
             S: 250 queued
             C: QUIT
             S: 221 bye"
        ));
        outcome.exit(0).stderr_contains(FASTER);
        server.finish();
    }
}

#[test]
fn all_or_none_waits_with_the_chunk_for_everybody() {
    let envelope = "C: MAIL FROM:<me@example.com>
        C: RCPT TO:<a@example.net>
        C: RCPT TO:<b@example.net>
        S: 250 ok
        S: 250 ok";
    for (answers, exit) in [
        ("S: 250 ok\nC-BDAT\nC: QUIT\nS: 250 queued\nS: 221 bye", 0),
        ("S: 550 no\nC: QUIT\nS: 221 bye", 67),
    ] {
        let script = format!("{BOTH}\n{envelope}\n{answers}");
        let recipients = &["a@example.net", "b@example.net"];
        let (server, outcome) = send_with(&["--all-or-none"], recipients, &script);
        outcome.exit(exit);
        server.finish();
    }
}

#[test]
fn never_is_never() {
    let script = format!("{BOTH}\n{BY_DATA}");
    let (server, outcome) = send_with(&["--chunking", "never"], &["a@example.net"], &script);
    outcome.exit(0).silent();
    server.finish();
}

/// What a server that reads a chunk as commands could execute.
#[test]
fn a_large_message_or_one_with_commands_in_it_goes_by_data() {
    let attachment = vec![0; 50_000];
    for (text, attached) in [("hi\nRCPT TO:<x@y.z>\n", false), ("\tquit\n", false), ("hi", true)] {
        let server = ScriptServer::play(&format!("{BOTH}\n{BY_DATA}"));
        let port = server.port().to_string();
        let mut command = Mailsend::new()
            .args(["--host", "127.0.0.1", "--port", &port, "--tls", "none"])
            .args(["--ehlo", "client.example", "-f", "me@example.com", "a@example.net"])
            .args(["--body", text])
            .talks_to(server.dialogue());
        if attached {
            command = command.file("some.bin", &attachment).args(["-a", "some.bin"]);
        }
        command.run().exit(0).silent();
        server.finish();
    }
}
