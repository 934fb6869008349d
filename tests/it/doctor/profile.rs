//! A profile that does not work is mended in its file, and nothing else in that file changes.

use std::fs;

use super::PASSWORD;
use crate::support::{Mailsend, Outcome, caught, sandbox};

/// Examines the profile `corp` of this file, in which PORT stands for the server's port.
fn examine(server: &mailsend::sandbox::Sandbox, config: &str, flags: &[&str]) -> Outcome {
    let port = server.address().port().to_string();
    Mailsend::new()
        .config(&config.replace("PORT", &port))
        .file("password", PASSWORD)
        .file(".config/mailsend/ca.pem", server.authority_pem())
        .args(["doctor", "corp"])
        .args(flags)
        .run()
}

/// What the configuration file holds.
fn config_of(outcome: &Outcome) -> String {
    fs::read_to_string(outcome.home().join(".config/mailsend/config.toml")).unwrap()
}

const COMMENTED: &str = "# Mail of this machine; 机器的邮件
default_profile = \"corp\"   # for cron

[profiles.corp]  # the relay of the office
host = \"localhost\"
port = PORT      # not 25: a firewall
tls = \"none\"     # it has none
# LOGIN alone works here
login_style = \"prompted\" # as the manual says
username = \"alice\"
password_file = \"~/password\"
danger_cleartext_auth = true

# The other one.
[profiles.qq]
provider = \"qq\"
username = \"12345678@qq.com\"
";

#[test]
fn only_the_lines_that_change_are_written() {
    let server = sandbox("sendcloud", PASSWORD);
    let outcome = examine(&server, COMMENTED, &["--write"]);
    outcome.exit(0).stdout_contains("- login_style = \"prompted\" # as the manual says\n");
    outcome.stdout_contains("+ login_style = \"initial-response\" # as the manual says\n");
    let expected = COMMENTED
        .replace("PORT", &server.address().port().to_string())
        .replace("\"prompted\"", "\"initial-response\"");
    assert_eq!(config_of(&outcome), expected);
}

#[test]
fn without_write_nothing_is_written() {
    let server = sandbox("sendcloud", PASSWORD);
    let outcome = examine(&server, COMMENTED, &[]);
    outcome.exit(0).stdout_contains("login_style = \"initial-response\"");
    let expected = COMMENTED.replace("PORT", &server.address().port().to_string());
    assert_eq!(config_of(&outcome), expected);
}

#[test]
fn a_profile_that_works_is_left_alone() {
    let server = sandbox("sendcloud", PASSWORD);
    let config = COMMENTED.replace("\"prompted\"", "\"auto\"");
    let outcome = examine(&server, &config, &["--write"]);
    outcome.exit(0);
    // Found out anew for each mail, which costs time: that is a change for the better.
    outcome.stdout_contains("login_style = \"initial-response\"");
    let config = COMMENTED.replace("\"prompted\"", "\"initial-response\"");
    let outcome = examine(&server, &config, &["--write"]);
    outcome.exit(0).stdout_contains("The profile corp works as it stands.");
    assert_eq!(config_of(&outcome), config.replace("PORT", &server.address().port().to_string()));
}

