//! What is set right in the header of a message that was written for sendmail(8): an author whom a
//! server lets pass, recipients with their domains, octets above 127 encoded, MIME said to be MIME.
//! What needs nothing keeps its octets.

mod addresses;
mod author;
mod mime;
mod parameters;
mod text;
mod words;

use super::error::ReadyError;
use super::header::Field;
use super::remark::Remark;
use crate::compose::encoded_word::Place;
use crate::compose::field::{ADDRESSES, STRUCTURED};
use crate::compose::fold::FoldedValue;
use crate::model::{FromRewrite, LOCALHOST, Mailbox, Mending, Ready, Written};
use addresses::{Addresses, Changed, Named};
use text::{Charset, Charsets, Text};
use words::{Manner, put_words};

pub(super) use mime::{Body, add_mime};

/// Servers that a message may have been through; more is a circle (RFC 5321 §6.3).
const MOST_SERVERS: usize = 30;

/// Fields with addresses that are completed.
const COMPLETED: [&str; 5] = ["To", "Cc", "Reply-To", "Resent-To", "Resent-Cc"];
/// Fields with authors.
const AUTHORS: [&str; 4] = ["From", "Sender", "Resent-From", "Resent-Sender"];
/// Fields of phrases.
const PHRASES: [&str; 2] = ["Keywords", "List-Id"];
/// Fields with a media type or what is like one.
const PARAMETERS: [&str; 2] = ["Content-Type", "Content-Disposition"];
/// Fields that programs read, and how others begin.
const FOR_PROGRAMS: [&str; 17] = [
    "Authentication-Results",
    "Bcc",
    "Content-ID",
    "Content-Location",
    "Content-Transfer-Encoding",
    "Date",
    "Delivered-To",
    "DKIM-Signature",
    "DomainKey-Signature",
    "Message-ID",
    "MIME-Version",
    "Received",
    "Received-SPF",
    "Resent-Bcc",
    "Resent-Date",
    "Resent-Message-ID",
    "Return-Path",
];
const FOR_PROGRAMS_BEGIN: [&str; 2] = ["ARC-", "List-"];

/// What a field has in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Author,
    /// Addresses, perhaps to be completed.
    Addresses {
        completed: bool,
    },
    /// Text for people; where encoded words stand in it.
    Text(Place),
    Parameters,
    /// Stays as it is.
    ForPrograms,
    /// Does not go out.
    Length,
}

/// Fields that were set right.
#[derive(Debug)]
pub(super) struct Mended {
    pub(super) fields: Vec<Field>,
    pub(super) remarks: Vec<Remark>,
}

/// Sets the fields of a message right.
pub(super) fn mend(
    fields: Vec<Field>,
    ready: &Ready,
    mending: &Mending,
) -> Result<Mended, ReadyError> {
    let servers = fields.iter().filter(|field| field.is("Received")).count();
    if servers > MOST_SERVERS {
        return Err(ReadyError::Circle { servers });
    }
    let mut mender = Mender {
        from_rewrite: mending.from_rewrite,
        author: ready.author.as_ref(),
        qualify_domain: ready.qualify_domain.as_deref(),
        mending,
        charsets: Charsets::of(&fields, mending.charset.as_deref()),
        has_reply_to: fields.iter().any(|field| field.is("Reply-To")),
        mended: Mended { fields: Vec::with_capacity(fields.len() + 1), remarks: Vec::new() },
    };
    for field in fields {
        mender.take(field)?;
    }
    Ok(mender.mended)
}

struct Mender<'a> {
    from_rewrite: FromRewrite,
    author: Option<&'a Mailbox>,
    qualify_domain: Option<&'a str>,
    mending: &'a Mending,
    charsets: Charsets,
    has_reply_to: bool,
    mended: Mended,
}

