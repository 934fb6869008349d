//! Programs that keep the password: what they are told, that they are told it on stdin, and what
//! happens where they fail. They are small scripts that write down what they hear.

use std::env;
use std::ffi::OsString;
use std::path::Path;

use mailsend::sandbox::Sandbox;

use super::{CONFIG, PASSWORD, by_stdin, sends, server, written};
use crate::support::{Mailsend, Outcome, make_executable};

const SECRET_TOOL: &str = r#"#!/bin/sh
printf '%s|' secret-tool "$@" >> "$HOME/argv"; echo >> "$HOME/argv"; env >> "$HOME/env"
case $1 in
store) cat > "$HOME/keyring"; echo 'it may talk' ;;
lookup) test -f "$HOME/keyring" || exit 1; exec cat "$HOME/keyring" ;;
esac
"#;

pub(super) const PASS: &str = r#"#!/bin/sh
printf '%s|' pass "$@" >> "$HOME/argv"; echo >> "$HOME/argv"; env >> "$HOME/env"
case $1 in
insert)
    echo "Enter contents of $3 and press Ctrl+D when finished:"
    mkdir -p "$HOME/.password-store/mailsend"; cat > "$HOME/.password-store/$3.gpg" ;;
show) exec cat "$HOME/.password-store/$2.gpg" ;;
esac
"#;

/// The PATH with the programs of a home before all others.
pub(super) fn path(home: &Path) -> OsString {
    let others = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(home.join("bin")).chain(env::split_paths(&others));
    env::join_paths(folders).unwrap()
}

/// A run with this program.
pub(super) fn with(run: Mailsend, name: &str, script: &str) -> Mailsend {
    let home = run.home();
    let run = run.file(format!("bin/{name}"), script).env("PATH", path(&home));
    make_executable(&home.join("bin").join(name));
    run
}

fn add(server: &Sandbox, store: &str, name: &str, script: &str) -> Mailsend {
    with(by_stdin(server, &["--store", store, "--name", "corp"]), name, script)
}

/// What was typed at the programs, as it were.
fn calls(outcome: &Outcome) -> Vec<String> {
    let [argv, environment] =
        ["argv", "env"].map(|name| String::from_utf8(outcome.left(name)).unwrap());
    assert!(!argv.contains(PASSWORD), "{argv}");
    assert!(environment.contains("HOME=") && !environment.contains(PASSWORD), "{environment}");
    argv.lines().map(str::to_owned).collect()
}

#[test]
fn the_keyring_gets_it_on_stdin_and_gives_it_back() {
    let server = server();
    let outcome = add(&server, "secret-tool", "secret-tool", SECRET_TOOL).run();
    outcome
        .exit(0)
        .lacks(PASSWORD)
        .lacks("it may talk")
        .stdout_contains("the keyring, as profile corp of mailsend");
    assert_eq!(outcome.left("keyring"), PASSWORD.as_bytes());
    assert_eq!(
        calls(&outcome),
        [
            // Whether there is one already.
            "secret-tool|lookup|service|mailsend|profile|corp|",
            "secret-tool|store|--label=mailsend: corp|service|mailsend|profile|corp|",
            "secret-tool|lookup|service|mailsend|profile|corp|",
        ]
    );
    let key = "password_command = [\"secret-tool\", \"lookup\", \"service\", \"mailsend\", \
               \"profile\", \"corp\"]\n";
    assert!(written(&outcome).contains(key), "{}", written(&outcome));
    sends(&server, &outcome, &[]);
}

#[test]
fn pass_gets_it_on_stdin_and_gives_it_back() {
    let server = server();
    let outcome = add(&server, "pass", "pass", PASS).file(".password-store/.gpg-id", "k").run();
    outcome.exit(0).lacks(PASSWORD).lacks("Ctrl+D").stdout_contains("pass, as mailsend/corp");
    assert_eq!(
        calls(&outcome),
        ["pass|insert|--multiline|mailsend/corp|", "pass|show|mailsend/corp|"]
    );
    let kept = outcome.left(".password-store/mailsend/corp.gpg");
    assert_eq!(kept, format!("{PASSWORD}\n").as_bytes());
    let key = "password_command = [\"pass\", \"show\", \"mailsend/corp\"]\n";
    assert!(written(&outcome).contains(key), "{}", written(&outcome));
    sends(&server, &outcome, &[]);
}

#[test]
fn what_a_program_has_already_is_not_written_over() {
    let server = server();
    let outcome = add(&server, "pass", "pass", PASS)
        .file(".password-store/mailsend/corp.gpg", "other\n")
        .run();
    outcome
        .exit(73)
        .stderr_contains("--store: there is an entry mailsend/corp in pass already")
        .stderr_contains(
            "hint: take it out: pass rm mailsend/corp; or keep another one: --store pass:ENTRY",
        );
    assert_eq!(outcome.left(".password-store/mailsend/corp.gpg"), b"other\n");
    let outcome =
        add(&server, "secret-tool", "secret-tool", SECRET_TOOL).file("keyring", "x").run();
    outcome.exit(73).stderr_contains("there is a password of corp in the keyring already");
    assert_eq!(outcome.left("keyring"), b"x");
}

#[test]
fn where_a_program_fails_nothing_is_written() {
    let server = server();
    for (script, said) in [
        ("exit 1", "--store: secret-tool did not keep the password: exit status: 1"),
        ("test $1 = store", "the password does not come back: password_command failed"),
        (
            "test $1 = store || { test -f $HOME/x && echo other; }; touch $HOME/x",
            "another password comes back from there",
        ),
    ] {
        let script = format!("#!/bin/sh\n{script}\n");
        let outcome = add(&server, "secret-tool", "secret-tool", &script).run();
        outcome.exit(73).stderr_contains(said).lacks(PASSWORD);
        assert!(!outcome.home().join(CONFIG).exists());
    }
}

#[test]
fn a_password_that_stays_with_a_program_is_told() {
    let server = server();
    let script = "#!/bin/sh\ntest $1 = store\n";
    let outcome = add(&server, "secret-tool", "secret-tool", script).run();
    outcome.exit(73).stderr_contains(
        "hint: no profile was written, but the password was kept; this takes it out: secret-tool \
         clear service mailsend profile corp\n",
    );
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let server = server();
    let outcome = by_stdin(&server, &["--store", "pass"]).env("PATH", "/nonexistent").run();
    outcome.exit(73).stdout_is("").stderr_is("mailsend: --store: there is no program pass\n");
    let outcome = add(&server, "pass", "pass", PASS).run();
    outcome.exit(73).stderr_contains("pass has no store: there is no ");
}
