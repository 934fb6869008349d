//! Pages to look at, as files: of every message that the sandbox catches, with an index, and of
//! the message that a dry run would send. Beside each lies the message itself, `.eml`.
//!
//! A file is written under another name and then moved, so that whoever looks sees all of it or
//! nothing. Fails when the folder cannot be written to; what was written before stays.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::NamedTempFile;

use super::context::Desktop;
use super::refusal::Refusal;
use crate::model::reason;
use crate::model::{Exit, Mail};
use crate::page::{self, Entry, Facts, Occasion};
use crate::sandbox::Caught;

/// Messages that the index lists.
const LISTED: usize = 200;
/// Octets that are read of a message of an earlier run, for its line in the index.
const HEADER: u64 = 64 << 10;
/// The index of a folder.
const INDEX: &str = "index.html";

/// A folder with a page for every message caught, numbered from 1, and an index.
#[derive(Debug)]
pub(super) struct Pages {
    folder: PathBuf,
    /// Those that the index lists, the newest first.
    listed: VecDeque<Entry>,
    /// Those that it does not.
    older: u64,
    last: u64,
}

impl Pages {
    /// Makes the folder if there is none and goes on behind what earlier runs left in it.
    pub(super) fn open(folder: &Path) -> Result<Self, Refusal> {
        let mut pages =
            Self { folder: folder.to_owned(), listed: VecDeque::new(), older: 0, last: 0 };
        let opened = fs::create_dir_all(folder).and_then(|()| pages.find_earlier());
        opened.and_then(|()| pages.write_index()).map_err(|error| pages.refusal(&error))?;
        Ok(pages)
    }

    /// The index, to be opened in a browser.
    pub(super) fn index(&self) -> PathBuf {
        self.folder.join(INDEX)
    }

    /// Writes the page of a message and the message beside it.
    pub(super) fn add(&mut self, caught: &Caught) -> Result<(), Refusal> {
        self.write(caught).map_err(|error| self.refusal(&error))
    }

    fn write(&mut self, caught: &Caught) -> io::Result<()> {
        let mut message = NamedTempFile::new_in(&self.folder)?;
        io::copy(&mut caught.reader()?, &mut message)?;
        self.last = keep_with_next_number(message, &self.folder, self.last)?;
        let (page, file) = (name(self.last, "html"), name(self.last, "eml"));
        let head = caught.head(page::HEAD)?;
        let text = page::message(&Facts {
            occasion: Occasion::Caught(&submitted_with(caught)),
            head: &head,
            size: caught.size,
            file: &file,
            reverse_path: &caught.envelope.reverse_path,
            recipients: &caught.envelope.recipients,
            dialogue: &caught.dialogue,
        });
        replace(&self.folder, &page, text.as_bytes())?;
        self.list(Entry::new(self.last, &head, caught.size, &page));
        self.write_index()
    }

    fn write_index(&self) -> io::Result<()> {
        let index = page::index(self.listed.iter(), self.older);
        replace(&self.folder, INDEX, index.as_bytes())
    }

    fn list(&mut self, entry: Entry) {
        self.listed.push_front(entry);
        if self.listed.len() > LISTED {
            self.listed.pop_back();
            self.older += 1;
        }
    }

    fn find_earlier(&mut self) -> io::Result<()> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            numbers.extend(entry?.file_name().to_str().and_then(number));
        }
        numbers.sort_unstable();
        self.last = numbers.last().copied().unwrap_or(0);
        let unlisted = numbers.len().saturating_sub(LISTED);
        self.older = unlisted as u64;
        for number in numbers.into_iter().skip(unlisted) {
            let file = File::open(self.folder.join(name(number, "eml")))?;
            let size = file.metadata()?.len();
            let mut head = Vec::new();
            file.take(HEADER).read_to_end(&mut head)?;
            self.list(Entry::new(number, &head, size, &name(number, "html")));
        }
        Ok(())
    }

    fn refusal(&self, error: &io::Error) -> Refusal {
        cannot_keep(&self.folder, error)
    }
}

/// How a message came.
fn submitted_with(caught: &Caught) -> String {
    let channel = caught.tls.as_deref().unwrap_or("no TLS");
    match &caught.login {
        Some(login) => format!("{channel}, AUTH {} as {}", login.mechanism.name(), login.user),
        None => format!("{channel}, no AUTH"),
    }
}

