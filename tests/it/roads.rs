//! The roads to a server: IPv6 and IPv4 raced, an address of our own, a Unix socket, LMTP, proxies.

mod addresses;
mod lmtp;
mod proxies;
mod real;
mod socket;

use super::support::{Mailsend, ScriptServer};

/// What a server says that offers nothing and takes a mail for one.
const TAKES_ONE: &str = "S: 220 hi
C: EHLO *
S: 250 mail
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

/// A small mail in the clear to this host and port.
fn mail_to(host: &str, port: u16) -> Mailsend {
    Mailsend::new().args(["--host", host, "--port", &port.to_string(), "--tls", "none"]).args([
        "-f",
        "me@example.com",
        "-s",
        "hi",
        "--body",
        "x",
    ])
}

fn takes_one() -> ScriptServer {
    ScriptServer::play(TAKES_ONE)
}
