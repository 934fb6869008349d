//! A message taken apart for its page: header fields decoded, bodies, and what is attached.
//!
//! Of a message that was not read to its end the last part is marked as cut, and what would be
//! behind it is not there. What is no message has no parts.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::parsers::MessageStream;
use mail_parser::{
    Encoding, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders as _, PartType,
};

/// Messages inside messages that are taken apart; the parser's structure is as deep as they are.
const NESTED: usize = 64;

/// What a page shows of a message.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    /// Every header field, in order.
    pub(super) fields: Vec<Field>,
    /// The texts that a reader would see, in order.
    pub(super) bodies: Vec<Body<'a>>,
    /// Everything else.
    pub(super) attachments: Vec<Attachment<'a>>,
}

/// A header field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    /// Decoded and on one line.
    pub(super) value: String,
}

/// A text of the message.
#[derive(Debug)]
pub(super) struct Body<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) extent: Extent,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Html,
}

/// How much of a part was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    Cut,
}

/// A part that is no text to be read.
#[derive(Debug)]
pub(super) struct Attachment<'a> {
    pub(super) name: Option<&'a str>,
    /// As the message says; nothing may rely on it.
    pub(super) media_type: String,
    pub(super) content_id: Option<&'a str>,
    pub(super) octets: Cow<'a, [u8]>,
    pub(super) extent: Extent,
}

/// Reads the structure of a message, if that is what it is. Of one with so many others inside that
/// the parser would need too much stack, only the header is read.
pub fn parse(head: &[u8]) -> Option<Message<'_>> {
    if nested(head) > NESTED {
        return MessageParser::default().parse_headers(head);
    }
    MessageParser::default().parse(head)
}

impl<'a> Parts<'a> {
    /// Finds what is to be shown; `size` are the octets of the whole message.
    pub(super) fn of(message: &'a Message<'_>, size: u64) -> Self {
        let read = message.raw_message.len();
        let extent = |part: &MessagePart<'_>| {
            let ended = (part.raw_end_offset() as usize) < read || read as u64 >= size;
            if ended { Extent::Whole } else { Extent::Cut }
        };
        let mut bodies: Vec<u32> = [&message.text_body[..], &message.html_body[..]].concat();
        bodies.sort_unstable();
        bodies.dedup();
        let bodies = bodies.into_iter().filter_map(|id| message.part(id)).filter_map(|part| {
            let (kind, text) = match &part.body {
                PartType::Text(text) => (Kind::Plain, text),
                PartType::Html(text) => (Kind::Html, text),
                _ => return None,
            };
            Some(Body { kind, text, extent: extent(part) })
        });
        let attachments = message.attachments.iter().filter_map(|id| message.part(*id));
        Self {
            fields: fields(message),
            bodies: bodies.collect(),
            attachments: attachments.map(|part| attachment(message, part, extent(part))).collect(),
        }
    }

    /// The value of the first field of this name.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields.find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value.as_str())
    }
}

/// The header fields alone, for a list.
pub(super) fn header(head: &[u8]) -> Parts<'static> {
    let fields = MessageParser::default().parse_headers(head).map(|message| fields(&message));
    Parts { fields: fields.unwrap_or_default(), ..Parts::default() }
}

fn fields(message: &Message<'_>) -> Vec<Field> {
    let Some(part) = message.parts.first() else { return Vec::new() };
    let raw = |header: &mail_parser::Header<'_>| {
        let octets = header.offset_start as usize..header.offset_end as usize;
        decoded(message.raw_message.get(octets).unwrap_or_default())
    };
    let field =
        |header| Field { name: mail_parser::Header::name(header).to_owned(), value: raw(header) };
    part.headers.iter().map(field).collect()
}