/// Every one of these keeps mail from being sent.
#[test]
fn whatever_is_wrong_is_set_right() {
    let good =
        "host = 'localhost'\nport = PORT\nusername = 'alice'\npassword_file = '~/password'\n";
    for (manner, wrong, flags) in [
        ("corp-relay-unknown-ca", "", &["--pin"][..]),
        ("corp-relay-unknown-ca", "pin_sha256 = ['PIN']", &["--pin"]),
        ("corp-relay-auth-only-in-clear", "ca_file = 'ca.pem'", &["--danger-cleartext-auth"]),
        ("corp-relay-broken-starttls", "", &["--danger-cleartext-auth"]),
        ("submission", "tls = 'none'\nauth = 'scram-sha-1'", &["--pin"]),
        ("submission", "ca_file = 'ca.pem'\nauth = 'cram-md5'", &[]),
        ("submission", "tls = 'implicit'\nca_file = 'ca.pem'", &[]),
        ("qq", "ca_file = 'ca.pem'\nfrom = 'else@corp.example'", &[]),
        ("sendcloud", "tls = 'none'\nauth = 'plain'", &["--danger-cleartext-auth"]),
        ("sendcloud", "danger_cleartext_auth = true", &[]),
    ] {
        let server = sandbox(manner, PASSWORD);
        let user = if manner == "qq" { "alice@corp.example" } else { "alice" };
        let config = format!("[profiles.corp]\n{good}{wrong}\n")
            .replace("PIN", &"ab".repeat(32))
            .replace("'alice'", &format!("'{user}'"));
        let flags = [&["--write"], flags].concat();
        let outcome = examine(&server, &config, &flags);
        outcome.exit(0);
        let refused = server.statistics().passwords_refused;
        assert!(refused <= 2, "{manner} {wrong}: {refused}");
        let config = outcome.home().join(".config/mailsend/config.toml");
        Mailsend::new()
            .env("HOME", outcome.home())
            .args(["--config", config.to_str().unwrap(), "-p", "corp", "-t", "bob@example.net"])
            .args(["-s", "hi", "--body", "hello"])
            .args(if manner == "qq" { &[][..] } else { &["-f", "alice@corp.example"][..] })
            .run()
            .exit(0);
        assert_eq!(caught(&server).len(), 1, "{manner} {wrong}\n{}", config_of(&outcome));
    }
}

#[test]
fn a_profile_that_cannot_be_used_as_it_stands_is_examined_all_the_same() {
    let server = sandbox("sendcloud", PASSWORD);
    let config = "[profiles.corp]\nhost = 'localhost'\nport = PORT\ntls = 'none'\nauth = 'login'\n\
                  username = 'alice'\npassword_file = '~/password'\n";
    let outcome = examine(&server, config, &["--danger-cleartext-auth", "--write"]);
    outcome.exit(0).stdout_contains("danger_cleartext_auth = true");
    let without = examine(&server, config, &[]);
    without.exit(78).stdout_contains("As it stands the profile cannot be used");
}

#[test]
fn a_name_that_is_taken_is_refused_before_anything_is_examined() {
    let server = sandbox("submission", PASSWORD);
    let port = server.address().port();
    let config = "[profiles.found]\nhost = 'mail.example'\n";
    Mailsend::new()
        .config(config)
        .args(["doctor", &format!("localhost:{port}"), "--write=found"])
        .run()
        .exit(73)
        .stderr_contains("there is a profile found already")
        .stderr_contains(
            "hint: give another name, or mend that one: mailsend doctor found --write",
        );
    assert_eq!(server.statistics().connections, 0);
}

#[test]
fn a_bare_word_is_a_profile_or_an_error() {
    let config = "[profiles.corp]\nhost = 'mail.example'\n";
    let outcome = Mailsend::new().config(config).args(["doctor", "crop"]).run();
    outcome
        .exit(78)
        .stderr_contains("no profile \"crop\"")
        .stderr_contains("did you mean \"corp\"?");
    outcome.stderr_contains("hint: a server is written with its domain or its port");
}

#[test]
fn a_test_mail_is_sent_only_when_asked_for() {
    let server = sandbox("sendcloud", PASSWORD);
    let config = COMMENTED.replace("\"prompted\"", "\"initial-response\"");
    let flags = ["--to", "bob@example.net", "--from", "alice@corp.example"];
    examine(&server, &config, &flags).exit(0);
    assert_eq!(caught(&server).len(), 0);
    let outcome = examine(&server, &config, &[&flags[..], &["--send"]].concat());
    outcome.exit(0).stdout_contains("A test mail to bob@example.net was accepted: 250 ");
    let mail = caught(&server).remove(0);
    assert_eq!(mail.envelope.recipients, ["bob@example.net"]);
    assert_eq!(mail.envelope.reverse_path, "alice@corp.example");
}
