//! SCRAM and its channel binding against GNU SASL: a server of ours has it decide who may log in.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::{Authority, Channel, Heard, Identity, KeyKind, Leaf, Mailsend, RealServer};

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
    fn new(gsasl: &RealServer, arguments: &[&str]) -> Self {
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

/// Serves one connection, and returns what it said last to AUTH, and the message.
fn serve(
    gsasl: RealServer,
    identity: &Identity,
    (mechanism, password, binding): (&'static str, &'static str, Binding),
) -> (u16, JoinHandle<(String, Option<Vec<u8>>)>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = identity.server_config();
    let serving = thread::spawn(move || {
        let mut channel = Channel::new(listener.accept().unwrap().0, Some(config));
        channel.start_tls().unwrap();
        let mut exporter = channel.tls_exporter();
        let binding = match binding {
            Binding::None => None,
            Binding::Right => Some(STANDARD.encode(exporter)),
            Binding::Wrong => {
                exporter[31] ^= 1;
                Some(STANDARD.encode(exporter))
            }
        };
        let arguments: Vec<&str> =
            [mechanism, password].into_iter().chain(binding.as_deref()).collect();
        let mut judge = Judge::new(&gsasl, &arguments);
        let mut said = String::new();
        let mut message = None;
        say(&mut channel, "220 mail.example.test");
        while let Heard::Line(line) = channel.hear_line() {
            match line.split_once(' ').map_or(&*line, |(verb, _)| verb) {
                "EHLO" => say(&mut channel, &format!("250-hi\r\n250 AUTH {mechanism}")),
                "AUTH" => {
                    said = authenticate(&mut channel, &mut judge, mechanism, &line);
                    say(&mut channel, &said);
                }
                "MAIL" | "RCPT" => say(&mut channel, "250 ok"),
                "DATA" => {
                    say(&mut channel, "354 go on");
                    message = Some(channel.hear_message().unwrap());
                    say(&mut channel, "250 ok");
                }
                "QUIT" => say(&mut channel, "221 bye"),
                _ => say(&mut channel, "500 what"),
            }
        }
        (said, message)
    });
    (port, serving)
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

/// Logs in as alice by this mechanism with a password of the client and one of the server; returns
/// the exit status, what the server said to AUTH, and whether a message came.
fn log_in(
    mechanism: &'static str,
    (of_client, of_server): (&str, &'static str),
    binding: Binding,
) -> Option<(i32, String, bool)> {
    let gsasl = RealServer::gsasl()?;
    let authority = Authority::new();
    let identity = authority.identity(Leaf::Good, KeyKind::P256);
    let (port, serving) = serve(gsasl, &identity, (mechanism, of_server, binding));
    let outcome = Mailsend::new()
        .config(&format!(
            "[profiles.corp]\nhost = 'localhost'\nport = {port}\ntls = 'implicit'\n\
             ca_file = 'ca.pem'\nusername = 'alice'\npassword = \"{of_client}\"\n\
             from = 'alice@example.test'\nauth = '{mechanism}'\n"
        ))
        .file(".config/mailsend/ca.pem", authority.pem())
        .args(["-p", "corp", "-t", "x@anywhere.test", "--body", "hello"])
        .run();
    let (said, message) = serving.join().unwrap();
    outcome.lacks(of_client);
    if outcome.status() != 0 {
        outcome.stderr_contains(&said);
    }
    Some((outcome.status(), said, message.is_some()))
}

/// One test for each line: the mechanism, what the server believes of the channel, the passwords of
/// client and server, and whether they let the mail through.
macro_rules! judged {
    ($($name:ident: $mechanism:literal, $binding:ident, ($($passwords:literal),*) => $passes:literal;)*) => {$(
        #[test]
        fn $name() {
            let Some((status, said, passed)) =
                log_in($mechanism, ($($passwords),*), Binding::$binding) else { return };
            let expected = if $passes { (0, "235 alice", true) } else { (77, &*said, false) };
            assert_eq!((status, &*said, passed), expected);
            assert!($passes || said.starts_with("535 "), "{said}");
        }
    )*};
}

judged! {
    scram_sha_1_gets_in: "SCRAM-SHA-1", None, ("wonder-land1", "wonder-land1") => true;
    scram_sha_256_gets_in: "SCRAM-SHA-256", None, ("wonder-land1", "wonder-land1") => true;
    scram_sha_1_plus_gets_in: "SCRAM-SHA-1-PLUS", Right, ("wonder-land1", "wonder-land1") => true;
    scram_sha_256_plus_gets_in:
        "SCRAM-SHA-256-PLUS", Right, ("wonder-land1", "wonder-land1") => true;
    scram_sha_1_with_a_utf8_password_gets_in: "SCRAM-SHA-1", None, ("pässwörd", "pässwörd") => true;
    scram_sha_256_with_a_utf8_password_gets_in:
        "SCRAM-SHA-256", None, ("pässwörd", "pässwörd") => true;
    scram_sha_256_plus_with_a_utf8_password_gets_in:
        "SCRAM-SHA-256-PLUS", Right, ("pässwörd", "pässwörd") => true;
    scram_prepares_passwords_as_the_standard_says:
        "SCRAM-SHA-256", None, ("\\u2168 \\u00ada\\u0308\\u00a0b", "IX \u{e4} b") => true;
    scram_sha_1_with_a_wrong_password_is_refused:
        "SCRAM-SHA-1", None, ("under-land1", "wonder-land1") => false;
    scram_sha_256_with_a_wrong_password_is_refused:
        "SCRAM-SHA-256", None, ("under-land1", "wonder-land1") => false;
    scram_sha_1_plus_with_a_wrong_password_is_refused:
        "SCRAM-SHA-1-PLUS", Right, ("under-land1", "wonder-land1") => false;
    scram_sha_256_plus_with_a_wrong_password_is_refused:
        "SCRAM-SHA-256-PLUS", Right, ("under-land1", "wonder-land1") => false;
    scram_sha_1_plus_on_another_channel_is_refused:
        "SCRAM-SHA-1-PLUS", Wrong, ("wonder-land1", "wonder-land1") => false;
    scram_sha_256_plus_on_another_channel_is_refused:
        "SCRAM-SHA-256-PLUS", Wrong, ("wonder-land1", "wonder-land1") => false;
}
