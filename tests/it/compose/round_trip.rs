//! Random drafts in many scripts, read again by parsers that know nothing of ours: Python's `email`
//! (where there is a `python3`) and mail-parser.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{Message, MessageParser, MimeHeaders as _};
use mailsend::compose::compose;
use mailsend::model::{Address, Body, Draft, Mailbox, Source};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::{attachment, draft, octets, stamp};

/// Pieces of text that have broken encoders: scripts, joined emoji, combining marks, spaces,
/// specials, things that look encoded.
fn text(most: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9]{1,8}",
        3 => "[\u{4e00}-\u{9fa5}]{1,6}",
        3 => Just(" ".to_owned()),
        1 => "[!-~]{1,5}",
        1 => "[àéîõüßñ]{1,4}",
        1 => "[\u{5d0}-\u{5ea}\u{620}-\u{64a}]{1,5}",
        1 => Just("👨‍👩‍👧‍👦".to_owned()),
        1 => Just("e\u{301}".to_owned()),
        1 => Just("🇨🇳🇧🇷".to_owned()),
        1 => Just("\u{1112}\u{1161}\u{11ab}".to_owned()),
        1 => Just("\u{202b}אב\u{202c}\u{200f}".to_owned()),
        1 => "[(),.:;<>@\\[\\]\\\\\"]{1,3}",
        1 => Just("  ".to_owned()),
        1 => Just("\t".to_owned()),
        1 => Just("=?utf-8?Q?a?=".to_owned()),
        1 => Just("x".repeat(90)),
        1 => Just("From ".to_owned()),
        1 => Just("\t".to_owned()),
        1 => Just(".".to_owned()),
    ];
    prop::collection::vec(piece, 0..most).prop_map(|pieces| pieces.concat())
}

/// The same for header fields, with characters that no encoded word has room for.
fn header_text(most: usize) -> impl Strategy<Value = String> {
    let stacked = Just("z".to_owned() + &"\u{316}\u{301}".repeat(40));
    let piece = prop_oneof![9 => text(4), 1 => stacked];
    prop::collection::vec(piece, 0..most).prop_map(|pieces| pieces.concat())
}

fn body() -> impl Strategy<Value = String> {
    let line_end =
        prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\0"), Just("\n.\n"), Just(" \n")];
    prop::collection::vec((text(12), line_end), 0..8)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}

/// A draft with an attachment, so that texts end exactly as they were.
fn drafts() -> impl Strategy<Value = Draft> {
    let octets = prop::collection::vec(any::<u8>(), 0..200);
    (header_text(10), header_text(4), header_text(4), text(8), body(), octets).prop_map(
        |(subject, from, to, file, body, octets)| {
            let named = |name: String| Mailbox {
                name: Some(name),
                address: Address::parse("a@example.com").unwrap(),
            };
            let mut draft = draft("jane@example.com", "");
            draft.from = named(from);
            draft.to = vec![named(to.clone()), named(to)];
            draft.subject = Some(subject);
            draft.body = Body::Text(body);
            let source = Source::Memory(octets);
            draft.attachments = vec![attachment(&format!("f{file}.x"), "a/b", source)];
            draft
        },
    )
}

