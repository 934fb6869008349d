//! Ended by a signal, the exit status says whether running again may send twice; and what is said
//! before anybody loses patience.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

/// The program in a session with a server that the test plays itself.
struct Held {
    program: Child,
    lines: BufReader<TcpStream>,
}

impl Held {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let program = Command::new(env!("CARGO_BIN_EXE_mailsend"))
            .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
            .args(["-f", "me@example.com", "--body", "hello", "a@example.net"])
            .env_clear()
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut held = Self { program, lines: BufReader::new(listener.accept().unwrap().0) };
        held.say("220 hi");
        held.hear("EHLO");
        held
    }

    fn say(&mut self, line: &str) {
        self.lines.get_mut().write_all(format!("{line}\r\n").as_bytes()).unwrap();
    }

    fn hear(&mut self, start: &str) {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        assert!(line.starts_with(start), "{line:?}");
    }

    /// Goes on until the whole message has come.
    fn take_message(&mut self) {
        for (reply, command) in [("250 mail", "MAIL"), ("250 ok", "RCPT"), ("250 ok", "DATA")] {
            self.say(reply);
            self.hear(command);
        }
        self.say("354 go on");
        let mut line = String::new();
        while line != ".\r\n" {
            line.clear();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "the message ended early");
        }
    }

    /// Sends the signal; gives the exit status when the connection is gone.
    fn end_by(mut self, signal: &str) -> Option<i32> {
        let kill = format!("kill -{signal} {}", self.program.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let status = self.program.wait().unwrap().code();
        // Nothing more may have been said.
        let mut rest = Vec::new();
        let read = self.lines.read_to_end(&mut rest);
        assert!(read.is_err() || rest.is_empty(), "{rest:?}");
        status
    }
}

#[test]
fn a_signal_before_the_end_of_the_data_says_that_nothing_was_sent() {
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        assert_eq!(Held::start().end_by(signal), Some(status), "{signal}");
    }
}

#[test]
fn a_signal_after_the_end_of_the_data_says_that_nobody_knows() {
    for signal in ["INT", "TERM"] {
        let mut held = Held::start();
        held.take_message();
        assert_eq!(held.end_by(signal), Some(79), "{signal}");
    }
}

/// A server that waits for TLS says nothing, and nothing would be said for five minutes.
#[test]
fn a_greeting_that_does_not_come_is_explained_long_before_it_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut program = Command::new(env!("CARGO_BIN_EXE_mailsend"))
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["-f", "me@example.com", "--body", "hello", "a@example.net"])
        .env_clear()
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(
        line,
        "mailsend: the server has not greeted for 10 s; if its port speaks TLS from the first \
         octet, set tls = \"implicit\"\n"
    );
    program.kill().unwrap();
    program.wait().unwrap();
}
