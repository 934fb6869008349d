//! The text of the mail: from flags, a file or stdin.
//!
//! Text that is not UTF-8 is sent with its faults replaced and a warning, because an alert must
//! not get lost.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::args::WhatArgs;
use super::attach;
use super::input::{self, Patience};
use crate::commands::context::Terminal;
use crate::commands::in_time::in_time;
use crate::commands::refusal::Refusal;
use crate::commands::typed;
use crate::commands::ui::Ui;
use crate::model::Body;
use crate::model::reason;

/// After so long without an end of stdin we say what we wait for.
const REMINDER: Duration = Duration::from_secs(5);

/// Where the plain text comes from.
enum TextFrom<'a> {
    Nowhere,
    Flag(&'a OsStr),
    File(&'a Path),
    Stdin,
}

/// Takes the text together; reads stdin only if no flag says what to send.
pub(super) fn body(args: &WhatArgs, patience: Patience, ui: &mut Ui) -> Result<Body, Refusal> {
    let html = match (&args.html, &args.html_file) {
        (Some(html), _) => Some(from_flag("--html", html, ui)),
        (None, Some(path)) => {
            Some(decode(input::read(path, patience)?, &path.display().to_string(), ui))
        }
        (None, None) => None,
    };
    let source = text_from(args);
    match (source, html) {
        (TextFrom::Nowhere, None) => Ok(Body::Text(String::new())),
        (TextFrom::Nowhere, Some(html)) => Ok(Body::Html(html)),
        (source, None) => Ok(Body::Text(read(&source, patience, ui)?)),
        (source, Some(html)) => Ok(Body::Alternative { text: read(&source, patience, ui)?, html }),
    }
}

fn text_from(args: &WhatArgs) -> TextFrom<'_> {
    let has_html = args.html.is_some() || args.html_file.is_some();
    match (&args.body, &args.body_file) {
        (Some(text), _) => TextFrom::Flag(text),
        (None, Some(path)) if path.as_os_str() == "-" => TextFrom::Stdin,
        (None, Some(path)) => TextFrom::File(path),
        (None, None) if has_html || args.no_body || attach::takes_stdin(args) => TextFrom::Nowhere,
        (None, None) => TextFrom::Stdin,
    }
}

fn read(source: &TextFrom<'_>, patience: Patience, ui: &mut Ui) -> Result<String, Refusal> {
    match source {
        TextFrom::Nowhere => Ok(String::new()),
        TextFrom::Flag(text) => Ok(from_flag("--body", text, ui)),
        TextFrom::File(path) => {
            Ok(decode(input::read(path, patience)?, &path.display().to_string(), ui))
        }
        TextFrom::Stdin => {
            let own = *ui;
            let octets = in_time(patience.deadline, "reading stdin", move || {
                read_stdin(patience.terminal, own).map_err(|error| {
                    Refusal::no_input(format!("cannot read stdin: {}", reason(&error)))
                })
            })?;
            Ok(decode(octets, "stdin", ui))
        }
    }
}

fn read_stdin(terminal: Terminal, mut ui: Ui) -> io::Result<Vec<u8>> {
    if terminal.input {
        ui.notice("type the text, then Ctrl-D on a line of its own");
        let mut octets = Vec::new();
        io::stdin().lock().read_to_end(&mut octets)?;
        return Ok(octets);
    }
    let mut watcher = ui;
    read_with_notice(io::stdin().lock(), REMINDER, move || {
        watcher.notice("still waiting for the end of stdin, which is the text of the mail");
        watcher.notice("(to send without it: --body TEXT, --no-body or < /dev/null)");
    })
}

