//! Dialogues as they are: what the client writes behind `C:`, and what it must be answered
//! behind `S:`. Script and assertion at once.

use super::super::manners::manner;
use super::*;
use crate::model::Secret;

const EHLO: &str = "C: EHLO client.example";
/// `\0zhang@x.com\0s3cret`
const PLAIN: &str = "AHpoYW5nQHguY29tAHMzY3JldA==";
/// `\0zhang@x.com\0wrong`
const WRONG: &str = "AHpoYW5nQHguY29tAHdyb25n";
/// `zhang@x.com`
const USER: &str = "emhhbmdAeC5jb20=";
/// `s3cret`
const PASSWORD: &str = "czNjcmV0";

fn dialogue(name: &str) -> Dialogue {
    let account =
        Account { username: Some("zhang@x.com".to_owned()), password: Secret::new("s3cret") };
    Dialogue::new(*manner(name).unwrap(), account, Arc::default())
}

fn inside_tls(name: &str) -> Dialogue {
    let mut dialogue = dialogue(name);
    dialogue.tls_started("TLSv1.3");
    dialogue
}

fn text(turn: &Turn) -> String {
    let (text, _, _) = encoding_rs::GBK.decode(&turn.reply);
    text.into_owned()
}

/// Plays a script. `S: 250` matches any reply with that start; a client's line without an `S:`
/// behind it may be answered with anything.
fn play(dialogue: &mut Dialogue, script: &[&str]) -> Next {
    let mut turn = Turn { reply: Vec::new(), next: Next::Line };
    for line in script {
        match line.split_at(3) {
            ("C: ", line) => turn = dialogue.line(format!("{line}\r\n").as_bytes()),
            ("S: ", reply) => {
                assert!(text(&turn).starts_with(reply), "not {reply}: {}", text(&turn));
            }
            _ => panic!("{line}"),
        }
    }
    turn.next
}

fn ehlo(dialogue: &mut Dialogue) -> String {
    text(&dialogue.line(b"EHLO client.example\r\n"))
}

#[test]
fn mail_is_taken_from_anybody_by_an_open_server() {
    let mut dialogue = dialogue("open");
    assert!(text(&dialogue.greeting()).starts_with("220 "));
    let next = play(
        &mut dialogue,
        &[
            EHLO,
            "S: 250-localhost",
            "C: MAIL FROM:<a@b.c> SIZE=10 BODY=8BITMIME SMTPUTF8",
            "S: 250 2.1.0",
            "C: RCPT TO:<李@e.f>",
            "S: 250 2.1.5",
            "C: RCPT TO:<g@h.i>",
            "S: 250 2.1.5",
            "C: DATA",
            "S: 354 ",
        ],
    );
    assert_eq!(next, Next::Content);
    let (turn, transaction) = dialogue.content(&Content::Kept(7));
    assert_eq!(text(&turn), "250 2.0.0 Ok: queued as 7\r\n");
    let transaction = transaction.unwrap();
    assert_eq!(transaction.envelope.reverse_path, "a@b.c");
    assert_eq!(transaction.envelope.recipients, ["李@e.f", "g@h.i"]);
    assert_eq!(transaction.dialogue.last().unwrap(), "S: 250 2.0.0 Ok: queued as 7");
    assert_eq!(play(&mut dialogue, &["C: QUIT", "S: 221 "]), Next::Close);
}

#[test]
fn commands_out_of_sequence_are_503() {
    let mut dialogue = dialogue("open");
    play(
        &mut dialogue,
        &[
            "C: MAIL FROM:<a@b.c>",
            "S: 503 ",
            EHLO,
            "C: RCPT TO:<a@b.c>",
            "S: 503 ",
            "C: DATA",
            "S: 503 ",
            "C: MAIL FROM:<a@b.c>",
            "C: MAIL FROM:<a@b.c>",
            "S: 503 ",
            "C: DATA",
            "S: 554 ",
            "C: RSET",
            "S: 250 ",
            "C: RCPT TO:<a@b.c>",
            "S: 503 ",
        ],
    );
}

