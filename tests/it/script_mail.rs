//! What would my script mail? `mailsend sandbox -- COMMAND`: every mailsend in the command is
//! caught, whatever its profile, and none reaches a server or a secret.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use crate::support::{Mailsend, Outcome};

/// Two profiles that nothing answers at; using the secret of the first leaves a file.
const CONFIG: &str = r#"
[profiles.corp]
host = "mail.corp.invalid"
username = "zhang@corp.example"
password_command = "touch leak; echo hunter2"

[profiles.relay]
host = "relay.invalid"
port = 25
tls = "none"
from = "cron@relay.example"
"#;

/// The program, in a folder that every script has in its PATH.
fn path() -> String {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_mailsend"));
    let folder = program.parent().unwrap().display();
    format!("{folder}:{}", std::env::var("PATH").unwrap())
}

fn mailsend(words: &[&str]) -> Mailsend {
    Mailsend::new().config(CONFIG).env("PATH", path()).args(words.iter().copied())
}

/// Runs `mailsend sandbox FLAGS -- sh -c SCRIPT`.
fn catch(flags: &[&str], script: &str) -> Outcome {
    mailsend(&[&["sandbox"], flags, &["--", "sh", "-c", script]].concat()).run()
}

const TO_CORP: &str = "mailsend -p corp -t you@x.example -s hi --body hello";

/// A value of the variable that leads to nobody.
fn nowhere(port: u16) -> String {
    format!("127.0.0.1:{port} {} {}", "0123456789abcdef".repeat(2), "ab".repeat(32))
}

/// A port of loopback at which nobody listens.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn every_mail_of_a_script_is_caught_and_shown_behind_its_own_output() {
    let outcome = catch(
        &[],
        "echo begin; echo body | mailsend -p corp -t 'you@x.example' -s 你好
         echo data > notes.txt
         mailsend -p relay -t a@x.example,b@x.example -s two --body second -a notes.txt
         mailsend -p sandbox -t c@x.example -s three --body third; echo end; ls leak || exit 3",
    );
    outcome.exit(3);
    let stdout = outcome.stdout_text();
    assert!(stdout.starts_with("begin\nend\nEnvelope from: <zhang@corp.example>\n"), "{stdout}");
    for part in [
        "Envelope to: <you@x.example>\n",
        "AUTH PLAIN as zhang@corp.example",
        "Subject: 你好\n",
        "Envelope from: <cron@relay.example>\nEnvelope to: <a@x.example>, <b@x.example>\n",
        "Attachment: notes.txt, text/plain, 5 bytes\n",
        "Subject: three\n",
    ] {
        outcome.stdout_contains(part);
    }
    let said = outcome.stderr_text();
    assert_eq!(said.matches("mailsend: caught, not sent\n").count(), 3, "{said}");
    outcome.stderr_contains("mailsend: caught 3 messages, sent nothing\n").lacks("hunter2");
}

#[test]
fn no_secret_is_obtained() {
    let outcome = catch(&[], &format!("{TO_CORP}; test ! -e leak"));
    outcome.exit(0);
}

#[test]
fn a_quiet_mailsend_does_not_say_that_it_was_caught() {
    let outcome = catch(&[], &format!("{TO_CORP} -q"));
    outcome.exit(0).stderr_is("mailsend: caught 1 message, sent nothing\n");
}

#[test]
fn the_object_has_every_message_decoded() {
    let script = "echo body | mailsend -p corp -t '张三 <you@x.example>' -s 你好 -a notes.txt";
    let outcome = mailsend(&["sandbox", "--json", "--expect", "1", "--", "sh", "-c", script])
        .file("notes.txt", "data\n")
        .run();
    outcome.exit(0);
    let object = outcome.json();
    for (key, value) in [("version", 1), ("exit", 0), ("command", 0), ("caught", 1)] {
        assert_eq!(object[key], value, "{key}");
    }
    assert_eq!(object["status"], "passed");
    let message = &object["messages"][0];
    assert_eq!(message["envelope"]["reverse_path"], "zhang@corp.example");
    assert_eq!(message["envelope"]["recipients"], serde_json::json!(["you@x.example"]));
    assert_eq!(message["tls"], "TLSv1.3");
    assert_eq!(message["login"]["user"], "zhang@corp.example");
    assert_eq!(message["text"], "body\n");
    let attachment =
        serde_json::json!([{ "name": "notes.txt", "content_type": "text/plain", "size": 5 }]);
    assert_eq!(message["attachments"], attachment);
    let headers = message["headers"].as_array().unwrap();
    let has = |name: &str, value: &str| {
        headers.iter().any(|field| field["name"] == name && field["value"] == value)
    };
    assert!(has("Subject", "你好") && has("To", "张三 <you@x.example>"), "{headers:?}");
}

#[test]
fn another_number_than_expected_fails_a_command_that_succeeded() {
    for (script, exit, said) in [
        (TO_CORP.to_owned(), 65, "mailsend: expected 2 messages, caught 1\n"),
        ("true".to_owned(), 65, "mailsend: expected 2 messages, caught 0\n"),
        (format!("{TO_CORP}; exit 4"), 4, "mailsend: expected 2 messages, caught 1\n"),
    ] {
        catch(&["--expect", "2"], &script).exit(exit).stderr_contains(said);
    }
    catch(&["--expect", "2"], &format!("{TO_CORP}; {TO_CORP}")).exit(0);
    let object = catch(&["--json", "--expect", "0"], &format!("{TO_CORP} -q")).json();
    assert_eq!((&object["exit"], &object["status"]), (&65.into(), &"failed".into()));
    assert_eq!(object["error"], "expected no messages, caught 1");
}

