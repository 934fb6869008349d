//! AUTH: PLAIN with every kind of server that people have met, which mechanism comes next, and what
//! is never shown.

mod challenged;
mod login;
mod scram;
mod token;

use crate::support::{Mailsend, Outcome, ScriptServer};

/// `AUTH PLAIN` of alice and wonder-land1.
const PLAIN: &str = "AGFsaWNlAHdvbmRlci1sYW5kMQ==";
const ALICE: &str = "YWxpY2U=";
const PASSWORD: &str = "d29uZGVyLWxhbmQx";

const MAIL: &str = "C: MAIL FROM:<me@example.com>
    S: 250 ok
    C: RCPT TO:<a@example.net>
    S: 250 ok
    C: DATA
    S: 354 go on
    C-DATA
    S: 250 ok
    C: QUIT
    S: 221 bye";

/// What a session looks like that offers these mechanisms and goes on like this.
fn talk(offer: &str, exchange: &str, flags: &[&str]) -> (ScriptServer, Outcome) {
    let script = format!(
        "S: 220 hi
         C: EHLO *
         S: 250-mail
         S: 250 {offer}
         {exchange}"
    );
    let server = ScriptServer::play(&script);
    let outcome = program(&server, flags).run();
    (server, outcome)
}

/// Logs in as alice in the clear and sends a mail.
fn program(server: &ScriptServer, flags: &[&str]) -> Mailsend {
    let port = server.port().to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["--danger-cleartext-auth", "--username", "alice", "--password-env", "SECRET"])
        .args(["-f", "me@example.com", "--body", "hello", "-v", "a@example.net"])
        .args(flags.iter().copied())
        .env("SECRET", "wonder-land1")
        .talks_to(server.dialogue())
}

fn works(offer: &str, exchange: &str, flags: &[&str]) -> Outcome {
    let (server, outcome) = talk(offer, &format!("{exchange}\n{MAIL}"), flags);
    outcome.exit(0);
    server.finish();
    outcome
}

fn fails(offer: &str, exchange: &str, flags: &[&str], exit: i32) -> Outcome {
    let (server, outcome) = talk(offer, exchange, flags);
    outcome.exit(exit);
    server.finish();
    outcome
}

#[test]
fn plain_goes_out_with_its_response() {
    works("AUTH LOGIN PLAIN", &format!("C: AUTH PLAIN {PLAIN}\nS: 235 ok"), &[]);
}

#[test]
fn auth_with_an_equals_sign_and_in_lower_case_counts() {
    for offer in ["AUTH=LOGIN PLAIN", "auth plain"] {
        works(offer, &format!("C: AUTH PLAIN {PLAIN}\nS: 235 ok"), &[]);
    }
}

#[test]
fn a_server_that_overlooks_the_response_of_plain_gets_it_again() {
    works("AUTH PLAIN", &format!("C: AUTH PLAIN {PLAIN}\nS: 334  \nC: {PLAIN}\nS: 235 ok"), &[]);
}

#[test]
fn plain_without_a_response_is_tried_where_the_line_is_refused() {
    works(
        "AUTH PLAIN",
        &format!("C: AUTH PLAIN {PLAIN}\nS: 501 syntax\nC: AUTH PLAIN\nS: 334\nC: {PLAIN}\nS: 235"),
        &[],
    );
}

#[test]
fn a_mechanism_that_is_not_known_after_all_gives_way_to_the_next() {
    for reply in ["500 5.5.1 unrecognized command", "504 no", "535 5.7.3 invalid mechanism"] {
        works(
            "AUTH PLAIN LOGIN",
            &format!(
                "C: AUTH PLAIN {PLAIN}
                 S: {reply}
                 C: AUTH LOGIN
                 S: 334 VXNlcm5hbWU6
                 C: {ALICE}
                 S: 334 UGFzc3dvcmQ6
                 C: {PASSWORD}
                 S: 235 ok"
            ),
            &[],
        );
    }
}

#[test]
fn a_refused_password_is_not_repeated() {
    let outcome = fails(
        "AUTH PLAIN LOGIN",
        &format!("C: AUTH PLAIN {PLAIN}\nS: 535 5.7.8 no\nC: QUIT\nS: 221 bye"),
        &[],
        77,
    );
    outcome.stderr_contains("the server refused the password: 535 5.7.8 no");
}

