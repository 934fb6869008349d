//! Addresses and lists of them (RFC 5321 §4.1.2, RFC 5322 §3.4, RFC 6531), parsed once at the edge.
//!
//! Fails with a sentence that quotes the offending text and says what is wrong with it.

mod domain;
mod list;
mod local;
mod parts;
#[cfg(any(test, fuzzing))]
pub mod properties;
mod route;
mod scan;

use std::fmt;

pub use list::{AddressList, Written};
use parts::Author;
pub use parts::ListPart;

/// Domains that mean this machine, whatever it is called.
pub const LOCALHOST: [&str; 2] = ["localhost", "localhost.localdomain"];

/// Octets of an address that fit into a path of 256 with its angle brackets (RFC 5321 §4.5.3.1.3).
const LONGEST_ADDRESS: usize = 254;

/// An address with a domain, fit for the envelope. The domain is ASCII (A-labels) or a literal, in
/// lower case, so that equal addresses compare equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    local: String,
    domain: String,
}

/// An address with the name of its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name, decoded.
    pub name: Option<String>,
    /// The address.
    pub address: Address,
}

/// Why something is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AddressError(pub String);

impl Address {
    /// Parses one bare address: `local@domain`.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim_matches([' ', '\t']);
        let (local, domain) = scan::split(text).map_err(|reason| refuse(text, &reason))?;
        let domain = domain.ok_or_else(|| refuse(text, "no @ and domain"))?;
        Self::new(local, domain).map_err(|reason| refuse(text, &reason))
    }

    /// Checks both sides; the error is the bare reason.
    fn new(local: &str, domain: &str) -> Result<Self, String> {
        let author = Author::Person;
        Self::join(local::parse(local, author)?, domain::parse(domain, author)?)
    }

    /// Puts two checked sides together.
    fn join(local: String, domain: String) -> Result<Self, String> {
        let length = local.len() + 1 + domain.len();
        if length > LONGEST_ADDRESS {
            return Err(format!("{length} octets; an address has at most {LONGEST_ADDRESS}"));
        }
        Ok(Self { local, domain })
    }

    /// The part left of the `@`, quoted where it must be.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The part right of the `@`.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// False for a local part that needs SMTPUTF8.
    pub fn is_ascii(&self) -> bool {
        self.local.is_ascii()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

/// As typed and read by people: the name in quotes where it must be, not encoded.
impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.as_deref() {
            None | Some("") => write!(f, "{}", self.address),
            Some(name) if is_plain_phrase(name) => write!(f, "{name} <{}>", self.address),
            Some(name) => write!(f, "{} <{}>", quote(name), self.address),
        }
    }
}

/// Whether a character may stand in an atom (RFC 5322 §3.2.3, RFC 6532 §3.2).
fn is_atext(character: char) -> bool {
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        _ if character.is_ascii() => "!#$%&'*+-/=?^_`{|}~".contains(character),
        _ => !character.is_whitespace() && !character.is_control(),
    }
}

/// Whether a name is atoms with one space between them.
fn is_plain_phrase(name: &str) -> bool {
    name.split(' ').all(|word| !word.is_empty() && word.chars().all(is_atext))
}

