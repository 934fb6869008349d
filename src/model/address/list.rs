//! Lists of addresses as people type them: `"Zhang, San" <a@x.com>, b@y.com (Bob), root`.
//!
//! What could be meant in two ways is refused with the way to say it, so that no recipient is lost
//! and none is made up.

use std::str::FromStr;

use super::parts::Author;
use super::route::without_route;
use super::scan::{self, Element, End};
use super::{Address, AddressError, Mailbox, domain, local, quote, refuse};

/// A list of addresses as typed; those without a domain are completed later.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressList {
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    name: Option<String>,
    local: String,
    domain: Option<String>,
}

/// One address of a list as it was written, perhaps without a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written<'a> {
    /// The display name.
    pub name: Option<&'a str>,
    /// The part left of the `@`, or all there is.
    pub local: &'a str,
    /// The part right of it.
    pub domain: Option<&'a str>,
}

impl Written<'_> {
    /// Whether somebody elsewhere could answer it: it has a domain, and not one that means this
    /// machine alone, as `localhost` and whatever has no dot.
    pub fn is_answerable(&self) -> bool {
        self.domain.is_some_and(|domain| {
            domain != "localhost.localdomain" && (domain.contains('.') || domain.starts_with('['))
        })
    }

    /// The mailbox, with this domain if it has none of its own.
    pub fn complete(&self, domain: &str) -> Result<Mailbox, AddressError> {
        match self.domain {
            Some(own) => self.join(own),
            None => self.join(&qualifying(domain)?),
        }
    }

    /// With a domain that is checked already.
    fn join(&self, domain: &str) -> Result<Mailbox, AddressError> {
        let address = Address::join(self.local.to_owned(), domain.to_owned())
            .map_err(|reason| refuse(&format!("{}@{domain}", self.local), &reason))?;
        Ok(Mailbox { name: self.name.map(str::to_owned), address })
    }
}

impl AddressList {
    /// Every address as it was written, in order.
    pub fn entries(&self) -> impl Iterator<Item = Written<'_>> {
        self.entries.iter().map(|entry| Written {
            name: entry.name.as_deref(),
            local: &entry.local,
            domain: entry.domain.as_deref(),
        })
    }

    /// Completes every address; one without a domain needs `qualify_domain`.
    pub fn qualify(&self, qualify_domain: Option<&str>) -> Result<Vec<Mailbox>, AddressError> {
        let default = match self.entries.iter().all(|entry| entry.domain.is_some()) {
            true => None,
            false => qualify_domain.map(qualifying).transpose()?,
        };
        let complete = |written: Written<'_>| {
            let domain = written.domain.or(default.as_deref());
            let domain = domain.ok_or_else(|| refuse(written.local, "no @ and domain"))?;
            written.join(domain)
        };
        self.entries().map(complete).collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl FromStr for AddressList {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::taken_apart(text, Author::Person).map(|(list, _)| list)
    }
}

/// Checks the domain of addresses that have none.
fn qualifying(text: &str) -> Result<String, AddressError> {
    domain::parse(text, Author::Person).map_err(|reason| refuse(text, &reason))
}

/// The address of an element; none of an empty one, or of a program's `<>`.
pub(super) fn entry(
    element: &Element<'_>,
    author: Author,
    next: Option<&Element<'_>>,
) -> Result<Option<Entry>, AddressError> {
    let comment = element.comment.clone().filter(|comment| !comment.is_empty());
    let Some(angle) = element.angle else {
        return match element.words.as_slice() {
            [] if element.comment.is_none() => Ok(None),
            [] => Err(refuse(element.text, "a comment without an address")),
            [word] => {
                let entry = bare(element, word, author, next)?;
                Ok(Some(Entry { name: comment, ..entry }))
            }
            words => Err(several_words(element, words, next)),
        };
    };
    let address = match author {
        Author::Person => angle,
        Author::Program => {
            // With an address in the name, that one may be meant.
            if angle.is_empty() && !element.words.iter().any(|word| word.contains('@')) {
                return Ok(None);
            }
            without_route(angle).map_err(|reason| refuse(element.text, &reason))?
        }
    };
    // `a@x <b@y>` may be two addresses without their comma; only a name that repeats the address
    // is harmless.
    let unquoted_address = |word: &&str| word.contains('@') && !is_quoted(word);
    if element.words.iter().any(unquoted_address) && element.words != [address] {
        let reason = "an address before the <; separate addresses with commas, or quote the name";
        return Err(refuse(element.text, reason));
    }
    let name = Some(scan::phrase(&element.words)).filter(|name| !name.is_empty()).or(comment);
    let entry = checked(address, author).map_err(|reason| refuse(element.text, &reason))?;
    Ok(Some(Entry { name, ..entry }))
}

/// An address without angle brackets.
fn bare(
    element: &Element<'_>,
    word: &str,
    author: Author,
    next: Option<&Element<'_>>,
) -> Result<Entry, AddressError> {
    if let Some((wide, plain)) = full_width(word) {
        let reason = format!("{wide} is a full-width character; type {plain}");
        return Err(refuse(element.text, &reason));
    }
    let entry = checked(word, author).map_err(|reason| refuse(element.text, &reason))?;
    match comma_in_name(element, next) {
        Some(reason) if entry.domain.is_none() => {
            let reason = format!("{reason}, or a recipient in brackets: <{word}>");
            Err(refuse(element.text, &reason))
        }
        _ => Ok(entry),
    }
}

/// Why several words are no address.
fn several_words(
    element: &Element<'_>,
    words: &[&str],
    next: Option<&Element<'_>>,
) -> AddressError {
    let addresses = words.iter().filter(|word| word.contains('@') && word.len() > 1).count();
    let reason = match (addresses, words.last()) {
        (0, _) => comma_in_name(element, next).unwrap_or_else(|| "not an address".to_owned()),
        (1, Some(last)) if last.contains('@') && !last.starts_with('@') => {
            "a space in the local part; quote it or separate addresses with commas".to_owned()
        }
        (1, _) => "a space in the address".to_owned(),
        _ => "separate addresses with commas".to_owned(),
    };
    refuse(element.text, &reason)
}

/// How to write it if this element and the next are a name that contains a comma.
fn comma_in_name(element: &Element<'_>, next: Option<&Element<'_>>) -> Option<String> {
    let next = next.filter(|next| element.end == End::Comma && !next.words.is_empty())?;
    let angle = next.angle.filter(|_| !next.words.iter().any(|word| is_quoted(word)))?;
    let name = format!("{}, {}", scan::phrase(&element.words), scan::phrase(&next.words));
    Some(format!("not an address; put a name with a comma in quotes: {} <{angle}>", quote(&name)))
}

/// Checks an address that may lack its domain; the error is the bare reason.
fn checked(text: &str, author: Author) -> Result<Entry, String> {
    if text.is_empty() {
        return Err("no address between < and >".to_owned());
    }
    let (local, domain) = scan::split(text)?;
    let local = local::parse(local, author)?;
    let domain = domain.map(|domain| domain::parse(domain, author)).transpose()?;
    if let Some(domain) = &domain {
        Address::join(local.clone(), domain.clone())?;
    }
    Ok(Entry { name: None, local, domain })
}

pub(super) fn is_quoted(word: &str) -> bool {
    word.starts_with('"')
}

/// A separator as a Chinese keyboard types it, and what is meant.
fn full_width(word: &str) -> Option<(char, char)> {
    local::FULL_WIDTH.into_iter().find(|(wide, _)| !is_quoted(word) && word.contains(*wide))
}

#[cfg(test)]
mod tests;
