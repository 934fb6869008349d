//! A message ready to be submitted.

use super::{Address, Content};

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
    /// Whether an address of the envelope needs SMTPUTF8 (RFC 6531).
    pub fn needs_smtputf8(&self) -> bool {
        self.reverse_path.iter().chain(&self.recipients).any(|address| !address.is_ascii())
    }
}
