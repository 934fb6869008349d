//! mailsend as mail(1): as smartd and old scripts call it, with the built-in server behind it.

use std::os::unix::fs::symlink;

use mailsend::sandbox::Sandbox;

use crate::support::{Mailsend, caught, python_parse, sandbox};

fn config(sandbox: &Sandbox, lines: &str) -> String {
    let port = sandbox.address().port();
    format!(
        "[profiles.corp]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nauth = \"none\"\n\
         from = \"Alerts <alerts@corp.test>\"\n{lines}\n[aliases]\nroot = \"ops@x.test\"\n"
    )
}

/// Sends with these words; the envelope and the message.
fn sent(words: &[&str], lines: &str, input: &str) -> (String, Vec<u8>) {
    let sandbox = sandbox("open", "x");
    let program = Mailsend::new().arg("mail").args(words).config(&config(&sandbox, lines));
    let program = program.file("a.txt", "content").stdin(input);
    program.run().exit(0).silent();
    let mail = caught(&sandbox).remove(0);
    let envelope =
        format!("{}: {}", mail.envelope.reverse_path, mail.envelope.recipients.join(" "));
    let mut message = Vec::new();
    std::io::copy(&mut mail.reader().unwrap(), &mut message).unwrap();
    (envelope, message)
}

#[test]
fn what_smartd_and_scripts_type_arrives() {
    let words = ["-s", "SMART error (é)", "-c", "c@x.test", "-b", "b@x.test", "root"];
    let (envelope, message) = sent(&words, "", "Device: /dev/sda\n");
    assert_eq!(envelope, "alerts@corp.test: ops@x.test c@x.test b@x.test");
    let mail = python_parse(&message);
    assert_eq!(mail.subject.as_deref(), Some("SMART error (é)"));
    assert_eq!(mail.from, [("Alerts".to_owned(), "alerts@corp.test".to_owned())]);
    assert_eq!(mail.text.as_deref(), Some("Device: /dev/sda\n"));
    assert_eq!(mail.header("Bcc"), None);
}

#[test]
fn an_a_is_a_file_or_a_field_as_it_looks() {
    let words = ["-s", "x", "-a", "a.txt", "-a", "X-Loop: y", "-A", "a.txt", "a@x.test"];
    let (_, message) = sent(&words, "", "hi\n");
    let mail = python_parse(&message);
    let names: Vec<_> = mail.attachments.iter().filter_map(|it| it.name.as_deref()).collect();
    assert_eq!(names, ["a.txt", "a.txt"]);
    assert_eq!(mail.header("X-Loop"), Some("y"));
}

#[test]
fn an_author_is_the_profile_s_where_it_has_no_domain_or_may_be_nobody_else() {
    for (words, lines, author, envelope) in [
        (&["-r", "root", "a@x.test"][..], "", ("Alerts", "alerts@corp.test"), "alerts@corp.test"),
        (
            &["-r", "Night <root@localhost>", "a@x.test"],
            "",
            ("Night", "alerts@corp.test"),
            "alerts@corp.test",
        ),
        (&["-r", "me@y.test", "a@x.test"], "", ("", "me@y.test"), "me@y.test"),
        (
            &["-r", "Me <me@y.test>", "a@x.test"],
            "from_rewrite = \"always\"",
            ("Me", "alerts@corp.test"),
            "alerts@corp.test",
        ),
    ] {
        let (found, message) = sent(words, lines, "hi\n");
        assert_eq!(found, format!("{envelope}: a@x.test"), "{words:?}");
        let (name, address) = author;
        let mail = python_parse(&message);
        assert_eq!(mail.from, [(name.to_owned(), address.to_owned())]);
        let answers = if lines.is_empty() { "" } else { "me@y.test" };
        assert_eq!(mail.reply_to.first().map_or("", |(_, address)| address), answers);
    }
}

#[test]
fn a_message_with_a_header_of_its_own_goes_to_whom_it_names() {
    let input = "To: root\nSubject: Größe\n\nhi\n";
    let (envelope, message) = sent(&["-t", "also@x.test"], "", input);
    assert_eq!(envelope, "alerts@corp.test: also@x.test ops@x.test");
    assert_eq!(python_parse(&message).subject.as_deref(), Some("Größe"));
}

#[test]
fn nothing_is_sent_where_there_is_no_text_and_e_says_so() {
    let sandbox = sandbox("open", "x");
    let words = ["mail", "-E", "-s", "x", "a@x.test"];
    Mailsend::new().args(words).config(&config(&sandbox, "")).run().exit(0).silent();
    assert_eq!(caught(&sandbox).len(), 0);
}

#[test]
fn the_name_that_it_is_called_by_makes_it_mail() {
    for name in ["mail", "mailx"] {
        let sandbox = sandbox("open", "x");
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join(name);
        symlink(env!("CARGO_BIN_EXE_mailsend"), &link).unwrap();
        let program = Mailsend::program(&link).args(["-s", "x", "a@x.test"]);
        program.config(&config(&sandbox, "")).stdin("hi\n").run().exit(0).silent();
        assert_eq!(caught(&sandbox).len(), 1);
    }
}

