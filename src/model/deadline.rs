//! The moment by which everything together has to be done, whatever it waits for.

use std::fmt;
use std::time::{Duration, Instant};

/// The end of the time that a run of the program was given. The clock is an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    end: Instant,
    allowed: Duration,
}

impl Deadline {
    /// So long after the start. What no clock can reach is no deadline.
    pub fn after(start: Instant, allowed: Duration) -> Option<Self> {
        start.checked_add(allowed).map(|end| Self { end, allowed })
    }

    /// How much is left; nothing once it has passed.
    pub fn remaining(&self, now: Instant) -> Duration {
        self.end.saturating_duration_since(now)
    }

    /// Whether it is over.
    pub fn has_passed(&self, now: Instant) -> bool {
        self.remaining(now).is_zero()
    }

    /// How long everything may take, in seconds.
    pub fn seconds(&self) -> u64 {
        self.allowed.as_secs()
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not done within the deadline of {} s", self.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_grows_less_and_is_never_negative() {
        let start = Instant::now();
        let deadline = Deadline::after(start, Duration::from_secs(5)).unwrap();
        assert_eq!(deadline.remaining(start + Duration::from_secs(2)), Duration::from_secs(3));
        assert!(!deadline.has_passed(start + Duration::from_millis(4999)));
        assert!(deadline.has_passed(start + Duration::from_secs(5)));
        assert_eq!(deadline.remaining(start + Duration::from_secs(9)), Duration::ZERO);
        assert_eq!(deadline.to_string(), "not done within the deadline of 5 s");
    }

    #[test]
    fn a_deadline_beyond_all_clocks_is_none() {
        assert_eq!(Deadline::after(Instant::now(), Duration::MAX), None);
    }
}
