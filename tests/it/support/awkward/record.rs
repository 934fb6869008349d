//! What an awkward server remembers of all its connections: counters, mails, the dialogue, and
//! every octet that arrived, to look for the password in.

use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::behaviour::{Layer, Mechanism, PASSWORD, WRONG_PASSWORD};
use crate::support::Dialogue;

/// What was counted so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counters {
    pub(crate) connections: usize,
    /// Well-formed passwords that were answered with a refusal, as a server counts them that locks
    /// an account: wrong ones, those for a wrong user name, and right ones that a lie refused.
    pub(crate) passwords_refused: usize,
    /// Octets of passwords, as they are or in base64, that could be read on the way.
    pub(crate) password_in_clear: usize,
    /// The same inside TLS.
    pub(crate) password_in_tls: usize,
    pub(crate) mails: usize,
}

/// A mail that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub(crate) reverse_path: String,
    pub(crate) recipients: Vec<String>,
    pub(crate) content: Vec<u8>,
    pub(crate) layer: Layer,
    /// How its sender had logged in.
    pub(crate) login: Option<Mechanism>,
}

#[derive(Default)]
pub(super) struct Record {
    kept: Mutex<Kept>,
    pub(super) dialogue: Dialogue,
}

#[derive(Default)]
struct Kept {
    passwords_refused: usize,
    deferred: bool,
    mails: Vec<Delivered>,
    /// By connection: in the clear, and inside TLS.
    heard: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Record {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a new connection.
    pub(super) fn connected(&self) -> usize {
        let mut kept = self.kept();
        kept.heard.push(Default::default());
        kept.heard.len() - 1
    }

    pub(super) fn heard(&self, connection: usize, layer: Layer, octets: &[u8]) {
        let (clear, tls) = &mut self.kept().heard[connection];
        match layer {
            Layer::Clear => clear.extend_from_slice(octets),
            Layer::Tls => tls.extend_from_slice(octets),
        }
    }

    pub(super) fn note(&self, connection: usize, line: &str) {
        self.dialogue.add(&format!("{} {line}", connection + 1));
    }

    pub(super) fn password_refused(&self) {
        self.kept().passwords_refused += 1;
    }

    pub(super) fn delivered(&self, mail: Delivered) {
        self.kept().mails.push(mail);
    }

    /// Whether this is the first time that somebody is deferred.
    pub(super) fn defers(&self) -> bool {
        !std::mem::replace(&mut self.kept().deferred, true)
    }

    pub(super) fn mails(&self) -> Vec<Delivered> {
        self.kept().mails.clone()
    }

    pub(super) fn counters(&self) -> Counters {
        let kept = self.kept();
        let mut counters = Counters {
            connections: kept.heard.len(),
            passwords_refused: kept.passwords_refused,
            mails: kept.mails.len(),
            ..Counters::default()
        };
        for (clear, tls) in &kept.heard {
            counters.password_in_clear += password_octets(clear);
            counters.password_in_tls += password_octets(tls);
        }
        counters
    }
}

/// Octets of all passwords in what was heard, in every form in which they can be read.
fn password_octets(heard: &[u8]) -> usize {
    let all = [PASSWORD, WRONG_PASSWORD];
    all.iter().map(|password| password.len() * sightings(password, heard)).sum()
}

fn sightings(password: &str, heard: &[u8]) -> usize {
    let count = |form: &[u8]| heard.windows(form.len()).filter(|window| *window == form).count();
    let encoded = (0..3).map(|before| count(&in_base64(password, before)));
    count(password.as_bytes()) + encoded.sum::<usize>()
}

/// The characters of base64 that say the password and nothing else where so many octets of
/// something else (modulo 3) stand before it.
fn in_base64(password: &str, before: usize) -> Vec<u8> {
    let mut octets = vec![0; before];
    octets.extend_from_slice(password.as_bytes());
    let shared = usize::from(!octets.len().is_multiple_of(3));
    let encoded = STANDARD_NO_PAD.encode(&octets);
    let first = [0, 2, 3][before];
    encoded.as_bytes()[first..encoded.len() - shared].to_vec()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn a_password_is_seen_in_every_form() {
        for password in [PASSWORD, WRONG_PASSWORD] {
            let seen = |text: String| password_octets(text.as_bytes()) / password.len();
            assert_eq!(seen(format!("x {password} y {password}")), 2);
            assert_eq!(seen(format!("AUTH LOGIN\r\n{}\r\n", STANDARD.encode(password))), 1);
            for user in ["", "a", "ab", "abc", "abcd"] {
                let plain = STANDARD.encode(format!("\0{user}\0{password}"));
                assert_eq!(seen(format!("AUTH PLAIN {plain}\r\n")), 1, "{user}");
                let swapped = STANDARD.encode(format!("\0{password}\0{user}"));
                assert_eq!(seen(swapped), 1, "{user}");
            }
        }
        assert_eq!(password_octets(b"MAIL FROM:<zhang@corp.example>"), 0);
        assert_eq!(password_octets(STANDARD.encode("wonder-lane1").as_bytes()), 0);
    }
}
