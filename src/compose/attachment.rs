//! Attachments as MIME parts. What is in memory is encoded here; what is in a file stays there, and
//! a mark in the skeleton says where it belongs.

use lettre::message::header::ContentTransferEncoding;
use lettre::message::{Body as EncodedBody, SinglePart, SinglePartBuilder};

use super::ComposeError;
use super::media_type::{MediaType, disposition};
use super::part_field::{ContentIdField, ContentTypeField, DispositionField};
use crate::model::{Attachment, Draft, Inline, Piece, Source, is_content_id};

/// Stands for a file's octets. Nothing else in a message can be a NUL: header fields refuse it, and
/// text that has one is encoded.
const MARK: u8 = 0;

/// The part for one attachment, always in base64: as 7bit, its line ends would become the
/// transport's business.
pub(super) fn attachment_part(attachment: &Attachment) -> Result<SinglePart, ComposeError> {
    let media_type = media_type(attachment)?;
    let part = SinglePart::builder()
        .header(ContentTypeField(media_type.content_type(&attachment.name)))
        .header(ContentTransferEncoding::Base64)
        .header(DispositionField(disposition("attachment", &attachment.name)));
    Ok(filled(part, attachment))
}

/// The part for an image that the HTML shows.
pub(super) fn inline_part(inline: &Inline) -> Result<SinglePart, ComposeError> {
    let Inline { content_id, attachment } = inline;
    if !is_content_id(content_id) {
        return Err(ComposeError::ContentId(content_id.clone()));
    }
    let media_type = media_type(attachment)?;
    let part = SinglePart::builder()
        .header(ContentTypeField(media_type.content_type(&attachment.name)))
        .header(ContentTransferEncoding::Base64)
        .header(ContentIdField(format!("<{content_id}>")))
        .header(DispositionField(disposition("inline", &attachment.name)));
    Ok(filled(part, attachment))
}

fn media_type(attachment: &Attachment) -> Result<MediaType, ComposeError> {
    let given = MediaType::parse(&attachment.content_type).ok_or_else(|| {
        let (name, content_type) = (attachment.name.clone(), attachment.content_type.clone());
        ComposeError::ContentType { name, content_type }
    })?;
    // Messages and multiparts must not be encoded as a whole, and as they are they need not pass;
    // a plain file always does.
    Ok(if given.forbids_base64() { MediaType::octet_stream() } else { given })
}

/// The octets in base64, or the mark of their file.
fn filled(part: SinglePartBuilder, attachment: &Attachment) -> SinglePart {
    match &attachment.source {
        Source::Memory(octets) => part.body(octets.clone()),
        Source::File(_) => part
            .body(EncodedBody::dangerous_pre_encoded(vec![MARK], ContentTransferEncoding::Base64)),
    }
}

/// Puts the files where the skeleton has their marks.
pub(super) fn fill_in(skeleton: Vec<u8>, draft: &Draft) -> Vec<Piece> {
    if !skeleton.contains(&MARK) {
        return vec![Piece::Octets(skeleton)];
    }
    let inline = draft.body.inline().iter().map(|inline| &inline.attachment);
    let mut files = inline.chain(&draft.attachments).filter_map(|one| match &one.source {
        Source::File(file) => Some(Piece::Base64(file.clone())),
        Source::Memory(_) => None,
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