#[test]
fn what_is_no_command_is_500_and_what_exists_elsewhere_502() {
    let mut dialogue = dialogue("open");
    play(
        &mut dialogue,
        &["C: FROBNICATE", "S: 500 ", "C:  NOOP", "S: 500 ", "C: ETRN x", "S: 502"],
    );
    for (line, code) in [
        (&b"NOOP\n"[..], "500 5.5.2"),
        (b"NOOP \0\r\n", "500 5.5.2"),
        (b"NOOP \xff\r\n", "500 5.5.2"),
        (b"EHLO\r\n", "501 "),
        (b"NOOP\r\n", "250 "),
    ] {
        assert!(text(&dialogue.line(line)).starts_with(code), "{line:?}");
    }
    assert!(text(&dialogue.line(&[&[b'a'; 2000], &b"\r\n"[..]].concat())).starts_with("500 "));
}

#[test]
fn parameters_that_are_not_offered_are_555() {
    let mut dialogue = dialogue("open");
    play(
        &mut dialogue,
        &[
            EHLO,
            "C: MAIL FROM:<a@b.c> FOO=1",
            "S: 555 ",
            "C: MAIL FROM:<a@b.c> SIZE=x",
            "S: 501 ",
            "C: MAIL FROM:<a@b.c> SIZE=99999999999",
            "S: 552 ",
            "C: MAIL FROM:<张@b.c>",
            "S: 553 ",
            "C: MAIL FROM:<a@b.c>",
            "S: 250 ",
            "C: RCPT TO:<a@b.c> FOO",
            "S: 555 ",
            "C: RCPT TO:<a@b.c> NOTIFY=NEVER,SUCCESS",
            "S: 501 ",
            "C: RCPT TO:<a@b.c> NOTIFY=NEVER",
            "S: 250 ",
        ],
    );
}

#[test]
fn submission_wants_tls_then_auth_then_mail() {
    let mut dialogue = dialogue("submission");
    let offered = ehlo(&mut dialogue);
    assert!(offered.contains("STARTTLS") && !offered.contains("AUTH"), "{offered}");
    let script =
        ["C: MAIL FROM:<a@b.c>", "S: 530 ", "C: AUTH PLAIN", "S: 530 ", "C: STARTTLS", "S: 220 "];
    assert_eq!(play(&mut dialogue, &script), Next::TlsHandshake);
    dialogue.tls_started("TLSv1.3");
    play(&mut dialogue, &["C: MAIL FROM:<a@b.c>", "S: 503 "]);
    let offered = ehlo(&mut dialogue);
    assert!(!offered.contains("STARTTLS") && offered.contains("AUTH PLAIN LOGIN"), "{offered}");
    let auth = format!("C: AUTH PLAIN {PLAIN}");
    let script = ["C: MAIL FROM:<a@b.c>", "S: 530 ", &auth, "S: 235 ", &auth, "S: 503 "];
    play(&mut dialogue, &script);
    play(&mut dialogue, &["C: MAIL FROM:<a@b.c>", "S: 250 ", "C: STARTTLS", "S: 503 "]);
}

#[test]
fn plain_and_login_work_in_every_form() {
    let (user, password) = (format!("C: {USER}"), format!("C: {PASSWORD}"));
    let (plain, plain_later) = (format!("C: AUTH PLAIN {PLAIN}"), format!("C: {PLAIN}"));
    let login = format!("C: auth login {USER}");
    let scripts: [&[&str]; 4] = [
        &[EHLO, &plain, "S: 235 "],
        &[EHLO, "C: AUTH PLAIN", "S: 334 \r\n", &plain_later, "S: 235 "],
        &[EHLO, "C: AUTH LOGIN", "S: 334 VXNl", &user, "S: 334 UGFz", &password, "S: 235 "],
        &[EHLO, &login, "S: 334 UGFz", &password, "S: 235 "],
    ];
    for script in scripts {
        play(&mut inside_tls("submission"), script);
    }
}

