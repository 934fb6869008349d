//! Text of any script in a header field: encoded words (RFC 2047).
//!
//! A word is at most 75 octets long and holds whole characters as people see them (grapheme
//! clusters), unless one is longer than any word. White space between two words is not seen by a
//! reader, so what belongs there stands inside them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use unicode_segmentation::UnicodeSegmentation as _;

use super::fold::FoldedValue;

/// Octets of an encoded word at most (RFC 2047 §2).
pub(super) const LONGEST_WORD: usize = 75;
/// Octets of `=?utf-8?Q??=`.
const FRAME: usize = 12;
/// Octets of the longest code point in an encoded word.
const LONGEST_CHARACTER: usize = 12;
/// Octets of a text that are looked at for the next word; no word holds as many.
const LOOK: usize = 256;

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

/// Adds text as encoded words, folded between them.
pub(super) fn put_encoded(value: &mut FoldedValue, space: &str, text: &str, place: Place) {
    let encoding = choose(text, place);
    let (mut rest, mut space) = (text, space);
    while !rest.is_empty() {
        let capacity = capacity(value, space, rest, encoding, place);
        let (now, later) = rest.split_at(cut(rest, encoding, place, capacity));
        value.put(space, &word(now, encoding, place));
        (rest, space) = (later, " ");
    }
}

/// How long the next word may be. The rest of the line is used, unless a new one keeps together
/// what belongs together: a character, or a whole name, which some readers put spaces into.
fn capacity(
    value: &FoldedValue,
    space: &str,
    rest: &str,
    encoding: Encoding,
    place: Place,
) -> usize {
    let room = value.room(space.len()).min(LONGEST_WORD);
    let fits = |text: &str, capacity| cut(text, encoding, place, capacity) == text.len();
    let character = head(rest).graphemes(true).next().unwrap_or_default();
    let splits = |text: &str| !fits(text, room) && fits(text, LONGEST_WORD);
    let begins_line =
        value.can_fold(space) && (splits(character) || place == Place::Phrase && splits(rest));
    if begins_line || room < FRAME + LONGEST_CHARACTER { LONGEST_WORD } else { room }
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

/// The shorter one; but people read logs, so Q may be longer by a quarter.
fn choose(text: &str, place: Place) -> Encoding {
    let as_q: usize = text.chars().map(|character| q_length(character, place)).sum();
    let as_b = text.len().div_ceil(3) * 4;
    if as_q * 4 <= as_b * 5 { Encoding::Q } else { Encoding::B }
}

/// Octets of the text that make a word of at most `capacity`: whole characters, whole code points
/// of one that is too long; at least one. Names are parted behind a space, if there is one:
/// readers that show a space between two words then show no more than there is.
fn cut(text: &str, encoding: Encoding, place: Place, capacity: usize) -> usize {
    let mut budget = Budget::new(encoding, place, capacity);
    let mut behind_space = None;
    for (index, character) in head(text).grapheme_indices(true) {
        if !character.chars().all(|code_point| budget.take(code_point)) {
            return match behind_space {
                _ if index == 0 => cut_inside(character, Budget::new(encoding, place, capacity)),
                Some(space) if place == Place::Phrase => space,
                _ => index,
            };
        }
        if character == " " {
            behind_space = Some(index + 1);
        }
    }
    text.len()
}

/// As much of a text as matters to its first word: what people see as one character has no end.
fn head(text: &str) -> &str {
    let end = (0..=text.len().min(LOOK)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// The same for one character that fits into no word.
fn cut_inside(character: &str, mut budget: Budget) -> usize {
    let mut code_points = character.char_indices();
    let first_outside = code_points.find(|(index, c)| !budget.take(*c) && *index > 0);
    first_outside.map_or(character.len(), |(index, _)| index)
}

/// What is left of a word.
struct Budget {
    encoding: Encoding,
    place: Place,
    octets: usize,
}

impl Budget {
    fn new(encoding: Encoding, place: Place, capacity: usize) -> Self {
        let capacity = capacity.saturating_sub(FRAME);
        let octets = match encoding {
            Encoding::Q => capacity,
            Encoding::B => capacity / 4 * 3,
        };
        Self { encoding, place, octets }
    }

    /// Whether a code point fits; then it is spent.
    fn take(&mut self, character: char) -> bool {
        let length = match self.encoding {
            Encoding::Q => q_length(character, self.place),
            Encoding::B => character.len_utf8(),
        };
        let left = self.octets.checked_sub(length);
        self.octets = left.unwrap_or(0);
        left.is_some()
    }
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

    /// The words of a subject, each decoded.
    fn decoded(text: &str, place: Place) -> Vec<String> {
        let mut value = FoldedValue::new("Subject");
        put_encoded(&mut value, "", text, place);
        let value = value.finish();
        for (index, line) in value.split("\r\n").enumerate() {
            let prefix = if index == 0 { "Subject: ".len() } else { 0 };
            assert!(prefix + line.len() <= 76, "{line}");
        }
        let decode = |word: &str| {
            assert!(word.len() <= LONGEST_WORD);
            let (kind, data) = word.strip_prefix("=?utf-8?").unwrap().split_at(2);
            let data = data.strip_suffix("?=").unwrap();
            let octets = match kind {
                "B?" => STANDARD.decode(data).unwrap(),
                _ => data.replace("=C3=A9", "é").replace('_', " ").into_bytes(),
            };
            String::from_utf8(octets).expect("a code point is split")
        };
        value.split_whitespace().map(decode).collect()
    }

    #[test]
    fn a_phrase_allows_fewer_characters_in_a_word() {
        assert_eq!(words("é, (b)", Place::Phrase, 75), ["=?utf-8?B?w6ksIChiKQ==?="]);
        assert_eq!(words("René O'Neil", Place::Phrase, 75), ["=?utf-8?Q?Ren=C3=A9_O=27Neil?="]);
    }

    #[test]
    fn a_long_text_is_cut_between_code_points_and_never_past_76_columns() {
        for text in ["汉".repeat(200), format!("é{}", "a".repeat(200)), "字a".repeat(99)] {
            assert_eq!(decoded(&text, Place::Unstructured).concat(), text);
        }
    }

    #[test]
    fn what_people_see_as_one_character_stays_in_one_word() {
        for character in [
            "👨‍👩‍👧‍👦",                       // joined by U+200D
            "🇨🇳",                       // two regional indicators
            "👍🏽",                       // a tone of skin
            "e\u{301}\u{323}",          // combining marks
            "\u{1112}\u{1161}\u{11ab}", // conjoining jamo
            "क्षि",                      // a conjunct and its vowel sign
        ] {
            for shift in 0..4 {
                let text = "é".repeat(shift) + &character.repeat(30);
                let words = decoded(&text, Place::Unstructured);
                assert_eq!(words.concat(), text);
                for word in words {
                    assert!(
                        word.trim_start_matches('é').replace(character, "").is_empty(),
                        "{word}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_character_longer_than_a_word_is_cut_between_code_points() {
        let text = format!("a{}b", "e".to_owned() + &"\u{301}".repeat(100));
        assert_eq!(decoded(&text, Place::Unstructured).concat(), text);
    }

    #[test]
    fn a_name_is_parted_behind_a_space_if_it_has_one() {
        let name = "Жанна-Мария Константинопольская-Преображенская";
        let words = decoded(name, Place::Phrase);
        assert_eq!(words[0], "Жанна-Мария ");
        assert_eq!(words.concat(), name);
    }
}
