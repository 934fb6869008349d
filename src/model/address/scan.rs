//! Where the addresses of a list begin and end: quoted strings, comments, angle brackets and
//! groups (RFC 5322 §3.2.2, §3.4), in one pass, and as forgiving as people type: dots and UTF-8 in
//! an unquoted name, empty elements.

use super::{AddressError, refuse};

/// What stands between two separators.
#[derive(Debug)]
pub(super) struct Element<'a> {
    /// All of it, for messages.
    pub(super) text: &'a str,
    /// Its words outside angle brackets, quoted strings still with their marks.
    pub(super) words: Vec<&'a str>,
    /// What the angle brackets contain.
    pub(super) angle: Option<&'a str>,
    /// The content of the last comment.
    pub(super) comment: Option<String>,
    /// What ended it.
    pub(super) end: End,
}

/// What ends an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Comma,
    /// The end of a group.
    Semicolon,
    /// What came was the name of a group.
    Colon,
    Input,
}

/// Parts a bare address at its `@`; the error is the bare reason.
pub(super) fn split(text: &str) -> Result<(&str, Option<&str>), String> {
    if let Some(control) = text.chars().find(|c| c.is_control()) {
        return Err(format!("a control character (U+{:04X})", u32::from(control)));
    }
    if !text.starts_with('"') {
        return Ok(match text.rsplit_once('@') {
            Some((local, domain)) => (local, Some(domain)),
            None => (text, None),
        });
    }
    let length = quoted_length(text).ok_or("the quotation mark is not closed")?;
    let (local, rest) = text.split_at(length);
    match rest.strip_prefix('@') {
        Some(domain) => Ok((local, Some(domain))),
        None if rest.is_empty() => Ok((local, None)),
        None => Err("text between the closing quotation mark and the @".to_owned()),
    }
}

/// Cuts a list into its elements.
pub(super) fn elements(text: &str) -> Result<Vec<Element<'_>>, AddressError> {
    let mut scanner = Scanner { text, position: 0 };
    let mut elements = Vec::new();
    loop {
        let start = scanner.position;
        let element = scanner.element().map_err(|reason| refuse(text[start..].trim(), &reason))?;
        if let Some(control) = element.text.chars().find(|c| c.is_control() && *c != '\t') {
            let reason = match control {
                '\r' | '\n' => "a line break; separate addresses with commas".to_owned(),
                _ => format!("a control character (U+{:04X})", u32::from(control)),
            };
            return Err(refuse(element.text, &reason));
        }
        let end = element.end;
        elements.push(element);
        if end == End::Input {
            return Ok(elements);
        }
    }
}

/// The text of a phrase: words with one space between them, quotation marks removed.
pub(super) fn phrase(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| unescape(word, Place::Word)).collect();
    words.join(" ")
}

struct Scanner<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn element(&mut self) -> Result<Element<'a>, String> {
        let start = self.position;
        let (mut words, mut angle, mut comment) = (Vec::new(), None, None);
        let (end, stop) = loop {
            let stop = self.position;
            let Some(character) = self.rest().chars().next() else { break (End::Input, stop) };
            match character {
                ',' | ';' | ':' => {
                    self.position += 1;
                    let end = match character {
                        ',' => End::Comma,
                        ';' => End::Semicolon,
                        _ => End::Colon,
                    };
                    break (end, stop);
                }
                '(' => comment = Some(self.comment()?),
                ')' => return Err("a closing parenthesis that nothing opened".to_owned()),
                '>' => return Err("a > that no < opened".to_owned()),
                '<' if angle.is_some() => {
                    return Err("two <…>; separate addresses with commas".to_owned());
                }
                '<' => angle = Some(self.angle()?),
                _ if character.is_whitespace() => self.position += character.len_utf8(),
                _ if angle.is_some() => {
                    return Err("text behind the >; separate addresses with commas".to_owned());
                }
                _ => words.push(self.word()?),
            }
        };
        Ok(Element { text: self.text[start..stop].trim(), words, angle, comment, end })
    }

    /// A run without white space; a quoted string or a literal inside is part of it.
    fn word(&mut self) -> Result<&'a str, String> {
        let start = self.position;
        let mut previous = None;
        while let Some(character) = self.rest().chars().next() {
            self.position += match character {
                '"' => quoted_length(self.rest()).ok_or("the quotation mark is not closed")?,
                '[' if previous == Some('@') => {
                    self.rest().find(']').ok_or("the [ is not closed")? + 1
                }
                ',' | ';' | ':' | '<' | '>' | '(' | ')' => break,
                _ if character.is_whitespace() => break,
                _ => character.len_utf8(),
            };
            previous = Some(character);
        }
        Ok(&self.text[start..self.position])
    }

    /// What stands between the angle brackets.
    fn angle(&mut self) -> Result<&'a str, String> {
        let start = self.position + 1;
        self.position = start;
        while let Some(character) = self.rest().chars().next() {
            match character {
                '"' => {
                    let length = quoted_length(self.rest());
                    self.position += length.ok_or("the quotation mark is not closed")?;
                    continue;
                }
                '>' => {
                    self.position += 1;
                    return Ok(self.text[start..self.position - 1].trim());
                }
                '<' => return Err("a < inside <…>".to_owned()),
                _ => self.position += character.len_utf8(),
            }
        }
        Err("the < is not closed".to_owned())
    }

    /// The content of a comment, of those inside it too.
    fn comment(&mut self) -> Result<String, String> {
        let start = self.position + 1;
        let mut depth = 0_usize;
        let mut escaped = false;
        for (index, character) in self.rest().char_indices() {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.position += index + 1;
                return Ok(unescape(self.text[start..self.position - 1].trim(), Place::Comment));
            }
        }
        Err("the parenthesis is not closed".to_owned())
    }
}

/// Octets of the quoted string at the start, both marks included; none if it does not end.
fn quoted_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(index + 1),
            _ => {}
        }
    }
    None
}

/// Where a text stands, which decides what its quotation marks and backslashes mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Quotation marks quote, and backslashes count inside them only.
    Word,
    /// Quotation marks are themselves, and backslashes count.
    Comment,
}

/// Removes what only quotes; a tab becomes a space.
fn unescape(text: &str, place: Place) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut quoted = place == Place::Comment;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if quoted => {
                plain.extend(characters.next().map(|c| if c == '\t' { ' ' } else { c }));
            }
            '"' if place == Place::Word => quoted = !quoted,
            '\t' => plain.push(' '),
            _ => plain.push(character),
        }
    }
    plain
}
