//! Bodies as users give them: charsets, HTML, images, invitations, stdin.

use crate::support::{Mailsend, Outcome, Parsed, python_parse};

const GBK: &[u8] = b"\xc4\xe3\xba\xc3\n";

/// A dry run to somebody.
fn mailsend(words: &[&str]) -> Mailsend {
    Mailsend::new()
        .args(["--host", "mail.invalid", "-f", "me@x.example", "-t", "you@x.example", "-s", "hi"])
        .arg("--dry-run")
        .args(words.iter().copied())
}

#[track_caller]
fn read(outcome: &Outcome) -> Parsed {
    outcome.exit(0);
    let parsed = python_parse(outcome.stdout());
    assert_eq!(parsed.defects, [""; 0]);
    parsed
}

/// The text of a mail whose stdin is this.
#[track_caller]
fn text_of(stdin: &[u8], words: &[&str]) -> String {
    let outcome = mailsend(words).stdin(stdin).run();
    outcome.lacks("warning");
    read(&outcome).text.unwrap()
}

#[test]
fn stdin_is_read_by_its_charset() {
    assert_eq!(text_of(GBK, &["--charset", "gb18030"]), "你好\n");
    assert_eq!(text_of(b"caf\xe9\n", &["--charset", "latin1"]), "café\n");
    assert_eq!(text_of("café\n".as_bytes(), &[]), "café\n");
}

#[test]
fn a_byte_order_mark_is_dropped_and_says_what_windows_writes() {
    assert_eq!(text_of(b"\xef\xbb\xbfhi\n", &[]), "hi\n");
    assert_eq!(text_of(b"\xff\xfe\x60\x4f\x7d\x59\r\0\n\0", &[]), "你好\n");
}

#[test]
fn the_locale_is_asked_last_and_only_about_what_is_no_utf_8() {
    for (variable, value, text) in [
        ("LANG", "zh_CN.GBK", "你好\n"),
        ("LC_ALL", "zh_CN.gb18030", "你好\n"),
        ("LC_CTYPE", "de_DE.ISO-8859-1", "ÄãºÃ\n"),
    ] {
        let outcome = mailsend(&[]).env(variable, value).stdin(GBK).run();
        assert_eq!(read(&outcome).text.as_deref(), Some(text), "{value}");
    }
    let outcome = mailsend(&[]).env("LANG", "zh_CN.GBK").stdin("你好\n").run();
    assert_eq!(read(&outcome).text.as_deref(), Some("你好\n"));
    let outcome = mailsend(&[]).env("LANG", "zh_CN.GBK").env("LC_ALL", "C").stdin(GBK).run();
    outcome.exit(0).stderr_contains("warning: stdin is not valid UTF-8");
}

#[test]
fn an_alert_that_is_no_text_is_sent_and_the_original_attached() {
    for (alert, shown, place) in [
        (&b"disk \xff full\n"[..], "disk \u{fffd} full\n", "byte 0xff at offset 5"),
        (b"a\0b\n", "a\u{fffd}b\n", "byte 0x00 at offset 1"),
        (b"cut \xe4\xbd", "cut \u{fffd}", "byte 0xe4 at offset 4"),
    ] {
        let outcome = mailsend(&[]).stdin(alert).run();
        outcome.stderr_contains(&format!("warning: stdin is not valid UTF-8: {place}; "));
        let parsed = read(&outcome);
        assert_eq!(parsed.text.as_deref(), Some(shown));
        let [original] = &parsed.attachments[..] else { panic!("{parsed:?}") };
        assert_eq!(original.name.as_deref(), Some("original.txt"));
        assert_eq!(
            (original.content_type.as_str(), &original.octets[..]),
            ("application/octet-stream", alert)
        );
    }
}

#[test]
fn the_original_of_a_file_keeps_its_name() {
    let outcome = mailsend(&["--html-file", "report.html"]).file("report.html", b"<p>\xff\n").run();
    let parsed = read(&outcome);
    assert_eq!(parsed.html.as_deref(), Some("<p>\u{fffd}\n"));
    assert_eq!(parsed.attachments[0].name.as_deref(), Some("report.html"));
}

