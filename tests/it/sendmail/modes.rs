//! The other things that sendmail(8) and its companions are asked for.

use super::*;

/// The program under another name.
fn called(name: &str, words: &[&str], config: &str) -> Mailsend {
    let folder = tempfile::tempdir().unwrap().keep();
    let link = folder.join(name);
    symlink(env!("CARGO_BIN_EXE_mailsend"), &link).unwrap();
    Mailsend::program(link).args(words).config(config)
}

#[test]
fn the_name_that_it_is_called_by_says_what_it_is() {
    for name in ["sendmail", "send-mail"] {
        let sandbox = sandbox("open", "x");
        let config = config(&sandbox, "", "");
        called(name, &["-i", "a@x.test"], &config).stdin(CRON).run().exit(0).silent();
        assert_eq!(only(&sandbox).0, "alerts@corp.test: a@x.test");
    }
}

#[test]
fn the_queue_is_empty_and_what_is_kept_is_told() {
    let empty = called("mailq", &[], "").run();
    empty.exit(0).stdout_is("Mail queue is empty\n").stderr_is("");
    let beside = "{\"recipients\": [{\"address\": \"a@x.test\"}], \"error\": \"no\\nway\"}";
    let program = sendmail(&["-bp"])
        .file(".local/state/mailsend/failed/1.eml", "x")
        .file(".local/state/mailsend/failed/1.envelope.json", beside)
        .file(".local/state/mailsend/failed/2.eml", "x");
    let folder = program.home().join(".local/state/mailsend/failed");
    let expected = format!(
        "Mail queue is empty\n2 mails that could not be sent are kept in {}:\n  \
         1.eml to a@x.test: no\n  2.eml to : nothing says why\n",
        folder.display()
    );
    program.run().exit(0).stdout_is(&expected);
    sendmail(&["-q"]).run().exit(0).silent();
}

#[test]
fn newaliases_says_what_is_wrong_with_them() {
    let profile = "[profiles.corp]\nhost = \"h\"\nfrom = \"me@x.test\"\naliases = \"aliases\"\n";
    let with = |text: &str| {
        called("newaliases", &[], profile).file(".config/mailsend/aliases", text).run()
    };
    with("root: o@x.test\n").exit(0).silent();
    with("root: o@x.test\nno colon here\n").exit(78).stderr_contains("aliases:2:");
}

#[test]
fn newaliases_is_no_error_before_anything_is_set_up() {
    called("newaliases", &[], "").run().exit(0).stderr_contains("no aliases are known: no profile");
    called("newaliases", &[], "[profiles.a]\nhots = 1").run().exit(78).stderr_contains("hots");
}

#[test]
fn smtp_is_not_spoken_for_a_server_that_may_take_half_a_mail() {
    let sandbox = sandbox("open", "x");
    let config = config(&sandbox, "protocol = \"lmtp\"", "");
    let outcome = sendmail(&["-bs"]).config(&config).stdin("EHLO x\r\nQUIT\r\n").run();
    outcome.exit(78).stdout_is("").stderr_contains("-bs does not go with LMTP");
}

#[test]
fn where_mail_would_go_is_told_without_sending() {
    let outcome = refused(&["-bv", "root,a@x.test"], "", "[aliases]\nroot = \"o@x.test\"", "");
    outcome.exit(0).stdout_is(
        "root... deliverable: host 127.0.0.1, user o@x.test\n\
         a@x.test... deliverable: host 127.0.0.1, user a@x.test\n",
    );
}

#[test]
fn every_recipient_is_looked_at() {
    let outcome = refused(
        &["-bv", "nick", "root", "li@x.test", "ann"],
        "",
        "[aliases]\nroot = \"o@x.test\"",
        "",
    );
    outcome.exit(78).stdout_is(
        "root... deliverable: host 127.0.0.1, user o@x.test\n\
         li@x.test... deliverable: host 127.0.0.1, user li@x.test\n",
    );
    outcome.stderr_contains("\"nick\" has no domain").stderr_contains("\"ann\" has no domain");
}

#[test]
fn what_asks_for_a_daemon_is_refused() {
    for words in [&["-bd"][..], &["-bd", "-q30m"], &["-q15m"]] {
        sendmail(words).run().exit(64).stderr_contains("asks for a daemon");
    }
}

