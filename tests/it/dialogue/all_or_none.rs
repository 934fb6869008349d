//! `--all-or-none`: nothing of the message is sent before every recipient is known to be accepted.

use super::{GROUPS, STEPS, send_with};
use crate::support::{Outcome, ScriptServer};

const TWO: &[&str] = &["a@example.net", "b@example.net"];

fn to_two(script: &str) -> (ScriptServer, Outcome) {
    send_with(&["--all-or-none", "--json"], TWO, script)
}

#[test]
fn data_waits_for_the_last_recipient_and_then_everybody_is_accepted() {
    let (server, outcome) = to_two(&format!(
        "{GROUPS}
         C: MAIL FROM:<me@example.com>
         C: RCPT TO:<a@example.net>
         C: RCPT TO:<b@example.net>
         S: 250 ok
         S: 250 ok
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         C: QUIT
         S: 250 queued
         S: 221 bye"
    ));
    outcome.exit(0);
    server.finish();
}

#[test]
fn one_refused_recipient_keeps_the_mail_from_all() {
    for (reply, exit, retry) in
        [("550 5.1.1 no such user", 67, false), ("450 4.2.0 later", 75, true)]
    {
        let grouped = format!(
            "{GROUPS}
             C: MAIL FROM:<me@example.com>
             C: RCPT TO:<a@example.net>
             C: RCPT TO:<b@example.net>
             S: 250 ok
             S: 250 ok
             S: {reply}
             C: QUIT
             S: 221 bye"
        );
        let stepwise = format!(
            "{STEPS}
             C: MAIL FROM:<me@example.com>
             S: 250 ok
             C: RCPT TO:<a@example.net>
             S: 250 ok
             C: RCPT TO:<b@example.net>
             S: {reply}
             C: QUIT
             S: 221 bye"
        );
        for script in [grouped, stepwise] {
            let (server, outcome) = to_two(&script);
            let json = outcome.exit(exit).json();
            assert_eq!(json["recipients"][0]["outcome"], "withheld");
            assert_eq!(json["recipients"][0]["retry"], true);
            assert_eq!(json["recipients"][1]["retry"], retry);
            outcome.stderr_contains(
                "2 of 2 recipients not accepted
  a@example.net: not sent, because others were not accepted (--all-or-none)
",
            );
            server.finish();
        }
    }
}

#[test]
fn somebody_who_never_gets_it_outweighs_somebody_who_may_later() {
    let (server, outcome) = to_two(&format!(
        "{GROUPS}
         C: MAIL FROM:<me@example.com>
         C: RCPT TO:<a@example.net>
         C: RCPT TO:<b@example.net>
         S: 250 ok
         S: 450 later
         S: 550 never
         C: QUIT
         S: 221 bye"
    ));
    outcome.exit(67);
    server.finish();
}

#[test]
fn too_many_recipients_are_not_split() {
    for reply in ["452 4.5.3 too many recipients", "552 too many recipients"] {
        let (server, outcome) = to_two(&format!(
            "{GROUPS}
             C: MAIL FROM:<me@example.com>
             C: RCPT TO:<a@example.net>
             C: RCPT TO:<b@example.net>
             S: 250 ok
             S: 250 ok
             S: {reply}
             C: QUIT
             S: 221 bye"
        ));
        outcome.exit(75);
        server.finish();
    }
}

#[test]
fn with_one_recipient_it_changes_nothing() {
    let (server, outcome) = send_with(
        &["--all-or-none"],
        &["a@example.net"],
        &format!(
            "{GROUPS}
             C: MAIL FROM:<me@example.com>
             C: RCPT TO:<a@example.net>
             C: DATA
             S: 250 ok
             S: 250 ok
             S: 354 go on
             C-DATA
             C: QUIT
             S: 250 queued
             S: 221 bye"
        ),
    );
    outcome.exit(0).silent();
    server.finish();
}
