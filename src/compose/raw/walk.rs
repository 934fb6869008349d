//! Walks through the parts of a MIME message line by line and finds the leaves that have octets
//! above 127 (RFC 2046 §5), or lines that are too long. Holds the fields of one part at a time.

use std::mem;
use std::ops::Range;

use super::entity::{Encoding, Entity};
use super::header::Field;
use super::lines::{Line, Lines};
use super::remark::LONGEST_LINE;
use crate::model::{NoSevenBitForm, Source};

/// Octets of a line that are looked at: a boundary has at most 70, a field is folded.
const LOOK: usize = 1 << 14;
/// Multiparts within multiparts that are followed, and leaves that are listed.
const DEEPEST: usize = 64;
const MOST_LEAVES: usize = 10_000;

/// A leaf that is to be encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) place: EncodingPlace,
    /// Its octets, without the line end that belongs to the boundary behind it.
    pub(super) body: Range<u64>,
}

/// Where the field that names the encoding belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EncodingPlace {
    /// In the header of the message itself.
    Message,
    /// In place of this.
    InPlaceOf(Range<u64>),
    /// Before the empty line that stands here.
    Before(u64),
    /// Here, and the empty line that ends a header is missing.
    BeforeText(u64),
}

/// A multipart whose end has not come.
struct Multipart {
    boundary: Vec<u8>,
    signed: Option<&'static str>,
    default_type: &'static str,
}

/// Where the walk is.
enum State {
    /// In the header of a part or of a message in a part.
    Header { entity: Entity, field: Option<(Field, Range<u64>)>, inherited: Inherited },
    /// In a leaf.
    Leaf(Open),
    /// Before the first part or behind the last.
    Between,
}

/// What an entity takes over from what it is in.
#[derive(Clone, Copy)]
struct Inherited {
    signed: Option<&'static str>,
    default_type: &'static str,
}

/// A leaf whose end has not come.
struct Open {
    leaf: Leaf,
    unfit: bool,
    /// Why it must stay as it is, should it be unfit.
    untouchable: Option<String>,
}

/// What a leaf is encoded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Octets above 127.
    EightBit,
    /// Those, and lines of more than 998 octets.
    EightBitOrLong,
}

struct Walk {
    unfit: Unfit,
    outer: Vec<Multipart>,
    state: State,
    found: Vec<Leaf>,
    /// Where the end of the line before begins.
    end: u64,
}

/// Finds the unfit leaves of the message with these fields, whose body this range is.
pub(super) fn unfit_leaves(
    source: &Source,
    fields: &[Field],
    body: Range<u64>,
    unfit: Unfit,
) -> Result<Vec<Leaf>, NoSevenBitForm> {
    let inherited = Inherited { signed: None, default_type: "text/plain" };
    let mut walk = Walk {
        unfit,
        outer: Vec::new(),
        state: State::Between,
        found: Vec::new(),
        end: body.start,
    };
    let entity = Entity::of(fields);
    walk.enter(&entity, inherited, EncodingPlace::Message, body.start)?;
    let mut lines = Lines::new(source, body, LOOK);
    while let Some(line) = lines.next()? {
        walk.take(&line)?;
        walk.end = line.end;
    }
    walk.close()?;
    Ok(walk.found)
}

impl Walk {
    fn take(&mut self, line: &Line<'_>) -> Result<(), NoSevenBitForm> {
        if let Some((depth, last)) = self.boundary(line.octets) {
            self.close()?;
            if last {
                self.outer.truncate(depth);
            } else {
                self.outer.truncate(depth + 1);
                let Multipart { signed, default_type, .. } = self.outer[depth];
                self.state = State::header(Inherited { signed, default_type });
            }
            return Ok(());
        }
        match &mut self.state {
            State::Between => Ok(()),
            State::Leaf(open) => {
                let long = line.end - line.start > LONGEST_LINE;
                open.unfit |= line.eight_bit || (long && self.unfit == Unfit::EightBitOrLong);
                Ok(())
            }
            State::Header { .. } => self.header_line(line),
        }
    }

