//! `mailsend profiles add`: a profile that works, its password where its person says, by flags alone
//! and at a terminal. With every profile a mail is sent.

mod programs;
mod terminal;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;

use mailsend::sandbox::Sandbox;

use crate::support::{Mailsend, Outcome, caught, sandbox};

const PASSWORD: &str = "correct horse";
const CONFIG: &str = ".config/mailsend/config.toml";
const KEPT: &str = ".config/mailsend/relay.password";

fn server() -> Sandbox {
    sandbox("submission", PASSWORD)
}

fn place(server: &Sandbox) -> String {
    server.address().to_string()
}

/// `profiles add` for an address at this server, and the password on stdin.
fn add(server: &Sandbox, words: &[&str]) -> Mailsend {
    Mailsend::new()
        .args(["profiles", "add", "me@corp.example", "--pin", "--host"])
        .arg(place(server))
        .args(words.iter().copied())
        .stdin(format!("{PASSWORD}\n"))
}

fn by_stdin(server: &Sandbox, words: &[&str]) -> Mailsend {
    add(server, words).arg("--password-stdin")
}

fn written(outcome: &Outcome) -> String {
    String::from_utf8(outcome.left(CONFIG)).unwrap()
}

/// Whether anything at all is below a home.
fn is_empty(home: &Path) -> bool {
    fs::read_dir(home).unwrap().next().is_none()
}

/// Sends a mail by a profile that another run left in its home, and sees it arrive.
fn sends(server: &Sandbox, outcome: &Outcome, words: &[&str]) {
    sends_as("me@corp.example", server, outcome, words);
}

fn sends_as(user: &str, server: &Sandbox, outcome: &Outcome, words: &[&str]) {
    Mailsend::new()
        .env("HOME", outcome.home())
        .env("PATH", programs::path(outcome.home()))
        .args(["-t", "you@example.com", "-s", "hi", "--body", "hello"])
        .args(words.iter().copied())
        .run()
        .exit(0)
        .silent();
    let caught = caught(server);
    assert_eq!(caught.len(), 1, "one mail, and nothing of a rehearsal");
    assert_eq!(caught[0].login.as_ref().unwrap().user, user);
}

#[test]
fn a_password_file_is_made_beside_the_configuration_and_the_profile_sends() {
    let server = server();
    let run = by_stdin(&server, &["--store", "file", "--from", "Nick <me@corp.example>"]);
    let home = run.home();
    let outcome = run.run();
    outcome
        .exit(0)
        .stderr_is("")
        .lacks(PASSWORD)
        .stdout_contains("✓ login        PLAIN, as me@corp.example, inside STARTTLS")
        .stdout_contains("+ [profiles.relay]\n")
        .stdout_contains(
            "→ Send a first mail: mailsend -p relay -t me@corp.example -s hi --body hello\n",
        );
    assert_eq!(outcome.left(KEPT), format!("{PASSWORD}\n").as_bytes());
    assert_eq!(home.join(KEPT).metadata().unwrap().mode() & 0o7777, 0o600);
    assert_eq!(
        written(&outcome),
        format!(
            "[profiles.relay]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"starttls\"\n\
             pin_sha256 = [\"{}\"]\nusername = \"me@corp.example\"\npassword_file = \"{}\"\n\
             from = \"Nick <me@corp.example>\"\n",
            server.address().port(),
            server.certificate_pin(),
            home.join(KEPT).display(),
        )
    );
    sends(&server, &outcome, &[]);
}

#[test]
fn a_file_that_is_there_is_not_written_over_and_nobody_is_connected_to() {
    let server = server();
    let outcome = by_stdin(&server, &["--store", "file"]).file(KEPT, "other\n").run();
    let path = outcome.home().join(KEPT).display().to_string();
    outcome.exit(73).stdout_is("").stderr_is(&format!(
        "mailsend: --store: there is a file {path} already\n\
         hint: use what is in it: --password-file {path}; or keep another one: --store file:PATH\n"
    ));
    assert_eq!(outcome.left(KEPT), b"other\n");
    assert!(!outcome.home().join(CONFIG).exists());
}

