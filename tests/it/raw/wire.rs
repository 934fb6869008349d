//! A ready message on the wire: line ends, dots, sizes, and files that change.

use std::fs;

use super::*;
use crate::support::ScriptServer;

/// One transaction with a server that offers this.
pub(super) fn script(offers: &[&str], parameters: &str) -> String {
    let offers: String = offers.iter().map(|word| format!("S: 250-{word}\n")).collect();
    format!(
        "S: 220 hi
         C: EHLO *
         S: 250-mail
         {offers}
         S: 250 HELP
         C: MAIL FROM:<me@example.com>{parameters}
         S: 250 ok
         C: RCPT TO:<a@example.net>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 ok
         C: QUIT
         S: 221 bye"
    )
}

pub(super) fn play(offers: &[&str], parameters: &str) -> ScriptServer {
    ScriptServer::play(&script(offers, parameters))
}

/// Sends this message to one recipient.
pub(super) fn raw(server: &ScriptServer, message: impl Into<Vec<u8>>) -> Mailsend {
    raw_to(server, message, &["a@example.net"])
}

pub(super) fn raw_to(
    server: &ScriptServer,
    message: impl Into<Vec<u8>>,
    recipients: &[&str],
) -> Mailsend {
    let port = server.port().to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["-f", "me@example.com", "--raw"])
        .args(recipients)
        .stdin(message)
        .talks_to(server.dialogue())
}

/// Fields that need no company.
const COMPLETE: &str = "Date: d\nFrom: a@x.test\nMessage-ID: <1@x>\n";

#[test]
fn no_line_end_smuggles_another_mail_in() {
    for end in ["\n.\n", "\r.\r", "\r\n.\r\n", "\n.\r\n", "\r\n.\n", "\r.\n", "\n.\r", "\r\r\n.\r"]
    {
        let smuggled = format!("{COMPLETE}\nhi{end}MAIL FROM:<x@y.test>\nRCPT TO:<z@y.test>\n.\n");
        let server = play(&[], "");
        raw(&server, smuggled).run().exit(0).silent();
        let message = String::from_utf8(server.finish().messages().remove(0)).unwrap();
        assert_eq!(message.replace("\r\n", "").find(['\r', '\n']), None, "{end:?}");
        assert!(message.contains("\r\n.\r\nMAIL FROM:<x@y.test>\r\n"), "{message:?}");
        assert!(message.ends_with("RCPT TO:<z@y.test>\r\n.\r\n"), "{message:?}");
    }
}

#[test]
fn a_body_goes_out_octet_for_octet() {
    let mut body: Vec<u8> = (0..=255_u8).filter(|octet| !b"\r\n".contains(octet)).collect();
    body.extend_from_slice(b"\r\n..\r\n.x\r\n\r\n \t \r\n");
    let server = play(&["8BITMIME"], " BODY=8BITMIME");
    let message = [COMPLETE.as_bytes(), b"\n", &body].concat();
    raw(&server, message).run().exit(0).stderr_contains("NUL");
    let message = server.finish().messages().remove(0);
    assert!(message.ends_with(&[b"\r\n\r\n", &body[..]].concat()));
}

#[test]
fn the_size_is_that_of_the_message_as_it_goes_out() {
    let message = format!("{COMPLETE}\n{}", "a\n\n".repeat(100_000));
    let size = sent(message.clone()).len();
    for from_file in [false, true] {
        let server = play(&["SIZE"], &format!(" SIZE={size}"));
        let program = raw(&server, message.clone()).file("mail.eml", &message);
        let program = if from_file { program.args(["--body-file", "mail.eml"]) } else { program };
        program.run().exit(0).silent();
        assert_eq!(server.finish().messages()[0].len(), size);
    }
}

#[test]
fn a_message_comes_from_a_fifo_or_a_redirection_as_well() {
    let message = format!("{COMPLETE}\n{}", "line\n".repeat(300_000));
    for way in [
        "cat mail.eml | \"$0\" \"$@\"",
        "\"$0\" \"$@\" < mail.eml",
        "\"$0\" \"$@\" --body-file <(cat mail.eml)",
    ] {
        let server = play(&[], "");
        let port = server.port().to_string();
        let outcome = Mailsend::program("bash")
            .file("mail.eml", &message)
            .args(["-c", way, env!("CARGO_BIN_EXE_mailsend")])
            .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
            .args(["-f", "me@example.com", "--raw", "a@example.net"])
            .talks_to(server.dialogue())
            .run();
        outcome.exit(0).silent();
        assert_eq!(server.finish().messages(), [sent(message.clone())], "{way}");
    }
}

