//! The octets of a message as a sequence of pieces with a known length, so that no function ever
//! holds the whole of it.
//!
//! Fails when a file cannot be read or is no longer as long as it was: the message must then not
//! be completed.

mod line_ends;
mod quoted_printable;
mod stretch;

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use stretch::{Facts, Form, Stretch};

/// Octets of a file that are encoded as one line of base64.
const LINE_INPUT: usize = 57;
/// Characters of such a line, without its CRLF.
const LINE_OUTPUT: usize = 76;
/// Lines encoded at a time: about 64 KiB of output.
const LINES_AT_ONCE: usize = 840;

/// A message in the form in which it goes over the wire (CRLF line ends, not dot-stuffed), without
/// the CRLF of its last line: whoever writes it out ends it.
#[derive(Debug, Clone, Default)]
pub struct Content {
    pieces: Vec<Piece>,
}

/// One piece of a message.
#[derive(Debug, Clone)]
pub enum Piece {
    /// These octets.
    Octets(Vec<u8>),
    /// This file in base64, lines of 76 characters, no CRLF behind the last.
    Base64(FilePart),
    /// This stretch of a ready message.
    Stretch(Stretch),
}

/// An open file of a known length.
#[derive(Debug, Clone)]
pub struct FilePart {
    file: Arc<File>,
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

/// A file that can no longer be sent as promised.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// It cannot be read.
    #[error("cannot read {}: {}", path.display(), super::reason(error))]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Its size is not what it was when the message was made.
    #[error("{} changed while it was being sent: expected {expected} bytes, found {found}", path.display())]
    Changed {
        /// Which file.
        path: PathBuf,
        /// Bytes when the message was made.
        expected: u64,
        /// Bytes found; at least, when it grew.
        found: u64,
    },
    /// It was written to since the message was made.
    #[error("{} changed while it was being sent", path.display())]
    Rewritten {
        /// Which file.
        path: PathBuf,
    },
}

impl FilePart {
    /// Takes an open regular file; its present length is the one that will be sent.
    pub fn new(file: File, path: impl Into<PathBuf>) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let (length, modified) = (metadata.len(), metadata.modified().ok());
        Ok(Self { file: Arc::new(file), path: path.into(), length, modified })
    }

    /// Bytes of the file.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The name under which it was opened, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Fills the buffer from this place on, as far as the file goes.
    fn read_at(&self, place: u64, buffer: &mut [u8]) -> Result<usize, ContentError> {
        let mut file = &*self.file;
        let mut attempt = || {
            file.seek(io::SeekFrom::Start(place))?;
            let mut filled = 0;
            while filled < buffer.len() {
                match file.read(&mut buffer[filled..]) {
                    Ok(0) => break,
                    Ok(count) => filled += count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(filled)
        };
        attempt().map_err(|error| ContentError::Unreadable { path: self.path.clone(), error })
    }

    /// Fails unless the file is still what it was.
    fn check_unchanged(&self) -> Result<(), ContentError> {
        let path = || self.path.clone();
        let metadata = self
            .file
            .metadata()
            .map_err(|error| ContentError::Unreadable { path: path(), error })?;
        if metadata.len() != self.length {
            let (expected, found) = (self.length, metadata.len());
            return Err(ContentError::Changed { path: path(), expected, found });
        }
        if metadata.modified().ok() != self.modified {
            return Err(ContentError::Rewritten { path: path() });
        }
        Ok(())
    }

    fn present_length(&self) -> Option<u64> {
        self.file.metadata().ok().map(|metadata| metadata.len())
    }

    /// Octets of the base64 form.
    fn encoded_length(&self) -> u64 {
        let characters = self.length.div_ceil(3) * 4;
        let breaks = self.length.div_ceil(LINE_INPUT as u64).saturating_sub(1);
        characters + 2 * breaks
    }
}

impl Content {
    /// Puts pieces in a row.
    pub fn new(pieces: Vec<Piece>) -> Self {
        Self { pieces }
    }

    /// The pieces in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Octets of the whole message, its final CRLF included: the value of SIZE (RFC 1870).
    pub fn length(&self) -> u64 {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Octets(octets) => octets.len() as u64,
            Piece::Base64(file) => file.encoded_length(),
            Piece::Stretch(stretch) => stretch.length(),
        });
        pieces.sum::<u64>() + 2
    }

    /// Gives every octet in order, a chunk at a time, to `sink`; stops at its first error.
    pub fn try_for_each<E: From<ContentError>>(
        &self,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for chunk in self.chunks() {
            sink(&chunk?)?;
        }
        Ok(())
    }

    /// Gives the message as it can still be had, ended by its CRLF: of a file that grew as much
    /// as was promised, of one that shrank or cannot be read what there is. Names these files.
    pub fn salvage<E>(
        &self,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Vec<PathBuf>, E> {
        let mut changed = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Octets(octets) => sink(octets)?,
                Piece::Stretch(stretch) => changed.extend(stretch.salvage(&mut sink)?),
                Piece::Base64(part) => {
                    let mut encoder = Encoder { part, read: 0, ended: false };
                    while let Some(chunk) = encoder.next_left_over() {
                        sink(&chunk)?;
                    }
                    if encoder.read != part.length || part.present_length() != Some(part.length) {
                        changed.push(part.path.clone());
                    }
                }
            }
        }
        sink(b"\r\n")?;
        Ok(changed)
    }

    /// The same as an iterator.
    pub fn chunks(&self) -> impl Iterator<Item = Result<Vec<u8>, ContentError>> + '_ {
        self.pieces.iter().flat_map(|piece| match piece {
            Piece::Octets(octets) => Chunks::Octets(Some(octets)),
            Piece::Base64(file) => Chunks::File(Encoder { part: file, read: 0, ended: false }),
            Piece::Stretch(stretch) => Chunks::Stretch(stretch.reader()),
        })
    }
}

