//! The sandbox as its users meet it: the profile that needs no account, and the server that other
//! programs send to.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use mailsend::sandbox::MANNERS;

use crate::support::{Mailsend, Outcome, Running, python_parse};

/// `mailsend sandbox` with these flags, which ends after one message, and its port.
fn serve(program: Mailsend, flags: &[&str]) -> (Running, u16) {
    let (stderr, writer) = io::pipe().unwrap();
    let running = program
        .args(["sandbox", "--listen", "127.0.0.1:0", "--count", "1"])
        .args(flags.iter().copied())
        .stderr_to(writer)
        .start();
    let mut line = String::new();
    BufReader::new(stderr).read_line(&mut line).unwrap();
    let address =
        line.strip_prefix("catching mail on 127.0.0.1:").unwrap_or_else(|| panic!("{line}"));
    let port = address.split(' ').next().unwrap().parse().unwrap();
    (running, port)
}

/// What is shown, without what differs from run to run.
fn shown(outcome: &Outcome) -> String {
    let text = outcome.exit(0).stdout_text();
    let lines = text.lines().filter(|line| !line.starts_with("Date: ")).map(|line| {
        match line.strip_suffix(" bytes").and_then(|rest| rest.rsplit_once(", ")) {
            Some((rest, number)) if number.parse::<u64>().is_ok() => format!("{rest}, N bytes\n"),
            _ => format!("{line}\n"),
        }
    });
    lines.collect()
}

#[test]
fn the_profile_sandbox_shows_what_arrived() {
    let outcome = Mailsend::new()
        .args(["--profile", "sandbox", "-t", "you@example.com", "-s", "hi", "--body", "hello"])
        .run();
    outcome.stderr_is("");
    let expected = "\
Envelope from: <me@sandbox.example>
Envelope to: <you@example.com>
Submitted with: TLSv1.3, AUTH PLAIN as me@sandbox.example, N bytes

From: me@sandbox.example
To: you@example.com
Subject: hi

hello


";
    assert_eq!(shown(&outcome), expected);
}

#[test]
fn the_sandbox_shows_which_reports_were_asked_for() {
    let outcome = Mailsend::new()
        .args(["-p", "sandbox", "-t", "you+me@example.com", "-s", "hi", "--body", "hello"])
        .args(["--notify", "success,delay", "--return", "headers", "--envelope-id", "a b"])
        .run();
    let reports = "Reports: <me@sandbox.example> RET=HDRS ENVID=a+20b, \
                   <you+me@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;you+2Bme@example.com\n";
    assert!(shown(&outcome).contains(reports), "{}", outcome.stdout_text());
}

#[test]
fn the_profile_sandbox_is_a_real_conversation() {
    let outcome = Mailsend::new()
        .args(["-vv", "-p", "sandbox", "-t", "you@example.com", "-s", "hi", "--body", "hello"])
        .run();
    outcome.exit(0);
    let said = outcome.stderr_text();
    let steps =
        ["C: STARTTLS", "-- TLS 1.3 with ", "C: AUTH PLAIN ***", "C: MAIL FROM:", "C: BDAT "];
    let mut from = 0;
    for step in steps {
        let found = said[from..].find(step);
        from += found.unwrap_or_else(|| panic!("{step} is missing or too early in:\n{said}"));
    }
}

#[test]
fn the_server_catches_a_mail_of_ours() {
    let server = Mailsend::new();
    let ca = server.home().join("ca.pem").display().to_string();
    let (running, port) = serve(server, &["--ca-out", &ca]);
    Mailsend::new()
        .config(&format!(
            "[profiles.test]\nhost = '127.0.0.1'\nport = {port}\nca_file = '{ca}'\n\
             username = 'nick'\npassword = 'sandbox'\nfrom = '张三 <nick@corp.example>'\n"
        ))
        .args(["-p", "test", "-b", "hidden@example.net", "-s", "报告", "--body", "您好"])
        .run()
        .exit(0)
        .silent();
    let expected = "\
Envelope from: <nick@corp.example>
Envelope to: <hidden@example.net>
Submitted with: TLSv1.3, AUTH PLAIN as nick, N bytes

From: 张三 <nick@corp.example>
To: undisclosed-recipients:;
Subject: 报告

您好


";
    assert_eq!(shown(&running.end()), expected);
}

