//! Replies as awkward, broken and hostile servers write them: what they mean, what is shown of
//! them, and that none of them holds the program or fills its memory.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Mailsend, Outcome, ScriptServer};

const HELLO: &str = "S: 220 hi
    C: EHLO client.example
    S: 250 mail";

fn program(port: u16) -> Mailsend {
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--tls", "none"])
        .args(["--ehlo", "client.example", "-f", "me@example.com", "--body", "hello"])
        .arg("a@example.net")
}

fn send(flags: &[&str], script: &str) -> Outcome {
    let server = ScriptServer::play(script);
    let outcome = program(server.port()).args(flags).talks_to(server.dialogue()).run();
    server.finish();
    outcome
}

/// MAIL is answered with these octets, whatever follows.
fn mail_answered(flags: &[&str], octets: &str) -> Outcome {
    let server = ScriptServer::play(&format!(
        "{HELLO}
         C: MAIL FROM:<me@example.com>
         S-RAW: \"{octets}\"
         S-CLOSE"
    ));
    program(server.port()).args(flags).talks_to(server.dialogue()).run()
}

/// The message is answered with these octets, and then the connection is closed.
fn message_answered(octets: &str) -> Outcome {
    let server = ScriptServer::play(&format!(
        "{HELLO}
         C: MAIL FROM:<me@example.com>
         S: 250 ok
         C: RCPT TO:<a@example.net>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S-RAW: \"{octets}\"
         S-CLOSE"
    ));
    program(server.port()).talks_to(server.dialogue()).run()
}

#[test]
fn the_first_digit_decides_whatever_the_second() {
    for (octets, status) in [
        (r"421 x\r\n", 75),
        (r"455 x\r\n", 75),
        (r"499 x\r\n", 75),
        (r"500 x\r\n", 69),
        (r"521 x\r\n", 69),
        (r"571 x\r\n", 69),
        (r"599 x\r\n", 69),
    ] {
        mail_answered(&[], octets).exit(status).stderr_contains(&format!("{} x", &octets[..3]));
    }
}

#[test]
fn codes_of_success_are_success() {
    for code in ["200", "225", "250", "251", "252", "299"] {
        message_answered(&format!(r"{code} taken\r\n")).exit(0).silent();
    }
}

#[test]
fn a_code_that_does_not_belong_is_no_success() {
    for octets in [
        r"354 go on\r\n",
        r"334 \r\n",
        r"150 wait\r\n",
        r"650 what\r\n",
        r"000 x\r\n",
        r"25 ok\r\n",
        r"2500 ok\r\n",
        r"+OK\r\n",
        r"\xef\xbb\xbf250 ok\r\n",
    ] {
        mail_answered(&[], octets).exit(76).stderr_contains("the server broke the protocol");
        message_answered(octets).exit(79);
    }
}

#[test]
fn a_refusal_behind_a_success_is_a_refusal() {
    for (octets, status) in [
        (r"250-fine\r\n554 not at all\r\n", 65),
        (r"250-fine\r\n250-really\r\n451 later\r\n", 75),
        (r"554-no\r\n250 yes\r\n", 65),
        (r"250-fine\n554 not at all\n", 65),
    ] {
        message_answered(octets).exit(status);
    }
}

#[test]
fn a_reply_without_its_end_is_none() {
    for octets in [r"250-queued\r\n", r"250-queued\r\n250-", r"250 queued", r"250", r"2", ""] {
        message_answered(octets).exit(79).stderr_contains("outcome unknown");
    }
    for octets in [r"250-ok\r\n", r"250 ok", ""] {
        mail_answered(&[], octets).exit(75).stderr_contains("the server closed the connection");
    }
}

#[test]
fn a_refusal_without_its_end_is_one() {
    for (octets, status) in [
        (r"554 5.6.0 spam", 65),
        (r"554-5.6.0 spam\r\n554-mo", 65),
        (r"451", 75),
        (r"250-fine\r\n550 no", 65),
    ] {
        message_answered(octets).exit(status);
    }
}

#[test]
fn lines_may_end_in_many_ways() {
    for octets in [
        r"250 ok\n",
        r"250\n",
        r"250\r\n",
        r"250 \r\n",
        r"250\tok\r\n",
        r"250 ok\r\r\n",
        r"250 ok\n\r",
        r"250ok\r\n",
        r"250-\r\n250\r\n",
        r"250-ok\n\r250 ok\n\r",
        r"250-one\r\n two\r\n\r\n250 three\r\n",
        r"\r\n\r\n250 ok\r\n\r\n",
    ] {
        message_answered(octets).exit(0).silent();
    }
}

#[test]
fn text_is_read_as_utf_8_else_as_gb18030() {
    let characters = r"550 \xb2\xbb\xb4\xe6\xd4\xda\r\n";
    mail_answered(&[], characters).stderr_contains("550 不存在");
    mail_answered(&[], "550 不存在\\r\\n").stderr_contains("550 不存在");
    let four_octets = r"550-\x95\x32\x82\x36\r\n550 \xd5\xca\xba\xc5\r\n";
    mail_answered(&[], four_octets).stderr_contains("𠀀 帐号");
    let latin_1 = r"550 ung\xfcltig \xe4\r\n";
    mail_answered(&[], latin_1).exit(69).stderr_contains("550 ung");
}

