//! The fields of an entity of a message that matter to its encoding (RFC 2045 §5, §6).

use std::ops::Range;

use super::content_type::{self, ContentType};
use super::header::Field;

/// Fields by which others vouch for every octet of the body.
const SIGNATURES: [&str; 3] = ["DKIM-Signature", "ARC-Message-Signature", "DomainKey-Signature"];
const CONTENT_TYPE: &str = "Content-Type";
const ENCODING: &str = "Content-Transfer-Encoding";

/// What the fields of a message or of a part say.
#[derive(Debug, Default)]
pub(super) struct Entity {
    content_type: Option<Field>,
    encoding: Option<Field>,
    /// Where the field of the encoding stands.
    pub(super) encoding_place: Option<Range<u64>>,
    pub(super) has_two_encodings: bool,
    pub(super) signature: Option<&'static str>,
}

/// A Content-Transfer-Encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// 7bit, 8bit or binary, or none at all.
    Identity,
    /// Any other.
    Other,
}

impl Entity {
    /// The entity of a whole message.
    pub(super) fn of(fields: &[Field]) -> Self {
        let mut entity = Self::default();
        fields.iter().for_each(|field| entity.add(field.clone(), 0..0));
        entity
    }

    /// Takes note of a field, which stands there.
    pub(super) fn add(&mut self, field: Field, place: Range<u64>) {
        let signature = SIGNATURES.iter().find(|name| field.is(name));
        self.signature = self.signature.or(signature.copied());
        if field.is(CONTENT_TYPE) {
            self.content_type.get_or_insert(field);
        } else if field.is(ENCODING) {
            self.has_two_encodings |= self.encoding.is_some();
            self.encoding.get_or_insert(field);
            self.encoding_place.get_or_insert(place);
        }
    }

    /// The media type; of none, `default`.
    pub(super) fn content_type(&self, default: &str) -> ContentType {
        match &self.content_type {
            Some(field) => content_type::parse(field.value_octets()),
            None => ContentType { essence: default.to_owned(), boundary: None },
        }
    }

    pub(super) fn encoding(&self) -> Encoding {
        let Some(field) = &self.encoding else { return Encoding::Identity };
        let value = content_type::parse(field.value_octets()).essence;
        let is_identity = ["7bit", "8bit", "binary", ""].contains(&value.as_str());
        if is_identity { Encoding::Identity } else { Encoding::Other }
    }
}
