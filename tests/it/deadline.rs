//! `--deadline`: everything together ends in time, whatever it waits for, and the status says
//! whether it is safe to run again.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Mailsend, Outcome, ScriptServer};

/// The deadline of these tests is a second; what takes so much longer did not keep it.
const AT_MOST: Duration = Duration::from_secs(8);

fn program(port: u16) -> Mailsend {
    with_tls("none", port)
}

fn with_tls(tls: &str, port: u16) -> Mailsend {
    let port = port.to_string();
    Mailsend::new().args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", tls]).args([
        "-f",
        "me@example.com",
        "--deadline",
        "1",
        "a@example.net",
    ])
}

/// Runs it, and it ends neither before the deadline nor much later.
fn in_time(program: Mailsend) -> Outcome {
    let start = Instant::now();
    let outcome = program.run();
    let taken = start.elapsed();
    assert!(taken >= Duration::from_millis(900) && taken < AT_MOST, "{taken:?}");
    outcome
}

/// Says these lines, each when a line of the client has come, then nothing more.
fn silent_after(lines: &'static [&'static str]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut heard = BufReader::new(stream.try_clone().unwrap()).lines();
        for line in lines {
            // What the client does wrong is for the test to see in its exit status.
            let _ = write!(&stream, "{line}\r\n");
            let _ = heard.next();
        }
        let _ = io::copy(&mut &stream, &mut io::sink());
    });
    port
}

#[test]
fn a_server_that_falls_silent_is_left_at_the_deadline_and_the_stage_is_named() {
    for (lines, stage) in [
        (&[][..], "the greeting"),
        (&["220 hi"], "EHLO"),
        (&["220 hi", "250 mail"], "MAIL FROM"),
        (&["220 hi", "250 mail", "250 ok"], "RCPT TO"),
        (&["220 hi", "250 mail", "250 ok", "250 ok"], "DATA"),
    ] {
        let outcome = in_time(program(silent_after(lines)).args(["--body", "x"]));
        outcome.exit(75).stderr_contains(&format!(
            "mailsend: 127.0.0.1: not done within the deadline of 1 s ({stage})\nhint: "
        ));
    }
}

#[test]
fn a_handshake_that_stalls_is_left_at_the_deadline() {
    let outcome = in_time(with_tls("implicit", silent_after(&[])).args(["--body", "x"]));
    outcome.exit(75).stderr_contains("the deadline of 1 s (the TLS handshake)\n");
}

#[test]
fn after_the_end_of_the_data_the_outcome_is_unknown() {
    let port = silent_after(&["220 hi", "250 mail", "250 ok", "250 ok", "354 go on"]);
    let outcome = in_time(program(port).args(["--body", "x"]));
    outcome
        .exit(79)
        .stderr_contains("a@example.net: outcome unknown: not done within the deadline of 1 s\n");
}

#[test]
fn a_slow_drip_does_not_hold_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        while stream.write_all(b"2").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    in_time(program(port).args(["--body", "x"])).exit(75).stderr_contains("(the greeting)");
}

#[test]
fn a_message_that_the_server_does_not_take_is_left_at_the_deadline() {
    let port = silent_after_data();
    let program = program(port).args(["--body", "x", "-a", "large.bin"]);
    std::fs::File::create(program.home().join("large.bin")).unwrap().set_len(64 << 20).unwrap();
    in_time(program).exit(75).stderr_contains("the deadline of 1 s (the message)\n");
}

/// Takes the envelope and then reads no more.
fn silent_after_data() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(&stream);
        let mut line = String::new();
        for reply in ["220 hi", "250 mail", "250 ok", "250 ok", "354 go on"] {
            let _ = write!(&stream, "{reply}\r\n");
            line.clear();
            let _ = reader.read_line(&mut line);
        }
        thread::sleep(AT_MOST);
    });
    port
}

#[test]
fn a_text_that_does_not_come_is_not_waited_for() {
    let outcome = in_time(beside_fifo("0<>fifo", &[]));
    outcome.exit(75).stderr_is("mailsend: not done within the deadline of 1 s (reading stdin)\n");
    for flag in ["--body-file", "--html-file", "-a"] {
        let outcome = in_time(beside_fifo("", &[flag, "fifo"]));
        outcome
            .exit(75)
            .stderr_is("mailsend: not done within the deadline of 1 s (reading fifo)\n");
    }
}

#[test]
fn a_secret_that_does_not_come_is_not_waited_for() {
    let told =
        "mailsend: 127.0.0.1: not done within the deadline of 1 s (obtaining the password)\n";
    for source in [["--password-command", "sleep 100"], ["--password-file", "fifo"]] {
        let flags = ["--username", "u", "--danger-cleartext-auth", "--body", "x"];
        let outcome = in_time(beside_fifo("", &[&flags[..], &source].concat()));
        outcome.exit(75).stderr_is(told);
    }
}

/// The program beside a FIFO that nobody writes to.
fn beside_fifo(redirection: &str, flags: &[&str]) -> Mailsend {
    let script = format!("mkfifo -m 600 fifo && exec \"$0\" \"$@\" {redirection}");
    Mailsend::program("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_mailsend")])
        .args(["--host", "127.0.0.1", "--port", "9", "--tls", "none", "-f", "me@example.com"])
        .args(["--deadline", "1", "a@example.net"])
        .args(flags)
}

#[test]
fn a_farewell_is_not_waited_for_beyond_the_deadline() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO *
         S: 250 mail
         C: MAIL FROM:<*>
         S: 250 ok
         C: RCPT TO:<*>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 ok
         C: QUIT",
    );
    let start = Instant::now();
    let outcome = program(server.port()).args(["--body", "x"]).run();
    assert!(start.elapsed() < Duration::from_millis(1900), "{:?}", start.elapsed());
    outcome.exit(0).silent();
    server.finish();
}
