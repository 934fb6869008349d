//! A message that was written by somebody else and is sent as it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Address, FromRewrite, Mailbox, Source};

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
    /// What is set right in its header; without it, it is sent as it is.
    pub mending: Option<Mending>,
}

/// What is set right in the header of a message that was written for sendmail(8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mending {
    /// When its author becomes the one of the settings.
    pub from_rewrite: FromRewrite,
    /// Who took it by SMTP, and when: the value of a Received field above the others.
    pub trace: Option<String>,
    /// The author's name, for a message that names no author.
    pub name: Option<String>,
    /// Whom names without a domain stand for, where that is one address; in lower case.
    pub names: BTreeMap<String, Address>,
    /// Who wrote a message that names no author, where the settings name none either.
    pub login: Option<Mailbox>,
    /// The charset of octets that are not UTF-8, if the locale has one.
    pub charset: Option<String>,
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
