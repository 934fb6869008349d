//! mailsend as sendmail(8): as cron and others call it, with the built-in server behind it.

mod aliases;
mod kept;
mod message;
mod modes;

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::symlink;

use mailsend::sandbox::{Caught, Sandbox};

use crate::support::{Mailsend, Outcome, caught, sandbox};

/// What cron hands over.
const CRON: &str = "From: root (Cron Daemon)
To: root
Subject: Cron <root@web1> job
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
X-Cron-Env: <SHELL=/bin/sh>

Größe: 1
";

/// A profile for this server, and what else its file says.
fn config(sandbox: &Sandbox, lines: &str, tables: &str) -> String {
    let port = sandbox.address().port();
    format!(
        "[profiles.corp]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nauth = \"none\"\n\
         from = \"Alerts <alerts@corp.test>\"\n{lines}\n{tables}\n"
    )
}

/// The program, called as sendmail with these words.
fn sendmail(words: &[&str]) -> Mailsend {
    Mailsend::new().arg("sendmail").args(words)
}

/// The only mail that was caught: its envelope (`sender: recipients`) and its octets as text.
fn only(sandbox: &Sandbox) -> (String, String) {
    let all = caught(sandbox);
    let [caught] = &all[..] else { panic!("{} mails were caught", all.len()) };
    (envelope(caught), message(caught))
}

fn envelope(caught: &Caught) -> String {
    let envelope = &caught.envelope;
    format!("{}: {}", envelope.reverse_path, envelope.recipients.join(" "))
}

fn message(caught: &Caught) -> String {
    let mut text = String::new();
    caught.reader().unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A message's field by its name, unfolded.
fn field(message: &str, name: &str) -> Option<String> {
    let (header, _) = message.split_once("\r\n\r\n")?;
    let unfolded = header.replace("\r\n ", " ");
    let line = unfolded.lines().find(|line| {
        line.split_once(':').is_some_and(|(field, _)| field.eq_ignore_ascii_case(name))
    })?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Sends by a server that takes everything.
fn sent(words: &[&str], lines: &str, tables: &str, input: &str) -> (String, String) {
    let sandbox = sandbox("open", "x");
    let config = config(&sandbox, lines, tables);
    sendmail(words).config(&config).stdin(input).run().exit(0).silent();
    only(&sandbox)
}

/// What comes of it where nothing is sent.
fn refused(words: &[&str], lines: &str, tables: &str, input: &str) -> Outcome {
    let sandbox = sandbox("open", "x");
    let config = config(&sandbox, lines, tables);
    let outcome = sendmail(words).config(&config).stdin(input).run();
    assert_eq!(caught(&sandbox).len(), 0);
    outcome
}
