//! How a session begins: the greeting, EHLO and HELO, the name that is given, STARTTLS, and servers
//! that do any of it in ways of their own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::thread;

use crate::support::{Authority, KeyKind, Leaf, Mailsend, Outcome, ScriptServer};

/// A mail that is taken, one command at a time.
const MAIL: &str = "C: MAIL FROM:<me@example.com>
    S: 250 ok
    C: RCPT TO:<a@example.net>
    S: 250 ok
    C: DATA
    S: 354 go on
    C-DATA
    S: 250 queued
    C: QUIT
    S: 221 bye";

fn program(port: u16) -> Mailsend {
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", &port.to_string(), "-f", "me@example.com"])
        .args(["--body", "hello"])
}

/// Sends a small mail without TLS through a server that follows the script.
fn send(script: &str) -> Outcome {
    send_with(&["--tls", "none"], script)
}

fn send_with(flags: &[&str], script: &str) -> Outcome {
    let server = ScriptServer::play(script);
    let program = program(server.port()).args(["--ehlo", "client.example"]).args(flags);
    let outcome = program.arg("a@example.net").talks_to(server.dialogue()).run();
    server.finish();
    outcome
}

#[test]
fn a_greeting_may_have_several_lines_and_come_in_pieces() {
    send(&format!(
        r#"S-RAW: "22"
           S-WAIT: 30
           S-RAW: "0-mail.example.net\r"
           S-WAIT: 30
           S-RAW: "\n220-Welcome\r\n\r\n"
           S-WAIT: 30
           S-RAW: "  no code here\r\n220 ready\r\n\r\n"
           C: EHLO client.example
           S: 250 mail
           {MAIL}"#
    ))
    .exit(0)
    .silent();
}

#[test]
fn nothing_is_said_before_the_greeting() {
    send(&format!(
        "S-WAIT: 300
         S: 220 late
         C: EHLO client.example
         S: 250 mail
         {MAIL}"
    ))
    .exit(0);
}

#[test]
fn a_greeting_of_any_length_is_read() {
    for length in [3_000, 100_000] {
        let text = "x".repeat(length);
        send(&format!(
            "S: 220 {text}
             C: EHLO client.example
             S: 250 mail
             {MAIL}"
        ))
        .exit(0);
    }
}

#[test]
fn a_greeting_that_succeeds_by_another_code_is_one() {
    send(&format!(
        "S: 200 hello
         C: EHLO client.example
         S: 250
         {MAIL}"
    ))
    .exit(0);
}

#[test]
fn a_refused_greeting_ends_the_session_with_its_words() {
    for (greeting, status, words) in [
        ("421 4.3.2 too busy", 75, "the server refused the connection: 421 4.3.2 too busy"),
        ("450 later", 75, "450 later"),
        ("554 5.7.1 go away", 69, "the server refused the connection: 554 5.7.1 go away"),
        ("571 no", 69, "571 no"),
    ] {
        let script = format!("S: {greeting}\n C-EOF");
        send(&script).exit(status).stderr_contains(words);
    }
    let mixed = "S: 220-mail.example.net\n S: 554 no service here\n C-EOF";
    send(mixed).exit(69).stderr_contains("554 mail.example.net no service here");
}

#[test]
fn a_refusal_that_was_cut_off_is_believed() {
    for (octets, status) in [
        (r"554 5.7.1 blocked", 69),
        (r"421 too many", 75),
        (r"554-5.7.1 blocked\r\n", 69),
        (r"220-hi\r\n554", 69),
        (r"220 hi", 75),
        ("", 75),
    ] {
        send(&format!("S-RAW: \"{octets}\"\n S-CLOSE")).exit(status);
    }
}

#[test]
fn a_server_that_answers_before_it_is_asked_is_not_believed() {
    for early in [
        r"220 hi\r\n250 mail\r\n",
        r"220 hi\r\n220 hi again\r\n",
        r"220 hi\r\n250-mail\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n",
        r"220 hi\r\n2",
    ] {
        let outcome = send(&format!("S-RAW: \"{early}\"\n C-EOF"));
        outcome.exit(76).stderr_contains("octets unasked");
    }
}

#[test]
fn a_second_greeting_is_not_the_answer_to_ehlo() {
    send(
        "S: 220 hi
         S-WAIT: 200
         C: EHLO client.example
         S: 220 hi again
         S: 250 mail
         C-EOF",
    )
    .exit(76)
    .stderr_contains("EHLO was answered 220 hi again");
}

