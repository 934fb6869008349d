//! The only writer to the terminal beside `exit`: data on stdout, talk on stderr.
//!
//! A reader of stdout that went away is no error. What a server or a file says has its control
//! characters made harmless. Nothing here ever sees a secret.

use std::fmt::Display;
use std::io::{self, Write};

use super::refusal::Refusal;
use crate::model::Exit;
use crate::model::reason;

/// How much is said on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// `-q`: errors only.
    Quiet,
    /// Warnings and notices.
    #[default]
    Normal,
    /// `-v`: a line a message.
    Verbose,
    /// `-vv`: the dialogue as well.
    Transcript,
}

/// Whoever reads stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Still there.
    Listens,
    /// Gone, which is no error.
    Left,
}

/// The way to the terminal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ui {
    verbosity: Verbosity,
}

impl Ui {
    /// Talks as much as this.
    pub fn new(verbosity: Verbosity) -> Self {
        Self { verbosity }
    }

    /// How much is said.
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// Writes data to stdout.
    pub fn data(&mut self, octets: &[u8]) -> Result<(), Refusal> {
        self.part(octets).map(drop)
    }

    /// Writes a part of much data to stdout, and answers whether anybody wants more.
    pub fn part(&mut self, octets: &[u8]) -> Result<Audience, Refusal> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(octets).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(Audience::Listens),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Audience::Left),
            Err(error) => {
                let message = format!("cannot write to stdout: {}", reason(&error));
                Err(Refusal::new(Exit::IO, message))
            }
        }
    }

    /// Stdout for a dialogue with whoever is at its other end.
    pub fn dialogue(self) -> impl Write {
        io::stdout().lock()
    }

    /// Writes a report to stdout, in colours where they are welcome. Its text was made harmless.
    pub fn report(&mut self, text: &str) -> Result<(), Refusal> {
        let mut stdout = anstream::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => {
                let message = format!("cannot write to stdout: {}", reason(&error));
                Err(Refusal::new(Exit::IO, message))
            }
        }
    }

    /// Says something that the user should look into.
    pub fn warning(&mut self, message: impl Display) {
        self.talk(Verbosity::Normal, &format!("mailsend: warning: {message}"));
    }

    /// Says something worth knowing while it happens.
    pub fn notice(&mut self, message: impl Display) {
        self.talk(Verbosity::Normal, &format!("mailsend: {message}"));
    }

    /// Says what is done, for `-v`.
    pub fn detail(&mut self, message: impl Display) {
        self.talk(Verbosity::Verbose, &format!("mailsend: {message}"));
    }

    /// Shows a line of the dialogue, for `-vv`.
    pub fn transcript(&mut self, line: impl Display) {
        self.talk(Verbosity::Transcript, &line.to_string());
    }

    /// Shows lines on stderr that were asked for, such as the envelope of a dry run.
    pub fn show(&mut self, text: impl Display) {
        self.talk(Verbosity::Quiet, &text.to_string());
    }

    /// Draws a line over the one that was drawn last; an empty one takes it away.
    pub(super) fn draw(&mut self, line: &str) {
        // Who cannot see it misses nothing.
        let _ = write!(io::stderr().lock(), "\r{line}\x1b[K");
    }

    fn talk(&self, from: Verbosity, text: &str) {
        if self.verbosity < from {
            return;
        }
        let mut stderr = io::stderr().lock();
        for line in text.lines() {
            // There is nowhere left to complain to when stderr is closed.
            let _ = writeln!(stderr, "{}", harmless(line));
        }
    }
}

/// Spells out every character that could move the cursor, colour the screen or turn text around.
pub fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\t' || !(character.is_control() || turns_around(character)) {
            safe.push(character);
        } else {
            safe.extend(character.escape_default());
        }
    }
    safe
}

/// The same for JSON that is written already: its line ends stay, and its strings mean the same.
pub fn harmless_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for character in json.chars() {
        if character == '\n' || !(character.is_control() || turns_around(character)) {
            safe.push(character);
        } else {
            safe.push_str(&format!("\\u{:04x}", u32::from(character)));
        }
    }
    safe
}

fn turns_around(character: char) -> bool {
    matches!(character,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_spelled_out() {
        assert_eq!(
            harmless("a\x1b[31mb\u{9b}2J\r\u{202e}c"),
            "a\\u{1b}[31mb\\u{9b}2J\\r\\u{202e}c"
        );
    }

    #[test]
    fn json_means_the_same_without_what_moves_the_cursor() {
        let text = "a\u{9b}2J\u{7f}\u{202e}c 你好\t\\";
        let json = serde_json::to_string(text).unwrap() + "\n";
        let safe = harmless_json(&json);
        assert_eq!(safe, "\"a\\u009b2J\\u007f\\u202ec 你好\\t\\\\\"\n");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
    }

    #[test]
    fn text_in_any_language_stays_as_it_is() {
        assert_eq!(harmless("你好\tGrüße – ok"), "你好\tGrüße – ok");
    }
}
