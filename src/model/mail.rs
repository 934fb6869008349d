//! A message ready to be submitted.

use std::fmt;
use std::sync::LazyLock;

use super::{Address, Content, ContentError, Parameters, Piece};

/// An envelope and its content (RFC 5321 §2.3.1).
#[derive(Debug)]
pub struct Mail {
    /// The envelope's sender; none is `<>`.
    pub reverse_path: Option<Address>,
    /// Every recipient once, in order.
    pub recipients: Vec<Address>,
    /// What the envelope asks for besides.
    pub parameters: Parameters,
    /// The author, if there is one that can be read.
    pub author: Option<Address>,
    /// The message as it goes over the wire.
    pub content: Content,
    /// What the content asks of the server.
    pub body_type: BodyType,
    /// The Message-ID, with its angle brackets.
    pub message_id: String,
}

/// Whether a message is 8-bit (RFC 6152).
#[derive(Debug)]
pub enum BodyType {
    /// It is not, but for addresses in UTF-8 in its header.
    SevenBit,
    /// It has octets above 127. The same message for a server that does not take these.
    EightBit(SevenBitForm),
}

/// An 8-bit message in 7 bits, made when a server needs it.
pub type SevenBitForm = LazyLock<
    Result<Content, NoSevenBitForm>,
    Box<dyn FnOnce() -> Result<Content, NoSevenBitForm> + Send>,
>;

/// Why an 8-bit message cannot be had in 7 bits.
#[derive(Debug)]
pub enum NoSevenBitForm {
    /// It must not be changed, or cannot be: a clause that says why.
    Untouchable(String),
    /// Its file failed.
    Source(ContentError),
}

impl fmt::Display for NoSevenBitForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untouchable(why) => f.write_str(why),
            Self::Source(error) => error.fmt(f),
        }
    }
}

impl From<ContentError> for NoSevenBitForm {
    fn from(error: ContentError) -> Self {
        Self::Source(error)
    }
}

impl Mail {
    /// Whether an address of the envelope or the header is in UTF-8, so that it takes SMTPUTF8
    /// to send this (RFC 6531 §1.2). What else is 8-bit in a ready message does not.
    pub fn needs_smtputf8(&self) -> bool {
        let is_ready = matches!(self.body_type, BodyType::EightBit(_));
        self.utf8_address().is_some() || (!is_ready && !self.header().is_ascii())
    }

    /// Whether a server should be told that the content is 8-bit.
    pub fn is_eight_bit(&self) -> bool {
        matches!(self.body_type, BodyType::EightBit(_)) || self.needs_smtputf8()
    }

    /// The content for a server that does not take 8-bit content.
    pub fn seven_bit(&self) -> Result<&Content, &NoSevenBitForm> {
        match &self.body_type {
            BodyType::SevenBit => Ok(&self.content),
            BodyType::EightBit(form) => LazyLock::force(form).as_ref(),
        }
    }

    /// What RCPT says behind each recipient; nothing at all if it says nothing behind any.
    pub fn rcpt_parameters(&self) -> Vec<Vec<String>> {
        let each = self.recipients.iter().map(|recipient| self.parameters.rcpt(recipient));
        let all: Vec<_> = each.collect();
        if all.iter().all(Vec::is_empty) { Vec::new() } else { all }
    }

    /// The first address of the envelope that is in UTF-8.
    pub fn utf8_address(&self) -> Option<&Address> {
        let mut envelope = self.reverse_path.iter().chain(&self.recipients);
        envelope.find(|address| !address.is_ascii())
    }

    /// The header fields: they are in the first piece, before the empty line.
    fn header(&self) -> &[u8] {
        let Some(Piece::Octets(octets)) = self.content.pieces().first() else { return &[] };
        let end = octets.windows(4).position(|window| window == b"\r\n\r\n");
        &octets[..end.unwrap_or(octets.len())]
    }
}
