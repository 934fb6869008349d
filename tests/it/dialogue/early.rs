//! A server that speaks or leaves before the end of the message: what it said is told, the end of
//! the data is never sent, and nobody waits for a server that reads no more.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::{GROUPS, STEPS, program, send};
use crate::support::{Authority, KeyKind, Leaf, Mailsend, ScriptServer};

/// More than all buffers on the way hold.
const LARGE: u64 = 24 << 20;

/// A program with a large attachment.
fn large(mailsend: Mailsend) -> Mailsend {
    File::create(mailsend.home().join("large.bin")).unwrap().set_len(LARGE).unwrap();
    mailsend.args(["-a", "large.bin", "a@example.net"])
}

/// What a server says when some of a large message has come.
fn interrupt(words: &str, exit: i32, told: &str) {
    let server = ScriptServer::play(&format!(
        "{STEPS}
         C: MAIL FROM:<me@example.com>
         S: 250 ok
         C: RCPT TO:<a@example.net>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-OCTETS: 100000
         {words}"
    ));
    let outcome = large(program(&server)).arg("-vv").run();
    outcome.exit(exit).stderr_contains(told).lacks("C: QUIT");
    server.finish();
}

#[test]
fn a_refusal_during_the_message_is_told_with_its_words() {
    for ending in ["S-CLOSE", "S-RESET"] {
        interrupt(
            &format!("S: 552 5.3.4 too big\n{ending}"),
            65,
            "rejected at the message: 552 5.3.4 too big",
        );
        interrupt(
            &format!("S: 421 4.3.2 shutting down\n{ending}"),
            75,
            "deferred at the message: 421 4.3.2 shutting down",
        );
    }
}

/// Inside TLS what is to be read need not be words: a ticket for the next session is none.
#[test]
fn inside_tls_it_is_told_too() {
    let identity = Authority::new().identity(Leaf::Good, KeyKind::P256);
    let server = ScriptServer::play_with(
        &identity,
        "TLS
         S: 220 hi
         C: EHLO client.example
         S: 250 mail
         C: MAIL FROM:<me@example.com>
         S: 250 ok
         C: RCPT TO:<a@example.net>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-OCTETS: 100000
         S: 552 5.3.4 too big
         S-CLOSE",
    );
    let port = server.port().to_string();
    let program = Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", &port, "--tls", "implicit"])
        .args(["--danger-accept-invalid-certs", "--ehlo", "client.example"])
        .args(["-f", "me@example.com", "--body", "hello"])
        .talks_to(server.dialogue());
    large(program).run().exit(65).stderr_contains("rejected at the message: 552 5.3.4 too big");
    server.finish();
}

#[test]
fn a_server_that_leaves_during_the_message_has_not_got_it() {
    interrupt("S-CLOSE", 75, "the server closed the connection (the message)");
    interrupt("S-RESET", 75, " the connection (the message)");
}

#[test]
fn a_yes_before_the_end_of_the_message_is_no_success() {
    interrupt("S: 250 queued\nS-CLOSE", 76, "it said 250 queued before the message had ended");
}

#[test]
fn what_stands_behind_the_354_is_said_before_the_message() {
    for (words, exit, told) in [
        ("250 queued", 76, "it said 250 queued before the message had ended"),
        ("552 5.3.4 no", 65, "rejected at the message: 552 5.3.4 no"),
        ("451 later", 75, "deferred at the message: 451 later"),
        ("nonsense", 76, "expected a reply, got \u{201c}nonsense\u{201d}"),
    ] {
        let (server, outcome) = send(
            &["a@example.net"],
            &format!(
                "{GROUPS}
                 C: MAIL FROM:<me@example.com>
                 C: RCPT TO:<a@example.net>
                 C: DATA
                 S: 250 ok
                 S: 250 ok
                 S-RAW: \"354 go on\\r\\n{words}\\r\\n\"
                 C-EOF"
            ),
        );
        outcome.exit(exit).stderr_contains(told);
        server.finish();
    }
}

/// One whose connections hold little that was not read, on either side.
fn narrow_listener() -> TcpListener {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    socket.set_tcp_mss(536).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(1).unwrap();
    socket.into()
}

/// The timeout for a block is three minutes.
#[test]
fn a_server_that_refuses_and_reads_no_more_is_left_at_once() {
    let listener = narrow_listener();
    let port = listener.local_addr().unwrap().port().to_string();
    let (over, is_over) = mpsc::channel();
    let serving = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        let say = |line: &str| (&stream).write_all(format!("{line}\r\n").as_bytes()).unwrap();
        say("220 hi");
        for reply in ["250 mail", "250 ok", "250 ok", "354 go on"] {
            lines.read_line(&mut String::new()).unwrap();
            say(reply);
        }
        lines.read_exact(&mut [0; 1000]).unwrap();
        // By then the client waits for room.
        thread::sleep(Duration::from_millis(1500));
        say("552 5.3.4 too big");
        is_over.recv_timeout(Duration::from_secs(30)).unwrap();
    });
    let program = Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", &port, "--tls", "none"])
        .args(["-f", "me@example.com", "--body", "hello"]);
    large(program).run().exit(65).stderr_contains("rejected at the message: 552 5.3.4 too big");
    over.send(()).unwrap();
    serving.join().unwrap();
}
