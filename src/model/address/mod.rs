//! Addresses and lists of them (RFC 5321 §4.1.2, RFC 5322 §3.4), parsed once at the edge.
//! (Interface; the parser is being built.)

use std::fmt;
use std::str::FromStr;

/// An address with a domain, fit for the envelope. The domain is ASCII (A-labels) or a literal.
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

/// A list of addresses as typed; those without a domain are completed later.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressList {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: Option<String>,
    local: String,
    domain: Option<String>,
}

/// Why something is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AddressError(pub String);

impl Address {
    /// Parses one bare address: `local@domain`.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError(text.to_owned()))?;
        Ok(Self { local: local.to_owned(), domain: domain.to_owned() })
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

impl FromStr for AddressList {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let _ = text;
        Ok(Self::default())
    }
}

impl AddressList {
    /// Completes every address; one without a domain needs `qualify_domain`.
    pub fn qualify(&self, qualify_domain: Option<&str>) -> Result<Vec<Mailbox>, AddressError> {
        let _ = (qualify_domain, &self.entries);
        Ok(Vec::new())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
