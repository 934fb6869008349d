//! Header fields from the command line and the profile, as they go out, and as three readers that
//! know nothing of ours read them.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mail_parser::MessageParser;

use crate::support::{Mailsend, Outcome, python_parse};

/// Shows a mail from Jane with these words, in this profile.
fn shown(profile: &str, words: &[&str]) -> Outcome {
    let config =
        format!("[profiles.a]\nhost = \"mx.example\"\nfrom = \"jane@example.com\"\n{profile}");
    Mailsend::new().config(&config).args(["--dry-run", "--body", "hi"]).args(words).run()
}

/// The lines of the header, unfolded.
fn fields(outcome: &Outcome) -> Vec<String> {
    let message = outcome.exit(0).stdout_text();
    let (header, _) = message.split_once("\r\n\r\n").unwrap();
    let unfolded = header.replace("\r\n ", " ");
    unfolded.split("\r\n").map(str::to_owned).collect()
}

/// The values of a field.
fn values(outcome: &Outcome, name: &str) -> Vec<String> {
    let prefix = format!("{name}: ");
    fields(outcome).iter().filter_map(|line| Some(line.strip_prefix(&prefix)?.to_owned())).collect()
}

const GOLDEN: &str = include_str!("../golden/headers.eml");
const SUBJECT: &str = "  季度  报告 👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦 =?utf-8?Q?x?=";

/// Everything that has a flag.
fn golden() -> Outcome {
    let flags = [
        "-f",
        "\"Dr. Müller, Jörg\" <mueller@example.com>",
        "-t",
        "Team: \"q b\"@example.com, u@[192.0.2.1] (Bob); 张三 <z@例子.中国>",
        "-t",
        r#""Zhang, \"San\" (x)" <zhang@example.net>, <a@example.org>"#,
        "-s",
        SUBJECT,
        "--date",
        "2026-11-22T10:11:12-03:30",
        "--message-id",
        "my.own-id@example.com",
        "--in-reply-to",
        "parent-of-this-one.4@x.test",
        "--references",
        "<the-first-of-them.1@x.test.x> <the-second-of-all.2@x.test.x>",
        "--references",
        "the-third-in-line.3@x.test.x, <parent-of-this-one.4@x.test>",
        "--priority",
        "high",
        "--list-unsubscribe",
        "https://example.com/unsubscribe?id=1234567890",
        "--list-unsubscribe",
        "<mailto:leave@example.com>",
        "--auto-submitted",
        "-H",
        "X-Note: a naïve  note",
    ];
    shown("", &flags)
}

#[test]
fn every_flag_makes_the_field_that_was_written_by_hand() {
    let message = golden().exit(0).stdout_text();
    assert!(!message.replace("\r\n", "").contains(['\r', '\n']), "a bare CR or LF");
    assert_eq!(message.replace("\r\n", "\n"), GOLDEN);
}

#[test]
fn two_parsers_read_what_was_typed() {
    let message = GOLDEN.replace('\n', "\r\n");
    let pair = |name: &str, address: &str| (name.to_owned(), address.to_owned());
    let from = [pair("Dr. Müller, Jörg", "mueller@example.com")];
    let to = [
        pair("", "\"q b\"@example.com"),
        pair("Bob", "u@[192.0.2.1]"),
        pair("张三", "z@xn--fsqu00a.xn--fiqs8s"),
        pair("Zhang, \"San\" (x)", "zhang@example.net"),
        pair("", "a@example.org"),
    ];
    let python = python_parse(message.as_bytes());
    assert_eq!(python.subject.as_deref(), Some(SUBJECT));
    assert_eq!((python.from.as_slice(), python.to.as_slice()), (&from[..], &to[..]));
    assert_eq!(python.header("x-note"), Some("a naïve  note"));
    assert_eq!(python.defects, [""; 0]);

    let read = MessageParser::default().parse(message.as_bytes()).unwrap();
    assert_eq!(read.subject(), Some(SUBJECT));
    let names = |list: Option<&mail_parser::Address<'_>>| -> Vec<(String, String)> {
        let each = list.unwrap().iter();
        each.map(|one| pair(one.name().unwrap_or_default(), one.address().unwrap())).collect()
    };
    assert_eq!(names(read.from()), from);
    assert_eq!(names(read.to())[1..], to[1..]);
    assert_eq!(read.message_id(), Some("my.own-id@example.com"));
    assert_eq!(read.in_reply_to().as_text(), Some("parent-of-this-one.4@x.test"));
    assert_eq!(read.references().as_text_list().unwrap().len(), 4);
    assert_eq!(read.date().unwrap().to_rfc3339(), "2026-11-22T10:11:12-03:30");
}

