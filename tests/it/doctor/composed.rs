//! The doctor at servers composed at random, and at the three that this program was made for: it
//! finds a profile wherever there is one, mail arrives with it, and on the way nothing is given
//! away that a person did not agree to. A failure names its seed, which runs alone where `SEEDS`
//! is made to hold nothing else.

use std::ops::Range;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::awkward::{
    ADDRESS, AuthOffer, AwkwardServer, Behaviour, Breakage, Case, Certificate, Consent, Counters,
    Hello, LOCAL_PART, Layer, LoginStyle, Mechanism, Password, RECIPIENT, Recipients, Replies,
    Senders, TlsOffer, UserName, Verdict, authority_pem, each_case,
};
use crate::support::{Mailsend, Outcome};

const SEEDS: Range<u64> = 1000..1150;
/// Servers at which something was left untried, or too much was shown.
const HARD_SEEDS: [u64; 8] = [3007, 3134, 3135, 3145, 3176, 3234, 3330, 3471];
/// How long a person waits for the doctor.
const PATIENCE: Duration = Duration::from_secs(60);
/// After these many refused passwords no account is locked yet.
const REFUSALS: usize = 2;

/// A server that the doctor has looked at.
struct Examined {
    case: Case,
    server: AwkwardServer,
    doctor: Outcome,
    took: Duration,
    /// What the server had counted when the doctor had left.
    counters: Counters,
    /// Where the profile should be.
    config: PathBuf,
}

fn examine(case: Case) -> Examined {
    let server = AwkwardServer::start(&case.behaviour);
    let target = server.address().to_string();
    let doctor = Mailsend::new()
        .file("password", case.behaviour.given_password())
        .file("ca.pem", authority_pem())
        .args(["doctor", &target, "--username", case.behaviour.given_user()])
        .args(["--from", ADDRESS, "--to", RECIPIENT, "--json", "--write=found"]);
    let home = doctor.home();
    let config = home.join("found.toml");
    let mut doctor = doctor.arg("--config").arg(&config).arg("--password-file");
    doctor = doctor.arg(home.join("password"));
    let Consent { pin, cleartext, ca_given } = case.consent;
    if ca_given {
        doctor = doctor.arg("--ca-file").arg(home.join("ca.pem"));
    }
    let flags = [(pin, "--pin"), (cleartext, "--danger-cleartext-auth")];
    doctor = doctor.args(flags.into_iter().filter(|(given, _)| *given).map(|(_, flag)| flag));
    let start = Instant::now();
    let doctor = doctor.talks_to(server.dialogue()).run();
    let (took, counters) = (start.elapsed(), server.counters());
    Examined { case, server, doctor, took, counters, config }
}

impl Examined {
    /// Everything that must hold wherever the doctor has been.
    fn holds(&self) -> &Self {
        let exit = self.doctor.status();
        match &self.case.verdict {
            Verdict::Works(_) => {
                self.check(exit == 0, "there is a profile with which mail arrives")
            }
            Verdict::Impossible(_) => self.check(exit != 0, "no mail can arrive"),
            Verdict::Hard(_) => {}
        }
        self.check(self.took <= PATIENCE, &format!("it took {} s", self.took.as_secs()));
        self.report();
        if exit == 0 {
            self.delivers();
        } else {
            self.explains();
        }
        self.keeps_the_secret();
        self
    }

    /// What the JSON says is well-formed and true.
    fn report(&self) {
        let json = self.doctor.json();
        let exit = self.doctor.status();
        self.check(json["version"] == 1, "version");
        self.check(json["exit"] == exit, "exit is the exit status");
        self.check(json["works"] == (exit == 0), "works is what the exit status says");
        self.check(json["target"].as_str().is_some_and(|it| !it.is_empty()), "target");
        self.check(json["seconds"].is_number(), "seconds");
        for step in self.list(&json["steps"], "steps") {
            self.check(step["name"].as_str().is_some_and(|it| !it.is_empty()), "step: name");
            self.check(step["port"].is_u64() || step["port"].is_null(), "step: port");
            self.check(step["ok"].is_boolean() || step["ok"].is_null(), "step: ok");
        }
        for finding in self.list(&json["findings"], "findings") {
            let severity = finding["severity"].as_str().unwrap_or_default();
            self.check(["problem", "warning", "note"].contains(&severity), "finding: severity");
            self.check(finding["what"].as_str().is_some_and(|it| !it.is_empty()), "finding: what");
            self.check(finding["advice"].is_array(), "finding: advice");
        }
        let counted = self.counters.passwords_refused;
        self.check(counted <= REFUSALS, &format!("{counted} passwords were refused"));
        let said = json["password_refusals"].as_u64();
        let honest = said.is_some_and(|said| said >= counted as u64);
        self.check(honest, &format!("password_refusals is {said:?}, the server counted {counted}"));
    }

