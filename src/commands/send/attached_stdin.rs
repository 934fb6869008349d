//! Stdin as an attachment: streamed from where it is if it is a file, else copied first.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::args::WhatArgs;
use super::input::{self, Patience};
use super::reminder::reminding;
use crate::commands::in_time::in_time;
use crate::commands::refusal::Refusal;
use crate::commands::ui::Ui;
use crate::model::Source;

/// After so long without an end of stdin we say what we wait for.
const REMINDER: Duration = Duration::from_secs(5);

/// Whether a file name means stdin.
pub(super) fn is_stdin(path: &OsStr) -> bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == *name)
}

/// Refuses a second reader of stdin: the first one takes it all. `attached` is how often it is to
/// be attached.
pub(super) fn check_single_use(args: &WhatArgs, attached: usize) -> Result<(), Refusal> {
    let is_text = args.body_file.as_ref().is_some_and(|path| is_stdin(path.as_os_str()));
    let is_html = args.html_file.as_ref().is_some_and(|path| is_stdin(path.as_os_str()));
    let is_calendar = args.ics.as_ref().is_some_and(|path| is_stdin(path.as_os_str()));
    match (attached, is_text || is_html || is_calendar) {
        (0, _) | (1, false) => Ok(()),
        (_, true) => Err(Refusal::usage("stdin cannot be both the text and an attachment")
            .hint("give the text with --body, or a file to attach in place of -")),
        (_, false) => Err(Refusal::usage("stdin can be attached only once")),
    }
}

/// Reads stdin to its end, or leaves it where it is if that is a file.
pub(super) fn source(patience: Patience, ui: &mut Ui) -> Result<Source, Refusal> {
    let mut watcher = *ui;
    let is_terminal = patience.terminal.input;
    if is_terminal {
        watcher.notice("type what to attach, then Ctrl-D on a line of its own");
    }
    in_time(patience.deadline, "reading stdin", move || {
        let reminder = if is_terminal { Duration::MAX } else { REMINDER };
        let remind =
            || watcher.notice("still waiting for the end of stdin, which is to be attached");
        reminding(reminder, remind, read)
    })
}

#[cfg(unix)]
fn read() -> Result<Source, Refusal> {
    use std::fs::File;
    use std::io::Seek as _;
    use std::os::fd::AsFd as _;

    let path = Path::new("stdin");
    let unreadable = |error| input::unreadable(path, &error);
    let own = io::stdin().as_fd().try_clone_to_owned().map_err(unreadable)?;
    let mut file = File::from(own);
    // A part of it may have been read by somebody else, for whom it is gone.
    match file.stream_position() {
        Ok(0) => input::take(file, path),
        _ => input::copy(file, path),
    }
}

#[cfg(not(unix))]
fn read() -> Result<Source, Refusal> {
    input::copy(io::stdin().lock(), Path::new("stdin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stdin_has_several_names() {
        assert!(is_stdin(OsStr::new("-")) && is_stdin(OsStr::new("/dev/stdin")));
        assert!(!is_stdin(OsStr::new("./-")) && !is_stdin(OsStr::new("")));
    }

    #[test]
    fn stdin_is_read_once() {
        let file = |path: &str| WhatArgs { body_file: Some(path.into()), ..WhatArgs::default() };
        assert!(check_single_use(&file("-"), 0).is_ok());
        assert!(check_single_use(&file("text"), 1).is_ok());
        assert!(check_single_use(&file("text"), 2).is_err());
        assert!(check_single_use(&file("/dev/stdin"), 1).is_err());
    }
}
