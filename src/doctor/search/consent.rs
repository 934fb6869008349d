//! What only the person may decide: to say a password where others may hear it.

use super::Search;
use crate::doctor::{Question, Safety, Way};

impl Search<'_> {
    /// Whether a password may be said there: the person agreed, or does so now.
    pub(super) fn may_log_in(&mut self, way: &Way) -> bool {
        match way.safety {
            Safety::Verified | Safety::Hidden => true,
            // Whoever lets everybody hear it may let one hear it.
            Safety::Pinned => {
                self.consent.pin || self.consent.cleartext || self.ask_to_pin(way.port)
            }
            Safety::Clear => {
                if !self.consent.cleartext {
                    let question = Question::Cleartext { port: way.port };
                    self.consent.cleartext = (self.attendant.ask)(&question);
                }
                self.consent.cleartext
            }
        }
    }

    fn ask_to_pin(&mut self, port: u16) -> bool {
        let sight = self.sights.iter().find(|sight| sight.port == port);
        let Some(sight) = sight else { return false };
        let Some(problem) = sight.tls().and_then(|tls| tls.problem) else { return false };
        let certificate =
            sight.looks().find_map(|look| look.seen.certificate.clone()).map(Box::new);
        let question = Question::Pin { port, certificate, problem: problem.clone() };
        self.consent.pin = (self.attendant.ask)(&question);
        self.consent.pin
    }
}
