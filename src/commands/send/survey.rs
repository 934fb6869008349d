//! What a finished message looks like from outside: its lines, its fields and its parts, found in
//! one pass that holds no more of it than a header section.

use mail_parser::{Address, Message, MessageParser, MimeHeaders as _};

use crate::model::{Content, ContentError};

/// Octets of a header section that are looked at.
const LONGEST_SECTION: usize = 1 << 20;
/// Octets of a body's line that are looked at: no delimiter is longer (RFC 2046 §5.1.1).
const LONGEST_DELIMITER: usize = 80;

/// What was found in a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// Octets of the longest line, CRLF not counted.
    pub(super) longest_line: usize,
    /// A CR or LF by itself is somewhere.
    pub(super) bare_line_end: bool,
    /// A header field has octets beyond ASCII.
    pub(super) raw_header: bool,
    /// The names of the message's fields, in lower case.
    pub(super) fields: Vec<String>,
    /// The addresses in From.
    pub(super) from: Vec<String>,
    /// Whether To or Cc has anybody in it.
    pub(super) names_recipients: bool,
    /// The Date in seconds since 1970; none if it is missing or cannot be read.
    pub(super) date: Option<i64>,
    /// There is a subject with something in it.
    pub(super) has_subject: bool,
    /// A part that is shown as plain text.
    pub(super) has_text: bool,
    /// A part that is shown as HTML.
    pub(super) has_html: bool,
    /// One of these has more than white space in it.
    pub(super) says_something: bool,
    /// The names of attached files; one without a name is empty.
    pub(super) attachments: Vec<String>,
}

/// Goes through a message once.
pub(super) fn survey(content: &Content) -> Result<Survey, ContentError> {
    let mut surveyor = Surveyor {
        survey: Survey::default(),
        line: Vec::new(),
        length: 0,
        after_cr: false,
        place: Place::Header,
        section: Vec::new(),
        boundaries: Vec::new(),
        is_top: true,
    };
    content.try_for_each(|chunk| {
        chunk.iter().for_each(|octet| surveyor.octet(*octet));
        Ok::<_, ContentError>(())
    })?;
    Ok(surveyor.end())
}

impl Survey {
    /// Whether the message has a field of this name, which is in lower case.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field == name)
    }
}

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Header,
    /// In a part that is shown.
    Text,
    /// In any other, and between parts.
    Other,
}

struct Surveyor {
    survey: Survey,
    line: Vec<u8>,
    length: usize,
    after_cr: bool,
    place: Place,
    section: Vec<u8>,
    boundaries: Vec<String>,
    is_top: bool,
}

impl Surveyor {
    fn octet(&mut self, octet: u8) {
        let after_cr = std::mem::replace(&mut self.after_cr, octet == b'\r');
        self.survey.bare_line_end |= after_cr != (octet == b'\n');
        match octet {
            b'\n' => self.line_end(),
            b'\r' => {}
            _ => {
                self.length += 1;
                let most = match self.place {
                    Place::Header => LONGEST_SECTION,
                    Place::Text | Place::Other => LONGEST_DELIMITER,
                };
                if self.line.len() < most {
                    self.line.push(octet);
                }
            }
        }
    }

    fn line_end(&mut self) {
        self.survey.longest_line = self.survey.longest_line.max(self.length);
        self.length = 0;
        let mut line = std::mem::take(&mut self.line);
        match self.place {
            Place::Header if line.is_empty() => self.section_end(),
            Place::Header => {
                self.survey.raw_header |= !line.is_ascii();
                if self.section.len() < LONGEST_SECTION {
                    self.section.extend_from_slice(&line);
                    self.section.extend_from_slice(b"\r\n");
                }
            }
            Place::Text | Place::Other if self.is_delimiter(&line) => self.place = Place::Header,
            Place::Text => {
                self.survey.says_something |= !line.trim_ascii().is_empty();
            }
            Place::Other => {}
        }
        line.clear();
        self.line = line;
    }

    fn is_delimiter(&self, line: &[u8]) -> bool {
        let Some(rest) = line.trim_ascii_end().strip_prefix(b"--") else { return false };
        self.boundaries.iter().any(|boundary| boundary.as_bytes() == rest)
    }

    fn section_end(&mut self) {
        self.section.extend_from_slice(b"\r\n");
        let section = std::mem::take(&mut self.section);
        self.place = Place::Other;
        let parsed = MessageParser::default().parse_headers(&section[..]).unwrap_or_default();
        if std::mem::replace(&mut self.is_top, false) {
            self.message(&parsed);
        }
        self.part(&parsed);
    }

