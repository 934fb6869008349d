//! What a server says that it takes: SIZE and SMTPUTF8.

use super::{program, send, send_with};
use crate::support::ScriptServer;

#[test]
fn a_message_over_the_stated_size_is_not_sent() {
    let (server, outcome) = send(
        &["a@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail
         S: 250 SIZE 100
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(65).stderr_contains("and the server takes at most 100");
    server.finish();
}

/// A mail to one recipient through a server that offers this.
fn takes(offer: &str, flags: &[&str], recipient: &str, mail: &str) {
    let (server, outcome) = send_with(
        flags,
        &[recipient],
        &format!(
            "S: 220 hi
             C: EHLO client.example
             S: 250-mail
             {offer}
             S: 250 HELP
             C: {mail}
             S: 250 ok
             C: RCPT TO:<*>
             S: 250 ok
             C: DATA
             S: 354 go on
             C-DATA
             S: 250 ok
             C: QUIT
             S: 221 bye"
        ),
    );
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn a_size_without_a_limit_or_beyond_all_numbers_is_none() {
    for size in ["SIZE", "SIZE 0", "SIZE 99999999999999999999999", "SIZE many", "size 9000"] {
        let mail = "MAIL FROM:<me@example.com> SIZE=*";
        takes(&format!("S: 250-{size}"), &[], "a@example.net", mail);
    }
    takes("S: 250-HELP", &[], "a@example.net", "MAIL FROM:<me@example.com>");
}

#[test]
fn a_message_that_mail_is_refused_for_is_told_with_advice() {
    let (server, outcome) = send(
        &["a@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail
         S: 250 SIZE 1000000
         C: MAIL FROM:<me@example.com> SIZE=*
         S: 552 5.3.4 message size exceeds the limit
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(65).stderr_contains("rejected at MAIL FROM: 552 5.3.4 message size exceeds");
    outcome.stderr_contains("hint: send less, or put the file elsewhere and send a link");
    server.finish();
}

#[test]
fn an_address_in_utf8_is_sent_with_smtputf8() {
    let offer = "S: 250-SMTPUTF8\nS: 250-8BITMIME";
    let mail = "MAIL FROM:<me@example.com> BODY=8BITMIME SMTPUTF8";
    takes(offer, &[], "用户@example.net", mail);
    let mail = "MAIL FROM:<jürgen@example.com> SMTPUTF8";
    takes("S: 250-smtputf8", &["--reverse-path", "jürgen@example.com"], "a@example.net", mail);
}

#[test]
fn an_address_in_utf8_is_named_where_the_server_takes_none() {
    let (server, outcome) = send(
        &["a@example.net", "用户@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail
         S: 250 8BITMIME
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(69).stderr_is(
        "mailsend: 127.0.0.1: 用户@example.net is not ASCII, and the server does not offer SMTPUTF8
hint: this server takes only addresses in ASCII (the part before the @)
",
    );
    server.finish();
}

#[test]
fn a_domain_in_another_script_goes_out_in_a_labels_and_needs_no_smtputf8() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO client.example
         S: 250 mail
         C: MAIL FROM:<me@example.com>
         S: 250 ok
         C: RCPT TO:<a@xn--mnchen-3ya.example>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 ok
         C: QUIT
         S: 221 bye",
    );
    program(&server).arg("a@München.example").run().exit(0).silent();
    let message = server.finish().messages().remove(0);
    let text = String::from_utf8(message).unwrap();
    assert!(text.contains("\r\nTo: a@xn--mnchen-3ya.example\r\n"), "{text}");
}
