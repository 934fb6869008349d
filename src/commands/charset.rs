//! From the octets of a text to the text: by the charset that is named, by a byte order mark, as
//! UTF-8, or by the locale's charset. What cannot be read is said with its place.

use std::fmt;

use encoding_rs::{DecoderResult, Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

/// How octets stand for characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// US-ASCII; the web's standard takes its names for windows-1252.
    Ascii,
    /// One that browsers read.
    Of(&'static Encoding),
}

/// The first octet that stands for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    charset: Charset,
    octet: u8,
    offset: usize,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { charset, octet, offset } = self;
        write!(f, "not valid {}: byte 0x{octet:02x} at offset {offset}", charset.name())
    }
}

/// A text, read as well as it could be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    /// All of it.
    Whole(String, Charset),
    /// With U+FFFD for what could not be read.
    Damaged(String, Fault),
}

/// What is known about the charset of texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Charsets {
    /// What the command line says; nothing else counts then.
    pub(super) named: Option<Charset>,
    /// What the locale says.
    pub(super) locale: Option<Charset>,
}

impl Charsets {
    /// Reads a text. `declared` is the charset that it claims for itself.
    pub(super) fn decode(self, octets: &[u8], declared: Option<Charset>) -> Result<Decoded, Fault> {
        if let Some(charset) = self.named {
            return charset.decode(octets).map(|text| Decoded::Whole(text, charset));
        }
        let marked = Encoding::for_bom(octets).map(|(encoding, _)| Charset::Of(encoding));
        let first = marked.unwrap_or(Charset::Of(UTF_8));
        // Its escapes are ASCII, so it passes for UTF-8.
        let shifting = declared.filter(|charset| charset.is_stateful() && marked.is_none());
        let fault = match shifting.unwrap_or(first).decode(octets) {
            Ok(text) => return Ok(Decoded::Whole(text, shifting.unwrap_or(first))),
            Err(fault) => fault,
        };
        let guesses = [declared, self.locale].into_iter().flatten();
        for charset in guesses.filter(|_| marked.is_none()) {
            if let Ok(text) = charset.decode(octets) {
                return Ok(Decoded::Whole(text, charset));
            }
        }
        Ok(Decoded::Damaged(first.decode_lossy(octets), fault))
    }
}

impl Charset {
    /// Some that people have, for advice.
    pub(super) const COMMON: [&'static str; 12] = [
        "utf-8",
        "gb18030",
        "gbk",
        "big5",
        "shift_jis",
        "euc-jp",
        "iso-2022-jp",
        "euc-kr",
        "iso-8859-1",
        "windows-1252",
        "koi8-r",
        "utf-16",
    ];

    /// The charset of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        let name = match name.as_str() {
            "ascii" | "us-ascii" | "ansi_x3.4-1968" | "iso646-us" => return Some(Self::Ascii),
            // As Windows and C libraries call them.
            "cp936" | "euccn" | "euc-cn" => "gbk",
            "cp932" => "shift_jis",
            "cp949" | "euckr" => "euc-kr",
            "cp950" => "big5",
            "eucjp" => "euc-jp",
            "cp65001" => "utf-8",
            "utf16" => "utf-16",
            name => name,
        };
        // What it names is no charset but a refusal to read several.
        let encoding = Encoding::for_label(name.as_bytes()).filter(|one| *one != REPLACEMENT)?;
        Some(Self::Of(encoding))
    }

    /// The common one that a name is most likely a slip of.
    pub(super) fn nearest(name: &str) -> Option<&'static str> {
        let name = name.to_ascii_lowercase();
        let distance = |known: &&str| strsim::damerau_levenshtein(&name, known);
        Self::COMMON.into_iter().min_by_key(distance).filter(|known| distance(known) <= 2)
    }

    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ascii => "US-ASCII",
            Self::Of(encoding) => encoding.name(),
        }
    }

    /// Whether text in it is UTF-8 as it stands.
    pub(super) fn is_utf_8(self) -> bool {
        self == Self::Of(UTF_8) || self == Self::Ascii
    }

    fn is_stateful(self) -> bool {
        self == Self::Of(encoding_rs::ISO_2022_JP)
    }

    fn is_utf_16(self) -> bool {
        self == Self::Of(UTF_16LE) || self == Self::Of(UTF_16BE)
    }

    /// Reads all of it, without its byte order mark. NUL stands for nothing in any charset.
    fn decode(self, octets: &[u8]) -> Result<String, Fault> {
        let fault = |offset: usize| {
            let octet = octets.get(offset).copied().unwrap_or_default();
            Fault { charset: self, octet, offset }
        };
        let text = match self {
            Self::Ascii => match octets.iter().position(|octet| !octet.is_ascii()) {
                Some(offset) => return Err(fault(offset)),
                None => String::from_utf8_lossy(octets).into_owned(),
            },
            Self::Of(encoding) if encoding == UTF_8 => {
                std::str::from_utf8(octets).map_err(|error| fault(error.valid_up_to()))?.to_owned()
            }
            Self::Of(encoding) => whole(self.marked(encoding, octets), octets).map_err(fault)?,
        };
        if let Some(at) = text.find('\0') {
            // In every charset but UTF-16 only NUL has the octet zero.
            let units = text[..at].encode_utf16().count();
            let zero = || octets.iter().position(|octet| *octet == 0);
            return Err(fault(if self.is_utf_16() { 2 * units } else { zero().unwrap_or(at) }));
        }
        Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        })
    }

    /// Which of the two orders of UTF-16 it is, the mark says best.
    fn marked(self, encoding: &'static Encoding, octets: &[u8]) -> &'static Encoding {
        match Encoding::for_bom(octets) {
            Some((marked, _)) if self.is_utf_16() && marked != UTF_8 => marked,
            _ => encoding,
        }
    }

    fn decode_lossy(self, octets: &[u8]) -> String {
        let encoding = match self {
            Self::Ascii => UTF_8,
            Self::Of(encoding) => encoding,
        };
        let (text, _) = encoding.decode_with_bom_removal(octets);
        text.replace('\0', "\u{fffd}")
    }
}