#[test]
fn the_server_catches_a_mail_of_pythons() {
    let server = Mailsend::new();
    let ca = server.home().join("ca.pem").display().to_string();
    let maildir = server.home().join("Maildir");
    let flags = ["--ca-out", &ca, "--maildir", &maildir.display().to_string()];
    let (running, port) = serve(server, &flags);
    python(
        "import smtplib, ssl, sys
from email.message import EmailMessage
message = EmailMessage()
message['From'], message['To'], message['Subject'] = 'py@x.example', 'you@y.example', 'héllo'
message.set_content('.one\\n..two\\n')
with smtplib.SMTP('127.0.0.1', int(sys.argv[1]), timeout=30) as server:
    server.starttls(context=ssl.create_default_context(cafile=sys.argv[2]))
    server.login('py', 'sandbox')
    server.send_message(message)
",
        &[&port.to_string(), &ca],
    );
    let outcome = running.end();
    outcome.stdout_contains("TLSv1.3, AUTH ").stdout_contains(" as py, ");
    outcome.exit(0).stdout_contains("\nSubject: héllo\n\n.one\n..two\n");
    let kept: Vec<_> = maildir.join("new").read_dir().unwrap().collect();
    assert_eq!(kept.len(), 1);
    let message = python_parse(&std::fs::read(kept[0].as_ref().unwrap().path()).unwrap());
    assert_eq!(message.text.as_deref(), Some(".one\n..two\n"));
}

/// Runs a Python program, which must succeed.
fn python(program: &str, arguments: &[&str]) {
    let mut child = Command::new("python3")
        .arg("-")
        .args(arguments)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(program.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_list_has_every_manner_with_what_it_is() {
    let outcome = Mailsend::new().args(["sandbox", "--list"]).run();
    outcome.exit(0).stderr_is("");
    let text = outcome.stdout_text();
    let rows: Vec<(&str, &str)> = text.lines().map(|line| line.split_once("  ").unwrap()).collect();
    let expected: Vec<_> = MANNERS.iter().map(|row| (row.name, row.description)).collect();
    let rows: Vec<_> = rows.iter().map(|(name, text)| (*name, text.trim_start())).collect();
    assert_eq!(rows, expected);
}

#[test]
fn a_manner_that_there_is_not_is_a_mistake() {
    let outcome = Mailsend::new().args(["sandbox", "--manner", "nice"]).run();
    outcome.exit(64).stderr_is(
        "mailsend: --manner: there is no manner \"nice\"\n\
         hint: mailsend sandbox --list names them\n",
    );
}

#[test]
fn an_authority_that_cannot_be_written_is_said() {
    let flags = ["sandbox", "--listen", "127.0.0.1:0", "--ca-out", "no/such/ca.pem"];
    let outcome = Mailsend::new().args(flags).run();
    outcome.exit(73).stderr_is("mailsend: --ca-out no/such/ca.pem: no such file or directory\n");
}

#[test]
fn an_address_that_is_taken_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let outcome = Mailsend::new().args(["sandbox", "--listen", &address]).run();
    outcome
        .exit(73)
        .stderr_is(&format!("mailsend: cannot listen on {address}: address already in use\n"));
}

#[test]
fn it_listens_on_loopback_only() {
    Mailsend::new().args(["sandbox", "--listen", "0.0.0.0:0"]).run().exit(64).stderr_is(
        "mailsend: --listen 0.0.0.0:0: the sandbox listens on loopback only
hint: give --listen 127.0.0.1:PORT
",
    );
}
