//! `--attach` as it is typed: stdin, what is no regular file, names, messages, and what cannot be
//! attached.

use std::process::Command;

use mail_parser::{Message, MessageParser, MimeHeaders as _};

use crate::support::{Mailsend, Outcome, python_parse};

fn dry_run() -> Mailsend {
    let flags =
        ["--host", "mx.example", "--tls", "none", "-f", "me@example.com", "--dry-run", "-q"];
    Mailsend::new().args(flags).arg("a@example.net")
}

/// Name, media type and octets of what is attached.
fn attached(outcome: &Outcome) -> Vec<(String, String, Vec<u8>)> {
    let read = python_parse(outcome.exit(0).stdout());
    assert_eq!(read.defects, [""; 0]);
    let all = read.attachments.into_iter();
    all.map(|one| (one.name.unwrap_or_default(), one.content_type, one.octets)).collect()
}

fn is(name: &str, content_type: &str, octets: &[u8]) -> (String, String, Vec<u8>) {
    (name.to_owned(), content_type.to_owned(), octets.to_vec())
}

fn message(outcome: &Outcome) -> Message<'_> {
    MessageParser::default().parse(outcome.exit(0).stdout()).unwrap()
}

#[test]
fn stdin_is_attached_under_the_name_given_and_is_not_the_text() {
    let outcome = dry_run().args(["-a", "-,name=report.csv"]).stdin("a,b\n").run();
    assert_eq!(attached(&outcome), [is("report.csv", "text/csv", b"a,b\n")]);
    assert_eq!(message(&outcome).body_text(0).unwrap(), "");
    let outcome = dry_run()
        .args(["--body", "see the report", "-a", "/dev/stdin,type=application/x-report"])
        .stdin("a,b\n")
        .run();
    assert_eq!(attached(&outcome), [is("stdin.bin", "application/x-report", b"a,b\n")]);
    assert_eq!(message(&outcome).body_text(0).unwrap(), "see the report");
}

#[test]
fn stdin_without_a_name_is_text_or_octets() {
    let outcome = dry_run().args(["-a", "-"]).stdin("für\n").run();
    assert_eq!(attached(&outcome), [is("stdin.txt", "text/plain", "für\n".as_bytes())]);
    let charset = message(&outcome);
    let content_type = charset.attachment(0).unwrap().content_type().unwrap();
    assert_eq!(content_type.attribute("charset"), Some("utf-8"));
    let outcome = dry_run().args(["-a", "-"]).stdin([0, 1, 255]).run();
    assert_eq!(attached(&outcome), [is("stdin.bin", "application/octet-stream", &[0, 1, 255])]);
}

#[test]
fn much_stdin_is_attached_whole() {
    let much: Vec<u8> = (0..3 << 20).map(|number: u32| (number * 7 % 251) as u8).collect();
    let outcome = dry_run().args(["-a", "-,name=much.bin"]).stdin(much.clone()).run();
    assert!(attached(&outcome) == [is("much.bin", "application/octet-stream", &much)]);
}

#[test]
fn stdin_is_read_only_once() {
    let twice = "mailsend: stdin can be attached only once\n";
    let outcome = dry_run().args(["-a", "-", "-a", "/dev/stdin,name=x"]).run();
    assert_eq!(outcome.exit(64).stderr_text(), twice);
    let outcome = dry_run().args(["--body-file", "-", "-a", "-"]).run();
    outcome.stderr_contains("stdin cannot be both the text and an attachment\nhint: ").exit(64);
}

