//! A page to look at: a message and what is known of it as one HTML file that needs nothing else,
//! and an index of such files. Pure: octets and words go in, text comes out.
//!
//! Whatever a message says, its page runs nothing and loads nothing: it has no script, every word
//! goes through [`escape`], HTML is shown in a [`frame`] that may do nothing, and a policy forbids
//! the rest. What is huge is left out with a sentence that says so. Nothing here can fail.

mod escape;
mod frame;
mod index;
mod message;
mod parts;

pub use index::{Entry, index};
pub use message::message;
pub use parts::parse;

/// Octets of a message that a page wants to see; of a larger one it shows the beginning.
pub const HEAD: u64 = 16 << 20;

/// Octets of an attachment that can be saved from the page, and of all of them together.
const ATTACHMENT: usize = 4 << 20;
const ATTACHMENTS: usize = 8 << 20;
/// Octets of the images shown in one HTML part.
const IMAGES: usize = 4 << 20;
/// Attachments listed.
const ATTACHMENT_ROWS: usize = 200;
/// Octets of a text or HTML part.
const TEXT: usize = 1 << 20;
/// Text and HTML parts shown.
const BODIES: usize = 8;
/// Header fields shown, and octets of each.
const FIELDS: usize = 200;
const FIELD: usize = 4 << 10;
/// Recipients of the envelope named.
const RECIPIENTS: usize = 100;
/// Octets of raw source.
const SOURCE: usize = 256 << 10;
/// Lines of the dialogue.
const LINES: usize = 1000;

/// What a page and its frames may do (Content Security Policy Level 3): load nothing. A frame is
/// under the policy of its page, so styles cannot be pinned to a hash: mail is styled inline.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                      frame-src 'none'; base-uri 'none'; form-action 'none'";

/// What is known of a message.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Why there is a page of it.
    pub occasion: Occasion<'a>,
    /// The message from its first octet, at most [`HEAD`] of it.
    pub head: &'a [u8],
    /// Octets of the whole message.
    pub size: u64,
    /// The name of the file beside the page that has the whole message.
    pub file: &'a str,
    /// The envelope's sender; empty is `<>`.
    pub reverse_path: &'a str,
    /// Everybody in the envelope.
    pub recipients: &'a [String],
    /// What client and server said, a line each with `C:`, `S:` or `--` before it, secrets masked.
    pub dialogue: &'a [String],
}

/// Why there is a page of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion<'a> {
    /// A server of ours caught it, submitted in this way.
    Caught(&'a str),
    /// It would go to this server.
    Preview(&'a str),
}

/// The beginning of every page, up to and with the start of its body.
fn opening(title: &str, more: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n{more}\
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
        escape::escape(title),
        include_str!("style.css")
    )
}

const CLOSING: &str = "</body>\n</html>\n";

/// A number of octets for people.
fn bytes(count: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = (u128::from(count) * 10 + u128::from(unit) / 2) / u128::from(unit);
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match count {
        1 => "1 byte".to_owned(),
        0..1_000 => format!("{count} bytes"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_for_people() {
        for (count, said) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_050, "1.1 kB"),
            (2_340_000, "2.3 MB"),
            (u64::MAX, "18446744073.7 GB"),
        ] {
            assert_eq!(bytes(count), said);
        }
    }
}
