//! The whole of `mailsend profiles add` as a dialogue at a terminal.

use super::programs::{self, PASS};
use super::{CONFIG, PASSWORD, is_empty, place, sends_as, server, written};
use crate::support::{Mailsend, at_a_terminal, hidden, keys, shown};

/// An address that leads to no server: a host of TEST-NET (RFC 5737).
const ADDRESS: &str = "me@[192.0.2.1]";

fn add(answers: &[(String, String, bool)], words: &[&str]) -> Mailsend {
    at_a_terminal(answers).args(["profiles", "add"]).args(words.iter().copied())
}

#[test]
fn everything_is_asked_in_its_order() {
    let server = server();
    let answers = [
        shown("Mail address: ", "nobody"),
        shown("Mail address: ", ADDRESS),
        shown("Server (HOST or HOST:PORT): ", &place(&server)),
        hidden("Password of me@[192.0.2.1] at 127.0.0.1: ", PASSWORD),
        shown("Place of the password [1]: ", "9"),
        shown("Place of the password [1]: ", ""),
        shown("Your name, as others shall see it (Enter for none): ", "Nick \"N.\" Li"),
        shown("Type yes to agree: ", "yes"),
    ];
    let run = programs::with(add(&answers, &[]), "pass", PASS);
    let outcome = run.file(".password-store/.gpg-id", "k").run();
    outcome
        .exit(0)
        .lacks(PASSWORD)
        .stdout_contains("\"nobody\": no @ and domain")
        .stdout_contains("none is at 192.0.2.1.")
        .stdout_contains("  1  pass, as mailsend/relay\r\n  2  /")
        .stdout_contains("  3  nowhere: ask at every mail\r\n")
        .stdout_contains("Type a number from 1 to 3.")
        .stdout_contains("Pin it, and")
        .stdout_contains("The password is kept, and comes back: pass, as mailsend/relay\r\n")
        .stdout_contains("+ [profiles.relay]\r\n")
        .stdout_contains("Send a first mail: mailsend -p relay -t 'me@[192.0.2.1]' -s hi");
    let text = written(&outcome);
    assert!(text.contains("from = '\"Nick \\\"N.\\\" Li\" <me@[192.0.2.1]>'\n"), "{text}");
    sends_as(ADDRESS, &server, &outcome, &[]);
}

#[test]
fn only_what_is_not_known_is_asked() {
    let server = server();
    let address = format!("Nick <{ADDRESS}>");
    let place = place(&server);
    let words = [address.as_str(), "--host", &place, "--pin", "--store", "file", "--name", "corp"];
    let answers = [hidden("Password of me@[192.0.2.1] at 127.0.0.1: ", PASSWORD)];
    let outcome = add(&answers, &words).run();
    outcome.exit(0).lacks(PASSWORD);
    assert!(written(&outcome).contains("from = \"Nick <me@[192.0.2.1]>\"\n"));
    sends_as(ADDRESS, &server, &outcome, &["-p", "corp"]);
}

#[test]
fn what_the_password_really_is_is_told_before_it_is_typed() {
    let prompt = "Password of 12345678@qq.com at smtp.qq.com: ";
    let outcome = add(&[hidden(prompt, "")], &["12345678@qq.com"]).run();
    outcome
        .exit(78)
        .stdout_contains("The password is an authorization code (授权码), made in the mailbox's")
        .stdout_contains("no password was typed");
    assert!(is_empty(outcome.home()));
}

#[test]
fn an_end_of_the_answers_and_an_interrupt_leave_nothing() {
    let server = server();
    let place = place(&server);
    let words = [ADDRESS, "--host", &place];
    let password = || hidden("at 127.0.0.1: ", PASSWORD);
    for (answers, status) in [
        (vec![keys("Password", "\x03", true)], 130),
        (vec![keys("Password", "\x04", true)], 78),
        (vec![password(), keys("Place of the password [1]: ", "\x03", false)], 130),
        (vec![password(), keys("Place of the password [1]: ", "\x04", false)], 78),
        (
            vec![
                password(),
                shown("Place of the password [1]: ", "1"),
                shown("Your name", ""),
                shown("Type yes to agree: ", "no"),
            ],
            77,
        ),
    ] {
        let outcome = add(&answers, &words).run();
        outcome.exit(status).lacks(PASSWORD);
        assert!(is_empty(outcome.home()), "{answers:?}");
    }
}

#[test]
fn an_entry_that_is_there_goes_only_after_a_yes() {
    let server = server();
    let place = place(&server);
    let words = [ADDRESS, "--host", &place, "--pin", "--store", "pass", "--from", ADDRESS];
    const ENTRY: &str = ".password-store/mailsend/relay.gpg";
    for (answer, status, left) in [("no", 73, "other\n"), ("yes", 0, "correct horse\n")] {
        let answers =
            [hidden("at 127.0.0.1: ", PASSWORD), shown("Type yes to replace it: ", answer)];
        let run = programs::with(add(&answers, &words), "pass", PASS).file(ENTRY, "other\n");
        let outcome = run.run();
        outcome.exit(status).stdout_contains("There is an entry mailsend/relay in pass already.");
        assert_eq!(outcome.left(ENTRY), left.as_bytes());
        assert_eq!(outcome.home().join(CONFIG).exists(), status == 0);
    }
}
