//! Files on their way into a message: read block by block, as they are or in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{ContentError, FilePart};

/// Octets of a file that are encoded as one line of base64.
pub(super) const LINE_INPUT: usize = 57;
/// Characters of such a line, without its CRLF.
pub(super) const LINE_OUTPUT: usize = 76;
/// Lines encoded at a time: about 256 KiB of output.
pub(super) const LINES_AT_ONCE: usize = 3360;

/// Reads a file to the length that was promised, and fails at its end if that was wrong.
pub(super) struct Reader<'a> {
    part: &'a FilePart,
    read: u64,
    /// It ended before its length.
    is_short: bool,
    input: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(part: &'a FilePart) -> Self {
        let size = part.length.min((LINE_INPUT * LINES_AT_ONCE) as u64);
        Self { part, read: 0, is_short: false, input: vec![0; size as usize] }
    }

    /// Gives the base64 form to `sink`.
    pub(super) fn encoded<E: From<ContentError>>(
        mut self,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut output = vec![0; self.input.len().div_ceil(LINE_INPUT) * (LINE_OUTPUT + 2)];
        loop {
            let continued = self.read > 0;
            let octets = self.next()?;
            if octets.is_empty() {
                return Ok(());
            }
            let length = encode_lines(octets, continued, &mut output);
            sink(&output[..length])?;
        }
    }

    /// Gives the octets to `sink`.
    pub(super) fn verbatim<E: From<ContentError>>(
        mut self,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            let octets = self.next()?;
            if octets.is_empty() {
                return Ok(());
            }
            sink(octets)?;
        }
    }

    /// The next octets, whole lines but for the last; none at the end.
    fn next(&mut self) -> Result<&[u8], ContentError> {
        let left = self.part.length - self.read;
        let size = left.min(self.input.len() as u64) as usize;
        // What is behind an end that came too early belongs to another file.
        let filled = if self.is_short {
            0
        } else {
            self.part.read_at(self.read, &mut self.input[..size])?
        };
        self.is_short = filled < size;
        self.read += filled as u64;
        if filled == 0 {
            self.part.check_unchanged(self.read)?;
        }
        Ok(&self.input[..filled])
    }
}

/// Encodes whole lines into a buffer that has room for them; `continued` puts a CRLF before the
/// first. Answers how many octets they are.
fn encode_lines(input: &[u8], continued: bool, output: &mut [u8]) -> usize {
    let mut length = 0;
    for (index, line) in input.chunks(LINE_INPUT).enumerate() {
        if continued || index > 0 {
            output[length..length + 2].copy_from_slice(b"\r\n");
            length += 2;
        }
        // The buffer has room for every line, so this cannot fail.
        length += STANDARD.encode_slice(line, &mut output[length..]).unwrap_or(0);
    }
    length
}

/// The same in a buffer of their own.
pub(super) fn encoded_lines(input: &[u8], continued: bool) -> Vec<u8> {
    let mut output = vec![0; input.len().div_ceil(LINE_INPUT) * (LINE_OUTPUT + 2)];
    let length = encode_lines(input, continued, &mut output);
    output.truncate(length);
    output
}