#[test]
fn a_421_may_come_unasked() {
    send(
        r#"S-RAW: "220 hi\r\n421 4.3.2 going down\r\n"
           S-CLOSE"#,
    )
    .exit(75)
    .stderr_contains("421 4.3.2 going down");
    send(
        r#"S: 220 hi
           C: EHLO client.example
           S-RAW: "250 mail\r\n421 4.4.2 idle\r\n"
           S-CLOSE"#,
    )
    .exit(75)
    .stderr_contains("421 4.4.2 idle");
}

#[test]
fn ehlo_may_be_answered_with_two_hundred_lines() {
    let lines: Vec<String> =
        (0..200).map(|n| format!("S: 250-X-EXTENSION-{n} {}", "x".repeat(n))).collect();
    send(&format!(
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail
         {}
         S: 250 SIZE 5000
         C: MAIL FROM:<me@example.com> SIZE=*
         S: 250 ok
         C: RCPT TO:<a@example.net>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 queued
         C: QUIT
         S: 221 bye",
        lines.join("\n")
    ))
    .exit(0);
}

#[test]
fn ehlo_may_be_answered_in_any_way_of_writing() {
    for answer in [
        r"250-\r\n250-size=5000 \r\n250-\r\n250-AUTH\r\n250 8bitmime\r\n",
        r"250-mail\n250-Size\t5000\t\n250 AUTH=\n",
        r"250-mail\r\n250-SIZE 5000\r\n250-SIZE 5000\r\n250-\x00\xff\r\n250\r\n",
        r"250-mail\r\nno code\r\n250-SIZE 5000\r\n\r\n250 \r\n",
        r"200-mail\r\n250 SIZE 5000\r\n",
    ] {
        send(&format!(
            "S: 220 hi
             C: EHLO client.example
             S-RAW: \"{answer}\"
             C: MAIL FROM:<me@example.com> SIZE=*
             S: 550 no
             C: QUIT
             S: 221 bye"
        ))
        .exit(69);
    }
}

#[test]
fn helo_is_said_wherever_ehlo_is_refused_for_good() {
    for code in ["500", "501", "502", "503", "504", "550", "554"] {
        send(&format!(
            "S: 220 old
             C: EHLO client.example
             S: {code} what
             C: HELO client.example
             S: 250 hello
             {MAIL}"
        ))
        .exit(0);
    }
}

#[test]
fn ehlo_that_is_refused_for_now_is_safe_to_repeat() {
    for code in ["421", "450", "451"] {
        send(&format!(
            "S: 220 hi
             C: EHLO client.example
             S: {code} later
             C: QUIT
             S: 221 bye"
        ))
        .exit(75)
        .stderr_contains(&format!("refused EHLO: {code} later"));
    }
}

#[test]
fn where_helo_is_refused_too_the_first_refusal_that_counts_is_told() {
    for (ehlo, helo, told) in [
        ("502 unknown", "550 5.7.1 not you", "550 5.7.1 not you"),
        ("550 5.7.1 not you", "503 no", "550 5.7.1 not you"),
        ("554 5.7.1 not you", "421 bye", "554 5.7.1 not you"),
    ] {
        send(&format!(
            "S: 220 hi
             C: EHLO client.example
             S: {ehlo}
             C: HELO client.example
             S: {helo}
             C: QUIT
             S: 221 bye"
        ))
        .exit(69)
        .stderr_contains(told);
    }
    send(
        "S: 220 hi
         C: EHLO client.example
         S: 550 5.7.1 not you
         S-CLOSE",
    )
    .exit(69)
    .stderr_contains("550 5.7.1 not you");
}

#[test]
fn a_server_that_refuses_ehlo_and_hangs_up_is_tried_with_helo() {
    send(&format!(
        "S: 220 old
         C: EHLO client.example
         S: 502 what
         S-CLOSE
         --- connection
         S: 220 old
         C: HELO client.example
         S: 250 hello
         {MAIL}"
    ))
    .exit(0);
}

#[test]
fn helo_is_tried_once_and_only_where_it_can_do() {
    let lost = "mailsend: 127.0.0.1: the server closed the connection (EHLO)\n";
    let refused = "S: 220 hi
         C: EHLO client.example
         S: 502 what
         S-CLOSE";
    let script = format!(
        "{refused}
         --- connection
         S: 220 hi
         C: HELO client.example
         S-CLOSE"
    );
    send(&script).exit(75).stderr_is(lost);
    send_with(&["--tls", "starttls"], refused).exit(75);
    let login = ["--username", "alice", "--password-env", "HOME", "--danger-cleartext-auth"];
    send_with(&[&["--tls", "none"], &login[..]].concat(), refused).exit(75);
    // Not even EHLO was refused.
    let closed = "S: 220 hi
         C: EHLO client.example
         S-CLOSE";
    send(closed).exit(75).stderr_is(lost);
}

