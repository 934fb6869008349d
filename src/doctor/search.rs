//! The search for the safest way that works: one rehearsal after the other, the next one decided by
//! what the last one showed.
//!
//! Ends when one works, when the password was refused too often, or when there is no way left.

mod anybody;
mod consent;
mod login;

use std::thread;

use super::settled::pinned_down;
use super::sight::{self, USUAL_PORTS};
use super::way::ways;
use super::{
    Attendant, Case, Consent, Examination, MOST_REFUSALS, Ports, Safety, Sight, Trial, Verdict, Way,
};
use crate::advice::Remedy;
use crate::model::{Address, AuthPolicy, Cause, LoginStyle, Server, Stage, Tls};

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
        let given = self.base.clone();
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
            if let Some(good) = self.as_given(&given) {
                return Some(self.settle(good));
            }
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
        self.base.chunking = true;
        self.base.trust.danger_accept_invalid_certs = false;
        self.base.trust.danger_accept_wrong_name = false;
    }

    /// The settings of a profile as they are, unless looking has shown that they lead nowhere. Those
    /// that say a password where it may be heard have their owner's consent already.
    fn as_given(&mut self, given: &Server) -> Option<usize> {
        let is_first = self.case.given && self.trials.is_empty();
        let sight = self.sights.iter().find(|sight| sight.port == given.port)?;
        if !is_first || !sight.may_lead(given.tls) {
            return None;
        }
        self.attempt(given.clone(), safety_of(given), true)
    }

    /// The password must not be said any more, or the time is over.
    fn is_over(&self) -> bool {
        self.refusals >= MOST_REFUSALS || self.is_late()
    }

    fn is_late(&self) -> bool {
        self.trials.last().is_some_and(|trial| {
            let Verdict::Failed(failure) = trial.verdict() else { return false };
            matches!(failure.cause, Cause::DeadlinePassed(_))
        })
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

    /// Names for EHLO where the first one is refused; none is the address of this host.
    fn other_names(&self) -> Vec<Option<String>> {
        let login = self.base.username.as_deref().and_then(|name| name.split_once('@'));
        let login = login.map(|(_, domain)| domain.to_owned());
        let sender = Some(self.sender.domain().to_owned());
        let domains = [sender, login].into_iter().flatten();
        let domains = domains.filter(|domain| !domain.starts_with('[') && domain.contains('.'));
        let usual = self.case.usual_name.clone().into_iter();
        let fallback = ["localhost.localdomain".to_owned()];
        let mut names: Vec<Option<String>> = Vec::new();
        let named = usual.chain(domains).chain(fallback).map(Some);
        for name in named.chain([None]).filter(|name| *name != self.base.ehlo) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn ways_at(&self, ports: &[u16]) -> Vec<Way> {
        let sights: Vec<Sight> =
            self.sights.iter().filter(|sight| ports.contains(&sight.port)).cloned().collect();
        ways(&sights, self.case.credentials)
    }

    fn is_tried(&self, server: &Server) -> bool {
        self.trials.iter().any(|trial| {
            let mut before = trial.server.clone();
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
        let asked = self.sender.clone();
        while !self.trials[index].is_good() {
            // Without a login no password is said any more.
            let is_over = if login { self.is_over() } else { self.is_late() };
            if is_over {
                break;
            }
            let trial = &self.trials[index];
            let mut server = trial.server.clone();
            match trial.remedy() {
                Some(Remedy::OtherName) => match names.next() {
                    Some(name) => server.ehlo = name,
                    None => break,
                },
                Some(Remedy::LoginAsSender) => {
                    let own = server.username.as_deref().map(Address::parse);
                    match own {
                        Some(Ok(own)) if own != self.sender => self.sender = own,
                        _ => break,
                    }
                }
                Some(Remedy::OtherMechanism) | None => break,
            }
            index = self.rehearse(server, safety, login);
        }
        if self.trials[index].is_good() {
            return Some(index);
        }
        // What did not help is no reason to send as somebody else.
        self.sender.clone_from(&asked);
        None
    }

    fn rehearse(&mut self, server: Server, safety: Safety, login: bool) -> usize {
        let how = match login {
            true => format!("logging in by {}", way_in_words(&server)),
            false => format!("trying {} without a login", way_in_words(&server)),
        };
        (self.attendant.tell)(&how);
        let left = MOST_REFUSALS.saturating_sub(self.refusals);
        // Where there is another try outside of TLS, that one is not used up inside.
        let most = if self.has_an_outside(&server) { left.min(1) } else { left };
        let mut trial = Trial::of(self.case, server, safety, &self.sender, most);
        if matches!(&trial.rehearsed.result, Ok(answers) if answers.pipelining == Some(false)) {
            // It was rehearsed one command at a time in the end.
            trial.server.pipelining = false;
        }
        if matches!(&trial.rehearsed.result, Ok(answers) if answers.chunking == Some(false)) {
            // A rehearsal sends no message, so that this changes nothing of what was rehearsed.
            trial.server.chunking = false;
        }
        self.refusals += trial.refusals();
        self.trials.push(trial);
        self.trials.len() - 1
    }

    /// Whether one may log in outside of the TLS that these settings lead into.
    fn has_an_outside(&self, server: &Server) -> bool {
        let sight = self.sights.iter().find(|sight| sight.port == server.port);
        let clear = sight.and_then(Sight::in_clear);
        self.consent.cleartext
            && server.tls != Tls::Plaintext
            && clear.is_some_and(|offers| !offers.mechanisms.is_empty())
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