/// The text, or where it is broken.
fn whole(encoding: &'static Encoding, octets: &[u8]) -> Result<String, usize> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let most = decoder.max_utf8_buffer_length_without_replacement(octets.len());
    let mut text = String::with_capacity(most.unwrap_or(0));
    match decoder.decode_to_string_without_replacement(octets, &mut text, true) {
        (DecoderResult::InputEmpty, _) => {
            text.shrink_to_fit();
            Ok(text)
        }
        (DecoderResult::Malformed(length, behind), read) => {
            Err(read.saturating_sub(usize::from(length) + usize::from(behind)))
        }
        // The buffer holds the most that it can be.
        (DecoderResult::OutputFull, read) => Err(read),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn charset(name: &str) -> Charset {
        Charset::named(name).unwrap()
    }

    fn named(name: &str, octets: &[u8]) -> Result<String, String> {
        match (Charsets { named: Some(charset(name)), locale: None }).decode(octets, None) {
            Ok(Decoded::Whole(text, _)) => Ok(text),
            Ok(damaged) => panic!("{damaged:?}"),
            Err(fault) => Err(fault.to_string()),
        }
    }

    /// The text and the charset that it was in, or the text with its faults.
    fn guessed(octets: &[u8], locale: Option<&str>, declared: Option<&str>) -> (String, String) {
        let charsets = Charsets { named: None, locale: locale.map(charset) };
        match charsets.decode(octets, declared.map(charset)).unwrap() {
            Decoded::Whole(text, charset) => (text, charset.name().to_owned()),
            Decoded::Damaged(text, fault) => (text, fault.to_string()),
        }
    }

    fn is(text: &str, how: &str) -> (String, String) {
        (text.to_owned(), how.to_owned())
    }

    const GBK: &[u8] = b"\xc4\xe3\xba\xc3\n";

    #[test]
    fn a_named_charset_reads_its_text() {
        assert_eq!(named("GB18030", b"\xc4\xe3\x95\x32\x82\x36").as_deref(), Ok("你𠀀"));
        assert_eq!(named("cp936", GBK).as_deref(), Ok("你好\n"));
        assert_eq!(named("big5", b"\xa7A\xa6n").as_deref(), Ok("你好"));
        assert_eq!(named("iso-2022-jp", b"\x1b$B$\"\x1b(B.").as_deref(), Ok("あ."));
        assert_eq!(named("latin1", b"caf\xe9").as_deref(), Ok("café"));
    }

    #[test]
    fn a_named_charset_that_does_not_fit_is_a_fault_with_its_place() {
        for (name, octets, said) in [
            ("gb18030", &b"ok\xff\n"[..], "not valid gb18030: byte 0xff at offset 2"),
            ("gbk", b"\xc4\xe3\xba\n", "not valid GBK: byte 0xba at offset 2"),
            ("gbk", b"\xc4\xe3\xba", "not valid GBK: byte 0xba at offset 2"),
            ("utf-8", b"a\xe4\xbd", "not valid UTF-8: byte 0xe4 at offset 1"),
            ("utf-8", b"a\0b", "not valid UTF-8: byte 0x00 at offset 1"),
            ("gbk", b"\xc4\xe3\0", "not valid GBK: byte 0x00 at offset 2"),
            ("us-ascii", b"caf\xc3\xa9", "not valid US-ASCII: byte 0xc3 at offset 3"),
            ("utf-16", b"\xff\xfea\0\0\0", "not valid UTF-16LE: byte 0x00 at offset 4"),
            ("utf-16le", b"a\0\0\xd8b\0", "not valid UTF-16LE: byte 0x00 at offset 2"),
            ("utf-16le", b"a\0b", "not valid UTF-16LE: byte 0x62 at offset 2"),
        ] {
            assert_eq!(named(name, octets), Err(said.to_owned()), "{name} {octets:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_heeded_and_dropped() {
        assert_eq!(guessed(b"\xef\xbb\xbfhi", None, None), is("hi", "UTF-8"));
        assert_eq!(guessed(b"\xff\xfeh\0i\0", Some("gbk"), None), is("hi", "UTF-16LE"));
        assert_eq!(guessed(b"\xfe\xff\0h\0i", None, None), is("hi", "UTF-16BE"));
        assert_eq!(named("utf-16", b"\xfe\xff\0h").as_deref(), Ok("h"));
        assert_eq!(named("utf-8", b"\xef\xbb\xbfhi").as_deref(), Ok("hi"));
        assert_eq!(named("gb18030", b"\x84\x31\x95\x33hi").as_deref(), Ok("hi"));
        // One more is a character.
        assert_eq!(named("utf-8", "\u{feff}\u{feff}".as_bytes()).as_deref(), Ok("\u{feff}"));
    }

    #[test]
    fn utf_8_comes_before_the_locale() {
        assert_eq!(guessed("你好".as_bytes(), Some("gbk"), None), is("你好", "UTF-8"));
        assert_eq!(guessed(GBK, Some("gbk"), None), is("你好\n", "GBK"));
        assert_eq!(guessed(b"caf\xe9", Some("ISO-8859-15"), None), is("café", "ISO-8859-15"));
    }

    #[test]
    fn what_a_text_says_of_itself_comes_before_the_locale() {
        assert_eq!(guessed(GBK, Some("latin1"), Some("gb2312")), is("你好\n", "GBK"));
        assert_eq!(guessed("好".as_bytes(), None, Some("gb2312")), is("好", "UTF-8"));
        let shifted = b"\x1b$B$\"\x1b(B";
        assert_eq!(guessed(shifted, None, Some("iso-2022-jp")), is("あ", "ISO-2022-JP"));
    }

    #[test]
    fn what_cannot_be_read_is_replaced_and_the_place_known() {
        let fault = "not valid UTF-8: byte 0xff at offset 5";
        assert_eq!(guessed(b"disk \xff full", None, None), is("disk \u{fffd} full", fault));
        assert_eq!(guessed(b"disk \xff full", Some("gbk"), None).0, "disk \u{fffd} full");
        let nul = "not valid UTF-8: byte 0x00 at offset 1";
        assert_eq!(guessed(b"a\0b", Some("latin1"), None), is("a\u{fffd}b", nul));
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_it_was_written(text in "[^\0\u{feff}]\\PC{0,40}") {
            let units: Vec<u16> = format!("\u{feff}{text}").encode_utf16().collect();
            let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            for octets in [text.as_bytes(), &little, &big] {
                prop_assert_eq!(&guessed(octets, None, None).0, &text);
            }
            let (gb18030, _, lost) = encoding_rs::GB18030.encode(&text);
            // GB 18030-2022 has given some of the private characters places of their own.
            let is_private = |it: char| ('\u{e000}'..='\u{f8ff}').contains(&it);
            if !lost && !text.contains(is_private) {
                prop_assert_eq!(named("gb18030", &gb18030), Ok(text));
            }
        }

        #[test]
        fn no_octets_are_lost(octets: Vec<u8>) {
            let decoded = Charsets::default().decode(&octets, None).unwrap();
            let is_text = std::str::from_utf8(&octets).is_ok_and(|text| !text.contains('\0'));
            match decoded {
                Decoded::Whole(text, charset) if charset.is_utf_8() => {
                    prop_assert!(is_text && octets.ends_with(text.as_bytes()));
                }
                Decoded::Whole(..) => prop_assert!(octets.starts_with(b"\xff\xfe") || octets.starts_with(b"\xfe\xff")),
                Decoded::Damaged(text, _) => prop_assert!(!is_text && !text.contains('\0')),
            }
        }
    }

    #[test]
    fn names_are_those_of_the_web_of_windows_and_of_c_libraries() {
        for (name, known) in [
            ("gb2312", "GBK"),
            ("EUCJP", "EUC-JP"),
            ("ISO88591", "windows-1252"),
            ("CP1251", "windows-1251"),
            ("ANSI_X3.4-1968", "US-ASCII"),
            ("utf8", "UTF-8"),
            ("big5-hkscs", "Big5"),
        ] {
            assert_eq!(charset(name).name(), known);
        }
        for unknown in ["", "utf-7", "hz-gb-2312", "cp437", "klingon"] {
            assert_eq!(Charset::named(unknown), None, "{unknown}");
        }
        assert_eq!(Charset::nearest("gb18300"), Some("gb18030"));
        assert_eq!(Charset::nearest("klingon"), None);
        assert!(Charset::COMMON.iter().all(|name| Charset::named(name).is_some()));
    }
}