#[test]
fn a_login_is_never_left_out_after_helo() {
    let login = ["--username", "alice", "--password-env", "HOME", "--danger-cleartext-auth"];
    send_with(
        &[&["--tls", "none"], &login[..]].concat(),
        "S: 220 old
         C: EHLO client.example
         S: 502 what
         C: HELO client.example
         S: 250 hello
         C: QUIT
         S: 221 bye",
    )
    .exit(77)
    .stderr_contains("the server does not offer AUTH");
}

/// The line with which the program greets a server on this address.
fn hello_to(address: &str) -> Option<String> {
    let listener = TcpListener::bind((address, 0)).ok()?;
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 hi\r\n").unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let hello = lines.next().unwrap().unwrap();
        stream.write_all(b"421 enough\r\n").unwrap();
        _ = lines.next();
        hello
    });
    let flags = ["--host", address, "--tls", "none", "-f", "me@example.com", "--body", "hello"];
    let program = Mailsend::new().args(flags).args(["--port", &port.to_string(), "a@example.net"]);
    program.run().exit(75);
    Some(server.join().unwrap())
}

#[test]
fn the_name_given_by_default_is_full_or_an_address() {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    for (address, literal) in [("127.0.0.1", "[127.0.0.1]"), ("::1", "[IPv6:::1]")] {
        // Not every machine has IPv6.
        let Some(hello) = hello_to(address) else { continue };
        let name = hello.strip_prefix("EHLO ").unwrap();
        let is_full = name.contains('.') && name == host.trim().trim_end_matches('.');
        assert!(is_full || name == literal, "{hello}");
    }
}

#[test]
fn a_name_that_others_cannot_read_is_refused_before_connecting() {
    for name in ["my host", "a..b", "b\u{fc}cher.example", "[300.0.2.1]", "[::1]", ""] {
        program(9).args(["--tls", "none", "--ehlo", name, "a@example.net"]).run().exit(64);
    }
}

#[test]
fn a_recipient_that_lives_elsewhere_is_not_followed() {
    send(
        "S: 220 hi
         C: EHLO client.example
         S: 250 mail
         C: MAIL FROM:<me@example.com>
         S: 250 ok
         C: RCPT TO:<a@example.net>
         S: 551 5.1.6 user not local; please try <b@elsewhere.example>
         C: QUIT
         S: 221 bye",
    )
    .exit(67)
    .stderr_contains("rejected at RCPT TO: 551 5.1.6 user not local");
}

#[test]
fn where_starttls_is_required_and_not_offered_nothing_is_sent() {
    for offer in ["S: 250 8BITMIME", "S: 250 STARTTLSX", "S: 250 X-STARTTLS"] {
        send_with(
            &["--tls", "starttls"],
            &format!(
                "S: 220 hi
                 C: EHLO client.example
                 S: 250-mail
                 {offer}
                 C: QUIT
                 S: 221 bye"
            ),
        )
        .exit(76)
        .stderr_contains("TLS is required, and the server does not offer STARTTLS");
    }
}

#[test]
fn a_firewall_that_hides_starttls_is_named() {
    send_with(
        &["--tls", "starttls"],
        "S: 220 ***********************
         C: EHLO client.example
         S: 250-mail
         S: 250-PIPELINING
         S: 250-XXXXXXXA
         S: 250 XXXB
         C: QUIT
         S: 221 bye",
    )
    .exit(76)
    .stderr_contains("hint: a firewall between here and 127.0.0.1 hides what the server offers");
}

#[test]
fn helo_offers_no_starttls_either() {
    send_with(
        &["--tls", "starttls"],
        "S: 220 hi
         C: EHLO client.example
         S: 502 what
         C: HELO client.example
         S: 250 hello
         C: QUIT
         S: 221 bye",
    )
    .exit(76);
}

#[test]
fn starttls_that_is_refused_is_temporary_or_not() {
    for (code, status) in [("454", 75), ("421", 75), ("501", 76), ("554", 76), ("354", 76)] {
        send_with(
            &["--tls", "starttls"],
            &format!(
                "S: 220 hi
                 C: EHLO client.example
                 S: 250-mail
                 S: 250 starttls
                 C: STARTTLS
                 S: {code} TLS not available
                 C*"
            )
            .replace("C*", if code == "354" { "C-EOF" } else { "C: QUIT\n S: 221 bye" }),
        )
        .exit(status)
        .stderr_contains(&format!("{code} TLS not available"));
    }
}

