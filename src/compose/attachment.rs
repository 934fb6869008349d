//! Attachments as MIME parts. What is in memory is encoded here; what is in a file stays there, and
//! a mark in the skeleton says where it belongs.

use lettre::message::header::{ContentTransferEncoding, Header, HeaderName, HeaderValue};
use lettre::message::{Body as EncodedBody, SinglePart};

use super::ComposeError;
use super::media_type::{MediaType, attachment_disposition};
use crate::model::{Attachment, FilePart, Piece, Source};

/// Stands for a file's octets. Nothing else in a message can be a NUL: header fields refuse it, and
/// text that has one is encoded.
const MARK: u8 = 0;

/// The part for one attachment, always in base64: as 7bit, its line ends would become the
/// transport's business.
pub(super) fn attachment_part(attachment: &Attachment) -> Result<SinglePart, ComposeError> {
    let given = MediaType::parse(&attachment.content_type).ok_or_else(|| {
        let (name, content_type) = (attachment.name.clone(), attachment.content_type.clone());
        ComposeError::ContentType { name, content_type }
    })?;
    // Messages and multiparts must not be encoded as a whole, and as they are they need not pass;
    // a plain file always does.
    let media_type = if given.forbids_base64() { MediaType::octet_stream() } else { given };
    let part = SinglePart::builder()
        .header(ContentTypeField(media_type.content_type(&attachment.name)))
        .header(ContentTransferEncoding::Base64)
        .header(DispositionField(attachment_disposition(&attachment.name)));
    Ok(match &attachment.source {
        Source::Memory(octets) => part.body(octets.clone()),
        Source::File(_) => part
            .body(EncodedBody::dangerous_pre_encoded(vec![MARK], ContentTransferEncoding::Base64)),
    })
}

/// Puts the files where the skeleton has their marks.
pub(super) fn fill_in(skeleton: &[u8], attachments: &[Attachment]) -> Vec<Piece> {
    let files = attachments.iter().filter_map(|attachment| match &attachment.source {
        Source::File(file) => Some(file.clone()),
        Source::Memory(_) => None,
    });
    let mut files = files.map(|file: FilePart| Piece::Base64(file));
    let mut pieces = Vec::new();
    for octets in skeleton.split(|octet| *octet == MARK) {
        if !pieces.is_empty() {
            pieces.extend(files.next());
        }
        pieces.push(Piece::Octets(octets.to_vec()));
    }
    pieces
}

/// Content-Type as composed here; lettre's own can neither fold nor name a file for old readers.
#[derive(Clone)]
struct ContentTypeField(String);

impl Header for ContentTypeField {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Type")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::dangerous_new_pre_encoded(Self::name(), self.0.clone(), self.0.clone())
    }
}

/// Content-Disposition as composed here; lettre's own breaks long names where some readers lose
/// them.
#[derive(Clone)]
struct DispositionField(String);

impl Header for DispositionField {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Disposition")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::dangerous_new_pre_encoded(Self::name(), self.0.clone(), self.0.clone())
    }
}
