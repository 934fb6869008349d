//! `mailsend doctor --cron`: what works when it is typed and would not work at night is explained,
//! and the proof is made with nothing but what cron gives a job.

use std::fs;

use mailsend::sandbox::Sandbox;

use crate::support::{Mailsend, Outcome, caught, make_executable, sandbox};

/// No word of the language, so that it is found wherever it must not be.
const PASSWORD: &str = "qX7-night";

/// Runs a program in a terminal of its own, as a person does, and ends with its status.
const TERMINAL: &str =
    "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

/// A home with a profile `corp` of these keys at this server, and a crontab that makes it cron's home
/// as well, with these settings. The shell has `bin` in its PATH, and cron has not.
fn at_night(server: &Sandbox, keys: &str, crontab: &str) -> Mailsend {
    prepared(Mailsend::new(), ".config", server, keys, crontab)
}

fn prepared(run: Mailsend, folder: &str, server: &Sandbox, keys: &str, tab: &str) -> Mailsend {
    let home = run.home().display().to_string();
    let (port, pin) = (server.address().port(), server.certificate_pin());
    let profile = format!(
        "[profiles.corp]\nhost = '127.0.0.1'\nport = {port}\ntls = 'starttls'\n\
         pin_sha256 = ['{pin}']\nusername = 'me@example.com'\n{keys}\n"
    );
    let crontab =
        format!("#!/bin/sh\ncat <<'END'\nHOME={home}\n{}\nEND\n", tab.replace('~', &home));
    script(run, "crontab", &crontab)
        .file(format!("{folder}/mailsend/config.toml"), profile)
        .file("password", PASSWORD)
        .env("PATH", format!("{home}/bin:/usr/bin:/bin"))
        .args(["doctor", "--cron"])
}

/// With a program in `bin`.
fn script(run: Mailsend, name: &str, text: &str) -> Mailsend {
    let run = run.file(format!("bin/{name}"), text);
    make_executable(&run.home().join("bin").join(name));
    run
}

fn server() -> Sandbox {
    sandbox("submission", PASSWORD)
}

