//! `-a FILE[,name=N][,type=T/S]`: from what was typed to an open attachment; `-` is stdin. A file
//! of the whole name wins over its reading as options.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::args::WhatArgs;
use super::file_type::{self, MESSAGE, OCTETS};
use super::input::{self, Patience, quoted};
use super::{attached_stdin, stdin};
use crate::commands::Refusal;
use crate::commands::ui::Ui;
use crate::model::{Attachment, Source};

/// What `-a` says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wish {
    path: PathBuf,
    name: Option<String>,
    content_type: Option<String>,
}

/// Whether `-a` takes stdin, so that it is not the text.
pub(super) fn takes_stdin(args: &WhatArgs) -> bool {
    args.attach.iter().any(|typed| Wish::read(typed).is_ok_and(|wish| wish.is_stdin()))
}

/// Opens everything that is to go along. An empty stdin is nothing with `--skip-empty`.
pub(super) fn attach_all(
    args: &WhatArgs,
    patience: Patience,
    ui: &mut Ui,
) -> Result<Vec<Attachment>, Refusal> {
    let wishes: Vec<Wish> =
        args.attach.iter().map(|typed| Wish::read(typed)).collect::<Result<_, _>>()?;
    let (from_stdin, files): (Vec<_>, Vec<_>) =
        (0..wishes.len()).partition(|n| wishes[*n].is_stdin());
    attached_stdin::check_single_use(args, from_stdin.len())?;
    let mut attachments: Vec<Option<Attachment>> = wishes.iter().map(|_| None).collect();
    // Stdin is read when all else is known to be right.
    for place in files.into_iter().chain(from_stdin) {
        let attachment = attach(&wishes[place], patience, ui)?;
        let is_nothing =
            args.skip_empty && wishes[place].is_stdin() && is_empty(&attachment.source);
        attachments[place] = (!is_nothing).then_some(attachment);
    }
    Ok(attachments.into_iter().flatten().collect())
}

fn is_empty(source: &Source) -> bool {
    match source {
        Source::Memory(octets) => octets.is_empty(),
        Source::File(part) | Source::Message(part) => part.length() == 0,
    }
}

/// Opens what was named.
pub(super) fn attach(wish: &Wish, patience: Patience, ui: &mut Ui) -> Result<Attachment, Refusal> {
    let source = match wish.is_stdin() {
        true => attached_stdin::source(patience, ui)?,
        false => input::open(&wish.path, patience)
            .map_err(|refusal| suspect_account(refusal, &wish.path))?,
    };
    let name = wish.shown_name(ui);
    if let Some(name) = name.as_ref().filter(|name| name.contains(['\r', '\n', '\0'])) {
        return Err(Refusal::data(format!("the attachment name {name:?} has a line break in it"))
            .hint("give it another one: FILE,name=NAME"));
    }
    let content_type = match &wish.content_type {
        Some(given) => given.clone(),
        None => {
            let own = (!wish.is_stdin()).then_some(wish.path.as_path());
            file_type::guess(own.into_iter().chain(name.as_deref().map(Path::new)), &source)?
        }
    };
    let name = name.unwrap_or_else(|| {
        let is_text = content_type.starts_with("text/");
        if is_text { "stdin.txt" } else { "stdin.bin" }.to_owned()
    });
    let (source, content_type) = as_message(wish, source, content_type, ui)?;
    Ok(Attachment { name, content_type, source })
}

/// Makes a message fit to be a part; one that cannot be is attached like any file.
fn as_message(
    wish: &Wish,
    source: Source,
    content_type: String,
    ui: &mut Ui,
) -> Result<(Source, String), Refusal> {
    if !is_message(&content_type) {
        return Ok((source, content_type));
    }
    match file_type::message(&source, &wish.path)? {
        Ok(message) => Ok((message, content_type)),
        Err(fault) => {
            let (path, asked) = (wish.path.display(), wish.content_type.is_some());
            let text = format!("{path} is attached as {OCTETS}, not as {MESSAGE}: {fault}");
            if asked {
                ui.warning(text)
            } else {
                ui.detail(text)
            }
            Ok((source, OCTETS.to_owned()))
        }
    }
}

impl Wish {
    /// Takes what was typed apart, unless it is a file's name.
    fn read(typed: &OsStr) -> Result<Self, Refusal> {
        if typed.is_empty() {
            return Err(Refusal::usage("--attach names no file"));
        }
        if !is_there(typed)
            && let Some(refusal) = habit(typed)
        {
            return Err(refusal);
        }
        Self::parse("--attach", typed)
    }

    /// A file, whatever its name has in it.
    pub(super) fn plain(path: &OsStr) -> Self {
        Self { path: path.into(), name: None, content_type: None }
    }

