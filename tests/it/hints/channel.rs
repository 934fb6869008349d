//! What is said when no session comes about: the port, TLS, or what AUTH is offered.

use crate::support::{Authority, KeyKind, Leaf, ScriptServer};

/// A script, the user, more flags, the exit status, and all of stderr.
type Case<'a> = (&'a str, &'a str, &'a [&'a str], i32, &'a str);

fn check_all(cases: &[Case<'_>]) {
    let identity = Authority::new().identity(Leaf::Good, KeyKind::P256);
    for (script, user, flags, exit, told) in cases {
        let server = ScriptServer::play_with(&identity, script);
        let port = server.port().to_string();
        let outcome = super::command(server.port(), user, flags)
            .args(["-f", "me@example.com"])
            .talks_to(server.dialogue())
            .run();
        outcome
            .exit(*exit)
            .stderr_is(&format!("mailsend: 127.0.0.1: {}\n", told.replace("{port}", &port)));
        server.finish();
    }
}

#[test]
fn a_port_that_speaks_tls_from_the_first_octet_is_recognised() {
    check_all(&[
        (
            "S-CLOSE",
            "",
            &[],
            75,
            "the server closed the connection (the greeting)\n\
             hint: if port {port} speaks TLS from the first octet, set tls = \"implicit\"",
        ),
        (
            "C-EOF",
            "",
            &["--timeout-greeting", "1"],
            75,
            "no answer within 1 s (the greeting)\n\
             hint: if port {port} speaks TLS from the first octet, set tls = \"implicit\"\n\
             hint: a server that is only slow to greet gets more time by timeout_greeting = \
             SECONDS",
        ),
    ]);
}

#[test]
fn tls_that_is_not_there_or_broken_is_named() {
    let hello = "S: 220 hi\nC: EHLO *\nS: 250 hi\nC: QUIT\nS: 221 bye";
    let offered = "S: 220 hi\nC: EHLO *\nS: 250-hi\nS: 250 STARTTLS\nC: STARTTLS\n";
    check_all(&[
        (
            hello,
            "",
            &[],
            76,
            "TLS is required, and the server does not offer STARTTLS\n\
             hint: try port = 465, tls = \"implicit\"\n\
             hint: the server is this machine, and no network lies between: tls = \"none\" loses nothing",
        ),
        (
            hello,
            "alice",
            &[],
            76,
            "TLS is required, and the server does not offer STARTTLS\n\
             hint: try port = 465, tls = \"implicit\"\n\
             hint: only on a network you trust: tls = \"none\" and danger_cleartext_auth = true",
        ),
        (
            &format!("{offered}S: 454 not now\nC: QUIT\nS: 221 bye"),
            "",
            &[],
            75,
            "the server refused STARTTLS: 454 not now\n\
             hint: the server offers STARTTLS and refuses it: try again later, or port = 465, tls = \"implicit\"\n\
             hint: only on a network you trust: never use STARTTLS: tls = \"none\"",
        ),
        (
            &format!("{offered}S-RAW: \"220 go on\\r\\n250 hi\\r\\n\"\nC-EOF"),
            "",
            &[],
            76,
            "the server sent 8 octets in the clear behind its reply to STARTTLS\n\
             hint: somebody between here and 127.0.0.1 tampers with the connection",
        ),
    ]);
}

#[test]
fn a_login_that_cannot_begin_says_what_would_help() {
    let clear = &["--tls", "none", "--danger-cleartext-auth"];
    let starttls = "S: 220 hi\nC: EHLO *\nS: 250-hi\nS: 250 STARTTLS\nC: QUIT\nS: 221 bye";
    let auth = "S: 220 hi\nC: EHLO *\nS: 250-hi\nS: 250 AUTH PLAIN\nC: AUTH PLAIN *\n";
    let bye = "C: QUIT\nS: 221 bye";
    check_all(&[
        (
            starttls,
            "alice",
            clear,
            77,
            "there is a user name, and the server does not offer AUTH\n\
             hint: the server may offer AUTH inside TLS: tls = \"starttls\"\n\
             hint: if the server wants no password, remove username or set auth = \"none\"; to try all the same, name the mechanism: auth = \"login\"",
        ),
        (
            &format!("{auth}S: 454 Please open smtp flag first!\n{bye}"),
            "alice",
            clear,
            75,
            "the server refused AUTH: 454 Please open smtp flag first!\n\
             hint: switch SMTP on in the mailbox's settings, and use the authorization code (授权码) that is made there; after many tries wait some minutes",
        ),
        (
            &format!("{auth}S: 535 5.7.8 Use an app password\n{bye}"),
            "alice",
            clear,
            77,
            "the server refused the password: 535 5.7.8 Use an app password\n\
             hint: the password here is an app password, made in the account's security settings",
        ),
    ]);
}
