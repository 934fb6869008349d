//! Text of any script in a header field: encoded words (RFC 2047), and no more of them than needed.
//!
//! A word is at most 75 octets long and holds whole characters. White space between two words is
//! not seen by a reader, so what belongs there stands inside them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::fold::FoldedValue;

/// Octets of an encoded word at most (RFC 2047 §2).
pub(super) const LONGEST_WORD: usize = 75;
/// Octets of `=?utf-8?Q??=`.
const FRAME: usize = 12;
/// Octets of the longest character in an encoded word.
const LONGEST_CHARACTER: usize = 12;
/// A run of white space longer than this is encoded, lest folding leave a line with nothing else.
const LONGEST_SPACE: usize = 40;
/// A token longer than this is encoded, lest a line pass 998 octets (RFC 5322 §2.1.1).
const LONGEST_TOKEN: usize = 900;

/// Where encoded words stand, which decides what they may contain (RFC 2047 §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In an unstructured field such as Subject.
    Unstructured,
    /// In a display name or a parameter.
    Phrase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Q,
    B,
}

/// White space and the word behind it, as offsets.
struct Token {
    space: usize,
    word: usize,
    end: usize,
    encode: bool,
}

/// The value of the unstructured field `name`; `text` is free of CR, LF and NUL.
pub(super) fn unstructured(name: &str, text: &str) -> String {
    let mut value = FoldedValue::new(name);
    let tokens = tokens(text);
    let mut index = 0;
    while let Some(first) = tokens.get(index) {
        index += 1;
        if !first.encode {
            value.put(&text[first.space..first.word], &text[first.word..first.end]);
            continue;
        }
        // Neighbours that need it are encoded together with the white space between them.
        let more = tokens[index..].iter().take_while(|token| token.encode).count();
        index += more;
        let start = if first.space == 0 { 0 } else { first.word };
        let run = &text[start..tokens[index - 1].end];
        put_encoded(&mut value, &text[first.space..start], run, Place::Unstructured);
    }
    value.finish()
}

/// Adds text as encoded words, folded between them.
pub(super) fn put_encoded(value: &mut FoldedValue, space: &str, text: &str, place: Place) {
    let encoding = choose(text, place);
    let (mut rest, mut space) = (text, space);
    while !rest.is_empty() {
        let room = value.room(space.len());
        let fits = room >= FRAME + LONGEST_CHARACTER;
        let capacity = if fits { room.min(LONGEST_WORD) } else { LONGEST_WORD };
        let (now, later) = rest.split_at(cut(rest, encoding, place, capacity));
        value.put(space, &word(now, encoding, place));
        (rest, space) = (later, " ");
    }
}

/// Text as encoded words of at most `capacity` octets each.
pub(super) fn words(text: &str, place: Place, capacity: usize) -> Vec<String> {
    let encoding = choose(text, place);
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(cut(rest, encoding, place, capacity));
        words.push(word(now, encoding, place));
        rest = later;
    }
    words
}

/// Whether a reader might take part of this for an encoded word.
pub(super) fn looks_encoded(text: &str) -> bool {
    text.contains("=?")
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut position = 0;
    while position < text.len() {
        let behind = text[position..].trim_start_matches([' ', '\t']);
        let word = text.len() - behind.len();
        let end = word + behind.find([' ', '\t']).unwrap_or(behind.len());
        let encode = needs_encoding(&text[word..end]) || (position == 0 && word > 0);
        // At the end of the value, and in long runs, white space would not survive by itself.
        let hold_space = word == end || word - position > LONGEST_SPACE;
        if let Some(previous) = tokens.last_mut().filter(|_| hold_space) {
            previous.encode = true;
        }
        tokens.push(Token { space: position, word, end, encode: encode || hold_space });
        position = end;
    }
    tokens
}

