//! Attachments of every kind: against a message written by hand, and read again by Python's
//! `email` and mail-parser.

use mail_parser::{MessageParser, MimeHeaders as _, PartType};
use mailsend::compose::compose;
use mailsend::model::{Body, Draft, FilePart, Source};
use proptest::prelude::*;

use super::{assert_golden, attachment, draft, file, octets, stamp};
use crate::support::python_parse;

fn memory(octets: impl AsRef<[u8]>) -> Source {
    Source::Memory(octets.as_ref().to_vec())
}

fn files() -> Draft {
    let mut draft = draft("jane@example.com", "a@example.com");
    draft.subject = Some("files".to_owned());
    draft.body = Body::Text("hello\n".to_owned());
    let Source::File(long) = file(b"Subject: long\r\n\r\n") else { unreachable!() };
    draft.attachments = vec![
        attachment("报表; \"Q3\" 100%.csv", "text/csv; charset=utf-8", memory("名,b\n")),
        attachment("same.txt", "text/plain", memory("1\n")),
        attachment("same.txt", "text/plain", file(b"2\n")),
        attachment("empty.bin", "application/octet-stream", file(b"")),
        attachment("forwarded.eml", "message/rfc822", memory("Subject: hi\r\n\r\n.dot\r\n")),
        attachment("long.eml", "message/rfc822", Source::Message(long)),
        attachment("8bit.eml", "message/rfc822", memory("Subject: é\r\n")),
    ];
    draft
}

/// What Python finds wrong, but for the encoded words in quotation marks, which are for readers who
/// know nothing better.
fn unknown(defects: &[String]) -> Vec<&str> {
    let known = |defect: &str| {
        defect.starts_with("Content-Type: InvalidHeaderDefect(")
            && (defect.contains("encoded word inside quoted string")
                || defect.contains("missing trailing whitespace after encoded-word"))
    };
    defects.iter().map(String::as_str).filter(|defect| !known(defect)).take(5).collect()
}

#[test]
fn files_of_every_kind_are_as_written_by_hand() {
    assert_golden(&files(), include_str!("../../golden/files.eml"));
}

#[test]
fn python_reads_every_file_and_finds_no_fault() {
    let read = python_parse(&octets(&compose(&files(), &stamp()).unwrap()));
    assert_eq!(unknown(&read.defects), [""; 0]);
    let found: Vec<_> = read
        .attachments
        .iter()
        .map(|one| (one.name.as_deref().unwrap(), one.content_type.as_str(), one.octets.as_slice()))
        .collect();
    assert_eq!(
        found,
        [
            ("报表; \"Q3\" 100%.csv", "text/csv", "名,b\n".as_bytes()),
            ("same.txt", "text/plain", b"1\n"),
            ("same.txt", "text/plain", b"2\n"),
            ("empty.bin", "application/octet-stream", b""),
            ("forwarded.eml", "message/rfc822", b"Subject: hi\n\n.dot\n"),
            ("long.eml", "message/rfc822", b"Subject: long\n\n"),
            ("8bit.eml", "application/octet-stream", "Subject: é\r\n".as_bytes()),
        ]
    );
}

#[test]
fn mail_parser_reads_every_file() {
    let message = octets(&compose(&files(), &stamp()).unwrap());
    let read = MessageParser::default().parse(&message).unwrap();
    let found: Vec<_> = read
        .attachments()
        .map(|part| {
            let octets = match &part.body {
                PartType::Message(inner) => inner.raw_message(),
                _ => part.contents(),
            };
            (part.attachment_name().unwrap(), octets)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("报表; \"Q3\" 100%.csv", "名,b\n".as_bytes()),
            ("same.txt", b"1\n"),
            ("same.txt", b"2\n"),
            ("empty.bin", b""),
            ("forwarded.eml", b"Subject: hi\r\n\r\n.dot\r\n"),
            ("long.eml", b"Subject: long\r\n\r\n"),
            ("8bit.eml", "Subject: é\r\n".as_bytes()),
        ]
    );
}