impl Mender<'_> {
    fn take(&mut self, field: Field) -> Result<(), ReadyError> {
        let text = self.charsets.read(&field);
        let is_ascii = field.octets().is_ascii();
        match kind(&field) {
            Kind::Author => return self.author(field, &text),
            Kind::Addresses { completed } if completed || !is_ascii => {
                return self.addresses(field, &text, completed);
            }
            Kind::Text(place) if !is_ascii => {
                let mut value = FoldedValue::new(&field.name());
                let manner = Manner { charset: text.charset, place, is_plain: str::is_ascii };
                put_words(&mut value, "", &text.text, manner);
                self.put_encoded(&field, &value.finish());
            }
            Kind::Parameters if !is_ascii && text.charset != Charset::Unknown => {
                match parameters::encoded(&field.name(), &text.text) {
                    Some(value) => self.put_encoded(&field, &value),
                    None => self.put(field),
                }
            }
            Kind::Length => self.remark(Remark::Removed(field.name())),
            _ => self.put(field),
        }
        Ok(())
    }

    /// A field of addresses; a field that cannot be read stays as it is.
    fn addresses(&mut self, field: Field, text: &Text, completed: bool) -> Result<(), ReadyError> {
        let addresses = match Addresses::read(text) {
            Ok(addresses) => addresses,
            Err(error) => {
                let reason = error.to_string();
                self.remark(Remark::Unreadable { field: field.name(), reason, is: None });
                self.put(field);
                return Ok(());
            }
        };
        let complete = |written: Written<'_>| Ok(self.complete(written).filter(|_| completed));
        let changed = addresses.change(complete)?;
        self.put_changed(field, changed);
        Ok(())
    }

    /// What an address without a domain stands for, if that is known.
    fn complete(&self, written: Written<'_>) -> Option<Named> {
        if has_domain(written) {
            return None;
        }
        if let Some(domain) = self.qualify_domain {
            return qualified(written, domain);
        }
        let address = self.mending.names.get(&written.local.to_lowercase())?;
        let name = written.name.unwrap_or_else(|| bare(written.local));
        Some(Named { name: Some(name.to_owned()), address: address.to_string() })
    }

    fn put(&mut self, field: Field) {
        self.mended.fields.push(field);
    }

    fn put_encoded(&mut self, field: &Field, value: &str) {
        self.remark(Remark::Encoded(field.name()));
        self.put(Field::new(&field.name(), value));
    }

    /// Puts a field whose addresses are to be these.
    fn put_changed(&mut self, field: Field, changed: Changed<'_>) {
        if changed.damaged || changed.is_as_written() {
            return self.put(field);
        }
        let value = changed.value(&field.name());
        if changed.changes.is_empty() {
            return self.put_encoded(&field, &value);
        }
        for (was, is) in changed.changes {
            self.remark(Remark::Became { field: field.name(), was, is });
        }
        self.put(Field::new(&field.name(), &value));
    }

    fn remark(&mut self, remark: Remark) {
        self.mended.remarks.push(remark);
    }
}

/// Whether an address says where its owner is; `localhost` is everywhere.
fn has_domain(written: Written<'_>) -> bool {
    written.domain.is_some_and(|domain| !LOCALHOST.contains(&domain))
}

/// The address with this domain in place of its own.
fn qualified(written: Written<'_>, domain: &str) -> Option<Named> {
    Written { domain: None, ..written }.complete(domain).ok().map(Named::from)
}

/// A local part without its quotation marks, as a name.
fn bare(local: &str) -> &str {
    local.trim_matches('"')
}

fn kind(field: &Field) -> Kind {
    let is_one_of = |names: &[&str]| names.iter().any(|name| field.is(name));
    let begins = |start: &&str| {
        let name = field.name();
        name.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start))
    };
    if is_one_of(&AUTHORS) {
        Kind::Author
    } else if is_one_of(&COMPLETED) {
        Kind::Addresses { completed: true }
    } else if is_one_of(&ADDRESSES) {
        Kind::Addresses { completed: false }
    } else if is_one_of(&PARAMETERS) {
        Kind::Parameters
    } else if is_one_of(&PHRASES) {
        Kind::Text(Place::Phrase)
    } else if field.is("Content-Length") {
        Kind::Length
    } else if is_one_of(&FOR_PROGRAMS)
        || is_one_of(&STRUCTURED)
        || FOR_PROGRAMS_BEGIN.iter().any(begins)
    {
        Kind::ForPrograms
    } else {
        Kind::Text(Place::Unstructured)
    }
}

#[cfg(test)]
mod tests;
