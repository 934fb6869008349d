//! The server's calculations for CRAM-MD5 (RFC 2195) and SCRAM-SHA-256 (RFC 5802, RFC 7677),
//! written from the standards and not from the client that they test.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use ring::{digest, hmac, pbkdf2};

const SALT: &[u8] = b"salt of the test";
/// What RFC 7677 §4 asks for at least.
const ITERATIONS: u32 = 4096;

/// Whether `user digest` is right; none where it is nothing of that form.
pub(super) fn cram_md5_is_right(
    answer: &[u8],
    challenge: &[u8],
    user: &str,
    password: &str,
) -> Option<bool> {
    let (said_user, said_digest) = std::str::from_utf8(answer).ok()?.rsplit_once(' ')?;
    let digest = hmac_md5(password.as_bytes(), challenge);
    let digest: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
    (said_digest.len() == digest.len()).then_some(said_user == user && said_digest == digest)
}

/// RFC 2104, for keys of at most a block.
fn hmac_md5(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let hash = |pad: u8, text: &[u8]| {
        let key = block.map(|octet| octet ^ pad);
        Md5::new().chain_update(key).chain_update(text).finalize().to_vec()
    };
    hash(0x5c, &hash(0x36, message))
}

/// An exchange of SCRAM after the client's first message.
pub(super) struct Scram {
    user: String,
    /// `client-first-message-bare`
    bare: String,
    header: String,
    challenge: String,
    nonce: String,
}

/// What the client's proof was worth.
pub(super) struct Verdict {
    /// `server-final-message`, for a client that knows the password.
    pub(super) signature: Option<String>,
}

impl Scram {
    /// Reads `client-first-message`; a client that wants the channel bound is not understood.
    pub(super) fn begin(message: &[u8]) -> Option<Self> {
        let message = std::str::from_utf8(message).ok()?;
        let header = ["n,,", "y,,"].into_iter().find(|header| message.starts_with(header))?;
        let bare = &message[header.len()..];
        let (user, nonce) = bare.strip_prefix("n=")?.split_once(",r=")?;
        let nonce = format!("{nonce}of-the-server");
        let salt = STANDARD.encode(SALT);
        Some(Self {
            user: user.replace("=2C", ",").replace("=3D", "="),
            bare: bare.to_owned(),
            header: header.to_owned(),
            challenge: format!("r={nonce},s={salt},i={ITERATIONS}"),
            nonce,
        })
    }

    pub(super) fn user(&self) -> &str {
        &self.user
    }

    /// `server-first-message`
    pub(super) fn challenge(&self) -> &str {
        &self.challenge
    }

    /// Holds `client-final-message` against the password; none where it is no such message.
    pub(super) fn verify(&self, message: &[u8], password: &str) -> Option<Verdict> {
        let message = std::str::from_utf8(message).ok()?;
        let (without_proof, proof) = message.rsplit_once(",p=")?;
        let proof = STANDARD.decode(proof).ok()?;
        let expected = format!("c={},r={}", STANDARD.encode(&self.header), self.nonce);
        if without_proof != expected {
            return None;
        }
        let mut salted = [0; digest::SHA256_OUTPUT_LEN];
        let rounds = ITERATIONS.try_into().ok()?;
        let algorithm = pbkdf2::PBKDF2_HMAC_SHA256;
        pbkdf2::derive(algorithm, rounds, SALT, password.as_bytes(), &mut salted);
        let auth_message = format!("{},{},{without_proof}", self.bare, self.challenge);
        let stored = digest::digest(&digest::SHA256, &sign(&salted, b"Client Key"));
        let signature = sign(stored.as_ref(), auth_message.as_bytes());
        let key: Vec<u8> = proof.iter().zip(&signature).map(|(proof, sign)| proof ^ sign).collect();
        let proven = digest::digest(&digest::SHA256, &key).as_ref() == stored.as_ref();
        let server_key = sign(&salted, b"Server Key");
        let signature = STANDARD.encode(sign(&server_key, auth_message.as_bytes()));
        Some(Verdict { signature: proven.then(|| format!("v={signature}")) })
    }
}

fn sign(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}
