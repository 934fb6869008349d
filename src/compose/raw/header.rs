//! The header section of a ready message, field by field as it was written (RFC 5322 §2.2, §4.5).
//!
//! What does not look like a field ends the section, as it does for the servers of the field; but
//! no Bcc is left standing in the text behind it. Where lines end with LF, what stands behind a bare
//! CR goes on with the field: whoever lets others write a subject looks for LF alone in it.

use super::error::ReadyError;
use super::lines::Lines;
use super::remark::Remark;
use crate::model::{ContentError, Source};

/// Octets that a header section may have.
pub(super) const MOST: usize = 1 << 20;
/// Of UTF-8: some editors begin every file with it.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// A field with its lines, CRLF behind each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    octets: Vec<u8>,
    name: usize,
}

/// The fields, and where the body begins.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) fields: Vec<Field>,
    pub(super) body: u64,
    pub(super) remarks: Vec<Remark>,
}

impl Field {
    /// A line that begins a field (obsolete blanks before the colon allowed).
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let colon = line.iter().position(|octet| *octet == b':')?;
        let blanks = line[..colon].iter().rev().take_while(|octet| is_blank(**octet)).count();
        let name = colon - blanks;
        let is_name = name > 0 && line[..name].iter().all(u8::is_ascii_graphic);
        is_name.then(|| {
            let mut field = Self { octets: Vec::with_capacity(line.len() + 2), name };
            field.fold(line);
            field
        })
    }

    /// A field of our own; the value may be folded.
    pub(super) fn new(name: &str, value: &str) -> Self {
        Self { octets: format!("{name}: {value}\r\n").into_bytes(), name: name.len() }
    }

    /// Adds a line.
    pub(super) fn fold(&mut self, line: &[u8]) {
        self.octets.extend_from_slice(line);
        self.octets.extend_from_slice(b"\r\n");
    }

    /// The field as it goes out.
    pub(super) fn octets(&self) -> &[u8] {
        &self.octets
    }

    pub(super) fn name(&self) -> String {
        String::from_utf8_lossy(&self.octets[..self.name]).into_owned()
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.octets[..self.name].eq_ignore_ascii_case(name.as_bytes())
    }

    pub(super) fn is_resent(&self) -> bool {
        let prefix = b"resent-";
        let name = &self.octets[..self.name];
        name.len() > prefix.len() && name[..prefix.len()].eq_ignore_ascii_case(prefix)
    }

    /// The value in one line, what is not UTF-8 replaced.
    pub(super) fn value(&self) -> String {
        String::from_utf8_lossy(self.value_octets()).replace("\r\n", "").trim().to_owned()
    }

    /// The value as it was written.
    pub(super) fn value_octets(&self) -> &[u8] {
        let colon = self.octets[self.name..].iter().position(|octet| *octet == b':');
        &self.octets[self.name + colon.map_or(0, |colon| colon + 1)..]
    }
}

/// What was read of the header so far.
enum Reading {
    /// No field yet.
    Start { empty_lines: u64 },
    /// Within the fields.
    Fields,
    /// Behind a line that ended them: only for a Bcc.
    Behind { line: u64 },
}

