//! What was done, step by step, for a report that is read at a glance (pure).

use super::sight::Sight;
use super::{Case, Examination, Trial, Verdict};
use crate::model::{Cause, Failure, LoginStyle, Reply, Stage, Tls};
use crate::smtp::{Capabilities, Look};

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Well.
    Good,
    /// Not well.
    Bad,
    /// It is neither, or does not matter.
    Neutral,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was done.
    pub name: &'static str,
    /// On which port.
    pub port: u16,
    /// How it went.
    pub mark: Mark,
    /// What was seen.
    pub detail: String,
}

/// Everything that was done, the ports in their order, then the logins.
pub fn steps(case: &Case<'_>, examination: &Examination) -> Vec<Step> {
    let main = examination.main_port();
    let mut steps = Vec::new();
    let nameless =
        |sight: &Sight| sight.failure().is_some_and(|failure| failure.stage == Stage::Resolve);
    for sight in &examination.sights {
        if Some(sight.port) != main && nameless(sight) {
            continue;
        }
        if Some(sight.port) == main {
            sight_in_full(case, sight, &mut steps);
        } else {
            steps.push(in_brief(sight));
        }
    }
    for (index, trial) in examination.trials.iter().enumerate() {
        let is_best = examination.best == Some(index);
        let again = examination.trials[..index].iter().any(|before| before.server == trial.server);
        if is_best || !again {
            trial_steps(trial, is_best, &mut steps);
        }
    }
    steps.dedup();
    steps
}

impl Examination {
    /// The port that the report is about.
    pub(super) fn main_port(&self) -> Option<u16> {
        let tried = self.working().or(self.trials.last()).map(|trial| trial.server.port);
        let way = self.withheld.first().map(|way| way.port);
        let open = self.sights.iter().find(|sight| sight.is_open()).map(|sight| sight.port);
        tried.or(way).or(open).or(self.sights.first().map(|sight| sight.port))
    }

    /// What the port that the report is about showed.
    pub(super) fn main_sight(&self) -> Option<&Sight> {
        let port = self.main_port()?;
        self.sights.iter().find(|sight| sight.port == port)
    }
}

fn in_brief(sight: &Sight) -> Step {
    let step = |mark, detail| Step { name: "port", port: sight.port, mark, detail };
    match sight.failure() {
        _ if sight.tls().is_some_and(|tls| tls.problem.is_none()) => {
            step(Mark::Good, "TLS, with a certificate that is trusted".to_owned())
        }
        Some(failure) if !sight.is_open() => step(Mark::Neutral, failure.to_string()),
        Some(failure) => step(Mark::Bad, failure.to_string()),
        None => step(Mark::Good, "answers".to_owned()),
    }
}

fn sight_in_full(case: &Case<'_>, sight: &Sight, steps: &mut Vec<Step>) {
    let mut add = |name, mark, detail: String| {
        steps.push(Step { name, port: sight.port, mark, detail });
    };
    let Some(look) = sight.looks().next() else { return };
    let host = &case.server.host;
    match look.seen.address {
        Some(address) => {
            let flights = look.seen.flights.max(1);
            let pace = look.time.as_millis() / u128::from(flights);
            let name = if address.to_string() == *host { "" } else { host.as_str() };
            let name = if name.is_empty() { String::new() } else { format!("{name} is ") };
            let to = match &look.seen.proxy {
                Some(proxy) => format!("{host} through the proxy {proxy}"),
                None => format!("{name}{address}"),
            };
            add("connection", Mark::Good, format!("{to}, {pace} ms a flight"));
        }
        None => {
            let why = sight.failure().map(ToString::to_string).unwrap_or_default();
            add("connection", Mark::Bad, why);
            return;
        }
    }
    if let Some(greeting) = sight.looks().find_map(|look| look.seen.greeting.as_ref()) {
        let mark = if greeting.is_success() { Mark::Good } else { Mark::Bad };
        add("greeting", mark, first_line(greeting));
    }
    let hello = sight.looks().find_map(|look| {
        look.in_tls.as_ref().or(look.in_clear.as_ref()).map(|offers| (look, offers))
    });
    match hello {
        Some((look, offers)) => add("EHLO", Mark::Good, extensions(look, offers, sight)),
        None => {
            if let Some(failure) = sight.failure() {
                let name = if failure.stage >= Stage::Hello { "EHLO" } else { "greeting" };
                if failure.stage <= Stage::Hello && failure.stage != Stage::Tls {
                    add(name, Mark::Bad, cause_in_short(failure));
                }
            }
        }
    }
    tls_steps(sight, &mut add);
    auth_step(case, sight, &mut add);
}

