//! A ready message: sent as it is, but for line ends, hidden recipients, and fields that every
//! message needs. It is never parsed and written anew; of one that was written for sendmail(8) the
//! fields that need it are set right.
//!
//! Reads the message twice, here and when it is sent; what has changed between stops it.

mod amend;
mod content_type;
mod entity;
mod envelope;
mod error;
mod header;
mod lines;
mod mend;
mod remark;
mod seven_bit;
mod walk;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

pub use envelope::{HeaderEnvelope, header_envelope};
pub use error::ReadyError;
pub use remark::Remark;

use crate::model::{
    Address, BodyType, Content, EnvelopeSender, Facts, Form, HeaderRecipients, Mail, Mending,
    Parameters, Piece, Ready, SevenBitForm, Source, Stamp, Stretch,
};
use amend::{Amended, Known, amend};
use envelope::Reader;
use header::{Field, Header};
use mend::{Body, add_mime, mend};
use seven_bit::{Original, seven_bit};
use walk::Unfit;

/// A mail, and what was noticed about its message.
#[derive(Debug)]
pub struct Prepared {
    /// The mail.
    pub mail: Mail,
    /// What was noticed, in no order.
    pub remarks: Vec<Remark>,
}

/// Makes a mail of a ready message.
pub fn prepare(ready: &Ready, stamp: &Stamp) -> Result<Prepared, ReadyError> {
    let Header { mut fields, body, mut remarks } = match header::read(&ready.source) {
        // Programs do send nothing at all, and want somebody to get it.
        Err(ReadyError::Empty) if ready.mending.is_some() => {
            Header { body: ready.source.length(), ..Header::default() }
        }
        header => header?,
    };
    if let Some(mending) = &ready.mending {
        let trace = mending.trace.as_deref().map(|trace| Field::new("Received", trace));
        fields.splice(0..0, trace);
        let mended = mend(fields, ready, mending)?;
        fields = mended.fields;
        remarks.extend(mended.remarks);
    }
    let qualify_domain = ready.qualify_domain.as_deref();
    let reader = Reader::new(&fields, qualify_domain);
    let login = ready.mending.as_ref().and_then(|mending| mending.login.as_ref());
    let own = ready.author.as_ref().or(login);
    let own_address = own.map(|author| &author.address);
    let reverse_path = match &ready.sender {
        EnvelopeSender::Given(path) => path.clone(),
        EnvelopeSender::Header => {
            let own = || own_address.cloned().ok_or(ReadyError::NoAuthor);
            Some(reader.sender()?.map_or_else(own, Ok)?)
        }
    };
    let recipients = recipients(ready, &reader)?;
    let author = envelope::author(&fields, qualify_domain).or_else(|| own_address.cloned());
    let domain = amend::domain([author.as_ref(), reverse_path.as_ref()]).to_owned();
    let name = ready.mending.as_ref().and_then(|mending| mending.name.as_deref());
    let known = Known { author: own, name, stamp, domain: &domain };
    let Amended { fields, message_id, remarks: mut amended } = amend(fields, &known)?;
    remarks.append(&mut amended);

    let body = body..end_of_last_line(&ready.source)?.max(body);
    let (content, body_type) = content(ready, fields, body, &mut remarks)?;
    let parameters = Parameters::default();
    let mail =
        Mail { reverse_path, recipients, parameters, author, content, body_type, message_id };
    Ok(Prepared { mail, remarks })
}

/// A message as it was given, but for its line ends, with what stands above it.
pub fn as_given(above: String, source: &Arc<Source>) -> Result<Content, ReadyError> {
    let (stretch, _) = Stretch::new(source, 0..end_of_last_line(source)?, Form::Lines)?;
    Ok(Content::new(vec![Piece::Octets(above.into_bytes()), Piece::Stretch(stretch)]))
}

/// Puts the message together from these fields and its body.
fn content(
    ready: &Ready,
    mut fields: Vec<Field>,
    body: Range<u64>,
    remarks: &mut Vec<Remark>,
) -> Result<(Content, BodyType), ReadyError> {
    let source = Arc::clone(&ready.source);
    let (stretch, Facts { eight_bit, nul, longest_line: longest }) =
        Stretch::new(&source, body.clone(), Form::Lines)?;
    if let Some(Mending { charset, .. }) = &ready.mending {
        let locale = charset.as_deref();
        let body = Body { source: &source, range: body.clone(), eight_bit, locale };
        remarks.extend(add_mime(&mut fields, &body)?);
    }
    if nul {
        remarks.push(Remark::Nul);
    }
    let header = header_octets(&fields, body.start < source.length());
    let original = Original { source, fields, body };
    // What the original is signed with or named wrongly stays, and may be refused.
    if ready.mending.is_some()
        && longest > remark::LONGEST_LINE
        && header.is_ascii()
        && let Ok(content) = seven_bit(&original, Unfit::EightBitOrLong)
    {
        remarks.push(Remark::LongLineEncoded { octets: longest });
        return Ok((content, BodyType::SevenBit));
    }
    let longest = longest.max(longest_line(&header));
    if longest > remark::LONGEST_LINE {
        remarks.push(Remark::LongLine { octets: longest });
    }
    let body_type = if eight_bit || !header.is_ascii() {
        let form = move || seven_bit(&original, Unfit::EightBit);
        BodyType::EightBit(SevenBitForm::new(Box::new(form)))
    } else {
        BodyType::SevenBit
    };
    let content = Content::new(vec![Piece::Octets(header), Piece::Stretch(stretch)]);
    Ok((content, body_type))
}

/// Everybody once, in order: those of the command line, then those of the header.
fn recipients(ready: &Ready, reader: &Reader<'_>) -> Result<Vec<Address>, ReadyError> {
    let mut all = ready.recipients.clone();
    if ready.header_recipients == HeaderRecipients::Read {
        match reader.recipients() {
            Err(ReadyError::NoRecipients { .. }) if !all.is_empty() => {}
            found => all.append(&mut found?),
        }
    }
    let mut seen = HashSet::new();
    all.retain(|address| seen.insert(address.clone()));
    Ok(all)
}

/// The header as it goes out, with the empty line behind it. If nothing follows, whoever writes
/// the message out ends that line.
fn header_octets(fields: &[Field], has_body: bool) -> Vec<u8> {
    let mut octets: Vec<u8> = fields.iter().flat_map(Field::octets).copied().collect();
    if has_body {
        octets.extend_from_slice(b"\r\n");
    }
    octets
}

/// Where the end of the last line begins.
fn end_of_last_line(source: &Source) -> Result<u64, ReadyError> {
    let length = source.length();
    let mut last = [0; 2];
    let count = length.min(2);
    let last = &mut last[..count as usize];
    source.read_at(length - count, last)?;
    let ending = match *last {
        [b'\r', b'\n'] => 2,
        [.., b'\r' | b'\n'] => 1,
        _ => 0,
    };
    Ok(length - ending)
}

fn longest_line(header: &[u8]) -> u64 {
    header
        .split(|octet| *octet == b'\n')
        .map(|line| line.len().saturating_sub(1))
        .max()
        .unwrap_or(0) as u64
}
