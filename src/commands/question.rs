//! A question to whoever sits at the terminal, and the line that they type. Nobody is asked where
//! stdin or stderr is no terminal.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Write as _};

use super::columns::wrapped;
use super::context::Context;
use super::ui::harmless;

/// Where nothing says how wide the terminal is.
const WIDTH: usize = 80;

/// Whether somebody is there to be asked.
pub(super) fn can_be_asked(context: &Context) -> bool {
    context.terminal.input && context.terminal.talk
}

/// The line that was typed, without blanks around it; none where nobody answers, because nobody is
/// there or they closed their terminal. `text` is shown in lines of its own before `prompt`.
pub(super) fn answer(text: &str, prompt: &str, context: &Context) -> Option<String> {
    if !can_be_asked(context) {
        return None;
    }
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty").ok()?;
    let width = context.terminal.columns.unwrap_or(WIDTH);
    let lines = text.lines().flat_map(|line| match line {
        "" => vec![String::new()],
        line => wrapped(&harmless(line), width),
    });
    let shown: String = lines.map(|line| line + "\n").collect();
    let mut writer = &terminal;
    // Over the line that tells what is being done. Whoever does not see the question has no answer.
    write!(writer, "\r\x1b[K{shown}{}", harmless(prompt)).and_then(|()| writer.flush()).ok()?;
    let mut line = String::new();
    // A terminal gives out a line at a time, so nothing of the next answer is taken along.
    match BufReader::new(&terminal).read_line(&mut line) {
        Ok(count) if count > 0 => Some(line.trim().to_owned()),
        _ => None,
    }
}

/// Whether the answer is yes, typed out.
pub(super) fn typed_yes(text: &str, prompt: &str, context: &Context) -> bool {
    answer(text, prompt, context).is_some_and(|answer| answer.eq_ignore_ascii_case("yes"))
}
