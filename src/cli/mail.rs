//! What people and scripts type for mail(1), in words of ours: the flags of bsd-mailx, of s-nail
//! and of mailutils' mail, as they mean them. Pure.
//!
//! Flags may stand behind addresses too. What reads mail, or would have another program send it,
//! is refused; what changes nothing about a message is left out.

mod author;
mod field;
mod flag;
mod recipient;
#[cfg(test)]
mod tests;
mod variable;

use std::ffi::{OsStr, OsString};
use std::slice::Iter;

use author::By;
use flag::Flag;

use crate::commands::Refusal;

/// What is to be done for mail(1).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Translated {
    /// To send what these words say, the first of which is the program's name.
    Send(Vec<OsString>),
    /// To send the message on stdin, whose header names recipients (`-t`).
    Sendmail(Ready),
    /// To show what there is to be typed.
    Help,
    /// To show the version.
    Version,
}

/// What is said about a message that has a header of its own.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ready {
    /// The author, and who gets the bounces.
    pub(super) from: Option<OsString>,
    /// Lists of further recipients.
    pub(super) recipients: Vec<OsString>,
    /// How often it shall be told what happens.
    pub(super) verbose: u8,
    /// The profile.
    pub(super) profile: Option<OsString>,
    /// The configuration file.
    pub(super) config: Option<OsString>,
    /// Whether it is only shown.
    pub(super) dry_run: bool,
}

impl Ready {
    /// The same in words of sendmail(8).
    pub(super) fn words(&self) -> Vec<OsString> {
        let joined = |flag: &str, value: &OsString| {
            let mut word = OsString::from(flag);
            word.push(value);
            word
        };
        let mut words = vec![OsString::from("-t")];
        words.extend((0..self.verbose).map(|_| "-v".into()));
        words.extend(self.profile.as_ref().map(|name| joined("--profile=", name)));
        words.extend(self.config.as_ref().map(|file| joined("--config=", file)));
        words.extend(self.dry_run.then(|| "--dry-run".into()));
        words.extend(self.from.as_ref().into_iter().flat_map(|from| ["-f".into(), from.clone()]));
        words.push("--".into());
        words.extend(self.recipients.iter().cloned());
        words
    }
}

const TO_SEND: &str = "mail only sends here: mail -s SUBJECT ADDRESS";

/// Translates what was typed behind `mail`; the function tells whether there is a file of a name.
pub(super) fn translate(
    words: &[OsString],
    is_file: &dyn Fn(&OsStr) -> bool,
) -> Result<Translated, Refusal> {
    let mut reader = Reader { rest: words.iter(), is_file, typed: Typed::default() };
    while let Some(word) = reader.rest.next() {
        match word.as_encoded_bytes() {
            b"--" => {
                reader.behind_dashes()?;
                break;
            }
            [b'-', b'-', ..] => reader.long(word)?,
            [b'-', _, ..] => reader.letters(word)?,
            _ => reader.typed.recipient(word)?,
        }
        if let Some(shown) = reader.typed.shown.take() {
            return Ok(shown);
        }
    }
    reader.typed.translated()
}

/// What was typed, taken apart.
#[derive(Debug, Default)]
struct Typed {
    /// Lists of recipients, as `--to`, `--cc` and `--bcc` have them.
    recipients: Vec<(&'static str, OsString)>,
    /// The author in a header field, behind `-S`, behind `-r` and behind `-- -f`.
    authors: [Option<OsString>; 4],
    /// The name behind `-- -F`.
    name: Option<OsString>,
    subject: Option<OsString>,
    /// Flags of ours for the rest.
    others: Vec<OsString>,
    ready: bool,
    /// The first flag that does not go with a ready message.
    unfit: Option<String>,
    verbose: u8,
    profile: Option<OsString>,
    config: Option<OsString>,
    dry_run: bool,
    shown: Option<Translated>,
}

struct Reader<'a> {
    rest: Iter<'a, OsString>,
    is_file: &'a dyn Fn(&OsStr) -> bool,
    typed: Typed,
}

