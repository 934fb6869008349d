//! The command line: help, habits, slips and what else is wrong before anything is sent.

use std::path::Path;
use std::process::{Command, Stdio};

/// Enough to be sent, but for the text.
const SOMEBODY: [&str; 5] = ["--host", "mx.example", "-f", "me@example.com", "you@example.com"];

/// What the program did.
#[derive(Debug)]
struct Ran {
    exit: i32,
    stdout: String,
    stderr: String,
}

/// Runs the program with nothing of the environment but an empty home.
fn mailsend(words: &[&str]) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mailsend"))
        .args(words)
        .env_clear()
        .env("HOME", home.path())
        .env("COLUMNS", "80")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    let exit = output.status.code().unwrap();
    Ran { exit, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Expects a refusal with exactly these words.
#[track_caller]
fn refuses(words: &[&str], exit: i32, said: &str) {
    let ran = mailsend(words);
    assert_eq!((ran.exit, ran.stderr.as_str()), (exit, said), "mailsend {words:?}");
    assert_eq!(ran.stdout, "", "mailsend {words:?}");
}

#[test]
fn the_short_help_fits_a_screen() {
    let ran = mailsend(&["-h"]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.lines().count() <= 43, "{}", ran.stdout);
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
    let at = |heading| ran.stdout.find(heading).unwrap();
    assert!(at("\nWhat:\n") < at("\nWhere:\n") && at("\nWhere:\n") < at("\nHow:\n"));
}

#[test]
fn the_long_help_has_examples_and_every_exit_status() {
    let help = mailsend(&["--help"]).stdout;
    assert!(help.contains("\nExamples:\n"), "{help}");
    for status in [0, 64, 65, 66, 67, 68, 69, 70, 71, 73, 74, 75, 76, 77, 78, 79, 130, 143] {
        let exits = help.split("\nExit statuses:\n").nth(1).unwrap();
        assert!(exits.split([' ', ',', '\n']).any(|word| word == status.to_string()), "{status}");
    }
}

#[test]
fn the_version_goes_to_stdout() {
    let ran = mailsend(&["--version"]);
    assert_eq!(ran.stdout, concat!("mailsend ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(ran.exit, 0);
}

#[test]
fn nothing_at_all_is_a_mail_without_recipients() {
    let said = "mailsend: there are no recipients\n\
                hint: name one: mailsend -t you@example.com -s hello\n\
                hint: mailsend --help shows everything\n";
    refuses(&[], 64, said);
    refuses(&["-s", "hi", "-t", "", "-c", "", "-b", ""], 64, said);
}

#[test]
fn flags_of_other_programs_are_explained() {
    for (words, said) in [
        (
            &["-A", "work"][..],
            "mailsend: there is no flag -A\n\
             hint: to attach a file write -a FILE; to choose an account, -p NAME\n",
        ),
        (
            &["-i"],
            "mailsend: there is no flag -i\n\
             hint: leave it out: a line with a single dot never ends the text here\n",
        ),
        (
            &["-oi"],
            "mailsend: there is no flag -oi\n\
             hint: leave it out: a line with a single dot never ends the text here\n",
        ),
        (
            &["-n"],
            "mailsend: there is no flag -n\n\
             hint: to send nothing write --dry-run; \
             to read one configuration file only, --config FILE\n",
        ),
        (
            &["--server", "mx"],
            "mailsend: there is no flag --server\n\
             hint: name the server with --host HOST and --port PORT\n",
        ),
        (
            &["-t"],
            "mailsend: --to needs a value\n\
             hint: -t takes a recipient: -t you@example.com; the header of a ready message is \
                   read by --raw --read-recipients\n",
        ),
    ] {
        refuses(words, 64, said);
    }
}

#[test]
fn there_is_no_password_flag_and_the_password_is_not_repeated() {
    let said = "mailsend: there is no flag --password, \
                because everybody on this machine could read it\n\
                hint: write --password-file, --password-env or --password-command; \
                without one you are asked for it\n";
    refuses(&["--password", "hunter2"], 64, said);
    refuses(&["--password=hunter2"], 64, said);
}

#[test]
fn a_lone_word_like_a_subcommand_is_not_a_recipient() {
    refuses(
        &["sandbx"],
        64,
        "mailsend: there is no subcommand \"sandbx\"\n\
         hint: did you mean `mailsend sandbox`?\n\
         hint: to send to a recipient of this name, write -t sandbx\n",
    );
}

#[test]
fn a_slip_behind_a_subcommand_is_recognised() {
    refuses(
        &["profiles", "chekc"],
        64,
        "mailsend: there is no subcommand \"profiles chekc\"\n\
         hint: did you mean `mailsend profiles check`?\n",
    );
    refuses(
        &["profiles", "colour"],
        64,
        "mailsend: there is no subcommand \"profiles colour\"\n\
         hint: there are: list, show, check, add, import\n",
    );
}

#[test]
fn a_subcommand_is_one_only_as_the_first_word() {
    let said = "mailsend: sandbox is a subcommand, and one must be the first word\n\
                hint: did you mean `mailsend sandbox ...`?\n\
                hint: to send to a recipient of this name, write -t sandbox\n";
    refuses(&["-p", "corp", "sandbox"], 64, said);
    refuses(&["a@example.com", "sandbox"], 64, said);
}

#[test]
fn help_and_version_are_flags() {
    let said = "mailsend: there is no subcommand \"help\"\n\
                hint: did you mean `mailsend --help`?\n\
                hint: to send to a recipient of this name, write -t help\n";
    refuses(&["help"], 64, said);
}

#[test]
fn a_header_field_behind_a_is_answered_with_the_flag_for_it() {
    refuses(
        &[&SOMEBODY[..], &["-a", "X-Priority: 1"]].concat(),
        64,
        "mailsend: -a attaches a file, and there is none called \"X-Priority: 1\"\n\
         hint: to add a header field write -H 'X-Priority: 1'\n",
    );
}

#[test]
fn an_account_behind_a_is_answered_with_the_flag_for_it() {
    refuses(
        &[&SOMEBODY[..], &["-a", "no-such-account"]].concat(),
        66,
        "mailsend: cannot read no-such-account: no such file or directory\n\
         hint: -a attaches a file; to choose a profile write --profile no-such-account\n",
    );
}

#[test]
fn a_header_field_that_has_a_flag_is_refused() {
    refuses(
        &[&SOMEBODY[..], &["-H", "bcc: boss@example.com"]].concat(),
        64,
        "mailsend: --header: bcc cannot be set as a header field: use --bcc\n",
    );
}

#[test]
fn an_address_that_is_none_is_bad_data() {
    let ran = mailsend(&["-t", "a@@example.com"]);
    assert_eq!(ran.exit, 65, "{ran:?}");
    assert!(ran.stderr.starts_with("mailsend: --to: \"a@@example.com\": "), "{ran:?}");
    let injected = mailsend(&["-t", "a@example.com\nBcc: b@example.com"]);
    assert_eq!(injected.exit, 65, "{injected:?}");
}

#[test]
fn an_address_without_a_domain_brings_the_key_that_completes_it() {
    let ran = mailsend(&["--host", "mx.example", "-f", "me@example.com", "root"]);
    assert_eq!(ran.exit, 65, "{ran:?}");
    assert!(ran.stderr.contains("hint: write the whole address\n"), "{ran:?}");
    assert!(ran.stderr.contains("to [aliases] in config.toml, or set qualify_domain\n"), "{ran:?}");
}

#[test]
fn without_a_profile_the_sender_must_be_named() {
    refuses(
        &["--host", "mx.example", "a@example.com"],
        64,
        "mailsend: nobody is named as the sender\nhint: give -f you@example.com\n",
    );
}

#[test]
fn an_empty_text_is_skipped_if_that_is_wanted() {
    let ran = mailsend(&[&SOMEBODY[..], &["-E", "-s", "-50% disk left"]].concat());
    assert_eq!((ran.exit, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
}

#[test]
fn line_breaks_in_a_subject_bring_a_warning() {
    let ran = mailsend(&[&SOMEBODY[..], &["-E", "-s", "one\ntwo"]].concat());
    let said = "mailsend: warning: the subject had line breaks; they became spaces\n";
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, said));
}

#[test]
fn the_last_of_a_repeated_flag_wins() {
    let twice =
        ["-H", "X: y", "-s", "a\nb", "-s", "fine", "--tls", "none", "--tls", "implicit", "-E"];
    let ran = mailsend(&[&SOMEBODY[..], &twice].concat());
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_slip_in_a_flag_is_recognised() {
    refuses(
        &["--bdoy", "x"],
        64,
        "mailsend: there is no flag --bdoy\nhint: did you mean --body?\n",
    );
}

#[test]
fn a_value_that_is_none_of_the_words_is_answered_with_the_words() {
    refuses(
        &["--tls", "ssl"],
        64,
        "mailsend: --tls \"ssl\" is unknown\n\
         hint: it is one of: implicit, starttls, opportunistic, none\n",
    );
}

#[test]
fn a_port_is_a_number_that_a_port_can_have() {
    let hint = "hint: mailsend --help shows everything\n";
    let said = |reason: &str| format!("mailsend: --port{reason}\n{hint}");
    refuses(&["--port", "0"], 64, &said(": 0 is not in 1..=65535"));
    refuses(&["--port", "smtp"], 64, &said(" \"smtp\": invalid digit found in string"));
}

#[test]
fn two_texts_are_a_contradiction() {
    refuses(
        &["--body", "a", "--body-file", "b"],
        64,
        "mailsend: --body does not go together with --body-file\n\
         hint: mailsend --help shows everything\n",
    );
}

#[test]
fn a_line_break_in_a_value_is_bad_data() {
    let said = "mailsend: --username: a line break cannot be part of it\n";
    refuses(&["--username", "a\nb"], 65, said);
}

#[test]
fn a_failure_is_an_object_too_if_that_is_wanted() {
    let ran = mailsend(&["--json", "--tsl", "none"]);
    let object: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let expected = serde_json::json!({
        "version": 1, "status": "failed", "exit": 64,
        "error": "there is no flag --tsl", "hints": ["did you mean --tls?"],
    });
    assert_eq!(object, expected);
    assert_eq!(ran.stderr, "mailsend: there is no flag --tsl\nhint: did you mean --tls?\n");
    assert_eq!(ran.exit, 64);
}

#[test]
fn a_reader_of_the_help_that_goes_away_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mailsend"))
        .arg("--help")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
        (Some(0), "")
    );
}

#[test]
fn the_kept_completions_are_those_of_the_program() {
    same_as_kept("completions");
}

#[test]
fn the_kept_man_pages_are_those_of_the_program() {
    same_as_kept("man");
}

/// Compares what `mailsend generate` writes with what is kept in the repository.
fn same_as_kept(what: &str) {
    let made = tempfile::tempdir().unwrap();
    let ran = mailsend(&["generate", what, made.path().to_str().unwrap()]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(what);
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        // mailsend-config(5) is written by hand.
        let mut names: Vec<_> = names.filter(|name| name != "mailsend-config.5").collect();
        names.sort();
        names
    };
    let update = format!("run: cargo run -- generate {what} {what}");
    assert_eq!(names(made.path()), names(&kept), "{update}");
    for name in names(&kept) {
        let read = |folder: &Path| std::fs::read_to_string(folder.join(&name)).unwrap();
        assert!(read(made.path()) == read(&kept), "{name:?} is out of date; {update}");
    }
}
