//! A stretch of a message that somebody else wrote, read where it lies: its line ends become CRLF,
//! and it is encoded where that is wanted.
//!
//! Fails when its file is no longer what it was when the stretch was measured.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::ContentError;
use super::line_ends::LineEnds;
use super::quoted_printable::QuotedPrintable;
use super::reading::{LINE_INPUT, encoded_lines};
use crate::model::Source;

/// Octets that are read at a time.
const CHUNK: usize = 1 << 16;

/// Octets of a source and the form in which they go out.
#[derive(Debug, Clone)]
pub struct Stretch {
    source: Arc<Source>,
    range: Range<u64>,
    form: Form,
    length: u64,
}

/// How a stretch goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As lines.
    Lines,
    /// As lines in quoted-printable.
    QuotedPrintable,
    /// As lines in base64.
    Base64,
}

/// What is in the lines of a stretch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// There are octets above 127.
    pub eight_bit: bool,
    /// There are NUL octets.
    pub nul: bool,
    /// Octets of the longest line, without its CRLF.
    pub longest_line: u64,
}

impl Source {
    /// How many octets there are.
    pub fn length(&self) -> u64 {
        match self {
            Self::Memory(octets) => octets.len() as u64,
            Self::File(part) | Self::Message(part) => part.length,
        }
    }

    /// Fills the buffer from this place on, as far as the source goes.
    pub fn read_at(&self, place: u64, buffer: &mut [u8]) -> Result<usize, ContentError> {
        match self {
            Self::Memory(octets) => {
                let start = usize::try_from(place).unwrap_or(usize::MAX).min(octets.len());
                let count = buffer.len().min(octets.len() - start);
                buffer[..count].copy_from_slice(&octets[start..start + count]);
                Ok(count)
            }
            Self::File(part) | Self::Message(part) => part.read_at(place, buffer),
        }
    }

    fn check_unchanged(&self) -> Result<(), ContentError> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::File(part) | Self::Message(part) => part.check_unchanged(part.length),
        }
    }
}

impl Stretch {
    /// Measures a stretch, which begins and ends where a line or its end does.
    pub fn new(
        source: &Arc<Source>,
        range: Range<u64>,
        form: Form,
    ) -> Result<(Self, Facts), ContentError> {
        let mut stretch = Self { source: Arc::clone(source), range, form, length: 0 };
        let mut reader = stretch.reader();
        let mut length = 0;
        while let Some(chunk) = reader.advance()? {
            length += chunk.len() as u64;
        }
        let facts = Facts { longest_line: reader.line_ends.longest_line(), ..reader.facts };
        stretch.length = length;
        Ok((stretch, facts))
    }

    /// Octets that go out.
    pub fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn reader(&self) -> Reader<'_> {
        let encoder = match self.form {
            Form::Lines => Encoder::Lines,
            Form::QuotedPrintable => Encoder::QuotedPrintable(QuotedPrintable::default()),
            Form::Base64 => Encoder::Base64 { left: Vec::new(), continued: false },
        };
        Reader {
            stretch: self,
            place: self.range.start,
            line_ends: LineEnds::default(),
            encoder,
            facts: Facts::default(),
            given: 0,
            ended: false,
        }
    }

    /// Gives it to `sink`.
    pub(super) fn give<E: From<ContentError>>(
        &self,
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut reader = self.reader();
        while let Some(chunk) = reader.next_chunk()? {
            sink(&chunk)?;
        }
        Ok(())
    }

    /// Gives what there still is of it; the file, if it is no longer what it was.
    pub(super) fn salvage<E>(
        &self,
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Option<PathBuf>, E> {
        let mut reader = self.reader();
        while let Some(chunk) = reader.next_left_over() {
            sink(&chunk)?;
        }
        Ok(match &*self.source {
            Source::File(part) if part.check_unchanged(part.length).is_err() => {
                Some(part.path.clone())
            }
            _ => None,
        })
    }
}

/// Reads a stretch from its beginning to its end.
pub(super) struct Reader<'a> {
    stretch: &'a Stretch,
    place: u64,
    line_ends: LineEnds,
    encoder: Encoder,
    facts: Facts,
    given: u64,
    ended: bool,
}

impl Reader<'_> {
    /// The next octets as they go out, never more than were measured.
    pub(super) fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, ContentError> {
        let chunk = self.advance()?;
        self.given += chunk.as_ref().map_or(0, Vec::len) as u64;
        let Stretch { source, length, .. } = self.stretch;
        let fits = if chunk.is_some() { self.given <= *length } else { self.given == *length };
        if let (Source::File(part), false) = (&**source, fits) {
            part.check_unchanged(part.length)?;
            return Err(ContentError::Rewritten { path: part.path.clone() });
        }
        Ok(chunk)
    }

    fn advance(&mut self) -> Result<Option<Vec<u8>>, ContentError> {
        if self.ended {
            return Ok(None);
        }
        let source = &self.stretch.source;
        let mut input = vec![0; self.size_of_next()];
        let filled = source.read_at(self.place, &mut input)?;
        if filled < input.len() {
            source.check_unchanged()?;
            let path = match &**source {
                Source::File(part) | Source::Message(part) => part.path.clone(),
                Source::Memory(_) => PathBuf::new(),
            };
            let error = io::Error::from(io::ErrorKind::UnexpectedEof);
            return Err(ContentError::Unreadable { path, error });
        }
        self.ended = self.place + filled as u64 >= self.stretch.range.end;
        let chunk = self.take_in(&input);
        if self.ended {
            source.check_unchanged()?;
        }
        Ok(Some(chunk))
    }

    /// The next octets whatever has become of them; what fails ends it.
    fn next_left_over(&mut self) -> Option<Vec<u8>> {
        if self.ended {
            return None;
        }
        let mut input = vec![0; self.size_of_next()];
        let filled = self.stretch.source.read_at(self.place, &mut input).unwrap_or(0);
        self.ended = filled < input.len() || self.place + filled as u64 >= self.stretch.range.end;
        Some(self.take_in(&input[..filled]))
    }

    fn size_of_next(&self) -> usize {
        (self.stretch.range.end - self.place).min(CHUNK as u64) as usize
    }

    fn take_in(&mut self, input: &[u8]) -> Vec<u8> {
        self.place += input.len() as u64;
        self.facts.eight_bit |= !input.is_ascii();
        self.facts.nul |= memchr::memchr(0, input).is_some();
        let mut lines = Vec::new();
        self.line_ends.append(input, &mut lines);
        self.encoder.encode(lines, self.ended)
    }
}