/// Reads the subject of a message as Perl does.
const PERL: &str = r#"
binmode STDIN; binmode STDOUT, ":utf8"; undef $/;
my ($header) = split /\r\n\r\n/, <STDIN>;
my ($subject) = $header =~ /^Subject: (.*?)\r\n(?![ \t])/ms;
$subject =~ s/\r\n(?=[ \t])//g;
print decode("MIME-Header", $subject);
"#;

#[test]
fn perl_reads_the_same_subject() {
    for subject in [SUBJECT, "a  é", "é\tb ", "naïve  café ok", "=?utf-8?Q?=41?= =?x", "plain"]
    {
        let message = shown("", &["-t", "a@example.com", "-s", subject]);
        let perl = Command::new("perl")
            .args(["-MEncode", "-e", PERL])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        // Without Perl there are two others.
        let Ok(mut perl) = perl else { return };
        perl.stdin.take().unwrap().write_all(message.exit(0).stdout()).unwrap();
        let output = perl.wait_with_output().unwrap();
        if output.status.success() {
            assert_eq!(String::from_utf8(output.stdout).unwrap(), subject);
        }
    }
}

#[test]
fn what_is_typed_replaces_what_the_profile_says_once_and_joins_what_may_repeat() {
    let profile = "headers = [\"X-Site: b1\", \"x-site: b2\", \"Auto-Submitted: auto-generated\", \
                   \"List-Id: <a.example.com>\"]";
    let words = ["a@example.com", "-H", "X-Site: b3", "-H", "List-Id: <b.example.com>"];
    let outcome = shown(profile, &[&words[..], &["--auto-submitted=no"]].concat());
    let lines = fields(&outcome);
    let added: Vec<&str> = lines.iter().skip(4).map(String::as_str).collect();
    assert_eq!(
        added[..5],
        [
            "Auto-Submitted: no",
            "X-Site: b1",
            "x-site: b2",
            "X-Site: b3",
            "List-Id: <b.example.com>"
        ]
    );
}

#[test]
fn a_field_that_is_there_once_is_not_typed_twice() {
    let to = "a@example.com";
    for (words, said) in [
        (
            vec!["-H", "References: <a@b>", "--references", "<c@d>"],
            "mailsend: --header: References is what --references sets\n\
             hint: give --references or the field, not both\n",
        ),
        (
            vec!["-H", "List-Id: <a>", "-H", "list-id: <b>"],
            "mailsend: --header: a message has list-id once, and it is given twice\n",
        ),
        (
            vec!["-H", "Date: now"],
            "mailsend: --header: Date cannot be set as a header field: use --date\n",
        ),
    ] {
        shown("", &[&[to], &words[..]].concat()).exit(64).stderr_is(said);
    }
}

#[test]
fn what_would_break_a_field_is_refused() {
    for words in [
        ["-H", "X-A: b\r\nBcc: x@example.com"],
        ["-H", "X-A\n: b"],
        ["-f", "Jane\r\n <jane@example.com>"],
        ["-t", "a@example.com\r\nBcc: x@example.com"],
        ["--in-reply-to", "<a@b>\r\nBcc:x@example.com"],
        ["--in-reply-to", "not an id"],
        ["--references", "<ä@b>"],
        ["--message-id", "<a@b>\n"],
        ["--message-id", "a b@c"],
        ["--date", "yesterday"],
        ["--date", "Mon, 22 Nov 2026 10:11:12 +0800"],
        ["--list-unsubscribe", "leave@example.com"],
        ["--list-unsubscribe", "https://example.com/>\r\nX: y"],
    ] {
        let outcome = shown("", &[&["you@example.com"], &words[..]].concat());
        assert_eq!(outcome.exit(65).stdout_text(), "", "{words:?}");
    }
}

