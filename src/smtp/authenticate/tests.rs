//! Which mechanisms are tried where, and in which order.

use super::*;
use crate::model::{LoginStyle, Secret, Timeouts, Tls, Trust};

fn server(auth: AuthPolicy) -> Server {
    Server {
        profile: None,
        provider: None,
        host: "mail.example".to_owned(),
        port: 587,
        protocol: crate::model::Protocol::Smtp,
        road: crate::model::Road::default(),
        tls: Tls::StartTls,
        trust: Trust::default(),
        auth,
        login_style: LoginStyle::Auto,
        username: Some("alice".to_owned()),
        danger_cleartext_auth: false,
        ehlo: None,
        pipelining: true,
        chunking: true,
        timeouts: Timeouts::default(),
        deadline: None,
        max_size: None,
    }
}

fn password() -> Credentials {
    Credentials {
        username: Some("alice".to_owned()),
        password: Some(Secret::new("p")),
        token: None,
        most_in_vain: None,
    }
}

fn names(names: &str) -> Vec<String> {
    names.split_ascii_whitespace().map(str::to_owned).collect()
}

/// What is tried of all that there is, in words.
fn order(
    server: &Server,
    credentials: &Credentials,
    protected: bool,
    channel_key: Option<[u8; 32]>,
) -> String {
    let offered = Mechanism::ALL.map(|mechanism| mechanism.name().to_owned());
    let surroundings = Surroundings { offered: &offered, protected, channel_key };
    let tried = candidates(server, credentials, surroundings);
    tried.iter().map(|mechanism| mechanism.name()).collect::<Vec<_>>().join(" ")
}

#[test]
fn inside_verified_tls_the_fewest_flights_come_first() {
    let server = server(AuthPolicy::Auto);
    assert_eq!(
        order(&server, &password(), true, Some([0; 32])),
        "PLAIN SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 LOGIN CRAM-MD5"
    );
    // TLS 1.2 has nothing to bind to.
    assert_eq!(
        order(&server, &password(), true, None),
        "PLAIN SCRAM-SHA-256 SCRAM-SHA-1 LOGIN CRAM-MD5"
    );
}

#[test]
fn where_anybody_may_be_the_server_the_password_is_hidden_first() {
    let mut server = server(AuthPolicy::Auto);
    server.trust.danger_accept_invalid_certs = true;
    assert_eq!(
        order(&server, &password(), true, Some([0; 32])),
        "SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN CRAM-MD5"
    );
}

#[test]
fn in_the_clear_too() {
    let mut server = server(AuthPolicy::Auto);
    assert_eq!(
        order(&server, &password(), false, None),
        "SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN CRAM-MD5",
        "what takes consent is held back later"
    );
    server.auth = AuthPolicy::Named(vec![Mechanism::CramMd5]);
    assert_eq!(order(&server, &password(), false, None), "CRAM-MD5");
}

#[test]
fn a_mechanism_needs_what_it_proves() {
    let mut server = server(AuthPolicy::Auto);
    let token = Credentials { password: None, token: Some(Secret::new("t")), ..password() };
    assert_eq!(order(&server, &token, true, None), "OAUTHBEARER XOAUTH2");
    let both = Credentials { password: Some(Secret::new("p")), ..token };
    assert!(order(&server, &both, true, None).starts_with("OAUTHBEARER XOAUTH2 PLAIN "));
    assert_eq!(order(&server, &Credentials::default(), true, None), "");
    server.trust.client_certificate = Some("me.pem".into());
    assert_eq!(order(&server, &Credentials::default(), true, None), "EXTERNAL");
    assert!(order(&server, &password(), true, None).ends_with(" EXTERNAL"));
}

#[test]
fn a_list_is_taken_in_its_order_and_what_is_offered_first() {
    let server = server(AuthPolicy::Named(vec![CramMd5, Login, Plain, Xoauth2]));
    let tried = |offered: &str| {
        let offered = names(offered);
        let surroundings = Surroundings { offered: &offered, protected: true, channel_key: None };
        candidates(&server, &password(), surroundings)
    };
    assert_eq!(tried("SCRAM-SHA-1"), [CramMd5, Login, Plain]);
    assert_eq!(tried("PLAIN LOGIN XOAUTH2"), [Login, Plain, CramMd5]);
}

#[test]
fn another_connection_needs_something_new_and_an_unspent_secret() {
    let lost = Cause::Lost("closed".to_owned());
    let mut plan = Plan::default();
    assert!(!plan.goes_on(&lost), "nothing was learnt");
    plan.strike(Plain);
    assert!(!plan.goes_on(&Cause::TimedOut(1)));
    plan.strike(Plain);
    plan.secret_is_said = true;
    assert!(!plan.goes_on(&lost));

    let mut plan = Plan::default();
    for _ in 1..CONNECTIONS {
        plan.strike(Plain);
        assert!(plan.goes_on(&lost));
    }
    plan.strike(Plain);
    assert!(!plan.goes_on(&lost), "not for ever");
}
