//! A caught message as data for programs: envelope, decoded header fields, text, attachments.
//!
//! Of a huge message only the head is read, and the description says so.

use std::io;

use mail_parser::{MessageParser, MimeHeaders as _, PartType};
use serde::Serialize;

use super::mailbox::Caught;
use super::show::HEAD;
use crate::page;

/// What a message says, and how it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Sender and recipients of the transaction.
    pub envelope: Path,
    /// The protocol of the TLS session; none: there was none.
    pub tls: Option<String>,
    /// Who logged in; none: nobody.
    pub login: Option<Identity>,
    /// Octets of the message.
    pub size: u64,
    /// Only the first octets were looked at.
    pub truncated: bool,
    /// The header fields in order.
    pub headers: Vec<Field>,
    /// The plain text, line ends as LF.
    pub text: Option<String>,
    /// The HTML, line ends as LF.
    pub html: Option<String>,
    /// What came along.
    pub attachments: Vec<Enclosure>,
    /// Where it is kept, in a Maildir.
    pub path: Option<String>,
}

/// The envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Path {
    /// Empty for `<>`.
    pub reverse_path: String,
    /// Those that were accepted.
    pub recipients: Vec<String>,
}

/// A login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// The user name.
    pub user: String,
    /// The mechanism's name.
    pub mechanism: &'static str,
}

/// A header field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// In its usual spelling.
    pub name: String,
    /// Unfolded and decoded.
    pub value: String,
}

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enclosure {
    /// The file name.
    pub name: Option<String>,
    /// The media type, without parameters.
    pub content_type: String,
    /// Octets when decoded.
    pub size: usize,
}

/// Describes a message. Fails when it cannot be read back.
pub fn describe(caught: &Caught) -> io::Result<Description> {
    let head = caught.head(HEAD)?;
    let mut description = Description {
        envelope: Path {
            reverse_path: caught.envelope.reverse_path.clone(),
            recipients: caught.envelope.recipients.clone(),
        },
        tls: caught.tls.clone(),
        login: caught
            .login
            .as_ref()
            .map(|login| Identity { user: login.user.clone(), mechanism: login.mechanism.name() }),
        size: caught.size,
        truncated: caught.size > head.len() as u64,
        headers: headers(&head),
        text: None,
        html: None,
        attachments: Vec::new(),
        path: caught.path.as_ref().map(|path| path.to_string_lossy().into_owned()),
    };
    read_parts(&mut description, &head);
    Ok(description)
}

/// Every field as text: encoded words decoded, lines unfolded. The parser takes most fields apart;
/// one of its own subject is text.
fn headers(head: &[u8]) -> Vec<Field> {
    let parser = MessageParser::default();
    let Some(message) = parser.parse_headers(head) else {
        return Vec::new();
    };
    let fields = message.headers().iter().map(|header| {
        let (start, end) = (header.offset_start() as usize, header.offset_end() as usize);
        let alone = [b"Subject:", head.get(start..end).unwrap_or_default(), b"\r\n"].concat();
        let text = parser.parse_headers(&alone);
        let value = text.as_ref().and_then(|text| text.subject()).unwrap_or_default();
        Field { name: header.name().to_owned(), value: value.to_owned() }
    });
    fields.collect()
}

fn read_parts(description: &mut Description, head: &[u8]) {
    let Some(message) = page::parse(head) else { return };
    let lines = |text: &str| text.replace("\r\n", "\n");
    description.text = message.text_bodies().find_map(|part| match &part.body {
        PartType::Text(text) => Some(lines(text)),
        _ => None,
    });
    description.html = message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(lines(html)),
        _ => None,
    });
    let attachments = message.attachments().map(|part| Enclosure {
        name: part.attachment_name().map(str::to_owned),
        content_type: part.content_type().map_or_else(
            || "application/octet-stream".to_owned(),
            |kind| format!("{}/{}", kind.c_type, kind.c_subtype.as_deref().unwrap_or("*")),
        ),
        size: part.len(),
    });
    description.attachments = attachments.collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_field_is_decoded_and_keeps_its_place() {
        let head = "Received: from a\r\n by b\r\nFrom: =?utf-8?B?5byg5LiJ?= <zhang@x.com>\r\n\
                    SUBJECT: =?gb2312?B?xOO6ww==?=\r\n =?utf-8?Q?_=E4=B8=96?=\r\n\
                    X-Empty:\r\nDate: Sun, 22 Nov 2026 21:00:00 +0800\r\n\r\nx: y\r\n";
        let fields = headers(head.as_bytes());
        let pairs: Vec<_> = fields.iter().map(|f| (f.name.as_str(), f.value.as_str())).collect();
        assert_eq!(
            pairs,
            [
                ("Received", "from a by b"),
                ("From", "张三 <zhang@x.com>"),
                ("Subject", "你好 世"),
                ("X-Empty", ""),
                ("Date", "Sun, 22 Nov 2026 21:00:00 +0800"),
            ]
        );
    }
}
