//! The part left of the `@` (RFC 5321 §4.1.2, RFC 6531 §3.3).

use super::parts::Author;
use super::{is_atext, quote};

/// Octets of a local part, quotation marks included (RFC 5321 §4.5.3.1.1).
const LONGEST: usize = 64;

/// Separators as a Chinese keyboard types them, and what is meant.
pub(super) const FULL_WIDTH: [(char, char); 6] =
    [('，', ','), ('、', ','), ('；', ','), ('＠', '@'), ('＜', '<'), ('＞', '>')];

/// Checks a dot-atom or a quoted string; gives it back quoted only where it must be. Some providers
/// gave out local parts with dots anywhere, which programs write as they are.
pub(super) fn parse(text: &str, author: Author) -> Result<String, String> {
    let content = match text.strip_prefix('"') {
        Some(rest) => unquote(rest)?,
        None => {
            check_atoms(text)?;
            if author == Author::Person {
                check_dots(text)?;
            }
            text.to_owned()
        }
    };
    if let Some(invisible) = content.chars().find(|c| is_invisible(*c)) {
        let code = u32::from(invisible);
        return Err(format!("an invisible character (U+{code:04X}) in the local part"));
    }
    // Quoted, it is no slip of the keyboard when it is read again.
    let seems_a_slip = FULL_WIDTH.iter().any(|(wide, _)| content.contains(*wide));
    let is_dot_atom = check_atoms(&content).and_then(|()| check_dots(&content)).is_ok();
    let bare = is_dot_atom && !seems_a_slip;
    let local = if bare { content } else { quote(&content) };
    if local.len() > LONGEST {
        let length = local.len();
        return Err(format!("a local part of {length} octets; it has at most {LONGEST}"));
    }
    Ok(local)
}

/// The content of a quoted string whose opening mark is gone already.
fn unquote(rest: &str) -> Result<String, String> {
    let mut content = String::with_capacity(rest.len());
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' if characters.as_str().is_empty() => return Ok(content),
            '"' => return Err("text behind the closing quotation mark".to_owned()),
            '\\' => content.extend(characters.next()),
            _ => content.push(character),
        }
    }
    Err("the quotation mark is not closed".to_owned())
}

/// Whether there are atoms and dots alone.
fn check_atoms(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("nothing before the @".to_owned());
    }
    if let Some(character) = text.chars().find(|c| *c != '.' && !is_atext(*c)) {
        return Err(match character {
            ' ' => "a space in the local part; quote it or separate addresses with commas".into(),
            '@' => "more than one @; quote the local part if it contains one".into(),
            _ if character.is_whitespace() => {
                format!("white space (U+{:04X}) in the local part", u32::from(character))
            }
            _ => format!("{character} in the local part; quote it"),
        });
    }
    Ok(())
}

/// Whether each dot stands between two atoms.
fn check_dots(text: &str) -> Result<(), String> {
    if text.split('.').any(str::is_empty) {
        let reason = "a dot at the start, at the end or doubled in the local part; quote it";
        return Err(reason.to_owned());
    }
    Ok(())
}

/// Characters that nobody types on purpose: copied from web pages, or there to deceive. The
/// joiners U+200C and U+200D are letters' business in several scripts.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
