//! Text on its way into a page: the one function that escapes, and the one that spells out what
//! could pass for something else. Neither fails.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Makes text inert both between tags and inside a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' => safe.push(character),
            // HTML has one kind of line end, and no place at all for the other controls.
            '\r' => {}
            control if control.is_control() => safe.push(char::REPLACEMENT_CHARACTER),
            other => safe.push(other),
        }
    }
    safe
}

/// Spells out the characters that turn text around, so that `exe.gpj` cannot pose as `jpg.exe`.
pub(super) fn spelled_out(text: &str) -> Cow<'_, str> {
    if !text.contains(turns_text_around) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if turns_text_around(character) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// At most so many bytes of the text, whole characters, and whether that is all of it.
pub(super) fn head(text: &str, limit: usize) -> (&str, bool) {
    if text.len() <= limit {
        return (text, true);
    }
    let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    (&text[..end], false)
}

/// Whether a character has no look of its own, but changes the direction of others.
pub(super) fn turns_text_around(character: char) -> bool {
    matches!(character,
        '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_html_knows_survives() {
        assert_eq!(
            escape("</iframe><b a='1' c=\"2\">&amp;"),
            "&lt;/iframe&gt;&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;"
        );
        assert_eq!(escape("a\0b\x1bc\u{85}d\r\n\te"), "a\u{fffd}b\u{fffd}c\u{fffd}d\n\te");
        assert_eq!(escape("月报 – Grüße"), "月报 – Grüße");
    }

    #[test]
    fn text_cannot_be_turned_around() {
        assert_eq!(spelled_out("a\u{202e}gpj.exe"), "a\\u{202e}gpj.exe");
        assert_eq!(spelled_out("月报.xlsx"), "月报.xlsx");
    }

    #[test]
    fn a_head_never_cuts_a_character() {
        assert_eq!(head("月报", 6), ("月报", true));
        assert_eq!(head("月报", 5), ("月", false));
        assert_eq!(head("月报", 2), ("", false));
    }
}
