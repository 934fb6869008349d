//! Which address of a host is tried when (RFC 8305 §5): the families in turn, the next one while
//! those before it are still silent, and at once when one of them fails. Pure: the time is an
//! argument, as long after the start.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

/// How long an address has for itself before the next one is tried as well.
const DELAY: Duration = Duration::from_millis(250);

/// The addresses that have not been tried, and when the next one is due.
#[derive(Debug)]
pub(super) struct Race {
    waiting: VecDeque<SocketAddr>,
    due: Duration,
}

impl Race {
    /// Nothing is tried yet. The system's order is kept within a family, and so is the family that
    /// it prefers.
    pub(super) fn new(addresses: &[SocketAddr]) -> Self {
        let first = addresses.first().is_some_and(SocketAddr::is_ipv6);
        let (preferred, other): (Vec<SocketAddr>, Vec<_>) =
            addresses.iter().copied().partition(|address| address.is_ipv6() == first);
        let (mut preferred, mut other) = (preferred.into_iter(), other.into_iter());
        let mut waiting = VecDeque::with_capacity(addresses.len());
        while waiting.len() < addresses.len() {
            waiting.extend(preferred.next());
            waiting.extend(other.next());
        }
        Self { waiting, due: Duration::ZERO }
    }

    /// The address to try now, if one is due.
    pub(super) fn next(&mut self, now: Duration) -> Option<SocketAddr> {
        if now < self.due {
            return None;
        }
        let address = self.waiting.pop_front()?;
        self.due = now + DELAY;
        Some(address)
    }

    /// One has failed: the next one need not wait.
    pub(super) fn failed(&mut self) {
        self.due = Duration::ZERO;
    }

    /// How long until the next one is due; none: there is none.
    pub(super) fn pause(&self, now: Duration) -> Option<Duration> {
        (!self.waiting.is_empty()).then(|| self.due.saturating_sub(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 25)).collect()
    }

    /// The order in which they are tried where every one fails at once.
    fn order(list: &[&str]) -> Vec<String> {
        let mut race = Race::new(&addresses(list));
        let mut tried = Vec::new();
        while let Some(address) = race.next(Duration::ZERO) {
            tried.push(address.ip().to_string());
            race.failed();
        }
        tried
    }

    #[test]
    fn the_families_take_turns_and_the_preferred_one_begins() {
        assert_eq!(order(&["::1", "::2", "::3", "10.0.0.1"]), ["::1", "10.0.0.1", "::2", "::3"]);
        let mixed = ["10.0.0.1", "10.0.0.2", "::1", "::2", "10.0.0.3"];
        assert_eq!(order(&mixed), ["10.0.0.1", "::1", "10.0.0.2", "::2", "10.0.0.3"]);
        assert_eq!(order(&["10.0.0.2", "10.0.0.1"]), ["10.0.0.2", "10.0.0.1"]);
        assert_eq!(order(&[]), [""; 0]);
    }

    #[test]
    fn one_that_is_silent_is_given_a_quarter_of_a_second() {
        let mut race = Race::new(&addresses(&["::1", "10.0.0.1", "10.0.0.2"]));
        let at = Duration::from_millis;
        assert!(race.next(at(0)).is_some());
        assert_eq!(race.next(at(249)), None);
        assert_eq!(race.pause(at(100)), Some(at(150)));
        assert!(race.next(at(250)).is_some());
        assert_eq!(race.pause(at(260)), Some(at(240)));
        assert!(race.next(at(1000)).is_some());
        assert_eq!(race.pause(at(1000)), None);
    }

    #[test]
    fn one_that_fails_makes_room_at_once() {
        let mut race = Race::new(&addresses(&["::1", "10.0.0.1", "10.0.0.2"]));
        let at = Duration::from_millis;
        assert!(race.next(at(0)).is_some());
        race.failed();
        assert_eq!(race.pause(at(1)), Some(Duration::ZERO));
        assert!(race.next(at(1)).is_some());
        assert_eq!(race.next(at(2)), None);
    }
}
