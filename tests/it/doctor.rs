//! `mailsend doctor` as its users run it: what it finds, what it says, and what it never does.

mod address;
mod composed;
mod consent;
mod envelope;
mod manners;
mod profile;
mod report;
mod servers;

use std::path::PathBuf;

use mailsend::sandbox::Sandbox;
use serde_json::Value;

use crate::support::{Mailsend, Outcome, caught};

const PASSWORD: &str = "wonder-land1";
const USER: &str = "alice@corp.example";

/// Where a server is, and who to be there.
struct Patient<'a> {
    port: u16,
    user: &'a str,
    password: &'a str,
    /// A CA's certificate, for `--ca-file`.
    authority: Option<&'a str>,
}

impl Patient<'_> {
    fn of(server: &Sandbox) -> Patient<'static> {
        Patient { port: server.address().port(), user: USER, password: PASSWORD, authority: None }
    }

    /// The command that examines it and writes the profile `found`.
    fn examine(&self, consent: &[&str]) -> Mailsend {
        let target = format!("localhost:{}", self.port);
        let command = Mailsend::new()
            .file("password", self.password)
            .file("ca.pem", self.authority.unwrap_or_default())
            .args(["doctor", &target, "--username", self.user, "--password-file", "password"])
            .args(["--config", "config.toml", "--write=found", "--json"])
            .args(consent);
        match self.authority {
            Some(_) => command.args(["--ca-file", "ca.pem"]),
            None => command,
        }
    }
}

/// What the object says that every examination ends with.
struct Found {
    outcome: Outcome,
    object: Value,
}

impl Found {
    /// Runs it; nothing that it says has the password in it.
    fn by(command: Mailsend, password: &str) -> Self {
        let outcome = command.run();
        outcome.lacks(password);
        let object = outcome.json();
        Self { outcome, object }
    }

    fn works(&self) -> bool {
        self.object["works"].as_bool().unwrap()
    }

    fn obstacle(&self) -> Option<&str> {
        self.object["obstacle"].as_str()
    }

    fn toml(&self) -> &str {
        self.object["profile"]["toml"].as_str().unwrap_or_default()
    }

    /// The findings of this severity.
    fn findings(&self, severity: &str) -> Vec<String> {
        let all = self.object["findings"].as_array().unwrap();
        let wanted = all.iter().filter(|finding| finding["severity"] == severity);
        wanted.map(|finding| finding["what"].as_str().unwrap().to_owned()).collect()
    }

    fn home(&self) -> PathBuf {
        self.outcome.home().to_owned()
    }
}

/// Sends a mail through the profile that was found, where it was written.
fn send_through(found: &Found, recipient: &str) -> Outcome {
    let config = found.home().join("config.toml");
    let config = config.to_str().unwrap();
    Mailsend::new()
        .args(["--config", config, "-p", "found", "-t", recipient, "-s", "hi", "--body", "hello"])
        .args(["--from", USER])
        .run()
}

/// The mail that was sent through the profile that was found has arrived.
fn arrives(server: &Sandbox, found: &Found) {
    let first = send_through(found, "bob@example.net");
    // A stranger may be let in only at the second try.
    if first.stderr_text().contains("Greylisted") {
        send_through(found, "bob@example.net").exit(0);
    } else {
        first.exit(0).silent();
    }
    let mails = caught(server);
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].envelope.recipients, ["bob@example.net"]);
}
