//! Bodies: HTML with images, invitations, and texts that somebody on the way might change.

use mail_parser::{MessageParser, MimeHeaders as _};
use mailsend::model::{Body, Calendar, Html, Inline, Source};

use super::{assert_golden, attachment, composed, draft, file, refused};
use crate::support::python_parse;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn inline(content_id: &str, name: &str, content_type: &str, source: Source) -> Inline {
    let attachment = attachment(name, content_type, source);
    Inline { content_id: content_id.to_owned(), attachment }
}

#[test]
fn images_belong_to_the_html_and_the_html_to_the_alternatives() {
    let mut draft = draft("jane@example.com", "a@example.com");
    let markup = "<img src=\"cid:logo.png\"><img src=\"cid:dot@example.com\">\n".to_owned();
    let images = vec![
        inline("logo.png", "logo.png", "image/png", file(PNG)),
        inline("dot@example.com", "dot.gif", "image/gif", Source::Memory(b"GIF89a".to_vec())),
    ];
    let html = Html { markup: markup.clone(), inline: images };
    draft.body = Body::Alternative { text: "See the logo.\n".to_owned(), html };
    draft.attachments = vec![attachment("a.pdf", "application/pdf", file(b"%PDF"))];
    assert_golden(&draft, include_str!("../../golden/related.eml"));

    let message = composed(&draft);
    let parsed = python_parse(message.as_bytes());
    assert_eq!(parsed.defects, [""; 0]);
    assert_eq!(parsed.text.as_deref(), Some("See the logo.\n"));
    assert_eq!(parsed.html.as_deref(), Some(markup.as_str()));
    let attached: Vec<_> = parsed.attachments.iter().map(|one| one.octets.as_slice()).collect();
    assert_eq!(attached, [b"%PDF"]);
    let shown: Vec<_> = parsed.parts.iter().filter(|part| part.content_id.is_some()).collect();
    assert_eq!(shown[0].path, ["mixed", "alternative", "related"]);
    assert_eq!(shown[0].content_id.as_deref(), Some("<logo.png>"));
    assert_eq!(shown[0].octets, PNG);
    assert_eq!(shown[1].disposition.as_deref(), Some("inline"));

    let read = MessageParser::default().parse(&message).unwrap();
    assert_eq!(read.body_html(0).unwrap().replace("\r\n", "\n"), markup);
    let ids: Vec<_> = read.attachments().filter_map(|part| part.content_id()).collect();
    assert_eq!(ids, ["logo.png", "dot@example.com"]);
    assert_eq!(read.attachment(0).unwrap().contents(), PNG);
}

#[test]
fn a_content_id_that_would_break_its_field_is_refused() {
    for hostile in ["", "a\r\nBcc: x", "a>b", "a b", "图", &"a".repeat(300)] {
        let mut draft = draft("jane@example.com", "a@example.com");
        let image = inline(hostile, "a.png", "image/png", Source::Memory(Vec::new()));
        draft.body = Body::Html(Html { markup: String::new(), inline: vec![image] });
        assert!(refused(&draft).to_string().starts_with("not a Content-ID"), "{hostile:?}");
    }
}

const LUNCH: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//lunch//EN\r\n\
    METHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:lunch-1@example.com\r\nDTSTAMP:20261122T021112Z\r\n\
    DTSTART:20261123T040000Z\r\nDTEND:20261123T050000Z\r\nORGANIZER:mailto:jane@example.com\r\n\
    ATTENDEE;RSVP=TRUE:mailto:a@example.com\r\nSUMMARY:Lunch at the café\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

