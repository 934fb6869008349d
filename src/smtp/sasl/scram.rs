//! SCRAM-SHA-1 and SCRAM-SHA-256 (RFC 5802, RFC 7677), also bound to the TLS channel
//! (`tls-exporter`, RFC 9266): the password is proven without being said, and so is the server's
//! knowledge of it.
//!
//! Fails where the server's words are no SCRAM, or would make us work for nothing.

use std::fmt;
use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac, pbkdf2};
use zeroize::Zeroizing;

use super::challenge;
use super::oauth::escaped;

/// Rounds of PBKDF2 that are worked for a server at most; the largest in use are a million.
const MOST_ITERATIONS: u32 = 5_000_000;
/// Rounds that RFC 5802 §5.1 and RFC 7677 §4 ask for at least. With fewer, whoever listens has an
/// easy time guessing; inside verified TLS nobody does.
pub(in crate::smtp) const LEAST_ITERATIONS: u32 = 4096;

/// The hash of a SCRAM mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::smtp) enum Hash {
    Sha1,
    Sha256,
}

/// How the exchange relates to the TLS channel (RFC 5802 §6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::smtp) enum Binding {
    /// There is nothing to bind to, or the server says that it could.
    None,
    /// We could, and the server does not say that it can.
    NotOffered,
    /// Bound to this channel, by the key exported from it.
    TlsExporter([u8; 32]),
}

/// What is wrong with what the server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::smtp) enum Trouble {
    /// It is no SCRAM message.
    NoScram,
    /// The server's own word for what it refuses (`e=`).
    Refused(String),
    /// The nonce is not ours with something behind it.
    Nonce,
    /// It demands an extension (`m=`).
    Extension,
    /// The iteration count is out of bounds.
    Iterations(String),
    /// The server could not prove that it knows the password.
    Unproven,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoScram => f.write_str("its challenge is none of SCRAM's"),
            Self::Refused(word) => f.write_str(word),
            Self::Nonce => f.write_str("its nonce does not begin with ours"),
            Self::Extension => f.write_str("it demands an extension that nobody knows"),
            Self::Iterations(count) => {
                write!(f, "it asks for {count} iterations, which is out of bounds")
            }
            Self::Unproven => f.write_str("it does not prove that it knows the password"),
        }
    }
}

impl Hash {
    fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
        }
    }

    fn pbkdf2(self) -> pbkdf2::Algorithm {
        match self {
            Self::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
        }
    }

    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
        }
    }
}

impl Binding {
    fn header(&self) -> &'static str {
        match self {
            Self::None => "n,,",
            Self::NotOffered => "y,,",
            Self::TlsExporter(_) => "p=tls-exporter,,",
        }
    }

    /// The header and what it binds to, as the final message repeats them.
    fn data(&self) -> Vec<u8> {
        let mut data = self.header().as_bytes().to_vec();
        if let Self::TlsExporter(key) = self {
            data.extend_from_slice(key);
        }
        data
    }
}

/// The client's side up to the server's challenge.
pub(in crate::smtp) struct First {
    hash: Hash,
    binding: Binding,
    nonce: String,
    /// `client-first-message-bare`
    bare: String,
    least_iterations: u32,
}

/// What the server has to prove in the end.
#[derive(Debug)]
pub(in crate::smtp) struct Expected {
    key: hmac::Key,
    auth_message: String,
}

impl First {
    /// Begins an exchange. `nonce` is printable ASCII without a comma.
    pub(in crate::smtp) fn new(
        hash: Hash,
        binding: Binding,
        username: &str,
        nonce: String,
        least_iterations: u32,
    ) -> Self {
        let name = stringprep::saslprep(username).unwrap_or(username.into());
        let bare = format!("n={},r={nonce}", escaped(&name));
        Self { hash, binding, nonce, bare, least_iterations }
    }

    /// `client-first-message`
    pub(in crate::smtp) fn message(&self) -> String {
        format!("{}{}", self.binding.header(), self.bare)
    }

