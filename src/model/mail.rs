//! A message ready to be submitted.

use super::{Address, Content, Piece};

/// An envelope and its content (RFC 5321 §2.3.1).
#[derive(Debug)]
pub struct Mail {
    /// The envelope's sender; none is `<>`.
    pub reverse_path: Option<Address>,
    /// Every recipient once, in order.
    pub recipients: Vec<Address>,
    /// The message as it goes over the wire.
    pub content: Content,
    /// The Message-ID, with its angle brackets.
    pub message_id: String,
}

impl Mail {
    /// Whether an address of the envelope or the header is in UTF-8, so that it takes SMTPUTF8
    /// to send this (RFC 6531 §1.2).
    pub fn needs_smtputf8(&self) -> bool {
        self.utf8_address().is_some() || !self.header().is_ascii()
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
