//! Who tried to write to whom before: what a greylisting server remembers from one connection to
//! the next.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// Pairs that are remembered, so that no client can fill the memory.
const LIMIT: usize = 100_000;

/// Pairs of sender and recipient.
#[derive(Debug, Default)]
pub(super) struct Greylist(Mutex<HashSet<(String, String)>>);

impl Greylist {
    /// Whether this is the first attempt, which is remembered.
    pub(super) fn is_first(&self, sender: &str, recipient: &str) -> bool {
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pairs.len() >= LIMIT {
            pairs.clear();
        }
        pairs.insert((sender.to_lowercase(), recipient.to_lowercase()))
    }
}
