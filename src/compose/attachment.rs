//! Attachments as MIME parts. What is in memory is encoded here; what is in a file stays there, and
//! a mark in the skeleton says where it belongs.

use lettre::message::header::{ContentTransferEncoding, Header, HeaderName, HeaderValue};
use lettre::message::{Body as EncodedBody, SinglePart};

use super::ComposeError;
use super::attached_message::is_canonical;
use super::media_type::{MediaType, attachment_disposition};
use crate::model::{Attachment, Piece, Source};

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
    let part = SinglePart::builder()
        .header(ContentTypeField(media_type.content_type(&attachment.name)))
        .header(encoding)
        .header(DispositionField(attachment_disposition(&attachment.name)));
    Ok(match &attachment.source {
        Source::Memory(octets) if !passes => part.body(octets.clone()),
        Source::Memory(octets) => {
            part.body(EncodedBody::dangerous_pre_encoded(octets.clone(), encoding))
        }
        Source::File(_) | Source::Message(_) => {
            part.body(EncodedBody::dangerous_pre_encoded(vec![MARK], encoding))
        }
    })
}

fn contains(octets: &[u8], sought: &[u8]) -> bool {
    octets.windows(sought.len()).any(|window| window == sought)
}

/// Puts the files where the skeleton has their marks.
pub(super) fn fill_in(skeleton: &[u8], attachments: &[Attachment]) -> Vec<Piece> {
    let mut files = attachments.iter().filter_map(|attachment| {
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