#[test]
fn a_file_of_another_name_can_be_named_from_home() {
    let server = server();
    let outcome = by_stdin(&server, &["--store", "file:~/secrets/mail", "--name", "a b"]).run();
    outcome.exit(0).stdout_contains("mailsend -p 'a b' -t");
    assert_eq!(outcome.left("secrets/mail"), format!("{PASSWORD}\n").as_bytes());
    sends(&server, &outcome, &["-p", "a b"]);
}

#[test]
fn a_wrong_password_leaves_nothing_anywhere() {
    let server = server();
    let run = by_stdin(&server, &["--store", "file"]).stdin("wrong\n");
    let outcome = run.run();
    outcome
        .exit(77)
        .stdout_contains("✗ The server refused the password")
        .stderr_contains("no settings work: the user name or the password is not taken")
        .stderr_contains("hint: nothing was written\n");
    assert!(is_empty(outcome.home()));
    let object = by_stdin(&server, &["--store", "file", "--json"]).stdin("wrong").run();
    let object = object.exit(77).json();
    assert_eq!((&object["exit"], &object["obstacle"]), (&77.into(), &"credentials".into()));
    assert_eq!(object["profile"], serde_json::Value::Null);
    assert!(object["password_refusals"].as_u64().unwrap() <= 2);
}

#[test]
fn what_is_no_password_is_refused_before_anybody_is_connected_to() {
    let server = server();
    for (stdin, complaint) in [
        ("", "the password on stdin is empty"),
        ("one\ntwo\n", "the password on stdin contains a line break"),
    ] {
        let outcome = by_stdin(&server, &["--store", "file"]).stdin(stdin).run();
        outcome.exit(78).stdout_is("").stderr_is(&format!("mailsend: {complaint}\n"));
    }
}

#[test]
fn where_the_secret_lies_already_nothing_is_kept_and_the_key_is_written() {
    let server = server();
    let command = format!("printf '{PASSWORD}\\nnotes'");
    let outcome = add(&server, &["--password-command", &command]).run();
    outcome.exit(0);
    assert!(written(&outcome).contains("password_command = \"printf '"));
    assert!(!outcome.home().join(KEPT).exists());
    sends(&server, &outcome, &[]);
    let run = add(&server, &["--password-file", "mine"]).file("mine", PASSWORD);
    let outcome = run.run();
    let path = outcome.home().join("mine").display().to_string();
    assert!(written(&outcome).contains(&format!("password_file = \"{path}\"\n")));
    sends(&server, &outcome, &[]);
}

