//! A field of addresses of which some change: the others stay as they were written, down to their
//! groups and comments.

use std::collections::HashSet;

use super::bare;
use super::text::{Charset, Text, shown};
use super::words::{Manner, has_encoded, put_words};
use crate::compose::encoded_word::Place;
use crate::compose::fold::FoldedValue;
use crate::compose::mailbox::{is_atext, put_named};
use crate::compose::raw::error::ReadyError;
use crate::model::{AddressError, AddressList, ListPart, Mailbox, Written};

/// An address and the name of its owner as they go out; the domain may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: Option<String>,
    pub(super) address: String,
}

/// The addresses of a field, read.
pub(super) struct Addresses<'a> {
    list: AddressList,
    parts: Vec<ListPart<'a>>,
    charset: Charset,
}

/// Addresses as they will be.
pub(super) struct Changed<'a> {
    items: Vec<Item<'a>>,
    charset: Charset,
    /// There is still an address that nobody has.
    pub(super) damaged: bool,
    /// What was there, and what is in its place.
    pub(super) changes: Vec<(String, String)>,
}

enum Item<'a> {
    Kept { text: &'a str, address: String },
    Mailbox(Named),
    Group(&'a str),
    EncodedGroup(String),
    EndOfGroup,
}

impl Named {
    pub(super) fn of(written: Written<'_>) -> Self {
        Self { name: written.name.map(str::to_owned), address: address(written) }
    }

    fn shown(&self, charset: Charset) -> String {
        let address = &self.address;
        match &self.name {
            Some(name) => shown(&format!("{name} <{address}>"), charset),
            None => shown(address, charset),
        }
    }
}

impl From<Mailbox> for Named {
    fn from(Mailbox { name, address }: Mailbox) -> Self {
        let name = name.filter(|name| !name.is_empty());
        Self { name, address: address.to_string() }
    }
}

/// An address as far as it is known.
pub(super) fn address(Written { local, domain, .. }: Written<'_>) -> String {
    domain.map_or_else(|| local.to_owned(), |domain| format!("{local}@{domain}"))
}

impl<'a> Addresses<'a> {
    pub(super) fn read(text: &'a Text) -> Result<Self, AddressError> {
        let (list, parts) = AddressList::with_parts(&text.text)
            .map_err(|AddressError(reason)| AddressError(shown(&reason, text.charset)))?;
        Ok(Self { list, parts, charset: text.charset })
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = Written<'_>> {
        self.list.entries()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether nobody has this address: it is not in UTF-8, which alone addresses may be in.
    pub(super) fn is_damaged(&self, written: Written<'_>) -> bool {
        self.charset != Charset::Utf8 && !written.local.is_ascii()
    }

    /// Puts others in the place of some, and encodes names that need it.
    pub(super) fn change(
        &self,
        mut decide: impl FnMut(Written<'_>) -> Result<Option<Named>, ReadyError>,
    ) -> Result<Changed<'a>, ReadyError> {
        let mut entries = self.entries();
        let (mut items, mut damaged, mut changes) = (Vec::new(), false, Vec::new());
        for part in &self.parts {
            items.push(match part {
                ListPart::Address(text) => {
                    let Some(written) = entries.next() else { continue };
                    let decided = decide(written)?;
                    let stays =
                        decided.as_ref().is_none_or(|d| d.address.starts_with(written.local));
                    damaged |= stays && self.is_damaged(written);
                    match decided {
                        Some(named) => {
                            let was = shown(&address(written), self.charset);
                            changes.push((was, named.shown(self.charset)));
                            Item::Mailbox(named)
                        }
                        None if is_written(text, written) => {
                            Item::Kept { text, address: address(written) }
                        }
                        None => Item::Mailbox(Named::of(written)),
                    }
                }
                ListPart::Group { text, .. } if text.is_ascii() => Item::Group(text),
                ListPart::Group { name, .. } if name.is_empty() => Item::Group("\"\""),
                ListPart::Group { name, .. } => Item::EncodedGroup(name.clone()),
                ListPart::EndOfGroup => Item::EndOfGroup,
            });
        }
        Ok(Changed { items, charset: self.charset, damaged, changes })
    }
}

/// Whether an address may go out as it was written: nothing has to be encoded.
fn is_written(text: &str, written: Written<'_>) -> bool {
    let has_plain_name = written.name.is_none_or(str::is_ascii);
    text.is_ascii() || has_plain_name && text.replace(bare(written.local), "").is_ascii()
}

impl Changed<'_> {
    /// Whether it is all as it was written.
    pub(super) fn is_as_written(&self) -> bool {
        let is_new = |item: &Item<'_>| matches!(item, Item::Mailbox(_) | Item::EncodedGroup(_));
        self.changes.is_empty() && !self.items.iter().any(is_new)
    }

    /// Keeps each address once.
    pub(super) fn each_once(mut self) -> Self {
        let mut seen = HashSet::new();
        self.items.retain(|item| match item {
            Item::Kept { address, .. } | Item::Mailbox(Named { address, .. }) => {
                seen.insert(address.clone())
            }
            Item::Group(_) | Item::EncodedGroup(_) | Item::EndOfGroup => true,
        });
        self
    }

    /// The value of the field `name`.
    pub(super) fn value(&self, name: &str) -> String {
        let mut value = FoldedValue::new(name);
        for (index, item) in self.items.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            let comma = match self.items.get(index + 1) {
                None | Some(Item::EndOfGroup) => "",
                Some(_) => ",",
            };
            match item {
                Item::Kept { text, .. } => put_text(&mut value, space, &format!("{text}{comma}")),
                Item::Mailbox(named) => put_mailbox(&mut value, space, named, comma, self.charset),
                Item::Group(text) => put_text(&mut value, space, &format!("{text}:")),
                Item::EncodedGroup(name) => {
                    put_words(&mut value, space, name, phrase(self.charset));
                    value.put("", ":");
                }
                Item::EndOfGroup => value.put("", &format!(";{comma}")),
            }
        }
        value.finish()
    }
}

/// The value of the field `name` with these mailboxes, whose names are as they were read.
pub(super) fn value(name: &str, mailboxes: Vec<Named>, charset: Charset) -> String {
    let items = mailboxes.into_iter().map(Item::Mailbox).collect();
    Changed { items, charset, damaged: false, changes: Vec::new() }.value(name)
}

/// As it was written, folded where it must be.
fn put_text(value: &mut FoldedValue, space: &str, text: &str) {
    for (index, word) in text.split(' ').enumerate() {
        value.put(if index == 0 { space } else { " " }, word);
    }
}

fn put_mailbox(
    value: &mut FoldedValue,
    space: &str,
    Named { name, address }: &Named,
    comma: &str,
    charset: Charset,
) {
    let Some(name) = name else { return value.put(space, &format!("{address}{comma}")) };
    let address = format!("<{address}>{comma}");
    let is_unknown = charset == Charset::Unknown && !name.is_ascii();
    if !is_unknown && !has_encoded(name) {
        return put_named(value, space, name, &address);
    }
    put_words(value, space, name, phrase(charset));
    value.put(" ", &address);
}

fn phrase(charset: Charset) -> Manner {
    let is_plain = |word: &str| word.bytes().all(is_atext);
    Manner { charset, place: Place::Phrase, is_plain }
}