/// The chunks of one piece.
enum Chunks<'a> {
    Octets(Option<&'a Vec<u8>>),
    File(Encoder<'a>),
    Stretch(stretch::Reader<'a>),
}

impl Iterator for Chunks<'_> {
    type Item = Result<Vec<u8>, ContentError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Octets(octets) => octets.take().cloned().map(Ok),
            Self::File(encoder) => encoder.next_chunk().transpose(),
            Self::Stretch(reader) => reader.next_chunk().transpose(),
        }
    }
}

/// Reads a file and encodes it.
struct Encoder<'a> {
    part: &'a FilePart,
    read: u64,
    ended: bool,
}

impl Encoder<'_> {
    fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, ContentError> {
        if self.ended {
            return Ok(None);
        }
        let mut input = vec![0; LINE_INPUT * LINES_AT_ONCE];
        let filled = self.fill(&mut input)?;
        let first = self.read == 0;
        self.read += filled as u64;
        self.ended = filled < input.len();
        let wrong_length =
            if self.ended { self.read != self.part.length } else { self.read > self.part.length };
        if wrong_length {
            return Err(ContentError::Changed {
                path: self.part.path.clone(),
                expected: self.part.length,
                found: self.read,
            });
        }
        Ok(Some(encode_lines(&input[..filled], !first)))
    }

    /// The next chunk, never beyond the length that was promised; what fails ends it.
    fn next_left_over(&mut self) -> Option<Vec<u8>> {
        let left = self.part.length - self.read;
        let size = left.min((LINE_INPUT * LINES_AT_ONCE) as u64) as usize;
        let mut input = vec![0; size];
        let filled = self.fill(&mut input).unwrap_or(0);
        if self.ended || filled == 0 {
            return None;
        }
        let first = self.read == 0;
        self.read += filled as u64;
        self.ended = filled < size;
        Some(encode_lines(&input[..filled], !first))
    }

    /// Fills the buffer from where the last one ended, as far as the file goes.
    fn fill(&self, buffer: &mut [u8]) -> Result<usize, ContentError> {
        self.part.read_at(self.read, buffer)
    }
}

