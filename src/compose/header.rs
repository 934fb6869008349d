//! The header fields of a message up to MIME-Version, in the order in which people read them.
//!
//! They are written here and not by lettre's builder, which re-parses addresses, replaces dates that
//! have an offset, and keeps one field of a name.

use super::ComposeError;
use super::encoded_word::Place;
use super::field::field_value;
use super::mailbox::mailbox_list;
use super::unstructured::unstructured;
use crate::model::{Draft, Mailbox, Stamp};

/// Fields that a draft has in another place, so that its own must not repeat or contradict them.
const RESERVED: [&str; 10] = [
    "bcc",
    "cc",
    "date",
    "from",
    "message-id",
    "mime-version",
    "reply-to",
    "sender",
    "subject",
    "to",
];
/// Octets of a field's name, so that lines with it stay short.
const LONGEST_NAME: usize = 76;

/// All fields, each with its CRLF.
pub(super) fn header_section(
    draft: &Draft,
    stamp: &Stamp,
    message_id: &str,
) -> Result<String, ComposeError> {
    check(draft)?;
    let mut section = String::new();
    let mut field = |name: &str, value: &str| {
        let space = if value.is_empty() { "" } else { " " };
        for part in [name, ":", space, value, "\r\n"] {
            section.push_str(part);
        }
    };
    field("Date", draft.date.as_deref().unwrap_or(&stamp.date));
    field("From", &mailbox_list("From", std::slice::from_ref(&draft.from)));
    for (name, mailboxes) in [("Reply-To", &draft.reply_to), ("To", &draft.to), ("Cc", &draft.cc)] {
        if !mailboxes.is_empty() {
            field(name, &mailbox_list(name, mailboxes));
        } else if name == "To" && draft.cc.is_empty() {
            field(name, "undisclosed-recipients:;");
        }
    }
    if let Some(subject) = &draft.subject {
        field("Subject", &unstructured("Subject", subject, Place::Unstructured));
    }
    field("Message-ID", message_id);
    for (name, text) in &draft.headers {
        field(name, &field_value(name, text));
    }
    field("MIME-Version", "1.0");
    Ok(section)
}

/// Refuses what would break out of its field or contradict another.
fn check(draft: &Draft) -> Result<(), ComposeError> {
    for (name, text) in &draft.headers {
        let is_reserved = RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved));
        if is_reserved || name.to_ascii_lowercase().starts_with("content-") {
            return Err(ComposeError::ReservedField(name.clone()));
        }
        if !is_field_name(name) {
            return Err(ComposeError::FieldName(name.clone()));
        }
        one_line(&format!("header field {name}"), text)?;
    }
    let single =
        [("date", &draft.date), ("Message-ID", &draft.message_id), ("subject", &draft.subject)];
    for (what, text) in single {
        one_line(what, text.as_deref().unwrap_or_default())?;
    }
    let others = [&draft.reply_to, &draft.to, &draft.cc].into_iter().flatten();
    for Mailbox { name, address } in others.chain([&draft.from]) {
        one_line(&format!("name of {address}"), name.as_deref().unwrap_or_default())?;
    }
    for attachment in &draft.attachments {
        one_line("name of an attachment", &attachment.name)?;
    }
    Ok(())
}

fn one_line(what: &str, text: &str) -> Result<(), ComposeError> {
    match text.chars().find(|character| matches!(character, '\r' | '\n' | '\0')) {
        Some(character) => Err(ComposeError::Character { what: what.to_owned(), character }),
        None => Ok(()),
    }
}

/// ftext of RFC 5322 §3.6.8.
fn is_field_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':')
}
