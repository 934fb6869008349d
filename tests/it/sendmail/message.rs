//! What is set right in a message, and whom it goes to.

use super::*;
use crate::support::{ScriptServer, python_parse};

const ROOT: &str = "[aliases]\nroot = \"ops@example.net\"";

#[test]
fn cron_s_mail_arrives_from_the_profile_s_address_at_who_root_is() {
    let words = ["-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root"];
    let (envelope, message) = sent(&words, "", ROOT, CRON);
    assert_eq!(envelope, "alerts@corp.test: ops@example.net");
    assert_eq!(field(&message, "From").as_deref(), Some("Cron Daemon <alerts@corp.test>"));
    assert_eq!(field(&message, "To").as_deref(), Some("root <ops@example.net>"));
    assert_eq!(field(&message, "Subject").as_deref(), Some("Cron <root@web1> job"));
    for name in ["Date", "Message-ID", "MIME-Version"] {
        let lines = message.lines().filter(|line| line.starts_with(&format!("{name}:")));
        assert_eq!(lines.count(), 1, "{name}\n{message}");
    }
    assert!(message.ends_with("\r\n\r\nGröße: 1\r\n"), "{message}");
}

#[test]
fn two_addresses_in_one_word_are_two() {
    let (envelope, _) = sent(&["-i", "a@example.net,b@example.org"], "", "", CRON);
    assert_eq!(envelope, "alerts@corp.test: a@example.net b@example.org");
}

#[test]
fn the_message_s_own_recipients_are_added_to_those_that_are_named() {
    let input = "From: me@corp.test\nTo: a@example.net, B <b@example.net>\nCc: root\n\
                 Bcc: hidden@example.net\nSubject: x\n\nhi\n.\nmore\n";
    let (envelope, message) = sent(&["-t", "c@example.net"], "", ROOT, input);
    assert_eq!(
        envelope,
        "alerts@corp.test: c@example.net a@example.net b@example.net ops@example.net \
         hidden@example.net"
    );
    assert!(!message.contains("hidden"), "{message}");
    assert!(message.ends_with("hi\r\n.\r\nmore\r\n"), "a lone dot is data: {message}");
}

#[test]
fn a_bare_cr_in_a_field_names_nobody() {
    let message = "To: a@x.test\nSubject: hi\rBcc: victim@x.test\n\nx\n";
    let (envelope, message) = sent(&["-t"], "", "", message);
    assert_eq!(envelope, "alerts@corp.test: a@x.test");
    assert_eq!(field(&message, "Subject").as_deref(), Some("hi Bcc: victim@x.test"));
}

#[test]
fn a_name_without_a_domain_may_stand_before_a_named_address() {
    let input = "To: root, Bob <b@x.test>\nSubject: x\n\nhi\n";
    let (envelope, message) = sent(&["-t"], "", ROOT, input);
    assert_eq!(envelope, "alerts@corp.test: ops@example.net b@x.test");
    let to = field(&message, "To");
    let to = to.unwrap();
    assert!(to.starts_with("root") && to.ends_with(", Bob <b@x.test>"), "{to}");
    assert!(!message.contains("ops@example.net"), "nobody else learns who root is");
}

#[test]
fn a_line_that_no_server_has_to_take_is_encoded() {
    let text = "é".repeat(3000);
    let input = format!("To: a@x.test\nSubject: x\n\nshort\n{text}\n");
    let (_, message) = sent(&["-t"], "", "", &input);
    assert!(message.lines().all(|line| line.len() <= 998), "{message}");
    let mail = python_parse(message.as_bytes());
    assert_eq!(mail.text, Some(format!("short\n{text}\n")));
    let lie = format!("Content-Transfer-Encoding: base64\n{input}");
    let (_, message) = sent(&["-t"], "", "", &lie);
    assert!(message.ends_with(&format!("short\r\n{text}\r\n")), "cron's lie stays one");
}

