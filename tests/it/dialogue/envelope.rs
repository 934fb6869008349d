//! MAIL, RCPT and DATA up to the 354: who is refused, and what that means for the others.

use super::{STEPS, pipelined, send, send_with};

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
fn a_recipient_who_is_forwarded_or_not_verified_is_accepted() {
    for code in ["251 2.1.5 will forward to <b@example.org>", "252 cannot verify"] {
        let (server, outcome) = pipelined(&format!(
            "S: 250 ok
             S: {code}
             S: 354 go on
             C-DATA
             C: QUIT
             S: 250 queued
             S: 221 bye"
        ));
        outcome.exit(0).silent();
        server.finish();
    }
}

#[test]
fn an_address_that_the_server_proposes_is_told_and_not_followed() {
    let (server, outcome) = pipelined(
        "S: 250 ok
         S: 551 user not local; please try <b@example.org>
         S: 503 no recipients
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(67).stderr_contains("551 user not local; please try <b@example.org>");
    server.finish();
}

#[test]
fn mail_that_is_refused_for_now_is_75_and_for_good_69() {
    for (reply, exit) in [("451 4.3.0 busy", 75), ("421 4.7.0 closing", 75), ("550 5.7.1 no", 69)] {
        let (server, outcome) = send(
            &["a@example.net", "b@example.net"],
            &format!(
                "{STEPS}
                 C: MAIL FROM:<me@example.com>
                 S: {reply}
                 C: QUIT
                 S-CLOSE"
            ),
        );
        outcome.exit(exit).stderr_contains(&format!("at MAIL FROM: {reply}"));
        server.finish();
    }
}

/// A server in that state takes whatever comes for a message.
#[test]
fn a_354_where_none_belongs_ends_the_session() {
    let (server, outcome) = send(
        &["a@example.net", "b@example.net"],
        &format!(
            "{STEPS}
             C: MAIL FROM:<me@example.com>
             S: 250 ok
             C: RCPT TO:<a@example.net>
             S: 354 go on
             C-EOF"
        ),
    );
    outcome.exit(76).stderr_contains("RCPT TO was answered 354 go on");
    server.finish();
}
