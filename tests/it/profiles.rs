//! `mailsend profiles`: what is listed, shown, found wrong and imported.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use super::support::Mailsend;

const TWO: &str = "default_profile = \"qq\"\n\
                   [defaults]\nconnect_timeout = 20\n\
                   [profiles.base]\nport = 587\n\
                   [profiles.qq]\nhost = \"smtp.qq.com\"\nport = 465\nusername = \"n@qq.com\"\n\
                   password = \"hunter2\"\n\
                   [profiles.corp]\nextends = \"base\"\nhost = \"relay.corp.example\"\n\
                   headers = [\"X-A: 1\", \"X-B: 2\"]\n";

fn profiles(words: &[&str]) -> Mailsend {
    Mailsend::new().arg("profiles").args(words.iter().copied())
}

#[test]
fn the_list_is_a_table_with_the_default_marked() {
    let run = profiles(&["list"])
        .config(&TWO.replace("[profiles.base]\n", "[profiles.base]\nhost=\"b\"\n"));
    let file = run.home().join(".config/mailsend/config.toml");
    let file = file.display();
    run.run().exit(0).stderr_is("").stdout_is(&format!(
        "  NAME     SERVER                  FROM      WRITTEN IN\n  \
           base     b:587                   -         {file}:4\n  \
           corp     relay.corp.example:587  -         {file}:12\n\
         * qq       smtp.qq.com:465         n@qq.com  {file}:7\n  \
           sandbox  on this machine         -         built in\n"
    ));
}

#[test]
fn without_a_command_profiles_are_listed() {
    profiles(&[]).config(TWO).run().exit(0).stdout_contains("* qq ");
}

#[test]
fn the_list_is_an_object_too() {
    let run = profiles(&["list", "--json"]).config(TWO).env("MAILSEND_PROFILE", "corp");
    let object = run.run().exit(0).json();
    assert_eq!(object["default"], "corp");
    let corp = &object["profiles"][1];
    assert_eq!((&corp["name"], &corp["default"]), (&"corp".into(), &true.into()));
    assert_eq!((&corp["host"], &corp["port"]), (&"relay.corp.example".into(), &587.into()));
    assert_eq!(object["profiles"][0]["error"], "profile base: no host is set");
}

#[test]
fn without_any_profile_the_places_are_named() {
    let run = profiles(&["list"]);
    let place = run.home().join(".config/mailsend/config.toml");
    let said = format!("mailsend: no profile in {} (missing)", place.display());
    run.run().exit(0).stderr_contains(&said).stdout_contains("sandbox");
}

#[test]
fn a_profile_is_shown_key_by_key_with_where_each_value_comes_from() {
    let run = profiles(&["show", "corp"]).config(TWO);
    let file = run.home().join(".config/mailsend/config.toml").display().to_string();
    let shown = run.run();
    let text = shown.exit(0).stderr_is("").stdout_text();
    assert!(text.starts_with(&format!("profile corp, written in {file}:11\n\nKEY ")), "{text}");
    let lines: Vec<String> =
        text.lines().map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "extends base FILE:12",
        "host relay.corp.example FILE:13",
        "port 587 FILE:5 of base",
        "connect_timeout 20 FILE:3 [defaults]",
        "server_name relay.corp.example by host",
        "headers X-A: 1 FILE:14",
        "X-B: 2",
        "tls starttls by port",
        "timeout_data 120 built in",
    ] {
        let line = line.replace("FILE", &file);
        assert!(lines.contains(&line), "{line} is missing in\n{text}");
    }
}

#[test]
fn the_profile_that_would_be_used_is_shown_and_no_password() {
    let shown = profiles(&["show"]).config(TWO).run();
    shown.exit(0).stdout_contains("profile qq").stdout_contains("***").lacks("hunter2");
    let shown = profiles(&["show", "--json"]).config(TWO).run();
    let object = shown.exit(0).lacks("hunter2").json();
    assert_eq!(object["profile"], "qq");
    let keys = object["keys"].as_array().unwrap();
    let key = |name: &str| keys.iter().find(|key| key["key"] == name).unwrap();
    assert_eq!(key("password")["value"], "***");
    assert_eq!(key("port")["value"], 465);
    assert_eq!(
        (&key("port")["source"]["line"], &key("port")["source"]["profile"]),
        (&8.into(), &"qq".into())
    );
    assert_eq!(key("tls")["source"]["key"], "port");
    assert_eq!(key("connect_timeout")["source"]["defaults"], true);
    assert_eq!(key("auth")["source"]["built_in"], true);
}

