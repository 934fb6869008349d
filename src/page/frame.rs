//! The HTML of a message inside a page: in a frame that may do nothing, under a policy that loads
//! nothing. Images that the message carries itself are written in their places.
//!
//! Three fences stand behind each other. The frame is sandboxed without exception: no script, no
//! form, no window, no navigation of the page, no refresh. The policy of the page, which its
//! frames inherit, is said once more inside. And elements that act outside of any policy are no
//! such elements any more: browsers connect for some before they look at the policy.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::escape::escape;
use super::parts::{Attachment, Extent};
use super::{IMAGES, POLICY};

/// Elements that act whatever the policy says: Chromium connects to where a `link` preconnects and
/// to where an `iframe` is from. Their longer relatives (`frameset`) go with them.
const DISARMED: [&str; 7] = ["link", "meta", "base", "iframe", "frame", "object", "embed"];
/// Images that no browser takes for a document.
const IMAGE_TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// The frame for this HTML.
pub(super) fn frame(html: &str, attachments: &[Attachment<'_>]) -> String {
    // A target that cannot be opened makes links do nothing, where following one would replace
    // the message by an error.
    let document = format!(
        "<!DOCTYPE html><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
         <meta http-equiv=\"x-dns-prefetch-control\" content=\"off\">\
         <base target=\"_blank\">\
         <style>html{{color-scheme:light;background:#fff;color:#000;\
         font:16px/1.5 system-ui,sans-serif}}</style>\n{}",
        with_images(&disarmed(html), attachments)
    );
    format!(
        "<iframe sandbox=\"\" referrerpolicy=\"no-referrer\" title=\"HTML part\" \
         srcdoc=\"{}\"></iframe>\n",
        escape(&document)
    )
}

/// Gives the tags of [`DISARMED`] another name. A tag begins with `<` and its name without
/// anything in between, so there is no way to write one that is not found.
fn disarmed(html: &str) -> String {
    let mut safe = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at + 1);
        safe.push_str(before);
        if DISARMED.iter().any(|name| starts_with(tag, name)) {
            safe.push_str("x-");
        }
        rest = tag;
    }
    safe + rest
}

/// Replaces `cid:` addresses (RFC 2392) by the images they stand for, until [`IMAGES`] octets are
/// used up; others are left as they are, and load nothing.
fn with_images(html: &str, attachments: &[Attachment<'_>]) -> String {
    let mut shown = String::with_capacity(html.len());
    let mut left = IMAGES;
    let mut rest = html;
    while let Some(at) = rest.find(':') {
        let (before, after) = rest.split_at(at + 1);
        let scheme = before.len().checked_sub(4).and_then(|start| before.get(start..));
        let end = after.find(|c: char| c.is_whitespace() || "\"'<>)&;".contains(c));
        let (address, next) = after.split_at(end.unwrap_or(after.len()));
        let image = scheme
            .filter(|scheme| scheme.eq_ignore_ascii_case("cid:"))
            .and_then(|_| find(address, attachments))
            .filter(|image| image.octets.len() <= left);
        if let Some(image) = image {
            left -= image.octets.len();
            shown.push_str(&before[..before.len() - 4]);
            shown.push_str(&data_url(&image.media_type, &image.octets));
            rest = next;
        } else {
            shown.push_str(before);
            rest = after;
        }
    }
    shown + rest
}

fn find<'a>(address: &str, attachments: &'a [Attachment<'a>]) -> Option<&'a Attachment<'a>> {
    let is_it = |attachment: &&Attachment<'_>| {
        attachment.content_id.is_some_and(|id| id == address)
            && attachment.extent == Extent::Whole
            && IMAGE_TYPES.iter().any(|known| known.eq_ignore_ascii_case(&attachment.media_type))
    };
    if address.is_empty() { None } else { attachments.iter().find(is_it) }
}

/// The octets as an address (RFC 2397).
pub(super) fn data_url(media_type: &str, octets: &[u8]) -> String {
    let mut url = format!("data:{media_type};base64,");
    STANDARD.encode_string(octets, &mut url);
    url
}

fn starts_with(text: &str, name: &str) -> bool {
    text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn image(id: &'static str, media_type: &str, octets: usize) -> Attachment<'static> {
        Attachment {
            name: None,
            media_type: media_type.to_owned(),
            content_id: Some(id),
            octets: Cow::Owned(vec![0; octets]),
            extent: Extent::Whole,
        }
    }

    #[test]
    fn the_message_cannot_end_its_frame() {
        let frame = frame("\"></iframe><script>alert(1)</script>", &[]);
        assert_eq!(frame.matches("</iframe>").count(), 1);
        assert!(!frame.contains("<script"), "{frame}");
        assert!(frame.starts_with("<iframe sandbox=\"\" "), "{frame}");
    }

    #[test]
    fn elements_that_act_outside_of_the_policy_are_none_any_more() {
        assert_eq!(
            disarmed("<LINK rel=preconnect><bAse href=x><iframe src=y></iframe><p>link<</p>"),
            "<x-LINK rel=preconnect><x-bAse href=x><x-iframe src=y></iframe><p>link<</p>"
        );
        assert_eq!(disarmed("<<link><é"), "<<x-link><é");
    }

    #[test]
    fn an_image_of_the_message_is_written_in_its_place() {
        let images = [image("logo@x", "image/png", 3)];
        assert_eq!(
            with_images("a: <img src=\"CID:logo@x\"> <img src=cid:other> url(cid:logo@x)", &images),
            "a: <img src=\"data:image/png;base64,AAAA\"> <img src=cid:other> \
             url(data:image/png;base64,AAAA)"
        );
    }

    #[test]
    fn only_what_can_be_nothing_but_an_image_is_shown_as_one() {
        for media_type in ["image/svg+xml", "text/html", "image/png\"><script>", "*"] {
            let shown = with_images("<img src=cid:a>", &[image("a", media_type, 1)]);
            assert_eq!(shown, "<img src=cid:a>");
        }
    }

    #[test]
    fn an_image_that_is_named_often_does_not_fill_the_memory() {
        let shown =
            with_images(&"<img src='cid:a'>".repeat(1000), &[image("a", "image/png", IMAGES / 3)]);
        assert_eq!(shown.matches("data:image/png").count(), 3);
    }
}
