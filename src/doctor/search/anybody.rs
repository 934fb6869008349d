//! Submitting as anybody: without a login, where none is wanted or none can be had.

use super::Search;
use crate::doctor::{Safety, Way};
use crate::model::{AuthPolicy, Tls, Trust};

impl Search<'_> {
    pub(super) fn as_anybody(&mut self, ports: &[u16]) -> Option<usize> {
        let is_new = self.trials.iter().all(|trial| trial.server.auth != AuthPolicy::None);
        if is_new && self.case.recipient.given { self.without_login(ports) } else { None }
    }

    pub(super) fn without_login(&mut self, ports: &[u16]) -> Option<usize> {
        let mut ways = self.ways_at(ports);
        ways.sort_by_key(|way| way.safety);
        for way in ways {
            if way.safety == Safety::Hidden || self.is_late() {
                continue;
            }
            if let Some(good) = self.attempt_as_anybody(&way) {
                return Some(good);
            }
        }
        None
    }

    /// Without a login nothing is secret, so that TLS with whomever it may be is better than none;
    /// to trust a certificate is still for the person to decide.
    pub(super) fn attempt_as_anybody(&mut self, way: &Way) -> Option<usize> {
        let mut server = way.server(&self.base, false);
        let mut safety = way.safety;
        if way.safety == Safety::Pinned && !self.may_log_in(way) {
            if way.tls != Tls::StartTls {
                self.withheld.push(way.clone());
                return None;
            }
            server.tls = Tls::Opportunistic;
            server.trust = Trust::default();
            safety = Safety::Clear;
        }
        self.attempt(server, safety, false)
    }
}