/// The report without its line breaks, and never with the password.
fn report(outcome: &Outcome) -> String {
    outcome.lacks(PASSWORD);
    outcome.stdout_text().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn contains(outcome: &Outcome, parts: &[&str]) {
    let report = report(outcome);
    for part in parts {
        assert!(report.contains(part), "{part} in:\n{}", outcome.stdout_text());
    }
}

#[test]
fn a_profile_with_a_password_file_works_and_a_line_for_the_crontab_is_shown() {
    let server = server();
    let outcome = at_night(&server, "password_file = '~/password'", "").arg("corp").run();
    let program = env!("CARGO_BIN_EXE_mailsend");
    let line = format!("30 3 * * * job 2>&1 | {program} -p corp -E -s \"job\" ops@example.com");
    contains(&outcome, &["✓ login", "✓ envelope", "It works under cron", &line]);
    outcome.exit(0).stderr_is("");
    assert!(caught(&server).is_empty(), "nothing is sent");
}

#[test]
fn the_job_has_no_terminal_and_only_the_variables_of_cron() {
    let server = server();
    let run = at_night(&server, "password_command = ['/bin/sh', 'show']", "EXTRA = 'a b'\n");
    let home = run.home();
    let show = "tr '\\0' '\\n' </proc/$PPID/environ | sort >variables\n\
                { pwd; umask; if (: </dev/tty) 2>/dev/null; then echo tty; else echo none; fi; } >rest\n\
                cat password\n";
    let arguments = ["doctor", "--cron", "corp"];
    let path = format!("{}/bin:/usr/bin:/bin", home.display());
    // Whoever types this sits at a terminal, and has more in the environment.
    let outcome = Mailsend::program("python3")
        .args(["-c", TERMINAL, env!("CARGO_BIN_EXE_mailsend")])
        .args(arguments)
        .env("HOME", &home)
        .env("PATH", path)
        .env("LANG", "de_DE.UTF-8")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        .env("GPG_TTY", "/dev/pts/0")
        .env("MAILSEND_PROFILE", "other");
    let _run = run.file("show", show);
    let outcome = outcome.run();
    outcome.exit(0);
    let read = |name: &str| fs::read_to_string(home.join(name)).unwrap();
    let names: Vec<String> = read("variables").lines().map(str::to_owned).collect();
    let account = names.iter().find(|line| line.starts_with("LOGNAME=")).unwrap().clone();
    let home = home.display();
    let expected = format!("EXTRA=a b\nHOME={home}\n{account}\nPATH=/usr/bin:/bin\nSHELL=/bin/sh");
    assert_eq!(names.join("\n"), expected);
    assert_eq!(read("rest"), format!("{home}\n0022\nnone\n"));
}

#[test]
fn a_command_that_reads_a_variable_of_the_shell_is_explained() {
    let server = server();
    let keys = "password_command = 'test -n \"$MAIL_KEY\" || { echo no key >&2; exit 3; }'";
    let outcome = at_night(&server, keys, "").arg("corp").env("MAIL_KEY", "k").run();
    contains(
        &outcome,
        &[
            "✗ password",
            "password_command failed: exit status: 3",
            "It reads MAIL_KEY, which is set in your shell and not by cron.",
            "it says: no key",
            "MAIL_KEY=…",
        ],
    );
    outcome.exit(77);
}

#[test]
fn a_program_that_only_the_shell_finds_is_named_with_its_path() {
    let server = server();
    let keys = "password_command = 'vault-read mail | head -n 1'";
    let run = at_night(&server, keys, "");
    let path = run.home().join("bin/vault-read").display().to_string();
    let outcome = script(run, "vault-read", "#!/bin/sh\ncat ~/password\n").arg("corp").run();
    contains(&outcome, &["It runs vault-read, which is in", "not in cron's PATH", &path]);
    outcome.exit(77);
}

#[test]
fn what_the_crontab_sets_counts() {
    let server = server();
    let keys = "password_command = 'vault-read mail'";
    let run = at_night(&server, keys, "PATH=~/bin:/usr/bin:/bin\n");
    let outcome = script(run, "vault-read", "#!/bin/sh\ncat ~/password\n").arg("corp").run();
    report(&outcome);
    outcome.exit(0);
}

#[test]
fn a_profile_that_asks_for_its_password_has_nobody_to_ask() {
    let server = server();
    let outcome = at_night(&server, "", "").arg("corp").run();
    contains(
        &outcome,
        &[
            "✗ password none is named; it would be asked for",
            "no password is set, and there is no terminal to ask for it",
            "password_file",
            "password_command",
        ],
    );
    outcome.exit(78);
}

#[test]
fn a_configuration_that_only_the_shell_finds_is_named_and_examined_all_the_same() {
    let server = server();
    let run = Mailsend::new();
    let elsewhere = run.home().join("elsewhere");
    let keys = format!("password_file = '{}/password'", run.home().display());
    let run = prepared(run, "elsewhere", &server, &keys, "").env("XDG_CONFIG_HOME", &elsewhere);
    let outcome = run.arg("corp").run();
    let file = elsewhere.join("mailsend/config.toml").display().to_string();
    contains(
        &outcome,
        &[
            "✗ config",
            "XDG_CONFIG_HOME is set in your shell and not by cron",
            &format!("MAILSEND_CONFIG={file}"),
            "✓ envelope",
            &format!("mailsend --config {file} -p corp -E"),
        ],
    );
    outcome.exit(78).stderr_contains("corp: under cron: its configuration is not where cron looks");
}

#[test]
fn a_profile_that_a_variable_of_the_shell_chooses_is_named() {
    let server = server();
    let keys = "password_file = '~/password'\n[profiles.other]\nhost = 'mail.invalid'";
    let outcome = at_night(&server, keys, "").env("MAILSEND_PROFILE", "corp").run();
    contains(
        &outcome,
        &["MAILSEND_PROFILE is set and cron does not set it", "-p corp", "✓ envelope"],
    );
    outcome.exit(78);
}

#[test]
fn a_command_that_asks_at_the_terminal_is_explained() {
    let server = server();
    let keys = "password_command = 'read -r x </dev/tty || exit 2; echo \"$x\"'";
    let outcome = at_night(&server, keys, "").arg("corp").run();
    contains(&outcome, &["It asks at the terminal, and there is none.", "it says: ", "/dev/tty"]);
    outcome.exit(77);
}

#[test]
fn a_passphrase_that_the_agent_remembers_now_is_forgotten_at_night() {
    let server = server();
    let keys = "password_command = 'gpg -d x'";
    let agent = |protection: &str| {
        let run = at_night(&server, keys, "PATH=~/bin:/usr/bin:/bin\n");
        let run = script(run, "gpg", "#!/bin/sh\ncat ~/password\n");
        let run = script(run, "gpgconf", "#!/bin/sh\necho max-cache-ttl:24:2:x:3:3:N:7200::\n");
        let line = format!("#!/bin/sh\necho 'S KEYINFO 01 D - - {protection} - - -'\necho OK\n");
        script(run, "gpg-connect-agent", &line).arg("corp").run()
    };
    let remembered = agent("1 P");
    contains(
        &remembered,
        &["✗ gpg-agent", "It forgets it after 120 minutes at most", "gpg-preset-passphrase"],
    );
    remembered.exit(78);
    assert!(!report(&remembered).contains("30 3 * * *"), "no line mends that");
    agent("- C").exit(0);
}

#[test]
fn a_command_that_waits_for_somebody_is_ended() {
    let server = server();
    let outcome = at_night(&server, "password_command = 'sleep 1000'", "").arg("corp").run();
    contains(&outcome, &["password_command took longer than 30 s and was ended"]);
    outcome.exit(77);
}

#[test]
fn the_object_is_that_of_an_examination_and_has_the_line() {
    let server = server();
    let outcome = at_night(&server, "password_file = '~/password'", "TOKEN=s3cr3t\n")
        .args(["corp", "--json"])
        .run();
    let object = outcome.exit(0).lacks(PASSWORD).lacks("s3cr3t").json();
    assert_eq!((&object["version"], &object["works"]), (&1.into(), &true.into()));
    assert_eq!(object["cron"]["crontab_sets"], serde_json::json!(["HOME", "TOKEN"]));
    assert_eq!(object["cron"]["environment"]["PATH"], "/usr/bin:/bin");
    assert!(object["cron"]["line"].as_str().unwrap().contains(" -p corp -E "), "{object}");
    let steps = object["steps"].as_array().unwrap();
    let names: Vec<&str> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
    let own = ["HOME", "config", "PATH", "locale", "terminal", "password", "clock", "connection"];
    assert_eq!(names[..own.len()], own);

    let outcome = at_night(&server, "", "").args(["corp", "--json"]).run();
    let object = outcome.exit(78).json();
    assert_eq!(object["obstacle"], "secret");
    assert_eq!(object["findings"][0]["severity"], "problem");
    assert_eq!(object["cron"]["line"], serde_json::Value::Null);
}

#[test]
fn a_relative_path_means_another_file_in_cron_s_folder() {
    let server = server();
    let run = at_night(&server, "", "");
    let (place, file) = (run.home().join("deep"), run.home().join("deep/key"));
    let line = format!(
        "cd {} && exec {} doctor --cron corp --password-file key",
        place.display(),
        env!("CARGO_BIN_EXE_mailsend")
    );
    let run = run.file("deep/key", PASSWORD);
    let outcome = Mailsend::program("/bin/sh")
        .args(["-c", &line])
        .env("HOME", run.home())
        .env("PATH", format!("{}/bin:/usr/bin:/bin", run.home().display()))
        .run();
    contains(&outcome, &[&format!("--password-file key is {} here", file.display())]);
    outcome.exit(78);
}

#[test]
fn a_test_mail_is_sent_as_the_job_would_send_it() {
    let server = server();
    let run = at_night(&server, "password_file = '~/password'", "");
    let outcome = run.args(["corp", "--send", "--to", "you@example.com"]).run();
    contains(&outcome, &["you@example.com", "It works under cron", "you@example.com"]);
    outcome.exit(0);
    assert_eq!(caught(&server).len(), 1);
}

#[test]
fn a_charset_of_the_shell_s_locale_is_told_to_cron() {
    let server = server();
    let run = at_night(&server, "password_file = '~/password'", "");
    let outcome = run.arg("corp").env("LANG", "zh_CN.GBK").run();
    contains(&outcome, &["Your locale's charset is GBK", "-p corp --charset GBK -E"]);
    outcome.exit(0);
}