/// Encodes lines that come in chunks.
enum Encoder {
    Lines,
    QuotedPrintable(QuotedPrintable),
    Base64 { left: Vec<u8>, continued: bool },
}

impl Encoder {
    fn encode(&mut self, lines: Vec<u8>, last: bool) -> Vec<u8> {
        match self {
            Self::Lines => lines,
            Self::QuotedPrintable(encoder) => {
                let mut output = Vec::with_capacity(lines.len() * 2);
                encoder.append(&lines, &mut output);
                if last {
                    encoder.finish(&mut output);
                }
                output
            }
            Self::Base64 { left, continued } => {
                left.extend_from_slice(&lines);
                let whole = if last { left.len() } else { left.len() - left.len() % LINE_INPUT };
                let output = encoded_lines(&left[..whole], *continued && whole > 0);
                *continued |= whole > 0;
                left.drain(..whole);
                output
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write as _;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::model::{Content, FilePart, Piece};

    fn memory(octets: &[u8]) -> Arc<Source> {
        Arc::new(Source::Memory(octets.to_vec()))
    }

    fn collect(stretch: &Stretch) -> Result<Vec<u8>, ContentError> {
        let mut all = Vec::new();
        Content::new(vec![Piece::Stretch(stretch.clone())]).try_for_each(|chunk| {
            all.extend_from_slice(chunk);
            Ok::<_, ContentError>(())
        })?;
        Ok(all)
    }

    #[test]
    fn every_form_says_the_same_and_has_the_length_that_was_measured() {
        let text = "Käse =\r\n.\n\tBrot \rab".repeat(9_000);
        let source = memory(text.as_bytes());
        let lines = text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
        for form in [Form::Lines, Form::QuotedPrintable, Form::Base64] {
            let (stretch, facts) = Stretch::new(&source, 0..source.length(), form).unwrap();
            let octets = collect(&stretch).unwrap();
            assert_eq!(octets.len() as u64, stretch.length(), "{form:?}");
            assert_eq!(facts, Facts { eight_bit: true, nul: false, longest_line: 9 });
            let decoded = match form {
                Form::Lines => octets,
                Form::QuotedPrintable => {
                    assert!(octets.is_ascii());
                    let text = String::from_utf8(octets).unwrap().replace("=\r\n", "");
                    let text = text.replace("=C3=A4", "ä").replace("=20", " ");
                    text.replace("=3D", "=").into_bytes()
                }
                Form::Base64 => {
                    let text = String::from_utf8(octets).unwrap();
                    let lines: Vec<_> = text.split("\r\n").collect();
                    assert!(lines[..lines.len() - 1].iter().all(|line| line.len() == 76));
                    STANDARD.decode(lines.concat()).unwrap()
                }
            };
            assert!(decoded == lines.as_bytes(), "{form:?}");
        }
    }

    #[test]
    fn a_stretch_begins_and_ends_where_it_should() {
        let source = memory(b"one\ntwo\nthree\n");
        let (stretch, _) = Stretch::new(&source, 4..7, Form::Lines).unwrap();
        assert_eq!(collect(&stretch).unwrap(), b"two");
        let (empty, _) = Stretch::new(&source, 4..4, Form::Base64).unwrap();
        assert_eq!((collect(&empty).unwrap(), empty.length()), (vec![], 0));
    }

    fn file(octets: &[u8]) -> (File, Arc<Source>) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(octets).unwrap();
        let part = FilePart::new(file.try_clone().unwrap(), "mail.eml").unwrap();
        (file, Arc::new(Source::File(part)))
    }

    #[test]
    fn a_file_that_changed_since_it_was_measured_is_an_error() {
        let text = "line\n".repeat(30_000);
        for change in ["shorter", "longer", "other line ends", "other octets"] {
            let (mut file, source) = file(text.as_bytes());
            let (stretch, _) = Stretch::new(&source, 0..source.length(), Form::Lines).unwrap();
            match change {
                "shorter" => file.set_len(9).unwrap(),
                "longer" => file.write_all(b"more").unwrap(),
                _ => {
                    let end = if change == "other octets" { b"X" } else { b"\n" };
                    std::os::unix::fs::FileExt::write_all_at(&file, end, 140_000).unwrap();
                    let later = std::time::SystemTime::UNIX_EPOCH;
                    file.set_modified(later).unwrap();
                }
            }
            let error = collect(&stretch).unwrap_err();
            assert!(
                error.to_string().starts_with("mail.eml changed while it was being sent"),
                "{change}: {error}"
            );
            let mut kept = Vec::new();
            let content = Content::new(vec![Piece::Stretch(stretch)]);
            let changed = content.salvage(|chunk| io::Write::write_all(&mut kept, chunk)).unwrap();
            assert_eq!(changed, [PathBuf::from("mail.eml")], "{change}");
            let left = if change == "shorter" { 13 } else { 180_000 };
            assert!(kept.len().abs_diff(left) < 4, "{change}: {}", kept.len());
        }
    }
}