#[test]
fn with_a_named_charset_what_cannot_be_read_is_refused_and_the_byte_named() {
    for (charset, octets, said) in [
        ("gb18030", &b"ok \xff\n"[..], "stdin is not valid gb18030: byte 0xff at offset 3"),
        ("utf-8", b"ok \xff\n", "stdin is not valid UTF-8: byte 0xff at offset 3"),
        ("utf-8", b"a\0b", "stdin is not valid UTF-8: byte 0x00 at offset 1"),
        ("us-ascii", "é".as_bytes(), "stdin is not valid US-ASCII: byte 0xc3 at offset 0"),
    ] {
        let outcome = mailsend(&["--charset", charset]).stdin(octets).run();
        outcome.exit(65).stderr_contains(said).stdout_is("");
    }
}

#[test]
fn a_charset_that_is_none_is_a_mistake_and_the_right_one_named() {
    mailsend(&["--charset", "gb18300"]).run().exit(64).stderr_contains("did you mean gb18030?");
    mailsend(&["--charset", "utf-7"]).run().exit(64);
}

#[test]
fn every_text_arrives_as_it_was() {
    let long = |length: usize| format!("{}\nx\n", "x".repeat(length));
    for text in [
        "From me\n>From you\n".to_owned(),
        ".\n..\n.\n".to_owned(),
        "trailing  \n\t\n \n".to_owned(),
        "no line end".to_owned(),
        "\n\n\n".to_owned(),
        "\u{200f}שלום 👨‍👩‍👧\u{0c}e\u{301}\n".to_owned(),
        "10%\r20%\r100%\n".to_owned(),
        long(998),
        long(999),
        long(5000),
    ] {
        let outcome = mailsend(&[]).stdin(text.as_str()).run();
        outcome.exit(0).lacks("warning");
        let message = outcome.stdout_text();
        assert!(message.is_ascii() && message.lines().all(|line| line.len() <= 998));
        let octets = &python_parse(outcome.stdout()).parts[0].octets;
        let got = String::from_utf8(octets.clone()).unwrap().replace("\r\n", "\n");
        // A message ends with a line end.
        assert_eq!(got.trim_end_matches('\n'), text.trim_end_matches('\n'));
        assert!(got.len() == text.len() || got == text.clone() + "\n", "{text:?} {got:?}");
    }
}

#[test]
fn html_can_come_from_stdin_and_its_own_charset_is_heeded() {
    let page = b"<html><head><meta charset=\"gb2312\"></head><p>\xc4\xe3\xba\xc3\n";
    let outcome = mailsend(&["--html-file", "-"]).stdin(page).run();
    outcome.lacks("warning");
    let read = read(&outcome);
    let expected = "<html><head><meta charset=\"utf-8\"></head><p>你好\n";
    assert_eq!((read.html.as_deref(), read.text), (Some(expected), None));
}

#[test]
fn html_in_utf_8_is_never_touched() {
    let page = "<meta charset=gb2312><p>你好\u{feff} \n";
    let outcome = mailsend(&["--html-file", "-"]).stdin(page).run();
    assert_eq!(read(&outcome).html.as_deref(), Some(page));
}

#[test]
fn a_text_is_made_from_the_html_where_it_is_wanted() {
    let page = "<h1>Sales</h1><p>R&amp;D: <a href=\"https://x.example/?a=1&amp;b=2\">more</a></p>\
                <table><tr><td>张三</td><td>5&nbsp;&euro;</td></tr></table>\n";
    let outcome =
        mailsend(&["--html-file", "page.html", "--auto-text"]).file("page.html", page).run();
    let parsed = read(&outcome);
    let text = "# Sales\n\nR&D: [more][1]\n\n────┬───\n张三│5\u{a0}€\n────┴───\n\n\
                [1]: https://x.example/?a=1&b=2\n";
    assert_eq!(parsed.text.as_deref(), Some(text));
    assert_eq!(parsed.html.as_deref(), Some(page));
    assert_eq!(parsed.parts[0].path, ["alternative"]);
}

#[test]
fn auto_text_without_html_or_beside_a_text_is_a_mistake() {
    mailsend(&["--auto-text", "--body", "x"]).run().exit(64);
    mailsend(&["--auto-text"]).run().exit(64).stderr_contains("--auto-text needs HTML");
    mailsend(&["--auto-text", "--html", "x", "--body", "x"]).run().exit(64);
}