/// What comes before AUTH on another connection.
const AGAIN: &str = "--- connection
    S: 220 hi
    C: EHLO *
    S: 250-mail
    S: 250 AUTH PLAIN LOGIN";

#[test]
fn a_server_that_closes_at_what_it_does_not_know_is_asked_for_the_next_elsewhere() {
    works(
        "AUTH PLAIN LOGIN",
        &format!(
            "C: AUTH PLAIN {PLAIN}
             S: 504 5.5.4 not known
             S-CLOSE
             {AGAIN}
             C: AUTH LOGIN
             S: 334 VXNlcm5hbWU6
             C: {ALICE}
             S: 334 UGFzc3dvcmQ6
             C: {PASSWORD}
             S: 235 ok"
        ),
        &[],
    );
}

#[test]
fn a_connection_that_breaks_with_the_password_is_not_made_again() {
    fails("AUTH PLAIN LOGIN", &format!("C: AUTH PLAIN {PLAIN}\nS-CLOSE"), &[], 75)
        .stderr_contains("the server closed the connection (AUTH)");
}

#[test]
fn plain_alone_is_the_last_resort_where_its_line_was_not_understood() {
    for refusal in ["500 what", "504 5.5.4 no", "535 5.5.2 no initial response here"] {
        works(
            "AUTH PLAIN",
            &format!(
                "C: AUTH PLAIN {PLAIN}
                 S: {refusal}
                 C: AUTH PLAIN
                 S: 334
                 C: {PLAIN}
                 S: 235 ok"
            ),
            &[],
        );
    }
}

#[test]
fn a_mechanism_that_is_too_weak_gives_way_to_one_that_hides_the_password() {
    works(
        "AUTH PLAIN LOGIN CRAM-MD5",
        &format!(
            "C: AUTH PLAIN {PLAIN}
             S: 534 5.7.9 mechanism is too weak
             C: AUTH CRAM-MD5
             S: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+
             C: *
             S: 235 ok"
        ),
        &[],
    );
    let exchange =
        format!("C: AUTH PLAIN {PLAIN}\nS: 538 5.7.11 encryption required\nC: QUIT\nS: 221 bye");
    fails("AUTH PLAIN LOGIN", &exchange, &[], 77).stderr_contains("538 5.7.11 encryption required");
}

/// A password was refused only if one was given.
#[test]
fn a_535_before_the_password_is_no_refusal_of_it() {
    works(
        "AUTH LOGIN CRAM-MD5 PLAIN",
        &format!(
            "C: AUTH CRAM-MD5
             S: 535 5.7.0 not today
             C: AUTH PLAIN {PLAIN}
             S: 235 ok"
        ),
        &["--auth", "cram-md5,plain"],
    );
}

#[test]
fn mechanisms_come_from_every_line_that_names_some() {
    for offer in [
        "AUTH GSSAPI\nS: 250-HELP\nS: 250 AUTH PLAIN",
        "AUTH\nS: 250 AUTH=PLAIN",
        "AUTH GSSAPI\nS: 250 auth  NTLM plain ",
    ] {
        let first = offer.replacen("\n", "\n         ", 1);
        let first = first.strip_prefix("AUTH").unwrap();
        let script = format!("250-AUTH{first}");
        let server = ScriptServer::play(&format!(
            "S: 220 hi
             C: EHLO *
             S: 250-mail
             S: {script}
             C: AUTH PLAIN {PLAIN}
             S: 235 ok
             {MAIL}"
        ));
        program(&server, &[]).run().exit(0);
        server.finish();
    }
}

#[test]
fn credentials_without_an_offer_of_auth_are_never_a_silent_send() {
    fails("SIZE", "C: QUIT\nS: 221 bye", &[], 77)
        .stderr_contains("there is a user name, and the server does not offer AUTH");
}

#[test]
fn a_named_mechanism_is_tried_without_an_offer() {
    works("HELP", &format!("C: AUTH PLAIN {PLAIN}\nS: 235 ok"), &["--auth", "plain"]);
}

#[test]
fn mechanisms_that_we_do_not_speak_are_named() {
    fails("AUTH GSSAPI NTLM", "C: QUIT\nS: 221 bye", &[], 77)
        .stderr_contains("no AUTH mechanism that the server offers can be used (GSSAPI NTLM)");
}