    /// Cuts the options off the end, up to where the rest is a file; a file name may have commas
    /// and equal signs of its own. The flag is for messages.
    pub(super) fn parse(flag: &str, typed: &OsStr) -> Result<Self, Refusal> {
        const NAME: &[u8] = b",name=";
        const TYPE: &[u8] = b",type=";
        let mut rest = typed.as_encoded_bytes();
        let (mut name, mut content_type) = (None, None);
        while let Some(at) = last(rest, NAME).max(last(rest, TYPE))
            && !is_there(&path(rest))
        {
            let (before, option) = rest.split_at(at);
            let value = &option[NAME.len()..];
            let slot = if option.starts_with(NAME) { &mut name } else { &mut content_type };
            if slot.is_some() || value.is_empty() {
                let problem = if value.is_empty() { "empty" } else { "given twice" };
                let option = if option.starts_with(NAME) { "name" } else { "type" };
                let rest = String::from_utf8_lossy(rest);
                return Err(Refusal::usage(format!("{flag} {rest}: {option} is {problem}")));
            }
            *slot = Some(String::from_utf8_lossy(value).into_owned());
            rest = before;
        }
        content_type.as_deref().map_or(Ok(()), check_type)?;
        Ok(Self { path: path(rest).into(), name, content_type })
    }

    pub(super) fn is_stdin(&self) -> bool {
        stdin::is_stdin(self.path.as_os_str())
    }

    /// The name that was given, or the file's own; stdin has none.
    fn shown_name(&self, ui: &mut Ui) -> Option<String> {
        if self.name.is_some() || self.is_stdin() {
            return self.name.clone();
        }
        let own = self.path.file_name().unwrap_or(self.path.as_os_str());
        if own.to_str().is_none() {
            ui.warning(format_args!(
                "the name of {} is not UTF-8; its faults are shown as \u{fffd}",
                self.path.display()
            ));
        }
        Some(own.to_string_lossy().into_owned())
    }
}

/// A file of that name, or what was one: a link to nowhere is not meant as options either.
fn is_there(path: &OsStr) -> bool {
    !path.is_empty() && Path::new(path).symlink_metadata().is_ok()
}

fn last(octets: &[u8], sought: &[u8]) -> Option<usize> {
    octets.windows(sought.len()).rposition(|window| window == sought)
}

/// A part of what was typed, as a path.
#[cfg(unix)]
fn path(octets: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt as _;

    OsStr::from_bytes(octets).to_owned()
}

/// A part of what was typed, as a path.
#[cfg(not(unix))]
fn path(octets: &[u8]) -> OsString {
    String::from_utf8_lossy(octets).into_owned().into()
}

/// A media type is `type/subtype` with parameters (RFC 2045 §5.1), and one that may be encoded.
fn check_type(content_type: &str) -> Result<(), Refusal> {
    let is_token = |text: &str| {
        let special = |byte| b"()<>@,;:\\\"/[]?=".contains(&byte);
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !special(byte))
    };
    let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let (main, sub) = essence.trim().split_once('/').unwrap_or_default();
    let is_printable = parameters.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !(is_token(main) && is_token(sub) && is_printable) {
        return Err(Refusal::usage(format!("{content_type:?} is no media type"))
            .hint("write it like type=text/csv"));
    }
    if must_not_be_encoded(main) && !is_message(content_type) {
        return Err(Refusal::usage(format!("an attachment cannot be of type {main}/*"))
            .hint(format!("leave the type out, or write type={OCTETS}")));
    }
    Ok(())
}

/// RFC 2046 §5.1.1 and §5.2.1: no base64 for these.
fn must_not_be_encoded(main: &str) -> bool {
    main.eq_ignore_ascii_case("multipart") || main.eq_ignore_ascii_case("message")
}

fn is_message(content_type: &str) -> bool {
    content_type.trim().eq_ignore_ascii_case(MESSAGE)
}

/// `-a 'Name: value'` adds a header field in bsd-mailx.
fn habit(typed: &OsStr) -> Option<Refusal> {
    let text = typed.to_str()?;
    let (name, value) = text.split_once(": ")?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_name && !value.is_empty()).then(|| {
        Refusal::usage(format!("-a attaches a file, and there is none called {text:?}"))
            .hint(format!("to add a header field write -H {}", quoted(text)))
    })
}