#[test]
fn mail_that_aliases_drop_is_no_error() {
    let sandbox = sandbox("open", "x");
    let config = format!("{}games = \"/dev/null\"\n", config(&sandbox, ""));
    for words in [&["mail", "games"][..], &["mail", "-t", "games"]] {
        let program = Mailsend::new().args(words).config(&config);
        program.stdin("Subject: x\n\nhi\n").run().exit(0).silent();
    }
    assert_eq!(caught(&sandbox).len(), 0);
}

#[test]
fn no_mail_is_read() {
    for words in [&["mail"][..], &["mail", "-f"], &["mail", "-H"], &["mail", "-e"]] {
        let outcome = Mailsend::new().args(words).run();
        outcome.exit(64).stdout_is("");
    }
    Mailsend::new().args(["mail", "--help"]).run().exit(0).stdout_contains("-s <SUBJECT>");
}

#[test]
fn what_could_not_be_sent_is_kept() {
    let config = "[profiles.corp]\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n\
                  auth = \"none\"\nfrom = \"me@x.test\"";
    let words = ["mail", "-s", "x", "a@x.test"];
    let outcome = Mailsend::new().args(words).config(config).stdin("hi\n").run();
    outcome.exit(75).stderr_contains(".local/state/mailsend/failed/");
    let folder = outcome.home().join(".local/state/mailsend/failed");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 2);
}

#[test]
fn what_could_not_even_be_made_into_a_mail_is_kept_with_its_text() {
    let words =
        ["mail", "-s", "été\nx", "-r", "me@x.test", "-c", "c@x.test", "-b", "b@x.test", "nick"];
    for config in ["", "[profiles.corp]\nhost = \"h\"\nfrom = \"me@x.test\""] {
        let outcome = Mailsend::new().args(words).config(config).stdin("hi\n").run();
        outcome.exit(78).stderr_contains("kept in ");
        let folder = outcome.home().join(".local/state/mailsend/failed");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let [message, envelope] = &files[..] else { panic!("{files:?}") };
        let expected =
            "From: me@x.test\r\nTo: nick\r\nCc: c@x.test\r\nSubject: été x\r\n\r\nhi\r\n";
        assert_eq!(std::fs::read_to_string(message).unwrap(), expected);
        let envelope: serde_json::Value =
            serde_json::from_slice(&std::fs::read(envelope).unwrap()).unwrap();
        let addresses: Vec<_> =
            (0..3).map(|at| envelope["recipients"][at]["address"].as_str().unwrap()).collect();
        assert_eq!(addresses, ["nick", "c@x.test", "b@x.test"]);
        assert_eq!(envelope["as_given"], true);
    }
    let shown = Mailsend::new().args(["mail", "--dry-run", "nick"]).stdin("hi\n").run();
    shown.exit(78).lacks("kept in");
}

#[test]
fn the_text_is_kept_where_an_address_is_at_fault() {
    let words = ["mail", "-s", "x", "a@@b.test", "root"];
    let outcome = Mailsend::new().args(words).stdin("important\n").run();
    outcome.exit(65).stderr_contains("more than one @").stderr_contains("  kept in ");
    let folder = outcome.home().join(".local/state/mailsend/failed");
    let read = |suffix: &str| {
        let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let name = names.into_iter().find(|path| path.to_str().unwrap().ends_with(suffix));
        std::fs::read_to_string(name.unwrap()).unwrap()
    };
    assert_eq!(read(".eml"), "\r\nimportant\r\n");
    let envelope: serde_json::Value = serde_json::from_str(&read(".json")).unwrap();
    let typed = envelope["command"].as_array().unwrap();
    assert!(typed.iter().any(|word| word == "a@@b.test"), "{envelope}");
}

#[test]
fn a_password_that_was_typed_for_s_nail_is_kept_nowhere() {
    for set in [
        &["-S", "smtp-auth-password=hunter2"][..],
        &["-Smta=smtp://u:hunter2@h.test"],
        &["-vS", "v15-compat=hunter2"],
        &["--set", "password=hunter2"],
        &["--set=password=hunter2"],
    ] {
        let words = [&["mail", "-s", "x", "|filter"][..], set].concat();
        let outcome = Mailsend::new().args(words).stdin("important\n").run();
        outcome.exit(65).lacks("hunter2");
        let folder = outcome.home().join(".local/state/mailsend/failed");
        let files: Vec<_> = std::fs::read_dir(folder).unwrap().collect();
        assert_eq!(files.len(), 2);
        for file in files {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert!(!text.contains("hunter2"), "{set:?}: {text}");
        }
    }
}

#[test]
fn a_name_that_nobody_is_has_the_line_to_add() {
    let config = "[profiles.corp]\nhost = \"h\"\nfrom = \"me@x.test\"";
    let outcome = Mailsend::new().args(["mail", "nick"]).config(config).stdin("hi\n").run();
    outcome.exit(78).stderr_contains("nick = \"you@example.com\" to [aliases] in ");
}
