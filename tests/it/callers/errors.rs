//! What an administrator sees of half-done set-ups: the same in the system's log as on stderr.

use super::Stage;

/// cron's mail, handed over by a user; its status is printed.
fn hand_over(user: &str) -> String {
    format!(
        "as {user} /usr/sbin/sendmail -FCronDaemon -i -B8BITMIME -oem root <<'END' || echo $?\n\
         From: root (Cron Daemon)\nTo: root\nSubject: Cron <root@night> backup\n\nfailed\nEND\n"
    )
}

/// Hands over cron's mail: the status, what stderr says without where the mail is kept, and what the
/// system's log says, which must be the same.
fn told(stage: &Stage, user: &str, before: &str) -> (i32, String) {
    let outcome = stage.play(&format!("{before}\n{}", hand_over(user)));
    let status = outcome.exit(0).stdout_text().trim().parse().unwrap();
    let text = outcome.stderr_text();
    outcome.stderr_contains(&format!("  kept in /home/{user}/.local/state/mailsend/failed/2"));
    let lines = text.lines().filter(|line| !line.starts_with("  kept in "));
    let lines: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
    let logged = stage.logged(" mailsend[");
    for line in &lines {
        let line = line.strip_prefix("mailsend: ").unwrap_or(line);
        assert!(logged.iter().any(|logged| logged.contains(line)), "{line}\n{logged:#?}");
    }
    let who = format!("(user {user}, exit status {status}) ");
    assert!(
        logged.iter().any(|line| line.starts_with("<19>") && line.contains(&who)),
        "{logged:#?}"
    );
    (status, lines.join("\n"))
}

#[test]
fn without_an_alias_the_line_to_add_is_named() {
    let Some(stage) = Stage::new("no-alias") else { return };
    let stage = stage.file("etc/aliases", "amy: amy@DOMAIN\n");
    let (status, text) = told(&stage, "amy", "");
    assert_eq!(status, 78);
    assert_eq!(
        text,
        "mailsend: \"root\" has no domain, and no alias says who that is\n\
         hint: add the line `root: you@example.com` to /etc/aliases, or set qualify_domain"
    );
}

#[test]
fn who_may_not_read_the_password_is_told_which_file_to_share() {
    let Some(stage) = Stage::new("unreadable") else { return };
    let (status, text) = told(&stage, "bob", "");
    assert_eq!(status, 78);
    assert_eq!(
        text,
        "mailsend: no profile in /home/bob/.config/mailsend/config.toml (missing), \
         /etc/mailsend/config.toml (may not be read), and no --host\n\
         hint: this user may not read /etc/mailsend/config.toml: give it a group that the user is \
         in, and chmod 640"
    );
}

#[test]
fn who_may_not_send_as_somebody_else_is_told_of_from_rewrite() {
    let Some(stage) = Stage::new("wrong-from") else { return };
    let outcome = stage.play(
        "as amy /usr/sbin/sendmail -i -f boss@example.test root <<'END' || echo $?\n\
         From: Boss <boss@example.test>\nTo: root\nSubject: x\n\nhi\nEND\n",
    );
    outcome.exit(0).stdout_is("67\n");
    outcome.stderr_contains("Sender address rejected: not owned by user alice@example.test");
    let hint = "hint: from_rewrite = \"always\" in the profile sends it as alice@example.test";
    outcome.stderr_contains(hint);
    assert_eq!(stage.logged(hint).len(), 1);
}

#[test]
fn without_a_network_the_host_is_named() {
    let Some(stage) = Stage::new("no-network") else { return };
    let stage = stage.keys("connect_timeout = 5").file("etc/resolv.conf", "nameserver 127.9.9.9\n");
    let elsewhere = "sed -i 's/localhost/smtp.example.test/' /etc/mailsend/config.toml";
    let (status, text) = told(&stage, "amy", elsewhere);
    assert_eq!(status, 75, "it may come back");
    assert!(text.starts_with("mailsend: system: the host cannot be looked up now: "), "{text}");
    let hint =
        "hint: no name server answered for smtp.example.test: look whether there is a network";
    assert!(text.contains(hint), "{text}");
}

#[test]
fn of_an_unknown_authority_is_told_how_to_trust_it() {
    let Some(stage) = Stage::new("unknown-ca") else { return };
    let (status, text) = told(&stage, "amy", "sed -i /ca_file/d /etc/mailsend/config.toml");
    assert_eq!(status, 77);
    assert!(text.contains("hint: ") && text.contains("ca_file"), "{text}");
    assert!(text.contains("pin_sha256"), "{text}");
}
