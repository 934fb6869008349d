//! `--check`: what would go wrong is named and nothing is connected to.

use std::net::TcpListener;

use serde_json::Value;

use crate::support::{Mailsend, Outcome};

/// Checks a mail with these words in a profile with these lines; nobody may connect meanwhile.
fn checked(profile: &str, words: &[&str]) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = format!(
        "[profiles.a]\nfrom = \"jane@example.com\"\nusername = \"jane@example.com\"\n\
         password_command = \"touch asked\"\nhost = \"127.0.0.1\"\nport = {port}\n{profile}"
    );
    let run = Mailsend::new().config(&config);
    let home = run.home();
    let outcome = run.arg("--check").args(words).run();
    assert!(listener.accept().is_err(), "somebody connected");
    assert!(!home.join("asked").exists(), "the password was asked for");
    outcome
}

const FINE: [&str; 5] = ["you@example.com", "-s", "hi", "--body", "hello"];

#[test]
fn a_mail_that_is_right_brings_nothing() {
    checked("", &FINE).exit(0).stdout_is("").stderr_is("");
    checked("", &[&FINE[..], &["-v"]].concat())
        .exit(0)
        .stdout_is("")
        .stderr_contains("mailsend: nothing is wrong with it\n");
}

/// Expects one error that ends with these words.
#[track_caller]
fn is_wrong(outcome: &Outcome, said: &str) {
    let text = outcome.exit(65).stderr_is("").stdout_text();
    assert!(text.starts_with("error: ") && text.ends_with(&format!("{said}\n")), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn html_without_a_text_would_go_wrong() {
    let outcome = checked("", &["you@example.com", "-s", "hi", "--html", "<p>hi"]);
    is_wrong(&outcome, "those who read mail as text see nothing; add --auto-text or --body");
    let both = ["you@example.com", "-s", "hi", "--html", "<p>hi", "--body", "hi"];
    checked("", &both).exit(0).stdout_is("");
}

#[test]
fn a_message_over_max_size_would_go_wrong() {
    is_wrong(&checked("max_size = 100", &FINE), "octets, and max_size allows 100");
}

#[test]
fn another_sender_than_the_login_would_go_wrong_where_the_provider_minds() {
    let words = ["--host", "smtp.qq.com", "--username", "1@qq.com", "-f", "2@qq.com", "--check"];
    let run = |more: &[&str]| Mailsend::new().args(words).args(FINE).args(more).run();
    is_wrong(
        &run(&["--reverse-path", "1@QQ.com"]),
        "From is 2@qq.com, and qq takes mail from the login 1@qq.com only",
    );
    let both = run(&[]);
    both.exit(65).stdout_contains("error: the reverse path is 2@qq.com, and qq takes");
    let elsewhere = ["--host", "mx.example", "--username", "1@qq.com", "-f", "2@qq.com"];
    Mailsend::new().args(elsewhere).arg("--check").args(FINE).run().exit(0).stdout_is("");
}

#[test]
fn a_message_over_the_provider_s_size_is_named_only_here() {
    let big = vec![b'x'; 8 << 20];
    let config = "[profiles.a]\nprovider = \"postmark\"\nusername = \"u\"\nfrom = \"a@x.test\"\n\
                  password_env = \"NOT_SET\"";
    let run = |flag: &str| {
        let words = ["you@example.com", "-s", "hi", "--body", "hello", "-a", "big.bin", flag];
        Mailsend::new().config(config).file("big.bin", &big).args(words).run()
    };
    run("--check").exit(65).stdout_contains("octets, and postmark allows 10485760\n");
    run("--dry-run").exit(0);
}

#[test]
fn what_may_displease_is_told_and_the_status_is_0() {
    let words = ["-b", "用户@example.com", "--body", "", "--date", "@0"];
    checked("ehlo = \"laptop\"", &words).exit(0).stderr_is("").stdout_is(
        "warning: neither To nor Cc names anybody, which filters suspect\n\
         warning: 用户@example.com can be reached only where SMTPUTF8 is offered\n\
         warning: there is no subject\n\
         warning: there is no text, and nothing is attached\n\
         warning: the Date is 20784 days ago\n\
         warning: ehlo = \"laptop\" has no domain, and some servers want one\n"
            .replace("20784", &days_since_1970())
            .as_str(),
    );
}

fn days_since_1970() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    (since.as_secs() / 86_400).to_string()
}

#[test]
fn files_that_are_refused_everywhere_are_named() {
    let run = Mailsend::new().file("setup.EXE", "MZ").file("报告.pdf", "x");
    run.args(["--host", "mx.example", "-f", "a@x.test", "--check", "-a", "setup.EXE"])
        .args(["-a", "报告.pdf"])
        .args(FINE)
        .run()
        .exit(0)
        .stdout_is("warning: \"setup.EXE\": Gmail and others refuse files of this kind\n");
}

#[test]
fn json_has_every_finding() {
    let outcome = checked("max_size = 100", &["you@example.com", "--body", "x", "--json"]);
    let object: Value = serde_json::from_slice(outcome.exit(65).stdout()).unwrap();
    assert_eq!((&object["version"], &object["exit"]), (&1.into(), &65.into()));
    assert_eq!(object["status"], "not sent");
    let kinds: Vec<(&str, &str)> = object["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["severity"].as_str().unwrap(), one["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(kinds, [("error", "size"), ("warning", "subject")]);
}

#[test]
fn a_mail_that_cannot_be_made_is_refused_as_ever() {
    checked("", &["you@example", "you@@example.com"]).exit(65).stdout_is("");
    checked("", &[&FINE[..], &["--dry-run"]].concat())
        .exit(64)
        .stderr_contains("--check does not go together with --dry-run");
}