#[test]
fn a_cancelled_exchange_is_501_and_the_session_goes_on() {
    let mut dialogue = inside_tls("submission");
    let script = [EHLO, "C: AUTH LOGIN", "C: *", "S: 501 ", "C: AUTH LOGIN =", "S: 334 UGFz"];
    play(&mut dialogue, &script);
    play(&mut dialogue, &["C: no base64!", "S: 501 ", "C: NOOP", "S: 250 "]);
    assert_eq!(dialogue.take_passwords_refused(), 0);
}

#[test]
fn refused_passwords_are_counted() {
    let mut dialogue = inside_tls("submission");
    let wrong = format!("C: AUTH PLAIN {WRONG}");
    play(&mut dialogue, &[EHLO, &wrong, "S: 535 5.7.8", &wrong, "S: 535 "]);
    assert_eq!(dialogue.take_passwords_refused(), 2);
}

#[test]
fn an_auth_line_over_512_octets_is_500() {
    let mut dialogue = inside_tls("submission");
    let long = format!("C: AUTH PLAIN {}", "A".repeat(512));
    play(&mut dialogue, &[EHLO, &long, "S: 500 5.5.6"]);
    let long = format!("C: {}", "A".repeat(2048));
    play(&mut dialogue, &["C: AUTH PLAIN", "S: 334 ", &long, "S: 501 "]);
}

#[test]
fn qq_takes_mail_only_from_the_login() {
    let mut dialogue = inside_tls("qq");
    let (wrong, right) = (format!("C: AUTH PLAIN {WRONG}"), format!("C: AUTH PLAIN {PLAIN}"));
    let script = [EHLO, &wrong, "S: 535 Login Fail.", &right, "S: 235 "];
    play(&mut dialogue, &script);
    let refused = "S: 501 mail from address must be same as authorization user";
    play(&mut dialogue, &["C: MAIL FROM:<>", refused, "C: MAIL FROM:<li@x.com>", refused]);
    play(&mut dialogue, &["C: MAIL FROM:<zhang@x.com>", "S: 250 "]);
}

#[test]
fn the_corporate_relay_offers_auth_in_the_clear_and_twice() {
    for name in [
        "corp-relay-unknown-ca",
        "corp-relay-broken-starttls",
        "corp-relay-broken-starttls-454",
        "corp-relay-broken-starttls-close",
    ] {
        let offered = ehlo(&mut dialogue(name));
        for line in ["-AUTH PLAIN LOGIN\r", "AUTH=PLAIN LOGIN\r", "-STARTTLS\r"] {
            assert!(offered.contains(line), "{name}: {offered}");
        }
    }
    let auth = format!("C: AUTH PLAIN {PLAIN}");
    play(&mut dialogue("corp-relay-unknown-ca"), &[EHLO, &auth, "S: 235 "]);
    play(&mut inside_tls("corp-relay-unknown-ca"), &[EHLO, &auth, "S: 235 "]);
}

#[test]
fn the_broken_relay_says_220_and_breaks_the_handshake() {
    let script = [EHLO, "C: STARTTLS", "S: 220 "];
    let next = play(&mut dialogue("corp-relay-broken-starttls"), &script);
    assert_eq!(next, Next::BrokenHandshake);
}

#[test]
fn a_relay_may_know_auth_only_in_the_clear() {
    let auth = format!("C: AUTH PLAIN {PLAIN}");
    play(&mut dialogue("corp-relay-auth-only-in-clear"), &[EHLO, &auth, "S: 235 "]);
    let mut inside = inside_tls("corp-relay-auth-only-in-clear");
    assert!(!ehlo(&mut inside).contains("AUTH"));
    play(&mut inside, &[&auth, "S: 503 ", "C: MAIL FROM:<a@b.c>", "S: 530 "]);
}

