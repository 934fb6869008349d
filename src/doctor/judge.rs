//! From what was seen to what is said about it: sentences, the server's words, and what to do (pure).
//! What to do about a failure is read from the same table as the hints of a failed submission.

mod trials;

use super::finding::{Finding, Severity};
use super::sight::{Sight, TlsSight};
use super::{Case, Examination, Safety, Trial, Way};
use crate::advice;
use crate::model::{Cause, CertificateProblem, Failure, HandshakeFault, Server, Stage, Tls};

use Severity::{Note, Problem, Warning};

/// Everything that is worth saying, the worst first.
pub fn findings(case: &Case<'_>, examination: &Examination) -> Vec<Finding> {
    let judge = Judge { case, examination, best: examination.working() };
    let mut found = Vec::new();
    judge.reach(&mut found);
    judge.tls(&mut found);
    judge.auth(&mut found);
    judge.logins(&mut found);
    judge.envelope(&mut found);
    judge.withheld(&mut found);
    judge.manners(&mut found);
    judge.anything(&mut found);
    found.sort_by_key(|finding| finding.severity);
    found.dedup_by(|a, b| a.what == b.what);
    found
}

struct Judge<'a> {
    case: &'a Case<'a>,
    examination: &'a Examination,
    best: Option<&'a Trial>,
}