#[test]
fn groups_are_taken_apart_and_an_empty_one_is_nobody() {
    let outcome = shown("", &["-t", "Team: a@x.test, B <b@x.test>;, c@x.test"]);
    assert_eq!(values(&outcome, "To"), ["a@x.test, B <b@x.test>, c@x.test"]);
    let outcome = shown("", &["-t", "undisclosed-recipients:;", "-b", "a@x.test"]);
    assert_eq!(values(&outcome, "To"), ["undisclosed-recipients:;"]);
    outcome.stderr_contains("recipient: <a@x.test>\n");
    shown("", &["-t", "<@relay.test:a@x.test>"]).exit(65);
    shown("", &["-t", "a@x.test; b@x.test"]).exit(65).stderr_contains("commas, not semicolons");
}

#[test]
fn no_line_of_a_header_is_longer_than_998_octets_whatever_is_in_it() {
    let long = "x".repeat(5000);
    let subject = "提醒 and more ".repeat(700);
    let words = ["a@example.com", "-s", &subject, "-H", &format!("X-Long: {long}")];
    let outcome = shown("", &words);
    let message = outcome.exit(0).stdout_text();
    assert!(message.split("\r\n").all(|line| line.len() <= 78), "{message}");
    let python = python_parse(message.as_bytes());
    assert_eq!(python.subject.as_deref(), Some(subject.as_str()));
    assert_eq!(python.header("x-long"), Some(long.as_str()));
}

#[test]
fn the_date_is_in_the_local_zone() {
    let date = |zone: &str| {
        let words = ["--host", "mx.example", "-f", "a@x.test", "b@x.test", "--body", "x"];
        let outcome = Mailsend::new().args(words).arg("--dry-run").env("TZ", zone).run();
        values(&outcome, "Date").remove(0)
    };
    for (zone, offset) in [("<+0545>-5:45", "+0545"), (":UTC", "+0000"), ("", "+0000")] {
        assert!(date(zone).ends_with(offset), "{zone}: {}", date(zone));
    }
    if std::path::Path::new("/usr/share/zoneinfo/Asia/Kolkata").exists() {
        assert!(date("Asia/Kolkata").ends_with("+0530"), "{}", date("Asia/Kolkata"));
        assert!(date(":Asia/Kolkata").ends_with("+0530"));
    }
}

#[test]
fn twenty_thousand_recipients_take_no_more_than_their_share() {
    let time = |count: usize| {
        let one = |n| format!("\"Nº {n}, x\" <user{n}@example.com>");
        let list = (0..count).map(one).collect::<Vec<_>>().join(", ");
        // A word of the command line holds 128 KiB.
        let files = Mailsend::new().args(["--host", "mx.example", "-f", "a@x.test", "--dry-run"]);
        let lists = list.split(", \"").collect::<Vec<_>>();
        let words = lists.chunks(1000).enumerate().flat_map(|(index, part)| {
            let text = part.join(", \"");
            ["-t".to_owned(), if index == 0 { text } else { format!("\"{text}") }]
        });
        let run = files.args(["--body", "x"]).args(words.collect::<Vec<_>>());
        let start = Instant::now();
        let outcome = run.run();
        let time = start.elapsed();
        let envelope = outcome.exit(0).stderr_text();
        assert_eq!(envelope.matches("recipient: ").count(), count);
        time
    };
    let (small, large) = (time(2_000), time(20_000));
    // Ten times as many take ten times as long; were it each with each, a hundred times.
    assert!(large < small * 40 + Duration::from_millis(500), "{small:?}, {large:?}");
}
