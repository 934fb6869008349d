//! `-a FILE[,name=N][,type=T/S]`: from what was typed to an open attachment. A file of the whole
//! name wins over its reading as options.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::input::{self, Patience};
use crate::commands::Refusal;
use crate::model::Attachment;

/// What a type is taken for that is not known, or that base64 must not be used for.
const OCTETS: &str = "application/octet-stream";

/// What `-a` says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wish {
    path: PathBuf,
    name: Option<String>,
    content_type: Option<String>,
}

/// Opens what `-a` names.
pub(super) fn attach(typed: &OsStr, patience: Patience) -> Result<Attachment, Refusal> {
    if typed.is_empty() {
        return Err(Refusal::usage("--attach names no file"));
    }
    let exists = Path::new(typed).symlink_metadata().is_ok();
    if !exists && let Some(refusal) = habit(typed) {
        return Err(refusal);
    }
    let wish = if exists { Wish::plain(typed) } else { Wish::parse("--attach", typed)? };
    let path = wish.path.clone();
    take(wish, patience).map_err(|refusal| suspect_account(refusal, &path))
}

/// Opens the file.
pub(super) fn take(wish: Wish, patience: Patience) -> Result<Attachment, Refusal> {
    let source = input::open(&wish.path, patience)?;
    let content_type = wish.content_type.unwrap_or_else(|| guess(&wish.path));
    let name = wish.name.unwrap_or_else(|| {
        wish.path.file_name().unwrap_or(wish.path.as_os_str()).to_string_lossy().into_owned()
    });
    if name.contains(['\r', '\n', '\0']) {
        return Err(Refusal::data(format!("the attachment name {name:?} has a line break in it"))
            .hint("give it another one: FILE,name=NAME"));
    }
    Ok(Attachment { name, content_type, source })
}

impl Wish {
    pub(super) fn plain(path: &OsStr) -> Self {
        Self { path: path.into(), name: None, content_type: None }
    }

    /// Cuts the options off the end; a file name may have commas and equal signs of its own. The
    /// flag is for messages.
    pub(super) fn parse(flag: &str, typed: &OsStr) -> Result<Self, Refusal> {
        const NAME: &str = ",name=";
        const TYPE: &str = ",type=";
        // Options are text: a path that is not is a plain one.
        let Some(mut rest) = typed.to_str() else { return Ok(Self::plain(typed)) };
        let (mut name, mut content_type) = (None, None);
        while let Some(at) = rest.rfind(NAME).max(rest.rfind(TYPE)) {
            let (before, option) = rest.split_at(at);
            let value = &option[NAME.len()..];
            let slot = if option.starts_with(NAME) { &mut name } else { &mut content_type };
            if slot.is_some() || value.is_empty() {
                let problem = if value.is_empty() { "empty" } else { "given twice" };
                let option = &option[1..NAME.len() - 1];
                return Err(Refusal::usage(format!("{flag} {rest}: {option} is {problem}")));
            }
            *slot = Some(value.to_owned());
            rest = before;
        }
        content_type.as_deref().map_or(Ok(()), check_type)?;
        Ok(Self { path: rest.into(), name, content_type })
    }
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
    if must_not_be_encoded(main) {
        return Err(Refusal::usage(format!("an attachment cannot be of type {main}/*"))
            .hint(format!("leave the type out, or write type={OCTETS}")));
    }
    Ok(())
}

/// RFC 2046 §5.1.1 and §5.2.1: no base64 for these.
fn must_not_be_encoded(main: &str) -> bool {
    main.eq_ignore_ascii_case("multipart") || main.eq_ignore_ascii_case("message")
}

/// The type that the file's name suggests.
fn guess(path: &Path) -> String {
    mime_guess::from_path(path)
        .first()
        .filter(|guess| !must_not_be_encoded(guess.type_().as_str()))
        .map_or_else(|| OCTETS.to_owned(), |guess| guess.essence_str().to_owned())
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
        refusal.hint(format!("-a attaches a file; to choose a profile write -p {}", quoted(&text)))
    } else {
        refusal
    }
}

/// A word as one would type it in a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./@+".contains(c);
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Opens everything that was named, in order.
pub(super) fn attach_all(
    typed: &[OsString],
    patience: Patience,
) -> Result<Vec<Attachment>, Refusal> {
    typed.iter().map(|one| attach(one, patience)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Exit;

    fn wish(text: &str) -> (String, Option<String>, Option<String>) {
        let wish = Wish::parse("--attach", OsStr::new(text)).unwrap();
        (wish.path.to_str().unwrap().to_owned(), wish.name, wish.content_type)
    }

    fn refusal(text: &str) -> Refusal {
        attach(OsStr::new(text), Patience::default()).unwrap_err()
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
    fn an_existing_file_of_the_whole_name_wins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data,name=x.txt");
        std::fs::write(&path, "").unwrap();
        let attachment = attach(path.as_os_str(), Patience::default()).unwrap();
        assert_eq!(attachment.name, "data,name=x.txt");
        assert_eq!(attachment.content_type, "text/plain");
    }

    #[test]
    fn the_type_is_guessed_from_the_file_and_not_from_the_name_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("报告.pdf");
        std::fs::write(&path, "").unwrap();
        let attachment =
            attach(&[path.as_os_str(), OsStr::new(",name=r.txt")].concat_os(), Patience::default())
                .unwrap();
        assert_eq!(
            (attachment.name.as_str(), &*attachment.content_type),
            ("r.txt", "application/pdf")
        );
    }

    #[test]
    fn a_type_that_base64_is_forbidden_for_is_neither_guessed_nor_taken() {
        assert_eq!(guess(Path::new("mail.eml")), OCTETS);
        assert_eq!(guess(Path::new("no-extension")), OCTETS);
        assert_eq!(refusal("x,type=message/rfc822").exit, Exit::USAGE);
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
        assert_eq!(refusal.hints, ["-a attaches a file; to choose a profile write -p work"]);
        assert_eq!(self::refusal("no/such.pdf").hints, [""; 0]);
    }

    trait ConcatOs {
        fn concat_os(&self) -> OsString;
    }

    impl ConcatOs for [&OsStr; 2] {
        fn concat_os(&self) -> OsString {
            self.iter().copied().collect()
        }
    }
}