#[test]
fn of_stdin_that_was_read_in_part_the_rest_is_the_message() {
    let server = play(&[], "");
    let port = server.port().to_string();
    let outcome = Mailsend::program("bash")
        .file("mail.eml", format!("skip\n{COMPLETE}\nrest\n"))
        .args(["-c", "{ dd bs=5 count=1 of=/dev/null 2>/dev/null; \"$0\" \"$@\"; } < mail.eml"])
        .arg(env!("CARGO_BIN_EXE_mailsend"))
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["-f", "me@example.com", "--raw", "a@example.net"])
        .run();
    outcome.exit(0).silent();
    assert_eq!(server.finish().messages(), [sent(format!("{COMPLETE}\nrest\n"))]);
}

#[test]
fn a_message_that_changes_while_it_is_sent_is_not_completed() {
    for change in ["append", "truncate", "rewrite"] {
        let server = ScriptServer::play(
            "S: 220 hi
             C: EHLO *
             S: 250 mail
             C: AUTH *
             S: 235 ok
             C: MAIL FROM:<*>
             S: 250 ok
             C: RCPT TO:<*>
             S: 250 ok
             C: DATA
             S: 354 go on
             C-EOF",
        );
        let text = format!("{COMPLETE}\n{}", "line\n".repeat(100));
        let program = raw(&server, "").file("mail.eml", &text);
        // Run when the message has been measured and before it is sent.
        let path = program.home().join("mail.eml");
        let change = match change {
            "append" => format!("echo more >> '{}'", path.display()),
            "truncate" => format!("truncate -s 9 '{}'", path.display()),
            _ => format!("touch -d 2001-01-01 '{}'", path.display()),
        };
        let outcome = program
            .args(["--body-file", "mail.eml", "--username", "u", "--danger-cleartext-auth"])
            .args(["--auth", "PLAIN", "--password-command", &format!("{change}; echo secret")])
            .run();
        outcome.exit(66).stderr_contains("mail.eml changed while it was being sent");
        outcome.stderr_contains("; the message was not completed\n");
        assert_eq!(server.finish().messages().len(), 0);
    }
}

#[test]
fn a_kept_message_can_be_sent_again() {
    let message = format!("{COMPLETE}Subject: größer\nBcc: h@example.net\n\ngrößer\n.\n");
    let program = Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", "1", "--tls", "none", "-f", "me@example.com"])
        .args(["--raw", "--save-failed", "kept", "a@example.net"])
        .stdin(message.clone());
    let outcome = program.run();
    outcome.exit(75);
    let folder = outcome.home().join("kept");
    let kept = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let kept = kept.filter(|path| path.extension().is_some_and(|extension| extension == "eml"));
    let kept = fs::read(kept.last().unwrap()).unwrap();
    assert_eq!(kept, sent(message));
    let server = play(&["8BITMIME"], " BODY=8BITMIME");
    raw(&server, "").file("kept.eml", &kept).args(["--body-file", "kept.eml"]).run().exit(0);
    assert_eq!(server.finish().messages(), [kept]);
}

#[test]
fn two_messages_with_one_identifier_are_both_kept() {
    let identifier = format!("<{}@x>", "a".repeat(500));
    let message = format!("Date: d\nFrom: a@x.test\nMessage-ID: {identifier}\n\nhi\n");
    let program = env!("CARGO_BIN_EXE_mailsend");
    let once = format!(
        "'{program}' --host 127.0.0.1 --port 1 --tls none -f me@example.com --raw \
         --save-failed kept a@example.net < mail.eml || true\n"
    );
    let outcome =
        Mailsend::program("sh").file("mail.eml", message).args(["-c", &once.repeat(3)]).run();
    outcome.exit(0);
    assert_eq!(fs::read_dir(outcome.home().join("kept")).unwrap().count(), 6);
}
