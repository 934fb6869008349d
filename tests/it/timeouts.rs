//! Each phase has a time of its own (RFC 5321 §4.5.3.2): a server that is silent there is left
//! when it is over, and the key that sets it is named. All other times are long.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Mailsend, Outcome};

/// The time of the phase is a second; what takes so much longer waited for another.
const AT_MOST: Duration = Duration::from_secs(10);

/// What the server does once its lines are said.
#[derive(Clone, Copy)]
enum Then {
    /// Nothing.
    Silent,
    /// Says an octet of a reply now and then.
    Drips,
    /// Reads no more.
    Deaf,
}

/// Says these lines, each of them but the first when a line of the client has come.
fn server(lines: &'static [&'static str], then: Then) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || serve(&listener.accept().unwrap().0, lines, then));
    port
}

fn serve(mut stream: &TcpStream, lines: &[&str], then: Then) {
    let mut heard = BufReader::new(stream).lines();
    for line in lines {
        // What the client does wrong is for the test to see in its exit status.
        let _ = write!(stream, "{line}\r\n");
        let _ = heard.next();
    }
    match then {
        Then::Silent => _ = io::copy(&mut stream, &mut io::sink()),
        Then::Deaf => thread::sleep(AT_MOST),
        Then::Drips => {
            while stream.write_all(b"2").is_ok() {
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn program(port: u16, flags: &[&str]) -> Mailsend {
    let port = port.to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str()])
        .args(["-f", "me@example.com", "--body", "x", "a@example.net"])
        .args(flags)
}

fn in_a_second(program: Mailsend) -> Outcome {
    let start = Instant::now();
    let outcome = program.run();
    let taken = start.elapsed();
    assert!(taken >= Duration::from_millis(900) && taken < AT_MOST, "{taken:?}");
    outcome
}

/// A server that says these lines is given up with this stage and key.
fn gives_up(lines: &'static [&'static str], flags: &[&str], stage: &str, key: &str) {
    let flag = format!("--{}", key.replace('_', "-"));
    for then in [Then::Silent, Then::Drips] {
        // Inside TLS octets are no drip but noise.
        if matches!(then, Then::Drips) && stage == "the TLS handshake" {
            continue;
        }
        let outcome = in_a_second(program(server(lines, then), flags).args([&flag, "1"]));
        outcome
            .exit(75)
            .stderr_contains(&format!("mailsend: 127.0.0.1: no answer within 1 s ({stage})\n"))
            .stderr_contains(&format!("{key} = SECONDS"));
    }
}

#[test]
fn the_greeting_has_a_time() {
    gives_up(&[], &["--tls", "none"], "the greeting", "timeout_greeting");
}

#[test]
fn every_command_has_a_time() {
    for (lines, stage) in [
        (&["220 hi"][..], "EHLO"),
        (&["220 hi", "250 mail"], "MAIL FROM"),
        (&["220 hi", "250 mail", "250 ok"], "RCPT TO"),
    ] {
        gives_up(lines, &["--tls", "none"], stage, "timeout_command");
    }
}

#[test]
fn a_group_of_commands_has_the_same_times() {
    for (lines, stage) in [
        (&["220 hi", "250-mail\r\n250 PIPELINING"][..], "MAIL FROM"),
        (&["220 hi", "250-mail\r\n250 PIPELINING", "250 ok"], "RCPT TO"),
    ] {
        gives_up(lines, &["--tls", "none"], stage, "timeout_command");
    }
    let lines = &["220 hi", "250-mail\r\n250 PIPELINING", "250 ok\r\n250 ok"];
    gives_up(lines, &["--tls", "none"], "DATA", "timeout_data");
}

#[test]
fn starttls_and_its_handshake_have_the_time_of_a_command() {
    let lines = &["220 hi", "250-mail\r\n250 STARTTLS"];
    gives_up(lines, &["--tls", "starttls"], "STARTTLS", "timeout_command");
    let lines = &["220 hi", "250-mail\r\n250 STARTTLS", "220 go on"];
    gives_up(lines, &["--tls", "starttls"], "the TLS handshake", "timeout_command");
    gives_up(&[], &["--tls", "implicit"], "the TLS handshake", "timeout_command");
}

#[test]
fn auth_has_the_time_of_a_command() {
    let auth = ["--username", "u", "--danger-cleartext-auth", "--password-command", "echo p"];
    for (mechanism, lines) in [
        ("PLAIN", &["220 hi", "250-mail\r\n250 AUTH PLAIN"][..]),
        ("LOGIN", &["220 hi", "250-mail\r\n250 AUTH LOGIN"]),
        ("LOGIN", &["220 hi", "250-mail\r\n250 AUTH LOGIN", "334 VXNlcm5hbWU6"]),
    ] {
        let flags = [&auth[..], &["--tls", "none", "--auth", mechanism]].concat();
        gives_up(lines, &flags, "AUTH", "timeout_command");
    }
}

#[test]
fn the_answer_to_data_has_a_time() {
    let lines = &["220 hi", "250 mail", "250 ok", "250 ok"];
    gives_up(lines, &["--tls", "none"], "DATA", "timeout_data");
}

#[test]
fn the_answer_to_the_message_has_a_time_and_its_loss_is_no_failure() {
    for then in [Then::Silent, Then::Drips] {
        let port = server(&["220 hi", "250 mail", "250 ok", "250 ok", "354 go on"], then);
        let flags = ["--tls", "none", "--timeout-end-of-data", "1"];
        in_a_second(program(port, &flags))
            .exit(79)
            .stderr_contains("a@example.net: outcome unknown: no answer within 1 s\n");
    }
}

#[test]
fn a_server_that_stops_reading_is_left_after_the_time_of_a_block() {
    let port = server(&["220 hi", "250 mail", "250 ok", "250 ok", "354 go on"], Then::Deaf);
    let program = program(port, &["--tls", "none", "--timeout-block", "1", "-a", "large.bin"]);
    std::fs::File::create(program.home().join("large.bin")).unwrap().set_len(64 << 20).unwrap();
    in_a_second(program)
        .exit(75)
        .stderr_contains("mailsend: 127.0.0.1: no answer within 1 s (the message)\n")
        .stderr_contains("timeout_block = SECONDS");
}

/// A message that comes as one piece has the time for each block of it, not for the whole.
#[test]
fn a_server_that_reads_slowly_has_the_time_for_every_block() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    socket2::SockRef::from(&listener).set_recv_buffer_size(8 * 1024).unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut heard = BufReader::with_capacity(256 * 1024, &stream);
        let mut line = Vec::new();
        for reply in ["220 hi", "250 mail", "250 ok", "250 ok", "354 go on"] {
            write!(&stream, "{reply}\r\n").unwrap();
            line.clear();
            heard.read_until(b'\n', &mut line).unwrap();
        }
        // About three seconds for all of it.
        let mut pause = 0;
        while line != b".\r\n" {
            line.clear();
            heard.read_until(b'\n', &mut line).unwrap();
            pause += line.len();
            if pause > 256 * 1024 {
                thread::sleep(Duration::from_millis(80));
                pause = 0;
            }
        }
        write!(&stream, "250 ok\r\n").unwrap();
        let _ = heard.read_until(b'\n', &mut line);
    });
    let port = port.to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["-f", "me@example.com", "--timeout-block", "1", "a@example.net"])
        .stdin("a line of the text that is as long as such lines are\n".repeat(10 << 14))
        .run()
        .exit(0)
        .silent();
    serving.join().unwrap();
}
