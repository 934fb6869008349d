//! More recipients than a server takes in one transaction (RFC 5321 §4.5.3.1.8): the rest go in
//! further ones on the same connection.

use super::{GROUPS, STEPS, send, send_with};

const FIVE: &[&str] = &["a@x.test", "b@x.test", "c@x.test", "d@x.test", "e@x.test"];
const THREE: &[&str] = &["a@x.test", "b@x.test", "c@x.test"];

#[test]
fn the_rest_go_in_further_transactions_of_as_many_as_the_server_takes() {
    let (server, outcome) = send_with(
        &["-v"],
        FIVE,
        &format!(
            "{GROUPS}
             C: MAIL FROM:<me@example.com>
             C: RCPT TO:<a@x.test>
             C: RCPT TO:<b@x.test>
             C: RCPT TO:<c@x.test>
             C: RCPT TO:<d@x.test>
             C: RCPT TO:<e@x.test>
             C: DATA
             S: 250 ok
             S: 250 ok
             S: 250 ok
             S: 452 4.5.3 too many recipients
             S: 452 4.5.3 too many recipients
             S: 452 4.5.3 too many recipients
             S: 354 go on
             C-DATA
             S: 250 queued as 1
             C: MAIL FROM:<me@example.com>
             C: RCPT TO:<c@x.test>
             C: RCPT TO:<d@x.test>
             C: DATA
             S: 250 ok
             S: 250 ok
             S: 250 ok
             S: 354 go on
             C-DATA
             S: 250 queued as 2
             C: MAIL FROM:<me@example.com>
             C: RCPT TO:<e@x.test>
             C: DATA
             S: 250 ok
             S: 250 ok
             S: 354 go on
             C-DATA
             C: QUIT
             S: 250 queued as 3
             S: 221 bye"
        ),
    );
    outcome.exit(0).stderr_contains("accepted by 127.0.0.1: 250 queued as 1\n");
    outcome.stderr_contains("accepted by 127.0.0.1: 250 queued as 3\n");
    let messages = server.finish().messages();
    assert_eq!(messages.len(), 3);
    assert!(messages.iter().all(|message| message == &messages[0]));
}

#[test]
fn one_at_a_time_nobody_more_is_named_once_the_server_has_enough() {
    let (server, outcome) = send(
        THREE,
        &format!(
            "{STEPS}
             C: MAIL FROM:<me@example.com>
             S: 250 ok
             C: RCPT TO:<a@x.test>
             S: 250 ok
             C: RCPT TO:<b@x.test>
             S: 552 too many recipients
             C: DATA
             S: 354 go on
             C-DATA
             S: 250 ok
             C: MAIL FROM:<me@example.com>
             S: 250 ok
             C: RCPT TO:<b@x.test>
             S: 550 5.1.1 no such user
             C: RSET
             S: 250 ok
             C: MAIL FROM:<me@example.com>
             S: 250 ok
             C: RCPT TO:<c@x.test>
             S: 250 ok
             C: DATA
             S: 354 go on
             C-DATA
             S: 250 ok
             C: QUIT
             S: 221 bye"
        ),
    );
    outcome.exit(67).stderr_contains("1 of 3 recipients not accepted\n  b@x.test: rejected");
    server.finish();
}

/// The first transaction is for `a`, and leaves `b` and `c` over.
fn after_the_first(rest: &str) -> String {
    format!(
        "{GROUPS}
         C: MAIL FROM:<me@example.com>
         C: RCPT TO:<a@x.test>
         C: RCPT TO:<b@x.test>
         C: RCPT TO:<c@x.test>
         C: DATA
         S: 250 ok
         S: 250 ok
         S: 452 too many
         S: 452 too many
         S: 354 go on
         C-DATA
         {rest}"
    )
}

/// The outcomes in the order of the recipients.
fn outcomes_of(script: &str, exit: i32) -> Vec<String> {
    let (server, outcome) = send_with(&["--json"], THREE, script);
    let json = outcome.exit(exit).json();
    server.finish();
    let recipients = json["recipients"].as_array().unwrap();
    let addresses: Vec<_> = recipients.iter().map(|r| r["address"].as_str().unwrap()).collect();
    assert_eq!(addresses, THREE);
    recipients.iter().map(|r| r["outcome"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn without_progress_the_rest_is_deferred() {
    let outcomes = outcomes_of(
        &after_the_first(
            "S: 250 ok
             C: MAIL FROM:<me@example.com>
             C: RCPT TO:<b@x.test>
             C: DATA
             S: 250 ok
             S: 452 too many
             S: 503 no recipients
             C: QUIT
             S: 221 bye",
        ),
        67,
    );
    assert_eq!(outcomes, ["accepted", "deferred", "deferred"]);
}

#[test]
fn what_breaks_later_does_not_undo_what_was_accepted() {
    for rest in [
        "S-CLOSE",
        "C: MAIL FROM:<me@example.com>
         C: RCPT TO:<b@x.test>
         C: DATA
         S: 250 ok
         S-CLOSE",
        "C: MAIL FROM:<me@example.com>
         C: RCPT TO:<b@x.test>
         C: DATA
         S: 421 that is enough
         C: QUIT
         S-CLOSE",
    ] {
        let script = after_the_first(&format!("S: 250 ok\n{rest}"));
        assert_eq!(outcomes_of(&script, 67), ["accepted", "deferred", "deferred"]);
    }
}

#[test]
fn each_transaction_has_its_own_answer_to_the_end_of_the_data() {
    let script = after_the_first(
        "S: 250 ok
         C: MAIL FROM:<me@example.com>
         C: RCPT TO:<b@x.test>
         C: DATA
         S: 250 ok
         S: 250 ok
         S: 354 go on
         C-DATA
         S: 554 5.7.1 not that
         C: MAIL FROM:<me@example.com>
         C: RCPT TO:<c@x.test>
         C: DATA
         S: 250 ok
         S: 250 ok
         S: 354 go on
         C-DATA
         C: QUIT
         S-CLOSE",
    );
    assert_eq!(outcomes_of(&script, 79), ["accepted", "rejected", "unknown"]);
}

#[test]
fn after_a_message_that_is_deferred_or_in_doubt_nothing_more_is_tried() {
    let deferred = after_the_first("S: 451 later\nC: QUIT\nS: 221 bye");
    assert_eq!(outcomes_of(&deferred, 75), ["deferred", "deferred", "deferred"]);
    let unknown = after_the_first("S-CLOSE");
    assert_eq!(outcomes_of(&unknown, 79), ["unknown", "deferred", "deferred"]);
}

#[test]
fn a_full_mailbox_behind_somebody_who_was_accepted_is_asked_once() {
    let (server, outcome) = send(
        &["a@x.test", "b@x.test"],
        &format!(
            "{GROUPS}
             C: MAIL FROM:<me@example.com>
             C: RCPT TO:<a@x.test>
             C: RCPT TO:<b@x.test>
             C: DATA
             S: 250 ok
             S: 250 ok
             S: 452 4.2.2 mailbox full
             S: 354 go on
             C-DATA
             C: QUIT
             S: 250 ok
             S: 221 bye"
        ),
    );
    outcome.exit(67);
    server.finish();
}
