//! An 8-bit message in 7 bits, for a server without 8BITMIME (RFC 6152 §3): each leaf with octets
//! above 127, or with lines that no server has to take, is encoded, and the field that says so is the only one that changes.

use std::ops::Range;
use std::sync::Arc;

use super::header::Field;
use super::walk::{EncodingPlace, Leaf, Unfit, unfit_leaves};
use crate::model::{Content, Form, NoSevenBitForm, Piece, Source, Stretch};

/// The parts that a message is put together from.
pub(super) struct Original {
    pub(super) source: Arc<Source>,
    /// The header as it goes out.
    pub(super) fields: Vec<Field>,
    /// The body, without the end of its last line.
    pub(super) body: Range<u64>,
}

/// Puts it together anew.
pub(super) fn seven_bit(original: &Original, unfit: Unfit) -> Result<Content, NoSevenBitForm> {
    let Original { source, fields, body } = original;
    let whole = body.start..source.length();
    let mut fields = fields.clone();
    let mut pieces = Pieces { source, pieces: Vec::new(), place: body.start };
    for Leaf { place, body: leaf } in unfit_leaves(source, &fields, whole, unfit)? {
        let (encoded, value) = encoded(source, body, &leaf)?;
        let field = Field::new("Content-Transfer-Encoding", value);
        match place {
            EncodingPlace::Message => set(&mut fields, field),
            EncodingPlace::InPlaceOf(range) => {
                pieces.up_to(range.start)?;
                pieces.put(Piece::Octets(field.octets().to_vec()));
                pieces.place = range.end;
            }
            EncodingPlace::Before(line) => {
                pieces.up_to(line)?;
                pieces.put(Piece::Octets(field.octets().to_vec()));
            }
            EncodingPlace::BeforeText(line) => {
                pieces.up_to(line)?;
                pieces.put(Piece::Octets([field.octets(), b"\r\n"].concat()));
            }
        }
        pieces.up_to(leaf.start)?;
        pieces.put(Piece::Stretch(encoded));
        pieces.place = leaf.end;
    }
    pieces.up_to(body.end)?;
    let mut all = vec![Piece::Octets(super::header_octets(&fields, body.start < source.length()))];
    all.append(&mut pieces.pieces);
    Ok(Content::new(all))
}

/// A leaf in the shorter of both encodings.
fn encoded(
    source: &Arc<Source>,
    body: &Range<u64>,
    leaf: &Range<u64>,
) -> Result<(Stretch, &'static str), NoSevenBitForm> {
    // The end of the last line of all is said by whoever writes the message out. In base64 it is
    // among the octets that are encoded.
    let is_last = leaf.end >= body.end;
    let lines = if is_last { leaf.start..body.end.max(leaf.start) } else { leaf.clone() };
    let octets = if is_last { leaf.start..source.length() } else { leaf.clone() };
    let (quoted, _) = Stretch::new(source, lines, Form::QuotedPrintable)?;
    let (base64, _) = Stretch::new(source, octets, Form::Base64)?;
    Ok(if quoted.length() <= base64.length() {
        (quoted, "quoted-printable")
    } else {
        (base64, "base64")
    })
}

/// Names the encoding of the message itself, which says so only in a MIME message.
fn set(fields: &mut Vec<Field>, field: Field) {
    match fields.iter_mut().find(|own| own.is("Content-Transfer-Encoding")) {
        Some(own) => *own = field,
        None => fields.push(field),
    }
    if !fields.iter().any(|own| own.is("MIME-Version")) {
        fields.push(Field::new("MIME-Version", "1.0"));
    }
}

/// What goes out, from the beginning of the body to a place in it.
struct Pieces<'a> {
    source: &'a Arc<Source>,
    pieces: Vec<Piece>,
    place: u64,
}

impl Pieces<'_> {
    /// Everything before this place as it is.
    fn up_to(&mut self, place: u64) -> Result<(), NoSevenBitForm> {
        if self.place < place {
            let (stretch, _) = Stretch::new(self.source, self.place..place, Form::Lines)?;
            self.put(Piece::Stretch(stretch));
            self.place = place;
        }
        Ok(())
    }

    fn put(&mut self, piece: Piece) {
        self.pieces.push(piece);
    }
}