#[test]
fn what_cannot_be_shown_says_why() {
    profiles(&["show", "sandbox"]).run().exit(64).stderr_contains("is built in");
    profiles(&["show", "crop"])
        .config(TWO)
        .run()
        .exit(78)
        .stderr_contains("no profile \"crop\" in")
        .stderr_contains("hint: did you mean \"corp\"?");
    profiles(&["show", "crop"])
        .run()
        .exit(78)
        .stderr_contains("hint: `mailsend profiles add ADDRESS` sets one up");
    profiles(&["show"])
        .config("prot = 1\nhots = 2")
        .run()
        .exit(78)
        .stderr_contains("hint: mailsend profiles check finds everything that is wrong");
}

#[test]
fn on_a_terminal_of_80_columns_no_line_is_longer() {
    // A pseudo-terminal by `script`, whose size stty sets.
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/mailsend");
    fs::create_dir_all(&folder).unwrap();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/config.example.toml");
    fs::copy(example, folder.join("config.toml")).unwrap();
    for words in ["list", "show corp-relay-pinned", "show corp-relay-in-the-clear"] {
        let command =
            format!("stty cols 80 rows 24; {} profiles {words}", env!("CARGO_BIN_EXE_mailsend"));
        let output = Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .env("HOME", home.path())
            .env_remove("XDG_CONFIG_HOME")
            .stdin(Stdio::null())
            .output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        assert!(text.contains("config.toml:"), "{text}");
        for line in text.lines().map(|line| line.trim_end_matches('\r')) {
            assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
        }
    }
}

#[test]
fn a_check_finds_everything_at_once_and_runs_nothing() {
    let run = profiles(&["check"])
        .file("open.password", "hunter2")
        .config(
            "[profiles.a]\nprot = 1\nhost = \"h\"\nca_file = \"/nonexistent/ca.pem\"\n\
             username = \"n\"\npassword_command = \"no-such-program x\"\n\
             [profiles.b]\nhost = \"h\"\nusername = \"n\"\npassword_file = \"../../open.password\"\n\
             [profiles.c]\nhost = \"h\"\nusername = \"n\"\ntls = \"none\"\n\
             danger_cleartext_auth = true\npassword_env = \"GONE\"\n\
             [profiles.d]\nhost = \"h\"\nusername = \"n\"\npassword_command = \"touch ran\"\n",
        );
    let home = run.home();
    let readable = fs::Permissions::from_mode(0o644);
    fs::set_permissions(home.join("open.password"), readable).unwrap();
    let file = home.join(".config/mailsend/config.toml").display().to_string();
    let outcome = run.run();
    outcome.exit(78).stderr_is("").stdout_is(
        &"FILE:2:1: unknown key \"prot\" in [profiles.a]\n\
          hint: did you mean \"port\"?\n\
          FILE:4:11: ca_file /nonexistent/ca.pem: no such file or directory\n\
          FILE:6:20: password_command: there is no program no-such-program\n\
          FILE:10:17: password_file: others may read HOME/.config/mailsend/../../open.password\n\
          hint: run chmod 600 HOME/.config/mailsend/../../open.password, or where that is impossible, \
          set danger_readable_secret_file = true\n\
          FILE:15:25: warning: danger_cleartext_auth: send the password where anybody on the way \
          can read it\n\
          FILE:16:16: warning: password_env: the variable GONE is not set\n"
            .replace("FILE", &file)
            .replace("HOME", &home.display().to_string()),
    );
    assert!(!home.join("ran").exists(), "the command was run");
}

#[test]
fn a_check_looks_the_aliases_up() {
    let config = "[profiles.a]\nhost = \"h\"\naliases = \"../../aliases\"\n\
                  [aliases]\nwww = \"root\"\nroot = \"www\"\n";
    let run = profiles(&["check"]).config(config);
    let file = run.home().join(".config/mailsend/config.toml").display().to_string();
    let missing = "FILE:3:11: aliases: cannot read FOLDER/../../aliases: there is no such file\n";
    let folder = file.trim_end_matches("/config.toml").to_owned();
    run.run().exit(78).stdout_is(&missing.replace("FILE", &file).replace("FOLDER", &folder));
    let run = profiles(&["check"]).config(config).file("aliases", "nobody: nick\n");
    let file = run.home().join(".config/mailsend/config.toml").display().to_string();
    let found = "FILE:6:8: root: goes in a circle: www stands for root stands for www\n\
                 FILE:5:7: www: goes in a circle: root stands for www stands for root\n";
    let outcome = run.run();
    outcome.exit(78);
    for line in found.replace("FILE", &file).lines() {
        outcome.stdout_contains(line);
    }
    outcome.stdout_contains("aliases:1:9: warning: \"nick\" has no domain, and no alias says who");
}

