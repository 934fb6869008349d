//! The part right of the `@`: host name or address literal (RFC 5321 §4.1.2, §4.1.3, RFC 5891).

use std::net::{Ipv4Addr, Ipv6Addr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::parts::Author;

/// Characters of a host name without its final dot (RFC 1035 §2.3.4; the 255 there count octets
/// of the DNS's own form).
const LONGEST: usize = 253;
/// Characters of a label.
const LONGEST_LABEL: usize = 63;

/// Checks a domain; gives it in A-labels and lower case. Some hosts have a `_` in their name, which
/// no host name has: only programs mean it.
pub(super) fn parse(text: &str, author: Author) -> Result<String, String> {
    if text.starts_with('[') {
        return parse_literal(text);
    }
    if let Some(space) = text.chars().find(|c| c.is_whitespace()) {
        return Err(match space {
            ' ' => "a space in the domain".to_owned(),
            _ => format!("white space (U+{:04X}) in the domain", u32::from(space)),
        });
    }
    let ascii =
        if text.is_ascii() { text.to_ascii_lowercase() } else { to_a_labels(text)?.into_owned() };
    // A final dot means the same host; SMTP has no place for it.
    let host = ascii.strip_suffix('.').unwrap_or(&ascii);
    check_host_name(host, author)?;
    Ok(host.to_owned())
}

fn to_a_labels(text: &str) -> Result<std::borrow::Cow<'_, str>, String> {
    let hyphens = Hyphens::CheckFirstLast;
    Uts46::new()
        .to_ascii(text.as_bytes(), AsciiDenyList::EMPTY, hyphens, DnsLength::Ignore)
        .map_err(|_| "not an internationalised domain name".to_owned())
}

fn check_host_name(host: &str, author: Author) -> Result<(), String> {
    if host.is_empty() {
        return Err("nothing after the @".to_owned());
    }
    if host.len() > LONGEST {
        let length = host.len();
        return Err(format!("a domain of {length} characters; it has at most {LONGEST}"));
    }
    let fits = |character: &char| match character {
        'a'..='z' | '0'..='9' | '-' | '.' => true,
        '_' => author == Author::Program,
        _ => false,
    };
    if let Some(wrong) = host.chars().find(|character| !fits(character)) {
        return Err(format!("{wrong} in the domain"));
    }
    for label in host.split('.') {
        if label.is_empty() {
            return Err("an empty label in the domain".to_owned());
        }
        if label.len() > LONGEST_LABEL {
            let length = label.len();
            return Err(format!("a label of {length} characters; it has at most {LONGEST_LABEL}"));
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(format!("a hyphen at the start or end of the label \"{label}\""));
        }
    }
    if host.parse::<Ipv4Addr>().is_ok() {
        return Err(format!("an IP address as a domain stands in brackets: [{host}]"));
    }
    Ok(())
}

fn parse_literal(text: &str) -> Result<String, String> {
    const TAG: &str = "IPv6:";
    let refusal = || "not an address literal such as [192.0.2.1] or [IPv6:2001:db8::1]".to_owned();
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let inner = inner.ok_or_else(refusal)?;
    if let Ok(address) = inner.parse::<Ipv4Addr>() {
        return Ok(format!("[{address}]"));
    }
    if inner.parse::<Ipv6Addr>().is_ok() {
        return Err(format!("an IPv6 address is written [IPv6:{inner}]"));
    }
    match inner.split_at_checked(TAG.len()) {
        Some((tag, rest)) if tag.eq_ignore_ascii_case(TAG) => {
            let address: Ipv6Addr = rest.parse().map_err(|_| refusal())?;
            Ok(format!("[{TAG}{address}]"))
        }
        _ => Err(refusal()),
    }
}
