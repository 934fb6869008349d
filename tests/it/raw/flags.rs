//! Flags and what they refuse.

use super::*;

fn program(flags: &[&str]) -> Mailsend {
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", "1", "--tls", "none", "--dry-run"])
        .args(flags)
        .stdin("Date: d\nFrom: a@x.test\nTo: b@x.test\nMessage-ID: <1@x>\n\nhi\n")
}

#[test]
fn without_a_recipient_the_way_to_read_them_is_shown() {
    program(&["--raw", "-f", "me@x.test"]).run().exit(64).stderr_is(
        "mailsend: there are no recipients\n\
         hint: to send to the To, Cc and Bcc of the message: --read-recipients\n",
    );
}

#[test]
fn nothing_that_would_change_the_message_goes_together_with_raw() {
    for flags in [
        &["-s", "x"][..],
        &["--body", "x"],
        &["--no-body"],
        &["--html", "x"],
        &["--html-file", "x"],
        &["-a", "x"],
        &["-H", "X-Y: z"],
        &["--reply-to", "a@x.test"],
    ] {
        let outcome = program(flags).args(["--raw", "-f", "me@x.test", "c@x.test"]).run();
        outcome.exit(64).stderr_contains(" does not go together with --raw\nhint: ");
    }
}

#[test]
fn only_a_ready_message_is_read() {
    for flag in ["--read-recipients", "--read-from"] {
        let outcome = program(&[flag, "-f", "me@x.test", "c@x.test"]).run();
        outcome
            .exit(64)
            .stderr_contains(&format!("{flag} reads a ready message\nhint: give --raw"));
    }
}

#[test]
fn the_envelope_is_from_flags_or_from_the_header() {
    for (flags, path, recipients) in [
        (&["-f", "me@x.test", "c@x.test"][..], "me@x.test", "c@x.test"),
        (&["-f", "me@x.test", "--reverse-path", "<>", "c@x.test"], "", "c@x.test"),
        (
            &["-f", "me@x.test", "--read-recipients", "-t", "c@x.test", "-c", "B <b@x.test>"],
            "me@x.test",
            "c@x.test b@x.test",
        ),
        (&["--read-from", "--read-recipients"], "a@x.test", "b@x.test"),
        (&["-f", "me@x.test", "--read-from", "-b", "c@x.test"], "a@x.test", "c@x.test"),
    ] {
        let outcome = program(flags).args(["--raw", "--json"]).run();
        let object = outcome.exit(0).json();
        assert_eq!(object["reverse_path"].as_str().unwrap_or_default(), path, "{flags:?}");
        let found: Vec<_> =
            object["recipients"].as_array().unwrap().iter().map(|r| r.as_str().unwrap()).collect();
        assert_eq!(found.join(" "), recipients, "{flags:?}");
        assert_eq!(
            object["message"],
            "Date: d\r\nFrom: a@x.test\r\nTo: b@x.test\r\nMessage-ID: <1@x>\r\n\r\nhi\r\n"
        );
        assert_eq!(object["message_id"], "<1@x>");
    }
}

#[test]
fn nobody_as_the_sender_is_refused_with_the_ways_to_name_one() {
    let outcome = program(&["--raw", "c@x.test"]).run();
    outcome.exit(64).stderr_contains("--read-from");
    let outcome =
        program(&["--raw", "--read-from", "--reverse-path", "b@x.test", "c@x.test"]).run();
    outcome.exit(64).stderr_contains("--read-from does not go together with --reverse-path");
    let outcome = program(&["--raw", "--read-from", "c@x.test"]).stdin("Subject: x\n\nhi\n").run();
    outcome.exit(65).stderr_contains("the message has no From, and nobody is named as the sender");
}

#[test]
fn a_message_that_cannot_be_had_or_is_none_is_refused() {
    let with = |flags: &[&str], stdin: &str| {
        program(flags).args(["--raw", "-f", "me@x.test", "c@x.test"]).stdin(stdin).run()
    };
    with(&["--body-file", "/no/such"], "").exit(66).stderr_contains("/no/such");
    with(&["--body-file", "."], "").exit(66).stderr_contains("is a directory");
    with(&[], "").exit(65).stderr_contains("the message is empty");
    with(&[], "\n \n").exit(0);
    with(&["-E"], "\n").exit(0).silent();
    with(&["-E"], "Subject: x\n").exit(0).stdout_contains("Subject: x\r\n");
    with(&[], "A: b\noops\nBcc: c@x\n\n").exit(65).stderr_contains("line 2 of the message");
}

#[test]
fn the_text_of_a_dry_run_is_the_message() {
    let outcome = program(&["--raw", "-f", "me@x.test", "c@x.test"]).run();
    outcome
        .exit(0)
        .stdout_is("Date: d\r\nFrom: a@x.test\r\nTo: b@x.test\r\nMessage-ID: <1@x>\r\n\r\nhi\r\n");
    outcome.stderr_is(
        "server: 127.0.0.1:1, tls none\nreverse path: <me@x.test>\nrecipient: <c@x.test>\n\
         size: 64 octets\n",
    );
}

#[test]
fn what_was_done_to_a_message_is_told_by_v() {
    let outcome = program(&["--raw", "-v", "-f", "me@x.test", "c@x.test"])
        .stdin("From me\nReturn-Path: <>\nBcc: c@x\n\nhi\n")
        .run();
    outcome.exit(0);
    for told in [
        "dropped the line \"From …\"",
        "removed Return-Path",
        "removed Bcc",
        "added Date",
        "added From",
        "added Message-ID",
    ] {
        outcome.stderr_contains(&format!("mailsend: {told}"));
    }
}

#[test]
fn the_sandbox_shows_a_ready_message() {
    let program = env!("CARGO_BIN_EXE_mailsend");
    let script = format!("'{program}' --raw --read-recipients -f me@x.test --host h < mail.eml");
    let outcome = Mailsend::new()
        .file("mail.eml", "From: a@x.test\nTo: b@x.test\nSubject: größer\n\nviel größer\n")
        .args(["sandbox", "--", "sh", "-c", &script])
        .run();
    outcome.exit(0).stdout_contains("größer").stdout_contains("viel größer");
}
