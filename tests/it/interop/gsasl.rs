//! SCRAM and its channel binding against GNU SASL: a server of ours has it decide who may log in.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::{
    Authority, Channel, Heard, KeyKind, Leaf, Mailsend, Outcome, RealServer, TalkServer,
};

const JUDGE: &str = include_str!("gsasl.py");

/// Which channel GNU SASL believes that it is on.
#[derive(Clone, Copy)]
enum Binding {
    Right,
    Wrong,
    None,
}

/// GNU SASL in a process of its own.
struct Judge {
    process: Child,
    verdicts: BufReader<ChildStdout>,
}

impl Judge {
    fn new<'a>(gsasl: &RealServer, arguments: impl Iterator<Item = &'a str>) -> Self {
        let mut process = Command::new("python3")
            .args(["-c", JUDGE])
            .args(arguments)
            .env("LD_LIBRARY_PATH", gsasl.setting("LIBRARIES"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let verdicts = BufReader::new(process.stdout.take().unwrap());
        Self { process, verdicts }
    }

    /// What it says to a response: `334 …`, `235 …` or `535 …`.
    fn says(&mut self, response: &str) -> String {
        writeln!(self.process.stdin.as_ref().unwrap(), "{response}").unwrap();
        let mut verdict = String::new();
        self.verdicts.read_line(&mut verdict).unwrap();
        assert!(!verdict.is_empty(), "GNU SASL is gone");
        verdict.trim_end_matches('\n').to_owned()
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        self.process.wait().unwrap();
    }
}

/// What became of a connection.
#[derive(Default)]
struct Served {
    /// What was said last to AUTH.
    verdict: String,
    message: Option<Vec<u8>>,
}

/// What the server goes by.
#[derive(Clone, Copy)]
struct Rules {
    mechanism: &'static str,
    password: &'static str,
    binding: Binding,
}

/// Serves one connection, with TLS from the first octet.
fn serve(channel: &mut Channel, gsasl: &RealServer, rules: Rules) -> Served {
    channel.start_tls().unwrap();
    let mut key = channel.channel_key();
    let key = match rules.binding {
        Binding::None => None,
        Binding::Right => Some(STANDARD.encode(key)),
        Binding::Wrong => {
            key[31] ^= 1;
            Some(STANDARD.encode(key))
        }
    };
    let arguments = [rules.mechanism, rules.password].into_iter().chain(key.as_deref());
    let mut judge = Judge::new(gsasl, arguments);
    let mut served = Served::default();
    say(channel, "220 mail.example.test");
    while let Heard::Line(line) = channel.hear_line() {
        match line.split(' ').next().unwrap() {
            "EHLO" => say(channel, &format!("250-hi\r\n250 AUTH {}", rules.mechanism)),
            "AUTH" => {
                served.verdict = authenticate(channel, &mut judge, rules.mechanism, &line);
                say(channel, &served.verdict);
            }
            "MAIL" | "RCPT" => say(channel, "250 ok"),
            "DATA" => {
                say(channel, "354 go on");
                served.message = Some(channel.hear_message().unwrap());
                say(channel, "250 ok");
            }
            "QUIT" => say(channel, "221 bye"),
            _ => say(channel, "500 what"),
        }
    }
    served
}

/// Hands responses and challenges on, up to the final reply.
fn authenticate(channel: &mut Channel, judge: &mut Judge, mechanism: &str, line: &str) -> String {
    let Some(rest) = line.strip_prefix(&format!("AUTH {mechanism}")) else {
        return "504 not that one".to_owned();
    };
    let mut verdict = match rest.trim() {
        "" => "334 ".to_owned(),
        response => judge.says(response),
    };
    while verdict.starts_with("334") {
        say(channel, &verdict);
        verdict = match channel.hear_line() {
            Heard::Line(line) if line == "*" => "501 so be it".to_owned(),
            Heard::Line(line) => judge.says(&line),
            heard => panic!("{}", heard.shown()),
        };
    }
    verdict
}

fn say(channel: &mut Channel, line: &str) {
    channel.say(format!("{line}\r\n").as_bytes()).unwrap();
}

/// Logs in as alice by this mechanism, with a password of the client and one of the server.
fn log_in(
    mechanism: &'static str,
    (of_client, of_server): (&str, &'static str),
    binding: Binding,
    exit: i32,
) -> Option<(Outcome, Served)> {
    let gsasl = RealServer::gsasl()?;
    let authority = Authority::new();
    let identity = authority.identity(Leaf::Good, KeyKind::P256);
    let rules = Rules { mechanism, password: of_server, binding };
    let (sender, receiver) = mpsc::channel();
    let server = TalkServer::play(Some(&identity), move |channel| {
        sender.send(serve(channel, &gsasl, rules)).unwrap();
    });
    let outcome = Mailsend::new()
        .config(&format!(
            "[profiles.corp]\nhost = 'localhost'\nport = {}\ntls = 'implicit'\n\
             ca_file = 'ca.pem'\nusername = 'alice'\npassword = \"{of_client}\"\n\
             from = 'alice@example.test'\nauth = '{mechanism}'\n",
            server.port()
        ))
        .file(".config/mailsend/ca.pem", authority.pem())
        .args(["-p", "corp", "-t", "x@anywhere.test", "--body", "hello"])
        .run();
    outcome.exit(exit).lacks(of_client);
    server.finish();
    Some((outcome, receiver.recv().unwrap()))
}

fn gets_in(mechanism: &'static str, passwords: (&str, &'static str), binding: Binding) {
    let Some((outcome, served)) = log_in(mechanism, passwords, binding, 0) else { return };
    outcome.silent();
    assert_eq!(served.verdict, "235 alice");
    assert!(served.message.is_some());
}

fn is_refused(mechanism: &'static str, passwords: (&str, &'static str), binding: Binding) {
    let Some((outcome, served)) = log_in(mechanism, passwords, binding, 77) else { return };
    outcome.stderr_contains("535 Error authenticating user");
    assert_eq!(served.verdict, "535 Error authenticating user");
    assert!(served.message.is_none());
}

