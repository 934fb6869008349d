//! What is said on the wire without AUTH and TLS: the transaction, replies as servers really write
//! them, and the exit status of every ending.

mod all_or_none;
mod chunking;
mod content;
mod early;
mod envelope;
mod limits;
mod parameters;
mod pipelining;
mod retry;
mod session;
mod too_many;

use crate::support::{Mailsend, Outcome, ScriptServer};

/// Sends a small mail to `recipients` through a server that follows the script.
fn send(recipients: &[&str], script: &str) -> (ScriptServer, Outcome) {
    send_with(&[], recipients, script)
}

fn send_with(flags: &[&str], recipients: &[&str], script: &str) -> (ScriptServer, Outcome) {
    let server = ScriptServer::play(script);
    let outcome = program(&server).args(flags).args(recipients).run();
    (server, outcome)
}

fn program(server: &ScriptServer) -> Mailsend {
    let port = server.port().to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str(), "--tls", "none"])
        .args(["--ehlo", "client.example", "-f", "me@example.com", "--body", "hello"])
        .talks_to(server.dialogue())
}

/// How a server that offers PIPELINING begins.
const GROUPS: &str = "S: 220 hi
    C: EHLO client.example
    S: 250-mail.example.net
    S: 250 PIPELINING";

/// How a server that takes one command at a time begins.
const STEPS: &str = "S: 220 hi
    C: EHLO client.example
    S: 250 mail.example.net";

/// One mail to one recipient, a command at a time, on a connection of its own.
const STEP_BY_STEP: &str = "--- connection
    S: 220 hi
    C: EHLO client.example
    S: 250-mail.example.net
    S: 250 PIPELINING
    C: MAIL FROM:<me@example.com>
    S: 250 ok
    C: RCPT TO:<a@example.net>
    S: 250 ok
    C: DATA
    S: 354 go on
    C-DATA
    S: 250 queued
    C: QUIT
    S: 221 bye";

/// The envelope of a pipelined mail to one recipient, then these answers.
fn pipelined(answers: &str) -> (ScriptServer, Outcome) {
    let script = format!(
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail.example.net
         S: 250 PIPELINING
         C: MAIL FROM:<me@example.com>
         C: RCPT TO:<a@example.net>
         C: DATA
         {answers}"
    );
    send(&["a@example.net"], &script)
}