impl Judge<'_> {
    /// What keeps mail from being sent, unless something else sends it.
    fn weight(&self) -> Severity {
        if self.best.is_some() { Warning } else { Problem }
    }

    /// What to do about a failure. Where something works, or what is left needs a flag, what
    /// weakens security is left out: that has been looked at.
    fn advice(&self, failure: &Failure, server: &Server) -> Vec<String> {
        let from = self.case.sender.address.to_string();
        let decided = self.best.is_some() || !self.examination.withheld.is_empty();
        let advice = advice::on_examined(failure, server, Some(&from)).into_iter();
        advice.filter(|advice| !decided || !advice.starts_with(advice::WEAKENS)).collect()
    }

    /// The settings with which a port was looked at.
    fn looked_by(&self, sight: &Sight, tls: Tls) -> Server {
        Server { port: sight.port, tls, ..self.case.server.clone() }
    }

    /// Whether the server can be talked to at all.
    fn reach(&self, found: &mut Vec<Finding>) {
        if self.best.is_some() || !self.examination.trials.is_empty() {
            return;
        }
        let Some(sight) = self.examination.main_sight() else { return };
        let Some(failure) = sight.failure() else { return };
        if failure.stage > Stage::Hello || sight.in_clear().is_some() || sight.tls().is_some() {
            return;
        }
        let tls = if sight.port == 465 { Tls::Implicit } else { Tls::StartTls };
        let server = self.looked_by(sight, tls);
        let sights = &self.examination.sights;
        if sights.len() > 1 && !sights.iter().any(Sight::is_open) {
            found.push(nowhere(&server.host, sights));
            return;
        }
        let place = format!("{} port {}", server.host, server.port);
        let other = other_service(failure).map(|what| format!(" That is {what}."));
        let what = format!("{place}: {failure}.{}", other.unwrap_or_default());
        let mut finding = Finding::new(Problem, what);
        if let Cause::Refused(reply) = &failure.cause {
            finding = finding.in_words(reply);
        }
        found.push(finding.advised(self.advice(failure, &server)));
    }

    fn tls(&self, found: &mut Vec<Finding>) {
        let Some(sight) = self.examination.main_sight() else { return };
        let in_clear = self.best.is_some_and(|best| best.server.tls == Tls::Plaintext);
        match sight.tls() {
            Some(TlsSight { tls, problem: Some(problem), .. }) => {
                found.push(self.certificate(sight, tls, problem));
            }
            Some(TlsSight { tls, offers: None, .. }) => found.extend(self.lost_inside(sight, tls)),
            Some(_) => {}
            None => {
                if let Some(finding) = self.no_tls(sight) {
                    found.push(if in_clear { finding.costs(IN_CLEAR) } else { finding });
                }
            }
        }
    }

    fn certificate(&self, sight: &Sight, tls: Tls, problem: &CertificateProblem) -> Finding {
        let offers = match tls {
            Tls::Implicit => "The server speaks TLS",
            _ => "The server offers STARTTLS",
        };
        let what = format!("{offers}, but its certificate is not trusted: {problem}.");
        let pinned = self.best.is_some_and(|best| best.safety == Safety::Pinned);
        let severity = if pinned || self.best.is_some() { Warning } else { Problem };
        let look = if tls == Tls::Implicit { &sight.implicit } else { &sight.starttls };
        let failure = look.as_ref().and_then(|look| look.failure.as_ref());
        let advice = failure.map(|it| self.advice(it, &self.looked_by(sight, tls)));
        let finding = Finding::new(severity, what).advised(advice.unwrap_or_default());
        if pinned { finding.costs(PINNED) } else { finding }
    }

    /// The certificate is good, and all the same nothing could be said inside.
    fn lost_inside(&self, sight: &Sight, tls: Tls) -> Option<Finding> {
        let look = if tls == Tls::Implicit { &sight.implicit } else { &sight.starttls };
        let failure = look.as_ref()?.failure.as_ref()?;
        let what = format!("The server's TLS does not work: {failure}.");
        let advice = self.advice(failure, &self.looked_by(sight, tls));
        Some(Finding::new(self.weight(), what).advised(advice))
    }

    /// Why there is no TLS, where it was asked for.
    fn no_tls(&self, sight: &Sight) -> Option<Finding> {
        let look = sight.starttls.as_ref()?;
        look.in_clear.as_ref()?;
        let Some(failure) = &look.failure else {
            return Some(Finding::new(
                self.weight(),
                "The server understands only HELO, and so no TLS.",
            ));
        };
        let what = match (&failure.cause, failure.stage) {
            (Cause::StartTlsNotOffered, _) => {
                "The server offers no TLS on this port: it does not offer STARTTLS.".to_owned()
            }
            (Cause::Handshake(HandshakeFault::CertificateWanted(_)), _) => format!("{failure}."),
            (_, Stage::StartTls | Stage::Tls | Stage::Hello) => {
                format!("The server offers STARTTLS, but it does not work: {failure}.")
            }
            _ => return None,
        };
        let finding = Finding::new(self.weight(), what);
        let finding = match &failure.cause {
            Cause::Refused(reply) => finding.in_words(reply),
            _ => finding,
        };
        let server = self.looked_by(sight, Tls::StartTls);
        Some(finding.advised(self.advice(failure, &server)))
    }

    fn auth(&self, found: &mut Vec<Finding>) {
        let Some(sight) = self.examination.main_sight() else { return };
        if self.case.credentials.is_none() {
            return;
        }
        let clear = sight.in_clear().map(|offers| offers.mechanisms.as_slice()).unwrap_or_default();
        let inside = sight.tls().and_then(|tls| tls.offers);
        if let Some(inside) = inside
            && inside.mechanisms.is_empty()
            && !clear.is_empty()
        {
            let what = format!(
                "The server offers AUTH only outside TLS ({}), so that every password crosses \
                 the network for all to read.",
                clear.join(" ")
            );
            let clear = self.best.is_some_and(|best| best.safety == Safety::Clear);
            let finding = Finding::new(self.weight(), what)
                .advised(["ask its administrator to offer AUTH inside TLS, and only there"]);
            found.push(if clear { finding.costs(IN_CLEAR) } else { finding });
        }
    }

    fn withheld(&self, found: &mut Vec<Finding>) {
        if self.best.is_some() || self.examination.refusals > 0 {
            return;
        }
        let is_clear = |way: &&Way| way.safety == Safety::Clear;
        if self.examination.withheld.iter().any(|way| way.safety == Safety::Pinned) {
            let what =
                "Logging in inside this TLS was left out, for nobody knows whose server it is.";
            found.push(Finding::new(Problem, what).advised([
                "with the authority's file: run this again with --ca-file FILE",
                "if the SHA-256 is the one that the administrator tells you: run it with --pin",
            ]));
        }
        if let Some(way) = self.examination.withheld.iter().find(is_clear) {
            let possible = match way.offered.is_empty() {
                true => "might perhaps".to_owned(),
                false => format!("can ({})", way.offered.join(" ")),
            };
            let what = format!(
                "On port {} one {possible} log in in the clear, which was left out, for anybody on \
                 the way could read the password.",
                way.port
            );
            found.push(Finding::new(Problem, what).advised([
                "only on a network you trust: run this again with --danger-cleartext-auth",
            ]));
        }
    }

    fn manners(&self, found: &mut Vec<Finding>) {
        let Some(best) = self.best else { return };
        if !best.server.pipelining && self.case.server.pipelining {
            let what = "The server offers PIPELINING, but loses commands that come in groups.";
            found.push(Finding::new(Warning, what).advised(["tell its administrator"]));
        }
        if !best.server.chunking && self.case.server.chunking {
            let what = "The server offers CHUNKING, but does not know BDAT.";
            found.push(Finding::new(Warning, what).advised(["tell its administrator"]));
        }
        let is_pinned = best.safety == Safety::Pinned;
        let given = best.server.trust == self.case.server.trust;
        let blind = best.server.trust.danger_accept_invalid_certs;
        if is_pinned && !blind && given && self.examination.certificate_problem().is_none() {
            found.push(Finding::new(Note, "The certificate is pinned.").costs(PINNED));
        }
        if blind {
            let what = "danger_accept_invalid_certs trusts whoever answers.";
            found.push(
                Finding::new(Warning, what).advised([
                    "mailsend doctor HOST:PORT --pin finds a certificate to pin instead",
                ]),
            );
        }
    }

    /// Where nothing works something is said of it.
    fn anything(&self, found: &mut Vec<Finding>) {
        if self.best.is_some() || found.iter().any(|finding| finding.severity == Problem) {
            return;
        }
        let failures = self.examination.failures();
        let furthest = failures.iter().max_by_key(|failure| failure.stage);
        let (what, advice) = match furthest {
            Some(failure) => {
                let text = format!("{}.", sentence(&failure.to_string()));
                (text, self.advice(failure, &self.case.server))
            }
            None => ("The server offers nothing by which mail can be sent.".to_owned(), Vec::new()),
        };
        found.push(Finding::new(Problem, what).advised(advice));
    }
}