/// A quoted string with this content (RFC 5322 §3.2.4).
fn quote(content: &str) -> String {
    let mut quoted = String::with_capacity(content.len() + 2);
    quoted.push('"');
    for character in content.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// An error about this text, which is shown on one line of a bearable length.
fn refuse(text: &str, reason: &str) -> AddressError {
    const LONGEST_SHOWN: usize = 80;
    let mut shown: String = text
        .chars()
        .take(LONGEST_SHOWN)
        .flat_map(|c| if c.is_control() { c.escape_debug().collect() } else { vec![c] })
        .collect();
    if text.chars().nth(LONGEST_SHOWN).is_some() {
        shown.push('…');
    }
    AddressError(format!("\"{shown}\": {reason}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(text: &str) -> String {
        Address::parse(text).unwrap().to_string()
    }

    fn reason(text: &str) -> String {
        Address::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn ordinary_addresses_stay_as_they_are() {
        for text in [
            "a@example.com",
            "root@localhost",
            "first.last+tag@mail.example.com",
            "o'brien@example.com",
            "!#$%&'*+-/=?^_`{|}~@example.com",
            "a@r3---sn-x.example.com",
            "a@123.example",
            "张三@example.com",
            "a@[192.0.2.1]",
            "a@[IPv6:2001:db8::1]",
        ] {
            assert_eq!(address(text), text);
        }
    }

    #[test]
    fn a_local_part_is_quoted_only_where_it_must_be() {
        assert_eq!(address(r#""a"@example.com"#), "a@example.com");
        assert_eq!(address(r#""a\b"@example.com"#), "ab@example.com");
        for text in [
            r#""a b"@x.test"#,
            r#""a..b"@x.test"#,
            r#""a@b"@x.test"#,
            r#""\"\\"@x.test"#,
            r#""a；b"@x.test"#,
        ] {
            assert_eq!(address(text), text);
        }
    }

    #[test]
    fn a_domain_is_ascii_and_in_lower_case() {
        assert_eq!(address("A@Example.COM"), "A@example.com");
        assert_eq!(address("a@例子.中国"), "a@xn--fsqu00a.xn--fiqs8s");
        assert_eq!(address("a@bücher。example"), "a@xn--bcher-kva.example");
        assert_eq!(address("a@example.com."), "a@example.com");
        assert_eq!(address("a@[ipv6:2001:DB8:0::1]"), "a@[IPv6:2001:db8::1]");
        assert_eq!(address("\ta@example.com "), "a@example.com");
    }

    #[test]
    fn only_a_utf8_local_part_needs_smtputf8() {
        assert!(Address::parse("a@例子.中国").unwrap().is_ascii());
        assert!(!Address::parse("张三@example.com").unwrap().is_ascii());
    }

    #[test]
    fn a_refusal_quotes_the_text_and_says_why() {
        for (text, expected) in [
            ("", r#""": no @ and domain"#),
            ("a", r#""a": no @ and domain"#),
            ("@x", r#""@x": nothing before the @"#),
            ("a@", r#""a@": nothing after the @"#),
            (
                "a b@x",
                r#""a b@x": a space in the local part; quote it or separate addresses with commas"#,
            ),
            ("a@b@c", r#""a@b@c": more than one @; quote the local part if it contains one"#),
            (
                "a..b@x",
                r#""a..b@x": a dot at the start, at the end or doubled in the local part; quote it"#,
            ),
            ("a(b@x", r#""a(b@x": ( in the local part; quote it"#),
            ("a@x\r\nb", r#""a@x\r\nb": a control character (U+000D)"#),
            ("a\0@x", r#""a\0@x": a control character (U+0000)"#),
            ("\"a\tb\"@x", r#""\"a\tb\"@x": a control character (U+0009)"#),
            ("\"a@x", r#"""a@x": the quotation mark is not closed"#),
            ("\"a\"b@x", r#"""a"b@x": text between the closing quotation mark and the @"#),
            ("a@x y", r#""a@x y": a space in the domain"#),
            ("a@x_y", r#""a@x_y": _ in the domain"#),
            ("a@-x", r#""a@-x": a hyphen at the start or end of the label "-x""#),
            ("a@x..y", r#""a@x..y": an empty label in the domain"#),
            (
                "a@192.0.2.1",
                r#""a@192.0.2.1": an IP address as a domain stands in brackets: [192.0.2.1]"#,
            ),
            (
                "a@[2001:db8::1]",
                r#""a@[2001:db8::1]": an IPv6 address is written [IPv6:2001:db8::1]"#,
            ),
            (
                "a@[x]",
                r#""a@[x]": not an address literal such as [192.0.2.1] or [IPv6:2001:db8::1]"#,
            ),
            ("a\u{200b}@x", "\"a\u{200b}@x\": an invisible character (U+200B) in the local part"),
        ] {
            assert_eq!(reason(text), expected.replace(r#"\"a\tb\""#, "\"a\\tb\""), "{text:?}");
        }
    }

    #[test]
    fn lengths_are_limited_in_octets() {
        let domain = ["d".repeat(63), "d".repeat(63), "d".repeat(61)].join(".");
        assert!(Address::parse(&format!("{}@x.test", "l".repeat(64))).is_ok());
        assert!(reason(&format!("{}@x.test", "l".repeat(65))).contains("at most 64"));
        assert!(reason(&format!("{}@x.test", "张".repeat(22))).contains("at most 64"));
        assert!(Address::parse(&format!("{}@{domain}", "l".repeat(64))).is_ok());
        assert!(reason(&format!("{}@{domain}d", "l".repeat(64))).contains("at most 254"));
        assert!(reason(&format!("a@{}", "d".repeat(64))).contains("at most 63"));
        assert!(reason(&format!("a@{}", "d.".repeat(130))).contains("at most 253"));
    }

    #[test]
    fn a_long_text_is_shown_clipped() {
        let shown = reason(&"long ".repeat(100));
        assert!(shown.len() < 200 && shown.contains('…'), "{shown}");
    }

    #[test]
    fn a_name_is_shown_quoted_only_where_it_must_be() {
        let shown = |name: &str| {
            let address = Address::parse("a@x.test").unwrap();
            Mailbox { name: Some(name.to_owned()), address }.to_string()
        };
        assert_eq!(shown("Jane Doe"), "Jane Doe <a@x.test>");
        assert_eq!(shown("张三"), "张三 <a@x.test>");
        assert_eq!(shown("Zhang, San"), r#""Zhang, San" <a@x.test>"#);
        assert_eq!(shown("J. Smith"), r#""J. Smith" <a@x.test>"#);
        assert_eq!(shown(r#"the "boss"\"#), r#""the \"boss\"\\" <a@x.test>"#);
        assert_eq!(shown("two  spaces"), r#""two  spaces" <a@x.test>"#);
        assert_eq!(shown(""), "a@x.test");
    }

    proptest! {
        #[test]
        fn no_input_panics_and_what_parses_reads_the_same_again(text in ".{0,40}") {
            if let Ok(address) = Address::parse(&text) {
                prop_assert_eq!(Address::parse(&address.to_string()).unwrap(), address);
            }
        }

        #[test]
        fn any_text_can_be_a_quoted_local_part(text in r#"[ -~\u{a1}-\u{2fff}&&[^"\\\s\u{ad}\u{2000}-\u{206f}]]{1,20}"#) {
            let address = Address::parse(&format!("\"{text}\"@x.test"));
            prop_assert!(address.is_ok(), "{address:?}");
            let address = address.unwrap();
            prop_assert_eq!(Address::parse(&address.to_string()).unwrap(), address);
        }
    }
}