    /// `client-final-message` for a `server-first-message`, and what must come back.
    pub(in crate::smtp) fn answer(
        &self,
        server_first: &[u8],
        password: &[u8],
    ) -> Result<(Zeroizing<String>, Expected), Trouble> {
        let server_first = std::str::from_utf8(server_first).map_err(|_| Trouble::NoScram)?;
        let Challenge { nonce, salt, iterations } = self.read(server_first)?;
        let mut salted = Zeroizing::new(vec![0; self.hash.digest().output_len()]);
        let password = prepared(password);
        pbkdf2::derive(self.hash.pbkdf2(), iterations, &salt, &password, &mut salted);
        let salted = hmac::Key::new(self.hash.hmac(), &salted);

        let bound = STANDARD.encode(self.binding.data());
        let without_proof = format!("c={bound},r={nonce}");
        let auth_message = format!("{},{server_first},{without_proof}", self.bare);
        let client_key = hmac::sign(&salted, b"Client Key");
        let stored_key = digest::digest(self.hash.digest(), client_key.as_ref());
        let stored_key = hmac::Key::new(self.hash.hmac(), stored_key.as_ref());
        let signature = hmac::sign(&stored_key, auth_message.as_bytes());
        let proof = client_key.as_ref().iter().zip(signature.as_ref());
        let proof = Zeroizing::new(proof.map(|(key, sign)| key ^ sign).collect::<Vec<u8>>());
        let message = Zeroizing::new(format!("{without_proof},p={}", STANDARD.encode(&*proof)));

        let server_key = hmac::sign(&salted, b"Server Key");
        let key = hmac::Key::new(self.hash.hmac(), server_key.as_ref());
        Ok((message, Expected { key, auth_message }))
    }

    fn read<'a>(&self, server_first: &'a str) -> Result<Challenge<'a>, Trouble> {
        if let Some(word) = server_first.strip_prefix("e=") {
            return Err(Trouble::Refused(refusal(word)));
        }
        if server_first.starts_with("m=") {
            return Err(Trouble::Extension);
        }
        let mut attributes = server_first.split(',');
        let mut attribute = |name| attributes.next().and_then(|text| text.strip_prefix(name));
        let nonce = attribute("r=").ok_or(Trouble::NoScram)?;
        let salt = attribute("s=").and_then(challenge::decode).ok_or(Trouble::NoScram)?;
        let count = attribute("i=").ok_or(Trouble::NoScram)?;
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err(Trouble::Nonce);
        }
        if count.is_empty() || salt.is_empty() || !count.bytes().all(|digit| digit.is_ascii_digit())
        {
            return Err(Trouble::NoScram);
        }
        let iterations = count
            .parse()
            .ok()
            .filter(|count| (self.least_iterations..=MOST_ITERATIONS).contains(count))
            .and_then(NonZeroU32::new)
            .ok_or_else(|| Trouble::Iterations(count.chars().take(20).collect()))?;
        Ok(Challenge { nonce, salt, iterations })
    }
}

/// `server-first-message`
struct Challenge<'a> {
    nonce: &'a str,
    salt: Vec<u8>,
    iterations: NonZeroU32,
}

impl Expected {
    /// Holds a `server-final-message` against what only somebody who knows the password can say.
    pub(in crate::smtp) fn verify(&self, server_final: &[u8]) -> Result<(), Trouble> {
        let text = std::str::from_utf8(server_final).map_err(|_| Trouble::Unproven)?;
        let first = text.split(',').next().unwrap_or_default();
        if let Some(word) = first.strip_prefix("e=") {
            return Err(Trouble::Refused(refusal(word)));
        }
        let signature =
            first.strip_prefix("v=").and_then(challenge::decode).ok_or(Trouble::Unproven)?;
        hmac::verify(&self.key, self.auth_message.as_bytes(), &signature)
            .map_err(|_| Trouble::Unproven)
    }
}

/// The password as SCRAM wants it (RFC 4013); one that SASLprep does not know goes as it is, which
/// is what servers do that do not know SASLprep.
fn prepared(password: &[u8]) -> Zeroizing<Vec<u8>> {
    let text = std::str::from_utf8(password).ok();
    let prepared = text.and_then(|text| stringprep::saslprep(text).ok());
    Zeroizing::new(match prepared {
        Some(text) => Zeroizing::new(text.into_owned()).as_bytes().to_vec(),
        None => password.to_vec(),
    })
}

/// The server's word for an error (RFC 5802 §7), fit for a message.
fn refusal(word: &str) -> String {
    let word = word.split(',').next().unwrap_or_default();
    word.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests;
