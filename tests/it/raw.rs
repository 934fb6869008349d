//! Ready messages: what goes out against files written by hand, the dialogue with servers that
//! take 8-bit mail and that do not, and flags.

mod eight_bit;
mod envelope;
mod flags;
mod mending;
mod random;
mod wire;

use std::sync::Arc;

use mail_parser::MessageParser;
use mailsend::compose::{Prepared, ReadyError, Remark, prepare};
use mailsend::model::{
    AddressList, Content, ContentError, EnvelopeSender, HeaderRecipients, Mailbox, Ready, Source,
};

use crate::compose::stamp;
use crate::support::{Mailsend, python_parse};

/// A message with nothing known of its envelope but one recipient.
fn ready(message: impl Into<Vec<u8>>) -> Ready {
    Ready {
        source: Arc::new(Source::Memory(message.into())),
        author: Some(mailbox("Jane <jane@example.com>")),
        sender: EnvelopeSender::Header,
        recipients: vec![mailbox("rcpt@example.net").address],
        header_recipients: HeaderRecipients::Ignored,
        mending: None,
        qualify_domain: Some("corp.example".to_owned()),
    }
}

fn mailbox(text: &str) -> Mailbox {
    text.parse::<AddressList>().unwrap().qualify(None).unwrap().remove(0)
}

fn prepared(message: impl Into<Vec<u8>>) -> Prepared {
    prepare(&ready(message), &stamp()).unwrap()
}

/// The message as a server gets it, its last CRLF included.
fn octets(content: &Content) -> Vec<u8> {
    let mut all = Vec::new();
    let collected = content.try_for_each(|chunk| {
        all.extend_from_slice(chunk);
        Ok::<_, ContentError>(())
    });
    collected.unwrap();
    all.extend_from_slice(b"\r\n");
    assert_eq!(all.len() as u64, content.length());
    all
}

fn sent(message: impl Into<Vec<u8>>) -> Vec<u8> {
    octets(&prepared(message).mail.content)
}

fn in_seven_bits(message: impl Into<Vec<u8>>) -> Vec<u8> {
    octets(prepared(message).mail.seven_bit().unwrap())
}

/// The same message whatever ends its lines.
#[track_caller]
fn assert_golden(input: &str, golden: &str, make: fn(Vec<u8>) -> Vec<u8>) {
    let golden = golden.replace('\n', "\r\n");
    for line_end in ["\n", "\r\n", "\r"] {
        let made = make(input.replace('\n', line_end).into_bytes());
        assert_eq!(String::from_utf8(made).unwrap(), golden, "{line_end:?}");
    }
    // Without the end of the last line.
    let made = make(input.trim_end_matches('\n').as_bytes().to_vec());
    assert_eq!(String::from_utf8(made).unwrap(), golden);
}

const CRON: &str = include_str!("../golden/raw/cron.in.eml");
const PARTS: &str = include_str!("../golden/raw/parts.in.eml");

#[test]
fn what_cron_sends_is_as_written_by_hand() {
    assert_golden(CRON, include_str!("../golden/raw/cron.eml"), sent);
    assert_golden(CRON, include_str!("../golden/raw/cron.7bit.eml"), in_seven_bits);
}

#[test]
fn a_message_that_was_sent_on_is_as_written_by_hand() {
    let input = include_str!("../golden/raw/resent.in.eml");
    assert_golden(input, include_str!("../golden/raw/resent.eml"), sent);
    let mut ready = ready(input);
    ready.header_recipients = HeaderRecipients::Read;
    let mail = prepare(&ready, &stamp()).unwrap().mail;
    let recipients: Vec<String> = mail.recipients.iter().map(ToString::to_string).collect();
    assert_eq!(
        recipients,
        ["rcpt@example.net", "li@example.net", "wang@example.net", "archive@corp.example"]
    );
    assert_eq!(mail.reverse_path, Some(mailbox("postmaster@corp.example").address));
    assert_eq!(mail.author, Some(mailbox("jane@example.com").address));
    assert_eq!(mail.message_id, "<orig@example.com>");
}

#[test]
fn parts_of_every_kind_are_as_written_by_hand() {
    assert_golden(PARTS, PARTS, sent);
    assert_golden(PARTS, include_str!("../golden/raw/parts.7bit.eml"), in_seven_bits);
}

#[test]
fn two_parsers_read_the_same_out_of_both_forms() {
    for input in [CRON, PARTS] {
        let (eight, seven) = (sent(input), in_seven_bits(input));
        let (python, python_seven) = (python_parse(&eight), python_parse(&seven));
        assert_eq!(python.subject, python_seven.subject);
        assert_eq!((&python.from, &python.to), (&python_seven.from, &python_seven.to));
        assert_eq!(python.text, python_seven.text);
        assert_eq!(python.html, python_seven.html);
        let contents = |message: &[u8]| -> Vec<Vec<u8>> {
            let message = MessageParser::new().parse(message).unwrap();
            let leaves = message.parts.iter().filter(|part| !part.is_multipart());
            leaves.filter(|part| !part.is_message()).map(|p| p.contents().to_vec()).collect()
        };
        assert_eq!(contents(&eight), contents(&seven));
    }
    let parsed = python_parse(&sent(CRON));
    assert_eq!(parsed.to, [(String::new(), "root".to_owned())]);
    let text = "/bin/sh: 1: büroklammer: nicht gefunden\n.\nFrom here on nothing works.  \n";
    assert_eq!(parsed.text.as_deref(), Some(text));
    let parsed = python_parse(&in_seven_bits(PARTS));
    assert_eq!(
        parsed.text.as_deref(),
        Some("Grüße = Gruß, und der Rest der Zeile ist so wie immer\n.")
    );
    assert_eq!(parsed.html.as_deref(), Some("<p>你好你好你好你好你好你好你好你好你好你好</p>"));
}

#[test]
fn the_end_of_a_message_stays_as_it_is() {
    let header = "Date: d\r\nFrom: a@x.test\r\nMessage-ID: <1@x>\r\n";
    for (end, expected) in [
        ("", "\r\n"),
        ("\n", "\r\n"),
        ("\n\n", "\r\n\r\n"),
        ("\na", "\r\na\r\n"),
        ("\na\n\n", "\r\na\r\n\r\n"),
        ("\n\n\n", "\r\n\r\n\r\n"),
    ] {
        let message = String::from_utf8(sent(format!("{header}{end}"))).unwrap();
        assert_eq!(message.strip_prefix(header), Some(expected), "{end:?}");
    }
}

#[test]
fn what_is_odd_is_told() {
    let remarks = |text: &str| prepared(text).remarks;
    let header = "Date: d\nFrom: a@x.test\nMessage-ID: <1@x>\n";
    assert_eq!(remarks(&format!("{header}\nplain\n")), []);
    assert_eq!(remarks(&format!("{header}\na\0b\n")), [Remark::Nul]);
    let long = format!("{header}\n{}\n", "x".repeat(999));
    assert_eq!(remarks(&long), [Remark::LongLine { octets: 999 }]);
    assert_eq!(remarks(&format!("{header}\n{}\n", "x".repeat(998))), []);
    let long = format!("{header}X: {}\n\nhi\n", "x".repeat(2_000));
    assert_eq!(remarks(&long), [Remark::LongLine { octets: 2_003 }]);
    assert!(String::from_utf8(sent(long)).unwrap().contains(&"x".repeat(2_000)));
}
