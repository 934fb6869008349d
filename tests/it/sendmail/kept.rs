//! What could not be sent is kept, whatever went wrong.

use std::path::PathBuf;

use serde_json::Value;

use super::*;

/// The one message that was kept in this folder of the home, and its envelope.
fn kept(outcome: &Outcome, folder: &str) -> (String, Value) {
    let folder = outcome.home().join(folder);
    let mut names: Vec<PathBuf> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let [message, envelope] = &names[..] else { panic!("{names:?}") };
    outcome.stderr_contains(&format!("kept in {}", message.display()));
    let text = fs::read_to_string(message).unwrap();
    (text, serde_json::from_slice(&fs::read(envelope).unwrap()).unwrap())
}

const USUAL: &str = ".local/state/mailsend/failed";

#[test]
fn mail_that_no_server_took_is_kept_in_the_usual_folder() {
    let config = "[profiles.corp]\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n\
                  auth = \"none\"\nfrom = \"me@x.test\"\n[aliases]\nroot = \"o@x.test\"";
    let outcome = sendmail(&["root"]).config(config).stdin(CRON).run();
    outcome.exit(75);
    let (message, envelope) = kept(&outcome, USUAL);
    assert!(message.contains("From: Cron Daemon <me@x.test>\r\n"), "{message}");
    assert_eq!(envelope["recipients"][0]["address"], "o@x.test");
    assert_eq!(envelope["recipients"][0]["retry"], true);
}

#[test]
fn mail_that_could_not_even_be_made_is_kept_as_it_was_given() {
    for (config, status) in [
        ("", 78),
        ("[profiles.corp]\nhosst = \"h\"", 78),
        ("[profiles.corp]\nhost = \"h\"\nfrom = \"me@x.test\"", 78),
    ] {
        let outcome = sendmail(&["-f", "me@y.test", "root"]).config(config).stdin(CRON).run();
        outcome.exit(status);
        let (message, envelope) = kept(&outcome, USUAL);
        assert_eq!(message, CRON.replace('\n', "\r\n"));
        assert_eq!(envelope["recipients"][0]["address"], "root");
        assert_eq!(envelope["reverse_path"], "me@y.test");
        assert_eq!(envelope["as_given"], true);
    }
}

#[test]
fn a_message_that_is_wrong_is_kept_with_its_own_status_and_hint() {
    for (message, words, hint) in [
        ("To: b@@x.test\n\nx\n", &["-t", "a@x.test"][..], "name the recipients"),
        ("oops\nBcc: a@x.test\n\nx\n", &["a@x.test"], "put an empty line"),
        ("X: a\0\n\nx\n", &["a@x.test"], ""),
    ] {
        let outcome = refused(words, "", "", message);
        outcome.exit(65).stderr_contains(hint);
        let (text, envelope) = kept(&outcome, USUAL);
        assert_eq!(text, message.replace('\n', "\r\n"));
        assert_eq!(envelope["exit"], 65);
    }
}

#[test]
fn mail_for_an_address_that_cannot_be_read_is_kept_for_all() {
    for words in [&["li@x.test", "b@@x.test"][..], &["-f", "me@@x.test", "li@x.test", "b@@x.test"]]
    {
        let outcome = refused(words, "", "", CRON);
        outcome.exit(65).stderr_contains("@@x.test\": more than one @");
        let (message, envelope) = kept(&outcome, USUAL);
        assert_eq!(message, CRON.replace('\n', "\r\n"));
        let recipients = envelope["recipients"].as_array().unwrap().iter();
        let addresses: Vec<_> = recipients.map(|it| it["address"].as_str().unwrap()).collect();
        assert_eq!(addresses, ["li@x.test", "b@@x.test"]);
    }
}

#[test]
fn the_profile_that_was_asked_for_is_kept() {
    for (words, expected) in
        [(&["--profile", "none", "root"][..], Some("none".into())), (&["root"], None)]
    {
        let (_, envelope) = kept(sendmail(words).stdin(CRON).run().exit(78), USUAL);
        assert_eq!(envelope.get("profile").cloned(), expected, "{words:?}");
    }
}

#[test]
fn who_gets_the_bounces_is_kept_as_it_was_said() {
    for (words, expected) in [
        (&["-f", "", "root"][..], Some(Value::Null)),
        (&["-f", "nick", "root"], Some("nick".into())),
        (&["root"], None),
    ] {
        let outcome = sendmail(words).stdin(CRON).run();
        let (_, envelope) = kept(outcome.exit(78), USUAL);
        assert_eq!(envelope.get("reverse_path").cloned(), expected, "{words:?}");
    }
}

#[test]
fn the_folder_of_the_settings_comes_first() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("kept");
    let lines = format!("save_failed = {folder:?}");
    let outcome = refused(&["root"], &lines, "", CRON);
    outcome.exit(78).stderr_contains(folder.to_str().unwrap());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    assert!(!outcome.home().join(".local").exists());
}

#[test]
fn what_cannot_be_kept_is_still_told() {
    let outcome = sendmail(&["root"]).env("HOME", "/nonexistent").stdin(CRON).run();
    outcome.exit(78);
    outcome.lacks("kept in").stderr_contains(
        "not kept: save_failed: cannot write /var/lib/mailsend/failed: no such file or directory\n",
    );
    outcome.stderr_contains("hint: for users without a home: sudo install -d -m 1733");
}

#[test]
fn a_limit_for_files_is_told_and_kills_nothing() {
    let script = "ulimit -f 100; { printf 'To: a@x.test\\n\\n'; head -c 3000000 /dev/zero; } | \
                  \"$0\" sendmail -t";
    let outcome =
        Mailsend::program("/bin/bash").args(["-c", script, env!("CARGO_BIN_EXE_mailsend")]).run();
    outcome.exit(73).stderr_contains("file too large");
}

#[test]
fn what_is_kept_can_be_sent_again() {
    let outcome = sendmail(&["root"]).stdin(CRON).run();
    let (message, envelope) = kept(outcome.exit(78), USUAL);
    let to = envelope["recipients"][0]["address"].as_str().unwrap();
    let (envelope, again) = sent(&[to], "", "[aliases]\nroot = \"o@x.test\"", &message);
    assert_eq!(envelope, "alerts@corp.test: o@x.test");
    assert!(again.ends_with("Größe: 1\r\n"));
}
