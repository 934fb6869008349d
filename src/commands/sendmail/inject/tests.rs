//! Sessions with a host that takes most of what it is given.

use std::cell::RefCell;

use proptest::prelude::*;

use super::*;

/// The trace of every message that is handed in behind EHLO.
const TRACE: &str = "by h.test (mailsend) with ESMTP; then";

/// What came of a session.
#[derive(Debug, Default)]
struct Outcome {
    replies: String,
    /// Sender, recipients and message of each that was delivered.
    delivered: Vec<(String, Vec<String>, Vec<u8>)>,
    traces: Vec<String>,
    error: Option<io::ErrorKind>,
    /// How often something was written.
    writes: usize,
}

impl Outcome {
    /// The codes of all replies but the greeting.
    fn codes(&self) -> Vec<&str> {
        let last_lines = self.replies.lines().filter(|line| line.as_bytes().get(3) != Some(&b'-'));
        last_lines.skip(1).map(|line| line.split(' ').next().unwrap()).collect()
    }

    /// The last message that was delivered.
    fn message(&self) -> &str {
        let octets = &self.delivered.last().unwrap().2;
        std::str::from_utf8(octets).unwrap()
    }
}

/// Gives octets in pieces of these lengths, over and over.
struct Pieces<'a> {
    octets: &'a [u8],
    lengths: std::iter::Cycle<std::vec::IntoIter<usize>>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.lengths.next().unwrap().min(buffer.len());
        self.octets.read(&mut buffer[..length])
    }
}

/// Counts writes.
#[derive(Default)]
struct Written {
    octets: Vec<u8>,
    writes: usize,
}

