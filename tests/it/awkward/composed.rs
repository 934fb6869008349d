//! Servers composed at random: the oracle against the real program. A failure names its seed, which
//! runs alone where `SEEDS` is made to hold nothing else.

use std::ops::Range;

use super::mailsend;
use crate::support::Outcome;
use crate::support::awkward::{
    ADDRESS, AuthOffer, AwkwardServer, Behaviour, Breakage, Case, Certificate, Chunking, Counters,
    Delivered, Greeting, Keyword, Layer, Pipelining, RECIPIENT, Recipients, TlsOffer, Verdict,
    each_case,
};

const SEEDS: Range<u64> = 0..300;
/// Profiles that are tried where none can work.
const TRIALS: usize = 3;

#[test]
fn what_the_oracle_says_is_so() {
    each_case(SEEDS, |mut case| {
        match case.verdict.clone() {
            Verdict::Works(profile) | Verdict::Hard(profile) => {
                let connections = arrives(&case, &profile);
                // There is nothing left to be found out.
                let expected = 1 + usize::from(case.behaviour.recipients == Recipients::Later);
                assert_eq!(connections, expected, "connections with {profile}");
            }
            Verdict::Impossible(_) => {
                let slow = case.behaviour.greeting == Greeting::Late
                    || case.behaviour.tls == TlsOffer::Broken(Breakage::Silence);
                for _ in 0..if slow { 1 } else { TRIALS } {
                    let profile = some_profile(&mut case);
                    does_not_arrive(&case, &profile);
                }
            }
        }
    });
}

#[test]
fn no_profile_gives_the_password_away_or_has_it_refused_twice() {
    each_case(SEEDS, |mut case| {
        let profile = some_profile(&mut case);
        let _ = tried(&case, &profile);
    });
}

/// What a profile need not say is found out.
#[test]
fn mechanism_style_and_pace_need_not_be_named() {
    each_case(SEEDS, |case| {
        if let Verdict::Works(profile) | Verdict::Hard(profile) = &case.verdict
            && let Some(profile) = loosened(&case.behaviour, profile)
        {
            let _ = arrives(&case, &profile);
        }
    });
}

/// Mail arrives with this profile, on so many connections.
fn arrives(case: &Case, profile: &str) -> usize {
    let Case { behaviour, consent, .. } = case;
    let server = AwkwardServer::start(behaviour);
    let send = || mailsend(&server, behaviour, profile).run();
    if behaviour.recipients == Recipients::Later {
        send().exit(75);
    }
    send().exit(0).silent();
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    let Delivered { reverse_path, recipients, content, .. } = &mails[0];
    assert_eq!(reverse_path, ADDRESS);
    assert_eq!(recipients, &[RECIPIENT]);
    assert!(String::from_utf8_lossy(content).contains("\r\nSubject: hello\r\n"));
    let counters = server.counters();
    assert_eq!(counters.passwords_refused, 0, "{profile}");
    assert!(consent.cleartext || counters.password_in_clear == 0, "{profile}");
    counters.connections
}

fn does_not_arrive(case: &Case, profile: &str) {
    let (outcome, counters) = tried(case, profile);
    assert!(outcome.status() != 0, "{profile}");
    // Otherwise it would be the profile that is impossible, and nothing would have been shown.
    let said = outcome.stderr_text();
    let consent_is_missing = said.contains("would cross the network unprotected");
    assert!(counters.connections > 0 || consent_is_missing, "{profile}\n{said}");
}

