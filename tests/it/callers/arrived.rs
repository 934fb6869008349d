//! A mail as it lies in a mailbox of the real server.

use crate::support::{Parsed, python_parse};

/// The octets, and what Python reads in them.
pub(super) struct Arrived {
    octets: Vec<u8>,
    pub(super) parsed: Parsed,
}

impl Arrived {
    pub(super) fn new(octets: Vec<u8>) -> Self {
        let parsed = python_parse(&octets);
        Self { octets, parsed }
    }

    /// It has what a mail needs once, in ASCII, and tells nobody of Bcc.
    pub(super) fn is_whole(&self) -> &Self {
        for name in ["From", "Date", "Message-ID"] {
            assert_eq!(self.fields(name).len(), 1, "{name} in:\n{}", self.text());
        }
        assert_eq!(self.fields("Bcc"), [""; 0], "{}", self.text());
        assert!(self.halves().0.is_ascii(), "{}", self.text());
        self
    }

    /// Who is in the envelope as its sender.
    pub(super) fn came_from(&self, reverse_path: &str) -> &Self {
        assert_eq!(self.fields("Return-Path"), [format!("<{reverse_path}>")], "{}", self.text());
        self
    }

    /// Its one author.
    pub(super) fn is_from(&self, name: &str, address: &str) -> &Self {
        assert_eq!(self.parsed.from, [(name.to_owned(), address.to_owned())], "{}", self.text());
        self
    }

    /// Who is named in To, without their names.
    pub(super) fn is_to(&self, addresses: &[String]) -> &Self {
        let named: Vec<_> = self.parsed.to.iter().map(|(_, address)| address).collect();
        assert_eq!(named, addresses.iter().collect::<Vec<_>>(), "{}", self.text());
        self
    }

    pub(super) fn is_about(&self, subject: &str) -> &Self {
        assert_eq!(self.parsed.subject.as_deref(), Some(subject), "{}", self.text());
        self
    }

    /// This is below the header, octet for octet.
    pub(super) fn says(&self, body: &str) -> &Self {
        assert_eq!(self.body(), body, "{}", self.text());
        self
    }

    /// What is below the header.
    pub(super) fn body(&self) -> String {
        self.halves().1
    }

    fn halves(&self) -> (String, String) {
        let text = self.text();
        let (header, body) = text.split_once("\n\n").unwrap_or_else(|| panic!("{text}"));
        (header.to_owned(), body.to_owned())
    }

    /// The values of all fields of this name, as they are decoded.
    pub(super) fn fields(&self, name: &str) -> Vec<&str> {
        let named = self.parsed.headers.iter();
        let named = named.filter(|(field, _)| field.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// With the ends of lines as they are in files.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.octets).replace("\r\n", "\n")
    }
}
