//! A message that was written by somebody else and is sent as it is.

use std::sync::Arc;

use super::{Address, Mailbox, Source};

/// A ready message, and what the command line and the settings say about its envelope.
#[derive(Debug)]
pub struct Ready {
    /// The message.
    pub source: Arc<Source>,
    /// The author, for a message that names none.
    pub author: Option<Mailbox>,
    /// Who gets the bounces.
    pub sender: EnvelopeSender,
    /// Who gets it, whatever its header says.
    pub recipients: Vec<Address>,
    /// Whether its header names further recipients.
    pub header_recipients: HeaderRecipients,
    /// The domain of addresses in the header that have none.
    pub qualify_domain: Option<String>,
}

/// Where the envelope's sender comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvelopeSender {
    /// This one; none is `<>`.
    Given(Option<Address>),
    /// The header's Sender or From.
    Header,
}

/// What the header's To, Cc and Bcc are to the envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderRecipients {
    /// Nothing.
    Ignored,
    /// Recipients.
    Read,
}
