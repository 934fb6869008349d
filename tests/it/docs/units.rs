//! The systemd units of `contrib/` are good ones, and do what they are for.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::manual::present;
use super::snippet::Snippet;
use super::stage::{Server, Stage};
use super::{read, repository};
use crate::support::Mailsend;

/// A unit of `contrib/`.
fn unit(name: &str) -> String {
    read(&format!("contrib/{name}"))
}

/// The value of a unit's setting.
fn setting<'a>(unit: &'a str, name: &str) -> &'a str {
    let value = |line: &'a str| line.strip_prefix(name)?.strip_prefix('=');
    unit.lines().find_map(value).unwrap_or_else(|| panic!("there is no {name}="))
}

/// What a document shows of a unit is made of sections and settings, and names units that exist.
pub(super) fn check(snippet: &Snippet) {
    for line in snippet.text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let section = line.starts_with('[') && line.ends_with(']');
        assert!(section || line.contains('='), "{}: {line}", snippet.place);
        if let Some(name) = line.strip_prefix("OnFailure=") {
            let template = name.replace("%n", "");
            assert!(repository("contrib").join(&template).exists(), "{}: {line}", snippet.place);
        }
    }
}

#[test]
fn systemd_takes_every_unit() {
    if !present("systemd-analyze", "whether systemd takes the units") {
        return;
    }
    for entry in std::fs::read_dir(repository("contrib")).unwrap() {
        let path = entry.unwrap().path();
        let output = Command::new("systemd-analyze").arg("verify").arg(&path).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        let name = path.file_stem().unwrap().to_str().unwrap().trim_end_matches('@');
        // It need not be installed here.
        let complaints = text.lines().filter(|line| {
            line.contains(name)
                && !line.ends_with("bin/mailsend is not executable: No such file or directory")
        });
        assert_eq!(complaints.collect::<Vec<_>>(), [""; 0]);
    }
}

#[test]
fn the_unit_for_failures_mails_what_systemctl_says() {
    let stage = Stage::new();
    let server = stage.server(None);
    let unit = unit("mailsend-failure@.service");
    let line = setting(&unit, "ExecStart").strip_prefix("/bin/sh -c '").unwrap();
    let (script, arguments) = line.split_once("' sh ").unwrap();
    assert_eq!(arguments, "%i %H");
    // As systemd reads it: $$ is $.
    let script = stage.at_home(&script.replace("$$", "$"), &server);
    let stand_ins = TempDir::new().unwrap();
    let path = stand_ins.path().display();
    let systemctl = format!(
        "mkdir -p {path}; printf '#!/bin/sh\\necho \"$*\" is red; exit 3\\n' >{path}/systemctl; \
         chmod +x {path}/systemctl; PATH={path}:$PATH; {script}"
    );
    let run = stage.program("/bin/sh").env("MAILSEND_PROFILE", "corp");
    let run = run.env("RECIPIENT", setting(&unit, "Environment=RECIPIENT"));
    run.args(["-c", &systemctl, "sh", "back up.service", "host1"]).run().exit(0).silent();
    let mail = server.next_mail();
    assert!(mail.contains("To: ops@example.com\r\n"), "{mail}");
    assert!(mail.contains("Subject: back up.service failed on host1\r\n"), "{mail}");
    assert!(mail.contains("status --full --lines=50 -- back up.service is red\r\n"), "{mail}");
}

/// The service manager's part: listens, and starts the service for each connection.
struct Activation(Child);

impl Activation {
    /// At the socket of the unit, which lies below the home.
    fn start(stage: &Stage, server: &Server) -> (Self, PathBuf) {
        let (socket, service) = (unit("mailsend-submit.socket"), unit("mailsend-submit@.service"));
        assert_eq!(setting(&socket, "Accept"), "yes");
        assert_eq!(setting(&service, "StandardInput"), "socket");
        let path = PathBuf::from(stage.at_home(setting(&socket, "ListenStream"), server));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let command = stage.at_home(setting(&service, "ExecStart"), server);
        let mut manager = Command::new("systemd-socket-activate");
        manager.args(["--inetd", "--accept", "--listen"]).arg(&path);
        for (name, value) in stage.of_a_service() {
            manager.arg(format!("--setenv={name}={}", value.display()));
        }
        let manager = manager.args(command.split(' ')).stderr(Stdio::null()).spawn().unwrap();
        let manager = Self(manager);
        let begun = Instant::now();
        while !path.exists() {
            assert!(begun.elapsed() < Duration::from_secs(60), "nobody listens");
            thread::sleep(Duration::from_millis(10));
        }
        (manager, path)
    }
}

impl Drop for Activation {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// cron's mail from somebody who has no password, by the socket.
fn cron(socket: &Path) -> Mailsend {
    let config = format!(
        "[aliases]\nroot = 'ops@example.com'\n\
         [profiles.local]\nhost = '{}'\nfrom = 'alerts@example.com'\n",
        socket.display()
    );
    let message = "From: root (Cron Daemon)\nTo: root\nSubject: hi\n\n.\n..\nlast\n";
    Mailsend::new().config(&config).args(["sendmail", "-i", "-B8BITMIME"]).stdin(message)
}

#[test]
fn whoever_connects_to_the_socket_sends_without_a_password() {
    if !present("systemd-socket-activate", "whether mail is sent by the socket") {
        return;
    }
    let stage = Stage::new();
    let server = stage.server(None);
    stage.replace_in_config("password = \"sandbox\"", "password_credential = \"mailsend\"");
    let (_manager, socket) = Activation::start(&stage, &server);
    for _ in 0..2 {
        cron(&socket).arg("root").run().exit(0).silent();
        let mail = server.next_mail();
        assert!(mail.starts_with("Received: by "), "{mail}");
        for part in [
            "From: Cron Daemon <alerts@example.com>\r\n",
            "To: root <ops@example.com>\r\n",
            "\r\n\r\n.\r\n..\r\nlast\r\n",
        ] {
            assert!(mail.contains(part), "{part:?} in {mail}");
        }
    }
}

#[test]
fn what_the_server_says_behind_the_socket_is_heard_before_it() {
    if !present("systemd-socket-activate", "what is said through the socket") {
        return;
    }
    let stage = Stage::new();
    let server = stage.server(Some(&"rejects-one".to_owned()));
    let (_manager, socket) = Activation::start(&stage, &server);
    for (recipients, status, reply) in [
        ("nobody@example.com", 65, "550 5.1.1 No such user here"),
        ("later@example.com", 75, "450 4.2.1 Mailbox busy"),
        // One answer is for both, so that neither gets it.
        ("root,nobody@example.com", 65, "550 5.1.1 No such user here"),
        ("later@example.com,root", 75, "450 4.2.1 Mailbox busy"),
    ] {
        let outcome = cron(&socket).arg(recipients).run();
        outcome.exit(status).stderr_contains(reply).stderr_contains("kept in ");
        assert_eq!(server.mails(), 0, "{recipients}");
    }
}
