//! Composing: whole messages against files written by hand from the RFCs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::io::Write as _;

use mailsend::compose::{ComposeError, compose};
use mailsend::model::{
    AddressList, Attachment, Body, ContentError, Draft, FilePart, Html, Mail, Mailbox, Piece,
    Source, Stamp,
};

mod bodies;
mod files;
mod round_trip;

pub(crate) fn stamp() -> Stamp {
    let date = "Sun, 22 Nov 2026 10:11:12 +0800".to_owned();
    Stamp { date, unique: "1a2b.42".to_owned() }
}

fn mailboxes(list: &str) -> Vec<Mailbox> {
    list.parse::<AddressList>().unwrap().qualify(None).unwrap()
}

/// A mail from Jane with nothing in it.
pub(crate) fn draft(from: &str, to: &str) -> Draft {
    let from = mailboxes(from).remove(0);
    Draft {
        reverse_path: Some(from.address.clone()),
        from,
        to: mailboxes(to),
        cc: Vec::new(),
        bcc: Vec::new(),
        reply_to: Vec::new(),
        subject: None,
        headers: Vec::new(),
        date: None,
        message_id: None,
        body: Body::Text(String::new()),
        calendar: None,
        attachments: Vec::new(),
    }
}

pub(crate) fn attachment(name: &str, content_type: &str, source: Source) -> Attachment {
    Attachment { name: name.to_owned(), content_type: content_type.to_owned(), source }
}

fn file(octets: &[u8]) -> Source {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(octets).unwrap();
    Source::File(FilePart::new(file, "some/file").unwrap())
}

/// The message as a server gets it, its last CRLF included.
pub(crate) fn octets(mail: &Mail) -> Vec<u8> {
    let mut all = Vec::new();
    let collected = mail.content.try_for_each(|chunk| {
        all.extend_from_slice(chunk);
        Ok::<_, ContentError>(())
    });
    collected.unwrap();
    all.extend_from_slice(b"\r\n");
    assert_eq!(all.len() as u64, mail.content.length());
    all
}

fn composed(draft: &Draft) -> String {
    String::from_utf8(octets(&compose(draft, &stamp()).unwrap())).unwrap()
}

fn refused(draft: &Draft) -> ComposeError {
    compose(draft, &stamp()).unwrap_err()
}

#[track_caller]
fn assert_golden(draft: &Draft, golden: &str) {
    let message = composed(draft);
    assert!(!message.replace("\r\n", "").contains(['\r', '\n']), "a bare CR or LF");
    assert_eq!(message.replace("\r\n", "\n"), golden);
}

#[test]
fn a_text_with_every_field_is_as_written_by_hand() {
    let mut draft =
        draft("Jane Doe <jane@example.com>", "a@example.com, \"Zhang, San\" <zhang@EXAMPLE.net>, ");
    draft.cc = mailboxes("o'brien@example.org");
    draft.bcc = mailboxes("secret@example.com");
    draft.reply_to = mailboxes("J. Doe <replies@example.com>");
    draft.subject = Some("Disk space  low".to_owned());
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    draft.headers = vec![
        field("X-Job", "nightly"),
        field("X-Job", "again café"),
        field("List-Id", "<jobs.example.com>"),
    ];
    draft.body = Body::Text("first line\n.second line\r\n\n".to_owned());
    assert_golden(&draft, include_str!("../golden/text.eml"));
}

#[test]
fn chinese_with_attachments_is_as_written_by_hand() {
    let mut draft = draft("张三 <zhang@例子.中国>", "李四 <li@example.net>");
    draft.subject = Some("季度报告 Q3 – 数字".to_owned());
    draft.body = Body::Text("你好,世界\n".to_owned());
    let every_octet: Vec<u8> = (0..60).collect();
    draft.attachments = vec![
        attachment("报告 2026.txt", "text/plain", Source::Memory(b"a\nb\n".to_vec())),
        attachment("data.pdf", "application/pdf", file(&every_octet)),
        attachment("forwarded.eml", "message/rfc822", Source::Memory(b"Subject: hi\n".to_vec())),
    ];
    assert_golden(&draft, include_str!("../golden/attachments.eml"));
}

#[test]
fn text_and_html_to_hidden_recipients_are_as_written_by_hand() {
    let mut draft = draft("jane@example.com", "");
    draft.bcc = mailboxes("a@example.com");
    let html = Html { markup: "<p>Café = 1</p>\n".to_owned(), inline: Vec::new() };
    let text = "Coffee".to_owned();
    draft.body = Body::Alternative { text, html };
    assert_golden(&draft, include_str!("../golden/alternative.eml"));
}

#[test]
fn a_text_ends_as_it_was_typed_but_always_with_a_line_end() {
    for (typed, expected) in
        [("", ""), ("\n", "\r\n"), ("a", "a\r\n"), ("a\n", "a\r\n"), ("a\n\n", "a\r\n\r\n")]
    {
        let mut draft = draft("jane@example.com", "a@example.com");
        draft.body = Body::Text(typed.to_owned());
        let message = composed(&draft);
        assert_eq!(message.split_once("\r\n\r\n").unwrap().1, expected, "{typed:?}");
    }
}

