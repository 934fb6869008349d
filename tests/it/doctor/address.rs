//! From a mail address to its server: by a real resolver on loopback, which the program finds as it
//! does any, in /etc/resolv.conf.

use std::net::{Ipv4Addr, SocketAddr};

use mailsend::sandbox::Sandbox;

use super::PASSWORD;
use crate::support::{Mailsend, Outcome, RealServer, caught, sandbox_at};

/// Runs the words behind the first with another /etc/resolv.conf, which nobody else sees.
const WITH_RESOLVER: &str = r#"
printf 'nameserver %s\noptions timeout:2\n' "$1" >resolv.conf
mount --bind resolv.conf "$(readlink -f /etc/resolv.conf)"
shift
exec "$@"
"#;

/// Examines an address by the resolver's word.
fn examine(unbound: &RealServer, address: &str, flags: &[&str]) -> Outcome {
    let nameserver = format!("{}.1", unbound.setting("NET"));
    Mailsend::program("unshare")
        .file("password", PASSWORD)
        .args(["--mount", "--propagation", "private", "sh", "-ec", WITH_RESOLVER, "sh"])
        .args([&nameserver, env!("CARGO_BIN_EXE_mailsend"), "doctor", address])
        .args(["--password-file", "password", "--json"])
        .args(flags)
        .run()
}

/// A submission server at one of the addresses that the resolver's hosts have.
fn server(unbound: &RealServer, host: u8, port: u16, manner: &str) -> Sandbox {
    let net: Vec<u8> = unbound.setting("NET").split('.').map(|it| it.parse().unwrap()).collect();
    let address = Ipv4Addr::new(net[0], net[1], net[2], host);
    sandbox_at(SocketAddr::from((address, port)), manner, PASSWORD)
}

#[test]
fn the_domain_s_srv_record_says_where_and_on_which_port() {
    let Some(unbound) = RealServer::unbound() else { return };
    let server = server(&unbound, 2, 587, "submission");
    let flags = ["--pin", "--write=srv", "--config", "config.toml"];
    let outcome = examine(&unbound, "alice@srv.test", &flags);
    outcome.exit(0).lacks(PASSWORD);
    let object = outcome.json();
    assert_eq!(object["host"], "mail.srv.test");
    let toml = object["profile"]["toml"].as_str().unwrap();
    assert!(toml.contains("username = \"alice@srv.test\""), "{toml}");
    assert_eq!(server.statistics().passwords_refused, 0);
}

#[test]
fn implicit_tls_comes_before_starttls() {
    let Some(unbound) = RealServer::unbound() else { return };
    let implicit = server(&unbound, 3, 465, "qq");
    let starttls = server(&unbound, 3, 587, "submission");
    let outcome = examine(&unbound, "alice@both.test", &["--pin"]);
    outcome.exit(0);
    let object = outcome.json();
    let toml = object["profile"]["toml"].as_str().unwrap();
    assert!(toml.contains("port = 465\ntls = \"implicit\"\n"), "{toml}");
    assert!(implicit.statistics().connections > 0);
    assert_eq!(starttls.statistics().connections, 0);
}

/// The answer does not fit into a datagram.
#[test]
fn a_truncated_answer_is_asked_for_again() {
    let Some(unbound) = RealServer::unbound() else { return };
    let _server = server(&unbound, 4, 587, "submission");
    let outcome = examine(&unbound, "alice@many.test", &["--pin"]);
    outcome.exit(0);
    assert_eq!(outcome.json()["host"], "mail-number-0.many.test");
}

/// RFC 6186 §6
#[test]
fn no_password_goes_to_a_host_outside_of_the_domain_unless_the_person_names_it() {
    let Some(unbound) = RealServer::unbound() else { return };
    let server = server(&unbound, 5, 587, "submission");
    let outcome = examine(&unbound, "alice@outside.test", &["--pin"]);
    outcome.exit(77).stderr_contains("mail.elsewhere.test:587, which is not in outside.test");
    outcome.stderr_contains(
        "hint: ask your administrator, then: mailsend doctor mail.elsewhere.test:587 --username \
         alice@outside.test",
    );
    assert_eq!(server.statistics().connections, 0);
    let flags = ["--username", "alice@outside.test", "--pin"];
    examine(&unbound, "mail.elsewhere.test:587", &flags).exit(0);
}

#[test]
fn without_a_record_the_usual_names_are_tried() {
    let Some(unbound) = RealServer::unbound() else { return };
    let _server = server(&unbound, 6, 587, "submission");
    let outcome = examine(&unbound, "alice@names.test", &["--pin"]);
    outcome.exit(0);
    assert_eq!(outcome.json()["host"], "smtp.names.test");
}

/// A company whose mail is at a provider's is served by the provider's preset.
#[test]
fn the_mail_exchanger_tells_the_provider() {
    let Some(unbound) = RealServer::unbound() else { return };
    let server = server(&unbound, 7, 465, "qq");
    let outcome = examine(&unbound, "alice@company.test", &["--pin"]);
    outcome.exit(0);
    let object = outcome.json();
    assert_eq!(object["host"], "smtp.exmail.qq.com");
    let toml = object["profile"]["toml"].as_str().unwrap();
    assert!(toml.contains("provider = \"exmail\"\n"), "{toml}");
    assert!(!toml.contains("host ="), "{toml}");
    assert_eq!(caught(&server).len(), 0);
}

#[test]
fn a_domain_that_has_no_such_service_or_no_answer_is_told() {
    let Some(unbound) = RealServer::unbound() else { return };
    let outcome = examine(&unbound, "alice@none.test", &[]);
    outcome.exit(68).stdout_contains("says that there is no such service");
    let outcome = examine(&unbound, "alice@dead.test", &[]);
    outcome.stdout_contains("answered SERVFAIL");
    assert_ne!(outcome.json()["exit"], 0);
}
