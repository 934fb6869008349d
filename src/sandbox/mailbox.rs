//! What was caught. A message goes to the disk as it comes, into an unlinked temporary file or a
//! Maildir, octet for octet (so with CRLF line ends), and never stands in memory as a whole.
//!
//! When the disk is full, the rest of the message is read and thrown away, and the client is told.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};

use tempfile::NamedTempFile;

use super::auth::Login;
use super::dialogue::{Content, Transaction};
use super::envelope::Envelope;
use super::unstuffing::{LineEnd, Unstuffing};

/// A message that the sandbox took the responsibility for.
#[derive(Debug)]
pub struct Caught {
    /// Sender and recipients.
    pub envelope: Envelope,
    /// Who sent it, if anybody had to say so.
    pub login: Option<Login>,
    /// The protocol of the TLS session, such as `TLSv1.3`.
    pub tls: Option<String>,
    /// What was said, secrets masked: `C:` and `S:` lines.
    pub dialogue: Vec<String>,
    /// Octets of the message.
    pub size: u64,
    /// Where it is, in a Maildir.
    pub path: Option<PathBuf>,
    file: File,
}

impl Caught {
    /// The message from its start. Every call starts anew; two readers at once disturb each other.
    pub fn reader(&self) -> io::Result<impl Read + '_> {
        let mut file = &self.file;
        file.rewind()?;
        Ok(file)
    }

    /// The first octets of the message, at most `limit`.
    pub fn head(&self, limit: u64) -> io::Result<Vec<u8>> {
        // Growing would take up to twice the memory.
        let mut octets = Vec::with_capacity(self.size.min(limit) as usize);
        self.reader()?.take(limit).read_to_end(&mut octets)?;
        Ok(octets)
    }
}

/// Where messages are kept.
#[derive(Debug)]
pub(super) struct Mailbox {
    maildir: Option<PathBuf>,
    kept: AtomicU64,
    /// None: there will be no more.
    sender: Sender<Option<Caught>>,
}

impl Mailbox {
    /// Makes the Maildir if there is none; answers where to wait for messages as well.
    pub(super) fn open(maildir: Option<PathBuf>) -> io::Result<(Self, Receiver<Option<Caught>>)> {
        for folder in maildir.iter().flat_map(|path| ["tmp", "new", "cur"].map(|f| path.join(f))) {
            fs::create_dir_all(folder)?;
        }
        let (sender, receiver) = mpsc::channel();
        Ok((Self { maildir, kept: AtomicU64::new(0), sender }, receiver))
    }

    /// Begins a message.
    pub(super) fn incoming(&self, size_limit: Option<u64>) -> Incoming {
        let store = match &self.maildir {
            None => tempfile::tempfile().map(Store::Temporary),
            Some(maildir) => NamedTempFile::new_in(maildir.join("tmp")).map(Store::Maildir),
        };
        Incoming {
            unstuffing: Unstuffing::new(LineEnd::CrLf),
            sink: Sink {
                store: store.ok().map(|store| BufWriter::with_capacity(64 * 1024, store)),
                size: 0,
                limit: size_limit.unwrap_or(u64::MAX),
            },
        }
    }

    /// Ends a message.
    pub(super) fn finish(&self, incoming: Incoming) -> (Content, Option<Kept>) {
        let Sink { store, size, limit } = incoming.sink;
        if size > limit {
            return (Content::TooLarge, None);
        }
        let number = self.kept.fetch_add(1, Ordering::Relaxed) + 1;
        let kept = store
            .ok_or(io::ErrorKind::StorageFull.into())
            .and_then(|store| store.into_inner().map_err(io::Error::from))
            .and_then(|store| store.keep(self.maildir.as_deref(), number));
        match kept {
            Ok((file, path)) => (Content::Kept(number), Some(Kept { file, path, size })),
            Err(_) => (Content::NotKept, None),
        }
    }

    /// Hands a message to whoever waits for it.
    pub(super) fn deliver(&self, kept: Kept, transaction: Transaction, tls: Option<String>) {
        let Kept { file, path, size } = kept;
        let Transaction { envelope, login, dialogue } = transaction;
        // Nobody waits any more when the sandbox is being stopped.
        let _ = self.sender.send(Some(Caught { envelope, login, tls, dialogue, size, path, file }));
    }

