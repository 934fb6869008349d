//! What the user wants to say, before it is a message.

use super::{Address, FilePart, Mailbox};

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
    /// Further header fields in order, names checked.
    pub headers: Vec<(String, String)>,
    /// The text.
    pub body: Body,
    /// What goes along.
    pub attachments: Vec<Attachment>,
}

/// The text of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// text/plain
    Text(String),
    /// text/html
    Html(String),
    /// Both, multipart/alternative.
    Alternative {
        /// text/plain
        text: String,
        /// text/html
        html: String,
    },
}

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