fn extensions(look: &Look, offers: &Capabilities, sight: &Sight) -> String {
    let mut words = Vec::new();
    if look.seen.helo_only {
        words.push("only HELO is understood".to_owned());
    }
    if let Some(name) = &sight.ehlo {
        let name = name.as_deref().unwrap_or("that is this host's address");
        words.push(format!("taken under the name {name}"));
    }
    for (offered, name) in [
        (offers.pipelining, "PIPELINING"),
        (offers.chunking, "CHUNKING"),
        (offers.eight_bit_mime, "8BITMIME"),
        (offers.smtputf8, "SMTPUTF8"),
    ] {
        if offered {
            words.push(name.to_owned());
        }
    }
    match offers.size {
        Some(Some(limit)) => words.push(format!("SIZE {limit}")),
        Some(None) => words.push("SIZE".to_owned()),
        None => {}
    }
    if words.is_empty() { "answered, without extensions".to_owned() } else { words.join(", ") }
}

fn tls_steps(sight: &Sight, add: &mut dyn FnMut(&'static str, Mark, String)) {
    let implicit = sight.implicit.as_ref().filter(|look| look.seen.certificate.is_some());
    let (name, look) = match (implicit, &sight.starttls) {
        (Some(look), _) => ("TLS", look),
        (None, Some(look)) => ("STARTTLS", look),
        (None, None) => {
            if let Some(failure) = sight.failure() {
                add("TLS", Mark::Bad, cause_in_short(failure));
            }
            return;
        }
    };
    if name == "STARTTLS" && look.in_clear.is_none() {
        return;
    }
    if name == "STARTTLS" && !look.seen.starttls_offered {
        add(name, Mark::Bad, "not offered".to_owned());
        return;
    }
    let facts = [Some(look), sight.distrusted.as_ref()].into_iter().flatten();
    let facts = facts.filter_map(|look| look.seen.tls.as_ref()).next();
    match (facts, &look.failure) {
        (Some(facts), _) => {
            add(name, Mark::Good, format!("{} with {}", facts.protocol, facts.cipher));
        }
        (None, Some(failure)) if !matches!(failure.cause, Cause::Certificate(_)) => {
            add(name, Mark::Bad, cause_in_short(failure));
        }
        (None, _) => {}
    }
    let Some(shown) = look.seen.certificate.as_ref() else { return };
    let problem = sight.tls().and_then(|tls| tls.problem);
    match problem {
        None => add(
            "certificate",
            Mark::Good,
            format!(
                "'{}', signed by '{}', valid until {}",
                shown.subject, shown.issuer, shown.until
            ),
        ),
        Some(problem) => add("certificate", Mark::Bad, problem.to_string()),
    }
}

fn auth_step(case: &Case<'_>, sight: &Sight, add: &mut dyn FnMut(&'static str, Mark, String)) {
    let list = |offers: &Capabilities| match offers.mechanisms.is_empty() {
        true => "none".to_owned(),
        false => offers.mechanisms.join(" "),
    };
    let tls = sight.tls().and_then(|tls| Some((tls.tls, tls.offers?)));
    let clear = sight.in_clear();
    let detail = match (clear, tls) {
        (Some(clear), Some((_, inside))) if clear.mechanisms == inside.mechanisms => {
            format!("{}, in the clear and inside TLS", list(clear))
        }
        (Some(clear), Some((_, inside))) => {
            format!("in the clear: {}; inside TLS: {}", list(clear), list(inside))
        }
        (Some(clear), None) => format!("in the clear: {}", list(clear)),
        (None, Some((Tls::Implicit, inside))) => list(inside),
        (None, Some((_, inside))) => format!("inside TLS: {}", list(inside)),
        (None, None) => return,
    };
    let any = clear.into_iter().chain(tls.map(|(_, inside)| inside));
    let offered = any.into_iter().any(|offers| !offers.mechanisms.is_empty());
    let mark = match (offered, case.credentials.is_some()) {
        (true, _) => Mark::Good,
        (false, true) => Mark::Bad,
        (false, false) => Mark::Neutral,
    };
    add("AUTH", mark, detail);
}