fn needs_encoding(word: &str) -> bool {
    word.len() > LONGEST_TOKEN
        || looks_encoded(word)
        || !word.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Q as long as half of the octets stand for themselves, because people read logs; else B.
fn choose(text: &str, place: Place) -> Encoding {
    let as_q: usize = text.chars().map(|character| q_length(character, place)).sum();
    if as_q <= 2 * text.len() { Encoding::Q } else { Encoding::B }
}

/// Octets of the text that make a word of at most `capacity`: whole characters, at least one.
fn cut(text: &str, encoding: Encoding, place: Place, capacity: usize) -> usize {
    let capacity = capacity.saturating_sub(FRAME);
    let budget = match encoding {
        Encoding::Q => capacity,
        Encoding::B => capacity / 4 * 3,
    };
    let mut used = 0;
    for (index, character) in text.char_indices() {
        used += match encoding {
            Encoding::Q => q_length(character, place),
            Encoding::B => character.len_utf8(),
        };
        if used > budget && index > 0 {
            return index;
        }
    }
    text.len()
}

fn q_length(character: char, place: Place) -> usize {
    if character == ' ' || is_literal(character, place) { 1 } else { 3 * character.len_utf8() }
}

/// Whether a character stands for itself in a Q word.
fn is_literal(character: char, place: Place) -> bool {
    match place {
        Place::Unstructured => {
            character.is_ascii_graphic() && !matches!(character, '=' | '?' | '_')
        }
        Place::Phrase => {
            character.is_ascii_alphanumeric() || matches!(character, '!' | '*' | '+' | '-' | '/')
        }
    }
}

fn word(text: &str, encoding: Encoding, place: Place) -> String {
    match encoding {
        Encoding::B => format!("=?utf-8?B?{}?=", STANDARD.encode(text)),
        Encoding::Q => {
            let mut word = String::from("=?utf-8?Q?");
            for character in text.chars() {
                if character == ' ' {
                    word.push('_');
                } else if is_literal(character, place) {
                    word.push(character);
                } else {
                    let mut buffer = [0; 4];
                    let octets = character.encode_utf8(&mut buffer).bytes();
                    word.extend(octets.map(|octet| format!("={octet:02X}")));
                }
            }
            word + "?="
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(text: &str) -> String {
        unstructured("Subject", text)
    }

    #[test]
    fn ascii_stays_as_it_is() {
        for text in ["", "hi", "two  spaces\tand a tab", "a=b ?= c_d", "-50% disk left"] {
            assert_eq!(subject(text), text);
        }
    }

    #[test]
    fn only_what_needs_it_is_encoded_and_legibly_where_it_can() {
        assert_eq!(subject("Café menu"), "=?utf-8?Q?Caf=C3=A9?= menu");
        assert_eq!(subject("re: 你好"), "re: =?utf-8?B?5L2g5aW9?=");
        assert_eq!(subject("a 你 b"), "a =?utf-8?B?5L2g?= b");
    }

    #[test]
    fn white_space_between_encoded_words_stands_inside_them() {
        assert_eq!(subject("é  é"), "=?utf-8?B?w6kgIMOp?=");
        assert_eq!(subject("naïve  café ok"), "=?utf-8?Q?na=C3=AFve__caf=C3=A9?= ok");
    }

    #[test]
    fn white_space_at_the_ends_survives() {
        assert_eq!(subject("  a"), "=?utf-8?Q?__a?=");
        assert_eq!(subject("b a "), "b =?utf-8?Q?a_?=");
        assert_eq!(subject(" "), "=?utf-8?Q?_?=");
    }

    #[test]
    fn what_looks_encoded_is_kept_literal() {
        assert_eq!(subject("see =?utf-8?Q?a?="), "see =?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=");
    }

    #[test]
    fn control_characters_are_encoded() {
        assert_eq!(subject("a\u{1b}[1m"), "=?utf-8?Q?a=1B[1m?=");
    }

    #[test]
    fn a_phrase_allows_fewer_characters_in_a_word() {
        assert_eq!(words("é, (b)", Place::Phrase, 75), ["=?utf-8?B?w6ksIChiKQ==?="]);
        assert_eq!(words("René O'Neil", Place::Phrase, 75), ["=?utf-8?Q?Ren=C3=A9_O=27Neil?="]);
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_never_past_76_columns() {
        let family = "👨‍👩‍👧‍👦";
        for text in
            ["汉".repeat(200), family.repeat(30), format!("é{}", "a".repeat(200)), "字a".repeat(99)]
        {
            let value = subject(&text);
            let mut decoded = Vec::new();
            for (index, line) in value.split("\r\n").enumerate() {
                let prefix = if index == 0 { "Subject: ".len() } else { 0 };
                assert!(prefix + line.len() <= 76, "{line}");
                let word = line.trim_start();
                assert!(word.len() <= LONGEST_WORD);
                let (kind, data) = word.strip_prefix("=?utf-8?").unwrap().split_at(2);
                let data = data.strip_suffix("?=").unwrap();
                let octets = match kind {
                    "B?" => STANDARD.decode(data).unwrap(),
                    _ => data.replace("=C3=A9", "é").into_bytes(),
                };
                assert!(String::from_utf8(octets.clone()).is_ok(), "a character is split");
                decoded.extend(octets);
            }
            assert_eq!(String::from_utf8(decoded).unwrap(), text);
        }
    }

    #[test]
    fn ascii_is_folded_at_spaces_and_a_long_word_only_encoded_past_a_lines_limit() {
        let value = subject(&"word ".repeat(40));
        assert!(value.split("\r\n").all(|line| line.len() <= 76));
        let url = format!("https://example.com/{}", "a".repeat(200));
        assert_eq!(subject(&format!("see {url}")), format!("see\r\n {url}"));
        assert!(subject(&"a".repeat(1200)).split("\r\n").all(|line| line.len() <= 76));
        assert!(
            subject(&format!("a{}b", " ".repeat(2000))).split("\r\n").all(|line| line.len() <= 76)
        );
    }
}
