//! Where in a text one change is made, by the form in which the profile is written: below a
//! heading, with dotted keys, or as an inline table.

use std::ops::Range;

use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

use crate::config::ConfigError;
use crate::config::document::{Document, Item};
use crate::config::setting::{Change, joined, key_name, pair};

/// A stretch of a text and what takes its place.
pub(super) struct Splice {
    at: Range<usize>,
    new: Zeroizing<String>,
}

/// How a table is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `[a.b]`
    Headed,
    /// `a = { b = 1 }`
    Inline,
    /// `a.b = 1`, or only by what lies below it: `[a.b.c]`
    Dotted,
}

impl Splice {
    pub(super) fn made_in(&self, text: &str) -> Zeroizing<String> {
        joined(&[&text[..self.at.start], &self.new, &text[self.at.end..]])
    }

    fn insert(octet: usize, pieces: &[&str]) -> Self {
        Self { at: octet..octet, new: joined(pieces) }
    }

    fn remove(at: Range<usize>) -> Self {
        Self { at, new: Zeroizing::default() }
    }
}

/// What makes the change; none if nothing has to be done.
pub(super) fn splice(
    document: &Document<'_>,
    root: &DeTable<'_>,
    profile: &str,
    change: &Change,
) -> Result<Option<Splice>, ConfigError> {
    let text = document.text;
    let profiles = named(document, root, "profiles");
    let own = match &profiles {
        Some(profiles) => named(document, profiles.table()?, profile),
        None => None,
    };
    let own = own.map(|own| Ok((own, own.table()?))).transpose()?;
    let there = own.and_then(|(_, table)| named(document, table, change.key));
    let Some(value) = &change.value else {
        return Ok(there.zip(own).map(|(old, (own, table))| removed(document, &old, &own, table)));
    };
    let written = value.written();
    if let Some(old) = there {
        return Ok(Some(Splice { at: old.value.span(), new: written }));
    }
    let pair = pair(change.key, &written);
    Ok(Some(match (own, profiles) {
        (Some((own, table)), _) => match form(&own) {
            Form::Headed => below_heading(text, &own, table, &pair),
            Form::Inline => inside(text, &own, table, &pair),
            Form::Dotted => beside_dotted(document, table, &pair)
                .unwrap_or_else(|| at_the_end(text, profile, &pair)),
        },
        (None, Some(profiles)) if form(&profiles) == Form::Inline => {
            let table = joined(&[&key_name(profile), " = { ", &pair, " }"]);
            inside(text, &profiles, profiles.table()?, &table)
        }
        (None, _) => at_the_end(text, profile, &pair),
    }))
}

fn named<'a>(document: &'a Document<'a>, table: &'a DeTable<'a>, key: &str) -> Option<Item<'a>> {
    document.items(table).into_iter().find(|item| item.key == key)
}

fn form(table: &Item<'_>) -> Form {
    // A table that has no text of its own spans the key that it comes from.
    match table.document.text.as_bytes().get(table.value.span().start) {
        Some(b'[') => Form::Headed,
        Some(b'{') => Form::Inline,
        _ => Form::Dotted,
    }
}

/// A new line behind the last one of a table with a heading.
fn below_heading(text: &str, own: &Item<'_>, table: &DeTable<'_>, pair: &str) -> Splice {
    let heading = own.value.span();
    let (key, end) = last(own.document, table).unwrap_or((heading.start, heading.end));
    let start = line_start(text, key);
    let blank = text[start..].len() - text[start..].trim_start_matches([' ', '\t']).len();
    new_line(text, end, &text[start..start + blank], pair)
}

/// A new line behind the last dotted key that names a value of this table, with its beginning.
fn beside_dotted(document: &Document<'_>, table: &DeTable<'_>, pair: &str) -> Option<Splice> {
    let text = document.text;
    let is_value = |item: &&Item<'_>| {
        !matches!(item.value.get_ref(), DeValue::Table(_)) || form(item) == Form::Inline
    };
    let items = document.items(table);
    let neighbour = items.iter().rfind(is_value)?;
    let start = line_start(text, neighbour.key_at);
    Some(new_line(text, neighbour.value.span().end, &text[start..neighbour.key_at], pair))
}