#[test]
fn an_image_stands_in_the_html_under_its_name() {
    let html = "<img src='cid:logo.png'><img src=cid:chart@x>";
    let outcome =
        mailsend(&["--html", html, "--inline", "logo.png", "--inline", "c.gif,cid=chart@x"])
            .file("logo.png", "png")
            .file("c.gif", "gif")
            .run();
    outcome.lacks("warning");
    let parsed = read(&outcome);
    let images: Vec<_> = parsed.parts[1..]
        .iter()
        .map(|part| {
            assert_eq!(
                (&part.path[..], part.disposition.as_deref()),
                (&["related".to_owned()][..], Some("inline"))
            );
            (part.content_id.as_deref().unwrap(), part.content_type.as_str(), &part.octets[..])
        })
        .collect();
    let expected = [
        ("<logo.png>", "image/png; name=\"logo.png\"", &b"png"[..]),
        ("<chart@x>", "image/gif; name=\"c.gif\"", b"gif"),
    ];
    assert_eq!(images, expected);
}

#[test]
fn images_that_are_not_shown_and_those_that_are_missing_are_told() {
    let outcome =
        mailsend(&["--html", "<img src='cid:a'>", "--inline", "b.png"]).file("b.png", "").run();
    outcome
        .exit(0)
        .stderr_contains("warning: the HTML does not show cid:b.png\n")
        .stderr_contains("warning: the HTML shows cid:a, and no --inline is called so\n");
    mailsend(&["--body", "x", "--inline", "b.png"]).file("b.png", "").run().exit(64);
    mailsend(&["--html", "x", "--inline", "missing.png"]).run().exit(66);
}

const LUNCH: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\n\
                     UID:1@x\r\nSUMMARY:午饭\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn an_invitation_stands_beside_the_text_with_its_method() {
    let outcome = mailsend(&["--ics", "lunch.ics"]).file("lunch.ics", LUNCH).stdin("Off.\n").run();
    let parsed = read(&outcome);
    assert_eq!(parsed.text.as_deref(), Some("Off.\n"));
    let part = parsed.parts.last().unwrap();
    assert_eq!(part.content_type, "text/calendar; charset=\"utf-8\"; method=\"CANCEL\"");
    assert_eq!((part.path[0].as_str(), &part.octets[..]), ("alternative", LUNCH.as_bytes()));
}

#[test]
fn a_calendar_can_be_all_that_stdin_has() {
    let outcome = mailsend(&["--ics", "-", "-E"]).stdin(LUNCH).run();
    assert_eq!(read(&outcome).parts.last().unwrap().octets, LUNCH.as_bytes());
    mailsend(&["--ics", "-", "--body-file", "-"]).stdin(LUNCH).run().exit(64);
}

#[test]
fn what_is_no_calendar_is_refused_and_one_that_asks_for_nothing_told() {
    let outcome = mailsend(&["--ics", "a.ics", "--body", "x"]).file("a.ics", "hello").run();
    outcome
        .exit(65)
        .stderr_contains("a.ics is no calendar: it does not begin with BEGIN:VCALENDAR");
    let plain = LUNCH.replace("METHOD:CANCEL\r\n", "");
    let outcome = mailsend(&["--ics", "a.ics", "--body", "x"]).file("a.ics", plain).run();
    outcome.exit(0).stderr_contains("a.ics has no METHOD").lacks("method=");
}

#[test]
fn all_of_it_together_nests_as_mail_programs_expect() {
    let outcome = mailsend(&["--html", "<img src=cid:a.png>", "--auto-text", "--inline", "a.png"])
        .args(["--ics", "l.ics", "-a", "b.txt"])
        .file("a.png", "a")
        .file("b.txt", "b")
        .file("l.ics", LUNCH)
        .run();
    let parsed = read(&outcome);
    let shape: Vec<_> = parsed
        .parts
        .iter()
        .map(|part| {
            let kind = part.content_type.split(';').next().unwrap();
            format!("{} {kind}", part.path.join("/"))
        })
        .collect();
    let expected = [
        "mixed/alternative text/plain",
        "mixed/alternative/related text/html",
        "mixed/alternative/related image/png",
        "mixed/alternative text/calendar",
        "mixed text/plain",
    ];
    assert_eq!(shape, expected);
}
