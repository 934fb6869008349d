//! A Unix socket in the place of a host.

use tempfile::TempDir;

use super::{TAKES_ONE, takes_one};
use crate::support::{Mailsend, ScriptServer, at_a_socket};

fn profile(path: &std::path::Path, lines: &str) -> Mailsend {
    Mailsend::new()
        .config(&format!("[profiles.store]\nhost = '{}'\n{lines}", path.display()))
        .args(["-p", "store", "-f", "me@example.com", "-s", "hi", "--body", "x", "a@example.net"])
}

#[test]
fn mail_goes_through_a_socket() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("smtp");
    let server = ScriptServer::play(&format!("{TAKES_ONE}\n--- connection\n{TAKES_ONE}"));
    at_a_socket(&path, server.address());
    let outcome = profile(&path, "").args(["--json"]).run();
    outcome.exit(0).stdout_contains("\"port\":null");
    let host = format!("unix:{}", path.display());
    Mailsend::new()
        .args(["--host", &host, "-f", "me@example.com", "-s", "hi", "--body", "x"])
        .arg("a@example.net")
        .run()
        .exit(0)
        .silent();
    server.finish();
}

/// Nobody on the way can read it.
#[test]
fn a_password_needs_no_consent_there() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("smtp");
    let login = TAKES_ONE.replace(
        "S: 250 mail\n",
        "S: 250-mail\nS: 250 AUTH PLAIN\nC: AUTH PLAIN AG1lAGh1bnRlcjI=\nS: 235 ok\n",
    );
    let server = ScriptServer::play(&login);
    at_a_socket(&path, server.address());
    profile(&path, "username = 'me'\npassword = 'hunter2'").run().exit(0).silent();
    server.finish();
}

#[test]
fn a_socket_that_is_not_there_is_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("smtp");
    profile(&path, "")
        .run()
        .exit(75)
        .stderr_contains(&format!("cannot connect: {}: No such file", path.display()))
        .stderr_contains("whether the server runs, listens there");
}

#[test]
fn neither_port_nor_tls_is_meant_there() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("smtp");
    profile(&path, "port = 25")
        .run()
        .exit(78)
        .stderr_contains("port: means nothing where the host");
    profile(&path, "").args(["--tls", "starttls"]).run().exit(64).stderr_contains("--tls");
    profile(&path, "")
        .arg("--dry-run")
        .run()
        .exit(0)
        .stderr_contains(&format!("{}, tls none", path.display()));
}

#[test]
fn the_doctor_says_that_there_is_nothing_to_find_out() {
    Mailsend::new()
        .config("[profiles.store]\nhost = '/run/no/lmtp'\n")
        .args(["doctor", "store"])
        .run()
        .exit(64)
        .stderr_contains("/run/no/lmtp is a Unix socket, which has neither ports nor TLS");
}

/// Below `mailsend sandbox --` a profile with a socket leads into the sandbox.
#[test]
fn a_sandbox_command_reaches_no_socket_and_no_proxy() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("smtp");
    let server = takes_one();
    at_a_socket(&path, server.address());
    let program = env!("CARGO_BIN_EXE_mailsend");
    for lines in [
        format!("host = '{}'\nprotocol = 'lmtp'", path.display()),
        format!("host = 'mail.example.test'\nproxy = 'http://127.0.0.1:{}'", server.port()),
        "host = '127.0.0.1'\naddress_family = 'ipv6'\nsource_address = '::1'".to_owned(),
    ] {
        Mailsend::new()
            .config(&format!("[profiles.store]\n{lines}\n"))
            .args(["sandbox", "--", program, "-p", "store", "-f", "me@example.com"])
            .args(["-s", "hi", "--body", "caught", "a@example.net"])
            .run()
            .exit(0)
            .stdout_contains("caught");
    }
    assert_eq!(server.dialogue().lines(), [""; 0]);
    // So that the script is at its end.
    let mail = super::mail_to("127.0.0.1", server.port());
    mail.arg("a@example.net").run().exit(0);
    server.finish();
}
