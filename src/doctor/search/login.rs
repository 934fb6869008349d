//! Logging in: one way after the other, and after a refused password one more try.

use super::Search;
use crate::advice;
use crate::doctor::variation::{self, Variation};
use crate::doctor::{MOST_REFUSALS, Safety, Trial, Verdict, Way};
use crate::model::{AuthPolicy, Mechanism};
use crate::smtp::Credentials;

impl Search<'_> {
    /// Logs in; where that cannot be, mail may be taken all the same from anybody. It is asked only
    /// where the person says who shall get it: a server's own people get theirs from anybody.
    pub(super) fn with_login(&mut self, credentials: &Credentials, ports: &[u16]) -> Option<usize> {
        let good = self.log_in(credentials, ports);
        let nobody = !self.trials.iter().any(Trial::logged_in);
        good.or_else(|| if nobody { self.as_anybody(ports) } else { None })
    }

    fn log_in(&mut self, credentials: &Credentials, ports: &[u16]) -> Option<usize> {
        let all = self.ways_at(ports);
        let with_login: Vec<Way> = all.iter().filter(|way| way.login).cloned().collect();
        // What is refused to one who is logged in is not worth less safety.
        let mut least = Safety::Clear;
        for way in &with_login {
            if self.is_over() {
                return None;
            }
            if way.safety > least {
                continue;
            }
            // A password that need not be said is better not said for all to hear.
            if way.safety == Safety::Clear
                && least == Safety::Clear
                && let Some(good) = self.as_anybody(ports)
            {
                return Some(good);
            }
            if !self.may_log_in(way) {
                self.withheld.push(way.clone());
                continue;
            }
            if let Some(good) = self.by_challenge(way) {
                return Some(good);
            }
            let server = way.server(&self.base, true);
            if self.refusals == 0
                && !self.is_tried(&server)
                && let Some(good) = self.attempt(server, way.safety, true)
            {
                return Some(good);
            }
            if self.refusals > 0 {
                return self.after_refusal(way, &with_login);
            }
            if let Some(good) = self.one_by_one(way) {
                return Some(good);
            }
            if self.trials.last().is_some_and(Trial::is_refused_for_good) {
                least = way.safety;
            }
        }
        if with_login.is_empty() && !all.is_empty() {
            return self.where_no_login_is_offered(credentials, all);
        }
        None
    }

    /// Where everybody may hear it, what can at least not be read is tried before the password is
    /// said.
    fn by_challenge(&mut self, way: &Way) -> Option<usize> {
        if way.safety != Safety::Clear || !way.offers(Mechanism::CramMd5) {
            return None;
        }
        let mut server = way.server(&self.base, true);
        server.auth = AuthPolicy::Named(vec![Mechanism::CramMd5]);
        server.danger_cleartext_auth = false;
        self.attempt(server, Safety::Clear, true)
    }

    /// Each mechanism that is left on a connection of its own: what was asked for before it may have
    /// annoyed the server.
    fn one_by_one(&mut self, way: &Way) -> Option<usize> {
        let mut left = match self.trials.last() {
            Some(trial) if !trial.rehearsed.seen.tried.is_empty() => variation::others(trial, way),
            _ => return None,
        };
        while let Some(mechanism) = left.pop()
            && !self.is_over()
        {
            let mut server = way.server(&self.base, true);
            server.auth = AuthPolicy::Named(vec![mechanism]);
            if let Some(good) = self.attempt(server, way.safety, true) {
                return Some(good);
            }
        }
        None
    }

    /// The server may want no login, not say that it has one, or offer what does not fit.
    fn where_no_login_is_offered(
        &mut self,
        credentials: &Credentials,
        mut ways: Vec<Way>,
    ) -> Option<usize> {
        ways.sort_by_key(|way| (way.offered.is_empty(), way.safety));
        if let Some(way) = ways.first().filter(|way| !way.offered.is_empty()) {
            // Nothing secret is said where nothing fits; what is offered is told.
            let server = way.server(&self.base, true);
            return self.attempt(server, way.safety, true);
        }
        for way in ways.iter().filter(|way| way.safety != Safety::Hidden) {
            if let Some(good) = self.attempt_as_anybody(way) {
                return Some(good);
            }
        }
        for way in ways.iter().filter(|_| credentials.password.is_some()) {
            if self.is_over() {
                return None;
            }
            if !self.may_log_in(way) {
                self.withheld.push(way.clone());
                continue;
            }
            let mut server = way.server(&self.base, true);
            // What only proves the password comes first, and last what says it at once.
            let unasked = vec![Mechanism::CramMd5, Mechanism::Login, Mechanism::Plain];
            server.auth = AuthPolicy::Named(unasked);
            if let Some(good) = self.attempt(server, way.safety, true) {
                return Some(good);
            }
        }
        None
    }

    /// One more try, as different from the first as possible; then back towards safety.
    fn after_refusal(&mut self, way: &Way, with_login: &[Way]) -> Option<usize> {
        let refused = self.trials.iter().rposition(|trial| trial.given_in_vain().is_some())?;
        if let Verdict::Failed(failure) = self.trials[refused].verdict()
            && advice::is_told_why(failure, &self.trials[refused].server)
        {
            return None;
        }
        if self.is_over() {
            return None;
        }
        let consent = self.consent;
        let first = &self.trials[refused];
        let variations = variation::variations(first, with_login, consent, &self.sender);
        let mut tries = variations.into_iter();
        let (worked, safety) = loop {
            let Variation { server, safety } = tries.next()?;
            if self.is_over() {
                return None;
            }
            if let Some(worked) = self.attempt(server, safety, true) {
                break (worked, safety);
            }
        };
        if safety > way.safety && self.refusals < MOST_REFUSALS && self.may_log_in(way) {
            let (refused, good) = (&self.trials[refused], &self.trials[worked]);
            if let Some(inside) = variation::inside(refused, good, way, &self.base)
                && let Some(better) = self.attempt(inside, way.safety, true)
            {
                return Some(better);
            }
        }
        Some(worked)
    }
}
