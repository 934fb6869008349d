//! A server that does not throw a refused chunk away but reads it as commands: whatever a message
//! says, nothing of it is executed.

use mailsend::sandbox::Sandbox;

use crate::support::{Mailsend, caught, sandbox};

/// What sends another mail, wherever it is read as commands.
const SMUGGLED: &[&str] = &[
    "RSET",
    "MAIL FROM:<other@example.com>",
    "RCPT TO:<victim@example.net>",
    "DATA",
    "Subject: smuggled",
    "",
    "hi",
    ".",
];

fn send(server: &Sandbox, text: &str, recipients: &[&str]) -> crate::support::Outcome {
    let port = server.address().port().to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", &port, "--tls", "none", "-vv"])
        .args(["-f", "me@example.com", "--body", text])
        .args(recipients.iter().copied())
        .run()
}

#[test]
fn nothing_of_a_message_is_executed_however_its_lines_look() {
    let server = sandbox("keeps-chunk", "");
    for (before, end) in [("", "\r\n"), ("", "\n"), (" ", "\n"), ("\t \t", "\n")] {
        let lower: Vec<String> = SMUGGLED.iter().map(|line| line.to_ascii_lowercase()).collect();
        let same: Vec<String> = SMUGGLED.iter().map(|line| (*line).to_owned()).collect();
        for lines in [same, lower] {
            let text: String = lines.iter().map(|line| format!("{before}{line}{end}")).collect();
            let outcome = send(&server, &text, &["nobody@example.net"]);
            outcome.exit(67).lacks("BDAT").lacks("queued");
            assert_eq!(caught(&server).len(), 0, "{text}");
        }
    }
}

/// The chunk goes out and is read as commands, none of which there is.
#[test]
fn what_is_read_as_commands_is_refused_line_by_line() {
    let server = sandbox("keeps-chunk", "");
    let outcome = send(&server, "hello\n.\nbye\n", &["nobody@example.net"]);
    outcome.exit(67).stderr_contains("C: BDAT ").stderr_contains("S: 500 ");
    assert_eq!(caught(&server).len(), 0);
    let outcome = send(&server, "hello\n.\nbye\n", &["nobody@example.net", "a@example.net"]);
    outcome.exit(67).stderr_contains("queued");
    assert_eq!(caught(&server).len(), 1);
}
