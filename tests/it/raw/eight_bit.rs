//! 8-bit messages: declared where the server offers 8BITMIME, encoded or refused where it does
//! not.

use super::*;
use crate::support::ScriptServer;

fn why_not(message: impl Into<Vec<u8>>) -> String {
    prepared(message).mail.seven_bit().unwrap_err().to_string()
}

fn message(fields: &str, body: &str) -> String {
    format!("Date: d\nFrom: a@x.test\nMessage-ID: <1@x>\n{fields}\n{body}")
}

#[test]
fn plain_text_without_a_mime_header_becomes_mime() {
    let seven =
        String::from_utf8(in_seven_bits(message("", "größer als nötig, aber sonst in ASCII\n")))
            .unwrap();
    let (header, body) = seven.split_once("\r\n\r\n").unwrap();
    assert!(
        header.ends_with("\r\nContent-Transfer-Encoding: quoted-printable\r\nMIME-Version: 1.0")
    );
    assert_eq!(body, "gr=C3=B6=C3=9Fer als n=C3=B6tig, aber sonst in ASCII\r\n");
}

#[test]
fn a_leaf_that_is_mostly_8_bit_is_encoded_with_the_end_of_its_last_line() {
    let fields = "MIME-Version: 1.0\nContent-Type: text/plain; charset=gb18030\n";
    let mut input = message(fields, "").into_bytes();
    let text = b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7\n".repeat(9);
    input.extend_from_slice(&text);
    let seven = in_seven_bits(input);
    assert!(seven.is_ascii());
    let parsed = python_parse(&seven);
    assert_eq!(parsed.header("Content-Transfer-Encoding"), Some("base64"));
    assert_eq!(parsed.text.unwrap(), "你好，世界\n".repeat(9));
}

#[test]
fn what_is_8_bit_in_the_header_alone_needs_no_other_form() {
    let input = message("Subject: größer\n", "plain\n");
    assert_eq!(in_seven_bits(input.clone()), sent(input));
}

#[test]
fn what_is_signed_is_not_changed() {
    let multipart = |kind: &str| {
        message(
            &format!("Content-Type: multipart/{kind}; boundary=b\n"),
            "--b\n\ngrößer\n--b\n\nsig\n--b--\n",
        )
    };
    for (input, expected) in [
        (message("DKIM-Signature: v=1\n", "größer\n"), "it is signed: DKIM-Signature"),
        (
            message("ARC-Message-Signature: i=1\n", "größer\n"),
            "it is signed: ARC-Message-Signature",
        ),
        (multipart("signed"), "it is signed: multipart/signed"),
        (multipart("encrypted"), "it is signed: multipart/encrypted"),
        (
            message(
                "Content-Type: message/rfc822\n",
                "DKIM-Signature: v=1\nSubject: inner\n\ngrößer\n",
            ),
            "it is signed: DKIM-Signature",
        ),
    ] {
        assert_eq!(why_not(input), expected);
    }
    let unsigned = message("DKIM-Signature: v=1\nSubject: größer\n", "plain\n");
    assert_eq!(in_seven_bits(unsigned.clone()), sent(unsigned));
}

#[test]
fn what_cannot_be_encoded_is_not() {
    for (fields, body, expected) in [
        (
            "Content-Transfer-Encoding: base64\n",
            "größer\n",
            "a part of it is not in the encoding that it names",
        ),
        (
            "Content-Transfer-Encoding: 8bit\nContent-Transfer-Encoding: 8bit\n",
            "größer\n",
            "a part of it is not in the encoding that it names",
        ),
        (
            "Content-Type: multipart/mixed\n",
            "--b\n\ngrößer\n",
            "it has a multipart/mixed without a boundary",
        ),
        (
            "Content-Type: message/partial; id=a; number=1\n",
            "größer\n",
            "it has a message/partial, which may not be encoded",
        ),
    ] {
        assert_eq!(why_not(message(fields, body)), expected);
    }
}

#[test]
fn parts_within_parts_are_followed_only_so_deep() {
    let mut body = String::new();
    for depth in 0..70 {
        body += &format!("--b{depth}\nContent-Type: multipart/mixed; boundary=b{}\n\n", depth + 1);
    }
    let input = message("Content-Type: multipart/mixed; boundary=b0\n", &(body + "--b70\n\nü\n"));
    assert_eq!(why_not(input), "it has too many parts within parts");
}

#[test]
fn a_digest_has_messages_unless_it_says_otherwise() {
    let input = message(
        "MIME-Version: 1.0\nContent-Type: multipart/digest; boundary=b\n",
        "--b\n\nSubject: one\n\ngrößer als eins, aber sonst in ASCII\n--b--\n",
    );
    let seven = String::from_utf8(in_seven_bits(input)).unwrap();
    assert!(
        seven.ends_with(
            "--b\r\n\r\nSubject: one\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
             gr=C3=B6=C3=9Fer als eins, aber sonst in ASCII\r\n--b--\r\n"
        ),
        "{seven}"
    );
}

/// A message that has every field that it needs.
fn complete() -> String {
    message("Subject: größer\n", "größer als nötig, aber sonst in ASCII\n")
}

#[test]
fn where_8bitmime_is_offered_it_is_said_and_nothing_is_changed() {
    let server = wire::play(&["8BITMIME", "SMTPUTF8"], " BODY=8BITMIME");
    let outcome = wire::raw(&server, complete()).run();
    outcome.exit(0).stderr_contains("the field Subject has octets above 127");
    assert_eq!(server.finish().messages(), [sent(complete())]);
}

#[test]
fn seven_bits_are_not_said_to_be_eight() {
    let server = wire::play(&["8BITMIME", "SMTPUTF8"], "");
    wire::raw(&server, message("", "plain\n")).run().exit(0).silent();
    server.finish();
}

#[test]
fn where_8bitmime_is_not_offered_the_text_is_encoded_and_the_size_is_that_of_what_goes_out() {
    let expected = in_seven_bits(complete());
    let server = wire::play(&["SMTPUTF8", "SIZE"], &format!(" SIZE={}", expected.len()));
    wire::raw(&server, complete()).run().exit(0);
    assert_eq!(server.finish().messages(), [expected]);
}

#[test]
fn where_ehlo_is_not_understood_the_text_is_encoded() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO *
         S: 502 what
         C: HELO *
         S: 250 mail
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
    wire::raw(&server, complete()).run().exit(0);
    assert_eq!(server.finish().messages(), [in_seven_bits(complete())]);
}

#[test]
fn what_is_signed_is_refused_where_8bitmime_is_not_offered() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO *
         S: 250 mail
         C: QUIT
         S: 221 bye",
    );
    let signed = message("DKIM-Signature: v=1\n", "größer\n");
    wire::raw(&server, signed).run().exit(69).stderr_is(
        "mailsend: 127.0.0.1: the message is 8-bit and cannot be encoded (it is signed: \
         DKIM-Signature), and the server does not offer 8BITMIME
hint: have it made in 7 bits (quoted-printable or base64) before it is signed, or send it through \
         another server
",
    );
    server.finish();
}

#[test]
fn an_address_in_utf_8_takes_smtputf8_whatever_the_message_is() {
    let script = wire::script(&["8BITMIME", "SMTPUTF8"], " BODY=8BITMIME SMTPUTF8");
    let server = ScriptServer::play(&script.replace("<a@example.net>", "<张@example.net>"));
    wire::raw_to(&server, complete(), &["张@example.net"]).run().exit(0);
    server.finish();
}
