//! A person at a terminal, who waits for what is asked and types an answer to it.

use std::ffi::OsString;

use super::Mailsend;

/// Runs the words behind the first in a terminal of their own. The first is the answers as JSON:
/// what has to be shown first, what is typed then, and whether the terminal has to hide it. Prints
/// what the terminal showed and ends as a shell would.
const TYPIST: &str = r#"
import json, os, pty, sys, termios, time
answers, program = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(program[0], program)
shown, seen = b"", 0
while True:
    try:
        octets = os.read(terminal, 4096)
    except OSError:
        octets = b""
    if not octets:
        break
    shown += octets
    while answers:
        prompt, answer, hidden = answers[0]
        at = shown.find(prompt.encode(), seen)
        if at < 0:
            break
        seen = at + len(prompt.encode())
        while hidden and termios.tcgetattr(terminal)[3] & termios.ECHO:
            time.sleep(0.01)
        os.write(terminal, answer.encode())
        answers.pop(0)
sys.stdout.buffer.write(shown)
sys.stdout.flush()
if answers:
    sys.exit(f"never asked: {answers}")
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(status if status >= 0 else 128 - status)
"#;

/// An answer that the terminal shows.
pub(crate) fn shown(prompt: &str, line: &str) -> (String, String, bool) {
    (prompt.to_owned(), format!("{line}\n"), false)
}

/// An answer that the terminal hides.
pub(crate) fn hidden(prompt: &str, line: &str) -> (String, String, bool) {
    (prompt.to_owned(), format!("{line}\n"), true)
}

/// Keys that end no line.
pub(crate) fn keys(prompt: &str, keys: &str, hidden: bool) -> (String, String, bool) {
    (prompt.to_owned(), keys.to_owned(), hidden)
}

/// The program in a terminal, with somebody who gives these answers; its words are to be added.
pub(crate) fn at_a_terminal(answers: &[(String, String, bool)]) -> Mailsend {
    let answers = serde_json::to_string(answers).unwrap();
    let words: [OsString; 4] =
        ["-c".into(), TYPIST.into(), answers.into(), env!("CARGO_BIN_EXE_mailsend").into()];
    Mailsend::program("python3").args(words)
}
