//! The fields that say that a message is MIME, and what the octets above 127 in its body are. The
//! body itself stays as it is, whatever is said of it.

use std::ops::Range;

use encoding_rs::{DecoderResult, Encoding, UTF_8};

use super::text;
use crate::compose::raw::entity::Entity;
use crate::compose::raw::header::Field;
use crate::compose::raw::remark::Remark;
use crate::model::{ContentError, Source};

/// Octets that are read at a time.
const CHUNK: usize = 1 << 16;
/// Of octets that nobody knows the charset of (RFC 1428 §3).
const UNKNOWN: &str = "unknown-8bit";

/// The body of a message.
pub(in crate::compose::raw) struct Body<'a> {
    pub(in crate::compose::raw) source: &'a Source,
    pub(in crate::compose::raw) range: Range<u64>,
    pub(in crate::compose::raw) eight_bit: bool,
    /// The charset of the locale.
    pub(in crate::compose::raw) locale: Option<&'a str>,
}

/// Adds what is missing.
pub(in crate::compose::raw) fn add_mime(
    fields: &mut Vec<Field>,
    body: &Body<'_>,
) -> Result<Vec<Remark>, ContentError> {
    let has = |name: &str| fields.iter().any(|field| field.is(name));
    let (has_type, has_encoding) = (has("Content-Type"), has("Content-Transfer-Encoding"));
    let mut missing = Vec::new();
    if (has_type || has_encoding || body.eight_bit) && !has("MIME-Version") {
        missing.push(("MIME-Version", "1.0".to_owned()));
    }
    if body.eight_bit {
        let is_text = Entity::of(fields).content_type("text/plain").essence.starts_with("text/");
        if !has_type {
            missing.push(("Content-Type", format!("text/plain; charset={}", body.charset()?)));
        }
        if !has_encoding && is_text {
            missing.push(("Content-Transfer-Encoding", "8bit".to_owned()));
        }
    }
    fields.extend(missing.iter().map(|(name, value)| Field::new(name, value)));
    Ok(missing.into_iter().map(|(name, _)| Remark::Added(name)).collect())
}

impl Body<'_> {
    /// UTF-8 if it is that, else the locale's charset if it can be that.
    fn charset(&self) -> Result<&'static str, ContentError> {
        let locale = self.locale.and_then(|name| text::named(name.as_bytes()));
        for encoding in [Some(UTF_8), locale].into_iter().flatten() {
            if self.is_in(encoding)? {
                return Ok(encoding.name());
            }
        }
        Ok(UNKNOWN)
    }

    /// Whether all of it has a meaning in a charset.
    fn is_in(&self, encoding: &'static Encoding) -> Result<bool, ContentError> {
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let (mut input, mut output) = (vec![0; CHUNK], vec![0; 4 * CHUNK]);
        let mut place = self.range.start;
        loop {
            let wanted = (self.range.end - place).min(CHUNK as u64) as usize;
            let filled = self.source.read_at(place, &mut input[..wanted])?;
            place += filled as u64;
            let last = filled == 0;
            let (result, ..) =
                decoder.decode_to_utf8_without_replacement(&input[..filled], &mut output, last);
            match result {
                DecoderResult::InputEmpty if last => return Ok(true),
                DecoderResult::InputEmpty => {}
                DecoderResult::Malformed(..) | DecoderResult::OutputFull => return Ok(false),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charset(octets: &[u8], locale: Option<&str>) -> &'static str {
        let source = Source::Memory(octets.to_vec());
        let range = 1..source.length();
        Body { source: &source, range, eight_bit: true, locale }.charset().unwrap()
    }

    #[test]
    fn a_body_is_in_utf_8_or_the_locales_charset_or_unknown() {
        assert_eq!(charset("\nüber".as_bytes(), Some("gbk")), "UTF-8");
        assert_eq!(charset(b"\n\xc4\xe3\xba\xc3", Some("cp936-none")), UNKNOWN);
        assert_eq!(charset(b"\n\xc4\xe3\xba\xc3", Some("gb2312")), "GBK");
        assert_eq!(charset(b"\n\xc4\xe3\xba", Some("gb2312")), UNKNOWN);
        for locale in [None, Some("UTF-8"), Some("ANSI_X3.4-1968"), Some("utf-16le")] {
            assert_eq!(charset(b"\n\xfc", locale), UNKNOWN, "{locale:?}");
        }
    }

    #[test]
    fn a_character_may_lie_across_two_reads() {
        for before in CHUNK - 4..CHUNK {
            let text = format!("\n{}张三", "a".repeat(before));
            assert_eq!(charset(text.as_bytes(), None), "UTF-8");
            assert_eq!(charset(&text.as_bytes()[..before + 3], None), UNKNOWN);
        }
        let long = [b"\n", "é".repeat(3 * CHUNK).as_bytes(), b"\xff"].concat();
        assert_eq!(charset(&long, Some("latin1")), "windows-1252");
    }
}
