//! Why a ready message cannot be sent.

use crate::model::ContentError;

/// What is wrong with a ready message, or with what is to be read from it.
#[derive(Debug, thiserror::Error)]
pub enum ReadyError {
    /// Its file failed.
    #[error(transparent)]
    Source(#[from] ContentError),
    /// Not one octet that says something.
    #[error("the message is empty")]
    Empty,
    /// The header does not end within what is read of it.
    #[error("the header of the message is longer than {most} octets")]
    LongHeader {
        /// How much is read.
        most: usize,
    },
    /// A NUL octet where fields are.
    #[error("line {line} of the message's header has a NUL octet")]
    Nul {
        /// Counted from 1.
        line: u64,
    },
    /// Somebody who was to be hidden would be shown.
    #[error(
        "line {line} of the message is no header field and ends the header, but there is a Bcc \
         behind it, which everybody would see"
    )]
    ShownBcc {
        /// Counted from 1.
        line: u64,
    },
    /// A field that cannot be read as addresses.
    #[error("{field}: {reason}")]
    Addresses {
        /// Its name.
        field: String,
        /// What is wrong, and with what.
        reason: String,
    },
    /// Nobody is named.
    #[error("the message names no recipient in {fields}")]
    NoRecipients {
        /// Where they were looked for.
        fields: &'static str,
    },
    /// The message has no From, and nobody is known who could be it.
    #[error("the message has no From, and nobody is named as the sender")]
    NoAuthor,
    /// The author has no domain, and nothing says which it could be.
    #[error(
        "{field}: \"{address}\" has no domain, and the profile has neither from nor qualify_domain"
    )]
    NoDomain {
        /// From, or another field.
        field: String,
        /// Who has none.
        address: String,
    },
    /// It comes back again and again.
    #[error("the message has been through {servers} servers: it goes in a circle")]
    Circle {
        /// How many.
        servers: usize,
    },
}

impl ReadyError {
    /// The next step.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Empty => Some("with -E nothing is sent then, and that is no error"),
            Self::ShownBcc { .. } => Some("put an empty line where the header ends"),
            Self::Addresses { .. } => {
                Some("name the recipients and the sender on the command line instead")
            }
            Self::NoRecipients { .. } => Some("name one: mailsend --raw -t you@example.com"),
            Self::NoAuthor => Some("give -f you@example.com, or set from in the profile"),
            Self::NoDomain { .. } => {
                Some("set from = \"you@example.com\" in the profile, or qualify_domain")
            }
            Self::Circle { .. } => Some("look for an alias or a forward that leads back here"),
            Self::Source(_) | Self::LongHeader { .. } | Self::Nul { .. } => None,
        }
    }
}
