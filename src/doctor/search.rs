//! The search for the safest way that works: one rehearsal after the other, the next one decided by
//! what the last one showed.
//!
//! Ends when one works, when the password was refused too often, or when there is no way left.

mod consent;

use std::thread;

use super::settled::pinned_down;
use super::sight::{self, USUAL_PORTS};
use super::variation::{self, Variation};
use super::way::ways;
use super::{
    Attendant, Case, Consent, Examination, MOST_REFUSALS, Ports, Safety, Sight, Trial, Verdict, Way,
};
use crate::advice::{self, Remedy};
use crate::model::{Address, AuthPolicy, Cause, LoginStyle, Mechanism, Server, Stage, Tls};
use crate::smtp::Credentials;

/// Looks at the server and rehearses until a submission works.
pub fn examine(case: &Case<'_>, attendant: &Attendant<'_>) -> Examination {
    let mut search = Search {
        case,
        attendant,
        base: Server { timeouts: sight::timeouts(), ..case.server.clone() },
        consent: case.consent,
        sender: case.sender.address.clone(),
        sights: Vec::new(),
        trials: Vec::new(),
        withheld: Vec::new(),
        refusals: 0,
    };
    let best = search.run();
    let Search { sights, trials, withheld, refusals, .. } = search;
    let with_login = case.credentials.is_some();
    Examination { sights, trials, withheld, best, with_login, refusals }
}

/// Rehearses once more with the settings that a profile resolves to, unless that was done already;
/// whether they work. What is shown last is what counts.
pub fn prove(case: &Case<'_>, examination: &mut Examination, server: Server) -> bool {
    let Some(best) = examination.working() else { return false };
    let Server { profile, provider, timeouts, deadline, max_size, .. } = best.server.clone();
    let server = Server { profile, provider, timeouts, deadline, max_size, ..server };
    if server == best.server {
        return true;
    }
    let left = MOST_REFUSALS.saturating_sub(examination.refusals);
    let trial = Trial::of(case, server, best.safety, &best.sender, left);
    let works = trial.is_good() || !best.is_good();
    examination.refusals += trial.refusals();
    examination.trials.push(trial);
    examination.best = works.then_some(examination.trials.len() - 1);
    works
}

struct Search<'a> {
    case: &'a Case<'a>,
    attendant: &'a Attendant<'a>,
    /// What every way is made from.
    base: Server,
    consent: Consent,
    sender: Address,
    sights: Vec<Sight>,
    trials: Vec<Trial>,
    withheld: Vec<Way>,
    refusals: u8,
}