#[test]
fn only_235_is_success() {
    fails("AUTH PLAIN", &format!("C: AUTH PLAIN {PLAIN}\nS: 250 ok\nC-EOF"), &[], 76)
        .stderr_contains("AUTH was answered 250 ok");
}

#[test]
fn a_temporary_refusal_is_75() {
    for code in ["454 4.7.0 try later", "432 transition", "421 bye"] {
        let exchange = format!("C: AUTH PLAIN {PLAIN}\nS: {code}\nC: QUIT\nS: 221 bye");
        fails("AUTH PLAIN", &exchange, &[], 75);
    }
}

/// The program without consent to a password in the clear.
fn without_consent(server: &ScriptServer, flags: &[&str]) -> Mailsend {
    let port = server.port().to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["--username", "alice", "--password-env", "SECRET", "-f", "me@example.com"])
        .args(["--body", "x", "a@example.net"])
        .args(flags.iter().copied())
        .env("SECRET", "wonder-land1")
        .talks_to(server.dialogue())
}

#[test]
fn a_password_is_not_sent_in_the_clear_unless_the_profile_says_so() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO *
         S: 250-mail
         S: 250 AUTH PLAIN LOGIN CRAM-MD5
         C: QUIT
         S: 221 bye",
    );
    without_consent(&server, &[]).run().exit(78).stderr_is(
        "mailsend: 127.0.0.1: the password of alice would cross the network unprotected: \
         tls = \"none\", and the server offers nothing that hides it (PLAIN LOGIN CRAM-MD5)
hint: try port = 465, tls = \"implicit\", or port = 587, tls = \"starttls\"
hint: only on a network you trust: auth = \"CRAM-MD5\", which hides a good password, but not a weak one
hint: only on a network you trust: danger_cleartext_auth = true
",
    );
    server.finish();
}

#[test]
fn a_mechanism_that_shows_the_password_is_refused_before_connecting() {
    let server = ScriptServer::play("S: 220 hi");
    without_consent(&server, &["--auth", "plain,login"]).run().exit(78).stderr_is(
        "mailsend: the password of alice would cross the network unprotected: tls = \"none\" (--tls)
hint: give --tls starttls; only on a network you trust, give --danger-cleartext-auth
",
    );
    assert_eq!(server.dialogue().lines(), [""; 0]);
    std::mem::forget(server);
}

#[test]
fn a_response_longer_than_a_command_line_waits_for_the_challenge() {
    let password = "p".repeat(600);
    let server = ScriptServer::play(&format!(
        "S: 220 hi
         C: EHLO *
         S: 250-mail
         S: 250 AUTH PLAIN
         C: AUTH PLAIN
         S: 334
         C: *
         S: 235 ok
         {MAIL}"
    ));
    let port = server.port().to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["--danger-cleartext-auth", "--username", "alice", "--password-env", "SECRET"])
        .args(["-f", "me@example.com", "--body", "hello", "a@example.net"])
        .env("SECRET", password)
        .talks_to(server.dialogue())
        .run()
        .exit(0);
    server.finish();
}

/// No form of the password appears anywhere, even where the server repeats what it was sent.
#[test]
fn no_secret_is_shown_whatever_the_server_repeats() {
    for offer in ["AUTH PLAIN", "AUTH LOGIN"] {
        let exchange = if offer == "AUTH PLAIN" {
            format!(
                "C: AUTH PLAIN {PLAIN}
                 S: 535-bad AUTH PLAIN {PLAIN}
                 S: 535-password wonder-land1 is wrong, {PASSWORD} too
                 S: 535 (AUTH PLAIN AGFsaWNlAHdvbmRlci1s...)
                 C: QUIT
                 S: 221 bye"
            )
        } else {
            format!(
                "C: AUTH LOGIN
                 S: 334 VXNlcm5hbWU6
                 C: {ALICE}
                 S: 334 UGFzc3dvcmQ6
                 C: {PASSWORD}
                 S: 535 no: {PASSWORD} = wonder-land1
                 C: QUIT
                 S: 221 bye"
            )
        };
        for how in [&["-vv"][..], &["--json"], &[]] {
            let (server, outcome) = talk(offer, &exchange, how);
            outcome.exit(77).stderr_contains("535");
            for secret in ["wonder-land1", PASSWORD, PLAIN, "AHdvbmRlci1s"] {
                outcome.lacks(secret);
            }
            server.finish();
        }
    }
}