const IN_CLEAR: &str = "anybody on the way can read the mail, and the password where one is said";
const PINNED: &str =
    "a new certificate is refused until it is pinned too; ca_file survives a renewal";

/// No port of a host takes a connection.
fn nowhere(host: &str, sights: &[Sight]) -> Finding {
    let ports: Vec<String> = sights.iter().map(|sight| sight.port.to_string()).collect();
    let failure = sights.iter().find_map(Sight::failure);
    if failure.is_some_and(|failure| failure.cause == Cause::HostNotFound) {
        return Finding::new(Problem, format!("There is no host {host}."))
            .advised(["check the spelling, and ask whoever runs the server for its name"]);
    }
    let why = failure.map(ToString::to_string).unwrap_or_default();
    let what = format!("{host} takes no connection on the ports {}: {why}.", ports.join(", "));
    Finding::new(Problem, what).advised([
        "check the spelling, and ask whoever runs the server for its name and port",
        "a firewall between here and there may block them: try it from another network",
    ])
}

/// What else listens there, by what it says first.
fn other_service(failure: &Failure) -> Option<&'static str> {
    let Cause::Protocol(how) = &failure.cause else { return None };
    [
        ("SSH-", "an SSH server"),
        ("* OK", "an IMAP server, which hands out mail and takes none"),
        ("+OK", "a POP3 server, which hands out mail and takes none"),
        ("HTTP/", "a web server"),
    ]
    .iter()
    .find(|(words, _)| how.contains(words))
    .map(|(_, what)| *what)
}

/// With a capital letter.
pub(super) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
