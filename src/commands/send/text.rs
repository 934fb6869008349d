//! One text of a mail, from a flag, a file or stdin, read by its charset.
//!
//! An alert must not get lost: unless a charset is named, text that cannot be read is sent with its
//! faults replaced, a warning, and its octets attached.

use std::ffi::OsStr;
use std::path::Path;

use super::input::{self, Patience};
use super::reminder::while_typed;
use super::{markup, stdin};
use crate::commands::charset::{Charset, Charsets, Decoded, Fault};
use crate::commands::in_time::in_time;
use crate::commands::refusal::Refusal;
use crate::commands::ui::Ui;
use crate::model::{Attachment, Source, reason};

/// What is said when the text is long in coming.
const WAITING: &[&str] = &[
    "still waiting for the end of stdin, which is the text of the mail",
    "(to send without it: --body TEXT, --no-body or < /dev/null)",
];

/// Where a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin<'a> {
    /// The value of this flag.
    Flag(&'static str, &'a OsStr),
    /// A file.
    File(&'a Path),
    /// Standard input.
    Stdin,
}

/// What a text is, for the name of its original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Html,
    Calendar,
}

/// How texts are read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reading {
    pub(super) patience: Patience,
    pub(super) charsets: Charsets,
}

/// Reads texts and keeps the originals of those that could not be read whole.
pub(super) struct Reader<'a> {
    pub(super) reading: Reading,
    pub(super) ui: &'a mut Ui,
    pub(super) originals: Vec<Attachment>,
}

impl<'a> Origin<'a> {
    /// A file, or stdin by its usual name.
    pub(super) fn path(path: &'a Path) -> Self {
        if path.as_os_str() == "-" { Self::Stdin } else { Self::File(path) }
    }

    /// What it is called in messages.
    pub(super) fn name(self) -> String {
        match self {
            Self::Flag(flag, _) => flag.to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "stdin".to_owned(),
        }
    }
}

impl Kind {
    /// What the original of a text of this kind is called when it has no name.
    fn original(self) -> &'static str {
        match self {
            Self::Plain => "original.txt",
            Self::Html => "original.html",
            Self::Calendar => "original.ics",
        }
    }
}

impl Reader<'_> {
    /// Reads the text, and drops its byte order mark. HTML in another charset than UTF-8 no longer
    /// says so of itself.
    pub(super) fn read(&mut self, origin: Origin<'_>, kind: Kind) -> Result<String, Refusal> {
        let octets = self.octets(origin)?;
        let declared = if kind == Kind::Html { markup::declared_charset(&octets) } else { None };
        let decoded = match origin {
            Origin::Flag(..) => of_the_command_line(self.reading.charsets, &octets),
            _ => self
                .reading
                .charsets
                .decode(&octets, declared)
                .map_err(|fault| unreadable(origin, fault))?,
        };
        let (text, charset) = match decoded {
            Decoded::Whole(text, charset) => (text, Some(charset)),
            Decoded::Damaged(text, fault) => {
                self.keep(octets, origin, kind, fault);
                (text, None)
            }
        };
        let transcoded = kind == Kind::Html && charset.is_some_and(|charset| !charset.is_utf_8());
        Ok(if transcoded { markup::as_utf_8(text) } else { text })
    }

    fn octets(&mut self, origin: Origin<'_>) -> Result<Vec<u8>, Refusal> {
        let patience = self.reading.patience;
        match origin {
            Origin::Flag(_, text) => Ok(text.as_encoded_bytes().to_vec()),
            Origin::File(path) => input::read(path, patience),
            Origin::Stdin => {
                let ui = *self.ui;
                in_time(patience.deadline, "reading stdin", move || {
                    while_typed(patience.terminal, ui, "the text", WAITING, stdin::octets).map_err(
                        |error| Refusal::no_input(format!("cannot read stdin: {}", reason(&error))),
                    )
                })
            }
        }
    }

    fn keep(&mut self, octets: Vec<u8>, origin: Origin<'_>, kind: Kind, fault: Fault) {
        let own = match origin {
            Origin::File(path) => path.file_name().map(|name| name.to_string_lossy().into_owned()),
            _ => None,
        };
        let breaks_header = |name: &String| name.contains(['\r', '\n', '\0']);
        let name = own.filter(|name| !breaks_header(name));
        let name = name.unwrap_or_else(|| kind.original().to_owned());
        self.ui.warning(format_args!(
            "{} is {fault}; what cannot be read became U+FFFD, and the original is attached as \
             {name} (--charset says how to read it)",
            origin.name()
        ));
        let content_type = "application/octet-stream".to_owned();
        self.originals.push(Attachment { name, content_type, source: Source::Memory(octets) });
    }
}

fn unreadable(origin: Origin<'_>, fault: Fault) -> Refusal {
    Refusal::data(format!("{} is {fault}", origin.name())).hint(
        "name its charset with --charset, or name none: then what cannot be read is replaced and \
         the original attached",
    )
}

/// What was typed is in the terminal's charset, whatever the files are in.
fn of_the_command_line(charsets: Charsets, octets: &[u8]) -> Decoded {
    let guess: Option<Charset> = charsets.named.or(charsets.locale);
    match (Charsets { named: None, locale: guess }).decode(octets, None) {
        Ok(decoded) => decoded,
        Err(fault) => Decoded::Damaged(String::from_utf8_lossy(octets).into_owned(), fault),
    }
}

/// The value of a flag that becomes a header field.
pub(super) fn of_flag(flag: &str, value: &OsStr, charsets: Charsets, ui: &mut Ui) -> String {
    match of_the_command_line(charsets, value.as_encoded_bytes()) {
        Decoded::Whole(text, _) => text,
        Decoded::Damaged(text, fault) => {
            ui.warning(format_args!("{flag} is {fault}; what cannot be read became U+FFFD"));
            text
        }
    }
}
