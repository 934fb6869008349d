//! A server together with the person who wants to send through it, and what the oracle says of the
//! two. A seed decides everything, so that what failed can be run again.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use super::behaviour::Behaviour;
use super::compose::Dice;
use super::oracle::{Consent, Verdict, verdict};

/// Most of the time of a case is spent waiting.
const THREADS: usize = 6;

pub(crate) struct Case {
    /// None: it was not composed.
    seed: Option<u64>,
    pub(crate) behaviour: Behaviour,
    pub(crate) consent: Consent,
    pub(crate) verdict: Verdict,
    /// For what else is to be decided.
    pub(crate) dice: Dice,
}

impl Case {
    /// What a seed composes.
    pub(crate) fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let behaviour = Behaviour::compose(&mut dice);
        let consent = Consent::compose(&mut dice);
        Self { seed: Some(seed), dice, ..Self::made(behaviour, consent) }
    }

    /// A server that somebody thought of.
    pub(crate) fn made(behaviour: Behaviour, consent: Consent) -> Self {
        let verdict = verdict(&behaviour, consent);
        Self { seed: None, behaviour, consent, verdict, dice: Dice::new(0) }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seed {
            Some(seed) => writeln!(f, "=== seed {seed}")?,
            None => writeln!(f, "===")?,
        }
        writeln!(f, "{:?}\n{:?}\n{:?}", self.behaviour, self.consent, self.verdict)
    }
}

/// Does something with the case of every seed, a few at a time, and tells of all that failed.
pub(crate) fn each_case(seeds: impl IntoIterator<Item = u64>, test: impl Fn(Case) + Sync) {
    let seeds: Vec<u64> = seeds.into_iter().collect();
    let waiting = Mutex::new(seeds.iter());
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let Some(seed) = waiting.lock().unwrap().next() else { return };
                    let Err(panic) = catch_unwind(AssertUnwindSafe(|| test(Case::of(*seed))))
                    else {
                        continue;
                    };
                    let words = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
                    let words = panic.downcast_ref().cloned().or(words).unwrap_or_default();
                    failed.lock().unwrap().push((*seed, format!("{}{words}", Case::of(*seed))));
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    let (numbers, texts): (Vec<u64>, Vec<String>) = failed.into_iter().unzip();
    assert!(
        numbers.is_empty(),
        "\n{}\n\nof {} seeds failed {numbers:?}",
        texts.join("\n"),
        seeds.len()
    );
}
