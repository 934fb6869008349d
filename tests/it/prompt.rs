//! The password is asked for on the terminal, also while stdin is the body.

use std::process::Command;

use crate::support::{caught, sandbox};

/// Runs the words behind the first two in a terminal of their own, waits for the prompt, and for the
/// terminal to show no more of what is typed, and types the answer. Prints what the terminal showed and ends with the program's status.
const TYPIST: &str = r#"
import os, pty, sys, termios, time
prompt, answer, program = sys.argv[1], sys.argv[2], sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(program[0], program)
shown, typed = b"", False
while True:
    try:
        octets = os.read(terminal, 4096)
    except OSError:
        octets = b""
    if not octets:
        break
    shown += octets
    if not typed and prompt.encode() in shown:
        while termios.tcgetattr(terminal)[3] & termios.ECHO:
            time.sleep(0.01)
        os.write(terminal, answer.encode() + b"\n")
        typed = True
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

#[test]
fn the_password_is_typed_while_stdin_is_the_body_and_not_shown() {
    let server = sandbox("submission", "typed-by-hand");
    let port = server.address().port();
    let pin = server.certificate_pin();
    let program = env!("CARGO_BIN_EXE_mailsend");
    let line = format!(
        "echo 'body from a pipe' | '{program}' --host 127.0.0.1 --port {port} --pin-sha256 {pin} \
         --username me@example.com -t you@example.com -s hi"
    );
    let output = Command::new("python3")
        .args(["-c", TYPIST, "Password of me@example.com at 127.0.0.1: ", "typed-by-hand"])
        .args(["sh", "-c", &line])
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{shown}");
    assert!(!shown.contains("typed-by-hand"), "{shown}");
    let message = caught(&server).remove(0);
    assert_eq!(message.login.unwrap().user, "me@example.com");
}

/// The deadline passes while the person is asked: whoever types next must see it.
#[test]
fn a_prompt_that_nobody_answers_ends_with_the_deadline_and_leaves_the_terminal_as_it_was() {
    let program = env!("CARGO_BIN_EXE_mailsend");
    let line = format!(
        "'{program}' --host 127.0.0.1 --port 9 --username me@example.com --deadline 1 \
         -t you@example.com -s hi --body x; echo \"status: $?\"; stty -a"
    );
    let output = Command::new("python3")
        .args(["-c", TYPIST, "never shown", ""])
        .args(["sh", "-c", &line])
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("the deadline of 1 s (obtaining the password)"), "{shown}");
    assert!(shown.contains("status: 75"), "{shown}");
    assert!(shown.contains(" echo ") && !shown.contains("-echo "), "{shown}");
}