impl Reader<'_> {
    /// A word such as `-Es`, whose last letter may have its value behind it or in the next word.
    fn letters(&mut self, word: &OsStr) -> Result<(), Refusal> {
        let octets = word.as_encoded_bytes();
        for (at, octet) in octets.iter().enumerate().skip(1) {
            let shown = match octet.is_ascii_graphic() {
                true => format!("-{}", char::from(*octet)),
                false => word.to_string_lossy().into_owned(),
            };
            let Some(flag) = Flag::of_letter(*octet) else { return Err(unknown(&shown)) };
            let behind = Some(at + 1).filter(|next| *next < octets.len()).map(|at| tail(word, at));
            if !self.wants_value(flag, behind.as_deref()) {
                self.flag(flag, OsString::new(), &shown)?;
                continue;
            }
            let value = match behind {
                Some(value) => value,
                None => self.next(&shown)?,
            };
            return self.flag(flag, value, &shown);
        }
        Ok(())
    }

    /// A word such as `--subject=hi`.
    fn long(&mut self, word: &OsStr) -> Result<(), Refusal> {
        let octets = word.as_encoded_bytes();
        let end = octets.iter().position(|octet| *octet == b'=').unwrap_or(octets.len());
        let shown = String::from_utf8_lossy(&octets[..end]).into_owned();
        let Some(flag) = Flag::of_name(&shown[2..]) else { return Err(unknown(&shown)) };
        match (flag.takes_value(), end < octets.len()) {
            (true, true) => self.flag(flag, tail(word, end + 1), &shown),
            (true, false) => {
                let value = self.next(&shown)?;
                self.flag(flag, value, &shown)
            }
            // The file of `--file=FILE` may be left out.
            (false, true) if flag != Flag::Reads => {
                Err(Refusal::usage(format!("{shown} takes no value")))
            }
            (false, _) => self.flag(flag, OsString::new(), &shown),
        }
    }

    fn next(&mut self, flag: &str) -> Result<OsString, Refusal> {
        let value = self.rest.next();
        value.cloned().ok_or_else(|| Refusal::usage(format!("{flag} needs a value")))
    }

    /// Whether a value belongs to this flag; `-M TYPE` is s-nail's and `-E COMMAND` is mailutils',
    /// and neither has one with the other.
    fn wants_value(&self, flag: Flag, behind: Option<&OsStr>) -> bool {
        let is_type = |word: &OsStr| {
            let octets = word.as_encoded_bytes();
            octets.contains(&b'/') && !octets.contains(&b'@') && !octets.starts_with(b"/")
        };
        let next = self.rest.as_slice().first().map(OsString::as_os_str);
        match flag {
            Flag::Type => behind.or(next).is_some_and(is_type),
            Flag::SkipEmptyOrCommand => behind.or(next).is_some_and(variable::is_set),
            _ => flag.takes_value(),
        }
    }

    fn flag(&mut self, flag: Flag, value: OsString, shown: &str) -> Result<(), Refusal> {
        let others = self.typed.others.len();
        self.take(flag, value, shown)?;
        if flag.is_unfit_for_ready() || self.typed.others.len() > others {
            self.typed.unfit.get_or_insert_with(|| shown.to_owned());
        }
        Ok(())
    }

    fn take(&mut self, flag: Flag, value: OsString, shown: &str) -> Result<(), Refusal> {
        let typed = &mut self.typed;
        match flag {
            Flag::Subject => typed.subject = Some(value),
            Flag::Cc => typed.list("--cc", &value)?,
            Flag::Bcc => typed.list("--bcc", &value)?,
            Flag::Target => typed.target(&value)?,
            Flag::Author => typed.author(By::Flag, value),
            Flag::FileOrField => match field::of_flag(&value).filter(|_| !(self.is_file)(&value)) {
                Some(fields) => fields.iter().try_for_each(|field| typed.field(field))?,
                None => self.attach(value),
            },
            Flag::File => typed.others.push(joined("--attach=", &value)),
            Flag::FileOrProfile => {
                let octets = value.as_encoded_bytes();
                match octets.contains(&b'/') || octets.contains(&b'.') || (self.is_file)(&value) {
                    true => typed.others.push(joined("--attach=", &value)),
                    false => typed.profile = Some(value),
                }
            }
            Flag::Field => match field::lines(&value) {
                Some(fields) => fields.iter().try_for_each(|field| typed.field(field))?,
                None => typed.others.push(joined("--header=", &value)),
            },
            Flag::Variable => typed.variable(&value, shown)?,
            Flag::Type => typed.content_type(&value.to_string_lossy())?,
            Flag::SkipEmptyOrCommand if value.is_empty() => {
                typed.others.push("--skip-empty".into());
            }
            Flag::Ready => typed.ready = true,
            Flag::Verbose => typed.verbose = typed.verbose.saturating_add(1),
            Flag::Profile => typed.profile = Some(value),
            Flag::Config => typed.config = Some(value),
            Flag::DryRun => typed.dry_run = true,
            Flag::EndOfFlags => {
                let rest = std::mem::take(&mut self.rest);
                return rest.cloned().try_for_each(|word| self.typed.recipient(&word));
            }
            Flag::Help => typed.shown = Some(Translated::Help),
            Flag::Version => typed.shown = Some(Translated::Version),
            Flag::Ignored | Flag::IgnoredValue => {}
            Flag::Reads => return Err(reads(shown)),
            Flag::SkipEmptyOrCommand | Flag::Commands if variable::is_set(&value) => {
                typed.variable(&tail(&value, variable::SET.len()), shown)?;
            }
            Flag::SkipEmptyOrCommand | Flag::Commands => {
                let message = format!("{shown}: no commands of mail are carried out here");
                return Err(Refusal::usage(message).hint(TO_SEND));
            }
            Flag::Text => {
                return Err(Refusal::usage(format!("{shown} is not known here"))
                    .hint("give the text on stdin: cat FILE - | mail -s SUBJECT ADDRESS")
                    .hint("or write mailsend --body-file FILE"));
            }
        }
        Ok(())
    }

    /// Attaches a file; a charset behind its name is left out.
    fn attach(&mut self, value: OsString) {
        let octets = value.as_encoded_bytes();
        let equals = octets.iter().rposition(|octet| *octet == b'=');
        let before = equals.map(|at| head(&value, at));
        let file = before.filter(|file| !(self.is_file)(&value) && (self.is_file)(file));
        self.typed.others.push(joined("--attach=", &file.unwrap_or(value)));
    }

    /// What stands behind `--`: recipients; behind recipients, options for sendmail too.
    fn behind_dashes(&mut self) -> Result<(), Refusal> {
        let are_options = self.typed.has_recipients();
        while let Some(word) = self.rest.next() {
            let octets = word.as_encoded_bytes();
            match octets {
                [b'-', b'f' | b'r' | b'F', rest @ ..] if are_options => {
                    let shown = format!("-{}", char::from(octets[1]));
                    let value = if rest.is_empty() { self.next(&shown)? } else { tail(word, 2) };
                    match octets[1] {
                        b'F' => self.typed.name = Some(value),
                        _ => self.typed.author(By::Dashes, value),
                    }
                }
                b"-i" if are_options => {}
                [b'-', b'o', ..] if are_options => {}
                _ => self.typed.recipient(word)?,
            }
        }
        Ok(())
    }
}