/// Sends with a profile that need not work: success is told exactly where mail arrived, and the
/// password is neither given away nor refused twice.
fn tried(case: &Case, profile: &str) -> (Outcome, Counters) {
    let Case { behaviour, consent, .. } = case;
    let server = AwkwardServer::start(behaviour);
    let outcome = mailsend(&server, behaviour, profile).run();
    let (status, counters) = (outcome.status(), server.counters());
    let trusted = behaviour.certificate == Certificate::Trusted && consent.ca_given;
    let pinned = profile.contains("pin_sha256");
    for (holds, what) in [
        ((status == 0) == (counters.mails == 1) && counters.mails < 2, "success is arrival"),
        (counters.passwords_refused < 2, "the password is refused once at most"),
        (consent.cleartext || counters.password_in_clear == 0, "nobody can read the password"),
        (trusted || pinned || counters.password_in_tls == 0, "only a known server can read it"),
    ] {
        let dialogue = server.dialogue().text();
        let said = outcome.stderr_text();
        assert!(holds, "not so: {what}\n{profile}\n{status}\n{said}{counters:?}\n{dialogue}");
    }
    (outcome, counters)
}

/// Any profile that the consent allows.
fn some_profile(case: &mut Case) -> String {
    let Case { behaviour, consent, dice, .. } = case;
    let mut lines = vec![format!("from = '{ADDRESS}'"), "timeout_command = 4".to_owned()];
    let tls = match behaviour.tls {
        // Whoever waits there for a greeting waits in vain.
        TlsOffer::Implicit => "implicit",
        _ => dice.pick(&[(1, "starttls"), (1, "none")]),
    };
    lines.push(format!("tls = '{tls}'"));
    if tls != "none" && consent.ca_given {
        lines.push("ca_file = 'ca.pem'".to_owned());
    }
    if tls != "none" && consent.pin && dice.percent(50) {
        lines.push(format!("pin_sha256 = '{}'", behaviour.certificate.pin()));
    }
    if consent.cleartext {
        lines.push("danger_cleartext_auth = true".to_owned());
    }
    let auth = dice.pick(&[
        (3, "auto"),
        (2, "none"),
        (1, "PLAIN"),
        (1, "LOGIN"),
        (1, "SCRAM-SHA-256"),
        (1, "CRAM-MD5"),
    ]);
    lines.push(format!("auth = '{auth}'"));
    if auth != "none" {
        let style = dice.pick(&[(2, "auto"), (1, "prompted"), (1, "initial-response")]);
        lines.push(format!("login_style = '{style}'"));
        let user = dice.pick(&[(2, behaviour.known_user()), (1, behaviour.given_user())]);
        lines.push(format!("username = '{user}'"));
    }
    let ehlo = dice.pick(&[(1, "client.example.net"), (1, "client")]);
    lines.push(format!("ehlo = '{ehlo}'"));
    lines.push("pipelining = 'never'".to_owned());
    lines.join("\n")
}

/// The profile without what can be found out; none where that is more than can be asked.
fn loosened(behaviour: &Behaviour, profile: &str) -> Option<String> {
    let layer = if profile.contains("tls = \"none\"") { Layer::Clear } else { Layer::Tls };
    let AuthOffer::Mechanisms(all) = behaviour.auth_offer(layer) else { return None };
    let lies = all.iter().any(|mechanism| behaviour.conduct(*mechanism).lies(layer));
    let by_name_alone = ["auth = \"CRAM-MD5\"", "auth = \"none\"", "opportunistic"];
    if lies
        || behaviour.keyword == Keyword::Hidden
        || by_name_alone.iter().any(|words| profile.contains(words))
    {
        return None;
    }
    let slow = behaviour.pipelining == Pipelining::ThrowsAway;
    // What is lost of a group with its chunk is in doubt, and not sent again.
    let drops = behaviour.pipelining == Pipelining::Drops;
    let chunks = behaviour.chunking == Chunking::Works;
    let told = |line: &&str| {
        line.starts_with("auth =")
            || line.starts_with("login_style =")
            || (line.starts_with("pipelining =") && !slow && !(drops && chunks))
            || (line.starts_with("chunking =") && !drops)
    };
    let lines: Vec<&str> = profile.lines().filter(|line| !told(line)).collect();
    Some(lines.join("\n"))
}
