//! For every manner of the sandbox a profile is found with which mail arrives, once the person
//! agrees to what it takes; and with a wrong password the cause is named, at two refusals at most.

use mailsend::sandbox::MANNERS;

use super::{Found, PASSWORD, Patient, arrives, send_through};
use crate::support::{caught, sandbox};

/// The manners that a person need not agree to anything for, if the sandbox's CA is trusted.
const SAFE: &[&str] = &["submission", "qq", "login-prompted-only", "gmail-like", "echoes-auth"];
/// Those that take mail from anybody.
const OPEN: &[&str] = &[
    "open",
    "greylist",
    "rejects-one",
    "takes-two",
    "too-big",
    "slow",
    "drops-at-dot",
    "keeps-chunk",
];

#[test]
fn every_manner_is_one_of_those_below() {
    for manner in MANNERS {
        let known = [SAFE, OPEN].concat().contains(&manner.name);
        let corporate = manner.name.starts_with("corp-relay-") || manner.name == "sendcloud";
        assert!(known != corporate, "{}", manner.name);
    }
}

#[test]
fn a_server_that_is_trusted_takes_no_consent() {
    for manner in SAFE {
        let server = sandbox(manner, PASSWORD);
        let authority = server.authority_pem().to_owned();
        let patient = Patient { authority: Some(&authority), ..Patient::of(&server) };
        let found = Found::by(patient.examine(&[]), PASSWORD);
        found.outcome.exit(0);
        assert!(found.works(), "{manner}");
        assert!(!found.toml().contains("danger"), "{}", found.toml());
        assert_eq!(server.statistics().passwords_refused, 0);
        arrives(&server, &found);
    }
}

#[test]
fn a_server_that_wants_no_login_takes_none() {
    for manner in OPEN {
        let server = sandbox(manner, PASSWORD);
        let found = Found::by(Patient::of(&server).examine(&[]), PASSWORD);
        found.outcome.exit(0);
        assert!(found.toml().contains("tls = \"none\"\nauth = \"none\"\n"), "{}", found.toml());
        if *manner == "drops-at-dot" {
            send_through(&found, "bob@example.net").exit(79);
            assert_eq!(caught(&server).len(), 1);
        } else {
            arrives(&server, &found);
        }
    }
}

#[test]
fn what_takes_consent_works_with_it_and_is_told_without() {
    for (manner, consent, obstacle, exit) in [
        ("corp-relay-unknown-ca", "--pin", "trust", 77),
        ("corp-relay-auth-only-in-clear", "--danger-cleartext-auth", "trust", 77),
        ("corp-relay-broken-starttls", "--danger-cleartext-auth", "privacy", 78),
        ("corp-relay-broken-starttls-454", "--danger-cleartext-auth", "privacy", 78),
        ("corp-relay-broken-starttls-close", "--danger-cleartext-auth", "privacy", 78),
        ("sendcloud", "--danger-cleartext-auth", "privacy", 78),
    ] {
        let server = sandbox(manner, PASSWORD);
        let without = Found::by(Patient::of(&server).examine(&[]), PASSWORD);
        without.outcome.exit(exit);
        assert_eq!(without.obstacle(), Some(obstacle), "{manner}");
        let problems = without.findings("problem").join("\n");
        let flag = without.object["findings"].to_string().contains(consent);
        assert!(flag && !problems.is_empty(), "{manner}: {problems}");
        assert!(!without.home().join("config.toml").exists());

        let with = Found::by(Patient::of(&server).examine(&[consent]), PASSWORD);
        with.outcome.exit(0);
        assert_eq!(server.statistics().passwords_refused, 0, "{manner}");
        arrives(&server, &with);
    }
}

#[test]
fn the_authority_s_file_is_better_than_a_pin() {
    let server = sandbox("corp-relay-unknown-ca", PASSWORD);
    let authority = server.authority_pem().to_owned();
    let patient = Patient { authority: Some(&authority), ..Patient::of(&server) };
    let found = Found::by(patient.examine(&["--pin", "--danger-cleartext-auth"]), PASSWORD);
    found.outcome.exit(0);
    assert!(found.toml().contains("ca_file = ") && !found.toml().contains("pin_sha256"));
    arrives(&server, &found);
}

/// Whoever lets everybody hear the password may let one hear it whose name is not known.
#[test]
fn with_consent_to_the_clear_a_pin_is_still_preferred() {
    let server = sandbox("corp-relay-unknown-ca", PASSWORD);
    let found = Found::by(Patient::of(&server).examine(&["--danger-cleartext-auth"]), PASSWORD);
    found.outcome.exit(0);
    assert!(found.toml().contains("pin_sha256") && !found.toml().contains("danger"));
    arrives(&server, &found);
}

#[test]
fn a_wrong_password_is_refused_twice_at_most_and_named() {
    for manner in MANNERS {
        if OPEN.contains(&manner.name) {
            continue;
        }
        let server = sandbox(manner.name, PASSWORD);
        let patient = Patient { password: "looking-glass2", ..Patient::of(&server) };
        let consent = ["--pin", "--danger-cleartext-auth"];
        let found = Found::by(patient.examine(&consent), "looking-glass2");
        found.outcome.exit(77);
        assert_eq!(found.obstacle(), Some("credentials"), "{}", manner.name);
        let refused = server.statistics().passwords_refused;
        assert!((1..=2).contains(&refused), "{}: {refused}", manner.name);
        assert_eq!(found.object["password_refusals"], refused);
        assert!(!found.home().join("config.toml").exists());
    }
}

/// Two providers say what they want instead, so that a second try would be idle.
#[test]
fn where_the_server_says_what_is_wrong_one_refusal_is_enough() {
    for (manner, words) in [("qq", "authorization code (授权码)"), ("gmail-like", "app password")]
    {
        let server = sandbox(manner, PASSWORD);
        let patient = Patient { password: "looking-glass2", ..Patient::of(&server) };
        let found = Found::by(patient.examine(&["--pin"]), "looking-glass2");
        found.outcome.exit(77);
        assert!(found.object["findings"].to_string().contains(words), "{}", found.object);
        assert_eq!(server.statistics().passwords_refused, 1);
    }
}