    /// The profile is there, mail arrives with it, and it is as safe as can be.
    fn delivers(&self) {
        let json = self.doctor.json();
        self.check(json["profile"]["name"] == "found", "profile: name");
        let toml = json["profile"]["toml"].as_str().unwrap_or_default();
        self.check(!toml.is_empty(), "profile: toml");
        let path = self.config.to_string_lossy();
        self.check(json["written"] == *path, "written is the path of the configuration file");
        let mut sent = self.send();
        if self.case.behaviour.recipients == Recipients::Later && sent.status() == 75 {
            sent = self.send();
        }
        sent.exit(0);
        let mails = self.server.mails();
        let arrived = mails.len() > self.counters.mails;
        self.check(arrived, "the mail did not arrive that the profile sent");
        let refused = self.server.counters().passwords_refused - self.counters.passwords_refused;
        self.check(refused == 0, "the profile gives a password that is refused");
        if let Verdict::Works(best) | Verdict::Hard(best) = &self.case.verdict {
            let in_tls = mails.last().is_some_and(|mail| mail.layer == Layer::Tls);
            self.check(in_tls || best.contains("tls = \"none\""), "the profile forgoes TLS");
            let danger = |text: &str| text.lines().any(|line| line.starts_with("danger_"));
            self.check(danger(best) || !danger(toml), "the profile is more dangerous than it must");
        }
    }

    /// Sends a mail with the profile that the doctor has written.
    fn send(&self) -> Outcome {
        Mailsend::new()
            .arg("--config")
            .arg(&self.config)
            .args(["-p", "found", "-f", ADDRESS, "-t", RECIPIENT, "-s", "hello", "--body", "hi"])
            .talks_to(self.server.dialogue())
            .run()
    }

    /// It is said what the problem is.
    fn explains(&self) {
        let json = self.doctor.json();
        let findings = self.list(&json["findings"], "findings");
        let problem = findings.iter().any(|finding| finding["severity"] == "problem");
        self.check(problem, "nothing works, and no finding is a problem");
    }

    /// Nobody reads the password who should not: neither on the way nor on the screen.
    fn keeps_the_secret(&self) {
        let Case { behaviour, consent: Consent { pin, cleartext, ca_given }, .. } = &self.case;
        let counters = self.server.counters();
        let seen = counters.password_in_clear > 0;
        self.check(*cleartext || !seen, "the password was sent in the clear");
        let trusted = behaviour.certificate == Certificate::Trusted && *ca_given;
        let seen = counters.password_in_tls > 0;
        self.check(trusted || *pin || *cleartext || !seen, "the password was sent to anybody");
        let password = behaviour.given_password();
        self.doctor.lacks(password).lacks(STANDARD.encode(password));
        for user in [ADDRESS, LOCAL_PART, behaviour.given_user()] {
            self.doctor.lacks(STANDARD.encode(format!("\0{user}\0{password}")));
        }
        let written = std::fs::read_to_string(&self.config).unwrap_or_default();
        self.check(!written.contains(password), "the password is in the configuration file");
    }

    /// Lines of the profile.
    fn profile_has(&self, lines: &[&str]) {
        let json = self.doctor.json();
        let toml = json["profile"]["toml"].as_str().unwrap_or_default();
        for line in lines {
            let has = toml.lines().any(|one| one.split('#').next().unwrap_or(one).trim() == *line);
            self.check(has, &format!("the profile lacks: {line}"));
        }
    }

    fn list(&self, value: &Value, name: &str) -> Vec<Value> {
        self.check(value.is_array(), name);
        value.as_array().cloned().unwrap_or_default()
    }

    fn check(&self, holds: bool, complaint: &str) {
        assert!(
            holds,
            "{}\n{complaint}\n\nexit status {} after {} s, {:?}\n--- stdout\n{}\n--- stderr\n{}\n\
             --- dialogue\n{}",
            self.case,
            self.doctor.status(),
            self.took.as_secs(),
            self.counters,
            self.doctor.stdout_text(),
            self.doctor.stderr_text(),
            self.server.dialogue().text()
        );
    }
}

#[test]
fn a_profile_is_found_wherever_there_is_one() {
    each_case(SEEDS.chain(HARD_SEEDS), |case| _ = examine(case).holds());
}

const NOTHING: Consent = Consent { pin: false, cleartext: false, ca_given: false };
const AUTHORITY: Consent = Consent { ca_given: true, ..NOTHING };
const PIN: Consent = Consent { pin: true, ..NOTHING };
const CLEARTEXT: Consent = Consent { cleartext: true, ..NOTHING };

fn offering(mechanisms: &[Mechanism]) -> AuthOffer {
    AuthOffer::Mechanisms(mechanisms.to_vec())
}

/// A server and a person of whom the oracle says the same as whoever wrote the test.
fn works(behaviour: &Behaviour, consent: Consent) -> Examined {
    let case = Case::made(behaviour.clone(), consent);
    assert!(matches!(case.verdict, Verdict::Works(_)), "{case}");
    let examined = examine(case);
    examined.holds();
    examined
}

fn impossible(behaviour: &Behaviour, consent: Consent) -> Examined {
    let case = Case::made(behaviour.clone(), consent);
    assert!(matches!(case.verdict, Verdict::Impossible(_)), "{case}");
    let examined = examine(case);
    examined.holds();
    examined
}