#[test]
fn permissions_are_checked_and_warnings_alone_are_no_failure() {
    let secret = "[profiles.a]\nhost = \"h\"\nusername = \"n\"\npassword = \"hunter2\"\n";
    let run = profiles(&["check"]).config(secret);
    let file = run.home().join(".config/mailsend/config.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    run.run().exit(78).stdout_contains("holds a password and others may read it").lacks("hunter2");
    profiles(&["check"]).config(secret).run().exit(0).silent();
    let danger = "[profiles.a]\nhost = \"h\"\ndanger_accept_invalid_certs = true\n";
    profiles(&["check"]).config(danger).run().exit(0).stdout_contains(": warning: danger_accept");
}

#[test]
fn a_check_is_an_object_too() {
    let run = profiles(&["check", "--json"]).config("[profiles.a]\nhsot = 1\n");
    let object = run.run().exit(78).json();
    assert_eq!((&object["status"], &object["exit"]), (&"failed".into(), &78.into()));
    let finding = &object["findings"][0];
    assert_eq!((&finding["severity"], &finding["line"]), (&"error".into(), &1.into()));
    assert_eq!(object["findings"][1]["hint"], "did you mean \"host\"?");
}

const MSMTPRC: &str = "defaults\nauth on\ntls on\nlogfile_time_format %s\naccount work\nhost h.example\n\
                       port 587\nfrom n@x.y\nuser n\npassword hunter2\naccount default : work\n";

#[test]
fn an_import_prints_profiles_that_load_and_names_what_is_lost() {
    let outcome = profiles(&["import", ".msmtprc"]).file(".msmtprc", MSMTPRC).run();
    outcome.exit(0).lacks("hunter2").stderr_is(
        ".msmtprc:4: logfile_time_format: the log has the time as RFC 3339 writes it\n\
         .msmtprc:10: the password of work is not printed; --write takes it over\n",
    );
    let config = outcome.stdout_text();
    let checked = profiles(&["check"]).config(&config).run();
    checked.exit(0).silent();
    profiles(&["show"]).config(&config).run().exit(0).stdout_contains("h.example");
}

#[test]
fn an_import_is_written_where_nobody_else_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("sub/config.toml");
    let config = config.to_str().unwrap();
    let write = || {
        let words = ["import", ".msmtprc", "--write", "--config", config];
        profiles(&words).file(".msmtprc", MSMTPRC).run()
    };
    write().exit(0).lacks("hunter2").stderr_contains("mailsend: work added to");
    let text = fs::read_to_string(config).unwrap();
    assert!(text.starts_with("default_profile = \"work\"\n\n[profiles.work]\n"), "{text}");
    assert!(text.contains("password = \"hunter2\"\n"), "{text}");
    assert_eq!(fs::metadata(config).unwrap().permissions().mode() & 0o777, 0o600);
    profiles(&["check", "--config", config]).run().exit(0).silent();
    write().exit(73).stderr_contains("has these profiles already: work");
    assert_eq!(fs::read_to_string(config).unwrap(), text);
}

#[test]
fn an_import_is_added_to_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let old = "# mine\n[profiles.old]\nhost = \"o\"";
    fs::write(&config, old).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o644)).unwrap();
    let words = ["import", ".msmtprc", "--write", "--config", config.to_str().unwrap()];
    profiles(&words).file(".msmtprc", MSMTPRC).run().exit(0);
    let text = fs::read_to_string(&config).unwrap();
    assert!(text.starts_with(&format!("{old}\n\n[profiles.work]\n")), "{text}");
    assert_eq!(fs::metadata(&config).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn settings_that_nobody_knows_are_refused() {
    profiles(&["import", "x"])
        .file("x", "colour = red\n")
        .run()
        .exit(64)
        .stderr_contains("hint: give --format msmtp, mutt or git");
    profiles(&["import", "gone"]).run().exit(66).stderr_contains("cannot read gone");
    profiles(&["import", ".gitconfig"])
        .file(".gitconfig", "[user]\nname = n\n")
        .run()
        .exit(66)
        .stderr_contains(".gitconfig has no settings to send with");
}