fn trial_steps(trial: &Trial, is_best: bool, steps: &mut Vec<Step>) {
    // What was settled afterwards is told of the last one.
    if !is_best && trial.is_good() {
        return;
    }
    let port = trial.server.port;
    let mut add = |name, mark, detail: String| steps.push(Step { name, port, mark, detail });
    let way = way_in_words(trial);
    if let Some(auth) = trial.rehearsed.connection.auth {
        let style = match auth.login_style {
            Some(LoginStyle::InitialResponse) => ", the user name in the AUTH line",
            _ => "",
        };
        let user = trial.server.username.as_deref().unwrap_or_default();
        let name = auth.mechanism.name();
        add("login", Mark::Good, format!("{name}{style}, as {user}, {way}"));
    }
    match trial.verdict() {
        Verdict::Failed(failure) => {
            let name = match failure.stage {
                Stage::Auth => "login",
                Stage::Mail => "sender",
                Stage::Rcpt => "recipient",
                Stage::Hello => "EHLO",
                Stage::StartTls | Stage::Tls => "TLS",
                _ => "connection",
            };
            let by = trial.given_in_vain().map(|it| format!("{}: ", it.name())).unwrap_or_default();
            let way = if failure.stage >= Stage::Auth { format!(", {way}") } else { String::new() };
            add(name, Mark::Bad, format!("{by}{}{way}", cause_in_short(failure)));
        }
        Verdict::Refused(Stage::Mail, reply) => {
            add("sender", Mark::Bad, format!("<{}>: {reply}", trial.sender));
        }
        Verdict::Refused(_, reply) => add("recipient", Mark::Bad, reply.to_string()),
        Verdict::Later(_, reply) => add("envelope", Mark::Neutral, format!("not now: {reply}")),
        Verdict::Works if is_best => {
            let login =
                if trial.rehearsed.connection.auth.is_some() { "" } else { ", without a login" };
            add("envelope", Mark::Good, format!("sender and recipient are taken{login}"));
        }
        Verdict::Works => {}
    }
    if let Ok(answers) = &trial.rehearsed.result
        && is_best
    {
        if answers.pipelining == Some(false) {
            add("PIPELINING", Mark::Bad, "offered, but commands in groups get lost".to_owned());
        }
        if answers.chunking == Some(false) {
            add("CHUNKING", Mark::Bad, "offered, but BDAT is not known".to_owned());
        }
    }
}

fn way_in_words(trial: &Trial) -> String {
    match trial.server.tls {
        Tls::Implicit => "inside TLS".to_owned(),
        Tls::StartTls => "inside STARTTLS".to_owned(),
        Tls::Opportunistic | Tls::Plaintext => "in the clear".to_owned(),
    }
}

/// What went wrong, without where: the step's name says that.
fn cause_in_short(failure: &Failure) -> String {
    match &failure.cause {
        Cause::Refused(reply) | Cause::CredentialsRefused { reply, .. } => first_line(reply),
        cause => cause.to_string(),
    }
}

fn first_line(reply: &Reply) -> String {
    format!("{} {}", reply.code, reply.lines.first().map(String::as_str).unwrap_or_default())
}