impl Search<'_> {
    fn run(&mut self) -> Option<usize> {
        if self.case.given && self.is_allowed_as_given() {
            let server = self.base.clone();
            let safety = safety_of(&server);
            if let Some(good) = self.attempt(server, safety, true) {
                self.forget_manners();
                self.look_at(&[self.base.port]);
                return Some(self.settle(good));
            }
        }
        self.forget_manners();
        let (first, others) = match self.case.ports {
            Ports::Only(port) => (vec![port], Vec::new()),
            Ports::First(port) => {
                let others = USUAL_PORTS.into_iter().filter(|usual| *usual != port);
                (vec![port], others.collect())
            }
            Ports::Usual => (USUAL_PORTS.to_vec(), Vec::new()),
        };
        for ports in [first, others] {
            if ports.is_empty() || self.is_over() {
                continue;
            }
            self.look_at(&ports);
            let good = match self.case.credentials {
                Some(credentials) => self.with_login(credentials, &ports),
                None => self.without_login(&ports),
            };
            if let Some(good) = good {
                return Some(self.settle(good));
            }
        }
        self.trials.iter().position(|trial| self.is_good_for_others(trial))
    }

    /// The login works; it is only the address made up for the rehearsal that is not taken.
    fn is_good_for_others(&self, trial: &Trial) -> bool {
        let Verdict::Refused(stage, reply) = trial.verdict() else { return false };
        let party = match stage {
            Stage::Mail => &self.case.sender,
            _ => &self.case.recipient,
        };
        let about_rights = ["relay", "authenticat", "authoriz", "log in"];
        let text = reply.text().to_lowercase();
        trial.logged_in() && !party.given && !about_rights.iter().any(|word| text.contains(word))
    }

    /// What was set for a way that leads nowhere, or hides what the server is like, is set anew.
    fn forget_manners(&mut self) {
        self.base.login_style = LoginStyle::Auto;
        self.base.pipelining = true;
        self.base.trust.danger_accept_invalid_certs = false;
        self.base.trust.danger_accept_wrong_name = false;
    }

    /// Settings that say a password where it may be heard have its owner's consent already.
    fn is_allowed_as_given(&self) -> bool {
        let trust = &self.base.trust;
        trust.pins.is_empty() || self.base.tls.is_verified()
    }

    /// Nothing more can come of trying.
    fn is_over(&self) -> bool {
        let late = self.trials.last().is_some_and(|trial| {
            matches!(trial.verdict(), Verdict::Failed(it) if matches!(it.cause, Cause::DeadlinePassed(_)))
        });
        self.refusals >= MOST_REFUSALS || late
    }

    /// Looks at these ports, side by side.
    fn look_at(&mut self, ports: &[u16]) {
        let list: Vec<String> = ports.iter().map(u16::to_string).collect();
        (self.attendant.tell)(&format!("looking at {} port {}", self.base.host, list.join(", ")));
        let names = self.other_names();
        let watch = self.case.watch;
        let base = &self.base;
        let sights: Vec<Sight> = thread::scope(|scope| {
            let looking: Vec<_> = ports
                .iter()
                .map(|port| {
                    let server = Server { port: *port, ..base.clone() };
                    let names = &names;
                    scope.spawn(move || Sight::of(&server, names, watch))
                })
                .collect();
            looking.into_iter().filter_map(|look| look.join().ok()).collect()
        });
        self.sights.extend(sights);
    }

    /// Names for EHLO where the usual one is refused.
    fn other_names(&self) -> Vec<String> {
        let domain = self.sender.domain();
        let mut names = Vec::new();
        if !domain.starts_with('[') && domain.contains('.') {
            names.push(domain.to_owned());
        }
        names.push("localhost.localdomain".to_owned());
        names.retain(|name| self.base.ehlo.as_ref() != Some(name));
        names
    }

    fn ways_at(&self, ports: &[u16]) -> Vec<Way> {
        let sights: Vec<Sight> =
            self.sights.iter().filter(|sight| ports.contains(&sight.port)).cloned().collect();
        ways(&sights, self.case.credentials)
    }

    fn without_login(&mut self, ports: &[u16]) -> Option<usize> {
        let mut ways = self.ways_at(ports);
        ways.sort_by_key(|way| way.safety);
        for way in ways {
            if way.safety == Safety::Hidden || self.is_over() {
                continue;
            }
            let server = way.server(&self.base, false);
            if let Some(good) = self.attempt(server, way.safety, false) {
                return Some(good);
            }
        }
        None
    }

    fn with_login(&mut self, credentials: &Credentials, ports: &[u16]) -> Option<usize> {
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
            if !self.may_log_in(way) {
                self.withheld.push(way.clone());
                continue;
            }
            let server = way.server(&self.base, true);
            if !self.is_tried(&server)
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
            if self.trials.last().is_some_and(Trial::logged_in) {
                least = way.safety;
            }
        }
        if with_login.is_empty() && !all.is_empty() {
            return self.where_no_login_is_offered(credentials, all);
        }
        None
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
        for way in &ways {
            let server = way.server(&self.base, false);
            if let Some(good) = self.attempt(server, way.safety, false) {
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
            // The password is said last by the one that says it at once.
            let unasked = vec![Mechanism::Login, Mechanism::CramMd5, Mechanism::Plain];
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
        let second = variation::second(&self.trials[refused], with_login, consent, &self.sender);
        let Variation { server, safety } = second?;
        let worked = self.attempt(server, safety, true)?;
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

    fn is_tried(&self, server: &Server) -> bool {
        self.trials.iter().any(|trial| {
            let mut before = trial.server.clone();
            before.ehlo.clone_from(&server.ehlo);
            // Consent that was not needed makes no other way.
            if server.tls.is_verified() {
                before.danger_cleartext_auth = server.danger_cleartext_auth;
            }
            before == *server
        })
    }

    /// Rehearses with these settings, and with what may help where that is refused; the trial in
    /// which mail would be taken.
    fn attempt(&mut self, server: Server, safety: Safety, login: bool) -> Option<usize> {
        let mut index = self.rehearse(server, safety, login);
        let mut names = self.other_names().into_iter();
        while !self.trials[index].is_good() && !self.is_over() {
            let trial = &self.trials[index];
            let mut server = trial.server.clone();
            match trial.remedy() {
                Some(Remedy::OtherName) => server.ehlo = Some(names.next()?),
                Some(Remedy::LoginAsSender) => {
                    let own = Address::parse(server.username.as_deref()?).ok()?;
                    if own == self.sender {
                        return None;
                    }
                    self.sender = own;
                }
                None => return None,
            }
            index = self.rehearse(server, safety, login);
        }
        self.trials[index].is_good().then_some(index)
    }

    fn rehearse(&mut self, server: Server, safety: Safety, login: bool) -> usize {
        let how = match login {
            true => format!("logging in by {}", way_in_words(&server)),
            false => format!("trying {} without a login", way_in_words(&server)),
        };
        (self.attendant.tell)(&how);
        let left = MOST_REFUSALS.saturating_sub(self.refusals);
        let trial = Trial::of(self.case, server, safety, &self.sender, left);
        self.refusals += trial.refusals();
        self.trials.push(trial);
        self.trials.len() - 1
    }

    /// Writes down in the settings what was found out, and tries them once more as they are then.
    fn settle(&mut self, good: usize) -> usize {
        let trial = &self.trials[good];
        let server = pinned_down(trial);
        if server == trial.server {
            return good;
        }
        let safety = trial.safety;
        let login = server.auth != AuthPolicy::None;
        let last = self.rehearse(server, safety, login);
        if self.trials[last].is_good() { last } else { good }
    }
}

/// What settings protect that were not found by looking.
fn safety_of(server: &Server) -> Safety {
    let trust = &server.trust;
    match server.tls {
        Tls::Plaintext | Tls::Opportunistic if server.danger_cleartext_auth => Safety::Clear,
        Tls::Plaintext | Tls::Opportunistic => Safety::Hidden,
        _ if trust.danger_accept_invalid_certs || trust.danger_accept_wrong_name => Safety::Pinned,
        _ if !trust.pins.is_empty() => Safety::Pinned,
        _ => Safety::Verified,
    }
}

fn way_in_words(server: &Server) -> String {
    let tls = match server.tls {
        Tls::Implicit => "TLS",
        Tls::StartTls => "STARTTLS",
        Tls::Opportunistic => "unverified TLS",
        Tls::Plaintext => "no TLS",
    };
    format!("port {} with {tls}", server.port)
}
