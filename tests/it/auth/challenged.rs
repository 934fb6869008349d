//! CRAM-MD5, EXTERNAL, and responses of every length.

use super::{MAIL, fails, program, talk, works};
use crate::support::{Authority, KeyKind, Leaf, Mailsend, Outcome, ScriptServer};

/// `<1896.697170952@postoffice.reston.mci.net>`
const CHALLENGE: &str = "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+";
/// The answer of alice with wonder-land1, by Python's `hmac`.
const ANSWER: &str = "YWxpY2UgNWNkY2MxNWIzN2VmZWEyNGJhOGZmODYyMWMzYmNmNWQ=";

#[test]
fn cram_md5_answers_the_challenge() {
    works(
        "AUTH CRAM-MD5",
        &format!("C: AUTH CRAM-MD5\nS: 334 {CHALLENGE}\nC: {ANSWER}\nS: 235 ok"),
        &[],
    );
}

#[test]
fn cram_md5_answers_a_challenge_that_is_not_encoded() {
    works(
        "AUTH CRAM-MD5",
        &format!(
            "C: AUTH CRAM-MD5
             S: 334 <1896.697170952@postoffice.reston.mci.net>
             C: {ANSWER}
             S: 235 ok"
        ),
        &[],
    );
}

#[test]
fn a_password_that_cram_md5_has_refused_is_not_tried_in_plain() {
    let outcome = fails(
        "AUTH CRAM-MD5 PLAIN",
        &format!(
            "C: AUTH CRAM-MD5
             S: 334 {CHALLENGE}
             C: {ANSWER}
             S: 535 5.7.8 no
             C: QUIT
             S: 221 bye"
        ),
        &["--auth", "cram-md5,plain"],
        77,
    );
    outcome.stderr_contains("the server refused the password: 535 5.7.8 no");
    outcome.stderr_contains(
        "hint: some servers offer what they cannot check; if the password is right, \
         auth = \"plain\"",
    );
    outcome.lacks(ANSWER);
}

#[test]
fn cram_md5_in_the_clear_takes_its_name() {
    let server = ScriptServer::play(&format!(
        "S: 220 hi
         C: EHLO *
         S: 250-mail
         S: 250 AUTH PLAIN CRAM-MD5
         C: AUTH CRAM-MD5
         S: 334 {CHALLENGE}
         C: {ANSWER}
         S: 235 ok
         {MAIL}"
    ));
    super::without_consent(&server, &["--auth", "cram-md5"]).run().exit(0);
    server.finish();
}

/// Passwords with spaces, quotes, other scripts and of four kilobytes, with every way to say them.
#[test]
fn any_password_arrives_as_it_is() {
    let long = "p\u{e4}ss ".repeat(700);
    for password in ["two words", " \"quoted\" \\ ' ", "p\u{e4}ssw\u{f6}rd", "密码", &long] {
        let encoded = base64(format!("\0alice\0{password}"));
        let line = match encoded.len() > 499 {
            true => format!("C: AUTH PLAIN\nS: 334\nC: {encoded}"),
            false => format!("C: AUTH PLAIN {encoded}"),
        };
        let password_alone = base64(password);
        for (offer, exchange) in [
            ("AUTH PLAIN", line),
            (
                "AUTH LOGIN",
                format!(
                    "C: AUTH LOGIN
                     S: 334 VXNlcm5hbWU6
                     C: YWxpY2U=
                     S: 334 UGFzc3dvcmQ6
                     C: {password_alone}"
                ),
            ),
        ] {
            let server = ScriptServer::play(&format!(
                "S: 220 hi
                 C: EHLO *
                 S: 250-mail
                 S: 250 {offer}
                 {exchange}
                 S: 235 ok
                 {MAIL}"
            ));
            program(&server, &[]).env("SECRET", password).run().exit(0).lacks(password);
            server.finish();
        }
    }
}

