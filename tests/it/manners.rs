//! The manners of the sandbox, each proven by a client that is not ours: curl, swaks and Python's
//! smtplib meet the trouble that the real server is known for.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Once;

use tempfile::TempDir;

/// A sandbox that runs until the test ends.
struct Sandbox {
    child: Child,
    port: u16,
    folder: TempDir,
}

/// What a client did: its exit status and all that it said.
struct Ran {
    exit: Option<i32>,
    said: String,
}

impl Sandbox {
    fn start(manner: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_mailsend"))
            .args(["sandbox", "--listen", "127.0.0.1:0", "--manner", manner])
            .arg("--ca-out")
            .arg(folder.path().join("ca.pem"))
            .arg("--maildir")
            .arg(folder.path().join("maildir"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split(' ').nth(3).unwrap_or_else(|| panic!("{manner}: {line}"));
        let port = address.rsplit(':').next().unwrap().parse().unwrap();
        Self { child, port, folder }
    }

    /// Has curl submit a short message from zhang@x.com to a@x.com, verbosely.
    fn curl(&self, words: &[&str]) -> Ran {
        self.curl_with(words, "Subject: x\r\n\r\nhello\r\n")
    }

    fn curl_with(&self, words: &[&str], message: &str) -> Ran {
        let file = self.folder.path().join("message.eml");
        fs::write(&file, message).unwrap();
        let mut command = Command::new("curl");
        command.args(["-q", "-sS", "-v", "--max-time", "100", "--mail-from", "zhang@x.com"]);
        if !words.contains(&"--mail-rcpt") {
            command.args(["--mail-rcpt", "a@x.com"]);
        }
        if !words.contains(&"-T") {
            command.arg("-T").arg(&file);
        }
        let scheme = if words.contains(&"--implicit") { "smtps" } else { "smtp" };
        command.args(words.iter().filter(|word| **word != "--implicit"));
        command.arg(format!("{scheme}://localhost:{}/client.example", self.port));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let output = command.stdin(fs::File::open(&file).unwrap()).output();
        Ran::of(output.expect("the tests need curl"))
    }

    fn python(&self, script: &str) -> Ran {
        let port = self.port.to_string();
        let output = Command::new("python3").args(["-c", script, &port]).output();
        Ran::of(output.expect("the tests need python3"))
    }

    /// Where the certificate of the authority is.
    fn authority(&self) -> String {
        self.folder.path().join("ca.pem").to_string_lossy().into_owned()
    }

    /// How many messages were kept.
    fn kept(&self) -> usize {
        fs::read_dir(self.folder.path().join("maildir/new")).unwrap().count()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ran {
    fn of(output: Output) -> Self {
        let said = [output.stdout, output.stderr].concat();
        let said = encoding_rs::GB18030.decode_without_bom_handling(&said).0.into_owned();
        Self { exit: output.status.code(), said }
    }

    #[track_caller]
    fn ended(&self, exit: i32, said: &str) {
        assert_eq!(self.exit, Some(exit), "{}", self.said);
        assert!(self.said.contains(said), "{said} is not in: {}", self.said);
    }
}

/// The right password, and STARTTLS required with any certificate.
const LOGIN: &[&str] = &["-u", "zhang@x.com:sandbox"];
const STARTTLS: &[&str] = &["--ssl-reqd", "-k", "-u", "zhang@x.com:sandbox"];
const WRONG: &[&str] = &["--ssl-reqd", "-k", "-u", "zhang@x.com:wrong"];

#[test]
fn open_takes_mail_without_more_ado() {
    let sandbox = Sandbox::start("open");
    sandbox.curl(&[]).ended(0, "< 250 2.0.0 Ok: queued as 1");
    assert_eq!(sandbox.kept(), 1);
}

#[test]
fn submission_wants_starttls_and_a_login() {
    let sandbox = Sandbox::start("submission");
    let ca = sandbox.authority();
    let words = ["--ssl-reqd", "--cacert", &ca, "-u", "zhang@x.com:sandbox"];
    sandbox.curl(&words).ended(0, "< 250 2.0.0 Ok: queued as 1");
    sandbox.curl(LOGIN).ended(55, "< 530 5.7.0 Must issue a STARTTLS command first");
}

#[test]
fn qq_explains_itself_in_gbk_and_wants_the_login_as_sender() {
    let sandbox = Sandbox::start("qq");
    let ca = sandbox.authority();
    let with = |login| sandbox.curl(&["--implicit", "--cacert", &ca, "-u", login]);
    with("zhang@x.com:wrong").ended(67, "请使用授权码登录");
    with("li@x.com:sandbox").ended(55, "< 501 mail from address must be same as authorization");
    with("zhang@x.com:sandbox").ended(0, "queued as 1");
}

#[test]
fn the_authority_of_the_corporate_relay_is_unknown() {
    let sandbox = Sandbox::start("corp-relay-unknown-ca");
    sandbox.curl(&["--ssl-reqd", "-u", "zhang@x.com:sandbox"]).ended(60, "certificate");
    sandbox.curl(STARTTLS).ended(0, "queued as 1");
}

#[test]
fn the_broken_starttls_of_the_corporate_relay_breaks_in_three_ways() {
    for (manner, exit, said) in [
        ("corp-relay-broken-starttls", 35, "< 220 2.0.0 Ready to start TLS"),
        ("corp-relay-broken-starttls-454", 64, "< 454 4.7.0 TLS not available"),
        ("corp-relay-broken-starttls-close", 35, "< 220 2.0.0 Ready to start TLS"),
    ] {
        let sandbox = Sandbox::start(manner);
        sandbox.curl(STARTTLS).ended(exit, said);
        sandbox.curl(LOGIN).ended(0, "queued as 1");
    }
}

#[test]
fn a_corporate_relay_may_offer_auth_only_in_the_clear() {
    let sandbox = Sandbox::start("corp-relay-auth-only-in-clear");
    sandbox.curl(STARTTLS).ended(55, "< 530 5.7.0 Authentication required");
    sandbox.curl(LOGIN).ended(0, "queued as 1");
}

#[test]
fn sendcloud_refuses_the_password_of_those_who_wait_for_its_prompt() {
    let sandbox = Sandbox::start("sendcloud");
    sandbox.curl(LOGIN).ended(67, "< 535 5.7.8 Authentication Failed");
    sandbox.curl(&[LOGIN, &["--sasl-ir"]].concat()).ended(0, "queued as 1");
}

#[test]
fn swaks_asks_sendcloud_in_vain_too() {
    if Command::new("swaks").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "swaks is missing: start tests/run");
        // Once, and past the harness, which keeps what a passing test prints to itself.
        static LOUD: Once = Once::new();
        LOUD.call_once(|| {
            let _ = writeln!(std::io::stderr(), "SKIPPED: what needs swaks");
        });
        return;
    }
    let sandbox = Sandbox::start("sendcloud");
    let output = Command::new("swaks")
        .args(["--server", "127.0.0.1", "--port", &sandbox.port.to_string()])
        .args(["--from", "zhang@x.com", "--to", "a@x.com", "--helo", "client.example"])
        .args(["--auth", "LOGIN", "--auth-user", "zhang@x.com", "--auth-password", "sandbox"])
        .output()
        .unwrap();
    // swaks: 28 is an error in AUTH.
    Ran::of(output).ended(28, "535 5.7.8 Authentication Failed");
}

#[test]
fn a_server_that_prompts_refuses_the_user_name_in_the_auth_line() {
    let sandbox = Sandbox::start("login-prompted-only");
    sandbox.curl(&[STARTTLS, &["--sasl-ir"]].concat()).ended(67, "< 501 5.5.4 ");
    sandbox.curl(STARTTLS).ended(0, "queued as 1");
}

#[test]
fn gmail_wants_an_app_password() {
    let sandbox = Sandbox::start("gmail-like");
    let said = "< 534-5.7.9 Application-specific password required. For more information, go to";
    sandbox.curl(WRONG).ended(67, said);
    sandbox.curl(STARTTLS).ended(0, "queued as 1");
}

#[test]
fn a_greylist_takes_the_second_attempt() {
    let sandbox = Sandbox::start("greylist");
    sandbox.curl(&[]).ended(55, "< 450 4.2.0 Greylisted");
    sandbox.curl(&[]).ended(0, "queued as 1");
    sandbox.curl(&["--mail-rcpt", "b@x.com"]).ended(55, "< 450 4.2.0 Greylisted");
}

#[test]
fn recipients_are_refused_by_name() {
    let sandbox = Sandbox::start("rejects-one");
    let to = |recipient| sandbox.curl(&["--mail-rcpt", recipient]);
    to("nobody@x.com").ended(55, "< 550 5.1.1 No such user here");
    to("later@x.com").ended(55, "< 450 4.2.1 Mailbox busy");
    to("a@x.com").ended(0, "queued as 1");
}

#[test]
fn two_recipients_are_taken_in_one_transaction() {
    let sandbox = Sandbox::start("takes-two");
    let more = [
        "--mail-rcpt-allowfails",
        "--mail-rcpt",
        "b@x.com",
        "--mail-rcpt",
        "c@x.com",
        "--mail-rcpt",
        "d@x.com",
    ];
    let outcome = sandbox.curl(&more);
    outcome.ended(0, "< 452 4.5.3 Too many recipients");
    outcome.ended(0, "queued as 1");
}

#[test]
fn what_is_too_big_is_refused_at_once_or_at_the_end() {
    let sandbox = Sandbox::start("too-big");
    let message = format!("Subject: x\r\n\r\n{}", "0123456789\r\n".repeat(2000));
    sandbox.curl_with(&[], &message).ended(55, "< 552 5.3.4 Message size exceeds the limit");
    // From a pipe curl does not know the size and cannot state it.
    let unstated = sandbox.curl_with(&["-T", "-"], &message);
    assert_ne!(unstated.exit, Some(0), "{}", unstated.said);
    assert!(unstated.said.contains("< 552 5.3.4 Message too large"), "{}", unstated.said);
    assert_eq!(sandbox.kept(), 0);
}

#[test]
fn a_slow_server_outlasts_an_impatient_client() {
    let sandbox = Sandbox::start("slow");
    // The greeting alone takes half a second, and so does every further reply.
    let impatient = sandbox.curl(&["--max-time", "1"]);
    assert_eq!(impatient.exit, Some(28), "{}", impatient.said);
    sandbox.curl(&[]).ended(0, "queued as 1");
}

#[test]
fn an_answer_that_gets_lost_leaves_a_message_behind() {
    let sandbox = Sandbox::start("drops-at-dot");
    let ran = sandbox.curl(&[]);
    assert!(ran.exit != Some(0) && ran.said.contains("< 354 "), "{}", ran.said);
    assert!(!ran.said.contains("queued"), "{}", ran.said);
    assert_eq!(sandbox.kept(), 1);
}

#[test]
fn an_echo_repeats_the_password() {
    let sandbox = Sandbox::start("echoes-auth");
    // \0zhang@x.com\0wrong
    sandbox.curl(WRONG).ended(67, "authentication failed: AHpoYW5nQHguY29tAHdyb25n");
}

#[test]
fn a_chunk_that_was_refused_is_obeyed_by_the_server_that_keeps_it() {
    let script = r#"
import smtplib, sys
smtp = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), "client.example")
smtp.ehlo()
print("offered", smtp.has_extn("chunking"))
print(smtp.mail("zhang@x.com")[0], smtp.rcpt("nobody@x.com")[0])
chunk = b"VRFY smuggled\r\n"
smtp.send(b"BDAT %d LAST\r\n" % len(chunk) + chunk)
print(smtp.getreply()[0])
print(*smtp.docmd("NOOP"))
"#;
    let keeps = Sandbox::start("keeps-chunk").python(script);
    keeps.ended(0, "offered True\n250 550\n554\n252 b'2.5.0 ");
    let discards = Sandbox::start("rejects-one").python(script);
    discards.ended(0, "offered True\n250 550\n554\n250 b'2.0.0 Ok'");
}

#[test]
fn no_manner_goes_without_a_proof() {
    let listed = Command::new(env!("CARGO_BIN_EXE_mailsend")).args(["sandbox", "--list"]).output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    let this: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/manners.rs");
    let this = fs::read_to_string(this).unwrap();
    for line in listed.lines() {
        let (name, description) = line.split_once("  ").unwrap();
        assert!(this.contains(&format!("\"{name}\"")), "{name}");
        assert!(description.trim().len() > 20, "{line}");
    }
}