/// Reads to the end, and calls `remind` once if that takes longer than `patience`.
fn read_with_notice(
    mut reader: impl Read,
    patience: Duration,
    remind: impl FnOnce() + Send,
) -> io::Result<Vec<u8>> {
    let (done, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let watcher = move || {
            if ended.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                remind();
            }
        };
        // Without a thread there is no reminder, and that is all.
        let _ = thread::Builder::new().spawn_scoped(scope, watcher);
        let mut octets = Vec::new();
        let read = reader.read_to_end(&mut octets);
        drop(done);
        read.map(|_| octets)
    })
}

fn from_flag(flag: &str, text: &OsStr, ui: &mut Ui) -> String {
    let (text, replaced) = typed::lossy(text);
    if replaced {
        warn_not_utf8(flag, ui);
    }
    text
}

fn decode(octets: Vec<u8>, origin: &str, ui: &mut Ui) -> String {
    String::from_utf8(octets).unwrap_or_else(|error| {
        warn_not_utf8(origin, ui);
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    })
}

/// Says that something was replaced.
pub(super) fn warn_not_utf8(origin: &str, ui: &mut Ui) {
    ui.warning(format!("{origin} is not valid UTF-8; what cannot be read was replaced by U+FFFD"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet() -> Ui {
        Ui::new(crate::commands::ui::Verbosity::Quiet)
    }

    fn body_of(args: WhatArgs) -> Body {
        body(&args, Patience::default(), &mut quiet()).unwrap()
    }

    #[test]
    fn html_alone_is_the_body() {
        let args = WhatArgs { html: Some("<p>hi".into()), ..WhatArgs::default() };
        assert_eq!(body_of(args), Body::Html("<p>hi".to_owned()));
    }

    #[test]
    fn html_beside_a_text_is_an_alternative() {
        let args =
            WhatArgs { html: Some("<p>hi".into()), body: Some("hi".into()), ..WhatArgs::default() };
        let expected = Body::Alternative { text: "hi".to_owned(), html: "<p>hi".to_owned() };
        assert_eq!(body_of(args), expected);
    }

    #[test]
    fn no_body_is_an_empty_text() {
        let args = WhatArgs { no_body: true, ..WhatArgs::default() };
        assert_eq!(body_of(args), Body::Text(String::new()));
    }

    #[test]
    fn stdin_that_is_attached_is_not_the_text() {
        let attaching =
            |typed: &str| WhatArgs { attach: vec![typed.into()], ..WhatArgs::default() };
        assert!(matches!(text_from(&attaching("-,name=x")), TextFrom::Nowhere));
        assert!(matches!(text_from(&attaching("x,name=-")), TextFrom::Stdin));
    }

    #[test]
    fn text_that_is_not_utf_8_is_sent_with_its_faults_replaced() {
        assert_eq!(decode(b"disk \xff full".to_vec(), "stdin", &mut quiet()), "disk \u{fffd} full");
    }

    #[test]
    fn a_missing_body_file_is_no_input() {
        let args = WhatArgs { body_file: Some("/no/such".into()), ..WhatArgs::default() };
        let refusal = body(&args, Patience::default(), &mut quiet()).unwrap_err();
        assert_eq!(refusal.message, "cannot read /no/such: no such file or directory");
        assert_eq!(refusal.exit, crate::model::Exit::NO_INPUT);
    }

    /// Ends only once somebody was reminded.
    struct Stubborn(mpsc::Receiver<()>);

    impl Read for Stubborn {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            self.0.recv().map(|()| 0).map_err(io::Error::other)
        }
    }

    #[test]
    fn a_stdin_that_does_not_end_brings_a_reminder() {
        let (remind, reminded) = mpsc::channel();
        let remind = move || remind.send(()).unwrap();
        let octets = read_with_notice(Stubborn(reminded), Duration::ZERO, remind).unwrap();
        assert_eq!(octets, b"");
    }

    #[test]
    fn a_stdin_that_ends_brings_none() {
        let remind = || panic!("nobody waits");
        let octets = read_with_notice(&b"hi"[..], Duration::MAX, remind).unwrap();
        assert_eq!(octets, b"hi");
    }
}
