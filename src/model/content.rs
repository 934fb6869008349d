//! The octets of a message as a sequence of pieces with a known length, so that no function ever
//! holds the whole of it.
//!
//! Fails when a file cannot be read or is no longer as long as it was: the message must then not
//! be completed.

mod line_ends;
mod quoted_printable;
mod reading;
mod stretch;

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use reading::Reader;
pub use stretch::{Facts, Form, Stretch};

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
    /// This file as it is.
    File(FilePart),
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

    /// The first octets, at most `limit`.
    pub fn head(&self, limit: u64) -> Result<Vec<u8>, ContentError> {
        let mut octets = vec![0; self.length.min(limit) as usize];
        let filled = self.read_at(0, &mut octets)?;
        octets.truncate(filled);
        Ok(octets)
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

    /// Fails unless the file is still what it was, `found` bytes of it having been read.
    fn check_unchanged(&self, found: u64) -> Result<(), ContentError> {
        let path = self.path.clone();
        let metadata = match self.file.metadata() {
            Ok(metadata) => metadata,
            Err(error) => return Err(ContentError::Unreadable { path, error }),
        };
        let found = if found == self.length { metadata.len() } else { found };
        if found != self.length {
            Err(ContentError::Changed { path, expected: self.length, found })
        } else if metadata.modified().ok() != self.modified {
            Err(ContentError::Rewritten { path })
        } else {
            Ok(())
        }
    }

    /// Octets of the base64 form.
    fn encoded_length(&self) -> u64 {
        let characters = self.length.div_ceil(3) * 4;
        let breaks = self.length.div_ceil(reading::LINE_INPUT as u64).saturating_sub(1);
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
            Piece::File(file) => file.length,
            Piece::Stretch(stretch) => stretch.length(),
        });
        pieces.sum::<u64>() + 2
    }

    /// Gives every octet in order, a chunk at a time, to `sink`; stops at its first error.
    pub fn try_for_each<E: From<ContentError>>(
        &self,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for piece in &self.pieces {
            match piece {
                Piece::Octets(octets) => sink(octets)?,
                Piece::Base64(part) => Reader::new(part).encoded(&mut sink)?,
                Piece::File(part) => Reader::new(part).verbatim(&mut sink)?,
                Piece::Stretch(stretch) => stretch.give(&mut sink)?,
            }
        }
        Ok(())
    }

    /// Gives the message as it can still be had, ended by its CRLF: of a file that grew as much
    /// as was promised, of one that shrank or cannot be read what there is. Names these files.
    pub fn salvage<E>(
        &self,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Vec<PathBuf>, E> {
        /// What ended a piece.
        enum End<E> {
            Content,
            Sink(E),
        }
        impl<E> From<ContentError> for End<E> {
            fn from(_: ContentError) -> Self {
                Self::Content
            }
        }
        let mut changed = Vec::new();
        let mut sink = |octets: &[u8]| sink(octets).map_err(End::Sink);
        for piece in &self.pieces {
            let (part, given) = match piece {
                Piece::Stretch(stretch) => {
                    (None, stretch.salvage(&mut sink).map(|path| changed.extend(path)))
                }
                Piece::Octets(octets) => (None, sink(octets)),
                Piece::Base64(part) => (Some(part), Reader::new(part).encoded(&mut sink)),
                Piece::File(part) => (Some(part), Reader::new(part).verbatim(&mut sink)),
            };
            match given {
                Ok(()) => {}
                Err(End::Content) => changed.extend(part.map(|part| part.path.clone())),
                Err(End::Sink(error)) => return Err(error),
            }
        }
        match sink(b"\r\n") {
            Err(End::Sink(error)) => Err(error),
            _ => Ok(changed),
        }
    }
}

#[cfg(test)]
mod tests;