/// A new line behind the one that the octet is in.
fn new_line(text: &str, octet: usize, beginning: &str, pair: &str) -> Splice {
    let end = line_end(text, octet);
    let (before, behind) = match text[..end].ends_with('\n') {
        true => ("", line_break(text)),
        false => (line_break(text), line_break(text)),
    };
    Splice::insert(end, &[before, beginning, pair, behind])
}

/// A new pair behind the last one of an inline table.
fn inside(text: &str, own: &Item<'_>, table: &DeTable<'_>, pair: &str) -> Splice {
    let span = own.value.span();
    let interior = span.start + 1..span.end - 1;
    match last(own.document, table) {
        Some((_, end)) => Splice::insert(end, &[", ", pair]),
        None if text[interior.clone()].trim().is_empty() => {
            Splice { at: interior, new: joined(&[" ", pair, " "]) }
        }
        None => Splice::insert(interior.start, &[" ", pair]),
    }
}

/// A new table behind everything, one blank line away.
fn at_the_end(text: &str, profile: &str, pair: &str) -> Splice {
    let end = line_break(text);
    let blank = |text: &str| text.trim_start_matches(BOM).trim().is_empty();
    let distance = match text.ends_with('\n') {
        _ if blank(text) => 0,
        true if text.lines().last().is_some_and(blank) => 0,
        true => 1,
        false => 2,
    };
    let name = key_name(profile);
    Splice::insert(text.len(), &[&end.repeat(distance), "[profiles.", &name, "]", end, pair, end])
}

/// The key and its value without what is around them.
fn removed(document: &Document<'_>, old: &Item<'_>, own: &Item<'_>, table: &DeTable<'_>) -> Splice {
    let text = document.text;
    let span = old.value.span();
    let lines = line_start(text, old.key_at)..line_end(text, span.end);
    let before = text[lines.start..old.key_at].trim();
    let behind = text[span.end..lines.end].trim_start().trim_start_matches(',').trim_start();
    let alone = before.is_empty() && (behind.is_empty() || behind.starts_with('#'));
    if form(own) != Form::Inline || alone {
        return Splice::remove(lines);
    }
    let items = document.items(table);
    let index = items.iter().position(|item| item.key_at == old.key_at).unwrap_or(0);
    Splice::remove(match (index.checked_sub(1).map(|before| items[before]), items.get(index + 1)) {
        (Some(before), _) => before.value.span().end..span.end,
        (None, Some(next)) => old.key_at..next.key_at,
        (None, None) => {
            let start = text[..old.key_at].trim_end_matches([' ', '\t']).len();
            start..span.end
        }
    })
}

/// Where the key of the last pair of a table starts and where its value ends, tables below with
/// headings of their own apart.
fn last(document: &Document<'_>, table: &DeTable<'_>) -> Option<(usize, usize)> {
    let items = document.items(table);
    let pairs = items.iter().filter_map(|item| match item.value.get_ref() {
        DeValue::Table(_) if form(item) == Form::Headed => None,
        DeValue::Table(below) if form(item) == Form::Dotted => last(document, below),
        _ => Some((item.key_at, item.value.span().end)),
    });
    pairs.max()
}

const BOM: char = '\u{feff}';

/// How the lines of a text end.
fn line_break(text: &str) -> &'static str {
    match text.split_once('\n') {
        Some((first, _)) if first.ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Where the line begins that the octet is in, behind a byte order mark.
fn line_start(text: &str, octet: usize) -> usize {
    let start = text[..octet].rfind('\n').map_or(0, |end| end + 1);
    start + (text[start..].len() - text[start..].trim_start_matches(BOM).len())
}

/// Where the next line begins.
fn line_end(text: &str, octet: usize) -> usize {
    text[octet..].find('\n').map_or(text.len(), |end| octet + end + 1)
}
