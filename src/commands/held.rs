//! Octets that come as a stream, held until all are there, so that their number is known before
//! anything is sent: in memory while they are few, else in a temporary file without a name.

use std::io::{self, BufWriter, IntoInnerError, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};

use signal_hook::consts::SIGXFSZ;
use tempfile::{SpooledData, SpooledTempFile};

use crate::model::{FilePart, Source};

/// Up to here they stay in memory.
pub(super) const IN_MEMORY: usize = 1 << 20;

/// What came so far.
#[derive(Debug)]
pub(super) struct Held(BufWriter<SpooledTempFile>);

impl Held {
    /// Nothing.
    pub(super) fn new() -> Self {
        outlive_file_size_limit();
        Self(BufWriter::with_capacity(1 << 16, SpooledTempFile::new(IN_MEMORY)))
    }

    /// All of it; `name` is for messages.
    pub(super) fn finish(self, name: &Path) -> io::Result<Source> {
        match self.0.into_inner().map_err(IntoInnerError::into_error)?.into_inner() {
            SpooledData::InMemory(octets) => Ok(Source::Memory(octets.into_inner())),
            SpooledData::OnDisk(file) => FilePart::new(file, name).map(Source::File),
        }
    }
}

/// Makes a file that grows beyond its limit (`ulimit -f`) an error to be told, not the end of the
/// program without a word. Where that cannot be had it stays as it is.
fn outlive_file_size_limit() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let unused = Arc::new(AtomicBool::new(false));
        let _ = signal_hook::flag::register(SIGXFSZ, unused);
    });
}

impl Write for Held {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(count: usize) -> Source {
        let mut held = Held::new();
        for octet in [b'.'].iter().cycle().take(count) {
            held.write_all(std::slice::from_ref(octet)).unwrap();
        }
        held.finish(Path::new("stdin")).unwrap()
    }

    #[test]
    fn few_octets_stay_in_memory_and_many_go_to_a_file() {
        let (few, many) = (held(IN_MEMORY), held(IN_MEMORY + 1));
        assert!(matches!(&few, Source::Memory(octets) if octets.len() == IN_MEMORY));
        assert!(matches!(&many, Source::File(part) if part.length() == IN_MEMORY as u64 + 1));
        let mut last = [0; 2];
        assert_eq!(many.read_at(IN_MEMORY as u64 - 1, &mut last).unwrap(), 2);
        assert_eq!(&last, b"..");
    }
}
