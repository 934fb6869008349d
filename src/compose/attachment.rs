//! Attachments as MIME parts. What is in memory is encoded here; what is in a file stays there, and
//! a mark in the skeleton says where it belongs.

use lettre::message::header::ContentTransferEncoding;
use lettre::message::{Body as EncodedBody, SinglePart, SinglePartBuilder};

use super::ComposeError;
use super::attached_message::is_canonical;
use super::media_type::{MediaType, disposition};
use super::part_field::{ContentIdField, ContentTypeField, DispositionField};
use crate::model::{Attachment, Draft, Inline, Piece, Source, is_content_id};

/// Stands for a file's octets. Nothing else in a message can be a NUL: header fields refuse it, and
/// text that has one is encoded.
const MARK: u8 = 0;

/// The part for one attachment, in base64: as 7bit, its line ends would become the transport's
/// business. A message is as it is (RFC 2046 §5.2.1), unless it cannot be or has in it what the
/// boundaries begin with.
pub(super) fn attachment_part(
    attachment: &Attachment,
    boundary_prefix: &str,
) -> Result<SinglePart, ComposeError> {
    let form = form(attachment, boundary_prefix)?;
    let part = SinglePart::builder()
        .header(ContentTypeField(form.media_type.content_type(&attachment.name)))
        .header(form.encoding)
        .header(DispositionField(disposition("attachment", &attachment.name)));
    Ok(filled(part, attachment, form.encoding))
}

/// The part for an image that the HTML shows.
pub(super) fn inline_part(
    inline: &Inline,
    boundary_prefix: &str,
) -> Result<SinglePart, ComposeError> {
    let Inline { content_id, attachment } = inline;
    if !is_content_id(content_id) {
        return Err(ComposeError::ContentId(content_id.clone()));
    }
    let form = form(attachment, boundary_prefix)?;
    let part = SinglePart::builder()
        .header(ContentTypeField(form.media_type.content_type(&attachment.name)))
        .header(form.encoding)
        .header(ContentIdField(format!("<{content_id}>")))
        .header(DispositionField(disposition("inline", &attachment.name)));
    Ok(filled(part, attachment, form.encoding))
}

/// What a file goes out as.
struct Form {
    media_type: MediaType,
    encoding: ContentTransferEncoding,
}

fn form(attachment: &Attachment, boundary_prefix: &str) -> Result<Form, ComposeError> {
    let given = MediaType::parse(&attachment.content_type).ok_or_else(|| {
        let (name, content_type) = (attachment.name.clone(), attachment.content_type.clone());
        ComposeError::ContentType { name, content_type }
    })?;
    let passes = given.is_message()
        && match &attachment.source {
            Source::Memory(octets) => {
                is_canonical(octets) && !contains(octets, boundary_prefix.as_bytes())
            }
            Source::Message(_) => true,
            Source::File(_) => false,
        };
    let encoding = match passes {
        true => ContentTransferEncoding::SevenBit,
        false => ContentTransferEncoding::Base64,
    };
    // Messages and multiparts must not be encoded as a whole, and as they are they need not pass;
    // a plain file always does.
    let is_plain_file = given.forbids_base64() && !passes;
    let media_type = if is_plain_file { MediaType::octet_stream() } else { given };
    Ok(Form { media_type, encoding })
}

/// The octets in their encoding, or the mark of their file.
fn filled(
    part: SinglePartBuilder,
    attachment: &Attachment,
    encoding: ContentTransferEncoding,
) -> SinglePart {
    match &attachment.source {
        Source::Memory(octets) if encoding == ContentTransferEncoding::Base64 => {
            part.body(octets.clone())
        }
        Source::Memory(octets) => {
            part.body(EncodedBody::dangerous_pre_encoded(octets.clone(), encoding))
        }
        Source::File(_) | Source::Message(_) => {
            part.body(EncodedBody::dangerous_pre_encoded(vec![MARK], encoding))
        }
    }
}

fn contains(octets: &[u8], sought: &[u8]) -> bool {
    octets.windows(sought.len()).any(|window| window == sought)
}

/// Puts the files where the skeleton has their marks.
pub(super) fn fill_in(skeleton: Vec<u8>, draft: &Draft) -> Vec<Piece> {
    if !skeleton.contains(&MARK) {
        return vec![Piece::Octets(skeleton)];
    }
    let inline = draft.body.inline().iter().map(|inline| &inline.attachment);
    let mut files = inline.chain(&draft.attachments).filter_map(|attachment| {
        let is_message =
            || MediaType::parse(&attachment.content_type).is_some_and(|given| given.is_message());
        match &attachment.source {
            Source::File(file) => Some(Piece::Base64(file.clone())),
            Source::Message(file) if is_message() => Some(Piece::File(file.clone())),
            Source::Message(file) => Some(Piece::Base64(file.clone())),
            Source::Memory(_) => None,
        }
    });
    let mut pieces = Vec::new();
    for octets in skeleton.split(|octet| *octet == MARK) {
        if !pieces.is_empty() {
            pieces.extend(files.next());
        }
        pieces.push(Piece::Octets(octets.to_vec()));
    }
    pieces
}