/// Unfolds a value and decodes its encoded words (RFC 2047), wherever they stand.
fn decoded(raw: &[u8]) -> String {
    // The parser stops at the first line that does not go on.
    let line = [raw.trim_ascii(), b"\n"].concat();
    match MessageStream::new(&line).parse_unstructured() {
        HeaderValue::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

fn attachment<'a>(
    message: &'a Message<'_>,
    part: &'a MessagePart<'_>,
    extent: Extent,
) -> Attachment<'a> {
    let media_type = part.content_type().map_or("text/plain".to_owned(), |kind| {
        format!("{}/{}", kind.c_type, kind.c_subtype.as_deref().unwrap_or("*"))
    });
    Attachment {
        name: part.attachment_name(),
        media_type,
        content_id: part.content_id(),
        octets: octets(message, part),
        extent,
    }
}

/// What the sender attached. A text was turned into UTF-8 by the parser: its octets are read again.
fn octets<'a>(message: &'a Message<'_>, part: &'a MessagePart<'_>) -> Cow<'a, [u8]> {
    let (PartType::Text(text) | PartType::Html(text)) = &part.body else {
        return Cow::Borrowed(part.contents());
    };
    let range = part.raw_body_offset() as usize..part.raw_end_offset() as usize;
    let raw = message.raw_message.get(range).unwrap_or_default();
    match part.encoding {
        Encoding::None => Cow::Borrowed(raw),
        Encoding::Base64 => base64_decode(raw).map(Cow::Owned).unwrap_or(text.as_bytes().into()),
        Encoding::QuotedPrintable => {
            quoted_printable_decode(raw).map(Cow::Owned).unwrap_or(text.as_bytes().into())
        }
    }
}

/// How many messages might be inside each other.
fn nested(head: &[u8]) -> usize {
    // A message inside another has one of these words in its type, or its parent has.
    let words: [&[u8]; 3] = [b"rfc822", b"global", b"digest"];
    let starts = (0..head.len()).filter(|start| {
        matches!(head[*start] | 0x20, b'r' | b'g' | b'd')
            && words.iter().any(|word| {
                head[*start..].get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word))
            })
    });
    starts.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crlf(text: &str) -> Vec<u8> {
        text.replace('\n', "\r\n").into_bytes()
    }

    #[test]
    fn header_fields_are_unfolded_and_decoded() {
        let octets = crlf(
            "Subject: =?gb2312?B?xOO6ww==?=\n =?utf-8?Q?_=E4=B8=96=E7=95=8C?=\n\
             From: =?utf-8?B?5byg5LiJ?= <zhang@x.com>\nX-Empty:\n\nbody\n",
        );
        let parts = header(&octets);
        assert_eq!(parts.field("subject"), Some("你好 世界"));
        assert_eq!(parts.field("From"), Some("张三 <zhang@x.com>"));
        assert_eq!(parts.field("X-Empty"), Some(""));
        assert_eq!(parts.field("To"), None);
    }

    #[test]
    fn an_attached_text_keeps_the_octets_that_its_sender_gave_it() {
        let octets = crlf(
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n\
             hello\n--b\nContent-Type: text/csv; charset=gb2312; name=a.csv\n\
             Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nxOO6\nww==\n\
             --b--\n",
        );
        let message = parse(&octets).unwrap();
        let parts = Parts::of(&message, octets.len() as u64);
        assert_eq!(parts.bodies.len(), 1);
        assert_eq!(parts.attachments[0].octets.as_ref(), b"\xc4\xe3\xba\xc3");
    }

    #[test]
    fn the_part_at_which_reading_ended_is_marked_as_cut() {
        let octets = crlf(
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n\
             hello\n--b\nContent-Type: application/pdf; name=a.pdf\n\
             Content-Transfer-Encoding: base64\n\nAAECAAEC\nAAEC",
        );
        let message = parse(&octets).unwrap();
        let parts = Parts::of(&message, 1 << 30);
        assert_eq!(parts.bodies[0].extent, Extent::Whole);
        assert_eq!(parts.attachments.last().unwrap().extent, Extent::Cut);
    }

    #[test]
    fn messages_inside_messages_without_end_do_no_harm() {
        for level in ["Content-Type: message/rfc822\r\n\r\n", "Content-Type: message/Global\n\n"] {
            let octets = level.repeat(100_000);
            let message = parse(octets.as_bytes()).unwrap();
            Parts::of(&message, octets.len() as u64);
        }
    }
}
