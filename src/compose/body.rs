//! The body of a mail as MIME parts: a text or its alternatives, the plainest first (RFC 2046
//! §5.1.4), the HTML with its images around it (RFC 2387), an invitation last.

use lettre::message::{MultiPart, SinglePart};

use super::ComposeError;
use super::attachment::inline_part;
use super::fold::FoldedValue;
use super::part_field::ContentTypeField;
use super::text_part::text_part;
use crate::model::{Body, Calendar, Html};

/// A part of a message, with parts inside or not.
pub(super) enum Entity {
    Single(SinglePart),
    Multi(MultiPart),
}

impl Entity {
    /// Content fields, an empty line, the content, and a CRLF behind its last line.
    pub(super) fn formatted(&self) -> Vec<u8> {
        match self {
            Self::Single(part) => part.formatted(),
            Self::Multi(parts) => parts.formatted(),
        }
    }

    /// Several parts as one; the boundary is the prefix and the subtype.
    pub(super) fn multi(
        subtype: &str,
        boundary_prefix: &str,
        parts: impl IntoIterator<Item = Self>,
    ) -> Self {
        let content_type = multipart_type(subtype, &format!("{boundary_prefix}.{subtype}"));
        let multi = MultiPart::builder().header(ContentTypeField(content_type)).build();
        Self::Multi(parts.into_iter().fold(multi, |multi, part| match part {
            Self::Single(part) => multi.singlepart(part),
            Self::Multi(parts) => multi.multipart(parts),
        }))
    }
}

fn multipart_type(subtype: &str, boundary: &str) -> String {
    let mut value = FoldedValue::new("Content-Type");
    value.put("", &format!("multipart/{subtype};"));
    if subtype == "related" {
        // Of the part that the others belong to, the first.
        value.put(" ", "type=\"text/html\";");
    }
    value.put(" ", &format!("boundary=\"{boundary}\""));
    value.finish()
}

/// The body and the invitation as one entity. No boundary that begins with `boundary_prefix` can
/// occur in what they become.
pub(super) fn body_entity(
    body: &Body,
    calendar: Option<&Calendar>,
    boundary_prefix: &str,
) -> Result<Entity, ComposeError> {
    let text = |content_type: &str, text: &str| {
        Entity::Single(text_part(content_type.to_owned(), text, boundary_prefix))
    };
    let plain = |plain: &str| text("text/plain; charset=utf-8", plain);
    let html = |html: &Html| {
        let markup = text("text/html; charset=utf-8", &html.markup);
        if html.inline.is_empty() {
            return Ok(markup);
        }
        let mut parts = vec![markup];
        for inline in &html.inline {
            parts.push(Entity::Single(inline_part(inline, boundary_prefix)?));
        }
        Ok(Entity::multi("related", boundary_prefix, parts))
    };
    let mut forms = match body {
        Body::Text(one) => vec![plain(one)],
        Body::Html(one) => vec![html(one)?],
        Body::Alternative { text, html: markup } => vec![plain(text), html(markup)?],
    };
    forms.extend(calendar.map(|calendar| text(&calendar_type(calendar), &calendar.text)));
    if forms.len() > 1 {
        return Ok(Entity::multi("alternative", boundary_prefix, forms));
    }
    Ok(forms.remove(0))
}

/// With the method, by which a mail program knows an invitation (RFC 6047 §2.4).
fn calendar_type(calendar: &Calendar) -> String {
    let mut value = FoldedValue::new("Content-Type");
    value.put("", "text/calendar;");
    match &calendar.method {
        None => value.put(" ", "charset=utf-8"),
        Some(method) => {
            value.put(" ", "charset=utf-8;");
            value.put(" ", &format!("method={method}"));
        }
    }
    value.finish()
}
