//! What an attachment is: from its name, from what is in it, and for a message whether it can go
//! along as one.

use std::io::Write as _;
use std::path::Path;

use super::input;
use crate::commands::Refusal;
use crate::commands::held::Held;
use crate::compose::{AttachedMessage, AttachedMessageError};
use crate::model::{Content, ContentError, Piece, Source};

/// What a type is taken for that is not known, or that base64 must not be used for.
pub(super) const OCTETS: &str = "application/octet-stream";
/// The type of a message that goes along.
pub(super) const MESSAGE: &str = "message/rfc822";
/// How much is looked at to see whether it is text.
const LOOKED_AT: u64 = 1 << 20;

/// The type that the first of the names which suggests any does; what is in it else.
pub(super) fn guess<'a>(
    names: impl IntoIterator<Item = &'a Path>,
    source: &Source,
) -> Result<String, Refusal> {
    let by_name = names.into_iter().find_map(|name| mime_guess::from_path(name).first());
    let text = text(source)?;
    let Some(by_name) = by_name else {
        return Ok(match text {
            Text::No => OCTETS.to_owned(),
            Text::Ascii => "text/plain".to_owned(),
            Text::Utf8 => "text/plain; charset=utf-8".to_owned(),
        });
    };
    Ok(match by_name.type_().as_str() {
        "message" if by_name.essence_str() != MESSAGE => OCTETS.to_owned(),
        "multipart" => OCTETS.to_owned(),
        "text" if text == Text::Utf8 => format!("{}; charset=utf-8", by_name.essence_str()),
        _ => by_name.essence_str().to_owned(),
    })
}

/// Whether something is text that everybody can read.
#[derive(Debug, PartialEq, Eq)]
enum Text {
    No,
    /// All of it was looked at.
    Ascii,
    /// What was looked at.
    Utf8,
}

fn text(source: &Source) -> Result<Text, Refusal> {
    let (octets, is_whole) = match source {
        Source::Memory(octets) => (octets, true),
        Source::File(part) | Source::Message(part) => {
            (&part.head(LOOKED_AT)?, part.length() <= LOOKED_AT)
        }
    };
    let text = match std::str::from_utf8(octets) {
        Ok(text) => text,
        // The last character may go on behind what was looked at.
        Err(error) if !is_whole && error.error_len().is_none() => {
            std::str::from_utf8(&octets[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return Ok(Text::No),
    };
    let is_binary =
        |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | b'\x0c' | b'\x1b');
    Ok(match text.is_empty() || text.bytes().any(is_binary) {
        true => Text::No,
        false if text.is_ascii() && is_whole => Text::Ascii,
        false => Text::Utf8,
    })
}

/// A message in the form in which it can be a part, or why it can only be a file.
pub(super) fn message(
    source: &Source,
    path: &Path,
) -> Result<Result<Source, AttachedMessageError>, Refusal> {
    let whole = Content::new(vec![match source {
        Source::Memory(octets) => Piece::Octets(octets.clone()),
        Source::File(part) | Source::Message(part) => Piece::File(part.clone()),
    }]);
    let mut message = AttachedMessage::default();
    let mut copy = Held::new();
    let copied = whole.try_for_each(|chunk| {
        message.feed(chunk, |octets| copy.write_all(octets)).map_err(Ending::Copy)?;
        message.fault().map_or(Ok(()), |fault| Err(Ending::Fault(fault)))
    });
    match copied.and_then(|()| message.check().map_err(Ending::Fault)) {
        Err(Ending::Fault(fault)) => Ok(Err(fault)),
        Err(Ending::Source(error)) => Err(error.into()),
        Err(Ending::Copy(error)) => Err(input::no_copy(path, &error)),
        Ok(()) => match copy.finish(path).map_err(|error| input::no_copy(path, &error))? {
            Source::File(part) => Ok(Ok(Source::Message(part))),
            copy => Ok(Ok(copy)),
        },
    }
}

enum Ending {
    Source(ContentError),
    Copy(std::io::Error),
    Fault(AttachedMessageError),
}

impl From<ContentError> for Ending {
    fn from(error: ContentError) -> Self {
        Self::Source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FilePart;

    fn guessed(names: &[&str], octets: &[u8]) -> String {
        guess(names.iter().map(Path::new), &Source::Memory(octets.to_vec())).unwrap()
    }

    fn file(octets: &[u8]) -> Source {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(octets).unwrap();
        Source::File(FilePart::new(file, "data").unwrap())
    }

    #[test]
    fn the_first_name_that_says_something_decides() {
        assert_eq!(guessed(&["报告.pdf", "r.txt"], b""), "application/pdf");
        assert_eq!(guessed(&["tmp.Xq1", "r.pdf"], b""), "application/pdf");
        assert_eq!(guessed(&["mail.eml"], b""), MESSAGE);
        assert_eq!(guessed(&["x.u8msg"], b""), OCTETS);
    }

    #[test]
    fn text_has_its_charset_if_it_is_known() {
        assert_eq!(guessed(&["a.csv"], b"a,b\n"), "text/csv");
        assert_eq!(guessed(&["a.csv"], "名,b\n".as_bytes()), "text/csv; charset=utf-8");
        assert_eq!(guessed(&["a.csv"], b"\xc3\xfb,b\n"), "text/csv");
        assert_eq!(guessed(&["a.json"], "\"名\"".as_bytes()), "application/json");
    }

    #[test]
    fn what_has_no_known_name_is_looked_at() {
        assert_eq!(guessed(&["Makefile"], b"all:\n\tcc\n"), "text/plain");
        assert_eq!(guessed(&["LIESMICH"], "für\n".as_bytes()), "text/plain; charset=utf-8");
        for octets in [&b""[..], b"\x7fELF\x02\x01\0", b"caf\xe9", b"a\0b"] {
            assert_eq!(guessed(&["data"], octets), OCTETS, "{octets:?}");
        }
    }

    #[test]
    fn of_much_text_the_beginning_is_looked_at() {
        let long = "éa".repeat(1 << 19);
        assert!(!long.is_char_boundary(LOOKED_AT as usize));
        assert_eq!(text(&file(long.as_bytes())).unwrap(), Text::Utf8);
        assert_eq!(text(&file(&vec![b'a'; (1 << 20) + 1])).unwrap(), Text::Utf8);
        assert_eq!(text(&file(&vec![b'a'; 1 << 20])).unwrap(), Text::Ascii);
    }

    #[test]
    fn a_long_message_is_kept_in_a_file() {
        let long = [b"A: b\n\n".to_vec(), b"text\n".repeat(1 << 18)].concat();
        let length = long.len() + 2 + (1 << 18);
        match message(&file(&long), Path::new("x")).unwrap().unwrap() {
            Source::Message(part) => assert_eq!(part.length(), length as u64),
            other => panic!("{other:?}"),
        }
        match message(&file(b"A: b\n\nc"), Path::new("x")).unwrap().unwrap() {
            Source::Memory(octets) => assert_eq!(octets, b"A: b\r\n\r\nc"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_cannot_go_along_as_a_message_is_told() {
        let fault = message(&file(b"A: b\n\n\xff"), Path::new("x")).unwrap().unwrap_err();
        assert_eq!(fault.to_string(), "it is not all ASCII");
    }
}