#[test]
fn addresses_that_only_programs_write_are_read_as_servers_read_them() {
    let to = "good@x.test, a..b@docomo.ne.jp; <@r:c@x.test>, <>";
    let (envelope, message) = sent(&["-t"], "", "", &format!("To: {to}\n\nhi\n"));
    let three = r#"alerts@corp.test: good@x.test "a..b"@docomo.ne.jp c@x.test"#;
    assert_eq!(envelope, three);
    assert_eq!(field(&message, "To").as_deref(), Some(to));
    let (envelope, _) = sent(&["-f", "b.@y_z.test", "a.@x.test;<@r:b@x_y.test>"], "", "", CRON);
    assert_eq!(envelope, r#""b."@y_z.test: "a."@x.test b@x_y.test"#);
    let (envelope, message) = sent(&["-t"], "", ROOT, "To: root; , <>\n\nhi\n");
    assert_eq!(envelope, "alerts@corp.test: ops@example.net");
    assert_eq!(field(&message, "To").as_deref(), Some("root <ops@example.net>"));
    let outcome = refused(&["-t"], "", "", "To: a@x.test; b@x.test c@x.test, <>\n\nhi\n");
    outcome.exit(65).stderr_contains("separate addresses with commas");
    refused(&["-t"], "", "", "To: <>\n\nhi\n").exit(65).stderr_contains("names no recipient");
}

#[test]
fn raw_octets_in_the_header_become_encoded_words() {
    let input = "From: root (Wächter)\nTo: root\nSubject: Größe überschritten\n\nhi\n";
    let (_, message) = sent(&["root"], "", ROOT, input);
    let (header, _) = message.split_once("\r\n\r\n").unwrap();
    assert!(header.is_ascii(), "{header}");
    let parsed = python_parse(message.as_bytes());
    assert_eq!(parsed.subject.as_deref(), Some("Größe überschritten"));
    assert_eq!(parsed.from, [("Wächter".to_owned(), "alerts@corp.test".to_owned())]);
}

#[test]
fn bounces_go_where_f_says() {
    for (words, expected) in [
        (&["-f", "me@corp.test", "a@x.test"][..], "me@corp.test: a@x.test"),
        (&["-f", "", "a@x.test"], ": a@x.test"),
        (&["-f<>", "a@x.test"], ": a@x.test"),
        (&["-f", "www-data", "a@x.test"], "alerts@corp.test: a@x.test"),
    ] {
        assert_eq!(sent(words, "", "", CRON).0, expected, "{words:?}");
    }
}

#[test]
fn who_sends_as_somebody_else_keeps_the_name_where_it_is_rewritten() {
    let input = "From: Visitor <v@example.org>\nTo: a@x.test\n\nhi\n";
    let (envelope, message) =
        sent(&["-t", "-fv@example.org"], "from_rewrite = \"always\"", "", input);
    assert_eq!(envelope, "alerts@corp.test: a@x.test");
    assert_eq!(field(&message, "From").as_deref(), Some("Visitor <alerts@corp.test>"));
    assert_eq!(field(&message, "Reply-To").as_deref(), Some("Visitor <v@example.org>"));
    let (_, message) = sent(&["-t"], "", "", input);
    assert_eq!(field(&message, "From").as_deref(), Some("Visitor <v@example.org>"));
}

#[test]
fn a_message_without_an_author_or_a_header_gets_the_profile_s() {
    for (words, input, from) in [
        (&["a@x.test"][..], "Subject: x\n\nhi\n", "Alerts <alerts@corp.test>"),
        (&["-F", "Backup", "a@x.test"], "Subject: x\n\nhi\n", "Backup <alerts@corp.test>"),
        (&["a@x.test"], "only text\n", "Alerts <alerts@corp.test>"),
    ] {
        let (_, message) = sent(words, "", "", input);
        assert_eq!(field(&message, "From").as_deref(), Some(from), "{message}");
    }
}

#[test]
fn the_profile_is_the_one_that_sends_as_the_author() {
    let (work, home) = (sandbox("open", "x"), sandbox("open", "x"));
    let (port, other) = (work.address().port(), home.address().port());
    let common = "host = \"127.0.0.1\"\ntls = \"none\"\nauth = \"none\"";
    let config = format!(
        "default_profile = \"home\"\n\
         [profiles.home]\nport = {other}\nfrom = \"me@home.test\"\n{common}\n\
         [profiles.work]\nport = {port}\nfrom = \"me@work.test\"\n{common}\n"
    );
    let input = "From: Me <me@work.test>\nTo: a@x.test\n\nhi\n";
    let send = |words: &[&str]| {
        sendmail(words).config(&config).stdin(input).run().exit(0).silent();
    };
    send(&["-t"]);
    assert_eq!((caught(&work).len(), caught(&home).len()), (1, 0));
    send(&["-t", "-f", "me@home.test"]);
    assert_eq!((caught(&work).len(), caught(&home).len()), (0, 1));
    send(&["-t", "--profile", "home"]);
    assert_eq!((caught(&work).len(), caught(&home).len()), (0, 1));
}

#[test]
fn a_message_that_goes_in_a_circle_is_stopped() {
    let received = "Received: by z\n".repeat(31);
    let outcome = refused(&["a@x.test"], "", "", &format!("{received}Subject: x\n\nhi\n"));
    outcome.exit(65).stderr_contains("31");
}

#[test]
fn reports_are_done_without_where_they_are_not_offered() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO *
         S: 250 mail
         C: MAIL FROM:<alerts@corp.test>
         S: 250 ok
         C: RCPT TO:<a@x.test>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 ok
         C: QUIT
         S: 221 bye",
    );
    let config = format!(
        "[profiles.corp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nauth = \"none\"\n\
         from = \"alerts@corp.test\"",
        server.port()
    );
    let program = sendmail(&["-N", "failure", "-R", "hdrs", "a@x.test"]).config(&config);
    program.stdin(CRON).talks_to(server.dialogue()).run().exit(0).silent();
    server.finish();
}

#[test]
fn reports_are_asked_for_where_they_are_offered() {
    let sandbox = sandbox("open", "x");
    let config = config(&sandbox, "", "");
    let words = ["-N", "failure", "-R", "hdrs", "-V", "id7", "a@x.test"];
    sendmail(&words).config(&config).stdin(CRON).run().exit(0).silent();
    let reports = caught(&sandbox).remove(0).envelope.reports;
    assert!(reports.iter().any(|report| report.contains("NOTIFY=FAILURE")), "{reports:?}");
}