/// Writes the page of a mail that is not sent, and where it would go, into a private folder of its
/// own, which stays.
pub(super) fn preview(mail: &Mail, destination: &str) -> Result<PathBuf, Refusal> {
    const PAGE: &str = "message.html";
    let mut builder = tempfile::Builder::new();
    builder.prefix("mailsend-preview-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = builder.tempdir().map_err(|error| cannot_keep(&std::env::temp_dir(), &error))?;
    let page = write_preview(folder.path(), mail, destination)?;
    replace(folder.path(), PAGE, page.as_bytes())
        .map_err(|error| cannot_keep(folder.path(), &error))?;
    // Only a complete one is worth keeping.
    Ok(folder.keep().join(PAGE))
}

/// Writes the message; answers its page.
fn write_preview(folder: &Path, mail: &Mail, destination: &str) -> Result<String, Refusal> {
    const FILE: &str = "message.eml";
    let failed = |error: io::Error| cannot_keep(folder, &error);
    let mut file = BufWriter::new(File::create_new(folder.join(FILE)).map_err(failed)?);
    let mut head = Vec::new();
    let mut take = |chunk: &[u8]| {
        let room = (page::HEAD as usize).saturating_sub(head.len()).min(chunk.len());
        head.extend_from_slice(&chunk[..room]);
        file.write_all(chunk).map_err(failed)
    };
    mail.content.try_for_each(&mut take)?;
    take(b"\r\n")?;
    file.flush().map_err(failed)?;
    let recipients: Vec<String> = mail.recipients.iter().map(ToString::to_string).collect();
    let reverse_path = mail.reverse_path.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(page::message(&Facts {
        occasion: Occasion::Preview(destination),
        head: &head,
        size: mail.content.length(),
        file: FILE,
        reverse_path: &reverse_path,
        recipients: &recipients,
        dialogue: &[],
    }))
}

/// Opens a page where somebody can see it; answers what opens it. The browser is left alone: it
/// may live longer than this program.
pub(super) fn open(page: &Path, desktop: Desktop) -> Option<&'static str> {
    let opener = desktop.opener()?;
    let mut command = Command::new(opener);
    command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().is_ok().then_some(opener)
}

/// Moves a message to the first name that is free behind this number; answers its number.
fn keep_with_next_number(message: NamedTempFile, folder: &Path, last: u64) -> io::Result<u64> {
    let mut message = message;
    for number in last + 1.. {
        match message.persist_noclobber(folder.join(name(number, "eml"))) {
            Ok(_) => return Ok(number),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                message = error.file;
            }
            Err(error) => return Err(error.error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Puts a file in its place at once.
fn replace(folder: &Path, name: &str, octets: &[u8]) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(octets)?;
    file.persist(folder.join(name)).map(drop).map_err(|error| error.error)
}

fn name(number: u64, extension: &str) -> String {
    format!("{number:06}.{extension}")
}

/// The number of a message by its file's name.
fn number(file: &str) -> Option<u64> {
    let number: u64 = file.strip_suffix(".eml")?.parse().ok()?;
    (name(number, "eml") == file).then_some(number)
}

fn cannot_keep(folder: &Path, error: &io::Error) -> Refusal {
    let message = format!("cannot keep pages in {}: {}", folder.display(), reason(error));
    Refusal::new(Exit::CANT_CREATE, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_numbers() {
        assert_eq!(number("000012.eml"), Some(12));
        assert_eq!(number(&name(1_234_567, "eml")), Some(1_234_567));
        for other in ["12.eml", "+00012.eml", "000012.html", "report.eml", ".eml"] {
            assert_eq!(number(other), None, "{other}");
        }
    }

    #[test]
    fn a_name_that_is_taken_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("000001.eml"), "theirs").unwrap();
        let mut ours = NamedTempFile::new_in(folder.path()).unwrap();
        ours.write_all(b"ours").unwrap();
        assert_eq!(keep_with_next_number(ours, folder.path(), 0).unwrap(), 2);
        assert_eq!(fs::read(folder.path().join("000001.eml")).unwrap(), b"theirs");
        assert_eq!(fs::read(folder.path().join("000002.eml")).unwrap(), b"ours");
    }
}