fn qq() -> Behaviour {
    Behaviour {
        tls: TlsOffer::Implicit,
        senders: Senders::OwnAddress(501),
        replies: Replies::Gbk,
        ..Behaviour::default()
    }
}

/// STARTTLS with a certificate of an authority that nobody knows.
fn corp_relay() -> Behaviour {
    Behaviour { certificate: Certificate::UnknownAuthority, ..Behaviour::default() }
}

fn sendcloud() -> Behaviour {
    Behaviour {
        tls: TlsOffer::None,
        auth_in_clear: offering(&[Mechanism::Login]),
        login_style: LoginStyle::PasswordFirst,
        user_name: UserName::Own,
        ..Behaviour::default()
    }
}

#[test]
fn qq_is_found_to_speak_tls_from_the_first_octet() {
    works(&qq(), AUTHORITY).profile_has(&[r#"tls = "implicit""#]);
}

#[test]
fn qq_refuses_the_password_of_the_web_page() {
    impossible(&Behaviour { password: Password::Wrong, ..qq() }, AUTHORITY);
}

#[test]
fn corp_relay_is_pinned_by_whoever_agrees() {
    let pin = format!("pin_sha256 = \"{}\"", corp_relay().certificate.pin());
    let examined = works(&corp_relay(), PIN);
    let json = examined.doctor.json();
    let toml = json["profile"]["toml"].as_str().unwrap_or_default();
    let hex = pin.split('"').nth(1).unwrap();
    examined.check(toml.contains("pin_sha256") && toml.contains(hex), &pin);
}

#[test]
fn corp_relay_is_pinned_for_whoever_lets_everybody_listen() {
    works(&corp_relay(), CLEARTEXT).profile_has(&[r#"tls = "starttls""#]);
}

#[test]
fn corp_relay_of_an_unknown_authority_gets_no_password_without_consent() {
    for consent in [NOTHING, AUTHORITY] {
        let counters = impossible(&corp_relay(), consent).server.counters();
        assert_eq!((counters.password_in_clear, counters.password_in_tls), (0, 0));
    }
}

#[test]
fn corp_relay_works_with_its_authority() {
    let known = Behaviour { certificate: Certificate::Trusted, ..corp_relay() };
    works(&known, AUTHORITY).profile_has(&[r#"tls = "starttls""#]);
}

#[test]
fn corp_relay_whose_starttls_is_broken_is_used_without_it() {
    for breakage in
        [Breakage::Garbage, Breakage::Refused454, Breakage::Closed, Breakage::Refused502]
    {
        let relay = Behaviour { tls: TlsOffer::Broken(breakage), ..corp_relay() };
        works(&relay, CLEARTEXT).profile_has(&[r#"tls = "none""#]);
        impossible(&relay, AUTHORITY);
    }
}

#[test]
fn corp_relay_that_says_nothing_after_starttls_is_not_waited_for_long() {
    let relay = Behaviour { tls: TlsOffer::Broken(Breakage::Silence), ..corp_relay() };
    works(&relay, CLEARTEXT).profile_has(&[r#"tls = "none""#]);
}

#[test]
fn corp_relay_without_auth_inside_tls_is_used_in_the_clear() {
    for certificate in [Certificate::Trusted, Certificate::UnknownAuthority] {
        let auth_in_tls = AuthOffer::Nothing;
        let relay = Behaviour { auth_in_tls, certificate, ..corp_relay() };
        let consent = Consent { ca_given: true, ..CLEARTEXT };
        works(&relay, consent).profile_has(&[r#"tls = "none""#, "danger_cleartext_auth = true"]);
        impossible(&relay, AUTHORITY);
    }
}

#[test]
fn sendcloud_wants_the_user_name_in_the_line() {
    let counters = works(&sendcloud(), CLEARTEXT).counters;
    assert_eq!(counters.passwords_refused, 0);
    impossible(&sendcloud(), NOTHING);
}

#[test]
fn a_user_name_in_another_form_is_found_out() {
    for user_name in [UserName::LocalPartKnown, UserName::LocalPartGiven] {
        let auth_in_tls = offering(&[Mechanism::Plain]);
        let server = Behaviour { user_name, auth_in_tls, ..Behaviour::default() };
        let examined = works(&server, AUTHORITY);
        examined.profile_has(&[&format!("username = \"{}\"", server.known_user())]);
    }
}

#[test]
fn a_server_that_wants_a_full_name_is_given_one() {
    for hello in [Hello::FullName, Hello::FullNameAtRcpt, Hello::FullNameOr550] {
        works(&Behaviour { hello, ..Behaviour::default() }, AUTHORITY);
    }
}

#[test]
fn a_wrong_password_is_not_said_a_third_time() {
    let wrong = Behaviour { password: Password::Wrong, ..Behaviour::default() };
    let all = Consent { pin: true, cleartext: true, ca_given: true };
    impossible(&wrong, all);
}