impl Typed {
    /// All of it in our words.
    fn translated(mut self) -> Result<Translated, Refusal> {
        let (author, written) = self.chosen_author();
        if self.ready {
            if let Some(flag) = self.unfit {
                return Err(Refusal::usage(format!("{flag} does not go together with -t"))
                    .hint("the message on stdin has its whole header itself"));
            }
            return Ok(Translated::Sendmail(Ready {
                from: author,
                recipients: self.recipients.into_iter().map(|(_, list)| list).collect(),
                verbose: self.verbose,
                profile: self.profile,
                config: self.config,
                dry_run: self.dry_run,
            }));
        }
        if !self.has_recipients() {
            return Err(Refusal::usage(
                "mail reads no mailbox here, and nobody is named to send to",
            )
            .hint(TO_SEND));
        }
        let mut words = vec![OsString::from("mailsend")];
        words.extend(self.recipients.iter().map(|(flag, list)| joined(&format!("{flag}="), list)));
        // An author in a header field is who wrote it; the other one gets the bounces.
        let bounces = author.as_ref().filter(|_| written.is_some()).cloned();
        let bare = bounces.filter(|address| !address.as_encoded_bytes().contains(&b'<'));
        let settings = [
            ("--from=", written.or(author)),
            ("--reverse-path=", bare),
            ("--subject=", self.subject),
            ("--profile=", self.profile),
            ("--config=", self.config),
        ];
        for (flag, value) in settings {
            words.extend(value.map(|value| joined(flag, &value)));
        }
        words.append(&mut self.others);
        words.extend((0..self.verbose.min(2)).map(|_| "--verbose".into()));
        words.extend(self.dry_run.then(|| "--dry-run".into()));
        Ok(Translated::Send(words))
    }
}

fn reads(flag: &str) -> Refusal {
    let refusal = Refusal::usage(format!("{flag}: mail reads no mailbox here")).hint(TO_SEND);
    if flag == "-f" { refusal.hint("the author is named by -r ADDRESS") } else { refusal }
}

fn unknown(flag: &str) -> Refusal {
    Refusal::usage(format!("mail has no flag {flag} here"))
        .hint("mail --help shows those that it has, mailsend --help those of mailsend")
}

/// A flag of ours and its value, as one word.
fn joined(flag: &str, value: &OsStr) -> OsString {
    let mut word = OsString::from(flag);
    word.push(value);
    word
}

/// A word up to this octet.
fn head(word: &OsStr, end: usize) -> OsString {
    part(&word.as_encoded_bytes()[..end])
}

/// A word from this octet on.
fn tail(word: &OsStr, start: usize) -> OsString {
    part(&word.as_encoded_bytes()[start..])
}

#[cfg(unix)]
fn part(octets: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt as _;
    OsStr::from_bytes(octets).to_owned()
}

#[cfg(not(unix))]
fn part(octets: &[u8]) -> OsString {
    String::from_utf8_lossy(octets).into_owned().into()
}