#[test]
fn opportunistic_tls_that_is_refused_goes_on_in_the_clear() {
    for code in ["454", "502", "554"] {
        send_with(
            &["--tls", "opportunistic"],
            &format!(
                "S: 220 hi
                 C: EHLO client.example
                 S: 250-mail
                 S: 250 STARTTLS
                 C: STARTTLS
                 S: {code} TLS not available
                 {MAIL}"
            ),
        )
        .exit(0);
    }
}

#[test]
fn a_server_that_is_gone_after_its_220_has_broken_tls() {
    send_with(
        &["--tls", "starttls"],
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         S-CLOSE",
    )
    .exit(76);
    send_with(
        &["--tls", "opportunistic"],
        &format!(
            "S: 220 hi
             C: EHLO client.example
             S: 250-mail
             S: 250 STARTTLS
             C: STARTTLS
             S: 220 go
             S-CLOSE
             --- connection
             S: 220 hi
             C: EHLO client.example
             S: 250-mail
             S: 250 STARTTLS
             {MAIL}"
        ),
    )
    .exit(0);
}

#[test]
fn an_injection_that_comes_late_breaks_the_handshake() {
    send_with(
        &["--tls", "starttls"],
        r#"S: 220 hi
           C: EHLO client.example
           S: 250-mail
           S: 250 STARTTLS
           C: STARTTLS
           S: 220 go
           S-WAIT: 100
           S-RAW: "250-mail\r\n250 AUTH PLAIN\r\n"
           S-CLOSE"#,
    )
    .exit(76);
}

/// Sends a mail with a login through a server whose certificate is good.
fn send_inside_tls(login: bool, script: &str) -> Outcome {
    let authority = Authority::new();
    let identity = authority.identity(Leaf::Good, KeyKind::P256);
    let server = ScriptServer::play_with(&identity, script);
    let login = match login {
        true => "username = 'alice'\npassword = 'wonder-land1'",
        false => "auth = 'none'",
    };
    let outcome = Mailsend::new()
        .file(".config/mailsend/ca.pem", authority.pem())
        .config(&format!(
            "[profiles.corp]\nhost = '127.0.0.1'\nport = {}\ntls = 'starttls'\n\
             ca_file = 'ca.pem'\n{login}\nfrom = 'me@example.com'\nehlo = 'client.example'\n",
            server.port()
        ))
        .args(["-p", "corp", "--body", "hello", "a@example.net"])
        .talks_to(server.dialogue())
        .run();
    server.finish();
    outcome
}

#[test]
fn the_go_ahead_of_starttls_may_have_several_lines_or_another_code() {
    for go_ahead in ["S: 220-Ready\n S: 220 go", "S: 250 go ahead", "S-RAW: \"220\\n\""] {
        send_inside_tls(
            false,
            &format!(
                "S: 220 hi
                 C: EHLO client.example
                 S: 250-mail
                 S: 250 StartTLS
                 C: STARTTLS
                 {go_ahead}
                 TLS
                 C: EHLO client.example
                 S: 250-mail
                 S: 250 STARTTLS
                 {MAIL}"
            ),
        )
        .exit(0);
    }
}

#[test]
fn what_was_offered_before_tls_is_forgotten() {
    // SIZE 10 would refuse the message, PIPELINING would send all at once.
    send_inside_tls(
        false,
        &format!(
            "S: 220 hi
             C: EHLO client.example
             S: 250-mail
             S: 250-SIZE 10
             S: 250-PIPELINING
             S: 250 STARTTLS
             C: STARTTLS
             S: 220 go
             TLS
             C: EHLO client.example
             S: 250 mail
             {MAIL}"
        ),
    )
    .exit(0);
    send_inside_tls(
        true,
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail
         S: 250-AUTH PLAIN
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS
         C: EHLO client.example
         S: 250 mail
         C: QUIT
         S: 221 bye",
    )
    .exit(77)
    .stderr_contains("the server offers AUTH only outside TLS");
}

#[test]
fn ehlo_refused_inside_tls_falls_back_to_helo_or_is_told() {
    let script = |ending: &str| {
        format!(
            "S: 220 hi
             C: EHLO client.example
             S: 250-mail
             S: 250 STARTTLS
             C: STARTTLS
             S: 220 go
             TLS
             C: EHLO client.example
             S: 503 duplicate EHLO
             C: HELO client.example
             {ending}"
        )
    };
    send_inside_tls(false, &script(&format!("S: 250 hello\n{MAIL}"))).exit(0);
    let refused = script("S: 503 duplicate HELO\n C: QUIT\n S: 221 bye");
    send_inside_tls(false, &refused).exit(69).stderr_contains("503 duplicate EHLO");
    let without_auth = script("S: 250 hello\n C: QUIT\n S: 221 bye");
    send_inside_tls(true, &without_auth).exit(77);
}