/// `-a ACCOUNT` chooses the account in msmtp.
fn suspect_account(refusal: Refusal, path: &Path) -> Refusal {
    let text = path.to_string_lossy();
    let like_account =
        text != "-" && !text.contains(['/', '.']) && path.symlink_metadata().is_err();
    if like_account {
        refusal.hint(format!(
            "-a attaches a file; to choose a profile write --profile {}",
            quoted(&text)
        ))
    } else {
        refusal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Exit;

    fn wish(text: &str) -> (String, Option<String>, Option<String>) {
        let wish = Wish::parse("--attach", OsStr::new(text)).unwrap();
        (wish.path.to_str().unwrap().to_owned(), wish.name, wish.content_type)
    }

    fn attached(typed: &OsStr) -> Result<Attachment, Refusal> {
        let args = WhatArgs { attach: vec![typed.to_owned()], ..WhatArgs::default() };
        let mut ui = Ui::new(crate::commands::ui::Verbosity::Quiet);
        attach_all(&args, Patience::default(), &mut ui).map(|mut all| all.remove(0))
    }

    fn refusal(text: &str) -> Refusal {
        attached(OsStr::new(text)).unwrap_err()
    }

    /// A file of this name and, behind it, what else is typed.
    fn attached_file(name: &str, octets: &[u8], options: &str) -> Attachment {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, octets).unwrap();
        let mut typed = path.into_os_string();
        typed.push(options);
        attached(&typed).unwrap()
    }

    #[test]
    fn name_and_type_come_in_any_order_and_a_name_may_have_commas() {
        let (name, kind) = (Some("a, b.csv".to_owned()), Some("text/csv".to_owned()));
        let expected = ("x,y.csv".to_owned(), name, kind);
        assert_eq!(wish("x,y.csv,name=a, b.csv,type=text/csv"), expected);
        assert_eq!(wish("x,y.csv,type=text/csv,name=a, b.csv"), expected);
        assert_eq!(wish("x,y=z.csv"), ("x,y=z.csv".to_owned(), None, None));
    }

    #[test]
    fn an_existing_file_wins_over_its_reading_as_options() {
        let attachment = attached_file("data,name=x.txt", b"", "");
        assert_eq!(attachment.name, "data,name=x.txt");
        let attachment = attached_file("data,name=x.txt", b"", ",type=text/csv,name=y");
        assert_eq!((&*attachment.name, &*attachment.content_type), ("y", "text/csv"));
        let attachment = attached_file("a,type=b", b"", ",type=c/d");
        assert_eq!((&*attachment.name, &*attachment.content_type), ("a,type=b", "c/d"));
    }

    #[test]
    fn the_type_is_guessed_from_the_file_and_then_from_the_name_shown() {
        let attachment = attached_file("报告.pdf", b"", ",name=r.txt");
        assert_eq!((&*attachment.name, &*attachment.content_type), ("r.txt", "application/pdf"));
        let attachment = attached_file("tmp.Vq81", b"", ",name=r.pdf");
        assert_eq!(attachment.content_type, "application/pdf");
    }

    #[test]
    fn a_message_that_cannot_go_along_as_one_is_a_plain_file() {
        let attachment = attached_file("mail.eml", b"A: b\n\n", "");
        assert_eq!(attachment.content_type, MESSAGE);
        assert!(matches!(&attachment.source, Source::Memory(octets) if octets == b"A: b\r\n\r\n"));
        for options in ["", ",type=Message/RFC822"] {
            let attachment = attached_file("mail.eml", b"A: \xe9\n", options);
            assert_eq!(attachment.content_type, OCTETS);
            assert!(matches!(&attachment.source, Source::File(part) if part.length() == 5));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_whose_name_is_not_utf_8_can_be_given_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(path(b"caf\xe9.pdf"));
        if std::fs::write(&file, "").is_err() {
            return;
        }
        assert_eq!(attached(file.as_os_str()).unwrap().name, "caf\u{fffd}.pdf");
        let typed = [file.as_os_str().as_encoded_bytes(), b",name=caf\xc3\xa9.pdf"].concat();
        assert_eq!(attached(&path(&typed)).unwrap().name, "café.pdf");
    }

    #[test]
    fn types_that_base64_is_forbidden_for_are_refused() {
        for bad in ["x,type=multipart/mixed", "x,type=message/partial"] {
            assert_eq!(refusal(bad).exit, Exit::USAGE, "{bad}");
        }
    }

    #[test]
    fn options_that_say_nothing_or_everything_twice_are_refused() {
        assert_eq!(refusal("x,name=").message, "--attach x,name=: name is empty");
        assert_eq!(
            refusal("x,type=a/b,type=c/d").message,
            "--attach x,type=a/b: type is given twice"
        );
        for bad in ["x,type=pdf", "x,type=a/", "x,type=a b/c", "x,type=a/b;\r\nX: y"] {
            assert_eq!(refusal(bad).exit, Exit::USAGE, "{bad:?}");
        }
    }

    #[test]
    fn a_header_field_of_mailx_is_recognised() {
        let refusal = refusal("X-Priority: 1");
        assert_eq!(refusal.exit, Exit::USAGE);
        assert_eq!(refusal.hints, ["to add a header field write -H 'X-Priority: 1'"]);
    }

    #[test]
    fn an_account_of_msmtp_is_recognised() {
        let refusal = refusal("work");
        assert_eq!(refusal.message, "cannot read work: no such file or directory");
        assert_eq!(refusal.hints, ["-a attaches a file; to choose a profile write --profile work"]);
        assert_eq!(self::refusal("no/such.pdf").hints, [""; 0]);
    }
}
