//! Media types with their parameters (RFC 2045 §5.1), and file names as parameters: plain where they
//! are plain ASCII, else in the way of RFC 2231 and, for readers who do not know it, of RFC 2047.

use super::encoded_word::{LONGEST_WORD, Place, looks_encoded, words};
use super::fold::FoldedValue;
use super::mailbox::quoted_string;

/// A media type as text, at most this long, so that no line gets too long.
const LONGEST: usize = 255;
/// A parameter that is longer is not written plainly.
const LONGEST_PLAIN: usize = 74;
/// Octets of a parameter on one line; some readers do not know the continuations of RFC 2231 §3,
/// so they are for what would pass a line's 998 octets.
const LONGEST_UNBROKEN: usize = 900;
/// Octets of a value in each continuation.
const SECTION: usize = 54;

/// `type/subtype` and parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MediaType {
    essence: String,
    parameters: Vec<(String, String)>,
}

impl MediaType {
    /// What every file may be called.
    pub(super) fn octet_stream() -> Self {
        Self { essence: "application/octet-stream".to_owned(), parameters: Vec::new() }
    }

    /// Reads a media type; none if it is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let (essence, mut rest) = text.split_at(text.find(';').unwrap_or(text.len()));
        let (kind, subtype) = essence.trim().split_once('/')?;
        let is_concrete = |name: &str| is_token(name) && !name.contains('*');
        if !is_concrete(kind) || !is_concrete(subtype) {
            return None;
        }
        let mut parameters = Vec::new();
        while let Some(parameter) = rest.strip_prefix(';') {
            let parameter = parameter.trim_start();
            if parameter.is_empty() {
                rest = parameter;
                break;
            }
            let (name, behind) = parameter.split_once('=')?;
            let (value, behind) = parameter_value(behind)?;
            if !is_token(name) {
                return None;
            }
            parameters.push((name.to_ascii_lowercase(), value));
            rest = behind.trim_start();
        }
        let essence = essence.trim().to_ascii_lowercase();
        rest.is_empty().then_some(Self { essence, parameters })
    }

    /// Whether this is a message (RFC 2046 §5.2.1).
    pub(super) fn is_message(&self) -> bool {
        self.essence == "message/rfc822"
    }

    /// Whether RFC 2046 §5 forbids to send it in base64.
    pub(super) fn forbids_base64(&self) -> bool {
        self.essence.starts_with("message/") || self.essence.starts_with("multipart/")
    }

    /// The value of a Content-Type field with this file name.
    pub(super) fn content_type(&self, file_name: &str) -> String {
        let mut parts = vec![vec![self.essence.clone()]];
        let given = self.parameters.iter().filter(|(name, _)| !is_file_name(name));
        parts.extend(given.map(|(name, value)| match is_token(value) {
            true => vec![format!("{name}={value}")],
            false => vec![format!("{name}={}", quoted_string(value))],
        }));
        parts.extend(match plain_parameter("name", file_name) {
            _ if file_name.is_empty() => None,
            Some(parameter) => Some(vec![parameter]),
            None => Some(encoded_parameter("name", file_name)),
        });
        fold("Content-Type", parts)
    }
}

/// The value of the Content-Disposition field of a part of this kind with this file name.
pub(super) fn disposition(kind: &str, file_name: &str) -> String {
    let mut parts = vec![vec![kind.to_owned()]];
    match plain_parameter("filename", file_name) {
        _ if file_name.is_empty() => {}
        Some(parameter) => parts.push(vec![parameter]),
        None => parts.extend(extended_parameters("filename", file_name).map(|one| vec![one])),
    }
    fold("Content-Disposition", parts)
}

/// Joins parts by semicolons; a part is tokens with a space between them, to fold at.
pub(super) fn fold(name: &str, parts: Vec<Vec<String>>) -> String {
    let mut value = FoldedValue::new(name);
    let last = parts.len() - 1;
    for (index, mut tokens) in parts.into_iter().enumerate() {
        if let Some(token) = tokens.last_mut().filter(|_| index < last) {
            token.push(';');
        }
        for (position, token) in tokens.iter().enumerate() {
            value.put(if index + position == 0 { "" } else { " " }, token);
        }
    }
    value.finish()
}

/// Encoded words in quotation marks: against RFC 2047 §5, but what mail programs have always
/// written and read.
pub(super) fn encoded_parameter(name: &str, value: &str) -> Vec<String> {
    let opening = format!("{name}=\"");
    let mut tokens = words(value, Place::Phrase, LONGEST_WORD - opening.len() - "\";".len());
    if let Some(first) = tokens.first_mut() {
        first.insert_str(0, &opening);
    }
    if let Some(last) = tokens.last_mut() {
        last.push('"');
    }
    tokens
}

fn plain_parameter(name: &str, value: &str) -> Option<String> {
    let is_printable = value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let parameter = format!("{name}={}", quoted_string(value));
    (is_printable && !looks_encoded(value) && parameter.len() <= LONGEST_PLAIN).then_some(parameter)
}

