//! Whatever a server sends and however long it goes on, the program ends and stays small.
//!
//! Python runs it and asks the system for the peak afterwards, so that nothing depends on looking
//! at the right time.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use crate::support::{Authority, KeyKind, Leaf, Mailsend, Outcome};

/// Kilobytes that the program may have in memory at its peak.
const MEMORY: u64 = 32 * 1024;

/// Runs the words behind the first and writes the peak of its memory to the file of that name.
const KEEPER: &str = "
import resource, subprocess, sys
status = subprocess.run(sys.argv[2:]).returncode
with open(sys.argv[1], 'w') as file:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=file)
sys.exit(status)
";

/// A way to be a bad server, given the connection.
type Manner = fn(&mut dyn ReadWrite) -> io::Result<()>;

trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

/// Serves one connection in the clear.
fn server(manner: Manner) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // The client leaves in the middle of it.
        let _ = manner(&mut stream);
    });
    port
}

/// Sends to so many recipients; the program must end with this status and have stayed small.
fn stays_small(manner: Manner, recipients: usize, exit: i32) -> Outcome {
    run(server(manner), &["--tls", "none"], recipients, exit)
}

fn run(port: u16, flags: &[&str], recipients: usize, exit: i32) -> Outcome {
    let port = port.to_string();
    let outcome = Mailsend::program("python3")
        .args(["-c", KEEPER, "peak", env!("CARGO_BIN_EXE_mailsend"), "--host", "127.0.0.1"])
        .args(["--port", port.as_str(), "-f", "me@example.com", "--body", "x", "--json"])
        .args(flags)
        .args((0..recipients).map(|number| format!("user-{number}@example.net")))
        .run();
    outcome.exit(exit);
    let peak = String::from_utf8(outcome.left("peak")).unwrap();
    let peak: u64 = peak.trim().parse().unwrap();
    assert!(peak < MEMORY, "{peak} kB");
    outcome
}

/// Says this over and over.
fn endlessly(stream: &mut dyn ReadWrite, text: &[u8]) -> io::Result<()> {
    let block = text.repeat(64 * 1024 / text.len() + 1);
    loop {
        stream.write_all(&block)?;
    }
}

/// Hears a line.
fn hear(stream: &mut dyn ReadWrite) -> io::Result<()> {
    let mut octet = [0];
    while octet != *b"\n" {
        stream.read_exact(&mut octet)?;
    }
    Ok(())
}

/// Says a reply and hears a line, so many times.
fn rounds(stream: &mut dyn ReadWrite, replies: &[&str]) -> io::Result<()> {
    for reply in replies {
        stream.write_all(format!("{reply}\r\n").as_bytes())?;
        hear(stream)?;
    }
    Ok(())
}

/// A reply in which almost everything that one may have is used.
fn huge(code: u16) -> Vec<u8> {
    let line = [format!("{code}-").as_bytes(), &[b'x'; 480], b"\r\n"].concat();
    [line.repeat(4000), format!("{code} end\r\n").into_bytes()].concat()
}

#[test]
fn a_line_without_an_end() {
    stays_small(|stream| endlessly(stream, b"x"), 1, 76);
    stays_small(|stream| endlessly(stream, b"220 x"), 1, 76)
        .stderr_contains("a reply line without an end");
}

#[test]
fn octets_that_are_no_text() {
    stays_small(|stream| endlessly(stream, &[0]), 1, 76);
    stays_small(|stream| endlessly(stream, b"\xff\xfe\n"), 1, 76);
}

#[test]
fn a_greeting_without_an_end() {
    stays_small(|stream| endlessly(stream, b"220-again and again\r\n"), 1, 76)
        .stderr_contains("a reply without an end");
    stays_small(|stream| endlessly(stream, b"220-\n"), 1, 76);
}

#[test]
fn a_reply_to_ehlo_without_an_end() {
    stays_small(
        |stream| {
            rounds(stream, &["220 hi"])?;
            endlessly(stream, &[b"250-AUTH ".as_slice(), &b"PLAIN ".repeat(600), b"\r\n"].concat())
        },
        1,
        76,
    );
}

#[test]
fn thousands_of_capabilities() {
    stays_small(
        |stream| {
            rounds(stream, &["220 hi"])?;
            stream.write_all(&huge(250))?;
            hear(stream)?;
            rounds(stream, &["250 ok", "250 ok", "354 go on", "250 ok"])?;
            stream.write_all(b"221 bye\r\n")
        },
        1,
        0,
    );
}

#[test]
fn huge_refusals_of_many_recipients() {
    let outcome = stays_small(
        |stream| {
            rounds(stream, &["220 hi", "250 mail", "250 ok"])?;
            loop {
                stream.write_all(&huge(550))?;
                hear(stream)?;
            }
        },
        100,
        67,
    );
    assert!(outcome.stderr_text().len() < 1 << 20);
}

#[test]
fn a_huge_answer_to_the_message_for_many_recipients() {
    stays_small(
        |stream| {
            rounds(stream, &["220 hi", "250 mail", "250 ok"])?;
            for _ in 0..100 {
                rounds(stream, &["250 ok"])?;
            }
            stream.write_all(b"354 go on\r\n")?;
            loop {
                let mut line = Vec::new();
                while !line.ends_with(b"\r\n") {
                    let mut octet = [0];
                    stream.read_exact(&mut octet)?;
                    line.push(octet[0]);
                }
                if line == b".\r\n" {
                    stream.write_all(&huge(554))?;
                    return hear(stream);
                }
            }
        },
        100,
        65,
    );
}

#[test]
fn challenges_without_an_end() {
    let auth = ["--tls", "none", "--username", "u", "--danger-cleartext-auth"];
    let flags = [&auth[..], &["--password-command", "echo p"]].concat();
    for mechanism in ["PLAIN", "LOGIN"] {
        let port = server(|stream| {
            rounds(stream, &["220 hi", "250 AUTH PLAIN LOGIN"])?;
            loop {
                stream.write_all(&huge(334))?;
                hear(stream)?;
            }
        });
        run(port, &[&flags[..], &["--auth", mechanism]].concat(), 1, 76);
    }
}

#[test]
fn endless_text_inside_tls() {
    let authority = Authority::new();
    let config = authority.identity(Leaf::Good, KeyKind::P256).server_config();
    let manners: [Manner; 3] = [
        |stream| endlessly(stream, b"x"),
        |stream| endlessly(stream, b"220-again\r\n"),
        |stream| {
            rounds(stream, &["220 hi"])?;
            endlessly(stream, b"250-again\r\n")
        },
    ];
    for manner in manners {
        let port = tls_server(Arc::clone(&config), manner);
        run(port, &["--tls", "implicit", "--danger-accept-invalid-certs"], 1, 76);
    }
}

#[test]
fn octets_without_an_end_instead_of_a_handshake() {
    let flags = ["--tls", "implicit"];
    for manner in [
        (|stream| endlessly(stream, b"x")) as Manner,
        |stream| endlessly(stream, b"\x16\x03\x03\xff\xff"),
        |stream| endlessly(stream, b"\x16\x03\x03\x00\x05\x02\xff\xff\xff\x00"),
        |stream| endlessly(stream, b"\x16\x03\x03\x00\x00"),
    ] {
        run(server(manner), &flags, 1, 76);
    }
}

fn tls_server(config: Arc<rustls::ServerConfig>, manner: Manner) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (stream, _): (TcpStream, _) = listener.accept().unwrap();
        let session = rustls::ServerConnection::new(config).unwrap();
        // The client leaves in the middle of it.
        let _ = manner(&mut rustls::StreamOwned::new(session, stream));
    });
    port
}