/// Reads as far as the header goes.
pub(super) fn read(source: &Source) -> Result<Header, ReadyError> {
    let mut header = Header::default();
    let mut reading = Reading::Start { empty_lines: 0 };
    let mut start = [0; 3];
    let has_mark = source.read_at(0, &mut start)? == 3 && start == BYTE_ORDER_MARK;
    if has_mark {
        header.remarks.push(Remark::ByteOrderMark);
    }
    let from = if has_mark { 3 } else { 0 };
    let mut lines = Lines::new(source, from..source.length(), MOST);
    let has_lf = has_lf(source)?;
    let (mut number, mut first_empty_end, mut behind_cr) = (0, None, false);
    while let Some(line) = lines.next()? {
        number += 1;
        let is_blank_first = line.octets.first().is_some_and(|octet| is_blank(*octet));
        let within = behind_cr && matches!(reading, Reading::Fields);
        behind_cr = line.bare_cr && has_lf;
        let continues = is_blank_first || within;
        match reading {
            Reading::Start { ref mut empty_lines } if line.octets.is_empty() => {
                *empty_lines += 1;
                first_empty_end.get_or_insert(line.next);
                continue;
            }
            Reading::Start { .. } if header.fields.is_empty() && is_folder_line(line.octets) => {
                header.note_once(Remark::FolderLine);
                (header.body, first_empty_end) = (line.next, None);
                continue;
            }
            Reading::Behind { line: ended } => {
                if line.octets.is_empty() || line.end > MOST as u64 {
                    return Ok(header);
                }
                if is_bcc(line.octets) {
                    return Err(ReadyError::ShownBcc { line: ended });
                }
                continue;
            }
            _ => {}
        }
        if line.octets.is_empty() {
            if within {
                continue;
            }
            header.body = line.next;
            return Ok(header);
        }
        if line.end > MOST as u64 {
            return Err(ReadyError::LongHeader { most: MOST });
        }
        let field = if continues { None } else { Field::parse(line.octets) };
        match (field, header.fields.last_mut()) {
            (Some(field), _) => {
                if matches!(reading, Reading::Start { empty_lines: 1.. }) {
                    header.remarks.push(Remark::EmptyStart);
                }
                header.fields.push(field);
                reading = Reading::Fields;
            }
            (None, Some(last)) if is_blank_first => last.fold(line.octets),
            (None, Some(last)) if continues => last.fold(&[b" ", line.octets].concat()),
            (None, last) => {
                header.remarks.push(match last {
                    Some(_) => Remark::NotAField { line: number },
                    None => Remark::NoHeader,
                });
                header.body = first_empty_end.unwrap_or(line.start);
                if is_bcc(line.octets) {
                    return Err(ReadyError::ShownBcc { line: number });
                }
                if line.octets.contains(&0) && header.fields.is_empty() {
                    return Err(ReadyError::Nul { line: number });
                }
                reading = Reading::Behind { line: number };
                continue;
            }
        }
        if line.octets.contains(&0) {
            return Err(ReadyError::Nul { line: number });
        }
    }
    match reading {
        Reading::Start { .. } => Err(ReadyError::Empty),
        Reading::Fields => {
            header.body = source.length();
            Ok(header)
        }
        Reading::Behind { .. } => Ok(header),
    }
}