fn typed_text(draft: &Draft) -> String {
    let Body::Text(text) = &draft.body else { return String::new() };
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

fn attached(draft: &Draft) -> &[u8] {
    match &draft.attachments[0].source {
        Source::Memory(octets) => octets,
        Source::File(_) | Source::Message(_) => &[],
    }
}

/// Name and address of everybody in a field.
fn names(read: &Message<'_>, field: &str) -> Vec<(String, String)> {
    let list = read.header(field).and_then(|value| value.as_address()).unwrap();
    let text =
        |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().unwrap_or_default().to_owned();
    list.iter().map(|one| (text(&one.name), text(&one.address))).collect()
}

fn shown(mailbox: &Mailbox) -> (String, String) {
    (mailbox.name.clone().unwrap_or_default(), mailbox.address.to_string())
}

proptest! {
    #[test]
    fn every_line_is_ascii_and_at_most_998_octets_and_headers_are_narrow(draft in drafts()) {
        let message = octets(&compose(&draft, &stamp()).unwrap());
        prop_assert!(message.is_ascii());
        let message = String::from_utf8(message).unwrap();
        prop_assert!(message.split("\r\n").all(|line| line.len() <= 998));
        let (header, _) = message.split_once("\r\n\r\n").unwrap();
        for line in header.split("\r\n") {
            prop_assert!(!line.trim().is_empty() && !line.contains(['\r', '\n']));
            let has_long_word = line.split(' ').any(|word| word.len() > 60);
            prop_assert!(line.len() <= 78 || has_long_word, "{}", line);
        }
    }

    #[test]
    fn mail_parser_reads_what_was_written(draft in drafts()) {
        let message = octets(&compose(&draft, &stamp()).unwrap());
        let read = MessageParser::default().parse(&message).unwrap();
        let text = typed_text(&draft);
        prop_assert_eq!(read.subject().unwrap_or_default(), draft.subject.as_deref().unwrap());
        for (field, list) in [("From", std::slice::from_ref(&draft.from)), ("To", &draft.to)] {
            prop_assert_eq!(names(&read, field), list.iter().map(shown).collect::<Vec<_>>());
        }
        prop_assert_eq!(read.text_bodies().next().unwrap().contents(), text.as_bytes());
        let part = read.attachment(0).unwrap();
        prop_assert_eq!(part.contents(), attached(&draft));
        prop_assert_eq!(part.attachment_name(), Some(draft.attachments[0].name.as_str()));
    }
}

/// Reads base64 messages and what they should say; prints every difference.
const READER: &str = r#"
import base64, email, json, sys
from email import policy
from email.header import decode_header, make_header
from email.utils import getaddresses

def name_of(field):
    # The modern parser puts spaces between the words of a split name; the old one does not.
    return str(make_header(decode_header(getaddresses([field.replace("\r\n", "")])[0][0])))

differences = []
for number, case in enumerate(json.load(sys.stdin)):
    raw = base64.b64decode(case["message"])
    message = email.message_from_bytes(raw, policy=policy.default)
    old = email.message_from_bytes(raw, policy=policy.compat32)
    text, attachment = message.get_body(), list(message.iter_attachments())[0]
    found = {
        "subject": str(message["subject"]),
        "from": name_of(old["from"]),
        "to": name_of(old["to"]),
        "recipients": [a.addr_spec for a in message["to"].addresses],
        "text": base64.b64encode(text.get_payload(decode=True)).decode(),
        "file": attachment.get_filename(),
        "octets": base64.b64encode(attachment.get_payload(decode=True)).decode(),
        "defects": [str(d) for d in message.defects],
    }
    for key, value in found.items():
        if value != case[key]:
            differences.append([number, key, case[key], value])
print(json.dumps(differences))
"#;

#[test]
fn pythons_email_reads_what_was_written() {
    let mut runner = TestRunner::deterministic();
    let cases: Vec<Value> = (0..300)
        .map(|_| {
            let draft = drafts().new_tree(&mut runner).unwrap().current();
            let message = octets(&compose(&draft, &stamp()).unwrap());
            json!({
                "message": STANDARD.encode(message),
                "subject": draft.subject,
                "from": draft.from.name,
                "to": draft.to[0].name,
                "recipients": ["a@example.com", "a@example.com"],
                "text": STANDARD.encode(typed_text(&draft)),
                "file": draft.attachments[0].name,
                "octets": STANDARD.encode(attached(&draft)),
                "defects": [],
            })
        })
        .collect();
    let python = Command::new("python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn();
    // Without Python there is mail-parser.
    let Ok(mut python) = python else { return };
    python.stdin.take().unwrap().write_all(json!(cases).to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    let differences: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(differences.is_empty(), "{} differ, such as {:#}", differences.len(), differences[0]);
}
