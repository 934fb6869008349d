//! What the user wants to say, before it is a message.

use super::{Address, Calendar, FilePart, Mailbox};

/// A mail as it was asked for: addresses parsed, files open, nothing encoded.
#[derive(Debug)]
pub struct Draft {
    /// The author.
    pub from: Mailbox,
    /// The envelope's sender; none is the null reverse path `<>`.
    pub reverse_path: Option<Address>,
    /// Primary recipients.
    pub to: Vec<Mailbox>,
    /// Carbon copies.
    pub cc: Vec<Mailbox>,
    /// Recipients that the message does not name.
    pub bcc: Vec<Mailbox>,
    /// Where replies shall go.
    pub reply_to: Vec<Mailbox>,
    /// The subject, one line; none: no Subject field at all.
    pub subject: Option<String>,
    /// An RFC 5322 date-time with offset; none: the stamp's.
    pub date: Option<String>,
    /// The Message-ID with its angle brackets; none: made from the stamp.
    pub message_id: Option<String>,
    /// Further header fields in order, names checked.
    pub headers: Vec<(String, String)>,
    /// The text.
    pub body: Body,
    /// An invitation, beside the text.
    pub calendar: Option<Calendar>,
    /// What goes along.
    pub attachments: Vec<Attachment>,
}

/// The text of a mail.
#[derive(Debug)]
pub enum Body {
    /// text/plain
    Text(String),
    /// text/html
    Html(Html),
    /// Both, multipart/alternative.
    Alternative {
        /// text/plain
        text: String,
        /// text/html
        html: Html,
    },
}

impl Body {
    /// What the HTML shows besides itself.
    pub fn inline(&self) -> &[Inline] {
        match self {
            Self::Text(_) => &[],
            Self::Html(html) | Self::Alternative { html, .. } => &html.inline,
        }
    }
}

/// A text with markup, and what it shows besides.
#[derive(Debug)]
pub struct Html {
    /// text/html
    pub markup: String,
    /// Images that the markup names as `cid:CONTENT-ID`; with them multipart/related.
    pub inline: Vec<Inline>,
}

/// An image, or whatever else belongs inside the HTML.
#[derive(Debug)]
pub struct Inline {
    /// By which the HTML names it (RFC 2392), without angle brackets.
    pub content_id: String,
    /// The file.
    pub attachment: Attachment,
}

/// Whether text may be a Content-ID as it is. An `@` is asked for by RFC 5322 but by no reader, and
/// people name their images after their files.
pub fn is_content_id(text: &str) -> bool {
    let is_allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&*+-./=?@^_{|}~".contains(&byte);
    (1..=LONGEST_CONTENT_ID).contains(&text.len()) && text.bytes().all(is_allowed)
}

/// So that its field keeps to one line, which cannot be folded.
const LONGEST_CONTENT_ID: usize = 255;

/// A file that goes along.
#[derive(Debug)]
pub struct Attachment {
    /// The name that the recipient sees.
    pub name: String,
    /// Media type with parameters, such as `application/pdf`.
    pub content_type: String,
    /// The octets.
    pub source: Source,
}

/// Octets in memory or in an open file.
#[derive(Debug)]
pub enum Source {
    /// In memory.
    Memory(Vec<u8>),
    /// In a file, read when the message is sent.
    File(FilePart),
    /// A message in a file, in the form in which it is a part of another: 7bit, CRLF line ends.
    Message(FilePart),
}

/// What composing takes from the outside world, so that it is repeatable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The Date field: an RFC 5322 date-time with offset.
    pub date: String,
    /// The left side of the Message-ID, and the seed of the boundaries: unique, letters,
    /// digits and dots only.
    pub unique: String,
}
