//! The value of a field as text: octets above 127 are UTF-8, else in the charset that the message
//! names, else in the locale's; of octets in none of these each is kept as it is.

use encoding_rs::Encoding;

use crate::compose::raw::content_type;
use crate::compose::raw::header::Field;

/// Octets of an unknown charset stand here in a text, in the area for private use. A text that has
/// them has no other characters above 127.
const OCTETS: u32 = 0xf780;

/// What octets above 127 were read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// UTF-8, or there were none.
    Utf8,
    /// Another charset, which the text is read from.
    Other,
    /// None that is known.
    Unknown,
}

/// A value in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) charset: Charset,
}

/// What octets may be in that are not UTF-8.
#[derive(Debug, Default)]
pub(super) struct Charsets {
    guesses: Vec<&'static Encoding>,
}

impl Charsets {
    /// What a message with these fields names, and what the locale has.
    pub(super) fn of(fields: &[Field], locale: Option<&str>) -> Self {
        let content_type = fields.iter().find(|field| field.is("Content-Type"));
        let declared =
            content_type.and_then(|field| content_type::parameter(field.value_octets(), "charset"));
        let declared = declared.as_deref().and_then(named);
        let locale = locale.and_then(|name| named(name.as_bytes()));
        Self { guesses: declared.into_iter().chain(locale).collect() }
    }

    /// Reads the value of a field.
    pub(super) fn read(&self, field: &Field) -> Text {
        let octets = field.value_octets();
        let (text, charset) = match str::from_utf8(octets) {
            Ok(text) => (text.to_owned(), Charset::Utf8),
            Err(_) => match self.guesses.iter().find_map(|guess| decoded(guess, octets)) {
                Some(text) => (text, Charset::Other),
                None => (octets.iter().map(|octet| stand_in(*octet)).collect(), Charset::Unknown),
            },
        };
        let lines = text.split("\r\n").map(|line| line.trim_matches([' ', '\t']));
        let text = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        Text { text, charset }
    }
}

/// The charset of this name if octets above 127 have a meaning in it and the others are ASCII.
pub(super) fn named(name: &[u8]) -> Option<&'static Encoding> {
    // The web's standard takes the names of US-ASCII for windows-1252.
    let ascii: [&[u8]; 3] = [b"us-ascii", b"ascii", b"ansi_x3.4-1968"];
    let is_ascii = ascii.iter().any(|known| name.trim_ascii().eq_ignore_ascii_case(known));
    Encoding::for_label(name).filter(|encoding| !is_ascii && encoding.is_ascii_compatible())
}

/// The text, if all octets have a meaning.
fn decoded(encoding: &'static Encoding, octets: &[u8]) -> Option<String> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(octets)?;
    let is_clean = !text.chars().any(|character| !character.is_ascii() && character.is_control());
    is_clean.then(|| text.into_owned())
}

fn stand_in(octet: u8) -> char {
    match octet {
        0..=127 => char::from(octet),
        _ => char::from_u32(OCTETS + u32::from(octet) - 128).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// The octets of a character in a text of unknown charset.
pub(super) fn octet(character: char) -> u8 {
    let code = u32::from(character);
    u8::try_from(if code < OCTETS { code } else { code - OCTETS + 128 }).unwrap_or(b'?')
}

/// A text to be shown.
pub(super) fn shown(text: &str, charset: Charset) -> String {
    match charset {
        Charset::Utf8 | Charset::Other => text.to_owned(),
        Charset::Unknown => text
            .chars()
            .map(|character| if character.is_ascii() { character } else { '\u{fffd}' })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::raw::header;
    use crate::model::Source;

    fn subject(message: &[u8], locale: Option<&str>) -> Text {
        let fields = header::read(&Source::Memory(message.to_vec())).unwrap().fields;
        Charsets::of(&fields, locale).read(&fields[0])
    }

    fn text(text: &str, charset: Charset) -> Text {
        Text { text: text.to_owned(), charset }
    }

    #[test]
    fn utf_8_is_before_the_declared_charset_and_that_before_the_locales() {
        let utf_8 = "Subject: é\nContent-Type: text/plain; charset=gbk\n".as_bytes();
        assert_eq!(subject(utf_8, Some("latin1")), text("é", Charset::Utf8));
        let declared = b"Subject: \xc4\xe3\nContent-type: text/plain; Charset=\"GBK\"\n";
        assert_eq!(subject(declared, Some("latin1")), text("你", Charset::Other));
        let undeclared = b"Subject: \xe9\nContent-Type: text/plain\n";
        assert_eq!(subject(undeclared, Some("ISO-8859-1")), text("é", Charset::Other));
    }

    #[test]
    fn what_is_in_no_charset_that_can_be_is_unknown() {
        let octets = "\u{f7ff}a\u{f780}";
        for (declared, locale) in
            [("us-ascii", "UTF-8"), ("utf-16", "gbk"), ("none", "ANSI_X3.4-1968"), ("a", "")]
        {
            let field = format!("\nContent-Type: text/plain; charset={declared}\n");
            let message = [b"Subject: \xffa\x80", field.as_bytes()].concat();
            assert_eq!(subject(&message, Some(locale)), text(octets, Charset::Unknown), "{locale}");
        }
        let c1 = b"Subject: \x81\nContent-Type: text/plain; charset=windows-1252\n";
        assert_eq!(subject(c1, None).charset, Charset::Unknown);
        assert_eq!(octets.chars().map(octet).collect::<Vec<_>>(), b"\xffa\x80");
        assert_eq!(shown(octets, Charset::Unknown), "\u{fffd}a\u{fffd}");
    }

    #[test]
    fn a_fold_is_one_space() {
        let folded = subject(b"Subject:\n  a  b \n\t \n\t c \n", None);
        assert_eq!(folded, text("a  b c", Charset::Utf8));
    }
}