#[test]
fn an_empty_stdin_is_nothing_to_send_only_if_that_is_asked_for() {
    let outcome = dry_run().args(["-a", "-,name=report.csv"]).run();
    assert_eq!(attached(&outcome), [is("report.csv", "text/csv", b"")]);
    dry_run().args(["-E", "-a", "-,name=report.csv"]).run().exit(0).silent();
    let outcome = dry_run().args(["-E", "-a", "-,name=report.csv"]).stdin("a\n").run();
    assert_eq!(attached(&outcome).len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn what_has_no_length_is_attached_whole() {
    let program = dry_run().args(["--no-body", "-a", "fifo,name=a", "-a", "/proc/version,name=b"]);
    let fifo = program.home().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let running = program.start();
    std::fs::write(&fifo, "through a pipe\n").unwrap();
    let version = std::fs::read("/proc/version").unwrap();
    let expected = [is("a", "text/plain", b"through a pipe\n"), is("b", "text/plain", &version)];
    assert_eq!(attached(&running.end()), expected);
}

#[test]
fn names_that_look_like_options_are_files_first() {
    let outcome = dry_run()
        .file("a,name=b.txt", "1\n")
        .file("x=y; \"z\", 100%.csv", "2\n")
        .args(["--no-body", "-a", "a,name=b.txt", "-a", "a,name=b.txt,name=c", "-a"])
        .arg("x=y; \"z\", 100%.csv")
        .run();
    let expected = [
        is("a,name=b.txt", "text/plain", b"1\n"),
        is("c", "text/plain", b"1\n"),
        is("x=y; \"z\", 100%.csv", "text/csv", b"2\n"),
    ];
    assert_eq!(attached(&outcome), expected);
}

#[test]
fn a_message_goes_along_as_one_if_it_can() {
    let outcome = dry_run()
        .file("plain.eml", "Subject: hi\n\n.\nFrom me\n")
        .file("latin1.eml", b"Subject: hi\n\ncaf\xe9\n")
        .args(["--no-body", "-a", "plain.eml", "-a", "latin1.eml"])
        .run();
    let expected = [
        is("plain.eml", "message/rfc822", b"Subject: hi\n\n.\nFrom me\n"),
        is("latin1.eml", "application/octet-stream", b"Subject: hi\n\ncaf\xe9\n"),
    ];
    assert_eq!(attached(&outcome), expected);
    let wire = b"7bit\r\nContent-Disposition: attachment; filename=\"plain.eml\"\r\n\r\n\
                 Subject: hi\r\n\r\n.\r\nFrom me\r\n\r\n--";
    assert!(outcome.stdout().windows(wire.len()).any(|window| window == wire));
}

#[test]
fn a_message_that_cannot_go_along_as_one_is_told_where_that_was_asked_for() {
    let flags = ["--host", "mx.example", "--tls", "none", "-f", "me@example.com", "--dry-run"];
    let program = || Mailsend::new().args(flags).arg("a@example.net").file("x", "caf\u{e9}\n");
    let outcome = program().args(["--no-body", "-a", "x,type=message/rfc822"]).run();
    outcome.exit(0).stderr_contains(
        "mailsend: warning: x is attached as application/octet-stream, not as message/rfc822: \
         it is not all ASCII\n",
    );
}

#[test]
fn a_large_message_goes_along_as_one() {
    let large = format!("Subject: hi\r\n\r\n{}", "a line of text\r\n".repeat(100_000));
    let outcome = dry_run().file("x.eml", &large).args(["--no-body", "-a", "x.eml"]).run();
    let found = outcome.exit(0).stdout().windows(large.len()).any(|w| w == large.as_bytes());
    assert!(found, "it is not there as it is");
}

#[test]
fn what_cannot_be_attached_is_no_input() {
    let outcome = dry_run().args(["--no-body", "-a", "missing.pdf"]).run();
    outcome.exit(66).stderr_contains("cannot read missing.pdf: no such file or directory");
    let program = dry_run().args(["--no-body", "-a", "our photos"]);
    std::fs::create_dir(program.home().join("our photos")).unwrap();
    let said = "mailsend: our photos is a directory\nhint: pack it: tar cz 'our photos' | \
                mailsend ... -a '-,name=our photos.tar.gz'\n";
    assert_eq!(program.run().exit(66).stderr_text(), said);
}

#[test]
fn a_name_with_a_line_break_is_refused() {
    let outcome = dry_run().file("x", "").args(["--no-body", "-a", "x,name=a\r\nBcc: b@c"]).run();
    outcome.exit(65).stderr_contains("has a line break in it");
    let outcome = dry_run().file("a\nb", "").args(["--no-body", "-a", "a\nb"]).run();
    outcome.exit(65).stderr_contains("hint: give it another one: FILE,name=NAME");
}
