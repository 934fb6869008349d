//! Takes the secret out of what the server says: some servers repeat the command they refuse.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::{Zeroize as _, Zeroizing};

use crate::model::Secret;

/// What stands for a secret.
pub(super) const MASK: &str = "***";
/// Octets of an encoded form that must agree for it to be recognised: servers cut what they
/// repeat, and some change its case.
const GRAM: usize = 8;

/// The forms of a secret that must not be shown.
#[derive(Default)]
pub(super) struct Mask {
    /// The secret itself, and its base64.
    whole: Vec<Zeroizing<Vec<u8>>>,
    /// Every run of `GRAM` octets of the encoded forms, in lower case.
    grams: HashSet<[u8; GRAM]>,
}

impl Drop for Mask {
    fn drop(&mut self) {
        self.grams.drain().for_each(|mut gram| gram.zeroize());
    }
}

impl Mask {
    /// Hides a secret, raw and in base64.
    pub(super) fn add_secret(&mut self, secret: &Secret) {
        if secret.expose().is_empty() {
            return;
        }
        self.whole.push(Zeroizing::new(secret.expose().to_vec()));
        let encoded = Zeroizing::new(STANDARD.encode(secret.expose()).into_bytes());
        self.add_encoded(&encoded);
        self.whole.push(encoded);
        // In the middle of something encoded it looks another way.
        for (before, shared) in [(1, 2), (2, 3)] {
            let mut octets = Zeroizing::new(vec![0; before]);
            octets.extend_from_slice(secret.expose());
            let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&*octets).into_bytes());
            self.add_encoded(&encoded[shared..]);
        }
    }

    /// Hides an encoded response, whole and in part.
    pub(super) fn add_encoded(&mut self, encoded: &[u8]) {
        let lower = Zeroizing::new(encoded.to_ascii_lowercase());
        self.grams.extend(lower.windows(GRAM).filter_map(|gram| <[u8; GRAM]>::try_from(gram).ok()));
    }

    /// The octets with every form of the secret replaced.
    pub(super) fn apply(&self, octets: &[u8]) -> Vec<u8> {
        let mut hidden = vec![false; octets.len()];
        for form in &self.whole {
            let starts = octets.windows(form.len()).enumerate();
            for (start, _) in starts.filter(|(_, window)| *window == form.as_slice()) {
                hidden[start..start + form.len()].fill(true);
            }
        }
        if !self.grams.is_empty() {
            let lower = octets.to_ascii_lowercase();
            for (start, window) in lower.windows(GRAM).enumerate() {
                if <[u8; GRAM]>::try_from(window).is_ok_and(|gram| self.grams.contains(&gram)) {
                    hidden[start..start + GRAM].fill(true);
                }
            }
        }
        let mut shown = Vec::with_capacity(octets.len());
        for (index, octet) in octets.iter().enumerate() {
            if !hidden[index] {
                shown.push(*octet);
            } else if index == 0 || !hidden[index - 1] {
                shown.extend_from_slice(MASK.as_bytes());
            }
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut mask = Mask::default();
        mask.add_secret(&Secret::new("wonder-land1"));
        mask.add_encoded(STANDARD.encode("\0alice\0wonder-land1").as_bytes());
        String::from_utf8(mask.apply(text.as_bytes())).unwrap()
    }

    #[test]
    fn raw_base64_and_the_whole_response_are_hidden() {
        let response = STANDARD.encode("\0alice\0wonder-land1");
        assert_eq!(masked("no wonder-land1 here"), "no *** here");
        assert_eq!(masked(&format!("bad {}!", STANDARD.encode("wonder-land1"))), "bad ***!");
        assert_eq!(masked(&format!("unknown: AUTH PLAIN {response}")), "unknown: AUTH PLAIN ***");
    }

    #[test]
    fn a_response_that_is_cut_or_in_capitals_is_hidden() {
        let response = STANDARD.encode("\0alice\0wonder-land1");
        assert_eq!(masked(&format!("[{}...]", &response[..20])), "[***...]");
        assert_eq!(masked(&response.to_ascii_uppercase()), "***");
    }

    #[test]
    fn a_secret_in_the_middle_of_something_encoded_is_hidden() {
        for before in ["", "1", "12", "123", "1234"] {
            let encoded = STANDARD.encode(format!("{before}wonder-land1{before}"));
            let shown = masked(&encoded);
            assert!(shown.contains("***") && shown.len() <= before.len() * 3 + 8, "{shown}");
        }
    }

    #[test]
    fn other_text_is_left_alone() {
        assert_eq!(masked("535 Authentication failed"), "535 Authentication failed");
        assert_eq!(Mask::default().apply(b"anything"), b"anything");
    }
}