impl Header {
    fn note_once(&mut self, remark: Remark) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

/// Whether there is an LF where the header may be.
fn has_lf(source: &Source) -> Result<bool, ContentError> {
    let mut octets = [0; 4096];
    let mut place = 0;
    while place < MOST as u64 {
        let filled = source.read_at(place, &mut octets)?;
        if filled == 0 || octets[..filled].contains(&b'\n') {
            return Ok(filled > 0);
        }
        place += filled as u64;
    }
    Ok(false)
}

fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

/// The line before each message of a mail folder, quoted or not.
fn is_folder_line(line: &[u8]) -> bool {
    line.starts_with(b"From ") || line.starts_with(b">From ")
}

/// Whether a line would be taken for hidden recipients if it were in the header.
fn is_bcc(line: &[u8]) -> bool {
    Field::parse(line.trim_ascii_start())
        .is_some_and(|field| field.is("bcc") || field.is("resent-bcc"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Result<Header, ReadyError> {
        read(&Source::Memory(text.as_bytes().to_vec()))
    }

    /// The fields, the text behind them, and what was noticed.
    fn parts(text: &str) -> (Vec<String>, &str, Vec<Remark>) {
        let Header { fields, body, remarks } = header(text).unwrap();
        let fields = fields.iter().map(|f| String::from_utf8(f.octets.clone()).unwrap());
        (fields.collect(), &text[body as usize..], remarks)
    }

    #[test]
    fn fields_are_kept_as_they_were_written_but_for_their_line_ends() {
        let (fields, body, remarks) = parts("Subject: a\n  b\r\n\t\nX-y \t:z\n \n\nBcc: body\n");
        assert_eq!(fields, ["Subject: a\r\n  b\r\n\t\r\n", "X-y \t:z\r\n \r\n"]);
        assert_eq!((body, remarks), ("Bcc: body\n", vec![]));
    }

    #[test]
    fn what_stands_behind_a_bare_cr_is_no_field_of_its_own() {
        for (text, expected, rest) in [
            ("A: b\rBcc: c@x\n\nd", &["A: b\r\n Bcc: c@x\r\n"][..], "d"),
            ("A: b\r\rBcc: c@x\r\n\r\nd", &["A: b\r\n Bcc: c@x\r\n"], "d"),
            ("A: b\r\r\nC: d\r\r\n\r\ne", &["A: b\r\n", "C: d\r\n"], "e"),
            ("A: b\rC: d\r\re", &["A: b\r\n", "C: d\r\n"], "e"),
        ] {
            let (fields, body, remarks) = parts(text);
            assert_eq!(
                (fields, body),
                (expected.iter().map(ToString::to_string).collect(), rest),
                "{text:?}"
            );
            assert_eq!(remarks, []);
        }
    }

    #[test]
    fn names_are_the_same_in_any_case_and_values_are_in_one_line() {
        let field = &header("ReSent-Bcc\t:  a@x,\n b@x  \n").unwrap().fields[0];
        assert!(field.is("Resent-Bcc") && field.is_resent() && !field.is("bcc"));
        assert_eq!((field.name(), field.value()), ("ReSent-Bcc".into(), "a@x, b@x".into()));
    }

    #[test]
    fn a_message_may_end_with_its_header() {
        for text in ["A: b", "A: b\n", "A: b\n\n"] {
            let (fields, body, remarks) = parts(text);
            assert_eq!((fields.len(), body, remarks), (1, "", vec![]), "{text:?}");
        }
    }

    #[test]
    fn what_mail_folders_put_before_a_message_is_dropped() {
        for before in ["From me Thu Jan  1 00:00:00 1970\n", "From me\n>From you\n", "\nFrom me\n"]
        {
            let text = format!("{before}A: b\n\nFrom c\n");
            let (fields, body, remarks) = parts(&text);
            assert_eq!((fields, body), (vec!["A: b\r\n".to_owned()], "From c\n"), "{before:?}");
            assert!(remarks.contains(&Remark::FolderLine), "{before:?}");
        }
    }

    #[test]
    fn empty_lines_before_the_first_field_are_dropped() {
        let (fields, body, remarks) = parts("\n\r\nA: b\n\nc");
        assert_eq!((fields.len(), body, remarks), (1, "c", vec![Remark::EmptyStart]));
    }

    #[test]
    fn a_message_without_a_header_is_all_text() {
        for (text, expected) in [
            ("hello\nworld\n", "hello\nworld\n"),
            ("\nhello\n", "hello\n"),
            ("\n\nhello\n", "\nhello\n"),
            (" A: b\n", " A: b\n"),
            ("no name: here\n", "no name: here\n"),
            (": b\n", ": b\n"),
        ] {
            let (fields, body, remarks) = parts(text);
            assert!(fields.is_empty());
            assert_eq!((body, remarks), (expected, vec![Remark::NoHeader]), "{text:?}");
        }
    }

    #[test]
    fn a_line_that_is_no_field_begins_the_text() {
        let (fields, body, remarks) = parts("A: b\nhello: x y\nthe disk is full\nTo: me\n\n");
        assert_eq!((fields.len(), body), (2, "the disk is full\nTo: me\n\n"));
        assert_eq!(remarks, [Remark::NotAField { line: 3 }]);
    }

    #[test]
    fn a_bcc_that_such_a_line_would_show_is_refused() {
        for text in ["A: b\noops\nBCC: c@x\n", "oops\n resent-bcc : c@x\n\n", "  Bcc: c@x\n\nhi"] {
            let error = header(text).unwrap_err();
            assert!(matches!(error, ReadyError::ShownBcc { .. }), "{text:?}: {error}");
        }
        parts("A: b\noops\n\nBcc: c@x\n");
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_field() {
        let (fields, body, remarks) = parts("\u{feff}A: b\n\n\u{feff}c");
        assert_eq!((fields, body), (vec!["A: b\r\n".to_owned()], "\u{feff}c"));
        assert_eq!(remarks, [Remark::ByteOrderMark]);
    }

    #[test]
    fn nothing_at_all_is_no_message() {
        for text in ["", "\n", "\r\n\r\n\n", "From me\n"] {
            assert!(matches!(header(text).unwrap_err(), ReadyError::Empty), "{text:?}");
        }
    }

    #[test]
    fn a_header_has_its_limit_and_no_nul() {
        let long = |count| format!("{}\n\n", "X: 123456789\n".repeat(count));
        assert_eq!(header(&long(80_000)).unwrap().fields.len(), 80_000);
        for text in [long(90_000), "X".repeat(2 * MOST)] {
            let result = header(&text);
            assert!(matches!(result, Err(ReadyError::LongHeader { .. })), "{result:?}");
        }
        assert!(matches!(header("A: b\nC: \0\n\n"), Err(ReadyError::Nul { line: 2 })));
        assert!(matches!(header("A\0:\0 \0b\0\n"), Err(ReadyError::Nul { line: 1 })), "UTF-16");
    }
}