#[test]
fn sendcloud_hears_the_user_name_only_in_the_auth_line() {
    let mut dialogue = dialogue("sendcloud");
    let offered = ehlo(&mut dialogue);
    assert!(offered.contains("AUTH LOGIN\r\n") && !offered.contains("PLAIN"), "{offered}");
    let (plain, login) = (format!("C: AUTH PLAIN {PLAIN}"), format!("C: AUTH LOGIN {USER}"));
    let (user, password) = (format!("C: {USER}"), format!("C: {PASSWORD}"));
    play(&mut dialogue, &[&plain, "S: 500 5.5.1 unrecognized command"]);
    let prompt = "S: 334 UGFzc3dvcmQ6";
    let refused = "S: 535 5.7.8 Authentication Failed";
    play(&mut dialogue, &["C: AUTH LOGIN", prompt, &user, prompt, &password, refused]);
    play(&mut dialogue, &["C: AUTH LOGIN", prompt, "C: *", "S: 501 "]);
    play(&mut dialogue, &[&login, prompt, &password, "S: 235 "]);
    assert_eq!(dialogue.take_passwords_refused(), 1);
}

#[test]
fn recipients_can_be_refused_by_name() {
    let mut dialogue = dialogue("rejects-one");
    play(
        &mut dialogue,
        &[EHLO, "C: MAIL FROM:<>", "S: 250 ", "C: RCPT TO:<nobody1@x>", "S: 550 5.1.1"],
    );
    play(&mut dialogue, &["C: RCPT TO:<later@x>", "S: 450 ", "C: RCPT TO:<a@x>", "S: 250 "]);
    let (_, transaction) = dialogue.content(&Content::Kept(1));
    assert_eq!(transaction.unwrap().envelope.recipients, ["a@x"]);
}

#[test]
fn a_dropped_message_is_kept_without_an_answer() {
    let mut dialogue = dialogue("drops-at-dot");
    play(&mut dialogue, &[EHLO, "C: MAIL FROM:<>", "C: RCPT TO:<a@x>", "C: DATA", "S: 354 "]);
    let (turn, transaction) = dialogue.content(&Content::Kept(1));
    assert_eq!(turn, Turn { reply: Vec::new(), next: Next::Drop });
    assert!(transaction.is_some());
}

#[test]
fn an_echo_reaches_the_client_but_not_the_transcript() {
    let mut dialogue = inside_tls("echoes-auth");
    let reply = text(&dialogue.line(b"EHLO x\r\n"));
    assert!(reply.contains("AUTH"));
    let echo = format!("S: 535 5.7.8 Error: authentication failed: AUTH PLAIN {WRONG}");
    play(&mut dialogue, &[&format!("C: AUTH PLAIN {WRONG}"), &echo]);
    play(
        &mut dialogue,
        &["C: AUTH LOGIN", &format!("C: {USER}"), &format!("C: {PASSWORD}"), "S: 235"],
    );
    play(&mut dialogue, &["C: MAIL FROM:<a@x>", "C: RCPT TO:<a@x>", "C: DATA", "S: 354"]);
    let transcript = dialogue.content(&Content::Kept(1)).1.unwrap().dialogue.join("\n");
    for secret in [WRONG, USER, PASSWORD, "s3cret"] {
        assert!(!transcript.contains(secret), "{transcript}");
    }
    assert!(
        transcript.contains(
            "C: AUTH PLAIN ***\nS: 535 5.7.8 Error: authentication failed: AUTH PLAIN ***"
        )
    );
}

#[test]
fn a_broken_relay_may_refuse_starttls_for_now_or_close_behind_its_220() {
    let auth = format!("C: AUTH PLAIN {PLAIN}");
    let mut dialogue_454 = dialogue("corp-relay-broken-starttls-454");
    play(&mut dialogue_454, &[EHLO, "C: STARTTLS", "S: 454 4.7.0", &auth, "S: 235 "]);
    let script = [EHLO, "C: STARTTLS", "S: 220 "];
    let next = play(&mut dialogue("corp-relay-broken-starttls-close"), &script);
    assert_eq!(next, Next::Close);
}