impl Write for Written {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.writes += usize::from(!octets.is_empty());
        self.octets.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn show(list: &AddressList) -> String {
    let entries: Vec<_> = list.entries().collect();
    let [entry] = entries[..] else { panic!("{list:?}") };
    entry.domain.map_or(entry.local.to_owned(), |domain| format!("{}@{domain}", entry.local))
}

fn octets(source: &Source) -> Vec<u8> {
    let mut octets = vec![0; source.length() as usize];
    assert_eq!(source.read_at(0, &mut octets).unwrap(), octets.len());
    octets
}

/// A session with a host that takes everybody but `nobody` and `later`, and nothing from `<bad>`.
fn session_in(octets_in: &[u8], lengths: Vec<usize>, max_size: Option<u64>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut output = Written::default();
    let (delivered, traces) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let host = Host { name: "h.test", max_size, date: &|| "then".to_owned() };
    let result = serve(
        &host,
        &mut Pieces { octets: octets_in, lengths: lengths.into_iter().cycle() },
        &mut output,
        &mut |address| match show(address).split('@').next().unwrap() {
            "nobody" => Answer::Never("nobody is here".to_owned()),
            "later" => Answer::Later("not\r\nnow".to_owned()),
            _ => Answer::Taken(String::new()),
        },
        &mut |handed: Handed| {
            let sender = handed.reverse_path.as_ref().map_or("<>".to_owned(), show);
            let recipients = handed.recipients.iter().map(show).collect();
            let answer = match sender.as_str() {
                "bad" => Answer::Never("corp: 550 no\nhint: set from".to_owned()),
                _ => Answer::Taken("taken by mail.test".to_owned()),
            };
            delivered.borrow_mut().push((sender, recipients, octets(&handed.message)));
            traces.borrow_mut().push(handed.trace);
            answer
        },
    );
    outcome.error = result.err().map(|error| error.kind());
    outcome.delivered = delivered.into_inner();
    outcome.traces = traces.into_inner();
    outcome.writes = output.writes;
    outcome.replies = String::from_utf8(output.octets).unwrap();
    outcome
}

fn session(text: &str) -> Outcome {
    session_in(text.as_bytes(), vec![usize::MAX], None)
}

#[test]
fn a_mail_is_handed_in() {
    let outcome = session(
        "EHLO me\r\nMAIL FROM:<a@x.test> BODY=8BITMIME\r\nRCPT TO:<root>\r\nRCPT TO:<b@y.test>\r\n\
         DATA\r\nSubject: s\r\n\r\n..\r\n.a\r\n.\r\nQUIT\r\n",
    );
    let expected = "220 h.test ESMTP mailsend\r\n\
                    250-h.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
                    250 ENHANCEDSTATUSCODES\r\n\
                    250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n250 2.1.5 Ok\r\n\
                    354 End data with a dot on a line of its own\r\n\
                    250 2.0.0 taken by mail.test\r\n221 2.0.0 h.test Bye\r\n";
    assert_eq!(outcome.replies, expected);
    let message = b"Subject: s\r\n\r\n.\r\na\r\n".to_vec();
    let recipients = vec!["root".to_owned(), "b@y.test".to_owned()];
    assert_eq!(outcome.delivered, [("a@x.test".to_owned(), recipients, message)]);
    assert_eq!((outcome.error, outcome.traces), (None, vec![TRACE.to_owned()]));
}

#[test]
fn replies_to_what_came_together_leave_together() {
    let pipelined = "EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<a>\r\nRCPT TO:<b>\r\nDATA\r\n";
    let outcome = session(&format!("{pipelined}.\r\nQUIT\r\n"));
    assert_eq!((outcome.writes, outcome.delivered.len()), (2, 1), "the greeting, and all else");
    let split = session_in(format!("{pipelined}.\r\n").as_bytes(), vec![1], None);
    assert_eq!(split.writes, 7);
    assert_eq!(split.delivered[0].0, "<>");
}

#[test]
fn an_answer_reaches_the_client() {
    let outcome = session(
        "HELO me\nMAIL FROM:<bad>\nRCPT TO:<nobody@x.test>\nRCPT TO:<later>\nRCPT TO:<a>\nDATA\n\
         hi\n.\n",
    );
    assert_eq!(outcome.codes(), ["250", "250", "550", "451", "250", "354", "554"]);
    assert!(outcome.replies.contains("\r\n550 5.1.1 nobody is here\r\n451 4.3.0 not now\r\n"));
    assert!(outcome.replies.ends_with("554 5.0.0 corp: 550 no hint: set from\r\n"));
    assert_eq!(outcome.delivered[0].1, ["a"]);
    assert_eq!(outcome.message(), "hi\n");
    assert_eq!(outcome.traces, ["by h.test (mailsend) with SMTP; then"]);
}

#[test]
fn every_command_has_its_answer() {
    for (line, reply) in [
        ("HELO me", "250 h.test"),
        ("HELO", "501"),
        ("RCPT TO:<a>", "503"),
        ("MAIL FROM:<a b>", "501 5.1.7"),
        ("MAIL FROM:<a@b@c>", "501 5.1.7"),
        ("MAIL FROM:<a> RET=HDRS", "555"),
        ("MAIL FROM:<a> BODY=BINARY", "501 5.5.4"),
        ("MAIL FROM:<张>", "553"),
        ("MAIL FROM:<张> SMTPUTF8", "250"),
        ("RSET", "250"),
        ("noop x", "250"),
        ("VRFY a", "252"),
        ("EXPN a", "502"),
        ("HELP", "214"),
        ("STARTTLS", "502"),
        ("AUTH PLAIN", "502"),
        ("GET / HTTP/1.1", "500"),
        ("a\rb", "500"),
        ("a\0b", "500"),
        (&"x".repeat(2049), "500 5.5.2 Line too long"),
        (&"x".repeat(200_000), "500 5.5.2 Line too long"),
    ] {
        let outcome = session(&format!("{line}\r\nQUIT\r\n"));
        let replies: Vec<&str> = outcome.replies.split("\r\n").collect();
        let [_, answered, bye, ""] = replies[..] else { panic!("{line}: {replies:?}") };
        assert!(answered.starts_with(reply) && bye.starts_with("221"), "{line}: {answered}");
    }
    let outcome = session_in(b"NOOP \xff\r\nMAIL FROM:<a>\r\nMAIL FROM:<b>\r\n", vec![9], None);
    assert_eq!(outcome.codes(), ["500", "250", "503"]);
    let in_between =
        "MAIL FROM:<a>\r\nEHLO x\r\nRCPT TO:<b>\r\nMAIL FROM:<a>\r\nRSET\r\nRCPT TO:<b>\r\n";
    assert_eq!(session(in_between).codes(), ["250", "250", "503", "250", "250", "503"]);
}

#[test]
fn what_follows_data_is_never_read_as_commands() {
    let injection = "DATA\r\nMAIL FROM:<a>\r\nRCPT TO:<victim>\r\nDATA\r\nspam\r\n.\r\nQUIT\r\n";
    for (before, codes) in [
        ("", vec!["354", "503", "221"]),
        ("MAIL FROM:<a b>\r\nRCPT TO:<a>\r\n", vec!["501", "503", "354", "503", "221"]),
        ("MAIL FROM:<a>\r\nRCPT TO:<nobody>\r\n", vec!["250", "550", "354", "554", "221"]),
    ] {
        let outcome = session(&format!("{before}{injection}"));
        assert_eq!(outcome.codes(), codes);
        assert!(outcome.delivered.is_empty());
    }
}

#[test]
fn the_end_of_the_data_is_judged_as_the_first_line_ends() {
    let crlf = "MAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\n";
    let smuggled = "x\n.\nMAIL FROM:<a>\n.\r\nRCPT TO:<c>\r\n";
    let outcome = session(&format!("EHLO x\r\n{crlf}{smuggled}.\r\n"));
    assert_eq!((outcome.delivered.len(), outcome.message()), (1, smuggled));
    let lf = crlf.replace("\r\n", "\n");
    let outcome = session(&format!("EHLO x\n{lf}x\r\n.\r\nMAIL FROM:<a>\n.\nQUIT\n"));
    assert_eq!(outcome.message(), "x\r\n\r\nMAIL FROM:<a>\n");
    assert!(outcome.replies.ends_with("221 2.0.0 h.test Bye\r\n"), "{outcome:?}");
    let mixed = session("EHLO x\r\nMAIL FROM:<a>\nMAIL FROM:<a>\r\n");
    assert_eq!(mixed.codes(), ["250", "500", "250"]);
    let mixed = session("EHLO x\nMAIL FROM:<a>\r\n");
    assert_eq!(mixed.codes(), ["250", "250"]);
}

#[test]
fn a_client_that_is_gone_in_the_middle_of_a_message_has_sent_nothing() {
    let begun = "MAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\nhi\r\n";
    for end in ["", ".", ".\r", "\n.\n"] {
        let outcome = session(&format!("{begun}{end}"));
        assert_eq!(outcome.codes(), ["250", "250", "354"], "{end:?}");
        assert_eq!(outcome.error, Some(io::ErrorKind::UnexpectedEof));
        assert!(outcome.delivered.is_empty());
    }
    let between = session("MAIL FROM:<a>\r\nRCPT TO");
    assert_eq!((between.codes(), between.error), (vec!["250"], None));
}

#[test]
fn a_message_over_the_limit_is_refused_before_or_behind_it() {
    let envelope = "EHLO x\r\nMAIL FROM:<a> SIZE=3\r\nRCPT TO:<b>\r\n";
    let at_limit = |message: &str| {
        let text = format!("{envelope}DATA\r\n{message}\r\n.\r\nNOOP\r\n");
        session_in(text.as_bytes(), vec![5], Some(4))
    };
    assert_eq!(at_limit("ab").codes(), ["250", "250", "250", "354", "250", "250"]);
    let over = at_limit("abc");
    assert_eq!(over.codes(), ["250", "250", "250", "354", "552", "250"]);
    assert!(over.delivered.is_empty() && over.replies.contains("\r\n250-SIZE 4\r\n"));
    let declared =
        session_in(b"MAIL FROM:<a> SIZE=5\r\nMAIL FROM:<a> SIZE=x\r\n", vec![9], Some(4));
    assert_eq!(declared.codes(), ["552", "501"]);
    assert_eq!(session("MAIL FROM:<a> SIZE=5\r\n").codes(), ["555"]);
}

#[test]
fn a_message_for_which_there_is_no_place_may_be_sent_again() {
    let host = Host { name: "h.test", max_size: None, date: &|| "then".to_owned() };
    let mut dialogue = Dialogue::new(&host);
    for line in ["MAIL FROM:<a>", "RCPT TO:<b>", "DATA"] {
        dialogue.line(line, &mut |_| Answer::Taken(String::new()));
    }
    let content = wire::Content::NotHeld("no space left on device".to_owned());
    let turn = dialogue.content(content, &mut |_| panic!("nothing is delivered"));
    let reply = "451 4.0.0 there is no place for the message: no space left on device";
    assert_eq!(turn.reply, reply);
}

#[test]
fn many_recipients_and_a_long_message_are_taken() {
    let recipients: String = (0..1000).map(|n| format!("RCPT TO:<u{n}@x.test>\r\n")).collect();
    let line = "a line of forty octets, with its end: \r\n";
    let text =
        format!("EHLO x\r\nMAIL FROM:<a>\r\n{recipients}DATA\r\n{}.\r\n", line.repeat(50_000));
    let outcome = session(&text);
    assert_eq!((outcome.delivered.len(), outcome.delivered[0].1.len()), (1, 1000));
    assert_eq!(outcome.message(), line.repeat(50_000));
}

/// A message as it is written behind DATA, and as it is meant.
fn stuffed(message: &[u8], line_end: &str) -> (Vec<u8>, Vec<u8>) {
    let mut meant = message.to_vec();
    meant.extend_from_slice(line_end.as_bytes());
    let mut written = Vec::new();
    for (place, octet) in meant.iter().enumerate() {
        let at_start = meant[..place].ends_with(line_end.as_bytes()) || place == 0;
        written.extend((at_start && *octet == b'.').then_some(b'.'));
        written.push(*octet);
    }
    written.extend_from_slice(format!(".{line_end}").as_bytes());
    (written, meant)
}

proptest! {
    #[test]
    fn every_message_that_came_to_its_end_is_delivered_once_and_as_it_was_meant(
        mails in prop::collection::vec(
            (0..3_usize, prop::collection::vec(prop::sample::select(b".\r\n\0x\xff".to_vec()), 0..30)),
            0..4,
        ),
        lengths in prop::collection::vec(1..20_usize, 1..5),
        line_end in prop::sample::select(vec!["\r\n", "\n"]),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut text = format!("EHLO x{line_end}").into_bytes();
        let mut expected = Vec::new();
        for (taken, message) in &mails {
            text.extend_from_slice(format!("MAIL FROM:<>{line_end}RCPT TO:<nobody>{line_end}").as_bytes());
            text.extend(format!("RCPT TO:<a>{line_end}").repeat(*taken).into_bytes());
            text.extend_from_slice(format!("DATA{line_end}").as_bytes());
            let (written, meant) = stuffed(message, line_end);
            text.extend_from_slice(&written);
            if *taken > 0 {
                expected.push((text.len(), ("<>".to_owned(), vec!["a".to_owned(); *taken], meant)));
            }
        }
        let cut = cut.index(text.len() + 1);
        let complete = expected.into_iter().filter(|(end, _)| *end <= cut);
        let outcome = session_in(&text[..cut], lengths, None);
        prop_assert_eq!(outcome.delivered, complete.map(|(_, mail)| mail).collect::<Vec<_>>());
    }

    #[test]
    fn whatever_comes_is_answered_in_good_replies(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "EHLO x", "HELO", "MAIL FROM:<a>", "MAIL FROM:", "<", ">", "\"", "RCPT TO:<b>",
                "RCPT TO:<nobody>", "DATA", ".", "RSET", "QUIT", " SIZE=1", " ", "\r\n", "\r\n",
                "\r\n", "\n", "\r", "\0", "张", "@", ":", "x",
            ]),
            0..60,
        ),
        noise in prop::collection::vec(any::<u8>(), 0..20),
        lengths in prop::collection::vec(1..20_usize, 1..5),
    ) {
        let octets = [words.concat().into_bytes(), noise].concat();
        let outcome = session_in(&octets, lengths, Some(30));
        prop_assert!(outcome.replies.ends_with("\r\n"));
        for line in outcome.replies.trim_end_matches("\r\n").split("\r\n") {
            let (code, rest) = line.split_at(3);
            prop_assert!(code.bytes().all(|octet| octet.is_ascii_digit()), "{line}");
            prop_assert!(rest.starts_with([' ', '-']) && !rest.contains(char::is_control), "{line}");
        }
        let taken = outcome.replies.matches("250 2.0.0 taken by mail.test\r\n").count();
        prop_assert_eq!(taken, outcome.delivered.len());
        let starts = octets.windows(4).filter(|window| window.eq_ignore_ascii_case(b"DATA")).count();
        prop_assert!(outcome.delivered.len() <= starts);
    }
}