#[test]
fn mail_is_handed_in_by_smtp() {
    let sandbox = sandbox("open", "x");
    let config = config(&sandbox, "", "[aliases]\nroot = \"o@x.test\"");
    let input = "EHLO pine\r\nMAIL FROM:<>\r\nRCPT TO:<root>\r\nRCPT TO:<nobody>\r\n\
                 RCPT TO:<a@x.test>\r\nDATA\r\nFrom: root\r\nSubject: x\r\n\r\n..hi\r\n.\r\n\
                 QUIT\r\n";
    let outcome = sendmail(&["-bs"]).config(&config).stdin(input).run();
    let replies = outcome.exit(0).stdout_text();
    let codes: Vec<&str> = replies.lines().filter(|line| line.get(3..4) == Some(" ")).collect();
    let codes: Vec<&str> = codes.iter().map(|line| &line[..3]).collect();
    assert_eq!(codes, ["220", "250", "250", "250", "451", "250", "354", "250", "221"], "{replies}");
    let (envelope, message) = only(&sandbox);
    assert_eq!(envelope, ": o@x.test a@x.test");
    assert!(message.ends_with("\r\n\r\n.hi\r\n"), "{message}");
}

#[test]
fn what_mail_folders_put_before_a_header_that_is_handed_in_is_dropped() {
    for (input, subject, text) in [
        ("Subject: s\r\n\r\nhi", Some("s"), "hi"),
        ("From me Thu Jan  1 00:00:00 1970\r\nSubject: s\r\n\r\nhi", Some("s"), "hi"),
        ("\r\n\r\n>From me\r\n\r\nSubject: s\r\n\r\nhi", Some("s"), "hi"),
        ("\u{feff}Subject: s\r\n\r\nhi", Some("s"), "hi"),
        ("hi\r\nSubject: s", None, "hi\r\nSubject: s"),
        (" a: b\r\nhi", None, " a: b\r\nhi"),
        ("\r\n\r\nhi", None, "\r\nhi"),
        ("", None, ""),
    ] {
        let sandbox = sandbox("open", "x");
        let session = format!(
            "EHLO pine\r\nMAIL FROM:<>\r\nRCPT TO:<a@x.test>\r\nDATA\r\n{input}\r\n.\r\nQUIT\r\n"
        );
        let config = config(&sandbox, "", "");
        sendmail(&["-bs"]).config(&config).stdin(session).run().exit(0);
        let (_, message) = only(&sandbox);
        assert!(message.starts_with("Received: by "), "{message}");
        assert_eq!(message.matches("Received:").count(), 1, "{message}");
        assert_eq!(field(&message, "Subject").as_deref(), subject, "{message}");
        let (_, body) = message.split_once("\r\n\r\n").unwrap_or((&message, ""));
        assert_eq!(body.trim_end_matches("\r\n"), text, "{input:?}");
    }
}

#[test]
fn what_was_handed_in_and_is_not_taken_is_answered_so_and_not_kept() {
    let sandbox = sandbox("rejects-one", "x");
    let config = config(&sandbox, "", "");
    let input = "EHLO pine\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@x.test>\r\nDATA\r\n\
                 Subject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n";
    let outcome = sendmail(&["-bs"]).config(&config).stdin(input).run();
    let replies = outcome.exit(0).stdout_text();
    assert!(replies.contains("\n554 ") || replies.contains("\n550 "), "{replies}");
    assert!(!outcome.home().join(".local").exists(), "the client has it");
}

#[test]
fn it_can_be_looked_at_before_it_is_sent() {
    let outcome = refused(&["--dry-run", "-t"], "", "", "To: a@x.test\nSubject: x\n\nhi\n");
    outcome.exit(0).stdout_contains("From: Alerts <alerts@corp.test>");
    outcome.stderr_contains("a@x.test");
}

#[test]
fn help_and_version_are_there() {
    sendmail(&["--help"]).run().exit(0).stdout_contains("-f <ADDRESS>");
    let version = format!("mailsend {}\n", env!("CARGO_PKG_VERSION"));
    sendmail(&["--version"]).run().exit(0).stdout_is(&version);
}
