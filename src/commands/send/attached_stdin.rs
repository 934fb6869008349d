//! Stdin as an attachment: who else may read it, and what is said while it comes.

use super::args::WhatArgs;
use super::input::Patience;
use super::reminder::while_typed;
use super::stdin::{self, is_stdin};
use crate::commands::in_time::in_time;
use crate::commands::refusal::Refusal;
use crate::commands::ui::Ui;
use crate::model::Source;

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
    const WAITING: &[&str] = &["still waiting for the end of stdin, which is to be attached"];
    let ui = *ui;
    in_time(patience.deadline, "reading stdin", move || {
        while_typed(patience.terminal, ui, "what to attach", WAITING, stdin::source)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stdin_is_read_once() {
        let file = |path: &str| WhatArgs { body_file: Some(path.into()), ..WhatArgs::default() };
        assert!(check_single_use(&file("-"), 0).is_ok());
        assert!(check_single_use(&file("text"), 1).is_ok());
        assert!(check_single_use(&file("text"), 2).is_err());
        assert!(check_single_use(&file("/dev/stdin"), 1).is_err());
    }
}
