//! From a draft to a mail: header fields, text, attachments. Pure: the clock and what makes a mail
//! unique are given, files are left to be read when the mail is sent.
//!
//! lettre builds the MIME parts. What leaves here is always ASCII with lines of at most 998 octets,
//! but for the addresses of a mail that needs SMTPUTF8.

mod attached_message;
mod attachment;
mod body;
mod encoded_word;
mod field;
mod fold;
mod header;
mod mailbox;
mod media_type;
mod part_field;
mod plain_text;
mod quoted_printable;
mod raw;
mod text_part;
mod unstructured;

use std::collections::HashSet;

pub use raw::{HeaderEnvelope, Prepared, ReadyError, Remark, as_given, header_envelope, prepare};

use crate::model::{Address, BodyType, Content, Draft, Mail, Parameters, Stamp};
use body::Entity;

pub use attached_message::{AttachedMessage, AttachedMessageError};
pub use plain_text::plain_text;

/// Characters of the stamp's unique part, so that boundaries keep to 70 (RFC 2046 §5.1.1).
const LONGEST_UNIQUE: usize = 56;

/// Why a draft cannot be made into a mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// Neither To nor Cc nor Bcc.
    #[error("no recipients")]
    NoRecipients,
    /// A header field whose name is not one.
    #[error("not the name of a header field: {0:?}")]
    FieldName(String),
    /// A header field that is made from another part of the draft.
    #[error("the header field {0} cannot be set directly")]
    ReservedField(String),
    /// CR, LF or NUL where they would break the header.
    #[error("the {what} contains the character {character:?}")]
    Character {
        /// Where.
        what: String,
        /// Which one.
        character: char,
    },
    /// A media type that is not one.
    #[error("attachment {name}: not a media type such as application/pdf: {content_type:?}")]
    ContentType {
        /// The attachment.
        name: String,
        /// What was given.
        content_type: String,
    },
    /// A Content-ID that is not one.
    #[error("not a Content-ID: {0:?}")]
    ContentId(String),
    /// A date or unique part that does not fit into a header.
    #[error("unusable stamp: {0:?}")]
    Stamp(Stamp),
}

/// Makes a mail. The same draft and stamp give the same octets.
pub fn compose(draft: &Draft, stamp: &Stamp) -> Result<Mail, ComposeError> {
    let recipients = recipients(draft);
    if recipients.is_empty() {
        return Err(ComposeError::NoRecipients);
    }
    if !is_usable(stamp) {
        return Err(ComposeError::Stamp(stamp.clone()));
    }
    let message_id = match &draft.message_id {
        Some(given) => given.clone(),
        None => format!("<{}@{}>", stamp.unique, draft.from.address.domain()),
    };
    let mut skeleton = header::header_section(draft, stamp, &message_id)?.into_bytes();
    // Its parts are gone before the next copy is made.
    let formatted = entity(draft, stamp)?.formatted();
    skeleton.extend_from_slice(&formatted);
    drop(formatted);
    // Whoever writes the content ends its last line. lettre ends the last part with a CRLF that
    // a text may have had already.
    for _ in 0..2 {
        if skeleton.ends_with(b"\r\n") {
            skeleton.truncate(skeleton.len() - 2);
        }
    }
    let content = Content::new(attachment::fill_in(skeleton, draft));
    Ok(Mail {
        reverse_path: draft.reverse_path.clone(),
        recipients,
        parameters: Parameters::default(),
        author: Some(draft.from.address.clone()),
        content,
        body_type: BodyType::SevenBit,
        message_id,
    })
}

/// Everybody once, in order.
fn recipients(draft: &Draft) -> Vec<Address> {
    let mut seen = HashSet::new();
    let all = draft.to.iter().chain(&draft.cc).chain(&draft.bcc).map(|mailbox| &mailbox.address);
    all.filter(|address| seen.insert(*address)).cloned().collect()
}

/// The body, and around it what holds the attachments. `=_` occurs in no encoding's output, and
/// text that would go unencoded is looked through for it, so no content has a boundary in it.
fn entity(draft: &Draft, stamp: &Stamp) -> Result<Entity, ComposeError> {
    let boundary_prefix = format!("=_{}", stamp.unique);
    let body = body::body_entity(&draft.body, draft.calendar.as_ref(), &boundary_prefix)?;
    if draft.attachments.is_empty() {
        return Ok(body);
    }
    let mut parts = vec![body];
    for attachment in &draft.attachments {
        let part = attachment::attachment_part(attachment, &boundary_prefix)?;
        parts.push(Entity::Single(part));
    }
    Ok(Entity::multi("mixed", &boundary_prefix, parts))
}

fn is_usable(stamp: &Stamp) -> bool {
    let is_unique_octet = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
    (1..=LONGEST_UNIQUE).contains(&stamp.unique.len())
        && stamp.unique.bytes().all(is_unique_octet)
        && !stamp.unique.split('.').any(str::is_empty)
        && !stamp.date.is_empty()
        && stamp.date.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}
