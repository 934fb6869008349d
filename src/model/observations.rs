//! What was seen of a server on the way into a session, whether it came about or not.

use std::net::IpAddr;

use super::{Mechanism, Reply, TlsFacts};

/// What was seen of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observations {
    /// The address that was connected to.
    pub address: Option<IpAddr>,
    /// The address of this machine that it was to be connected from.
    pub source: Option<IpAddr>,
    /// The proxy that led there, without its password.
    pub proxy: Option<String>,
    /// How it greeted.
    pub greeting: Option<Reply>,
    /// What it answered to EHLO or HELO before TLS.
    pub hello_in_clear: Option<Reply>,
    /// What it answered to EHLO inside TLS.
    pub hello_in_tls: Option<Reply>,
    /// STARTTLS was offered in the clear.
    pub starttls_offered: bool,
    /// A keyword in the answer to EHLO was made unreadable on the way.
    pub keyword_masked: bool,
    /// TLS was up.
    pub in_tls: bool,
    /// AUTH mechanisms offered before TLS; none: EHLO was not answered there.
    pub auth_in_clear: Option<Vec<String>>,
    /// AUTH mechanisms offered inside TLS.
    pub auth_in_tls: Option<Vec<String>>,
    /// LOGIN's first prompt asked for the password.
    pub password_asked_first: bool,
    /// LOGIN's first prompt asked for the user name.
    pub user_name_asked_first: bool,
    /// LOGIN with the user name in the AUTH line was refused with 501 or 504.
    pub initial_response_refused: bool,
    /// Replies to mechanisms that were tried before, by name.
    pub tried: Vec<(String, Reply)>,
    /// The mechanisms by which a password or token, or a proof of it, was given and not accepted,
    /// in their order: whatever was answered, the server may count it as a wrong one.
    pub given_in_vain: Vec<Mechanism>,
    /// Only HELO was understood.
    pub helo_only: bool,
    /// It broke in a group of commands, and it could not be tried without.
    pub in_group: bool,
    /// BDAT was refused although it is offered, and it could not be tried without.
    pub chunk_refused: bool,
    /// The TLS session, if one came about.
    pub tls: Option<TlsFacts>,
    /// The certificate that the server showed, whether it is trusted or not; looked at only where
    /// somebody wants to know.
    pub certificate: Option<ShownCertificate>,
    /// Runs of our octets between two of the server's.
    pub flights: u32,
    /// Octets written to the network.
    pub octets_sent: u64,
}

impl Observations {
    /// Whether AUTH was offered before TLS.
    pub fn auth_in_clear(&self) -> bool {
        self.auth_in_clear.as_ref().is_some_and(|mechanisms| !mechanisms.is_empty())
    }
}

/// What a server's certificate says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCertificate {
    /// Whose it is.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The names that it is for.
    pub names: Vec<String>,
    /// From when it is valid, as people read it.
    pub from: String,
    /// Until when.
    pub until: String,
    /// Whose the certificates are that were sent with it, in their order.
    pub chain: Vec<String>,
    /// Its SHA-256, ready to pin.
    pub pin: super::Pin,
}
