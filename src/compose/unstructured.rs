//! The value of an unstructured field such as Subject (RFC 5322 §3.2.5): kept as it was typed to
//! the last blank, whoever reads it.
//!
//! Many readers make one space of the white space where a line was folded, and around an encoded
//! word. So a text is folded at single spaces only, and any other white space of a text that does
//! not fit on its line goes into the encoded words.

use super::encoded_word::{Place, looks_encoded, put_encoded};
use super::fold::FoldedValue;

/// A token longer than this is encoded, lest a line pass 998 octets (RFC 5322 §2.1.1).
const LONGEST_TOKEN: usize = 900;

/// White space and the word behind it, as offsets.
struct Token {
    space: usize,
    word: usize,
    end: usize,
    encode: bool,
}

/// The value of the field `name`; `text` is free of CR, LF and NUL. What is encoded is fit for
/// this place.
pub(super) fn unstructured(name: &str, text: &str, place: Place) -> String {
    let mut value = FoldedValue::new(name);
    if is_plain(text) && value.room(0) >= text.len() {
        return text.to_owned();
    }
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
        put_encoded(&mut value, &text[first.space..start], run, place);
    }
    value.finish()
}

/// Whether a line can have this without any encoding.
fn is_plain(text: &str) -> bool {
    let is_printable = |byte: u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t');
    text.bytes().all(is_printable) && !looks_encoded(text) && text.trim_ascii() == text
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut position = 0;
    while position < text.len() {
        let behind = text[position..].trim_start_matches([' ', '\t']);
        let word = text.len() - behind.len();
        let end = word + behind.find([' ', '\t']).unwrap_or(behind.len());
        let space = &text[position..word];
        let hold_space = space != " " && !space.is_empty() || word == end;
        if let Some(previous) = tokens.last_mut().filter(|_| hold_space) {
            previous.encode = true;
        }
        let encode = hold_space || position == 0 && word > 0 || needs_encoding(&text[word..end]);
        tokens.push(Token { space: position, word, end, encode });
        position = end;
    }
    tokens
}

fn needs_encoding(word: &str) -> bool {
    word.len() > LONGEST_TOKEN
        || looks_encoded(word)
        || !word.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(text: &str) -> String {
        unstructured("Subject", text, Place::Unstructured)
    }

    fn is_narrow(value: &str) -> bool {
        value.split("\r\n").all(|line| line.len() <= 76)
    }

    #[test]
    fn ascii_that_fits_on_its_line_stays_as_it_is() {
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
    fn white_space_beside_encoded_words_stands_inside_them() {
        assert_eq!(subject("é  é"), "=?utf-8?B?w6kgIMOp?=");
        assert_eq!(subject("naïve  café ok"), "=?utf-8?Q?na=C3=AFve__caf=C3=A9?= ok");
        assert_eq!(subject("a  é b"), "=?utf-8?Q?a__=C3=A9?= b");
        assert_eq!(subject("é\tb c"), "=?utf-8?Q?=C3=A9=09b?= c");
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
    fn a_text_is_folded_at_single_spaces_only() {
        let words = "word ".repeat(40);
        assert!(is_narrow(&subject(words.trim_end())));
        let double = "a ".repeat(33) + "end  of the line";
        let line = "a ".repeat(33);
        let expected = format!("{}\r\n =?utf-8?Q?end__of?= the line", line.trim_end());
        assert_eq!(subject(&double), expected);
    }

    #[test]
    fn a_long_word_is_only_encoded_past_a_lines_limit() {
        let url = format!("https://example.com/{}", "a".repeat(200));
        assert_eq!(subject(&format!("see {url}")), format!("see\r\n {url}"));
        assert!(is_narrow(&subject(&"a".repeat(1200))));
        assert!(is_narrow(&subject(&format!("a{}b", " ".repeat(2000)))));
    }
}
