//! A list of values taken apart, and what each of them stands for.

use std::path::PathBuf;

use crate::model::{Address, AddressList};

/// What a value stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stands {
    /// For an address.
    Address(Address),
    /// For whom this name stands for.
    Name(String),
    /// For this name, which is looked up no further.
    Itself(String),
    /// For everybody in this file.
    Include(PathBuf),
    /// For nobody, on purpose.
    Nobody,
    /// For what no mail is sent to, and why not.
    Refused(String),
}

/// A value as it is written, with its line and column.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Takes a list apart that may go over several lines: at commas that are not inside quotes or
/// parentheses.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    pieces: Vec<Piece>,
    text: String,
    /// Where the piece in the making begins.
    start: Option<(usize, usize)>,
    quoted: bool,
    depth: usize,
}

impl Splitter {
    /// Takes a line, which begins in this column; a `#` behind a blank and what follows is a
    /// comment.
    pub(super) fn line(&mut self, text: &str, line: usize, column: usize) {
        let mut before = ' ';
        let kept = text.chars().take_while(|&character| {
            let comment = character == '#' && before.is_whitespace() && !self.quoted;
            before = character;
            !comment
        });
        let mut escaped = false;
        for (index, character) in kept.collect::<Vec<_>>().into_iter().enumerate() {
            self.character(character, escaped, (line, column + index));
            escaped = character == '\\' && !escaped;
        }
        self.text.push(' ');
    }

    /// Takes text without comments.
    pub(super) fn text(&mut self, text: &str) {
        let mut escaped = false;
        for character in text.chars() {
            self.character(character, escaped, (1, 1));
            escaped = character == '\\' && !escaped;
        }
    }

    fn character(&mut self, character: char, escaped: bool, place: (usize, usize)) {
        match character {
            _ if escaped => {}
            '"' if self.depth == 0 => self.quoted = !self.quoted,
            '(' if !self.quoted => self.depth += 1,
            ')' if !self.quoted => self.depth = self.depth.saturating_sub(1),
            ',' if !self.quoted && self.depth == 0 && !self.is_sentence() => return self.end(),
            _ => {}
        }
        if !character.is_whitespace() {
            self.start.get_or_insert(place);
        }
        self.text.push(character);
    }

    /// Whether a comma belongs to the words of `:fail: words`.
    fn is_sentence(&self) -> bool {
        let text = self.text.trim_start();
        text.starts_with(':') && after_include(text).is_none()
    }

    /// Ends the piece in the making; one that is empty is nothing.
    pub(super) fn end(&mut self) {
        let text = std::mem::take(&mut self.text).trim().to_owned();
        if let Some((line, column)) = self.start.take() {
            self.pieces.push(Piece { text, line, column });
        }
        (self.quoted, self.depth) = (false, 0);
    }

    /// All pieces.
    pub(super) fn pieces(mut self) -> Vec<Piece> {
        self.end();
        self.pieces
    }
}

/// What a value stands for.
pub(super) fn meaning(text: &str) -> Stands {
    let inner = unquoted(text);
    let bare = inner.as_deref().unwrap_or(text);
    if let Some(path) = after_include(bare) {
        return match path.starts_with('/') {
            true => Stands::Include(path.into()),
            false => refused(text, "a file to include is named by its whole path"),
        };
    }
    match bare.chars().next() {
        Some('|') => refused(text, "mailsend hands mail to no program"),
        Some('/') if bare == "/dev/null" => Stands::Nobody,
        Some('/') => refused(text, "mailsend writes mail to no file"),
        Some(':') => refused(text, "of what begins with a colon, only :include:/FILE is known"),
        Some('\\') => match mailbox(&bare[1..]) {
            Stands::Name(name) => Stands::Itself(name),
            other => other,
        },
        // `"nick@example.com"` is that address, not a name with an @ in it.
        _ if bare.contains('@') => match mailbox(bare) {
            address @ Stands::Address(_) => address,
            _ => mailbox(text),
        },
        _ => mailbox(text),
    }
}

/// The file behind `:include:`.
fn after_include(text: &str) -> Option<&str> {
    const WORD: &str = ":include:";
    let head = text.get(..WORD.len()).filter(|head| head.eq_ignore_ascii_case(WORD))?;
    Some(text[head.len()..].trim())
}

/// What stands between the quotes of a text that is one quoted string.
fn unquoted(text: &str) -> Option<String> {
    let mut inner = String::new();
    let mut characters = text.strip_prefix('"')?.strip_suffix('"')?.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => inner.push(characters.next()?),
            other => inner.push(other),
        }
    }
    Some(inner)
}

fn refused(text: &str, why: &str) -> Stands {
    Stands::Refused(format!("{}: {why}", shown(text)))
}

/// The text on one line of a bearable length.
fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut shown: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    format!("{shown:?}")
}

fn mailbox(text: &str) -> Stands {
    match one(text) {
        Ok((local, Some(domain))) => match Address::parse(&format!("{local}@{domain}")) {
            Ok(address) => Stands::Address(address),
            Err(error) => Stands::Refused(error.to_string()),
        },
        Ok((local, None)) => Stands::Name(local),
        Err(reason) => Stands::Refused(reason),
    }
}

/// The local part and the domain, if there is one, of what is one address.
pub(super) fn one(text: &str) -> Result<(String, Option<String>), String> {
    let list: AddressList = text.parse().map_err(|error| format!("{error}"))?;
    let mut entries = list.entries();
    match (entries.next(), entries.next()) {
        (Some(only), None) => Ok((only.local.to_owned(), only.domain.map(str::to_owned))),
        _ => Err(format!("{}: not an address", shown(text))),
    }
}