/// One test for each line: the mechanism, what the server believes of the channel, the passwords of
/// client and server, and what comes of it.
macro_rules! judged {
    ($($name:ident: $mechanism:literal, $binding:ident, $passwords:expr => $becomes:ident;)*) => {$(
        #[test]
        fn $name() {
            $becomes($mechanism, $passwords, Binding::$binding);
        }
    )*};
}

judged! {
    scram_sha_1_gets_in: "SCRAM-SHA-1", None, ("wonder-land1", "wonder-land1") => gets_in;
    scram_sha_256_gets_in: "SCRAM-SHA-256", None, ("wonder-land1", "wonder-land1") => gets_in;
    scram_sha_1_plus_gets_in: "SCRAM-SHA-1-PLUS", Right, ("wonder-land1", "wonder-land1") => gets_in;
    scram_sha_256_plus_gets_in:
        "SCRAM-SHA-256-PLUS", Right, ("wonder-land1", "wonder-land1") => gets_in;
    scram_sha_1_with_a_utf8_password_gets_in: "SCRAM-SHA-1", None, ("pässwörd", "pässwörd") => gets_in;
    scram_sha_256_with_a_utf8_password_gets_in:
        "SCRAM-SHA-256", None, ("pässwörd", "pässwörd") => gets_in;
    scram_sha_256_plus_with_a_utf8_password_gets_in:
        "SCRAM-SHA-256-PLUS", Right, ("pässwörd", "pässwörd") => gets_in;
    scram_prepares_passwords_as_the_standard_says:
        "SCRAM-SHA-256", None, ("\\u2168 \\u00ada\\u0308\\u00a0b", "IX \u{e4} b") => gets_in;
    scram_sha_1_with_a_wrong_password_is_refused:
        "SCRAM-SHA-1", None, ("under-land1", "wonder-land1") => is_refused;
    scram_sha_256_with_a_wrong_password_is_refused:
        "SCRAM-SHA-256", None, ("under-land1", "wonder-land1") => is_refused;
    scram_sha_1_plus_with_a_wrong_password_is_refused:
        "SCRAM-SHA-1-PLUS", Right, ("under-land1", "wonder-land1") => is_refused;
    scram_sha_256_plus_with_a_wrong_password_is_refused:
        "SCRAM-SHA-256-PLUS", Right, ("under-land1", "wonder-land1") => is_refused;
    scram_sha_1_plus_on_another_channel_is_refused:
        "SCRAM-SHA-1-PLUS", Wrong, ("wonder-land1", "wonder-land1") => is_refused;
    scram_sha_256_plus_on_another_channel_is_refused:
        "SCRAM-SHA-256-PLUS", Wrong, ("wonder-land1", "wonder-land1") => is_refused;
}