    fn header_line(&mut self, line: &Line<'_>) -> Result<(), NoSevenBitForm> {
        let State::Header { entity, field, .. } = &mut self.state else { return Ok(()) };
        if matches!(line.octets, [b' ' | b'\t', ..])
            && let Some((field, place)) = field
        {
            field.fold(line.octets);
            place.end = line.next;
            return Ok(());
        }
        if let Some((field, place)) = field.take() {
            entity.add(field, place);
        }
        match Field::parse(line.octets) {
            Some(new) => {
                *field = Some((new, line.start..line.next));
                Ok(())
            }
            None if line.octets.is_empty() => {
                self.leave_header(EncodingPlace::Before(line.start), line.next)
            }
            None => {
                self.leave_header(EncodingPlace::BeforeText(line.start), line.start)?;
                self.take(line)
            }
        }
    }

    fn leave_header(&mut self, place: EncodingPlace, start: u64) -> Result<(), NoSevenBitForm> {
        let State::Header { entity, inherited, .. } = mem::replace(&mut self.state, State::Between)
        else {
            return Ok(());
        };
        self.enter(&entity, inherited, place, start)
    }

    /// Begins the body of an entity.
    fn enter(
        &mut self,
        entity: &Entity,
        inherited: Inherited,
        place: EncodingPlace,
        start: u64,
    ) -> Result<(), NoSevenBitForm> {
        let content_type = entity.content_type(inherited.default_type);
        let essence = content_type.essence.as_str();
        let mut signed = inherited.signed.or(entity.signature);
        let identity = entity.encoding() == Encoding::Identity;
        if let (true, Some(boundary)) = (essence.starts_with("multipart/"), &content_type.boundary)
        {
            signed = signed.or(match essence {
                "multipart/signed" => Some("multipart/signed"),
                "multipart/encrypted" => Some("multipart/encrypted"),
                _ => None,
            });
            let default_type =
                if essence == "multipart/digest" { "message/rfc822" } else { "text/plain" };
            if self.outer.len() == DEEPEST {
                return Err(untouchable("it has too many parts within parts"));
            }
            self.outer.push(Multipart { boundary: boundary.clone(), signed, default_type });
            self.state = State::Between;
            return Ok(());
        }
        let ends_its_header = !matches!(place, EncodingPlace::BeforeText(_));
        let is_message = matches!(essence, "message/rfc822" | "message/global");
        if identity && is_message && ends_its_header {
            self.state = State::header(Inherited { signed, default_type: "text/plain" });
            return Ok(());
        }
        let untouchable = if let Some(signed) = signed {
            Some(format!("it is signed: {signed}"))
        } else if !identity || entity.has_two_encodings {
            Some("a part of it is not in the encoding that it names".to_owned())
        } else if essence.starts_with("multipart/") {
            Some(format!("it has a {essence} without a boundary"))
        } else if essence.starts_with("message/") {
            Some(format!("it has a {essence}, which may not be encoded"))
        } else {
            None
        };
        let place = match &entity.encoding_place {
            Some(range) if place != EncodingPlace::Message => {
                EncodingPlace::InPlaceOf(range.clone())
            }
            _ => place,
        };
        let leaf = Leaf { place, body: start..start };
        self.state = State::Leaf(Open { leaf, unfit: false, untouchable });
        Ok(())
    }

    /// Ends a leaf where the line before ends.
    fn close(&mut self) -> Result<(), NoSevenBitForm> {
        let State::Leaf(Open { mut leaf, unfit, untouchable }) =
            mem::replace(&mut self.state, State::Between)
        else {
            return Ok(());
        };
        if !unfit {
            return Ok(());
        }
        if let Some(why) = untouchable {
            return Err(NoSevenBitForm::Untouchable(why));
        }
        if self.found.len() == MOST_LEAVES {
            return Err(self::untouchable("it has too many parts"));
        }
        leaf.body.end = self.end.max(leaf.body.start);
        self.found.push(leaf);
        Ok(())
    }

    /// Which multipart a line is a boundary of, and whether it ends that.
    fn boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let text = line.strip_prefix(b"--")?.trim_ascii_end();
        let multiparts = self.outer.iter().enumerate().rev();
        for (depth, Multipart { boundary, .. }) in multiparts {
            match text.strip_prefix(boundary.as_slice()) {
                Some(b"") => return Some((depth, false)),
                Some(b"--") => return Some((depth, true)),
                _ => {}
            }
        }
        None
    }
}

impl State {
    fn header(inherited: Inherited) -> Self {
        Self::Header { entity: Entity::default(), field: None, inherited }
    }
}

fn untouchable(why: &str) -> NoSevenBitForm {
    NoSevenBitForm::Untouchable(why.to_owned())
}