/// Encodes whole lines; `continued` puts a CRLF before the first.
fn encode_lines(input: &[u8], continued: bool) -> Vec<u8> {
    let lines = input.len().div_ceil(LINE_INPUT);
    let mut output = vec![0; lines * (LINE_OUTPUT + 2)];
    let mut length = 0;
    for (index, line) in input.chunks(LINE_INPUT).enumerate() {
        if continued || index > 0 {
            output[length..length + 2].copy_from_slice(b"\r\n");
            length += 2;
        }
        // The buffer has room for every line, so this cannot fail.
        length += STANDARD.encode_slice(line, &mut output[length..]).unwrap_or(0);
    }
    output.truncate(length);
    output
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn part(octets: &[u8]) -> FilePart {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(octets).unwrap();
        FilePart::new(file, "data.bin").unwrap()
    }

    fn collect(content: &Content) -> Result<Vec<u8>, ContentError> {
        let mut all = Vec::new();
        content.try_for_each(|chunk| {
            all.extend_from_slice(chunk);
            Ok::<_, ContentError>(())
        })?;
        Ok(all)
    }

    #[test]
    fn a_file_is_encoded_in_lines_of_76_and_its_length_is_known() {
        for size in [0, 1, 2, 3, 56, 57, 58, 114, 115, 47_880, 47_881, 100_000] {
            let octets: Vec<u8> = (0..size).map(|i| (i * 7 % 251) as u8).collect();
            let content = Content::new(vec![Piece::Base64(part(&octets))]);
            let encoded = collect(&content).unwrap();
            assert_eq!(encoded.len() as u64 + 2, content.length(), "{size} bytes");
            let text = String::from_utf8(encoded).unwrap();
            let lines: Vec<&str> = text.split("\r\n").collect();
            assert!(lines[..lines.len() - 1].iter().all(|line| line.len() == LINE_OUTPUT));
            assert_eq!(STANDARD.decode(lines.concat()).unwrap(), octets);
        }
    }

    #[test]
    fn it_can_be_read_twice() {
        let content = Content::new(vec![Piece::Base64(part(b"again"))]);
        assert_eq!(collect(&content).unwrap(), collect(&content).unwrap());
    }

    #[test]
    fn of_a_file_that_changed_the_rest_can_be_had() {
        let octets: Vec<u8> = (0..100_000_u32).map(|i| (i * 7 % 251) as u8).collect();
        for (new_length, rest) in [(100_000, 100_000), (150_000, 100_000), (60_000, 60_000), (0, 0)]
        {
            let part = part(&octets);
            part.file.set_len(new_length).unwrap();
            let content =
                Content::new(vec![Piece::Octets(b"start\r\n".into()), Piece::Base64(part)]);
            let mut all = Vec::new();
            let keep = |chunk: &[u8]| io::Write::write_all(&mut all, chunk);
            let changed = content.salvage(keep).unwrap();
            let text = String::from_utf8(all).unwrap();
            let encoded = text.strip_prefix("start\r\n").unwrap().strip_suffix("\r\n").unwrap();
            assert_eq!(STANDARD.decode(encoded.replace("\r\n", "")).unwrap(), octets[..rest]);
            let expected =
                if new_length == 100_000 { vec![] } else { vec![PathBuf::from("data.bin")] };
            assert_eq!(changed, expected, "{new_length}");
        }
    }

    #[test]
    fn a_file_that_shrank_or_grew_is_an_error() {
        for new_length in [10, 60_000] {
            let part = part(&[1; 50_000]);
            part.file.set_len(new_length).unwrap();
            let error = collect(&Content::new(vec![Piece::Base64(part)])).unwrap_err();
            assert!(matches!(error, ContentError::Changed { .. }), "{error}");
        }
    }
}
