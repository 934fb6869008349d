//! What these programs passed to sendmail or mail when it was recorded (`tests/fixtures/callers`), also
//! where none of them can be had.

use std::fs;

use mailsend::sandbox::Caught;

use super::WATCH;
use super::arrived::Arrived;
use crate::support::{Mailsend, caught, sandbox};

/// A call, and what becomes of it.
struct Call {
    name: &'static str,
    reverse_path: &'static str,
    /// The author's name and address.
    author: (&'static str, &'static str),
    recipients: &'static [&'static str],
    subject: &'static str,
}

const fn call(
    name: &'static str,
    reverse_path: &'static str,
    author: (&'static str, &'static str),
    recipients: &'static [&'static str],
    subject: &'static str,
) -> Call {
    Call { name, reverse_path, author, recipients, subject }
}

#[rustfmt::skip]
const CALLS: &[Call] = &[
    call("cron", WATCH, CRON, ROOT,
        r"Cron <root@night> echo 'naïve café: 5 % saved'; printf '.\n..\nFrom here \n\tα' # Tür"),
    call("cron-addresses", WATCH, ("", "nightly@example.org"),
        &["one@example.org", "two@example.org"], "Cron <amy@night> echo $HOME"),
    call("cron-base64", WATCH, CRON, &["base64@example.org"],
        "Cron <amy@night> echo 'not base64'; id -un"),
    call("anacron", WATCH, ("Anacron", WATCH), ROOT, "Anacron job 'daily' on night"),
    call("at", WATCH, PROFILE, ROOT, "Output from your job        1"),
    call("git", WATCH, AMY, REVIEWERS, "[PATCH] Prüfung: naïve café"),
    call("git-sender", "amy@example.org", AMY, REVIEWERS, "[PATCH] Prüfung: naïve café"),
    call("mutt", WATCH, ("Amy Ä", "amy@night.example.test"),
        &["bob@example.org", "root@night.example.test", "cc@example.org", BCC], SUBJECT),
    call("s-nail", WATCH, PROFILE, EVERYBODY, SUBJECT),
    call("s-nail-sender", "me@example.org", ("", "me@example.org"), &["bob@example.org"], "Prüfung"),
    call("bsd-mailx", WATCH, PROFILE, EVERYBODY, SUBJECT),
    call("mdadm", WATCH, ("mdadm monitoring", WATCH), ROOT,
        "TestMessage event on /dev/md0:night"),
    call("logwatch", WATCH, PROFILE, ROOT, "Logwatch for night (Linux)"),
    call("unattended-upgrades", WATCH, PROFILE, ROOT,
        "unattended-upgrades result for night.example.test: SUCCESS"),
    call("smartd", WATCH, PROFILE, ROOT, SMART),
    call("smartd-several", WATCH, PROFILE, &["root@example.net", "ops@example.org"], SMART),
    call("apcupsd", WATCH, PROFILE, ROOT, "night UPS tower Power Failure !!!"),
    call("apticron", WATCH, PROFILE, ROOT, "1 Debian package update(s) for night.example.test"),
    call("apticron-from", "apt@example.org", ("Ära", "apt@example.org"),
        &["root@example.net", "ops@example.org"], "Grüße: night.example.test"),
    call("fail2ban", WATCH, PROFILE, ROOT,
        "[Fail2Ban] parrot: banned 192.0.2.9 from night.example.test"),
    call("rkhunter", WATCH, PROFILE, ROOT, "[rkhunter] Warnings found for night"),
    call("php", "web@example.org", PROFILE, &["bob@example.org", "root@example.net", BCC], SUBJECT),
    call("python", WATCH, ("Jobs", "jobs@example.org"),
        &["bob@example.org", "root@example.net", BCC], SUBJECT),
];

const PROFILE: (&str, &str) = ("Night Watch", WATCH);
const CRON: (&str, &str) = ("Cron Daemon", WATCH);
const AMY: (&str, &str) = ("Amy Ä", "amy@example.org");
const BCC: &str = "bcc@example.org";
const ROOT: &[&str] = &["root@example.net"];
const EVERYBODY: &[&str] = &["bob@example.org", "root@example.net", "cc@example.org", BCC];
const REVIEWERS: &[&str] =
    &["bob@example.org", "cc@example.org", "amy@example.org", "uwe@example.org", BCC];
const SUBJECT: &str = "Prüfung: naïve café";
const SMART: &str = "SMART error (EmailTest) detected on host: night";

/// Whether it was mail that was called, which takes a text, and not sendmail, which takes a message.
fn is_for_mail(name: &str) -> bool {
    recorded(&format!("{name}.argv")).starts_with(b"/usr/bin/mail")
}

fn recorded(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/callers");
    fs::read(format!("{folder}/{name}")).unwrap()
}

/// What a server gets of it, by a profile that has an alias for root.
fn sent(name: &str) -> Caught {
    let server = sandbox("submission", "secret");
    let profile = format!(
        "[profiles.system]\nhost = '127.0.0.1'\nport = {}\ntls = 'starttls'\n\
         pin_sha256 = ['{}']\nusername = '{WATCH}'\npassword = 'secret'\n\
         from = 'Night Watch <{WATCH}>'\n\n[aliases]\nroot = 'root@example.net'\n",
        server.address().port(),
        server.certificate_pin(),
    );
    let words = String::from_utf8(recorded(&format!("{name}.argv"))).unwrap();
    // The first is the program.
    let words = words.lines().skip(1);
    let program = if is_for_mail(name) { "mail" } else { "sendmail" };
    let run = Mailsend::new().config(&profile).arg(program).args(words);
    run.stdin(recorded(&format!("{name}.eml"))).run().exit(0).silent();
    caught(&server).pop().unwrap()
}

#[test]
fn every_recorded_call_is_sent_from_whom_and_for_whom_it_is() {
    for Call { name, reverse_path, author, recipients, subject } in CALLS {
        let caught = sent(name);
        assert_eq!(caught.envelope.reverse_path, *reverse_path, "{name}");
        assert_eq!(caught.envelope.recipients, *recipients, "{name}");
        let mail = Arrived::new(caught.head(u64::MAX).unwrap());
        mail.is_whole().is_from(author.0, author.1).is_about(subject);
        let given = String::from_utf8(recorded(&format!("{name}.eml"))).unwrap();
        let given = given.replace("\r\n", "\n");
        // The last line is ended on the way.
        let ended = |text: &str| format!("{}\n", text.strip_suffix('\n').unwrap_or(text));
        if is_for_mail(name) {
            assert_eq!(mail.parsed.text, Some(ended(&given)), "{name}");
        } else {
            mail.says(&ended(given.split_once("\n\n").unwrap().1));
        }
    }
}

#[test]
fn every_recording_is_sent() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/callers");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    let mut recorded: Vec<String> =
        names.filter_map(|name| name.strip_suffix(".argv").map(str::to_owned)).collect();
    recorded.sort();
    let mut sent: Vec<&str> = CALLS.iter().map(|call| call.name).collect();
    sent.sort_unstable();
    assert_eq!(recorded, sent);
}