#[test]
fn a_response_that_no_server_takes_is_not_sent() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO *
         S: 250-mail
         S: 250 AUTH PLAIN
         C: AUTH PLAIN
         S: 334
         C: QUIT
         S: 221 bye",
    );
    let outcome = program(&server, &[]).env("SECRET", "p".repeat(9300)).run();
    outcome.exit(78).stderr_contains("and a server takes at most 12288");
    server.finish();
}

/// Inside TLS with a client certificate that the server asked for.
fn with_certificate(exchange: &str, flags: &[&str]) -> Outcome {
    let authority = Authority::new();
    let ours = authority.identity(Leaf::ForClients, KeyKind::P256);
    let identity = authority.identity(Leaf::Good, KeyKind::P256).offering(&authority);
    let server = ScriptServer::play_with(
        &identity,
        &format!(
            "S: 220 hi
             C: EHLO *
             S: 250-mail
             S: 250 STARTTLS
             C: STARTTLS
             S: 220 go
             TLS
             C: EHLO *
             {exchange}"
        ),
    );
    let port = server.port().to_string();
    let outcome = Mailsend::new()
        .file("ca.pem", authority.pem())
        .file("me.pem", ours.pem() + &ours.key_pem())
        .args(["--host", "localhost", "--port", port.as_str(), "--ca-file", "ca.pem"])
        .args(["--client-certificate", "me.pem", "-f", "me@example.com"])
        .args(["--body", "hello", "a@example.net"])
        .args(flags.iter().copied())
        .talks_to(server.dialogue())
        .run();
    server.finish();
    outcome
}

#[test]
fn external_names_whom_to_act_for_or_leaves_it_to_the_certificate() {
    const OFFER: &str = "S: 250-mail\nS: 250 AUTH EXTERNAL PLAIN";
    let named = ["--username", "alice", "--auth", "external"];
    let line = "C: AUTH EXTERNAL YWxpY2U=";
    with_certificate(&format!("{OFFER}\n{line}\nS: 235 ok\n{MAIL}"), &named).exit(0);
    let asked = "S: 501 no\nC: AUTH EXTERNAL\nS: 334\nC: YWxpY2U=\nS: 235 ok";
    with_certificate(&format!("{OFFER}\n{line}\n{asked}\n{MAIL}"), &named).exit(0);
    for flags in [&["--auth", "external"][..], &[]] {
        with_certificate(&format!("{OFFER}\nC: AUTH EXTERNAL =\nS: 235 ok\n{MAIL}"), flags).exit(0);
    }
    let overlooked = "C: AUTH EXTERNAL =\nS: 334\nC:\nS: 235 ok";
    with_certificate(&format!("{OFFER}\n{overlooked}\n{MAIL}"), &[]).exit(0);
}

#[test]
fn a_certificate_without_a_login_needs_no_offer_of_one() {
    with_certificate(&format!("S: 250 mail\n{MAIL}"), &[]).exit(0).silent();
}

#[test]
fn a_certificate_that_is_nobodys_is_told() {
    let exchange = "S: 250-mail
        S: 250 AUTH EXTERNAL
        C: AUTH EXTERNAL =
        S: 535 5.7.8 nobody of that name
        C: QUIT
        S: 221 bye";
    with_certificate(exchange, &[]).exit(77).stderr_is(
        "mailsend: localhost: the server refused the client certificate: 535 5.7.8 nobody of that \
         name
hint: the administrator has to know this client certificate; if it belongs to another name, set \
         username, or leave it out
",
    );
}

#[test]
fn a_challenge_where_none_belongs_is_cancelled() {
    let (server, outcome) = talk(
        "AUTH CRAM-MD5 LOGIN",
        &format!(
            "C: AUTH CRAM-MD5
             S: 334
             C: *
             S: 501 cancelled
             C: AUTH LOGIN
             S: 334 VXNlcm5hbWU6
             C: YWxpY2U=
             S: 334 UGFzc3dvcmQ6
             C: d29uZGVyLWxhbmQx
             S: 235 ok
             {MAIL}"
        ),
        &["--auth", "cram-md5,login"],
    );
    outcome.exit(0);
    server.finish();
}

fn base64(text: impl AsRef<[u8]>) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