#[test]
fn a_line_of_three_thousand_octets_is_shown_whole() {
    let long = "x".repeat(3000);
    mail_answered(&[], &format!("550 {long}\\r\\n")).exit(69).stderr_contains(&long);
    let outcome = mail_answered(&[], &format!("550 {}\\r\\n", "登录".repeat(3000)));
    outcome.exit(69).stderr_contains("登录登录");
    assert!(!outcome.stderr_text().contains('\u{fffd}'), "not cut inside a character");
}

#[test]
fn a_reply_of_five_thousand_lines_is_read() {
    let lines = r"250-more\r\n".repeat(5000);
    message_answered(&format!(r"{lines}250 queued\r\n")).exit(0);
    message_answered(&format!(r"{lines}554 no\r\n")).exit(65);
}

#[test]
fn what_a_server_says_cannot_reach_the_terminal() {
    let octets = r"550 \x1b]0;owned\x07\x1b[2J\x00\x08\x9b31m\xe2\x80\xae evil\x0b\r\n";
    for flags in [&[][..], &["-vv"], &["--json"]] {
        let outcome = mail_answered(flags, octets);
        let shown = [outcome.stderr_text(), outcome.stdout_text()].concat();
        let moves = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!shown.contains(moves), "{shown:?}");
        assert!(shown.contains("evil"));
    }
    let utf_8 = r"550 \xe2\x80\xae\xc2\x9b31m evil\r\n";
    for flags in [&[][..], &["--json"]] {
        let outcome = mail_answered(flags, utf_8);
        assert!(!outcome.stderr_text().contains(['\u{202e}', '\u{9b}']));
        assert!(!outcome.stdout_text().contains('\u{9b}'), "{}", outcome.stdout_text());
    }
}

#[test]
fn what_the_server_says_unasked_ends_the_session() {
    send(
        &[],
        &format!(
            r#"{HELLO}
               C: MAIL FROM:<me@example.com>
               S-RAW: "250 ok\r\n250 ok\r\n"
               C-EOF"#
        ),
    )
    .exit(76)
    .stderr_contains("the server sent 8 octets unasked");
    send(
        &[],
        &format!(
            r#"{HELLO}
               C: MAIL FROM:<me@example.com>
               S: 250 ok
               C: RCPT TO:<a@example.net>
               S: 250 ok
               C: DATA
               S-RAW: "354 go on\r\n250 queued\r\n"
               C-EOF"#
        ),
    )
    .exit(76);
}

/// Talks to what `answer` writes once EHLO has come, as long as it writes; how long it took.
fn against(
    flags: &[&str],
    answer: impl FnOnce(&mut TcpStream) + Send + 'static,
) -> (Outcome, Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(b"220 hi\r\n").unwrap();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut String::new()).unwrap();
        answer(&mut stream);
    });
    let start = Instant::now();
    let outcome = program(port).args(flags).run();
    let took = start.elapsed();
    server.join().unwrap();
    (outcome, took)
}

/// Writes until the other side has had enough.
fn write_without_end(stream: &mut TcpStream, octets: &[u8], pause: Duration) {
    while stream.write_all(octets).is_ok() {
        thread::sleep(pause);
    }
}

#[test]
fn endless_lines_and_replies_are_cut_off() {
    let cases: [(&[u8], &str); 4] = [
        (b"2222222222222222", "a reply line without an end"),
        (b"250 no end of text ", "a reply line without an end"),
        (b"250-again\r\n", "a reply without an end"),
        (b"250-\nno code\n", "a reply without an end"),
    ];
    for (octets, said) in cases {
        let much = octets.repeat(4096);
        let (outcome, _) =
            against(&[], move |stream| write_without_end(stream, &much, Duration::ZERO));
        outcome.exit(76).stderr_contains(said);
    }
}

#[test]
fn a_server_that_drips_is_held_to_one_deadline() {
    for octets in [&b"250-more\r\n"[..], b"2"] {
        let (outcome, took) = against(&["--timeout-command", "1"], move |stream| {
            write_without_end(stream, octets, Duration::from_millis(50));
        });
        outcome.exit(75).stderr_contains("no answer within 1 s (EHLO)");
        assert!(took < Duration::from_secs(20), "{took:?}");
    }
}

#[test]
fn a_server_that_stops_reading_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    socket2::SockRef::from(&listener).set_recv_buffer_size(4096).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (leave, left) = mpsc::channel::<()>();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 hi\r\n").unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        for answer in ["250 mail", "250 ok", "250 ok", "354 go on"] {
            lines.next().unwrap().unwrap();
            stream.write_all(format!("{answer}\r\n").as_bytes()).unwrap();
        }
        // Reads nothing more until the program is gone.
        _ = left.recv_timeout(Duration::from_secs(60));
    });
    let start = Instant::now();
    let outcome = Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--tls", "none"])
        .args(["-f", "me@example.com", "--timeout-block", "1", "a@example.net"])
        .stdin("a line of the body that goes on and on\n".repeat(400_000))
        .run();
    let took = start.elapsed();
    drop(leave);
    outcome.exit(75).stderr_contains("no answer within 1 s (the message)");
    assert!(took < Duration::from_secs(30), "{took:?}");
    server.join().unwrap();
}
