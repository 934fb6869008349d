//! What HTML says of itself: its charset, and the images that it expects beside it.

use crate::commands::charset::Charset;

/// How far the standard lets one look for the charset.
const HEAD: usize = 1024;

/// Where a charset stands in a meta element, and which.
struct Declaration<'a> {
    name: &'a str,
    start: usize,
}

/// The charset that the markup claims in a meta element, if it is one.
pub(super) fn declared_charset(octets: &[u8]) -> Option<Charset> {
    // ASCII is all that counts here, and every octet that is not stays one character.
    let head: String = octets.iter().take(HEAD).map(|octet| char::from(*octet)).collect();
    declaration(&head).and_then(|found| Charset::named(found.name))
}

/// The markup, which claims to be UTF-8 if it claims anything.
pub(super) fn as_utf_8(mut markup: String) -> String {
    let end = (0..=HEAD.min(markup.len())).rev().find(|end| markup.is_char_boundary(*end));
    let found = declaration(&markup[..end.unwrap_or(0)]);
    if let Some(range) = found.map(|found| found.start..found.start + found.name.len()) {
        markup.replace_range(range, "utf-8");
    }
    markup
}

/// Every Content-ID that the markup names in `cid:` addresses (RFC 2392), once.
pub(super) fn content_ids(markup: &str) -> Vec<String> {
    const SCHEME: &str = "cid:";
    let lower = markup.to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, _) in lower.match_indices(SCHEME) {
        // In prose it is no address.
        if !lower[..at].trim_end().ends_with(['"', '\'', '(', '=']) {
            continue;
        }
        let rest = &markup[at + SCHEME.len()..];
        let end = rest.find(['"', '\'', ')', '>', '<', ' ', '\t', '\r', '\n']);
        let name = unescaped(&rest[..end.unwrap_or(rest.len())]);
        if !name.is_empty() && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// Without the escapes of HTML and of addresses that can be in a Content-ID.
fn unescaped(address: &str) -> String {
    let address = address.replace("&amp;", "&");
    let mut octets = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let [first, behind @ ..] = rest {
        let digits = behind.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(octet) if *first == b'%' => {
                octets.push(octet);
                rest = &behind[2..];
            }
            _ => {
                octets.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// Finds `<meta charset=…>` or `<meta … content="text/html; charset=…">`.
fn declaration(head: &str) -> Option<Declaration<'_>> {
    let lower = without_comments(head);
    for (at, _) in lower.match_indices("<meta") {
        let end = lower[at..].find('>').map_or(lower.len(), |length| at + length);
        let Some(word) = lower[at..end].find("charset") else { continue };
        let behind = &lower[at + word + "charset".len()..end];
        let Some(value) = behind.trim_start().strip_prefix('=') else { continue };
        let value = value.trim_start().trim_start_matches(['"', '\'']);
        let start = end - value.len();
        let length = value.find(|c: char| c.is_ascii_whitespace() || "\"';/>".contains(c));
        let name = &head[start..start + length.unwrap_or(value.len())];
        return (!name.is_empty()).then_some(Declaration { name, start });
    }
    None
}

/// In lower case and of the same length, with spaces for comments.
fn without_comments(head: &str) -> String {
    let mut lower = head.to_ascii_lowercase();
    while let Some(start) = lower.find("<!--") {
        let end = lower[start..].find("-->").map_or(lower.len(), |length| start + length + 3);
        lower.replace_range(start..end, &" ".repeat(end - start));
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(markup: &str) -> Option<&'static str> {
        declared_charset(markup.as_bytes()).map(Charset::name)
    }

    #[test]
    fn a_charset_is_found_in_either_form_of_meta() {
        assert_eq!(declared("<html><META CharSet=GB2312>"), Some("GBK"));
        assert_eq!(declared("<meta charset = 'big5' />"), Some("Big5"));
        let old = "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=euc-kr\">";
        assert_eq!(declared(old), Some("EUC-KR"));
        assert_eq!(declared("<meta name=viewport content=x><meta charset=koi8-r>"), Some("KOI8-R"));
    }

    #[test]
    fn elsewhere_there_is_none() {
        for markup in [
            "<p>charset=gbk</p>",
            "<!-- <meta charset=gbk> -->",
            "<meta charset=>",
            "<meta charset",
            "<meta charset=klingon>",
            "<!-- é",
        ] {
            assert_eq!(declared(markup), None, "{markup}");
        }
        assert_eq!(declared(&format!("{}<meta charset=gbk>", " ".repeat(2000))), None);
    }

    #[test]
    fn only_the_name_of_the_charset_is_changed() {
        let as_utf_8 = |markup: &str| as_utf_8(markup.to_owned());
        assert_eq!(as_utf_8("<Meta Charset='GB2312'>你"), "<Meta Charset='utf-8'>你");
        assert_eq!(
            as_utf_8("<meta content=\"text/html; charset=gbk\"> charset=gbk"),
            "<meta content=\"text/html; charset=utf-8\"> charset=gbk"
        );
        assert_eq!(as_utf_8("<p>你"), "<p>你");
        assert_eq!(as_utf_8(&"你".repeat(400)), "你".repeat(400));
    }

    #[test]
    fn images_are_found_wherever_an_address_may_be() {
        let markup = "<img src=\"cid:logo.png\"><td background='CID:a@b'>url(cid:c&amp;d) \
                      <img src=cid:e%20f><img src=\" cid:logo.png\"> acid: the cid:prose \"cid:\"";
        assert_eq!(content_ids(markup), ["logo.png", "a@b", "c&d", "e f"]);
    }
}