/// `name*=utf-8''…`, in continuations where it is too long for a line. Some readers decode each of
/// these alone, so none ends inside a character.
pub(super) fn extended_parameters(name: &str, value: &str) -> impl Iterator<Item = String> {
    let mut sections = vec![String::new()];
    let mut octets = [0; 4];
    for character in value.chars() {
        let encoded: String =
            character.encode_utf8(&mut octets).bytes().map(percent_encoded).collect();
        match sections.last_mut() {
            Some(section) if section.len() + encoded.len() <= SECTION => section.push_str(&encoded),
            _ => sections.push(encoded),
        }
    }
    let length: usize = sections.iter().map(String::len).sum();
    let is_whole = length <= LONGEST_UNBROKEN;
    if is_whole {
        sections = vec![sections.concat()];
    }
    let name = name.to_owned();
    sections.into_iter().enumerate().map(move |(index, section)| {
        let number = if is_whole { String::new() } else { format!("*{index}") };
        let charset = if index == 0 { "utf-8''" } else { "" };
        format!("{name}{number}*={charset}{section}")
    })
}

/// An octet of an extended parameter's value (RFC 2231 §7, attribute-char).
fn percent_encoded(octet: u8) -> String {
    match octet {
        _ if octet.is_ascii_alphanumeric() || b"!#$&+-.^_`{|}~".contains(&octet) => {
            char::from(octet).to_string()
        }
        _ => format!("%{octet:02X}"),
    }
}

/// The value at the start of the text, and what is behind it.
fn parameter_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_at(text.find([';', ' ', '\t']).unwrap_or(text.len()));
        return is_token(value).then(|| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    loop {
        let character = match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => characters.next()?,
            character => character,
        };
        if !(character == ' ' || character.is_ascii_graphic()) {
            return None;
        }
        value.push(character);
    }
}

pub(super) fn is_token(text: &str) -> bool {
    let is_token_octet =
        |byte: u8| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_octet)
}

/// Whether a parameter names the file, whole or in pieces.
fn is_file_name(parameter: &str) -> bool {
    parameter == "name" || parameter.starts_with("name*")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attachment_disposition(file_name: &str) -> String {
        disposition("attachment", file_name)
    }

    fn content_type(media_type: &str, name: &str) -> String {
        MediaType::parse(media_type).unwrap().content_type(name)
    }

    #[test]
    fn plain_names_are_quoted_strings() {
        assert_eq!(
            content_type("application/pdf", "a b.pdf"),
            r#"application/pdf; name="a b.pdf""#
        );
        assert_eq!(attachment_disposition(r#"q"\.txt"#), r#"attachment; filename="q\"\\.txt""#);
    }

    #[test]
    fn other_names_are_written_in_both_ways() {
        assert_eq!(
            content_type("Text/Plain; charset=gbk", "报告.txt"),
            "text/plain; charset=gbk; name=\"=?utf-8?B?5oql5ZGKLnR4dA==?=\""
        );
        assert_eq!(
            attachment_disposition("报告.txt"),
            "attachment; filename*=utf-8''%E6%8A%A5%E5%91%8A.txt"
        );
    }

    #[test]
    fn long_names_are_folded_between_encoded_words_and_never_past_998_octets() {
        let name = "销售".repeat(60);
        let folded = content_type("application/pdf", &name);
        assert!(folded.split("\r\n").all(|line| line.len() <= 76), "{folded}");
        let longest =
            |name: &str| attachment_disposition(name).split("\r\n").map(str::len).max().unwrap();
        assert!(longest(&"汉".repeat(90)) <= 998, "one parameter for what a file system allows");
        assert!(!attachment_disposition(&"汉".repeat(90)).contains("*0*"));
        assert!(longest(&"汉".repeat(400)) <= 76, "continuations beyond");
        let disposition = attachment_disposition(&"é👨".repeat(100));
        let mut sections = disposition.split("\r\n").skip(1);
        assert!(
            sections.all(|section| section.trim_end_matches(';').ends_with("%91%A8")
                || section.trim_end_matches(';').ends_with("%C3%A9")),
            "{disposition}"
        );
        assert!(attachment_disposition(&"a".repeat(80)).contains("filename*=utf-8''aaa"));
    }

    #[test]
    fn parameters_are_kept_but_for_the_name() {
        assert_eq!(
            content_type("text/csv; header=present; name=old.csv; x=\"a b\";", "new.csv"),
            r#"text/csv; header=present; x="a b"; name="new.csv""#
        );
    }

    #[test]
    fn what_is_no_media_type_is_not_read() {
        for text in [
            "",
            "text",
            "text/",
            "/plain",
            "text/*",
            "te xt/plain",
            "text/plain; charset",
            "text/plain; charset=",
            "text/plain; a=\"b",
            "text/plain\r\nX: y",
            "text/plain; a=b c",
            "text/plain; a=\"张\"",
        ] {
            assert_eq!(MediaType::parse(text), None, "{text:?}");
        }
    }
}
