//! A password is in no list of processes and in nothing that is shown: raw, in base64, or as part
//! of a response; not even where the server repeats it.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::{Mailsend, Outcome, caught, sandbox};

/// Of this test alone, so that all processes of the system may be looked at.
const PASSWORD: &str = "hush, 4f9c 不要说出去";
const USER: &str = "alice@example.com";
/// Octets of base64 that are already too much.
const FRAGMENT: usize = 8;
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the password comes from: a line of the profile each.
const SOURCES: &[&str] = &[
    "password = 'SECRET'",
    "password_command = 'cat secret'",
    "password_command = ['cat', 'secret']",
    "password_file = '~/secret'",
    "password_env = 'THE_VARIABLE'",
];

/// Everything that must not be seen.
fn forms() -> Vec<String> {
    let whole = format!("\0{USER}\0{PASSWORD}");
    let encoded = [STANDARD.encode(PASSWORD), STANDARD.encode(whole)];
    let fragments = encoded.iter().flat_map(|text| {
        text.as_bytes().windows(FRAGMENT).map(|part| String::from_utf8_lossy(part).into_owned())
    });
    let words = PASSWORD.split(' ').filter(|word| word.len() > 5).map(str::to_owned);
    fragments.chain(words).chain([PASSWORD.to_owned()]).collect()
}

/// Neither stream has any of it.
fn keeps_the_secret(outcome: &Outcome) {
    for form in forms() {
        outcome.lacks(form);
    }
}

/// The program with a profile for this port, whose password comes from there.
fn program(port: u16, source: &str, settings: &str) -> Mailsend {
    let source = source.replace("SECRET", PASSWORD);
    Mailsend::new()
        .config(&format!(
            "[profiles.corp]\nhost = '127.0.0.1'\nport = {port}\nusername = '{USER}'\n\
             from = '{USER}'\n{source}\n{settings}\n"
        ))
        .file("secret", format!("{PASSWORD}\n"))
        .env("THE_VARIABLE", PASSWORD)
        .args(["-p", "corp", "-s", "hi", "--body", "hello", "a@example.net"])
}

#[test]
fn the_transcript_and_the_object_hide_a_password_that_the_server_repeats() {
    let server = sandbox("echoes-auth", PASSWORD);
    let pin = server.certificate_pin();
    for source in SOURCES {
        for (auth, repeated) in [("plain", "C: AUTH PLAIN ***"), ("login", "C: ***")] {
            let settings = format!("pin_sha256 = ['{pin}']\nauth = '{auth}'");
            let port = server.address().port();
            let outcome = program(port, source, &settings).args(["-vv", "--json"]).run();
            outcome.exit(0).stderr_contains(repeated);
            outcome.stderr_contains("S: 235 2.7.0 Authentication successful: ");
            keeps_the_secret(&outcome);
            let mails = caught(&server);
            assert_eq!(mails.len(), 1, "{source}");
            assert_eq!(mails[0].login.as_ref().map(|login| &*login.user), Some(USER));
        }
    }
}

#[test]
fn the_error_hides_a_password_that_the_server_repeats() {
    let server = sandbox("echoes-auth", "another one");
    let pin = server.certificate_pin();
    for auth in ["plain", "login"] {
        for flags in [&[][..], &["-vv"], &["--json"], &["-q"]] {
            let settings = format!("pin_sha256 = ['{pin}']\nauth = '{auth}'");
            let port = server.address().port();
            let outcome = program(port, SOURCES[0], &settings).args(flags.iter().copied()).run();
            outcome.exit(77).stderr_contains("535 5.7.8 Error: authentication failed: ");
            keeps_the_secret(&outcome);
        }
    }
}

#[test]
fn a_dry_run_shows_no_password_and_asks_for_none() {
    for source in SOURCES {
        for flags in [&["--dry-run", "-vv"][..], &["--dry-run", "--json"]] {
            let outcome = program(1, source, "").args(flags.iter().copied()).run();
            keeps_the_secret(outcome.exit(0));
        }
    }
    let outcome = program(1, "password_command = 'touch asked; exit 1'", "").arg("--dry-run").run();
    assert!(!outcome.exit(0).home().join("asked").exists());
}

#[test]
fn an_error_before_the_connection_shows_no_password() {
    let wrong = [
        ("password = 'SECRET'\npasword = 'SECRET'", ""),
        ("password = 'SECRET'\npassword_env = 'THE_VARIABLE'", ""),
        ("password = 'SECRET", ""),
        ("password = ['SECRET']", ""),
        ("password = 'SECRET'", "tls = 'none'\nauth = 'plain'"),
        ("password_command = 'cat secret; exit 3'", ""),
        ("password_command = 'cat secret secret | tr -d \"\\n\"; printf \"\\000\"'", ""),
    ];
    for (source, settings) in wrong {
        let outcome = program(1, source, settings).arg("-vv").run();
        assert!(matches!(outcome.status(), 77 | 78), "{}", outcome.stderr_text());
        keeps_the_secret(&outcome);
    }
}

#[test]
fn no_process_has_the_password_on_its_command_line() {
    for source in SOURCES {
        let (port, heard, release) = holding_server();
        let running = program(port, source, "tls = 'none'\ndanger_cleartext_auth = true").start();
        // The password is out, so whatever was needed to get it has been done.
        let line = heard.recv_timeout(PATIENCE).unwrap();
        assert!(line.starts_with("AUTH PLAIN "), "{line}");
        no_command_line_has_it(running.id());
        release.send(()).unwrap();
        running.end().exit(75);
    }
}

#[test]
fn nor_has_a_command_that_prints_it_while_it_runs() {
    let command = "password_command = 'cat secret; touch here; while [ ! -e go ]; do sleep .01; \
                   done; exit 9'";
    let program = program(1, command, "");
    let home = program.home();
    let running = program.start();
    let start = Instant::now();
    while !home.join("here").exists() {
        assert!(start.elapsed() < PATIENCE, "the command does not run");
        thread::sleep(Duration::from_millis(1));
    }
    no_command_line_has_it(running.id());
    fs::write(home.join("go"), "").unwrap();
    keeps_the_secret(running.end().exit(77));
}

/// Looks at every process that there is, the program among them.
fn no_command_line_has_it(program: u32) {
    let forms = forms();
    let mut seen = false;
    for entry in fs::read_dir("/proc").unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        // A process may end while it is looked at.
        let Ok(octets) = fs::read(path.join("cmdline")) else { continue };
        let line = String::from_utf8_lossy(&octets);
        seen |= name == program.to_string() && line.contains("-p\0corp");
        let found = forms.iter().find(|form| line.contains(form.as_str()));
        assert_eq!(found, None, "process {name}: {line}");
    }
    assert!(seen, "the program is not among the processes");
}

/// A server that takes AUTH, tells that it has, and does not answer before it is told to.
fn holding_server() -> (u16, Receiver<String>, Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, heard) = mpsc::channel();
    let (release, released) = mpsc::channel();
    thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        stream.write_all(b"220 hi\r\n").unwrap();
        lines.next().unwrap().unwrap();
        stream.write_all(b"250-mail\r\n250 AUTH PLAIN\r\n").unwrap();
        tell.send(lines.next().unwrap().unwrap()).unwrap();
        // Told, or the test has failed.
        let _ = released.recv_timeout(PATIENCE);
        stream.write_all(b"454 4.7.0 not now\r\n").unwrap();
        lines.next();
    });
    (port, heard, release)
}
