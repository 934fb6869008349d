//! Words with octets above 127 as encoded words (RFC 2047), beside words that are encoded already
//! and stay as they are.

use super::text::{Charset, octet};
use crate::compose::encoded_word::{LONGEST_WORD, Place, put_encoded};
use crate::compose::fold::FoldedValue;

/// Around octets of which nobody knows the charset (RFC 1428 §3).
const UNKNOWN: [&str; 2] = ["=?unknown-8bit?q?", "?="];

/// A word and the white space before it.
struct Token<'a> {
    space: &'a str,
    word: &'a str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Stays as it is.
    Plain,
    /// Is an encoded word.
    Encoded,
    /// Becomes one.
    Raw,
}

/// How words are written.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    pub(super) charset: Charset,
    pub(super) place: Place,
    /// Whether a word may stand there unencoded.
    pub(super) is_plain: fn(&str) -> bool,
}

/// Adds a text behind this white space.
pub(super) fn put_words(value: &mut FoldedValue, space: &str, text: &str, manner: Manner) {
    let tokens = tokens(text, manner.is_plain);
    let mut index = 0;
    let mut swallowed = false;
    while let Some(first) = tokens.get(index) {
        let space = match first.space {
            _ if index == 0 => space,
            // White space between two encoded words is not seen, so one has to be there.
            _ if swallowed || first.space.is_empty() => " ",
            own => own,
        };
        if first.kind != Kind::Raw {
            value.put(space, first.word);
            (index, swallowed) = (index + 1, false);
            continue;
        }
        let is_encoded = |token: Option<&Token<'_>>| token.is_some_and(|t| t.kind == Kind::Encoded);
        let behind_encoded = is_encoded(index.checked_sub(1).and_then(|before| tokens.get(before)));
        let mut run = String::new();
        let (start, more) = (index, &tokens[index..]);
        index += more.iter().take_while(|token| token.kind == Kind::Raw).count();
        for (place, token) in tokens[start..index].iter().enumerate() {
            if place > 0 || behind_encoded {
                run.push_str(token.space);
            }
            run.push_str(token.word);
        }
        swallowed = is_encoded(tokens.get(index));
        if swallowed {
            run.push_str(tokens[index].space);
        }
        match manner.charset {
            Charset::Unknown => put_unknown(value, space, &run),
            Charset::Utf8 | Charset::Other => put_encoded(value, space, &run, manner.place),
        }
    }
}

/// Whether a text has an encoded word in it.
pub(super) fn has_encoded(text: &str) -> bool {
    text.match_indices("=?").any(|(place, _)| encoded_length(&text[place..]).is_some())
}

fn tokens(text: &str, is_plain: fn(&str) -> bool) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let behind = rest.trim_start_matches([' ', '\t']);
        let (space, behind) = rest.split_at(rest.len() - behind.len());
        let end = behind.find([' ', '\t']).unwrap_or(behind.len());
        let (word, behind) = behind.split_at(end);
        rest = behind;
        if encoded_length(word) == Some(word.len()) {
            tokens.push(Token { space, word, kind: Kind::Encoded });
        } else if is_plain(word) {
            tokens.push(Token { space, word, kind: Kind::Plain });
        } else {
            split(space, word, &mut tokens);
        }
    }
    tokens
}

/// Parts a word around the encoded words in it.
fn split<'a>(mut space: &'a str, word: &'a str, tokens: &mut Vec<Token<'a>>) {
    let mut add = |word: &'a str, kind| {
        if !word.is_empty() {
            tokens.push(Token { space, word, kind });
            space = "";
        }
    };
    let (mut start, mut place) = (0, 0);
    while let Some(found) = word[place..].find("=?") {
        place += found;
        match encoded_length(&word[place..]) {
            Some(length) => {
                add(&word[start..place], Kind::Raw);
                place += length;
                add(&word[place - length..place], Kind::Encoded);
                start = place;
            }
            None => place += 2,
        }
    }
    add(&word[start..], Kind::Raw);
}