#[test]
fn the_envelope_has_everybody_once_in_order() {
    let mut draft = draft("jane@example.com", "b@x.test, a@x.test");
    draft.cc = mailboxes("B@x.test, Bee <b@X.test>");
    draft.bcc = mailboxes("a@x.test, c@x.test");
    let mail = compose(&draft, &stamp()).unwrap();
    let recipients: Vec<String> = mail.recipients.iter().map(ToString::to_string).collect();
    assert_eq!(recipients, ["b@x.test", "a@x.test", "B@x.test", "c@x.test"]);
    assert_eq!(mail.reverse_path, draft.reverse_path);
    assert_eq!(mail.message_id, "<1a2b.42@example.com>");
}

#[test]
fn without_to_but_with_cc_there_is_no_to_field() {
    let mut draft = draft("jane@example.com", "");
    draft.cc = mailboxes("a@example.com");
    assert!(!composed(&draft).contains("To:"));
}

#[test]
fn nobody_to_send_to_is_an_error() {
    assert_eq!(refused(&draft("jane@example.com", "")), ComposeError::NoRecipients);
}

#[test]
fn quoted_and_literal_addresses_all_stay_in_the_header() {
    let list = "\"a b\"@x.test, u@[127.0.0.1], u@[IPv6:::1], v@x.test";
    let message = composed(&draft("jane@example.com", list));
    assert!(message.contains(&format!("\r\nTo: {list}\r\n")), "{message}");
}

#[test]
fn a_utf8_local_part_is_written_raw_and_asks_for_smtputf8() {
    let mut utf8 = draft("jane@example.com", "a@example.com");
    assert!(!compose(&utf8, &stamp()).unwrap().needs_smtputf8());
    utf8.reply_to = mailboxes("用户@example.com");
    assert!(composed(&utf8).contains("\r\nReply-To: 用户@example.com\r\n"));
    assert!(compose(&utf8, &stamp()).unwrap().needs_smtputf8());
    let envelope_only = draft("jane@example.com", "用户@example.com");
    assert!(compose(&envelope_only, &stamp()).unwrap().needs_smtputf8());
}

#[test]
fn a_file_stays_a_file_until_the_mail_is_sent() {
    let mut draft = draft("jane@example.com", "a@example.com");
    draft.attachments = vec![
        attachment("1", "image/png", file(b"one")),
        attachment("2", "image/png", Source::Memory(b"two".to_vec())),
        attachment("3", "image/png", file(b"")),
    ];
    let mail = compose(&draft, &stamp()).unwrap();
    let files = mail.content.pieces().iter().filter(|piece| matches!(piece, Piece::Base64(_)));
    assert_eq!(files.count(), 2);
}

#[test]
fn what_would_break_out_of_the_header_is_refused() {
    for hostile in ["a\r\nBcc: x@y", "a\nb", "a\rb", "a\0b"] {
        let plain = || draft("jane@example.com", "a@example.com");
        let mut subject = plain();
        subject.subject = Some(hostile.to_owned());
        let mut value = plain();
        value.headers = vec![("X-A".to_owned(), hostile.to_owned())];
        let mut name = plain();
        name.to[0].name = Some(hostile.to_owned());
        let mut from = plain();
        from.from.name = Some(hostile.to_owned());
        let mut file_name = plain();
        file_name.attachments = vec![attachment(hostile, "a/b", Source::Memory(Vec::new()))];
        for draft in [subject, value, name, from, file_name] {
            assert!(matches!(refused(&draft), ComposeError::Character { .. }), "{draft:?}");
        }
    }
    for name in ["", "X A", "X:A", "X\r\nA", "X\tA", "Ä"] {
        let mut draft = draft("jane@example.com", "a@example.com");
        draft.headers = vec![(name.to_owned(), "a".to_owned())];
        assert_eq!(refused(&draft), ComposeError::FieldName(name.to_owned()));
    }
}

#[test]
fn fields_that_the_draft_has_elsewhere_are_refused() {
    for name in ["bcc", "From", "CONTENT-TYPE", "Message-Id"] {
        let mut draft = draft("jane@example.com", "a@example.com");
        draft.headers = vec![(name.to_owned(), "a".to_owned())];
        assert_eq!(refused(&draft), ComposeError::ReservedField(name.to_owned()));
    }
}

#[test]
fn a_wrong_media_type_is_refused_with_the_attachments_name() {
    let mut draft = draft("jane@example.com", "a@example.com");
    draft.attachments = vec![attachment("a.pdf", "pdf", Source::Memory(Vec::new()))];
    assert_eq!(
        refused(&draft).to_string(),
        "attachment a.pdf: not a media type such as application/pdf: \"pdf\""
    );
}