#[test]
fn a_server_may_take_a_login_only_when_it_asked() {
    let (user, password) = (format!("C: {USER}"), format!("C: {PASSWORD}"));
    let login = format!("C: AUTH LOGIN {USER}");
    let mut dialogue = inside_tls("login-prompted-only");
    let script = [EHLO, &login, "S: 501 5.5.4 ", "C: AUTH LOGIN", "S: 334 VXNl", &user, "S: 334 "];
    play(&mut dialogue, &script);
    play(&mut dialogue, &[&password, "S: 235 "]);
}

#[test]
fn an_app_password_is_asked_for_in_two_lines() {
    let wrong = format!("C: AUTH PLAIN {WRONG}");
    let reply = "S: 534-5.7.9 Application-specific password required. For more information, \
                 go to\r\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor";
    play(&mut inside_tls("gmail-like"), &[EHLO, &wrong, reply]);
    play(&mut dialogue("gmail-like"), &[EHLO, &wrong, "S: 530 5.7.0 Must issue a STARTTLS"]);
}

#[test]
fn a_greylist_outlives_the_connection_and_looks_at_sender_and_recipient() {
    let greylist = Arc::new(Greylist::default());
    let attempt = |sender: &str, recipient: &str, expected: &str| {
        let account = Account { username: None, password: Secret::new("s3cret") };
        let row = *manner("greylist").unwrap();
        let mut dialogue = Dialogue::new(row, account, Arc::clone(&greylist));
        let (mail, rcpt) =
            (format!("C: MAIL FROM:<{sender}>"), format!("C: RCPT TO:<{recipient}>"));
        play(&mut dialogue, &[EHLO, &mail, "S: 250 ", &rcpt, expected]);
    };
    attempt("a@x", "b@x", "S: 450 4.2.0 ");
    attempt("a@x", "c@x", "S: 450 ");
    attempt("d@x", "b@x", "S: 450 ");
    attempt("A@x", "b@X", "S: 250 ");
}

#[test]
fn a_message_may_come_in_chunks() {
    let mut dialogue = dialogue("open");
    assert!(ehlo(&mut dialogue).contains("CHUNKING"));
    play(&mut dialogue, &["C: MAIL FROM:<>", "C: RCPT TO:<a@x>", "S: 250 "]);
    let chunk = |size, first, last| Next::Chunk { size, place: Place { first, last } };
    assert_eq!(play(&mut dialogue, &["C: BDAT 7"]), chunk(7, true, false));
    assert_eq!(text(&dialogue.chunk_taken(7)), "250 2.0.0 7 octets received\r\n");
    play(&mut dialogue, &["C: DATA", "S: 503 ", "C: RCPT TO:<b@x>", "S: 503 "]);
    assert_eq!(play(&mut dialogue, &["C: BDAT 0 LAST"]), chunk(0, false, true));
    let (turn, transaction) = dialogue.content(&Content::Kept(1));
    assert!(text(&turn).starts_with("250 2.0.0 Ok") && transaction.is_some());
    play(&mut dialogue, &["C: MAIL FROM:<>", "C: RCPT TO:<a@x>", "S: 250 "]);
    assert_eq!(play(&mut dialogue, &["C: BDAT 5 LAST"]), chunk(5, true, true));
}

#[test]
fn a_chunk_that_cannot_be_taken_is_thrown_away_by_all_but_one() {
    let script = [EHLO, "C: MAIL FROM:<>", "C: RCPT TO:<nobody@x>", "C: BDAT 9 LAST", "S: 554 "];
    assert_eq!(play(&mut dialogue("rejects-one"), &script), Next::RefusedChunk(9));
    assert_eq!(play(&mut dialogue("keeps-chunk"), &script), Next::Line);
    assert_eq!(play(&mut dialogue("open"), &[EHLO, "C: BDAT 9", "S: 503 "]), Next::RefusedChunk(9));
    assert_eq!(play(&mut dialogue("sendcloud"), &[EHLO, "C: BDAT 9", "S: 502 "]), Next::Line);
}
