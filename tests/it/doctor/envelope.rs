//! Sender, recipient and the names in EHLO: what is tried where they are refused.

use super::{Found, PASSWORD, Patient, USER};
use crate::support::{Authority, KeyKind, Leaf, ScriptServer};

const CLEAR: &str = "--danger-cleartext-auth";

fn patient(server: &ScriptServer) -> Patient<'static> {
    Patient { port: server.port(), user: USER, password: PASSWORD, authority: None }
}

/// No table knows these words; who is logged in may still send as themselves.
#[test]
fn a_sender_that_is_refused_in_whatever_words_gives_way_to_the_login() {
    let login = "S: 220 hi\nC: EHLO *\nS: 250-hi\nS: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 235 ok\n";
    let bye = "C: RSET\nS: 250 ok\nC: QUIT\nS: 221 bye\n";
    let script = format!(
        "S: 220 hi\nC: EHLO *\nS: 250-hi\nS: 250 AUTH PLAIN\nC: QUIT\nS: 221 bye\n\
         --- connection\n{login}C: MAIL FROM:<else@corp.example>\nS: 554 5.0.0 nein\n{bye}\
         --- connection\n{login}C: MAIL FROM:<{USER}>\nS: 250 ok\nC: RCPT TO:<*>\nS: 250 ok\n{bye}"
    );
    let server = ScriptServer::play(&script);
    let command = patient(&server).examine(&[CLEAR]).args(["--from", "else@corp.example"]);
    let found = Found::by(command, PASSWORD);
    found.outcome.exit(0);
    server.finish();
    assert!(!found.toml().contains("else@corp.example"), "{}", found.toml());
    let warnings = found.findings("warning").join("\n");
    assert!(
        warnings.contains(&format!("from <{USER}>, not from <else@corp.example>")),
        "{warnings}"
    );
}

/// Whom to trust is the person's to say, also where no password is.
#[test]
fn without_a_login_nothing_is_pinned_unasked() {
    let identity = Authority::new().identity(Leaf::Good, KeyKind::P256);
    let offer = "S: 220 hi\nC: EHLO *\nS: 250-hi\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go on\n";
    let inside = "TLS\nC: EHLO *\nS: 250 hi\n";
    let script = format!(
        "{offer}TLS-REFUSED\n\
         --- connection\n{offer}{inside}C: QUIT\nS: 221 bye\n\
         --- connection\n{offer}{inside}C: MAIL FROM:<*>\nS: 250 ok\nC: RCPT TO:<*>\nS: 250 ok\n\
         C: RSET\nS: 250 ok\nC: QUIT\nS: 221 bye\n"
    );
    let server = ScriptServer::play_with(&identity, &script);
    let found = Found::by(patient(&server).examine(&[]), PASSWORD);
    found.outcome.exit(0);
    server.finish();
    assert!(found.toml().contains("tls = \"opportunistic\"\n"), "{}", found.toml());
    assert!(!found.toml().contains("pin_sha256"), "{}", found.toml());
}

#[test]
fn an_address_that_the_server_cannot_take_is_no_success() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO *
         S: 250 hi
         C: QUIT
         S: 221 bye
         --- connection
         S: 220 hi
         C: EHLO *
         S: 250 hi
         C: QUIT
         S: 221 bye",
    );
    let command = patient(&server).examine(&["--no-auth"]);
    let found = Found::by(without_user(command).args(["--to", "böb@corp.example"]), PASSWORD);
    found.outcome.exit(69);
    let problems = found.findings("problem").join("\n");
    assert!(problems.contains("SMTPUTF8"), "{problems}");
    server.finish();
}

/// `--no-auth` does not go with a user name.
fn without_user(command: crate::support::Mailsend) -> crate::support::Mailsend {
    command.without(&["--username", USER, "--password-file", "password"])
}

/// HELO would do for it, but not for a login.
#[test]
fn a_server_that_takes_helo_but_not_the_name_in_ehlo_is_told_another() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO [127.0.0.1]
         S: 504 5.5.2 not fully qualified
         C: HELO [127.0.0.1]
         S: 250 hi
         C: QUIT
         S: 221 bye
         --- connection
         S: 220 hi
         C: EHLO corp.example
         S: 250-hi
         S: 250 AUTH PLAIN
         C: QUIT
         S: 221 bye
         --- connection
         S: 220 hi
         C: EHLO corp.example
         S: 250-hi
         S: 250 AUTH PLAIN
         C: AUTH PLAIN *
         S: 235 ok
         C: MAIL FROM:<*>
         S: 250 ok
         C: RCPT TO:<*>
         S: 250 ok
         C: RSET
         S: 250 ok
         C: QUIT
         S: 221 bye",
    );
    let found = Found::by(patient(&server).examine(&[CLEAR]), PASSWORD);
    found.outcome.exit(0);
    server.finish();
    assert!(found.toml().contains("ehlo = \"corp.example\"\n"), "{}", found.toml());
}