    /// What belongs to the message as a whole.
    fn message(&mut self, parsed: &Message<'_>) {
        let survey = &mut self.survey;
        let names = parsed.headers().iter().map(|header| header.name().to_ascii_lowercase());
        survey.fields = names.collect();
        survey.from = addresses(parsed.from());
        survey.names_recipients =
            [parsed.to(), parsed.cc()].into_iter().any(|list| !addresses(list).is_empty());
        survey.date = parsed.date().filter(|date| date.is_valid()).map(|date| date.to_timestamp());
        survey.has_subject = parsed.subject().is_some_and(|subject| !subject.trim().is_empty());
    }

    fn part(&mut self, parsed: &Message<'_>) {
        let kind = parsed.content_type();
        let (main, sub) = kind
            .map_or(("text", "plain"), |kind| (kind.ctype(), kind.subtype().unwrap_or_default()));
        let is = |text: &str, word: &str| text.eq_ignore_ascii_case(word);
        if is(main, "multipart") {
            self.boundaries
                .extend(kind.and_then(|kind| kind.attribute("boundary")).map(str::to_owned));
            return;
        }
        let attached = parsed.content_disposition().is_some_and(|how| how.is_attachment());
        if !attached && is(main, "text") && (is(sub, "plain") || is(sub, "html")) {
            self.survey.has_text |= is(sub, "plain");
            self.survey.has_html |= is(sub, "html");
            self.place = Place::Text;
        } else {
            let name = parsed.attachment_name().unwrap_or_default();
            self.survey.attachments.push(name.to_owned());
        }
    }

    /// The last line has no CRLF.
    fn end(mut self) -> Survey {
        self.survey.bare_line_end |= self.after_cr;
        self.line_end();
        if self.place == Place::Header && !self.section.is_empty() {
            self.section_end();
        }
        self.survey
    }
}

fn addresses(list: Option<&Address<'_>>) -> Vec<String> {
    let all = list.into_iter().flat_map(Address::iter);
    all.filter_map(|one| one.address.as_deref().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Piece;

    fn of(message: &str) -> Survey {
        survey(&Content::new(vec![Piece::Octets(message.as_bytes().to_vec())])).unwrap()
    }

    #[test]
    fn a_message_is_known_by_its_fields() {
        let found = of("From: Jane <jane@x.test>\r\nTo: Team:;\r\nCc: b@x.test\r\n\
             Subject: =?utf-8?Q?_?=\r\nDate: Thu, 1 Jan 1970 01:00:10 +0100\r\n\r\nhi");
        assert_eq!(found.from, ["jane@x.test"]);
        assert!(found.names_recipients && !found.has_subject && !found.raw_header);
        assert_eq!(found.date, Some(10));
        assert!(found.has("cc") && !found.has("bcc"));
        assert!(found.has_text && found.says_something && !found.has_html);
    }

    #[test]
    fn a_message_without_anything_is_found_so() {
        let found = of("Subject: a");
        assert!(found.has_subject && found.has_text && !found.says_something);
        assert_eq!((found.date, found.names_recipients, found.bare_line_end), (None, false, false));
    }

    #[test]
    fn parts_are_found_at_any_depth() {
        let found = of("Content-Type: multipart/mixed; boundary=\"a b\"\r\n\r\n\
             Content-Type: text/html\r\n--a b\r\n\
             Content-Type: multipart/alternative;\r\n boundary=c\r\n\r\n\
             --c\r\nContent-Type: TEXT/HTML\r\n\r\n<p>\r\n--c--\r\n\
             --a b  \r\nContent-Disposition: attachment;\r\n filename*=utf-8''%e6%8a%a5.EXE\r\n\r\n\
             x\r\n--a b\r\nContent-Type: image/png\r\n\r\nx\r\n--a b--\r\n");
        assert!(found.has_html && !found.has_text && found.says_something);
        assert_eq!(found.attachments, ["报.EXE", ""]);
    }

    #[test]
    fn lines_are_measured_and_their_ends_looked_at() {
        let long = "é".repeat(500);
        let found = of(&format!("A: é\r\n\r\n{long}\r\nb"));
        assert_eq!(
            (found.longest_line, found.raw_header, found.bare_line_end),
            (1000, true, false)
        );
        for bare in ["A: b\n\r\nc", "A: b\r\n\r\nc\rd", "A: b\r\n\r\nc\r", "A: b\r\r\n\r\nc"] {
            assert!(of(bare).bare_line_end, "{bare:?}");
        }
    }
}