#[test]
fn an_invitation_is_the_last_alternative_and_names_its_method() {
    let mut draft = draft("jane@example.com", "a@example.com");
    draft.subject = Some("Lunch".to_owned());
    let html = Html { markup: "<p>Lunch at noon.</p>\n".to_owned(), inline: Vec::new() };
    draft.body = Body::Alternative { text: "Lunch at noon.\n".to_owned(), html };
    draft.calendar = Some(Calendar::parse(LUNCH.to_owned()).unwrap());
    assert_golden(&draft, include_str!("../../golden/invitation.eml"));

    let message = composed(&draft);
    let parsed = python_parse(message.as_bytes());
    assert_eq!((parsed.defects.len(), parsed.attachments.len()), (0, 0));
    let part = parsed.parts.last().unwrap();
    assert_eq!(
        (part.path.as_slice(), part.octets.as_slice()),
        (&["alternative".to_owned()][..], LUNCH.as_bytes())
    );
    assert_eq!(part.content_type, "text/calendar; charset=\"utf-8\"; method=\"REQUEST\"");

    let read = MessageParser::default().parse(&message).unwrap();
    let calendar = read.parts.last().unwrap();
    assert_eq!(calendar.contents(), LUNCH.as_bytes());
    assert_eq!(calendar.content_type().unwrap().attribute("method"), Some("REQUEST"));
}

#[test]
fn a_calendar_that_asks_for_nothing_names_no_method() {
    let mut draft = draft("jane@example.com", "a@example.com");
    let text = "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n".to_owned();
    draft.calendar = Some(Calendar::parse(text).unwrap());
    let message = composed(&draft);
    assert!(message.contains("\r\nContent-Type: text/calendar; charset=utf-8\r\n"), "{message}");
}

#[test]
fn what_somebody_on_the_way_might_change_is_encoded_as_written_by_hand() {
    let digits = "0123456789".repeat(8);
    let text = format!(
        "From here on\nFrom:\n>From there\ntwo spaces  \na tab\t\t\n  \n.\n..\n.hidden\n\
         1%\r2%\r100%\npage\x0cfeed\nx = y\n{digits}\n-- \n\n"
    );
    let mut draft = draft("jane@example.com", "a@example.com");
    draft.body = Body::Text(text.clone());
    assert_golden(&draft, include_str!("../../golden/awkward.eml"));
    assert_read_as(&composed(&draft), &text);
}

/// The text as both parsers give it, octet by octet.
#[track_caller]
fn assert_read_as(message: &str, text: &str) {
    let octets = text.replace('\n', "\r\n");
    let parsed = python_parse(message.as_bytes());
    assert_eq!(parsed.defects, [""; 0]);
    assert!(parsed.parts[0].octets == octets.as_bytes(), "{:?}", parsed.parts[0]);
    let read = MessageParser::default().parse(message).unwrap();
    assert!(read.parts[0].contents() == octets.as_bytes(), "{:?}", read.parts[0]);
}

#[test]
fn long_lines_and_every_script_are_read_as_they_were_written() {
    let lengths = [75, 76, 77, 997, 998, 999, 1000, 5000].map(|length| "x".repeat(length));
    let scripts =
        "你好,世界\n👨‍👩‍👧‍👦 🇨🇳 e\u{301}\nשלום \u{200f}עולם\u{200e}\nمرحبا\nÀ la carte – naïve\n";
    let chinese = "长".repeat(2000) + "\n";
    let texts = lengths.map(|line| format!("{line}\nnext\n")).into_iter();
    for text in texts.chain([scripts.to_owned(), chinese, format!("{}\n", "é ".repeat(700))]) {
        let mut draft = draft("jane@example.com", "a@example.com");
        draft.body = Body::Text(text.clone());
        let message = composed(&draft);
        let (_, body) = message.split_once("\r\n\r\n").unwrap();
        let most = if message.contains("Encoding: 7bit") { 998 } else { 76 };
        assert!(message.is_ascii() && body.lines().all(|line| line.len() <= most), "{message}");
        assert_read_as(&message, &text);
    }
}

#[test]
fn texts_of_many_megabytes_take_no_time_to_speak_of() {
    let start = std::time::Instant::now();
    for line in ["a short line\n", "两个字\n", "caf\u{e9} \n", "x\r", "."] {
        let mut draft = draft("jane@example.com", "a@example.com");
        draft.body = Body::Text(line.repeat((8 << 20) / line.len()));
        composed(&draft);
    }
    // Quadratic time would be minutes.
    assert!(start.elapsed().as_secs() < 40, "{:?}", start.elapsed());
}