    /// Tells whoever waits that there will be no more.
    pub(super) fn close(&self) {
        // Nobody waits any more when the sandbox is being stopped.
        let _ = self.sender.send(None);
    }
}

/// A message that is complete on the disk.
#[derive(Debug)]
pub(super) struct Kept {
    file: File,
    path: Option<PathBuf>,
    size: u64,
}

/// A message that is on its way.
pub(super) struct Incoming {
    unstuffing: Unstuffing,
    sink: Sink,
}

impl Incoming {
    /// Takes a chunk; answers how much of it belongs to the message when its end is among it.
    pub(super) fn feed(&mut self, chunk: &[u8]) -> Option<usize> {
        // The sink cannot fail.
        self.unstuffing.feed(chunk, &mut self.sink).unwrap_or(None)
    }

    /// Takes octets of a chunk (BDAT), in which dots and line ends mean nothing.
    pub(super) fn append(&mut self, octets: &[u8]) {
        // The sink cannot fail.
        let _ = self.sink.write_all(octets);
    }
}

/// Counts everything, and writes it as long as that can be done.
struct Sink {
    store: Option<BufWriter<Store>>,
    size: u64,
    limit: u64,
}

impl Write for Sink {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.size += octets.len() as u64;
        if let Some(store) = &mut self.store
            && (self.size > self.limit || store.write_all(octets).is_err())
        {
            self.store = None;
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Store {
    Temporary(File),
    Maildir(NamedTempFile),
}

impl Store {
    /// Moves what is in a Maildir from `tmp` to `new`.
    fn keep(self, maildir: Option<&Path>, number: u64) -> io::Result<(File, Option<PathBuf>)> {
        match (self, maildir) {
            (Self::Maildir(file), Some(maildir)) => {
                let random = file.path().file_name().unwrap_or_default().to_string_lossy();
                let name = format!("{number:06}.{}", random.trim_start_matches('.'));
                let path = maildir.join("new").join(name);
                Ok((file.persist_noclobber(&path)?, Some(path)))
            }
            (Self::Temporary(file), _) => Ok((file, None)),
            (Self::Maildir(file), None) => Ok((file.into_file(), None)),
        }
    }
}

impl Write for Store {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Temporary(file) => file.write(octets),
            Self::Maildir(file) => file.write(octets),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Temporary(file) => file.flush(),
            Self::Maildir(file) => file.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maildir_is_made_and_filled_by_moving() {
        let folder = tempfile::tempdir().unwrap();
        let maildir = folder.path().join("Maildir");
        let (mailbox, _receiver) = Mailbox::open(Some(maildir.clone())).unwrap();
        let mut incoming = mailbox.incoming(None);
        assert_eq!(incoming.feed(b"a\r\n..b\r\n.\r\nrest"), Some(11));
        let (content, kept) = mailbox.finish(incoming);
        assert_eq!(content, Content::Kept(1));
        let path = kept.unwrap().path.unwrap();
        assert!(path.starts_with(maildir.join("new")));
        assert_eq!(fs::read(path).unwrap(), b"a\r\n.b\r\n");
        assert_eq!(fs::read_dir(maildir.join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn a_message_over_the_limit_is_read_to_its_end_and_not_kept() {
        let (mailbox, _receiver) = Mailbox::open(None).unwrap();
        let mut incoming = mailbox.incoming(Some(3));
        assert_eq!(incoming.feed(b"ab\r\n.\r\n"), Some(7));
        assert_eq!(mailbox.finish(incoming).0, Content::TooLarge);
    }

    #[test]
    fn what_cannot_be_written_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (mailbox, _receiver) = Mailbox::open(Some(folder.path().to_owned())).unwrap();
        fs::remove_dir(folder.path().join("tmp")).unwrap();
        let mut incoming = mailbox.incoming(None);
        assert_eq!(incoming.feed(b".\r\n"), Some(3));
        assert_eq!(mailbox.finish(incoming).0, Content::NotKept);
    }
}