#[test]
fn a_password_that_is_asked_for_is_kept_nowhere() {
    let server = server();
    let outcome = by_stdin(&server, &["--store", "ask"]).run();
    outcome.exit(0).stdout_contains("· The password is asked for at every mail.\n");
    assert!(!written(&outcome).contains("password"));
    let names: Vec<_> = fs::read_dir(outcome.home().join(".config/mailsend"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["config.toml"]);
    let pipe = format!("echo '{PASSWORD}'");
    sends(&server, &outcome, &["--password-command", &pipe]);
}

#[test]
fn what_people_wrote_stays_and_the_only_profile_is_still_the_one_without_a_name() {
    let server = server();
    const OLD: &str = "# mine\n\n[profiles.corp] # the old one\nhost = \"h\"   # x\n";
    let outcome = by_stdin(&server, &["--store", "file"]).config(OLD).run();
    outcome.exit(0).stdout_contains("· corp was the only profile, so mails went by it");
    let text = written(&outcome);
    assert!(
        text.starts_with(&format!("default_profile = \"corp\"\n\n{OLD}\n[profiles.relay]\n")),
        "{text}"
    );
    sends(&server, &outcome, &["-p", "relay"]);
    let outcome = by_stdin(&server, &["--store", "file", "--default"]).config(OLD).run();
    let text = written(&outcome);
    assert!(text.starts_with(&format!("default_profile = \"relay\"\n\n{OLD}\n")), "{text}");
    sends(&server, &outcome, &[]);
}

#[test]
fn a_name_that_is_taken_is_refused_and_a_free_one_found() {
    let server = server();
    const OLD: &str = "default_profile = \"relay\"\n[profiles.relay]\nhost = \"h\"\n";
    let outcome = by_stdin(&server, &["--store", "file", "--name", "relay"]).config(OLD).run();
    outcome.exit(73).stdout_is("").stderr_contains("--name: there is a profile relay already, in");
    assert_eq!(written(&outcome), OLD);
    let outcome = by_stdin(&server, &["--store", "file"]).config(OLD).run();
    outcome.exit(0);
    assert!(written(&outcome).contains("[profiles.relay-2]"));
    sends(&server, &outcome, &["-p", "relay-2"]);
    let sandbox = by_stdin(&server, &["--store", "file", "--name", "sandbox"]).run();
    sandbox.exit(64).stderr_contains("the profile sandbox is built in");
}

#[test]
fn without_a_check_the_profile_is_written_and_said_to_be_unproven() {
    let outcome = Mailsend::new()
        .args(["profiles", "add", "12345678@qq.com", "--no-check", "--password-stdin"])
        .args(["--store", "file"])
        .stdin("code\n")
        .run();
    outcome
        .exit(0)
        .stderr_is(
            "mailsend: warning: whether the profile qq works was not tried; \
             mailsend doctor qq does that\n",
        )
        .lacks("code");
    let path = outcome.home().join(".config/mailsend/qq.password");
    assert_eq!(
        written(&outcome),
        format!(
            "[profiles.qq]\nprovider = \"qq\"\nusername = \"12345678@qq.com\"\n\
             password_file = \"{}\"\n",
            path.display()
        )
    );
    assert_eq!(fs::read(path).unwrap(), b"code\n");
    let object = Mailsend::new()
        .args(["profiles", "add", "me@[192.0.2.1]", "--host", "localhost:2500", "--no-check"])
        .args(["--store", "ask", "--json"])
        .run()
        .exit(0)
        .json();
    assert_eq!((&object["checked"], &object["kept"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!(object["profile"]["name"], "localhost");
}

#[test]
fn without_a_check_the_profile_sends_as_well_where_it_is_right() {
    let server = server();
    let authority = server.authority_pem().to_owned();
    let outcome = Mailsend::new()
        .args(["profiles", "add", "me@corp.example", "--ca-file", "ca.pem", "--no-check"])
        .args(["--password-stdin", "--store", "file", "--host"])
        .arg(place(&server))
        .file("ca.pem", authority)
        .stdin(PASSWORD)
        .run();
    outcome.exit(0);
    sends(&server, &outcome, &[]);
}

#[test]
fn programs_get_one_object() {
    let server = server();
    let outcome = by_stdin(&server, &["--store", "file", "--json"]).run();
    let object = outcome.exit(0).stderr_is("").lacks(PASSWORD).json();
    let home = outcome.home().display();
    assert_eq!((&object["version"], &object["exit"]), (&1.into(), &0.into()));
    assert_eq!((&object["works"], &object["checked"]), (&true.into(), &true.into()));
    assert_eq!(object["written"], format!("{home}/{CONFIG}"));
    assert_eq!(object["kept"]["by"], "file");
    assert_eq!(object["kept"]["place"], format!("{home}/{KEPT}"));
    assert_eq!(object["profile"]["name"], "relay");
    let toml = object["profile"]["toml"].as_str().unwrap();
    assert_eq!(toml, written(&outcome));
    sends(&server, &outcome, &[]);
}

#[test]
fn for_a_server_without_a_login_no_password_is_kept() {
    let server = sandbox("open", PASSWORD);
    for run in [add(&server, &["--no-auth"]), by_stdin(&server, &["--store", "file"])] {
        let outcome = run.run();
        outcome.exit(0);
        assert!(!written(&outcome).contains("password"));
        assert!(!outcome.home().join(KEPT).exists());
        Mailsend::new()
            .env("HOME", outcome.home())
            .args(["-t", "you@example.com", "-s", "hi", "--body", "hello"])
            .run()
            .exit(0);
        assert_eq!(caught(&server).len(), 1);
    }
    let outcome = by_stdin(&server, &["--store", "file"]).run();
    outcome.stdout_contains("· The server takes mail without a login; the password was not kept.");
}

#[test]
fn a_file_that_was_made_in_vain_is_taken_away_again() {
    let server = server();
    let words = ["--store", "file:kept", "--config", "/proc/mailsend/config.toml"];
    let outcome = by_stdin(&server, &words).run();
    outcome
        .exit(73)
        .stderr_contains("mailsend: cannot write /proc/mailsend/config.toml: no such file")
        .stderr_contains("hint: nothing was written\n");
    assert!(is_empty(outcome.home()));
}

#[test]
fn a_configuration_file_of_another_name_is_made() {
    let server = server();
    let outcome = by_stdin(&server, &["--store", "file", "--config", "mail.toml"]).run();
    outcome.exit(0);
    let path = outcome.home().join("relay.password").display().to_string();
    let text = String::from_utf8(outcome.left("mail.toml")).unwrap();
    assert!(text.contains(&format!("password_file = \"{path}\"\n")), "{text}");
    let config = outcome.home().join("mail.toml").display().to_string();
    sends(&server, &outcome, &["--config", &config]);
}

#[test]
fn beside_a_link_to_the_configuration_is_not_where_it_leads_to() {
    let server = server();
    let run = by_stdin(&server, &["--store", "file"]).file("shared/config.toml", "# mine\n");
    let link = run.home().join(CONFIG);
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    symlink("../../shared/config.toml", &link).unwrap();
    let outcome = run.run();
    outcome.exit(0);
    assert!(link.is_symlink() && outcome.home().join(KEPT).exists());
    assert_eq!(fs::read_dir(outcome.home().join("shared")).unwrap().count(), 1);
    assert!(outcome.left("shared/config.toml").starts_with(b"# mine\n\n[profiles.relay]\n"));
    sends(&server, &outcome, &[]);
}

#[test]
fn a_missing_answer_is_an_error_that_names_the_flag() {
    for (words, said, hint) in [
        (&[][..], "the mail address is missing", "profiles add ADDRESS"),
        (&["me@[192.0.2.1]"], "the password is missing", "--password-stdin and --store WHERE, or"),
        (
            &["me@[192.0.2.1]", "--password-stdin"],
            "the place of the password is missing",
            "--store",
        ),
        (&["me@[192.0.2.1]", "--no-check", "--store", "ask"], "the server is missing", "--host"),
        (
            &["1@qq.com", "--store", "keyring"],
            "\"keyring\" is no place for a password",
            "file:PATH",
        ),
        (&["a@b.example, c@d.example"], "ADDRESS: expected one address, found 2", ""),
        (&["1@qq.com", "--store", "file", "--token-env", "T"], "--store does not go together", ""),
        (&["1@qq.com", "--no-check", "--pin"], "--no-check does not go together with --pin", ""),
    ] {
        let outcome = Mailsend::new()
            .args(["profiles", "add"])
            .args(words.iter().copied())
            .stdin(PASSWORD)
            .run();
        outcome.stdout_is("").stderr_contains(said).stderr_contains(hint);
        assert!(matches!(outcome.status(), 64 | 65), "{words:?}");
        assert!(is_empty(outcome.home()));
    }
}

#[test]
fn a_provider_that_takes_no_password_says_so() {
    let outcome = Mailsend::new().args(["profiles", "add", "me@hotmail.com"]).run();
    outcome
        .exit(78)
        .stderr_contains("me@hotmail.com: outlook takes only OAuth, and there is no token")
        .stderr_contains("these mailboxes take no password, app passwords neither");
}

#[test]
fn inside_a_sandbox_nobody_is_reached() {
    let server = server();
    let outcome = by_stdin(&server, &["--store", "file"]).env("MAILSEND_SANDBOX", "x").run();
    outcome.exit(64).stderr_contains("run mailsend profiles add outside of it");
}