#[test]
fn the_command_keeps_its_exit_status_its_input_and_its_signal() {
    mailsend(&["sandbox", "--", "cat"]).stdin("in\n").run().exit(0).stdout_is("in\n");
    catch(&[], "kill -TERM $$").exit(143);
    mailsend(&["sandbox", "--", "/nonexistent/x"])
        .run()
        .exit(127)
        .stderr_is("mailsend: cannot run /nonexistent/x: no such file or directory\n");
    mailsend(&["sandbox", "--", "/"]).run().exit(126);
}

#[test]
fn a_command_that_is_missing_is_a_mistake() {
    mailsend(&["sandbox", "--"]).run().exit(64).stderr_contains("there is no command behind --");
    for flag in [&["--expect", "1"][..], &["--json"]] {
        let outcome = mailsend(&[&["sandbox"], flag].concat()).run();
        outcome.exit(64).stderr_contains("needs a command to run");
    }
}

#[test]
fn a_profile_that_is_wrong_is_told_as_usual() {
    catch(&[], "mailsend -p crop -t you@x.example --body x")
        .exit(78)
        .stderr_contains("no profile \"crop\"");
}

#[test]
fn a_sandbox_that_is_gone_is_75_and_no_server_is_looked_for() {
    let said = "mailsend: corp (sandbox): the sandbox of MAILSEND_SANDBOX is gone; nothing was \
                sent\nhint: unset MAILSEND_SANDBOX to send for real\n";
    let send = ["-p", "corp", "-t", "you@x.example", "--body", "x", "-s", "x"];
    let outcome = mailsend(&send).env("MAILSEND_SANDBOX", nowhere(free_port())).run();
    outcome.exit(75).stderr_is(said);
}

#[test]
fn another_server_at_the_port_of_the_sandbox_is_no_sandbox() {
    // Its certificate is not the one of the pin.
    let pin = "ab".repeat(32);
    let script = format!("set -- $MAILSEND_SANDBOX; MAILSEND_SANDBOX=\"$1 $2 {pin}\" {TO_CORP}");
    catch(&["--expect", "0"], &script).exit(75).stderr_contains("MAILSEND_SANDBOX is gone");
}

#[test]
fn a_wrong_token_is_let_in_nowhere() {
    let script = format!(
        "set -- $MAILSEND_SANDBOX; MAILSEND_SANDBOX=\"$1 {} $3\" {TO_CORP}",
        "0123456789abcdef".repeat(2)
    );
    catch(&["--expect", "0"], &script).exit(77);
}

#[test]
fn a_malformed_variable_is_78_and_named() {
    for wrong in ["yes", "127.0.0.1:25", &nowhere(25).replace("127.0.0.1", "192.0.2.1")] {
        mailsend(&["-p", "corp", "-t", "you@x.example", "--body", "x"])
            .env("MAILSEND_SANDBOX", wrong)
            .run()
            .exit(78)
            .stderr_contains("mailsend: MAILSEND_SANDBOX: ");
    }
}

#[test]
fn a_dry_run_shows_the_server_of_the_profile() {
    let outcome = catch(&["--expect", "0"], &format!("{TO_CORP} --dry-run"));
    outcome.exit(0).stderr_contains("mail.corp.invalid");
}

#[test]
fn the_manner_decides_what_happens_behind_the_entrance() {
    let twice = format!("{TO_CORP}; first=$?; {TO_CORP} && exit $first");
    catch(&["--manner", "greylist", "--expect", "1"], &twice).exit(75).stderr_contains(
        "corp (sandbox): you@x.example: deferred at RCPT TO: 450 4.2.0 Greylisted",
    );
    catch(&["--manner", "drops-at-dot"], TO_CORP).exit(79);
    catch(&["--manner", "qq"], TO_CORP).exit(0);
    let other = TO_CORP.replace("-t ", "-f me@x.example -t ");
    catch(&["--manner", "qq"], &other).exit(69).stderr_contains("same as authorization user");
    catch(&["--manner", "corp-relay-unknown-ca"], "true").exit(64).stderr_contains("TLS");
}

#[test]
fn the_innermost_sandbox_wins() {
    let inner = "mailsend sandbox --expect 1 -- mailsend -q -p corp -t a@x.example --body x -s x";
    catch(&["--expect", "0"], inner).exit(0);
}

#[test]
fn an_interrupt_ends_the_server_and_what_was_shown_stays() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_mailsend"))
        .args(["sandbox", "--listen", "127.0.0.1:0", "--manner", "open"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(server.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    stderr.read_line(&mut String::new()).unwrap();
    let port = line.split(' ').nth(3).unwrap().rsplit(':').next().unwrap().to_owned();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", &port, "--tls", "none"])
        .args(["-f", "me@x.example", "-t", "you@x.example", "-s", "kept", "--body", "x"])
        .run()
        .exit(0);
    let mut stdout = BufReader::new(server.stdout.take().unwrap());
    let mut shown = String::new();
    while !shown.contains("Subject: kept\n") {
        assert_ne!(stdout.read_line(&mut shown).unwrap(), 0, "{shown}");
    }
    let kill = Command::new("kill").args(["-INT", &server.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let status = server.wait().unwrap();
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    // The shell's 130.
    assert_eq!((status.signal(), rest.as_str()), (Some(2), ""));
}