#[test]
fn a_message_that_has_our_boundary_in_it_is_a_plain_file() {
    let mut draft = draft("jane@example.com", "a@example.com");
    let hostile = "Subject: hi\r\n\r\n--=_1a2b.42.mixed--\r\n";
    draft.attachments = vec![attachment("x.eml", "message/rfc822", memory(hostile))];
    let read = python_parse(&octets(&compose(&draft, &stamp()).unwrap()));
    assert_eq!(read.attachments[0].content_type, "application/octet-stream");
    assert_eq!(read.attachments[0].octets, hostile.as_bytes());
}

/// What file systems and `name=` allow, but for line breaks.
fn name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[ -~]{1,12}",
        2 => "[\u{4e00}-\u{9fa5}]{1,20}",
        1 => "[\u{5d0}-\u{5ea}\u{620}-\u{64a}\u{202b}]{1,9}",
        1 => "[\u{1}-\u{9}\u{b}\u{c}\u{e}-\u{1f}\u{7f}]",
        1 => Just("👨‍👩‍👧‍👦🏳️‍🌈".to_owned()),
        1 => Just("=?utf-8?B?eA==?= utf-8''%41 \\\"; filename=x".to_owned()),
    ];
    prop::collection::vec(piece, 1..9).prop_map(|pieces| format!("a{}.x", pieces.concat()))
}

proptest! {
    #[test]
    fn every_name_and_every_octet_comes_out_again(
        names in prop::collection::vec(name(), 1..4),
        octets in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut draft = draft("jane@example.com", "a@example.com");
        for name in &names {
            draft.attachments.push(attachment(name, "a/b", memory(&octets)));
            draft.attachments.push(attachment(name, "a/b", file(&octets)));
        }
        let message = super::octets(&compose(&draft, &stamp()).unwrap());
        let read = MessageParser::default().parse(&message).unwrap();
        prop_assert_eq!(read.attachment_count(), 2 * names.len());
        for (number, part) in read.attachments().enumerate() {
            prop_assert_eq!(part.attachment_name(), Some(names[number / 2].as_str()));
            prop_assert_eq!(part.contents(), octets.as_slice());
        }
        let text = String::from_utf8(message).unwrap();
        prop_assert!(text.is_ascii() && text.split("\r\n").all(|line| line.len() <= 998));
    }
}

#[test]
fn python_reads_names_of_every_length_and_script() {
    let pieces =
        ["a", "销", "é", "ف", "👨‍👩‍👧‍👦", "%", "\"", "\\", ";", "'", "*", "\u{202e}", "\t", "  "];
    let mut names: Vec<String> = pieces.iter().map(|piece| format!("x{piece}.y")).collect();
    for length in [10, 24, 60, 85, 200] {
        names.extend(pieces.iter().map(|piece| format!("x{}y", piece.repeat(length))));
    }
    names.push("a".repeat(255));
    let mut draft = draft("jane@example.com", "a@example.com");
    draft.attachments =
        names.iter().map(|name| attachment(name, "a/b", memory("octets"))).collect();
    let read = python_parse(&octets(&compose(&draft, &stamp()).unwrap()));
    assert_eq!(unknown(&read.defects), [""; 0]);
    let found: Vec<_> = read.attachments.iter().map(|one| one.name.clone().unwrap()).collect();
    assert_eq!(found, names);
}

#[test]
fn a_source_that_is_no_message_is_encoded_whatever_it_says() {
    let mut draft = draft("jane@example.com", "a@example.com");
    let Source::File(part) = file(b"Subject: hi\r\n\r\nhello") else { unreachable!() };
    let part: FilePart = part;
    draft.attachments = vec![attachment("x", "a/b", Source::Message(part))];
    let read = python_parse(&octets(&compose(&draft, &stamp()).unwrap()));
    assert_eq!(read.attachments[0].octets, b"Subject: hi\r\n\r\nhello");
}
