//! Real servers, which `tests/run` starts: given host, user and password, a profile is found with
//! which mail is delivered, or the cause is named.

use super::{Found, Patient, send_through};
use crate::support::RealServer;

const ALICE: (&str, &str) = ("alice@example.test", "wonder-land1");
const BOB: (&str, &str) = ("bob@example.test", "pässwörd");

/// Examines a port and sends through what was found.
fn works(server: Option<RealServer>, port: &str, consent: &[&str], expected: &[&str]) {
    let Some(server) = server else { return };
    for (user, password) in [ALICE, BOB] {
        let authority = std::fs::read_to_string(server.setting("CA")).unwrap();
        let patient = Patient {
            port: server.setting(port).parse().unwrap(),
            user,
            password,
            authority: Some(&authority),
        };
        let found = Found::by(patient.examine(consent), password);
        found.outcome.exit(0);
        for key in expected {
            assert!(found.toml().contains(key), "{port}: {key}\n{}", found.toml());
        }
        let local = format!("{port}-{}", user.split('@').next().unwrap()).to_lowercase();
        let recipient = format!("doctor-{local}@run-{}.test", std::process::id());
        send_through(&found, &recipient).exit(0).silent();
        server.delivered_to(&recipient);
        assert!(found.object["password_refusals"].as_u64().unwrap() <= 2);
    }
}

const CLEAR: &[&str] = &["--danger-cleartext-auth"];

#[test]
fn postfix_by_starttls() {
    works(RealServer::postfix(), "STARTTLS", &[], &["tls = \"starttls\"", "ca_file"]);
    works(RealServer::postfix(), "STARTTLS_REQUIRED", &[], &["tls = \"starttls\""]);
    works(RealServer::postfix(), "CYRUS", &[], &["tls = \"starttls\""]);
}

#[test]
fn postfix_by_implicit_tls_on_an_odd_port() {
    works(RealServer::postfix(), "IMPLICIT", &[], &["tls = \"implicit\""]);
    works(RealServer::postfix(), "CYRUS_IMPLICIT", &[], &["tls = \"implicit\""]);
}

/// SCRAM is offered, so that nobody hears the password.
#[test]
fn postfix_without_tls() {
    works(RealServer::postfix(), "PLAINTEXT", &[], &["tls = \"none\""]);
}

#[test]
fn postfix_with_a_certificate_of_nobody() {
    works(RealServer::postfix(), "UNKNOWN_CA", &["--pin"], &["pin_sha256"]);
}

#[test]
fn dovecot_s_submission_service() {
    works(RealServer::postfix(), "SUBMISSION", &[], &["tls = \"starttls\""]);
    works(RealServer::postfix(), "SUBMISSION_IMPLICIT", &[], &["tls = \"implicit\""]);
}

#[test]
fn exim_in_its_ordinary_roles() {
    works(RealServer::exim(), "STARTTLS", &[], &["tls = \"starttls\""]);
    works(RealServer::exim(), "STARTTLS_REQUIRED", &[], &["tls = \"starttls\""]);
    works(RealServer::exim(), "IMPLICIT", &[], &["tls = \"implicit\""]);
    works(RealServer::exim(), "PLAIN_REFUSED", &[], &["tls = \"starttls\""]);
}

/// SCRAM is offered in the clear, so that nobody hears the password there.
#[test]
fn exim_as_the_relay_of_a_company() {
    works(RealServer::exim(), "CORPORATE", &[], &["tls = \"none\""]);
}

#[test]
fn exim_as_sendcloud() {
    let style = "login_style = \"initial-response\"";
    works(RealServer::exim(), "SENDCLOUD", CLEAR, &["tls = \"none\"", style]);
}

/// The server's own log counts.
#[test]
fn a_wrong_password_is_refused_twice_at_most() {
    let Some(server) = RealServer::postfix() else { return };
    let authority = std::fs::read_to_string(server.setting("CA")).unwrap();
    let patient = Patient {
        port: server.setting("STARTTLS").parse().unwrap(),
        user: "dinah@example.test",
        password: "no-such-cat",
        authority: Some(&authority),
    };
    let found = Found::by(patient.examine(&[]), "no-such-cat");
    found.outcome.exit(77);
    assert_eq!(found.obstacle(), Some("credentials"));
    let refusals = found.object["password_refusals"].as_u64().unwrap();
    assert_eq!(refusals, 2);
    let logged = server.refusals_after(1, &["authentication failed"], "");
    assert!(logged >= 2, "{logged}");
}

#[test]
fn a_relay_without_auth_takes_no_login() {
    let Some(server) = RealServer::postfix() else { return };
    let patient = Patient {
        port: server.setting("RELAY").parse().unwrap(),
        user: ALICE.0,
        password: ALICE.1,
        authority: None,
    };
    let found = Found::by(patient.examine(&[]), ALICE.1);
    found.outcome.exit(0);
    assert!(found.toml().contains("auth = \"none\""), "{}", found.toml());
}