/// Octets of the encoded word at the start (RFC 2047 §2).
fn encoded_length(text: &str) -> Option<usize> {
    let mut parts = text.strip_prefix("=?")?.splitn(4, '?');
    let (charset, encoding, content) = (parts.next()?, parts.next()?, parts.next()?);
    let is_printable = |part: &str| part.bytes().all(|octet| octet.is_ascii_graphic());
    let is_word = !charset.is_empty()
        && is_printable(charset)
        && ["b", "B", "q", "Q"].contains(&encoding)
        && is_printable(content)
        && parts.next()?.starts_with('=');
    is_word.then(|| "=?".len() + charset.len() + "?q?".len() + content.len() + "?=".len())
}

/// Adds octets of an unknown charset.
fn put_unknown(value: &mut FoldedValue, space: &str, text: &str) {
    let [opening, closing] = UNKNOWN;
    let (mut space, mut word) = (space, opening.to_owned());
    for octet in text.chars().map(octet) {
        let encoded = match octet {
            b' ' => "_".to_owned(),
            _ if octet.is_ascii_alphanumeric() => char::from(octet).to_string(),
            _ => format!("={octet:02X}"),
        };
        if word.len() + encoded.len() + closing.len() > LONGEST_WORD {
            value.put(space, &(word + closing));
            (space, word) = (" ", opening.to_owned());
        }
        word.push_str(&encoded);
    }
    value.put(space, &(word + closing));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, charset: Charset) -> String {
        let mut value = FoldedValue::new("Subject");
        let manner = Manner { charset, place: Place::Unstructured, is_plain: str::is_ascii };
        put_words(&mut value, "", text, manner);
        value.finish()
    }

    #[test]
    fn only_words_that_need_it_are_encoded() {
        for (text, expected) in [
            ("Cron <a@x> /bin/é", "Cron <a@x> =?utf-8?Q?/bin/=C3=A9?="),
            ("é é b  c", "=?utf-8?B?w6kgw6k=?= b  c"),
            ("a =? b é", "a =? b =?utf-8?B?w6k=?="),
        ] {
            assert_eq!(written(text, Charset::Utf8), expected);
        }
    }

    #[test]
    fn what_is_encoded_already_stays_and_the_space_beside_it_is_seen() {
        let word = "=?iso-8859-1?q?=FC?=";
        for (text, expected) in [
            (format!("{word} é"), format!("{word} =?utf-8?B?IMOp?=")),
            (format!("é {word} é a"), format!("=?utf-8?B?w6kg?= {word} =?utf-8?B?IMOp?= a")),
            (format!("{word} {word} a é"), format!("{word} {word} a =?utf-8?B?w6k=?=")),
            (format!("é:{word}b"), format!("=?utf-8?B?w6k6?= {word} =?utf-8?Q?b?=")),
        ] {
            assert_eq!(written(&text, Charset::Utf8), expected, "{text}");
        }
    }

    #[test]
    fn an_encoded_word_is_known_by_its_whole_shape() {
        for text in ["=?utf-8?q?a?=", "=?utf-8*en?B??=", "x=?a?Q?=_?=y"] {
            assert!(has_encoded(text), "{text}");
        }
        for text in ["=?utf-8?q?a", "=?utf-8?x?a?=", "=??q?a?=", "=?a?q?é?=", "=?a?q?b c?=", "=?"]
        {
            assert!(!has_encoded(text), "{text}");
        }
    }

    #[test]
    fn octets_of_an_unknown_charset_are_said_to_be_that() {
        assert_eq!(
            written("a \u{f7fc}b =\u{f780} c", Charset::Unknown),
            "a =?unknown-8bit?q?=FCb_=3D=80?= c"
        );
        let long = written(&"\u{f7fc}".repeat(100), Charset::Unknown);
        assert!(long.split("\r\n ").all(|word| word.len() <= LONGEST_WORD), "{long}");
        assert_eq!(long.matches("=FC").count(), 100);
    }
}
