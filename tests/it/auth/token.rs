//! XOAUTH2 and OAUTHBEARER (RFC 7628): an access token instead of a password.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::MAIL;
use crate::support::{Mailsend, Outcome, ScriptServer};

const TOKEN: &str = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg";

/// XOAUTH2's only response.
fn xoauth2() -> String {
    STANDARD.encode(format!("user=alice\x01auth=Bearer {TOKEN}\x01\x01"))
}

fn oauthbearer(port: u16) -> String {
    STANDARD.encode(format!(
        "n,a=alice,\x01host=127.0.0.1\x01port={port}\x01auth=Bearer {TOKEN}\x01\x01"
    ))
}

fn script(offer: &str, exchange: &str) -> String {
    format!(
        "S: 220 hi
         C: EHLO *
         S: 250-mail
         S: 250 AUTH {offer}
         {exchange}"
    )
}

fn program(server: &ScriptServer) -> Mailsend {
    let port = server.port().to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["--danger-cleartext-auth", "--username", "alice"])
        .args(["-f", "me@example.com", "--body", "hello", "-vv", "a@example.net"])
        .talks_to(server.dialogue())
}

fn send(offer: &str, exchange: &str) -> Outcome {
    let server = ScriptServer::play(&script(offer, exchange));
    let outcome = program(&server).args(["--token-env", "TOKEN"]).env("TOKEN", TOKEN).run();
    outcome.lacks(TOKEN).lacks(STANDARD.encode(TOKEN)).lacks(xoauth2());
    server.finish();
    outcome
}

#[test]
fn xoauth2_gives_user_and_token_in_one_line() {
    let outcome =
        send("LOGIN XOAUTH2", &format!("C: AUTH XOAUTH2 {}\nS: 235 ok\n{MAIL}", xoauth2()));
    outcome.exit(0).stderr_contains("AUTH XOAUTH2 as alice");
}

#[test]
fn a_token_comes_from_every_source() {
    let exchange = format!("C: AUTH XOAUTH2 {}\nS: 235 ok\n{MAIL}", xoauth2());
    for flags in [
        ["--token-env", "TOKEN"],
        ["--token-file", "token"],
        ["--token-command", "cat token"],
        ["--token-credential", "smtp"],
    ] {
        let server = ScriptServer::play(&script("XOAUTH2", &exchange));
        let run = program(&server).args(flags).file("token", TOKEN).file("c/smtp", TOKEN);
        let credentials = run.home().join("c");
        run.env("TOKEN", TOKEN).env("CREDENTIALS_DIRECTORY", credentials).run().exit(0);
        server.finish();
    }
}

#[test]
fn oauthbearer_comes_before_its_forerunner() {
    // The port is in the response, so the script is played on a port that is known before.
    let server = ScriptServer::play(&script(
        "XOAUTH2 OAUTHBEARER PLAIN",
        &format!("C: AUTH OAUTHBEARER *\nS: 235 ok\n{MAIL}"),
    ));
    let port = server.port();
    program(&server).args(["--token-env", "TOKEN"]).env("TOKEN", TOKEN).run().exit(0);
    let said = server.finish().lines();
    assert!(said.contains(&format!("C: AUTH OAUTHBEARER {}", oauthbearer(port))), "{said:?}");
}

#[test]
fn the_error_of_xoauth2_is_answered_and_told_in_words() {
    let json = r#"{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}"#;
    let outcome = send(
        "XOAUTH2",
        &format!(
            "C: AUTH XOAUTH2 {}
             S: 334 {}
             C:
             S: 535 5.7.8 Username and Password not accepted
             C: QUIT
             S: 221 bye",
            xoauth2(),
            STANDARD.encode(json)
        ),
    );
    outcome.exit(77).stderr_contains(
        "mailsend: 127.0.0.1: the server refused the token: 535 5.7.8 Username and Password not \
         accepted (schemes bearer, scope https://mail.google.com/, status 401)\n\
         hint: an access token is good for an hour or so",
    );
}

#[test]
fn the_error_of_oauthbearer_is_answered_as_its_standard_says() {
    let json = r#"{"status":"invalid_token"}"#;
    let outcome = send(
        "OAUTHBEARER",
        &format!(
            "C: AUTH OAUTHBEARER *
             S: 334 {}
             C: AQ==
             S: 535 5.7.8 no
             C: QUIT
             S: 221 bye",
            STANDARD.encode(json)
        ),
    );
    outcome
        .exit(77)
        .stderr_contains("the server refused the token: 535 5.7.8 no (status invalid_token)");
}

/// No form of a token appears, even where the server repeats it.
#[test]
fn an_error_that_repeats_the_token_does_not_show_it() {
    let json = format!("{{\"status\":\"401\",\"token\":\"{TOKEN}\"}}");
    let outcome = send(
        "XOAUTH2",
        &format!(
            "C: AUTH XOAUTH2 {}
             S: 334 {}
             C:
             S: 535 bad token {TOKEN}
             C: QUIT
             S: 221 bye",
            xoauth2(),
            STANDARD.encode(json)
        ),
    );
    outcome.exit(77).stderr_contains("535 bad token ***").lacks("dft4qmTc2Nvb3");
}

#[test]
fn a_token_that_is_too_long_for_the_line_waits_for_the_challenge() {
    let token = "t".repeat(3000);
    let message = STANDARD.encode(format!("user=alice\x01auth=Bearer {token}\x01\x01"));
    let server = ScriptServer::play(&script(
        "XOAUTH2",
        &format!("C: AUTH XOAUTH2\nS: 334\nC: {message}\nS: 235 ok\n{MAIL}"),
    ));
    program(&server).args(["--token-env", "TOKEN"]).env("TOKEN", token).run().exit(0);
    server.finish();
}

#[test]
fn a_token_without_an_offer_for_it_is_told() {
    let outcome = send("PLAIN LOGIN", "C: QUIT\nS: 221 bye");
    outcome.exit(77).stderr_contains(
        "no AUTH mechanism that the server offers takes an access token (PLAIN LOGIN)\n\
         hint: this server takes passwords: set password_command in place of the token\n",
    );
}

#[test]
fn a_token_is_not_sent_in_the_clear_without_consent() {
    let server = ScriptServer::play("S: 220 hi");
    let port = server.port().to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["--username", "alice", "--token-env", "TOKEN", "-f", "me@example.com"])
        .args(["--body", "x", "a@example.net"])
        .env("TOKEN", TOKEN)
        .run()
        .exit(78)
        .stderr_contains("the token of alice would cross the network unprotected");
    std::mem::forget(server);
}
