//! A program that prints a secret: its first line, if it ends well and in time.
//!
//! It reads nothing, and its stderr is ours. Where it takes too long it is ended with all that it
//! started, unless it shares a terminal with us: there it keeps our process group, so that it may
//! ask on the terminal and an interrupt reaches it.

use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::file::at_most;
use super::{Environment, SecretError, checked, without_line_end};
use crate::model::{Secret, Slot};

/// Runs a program with its arguments.
pub(super) fn first_line(
    slot: Slot,
    words: &[String],
    environment: &Environment<'_>,
) -> Result<Secret, SecretError> {
    let (program, arguments) = words.split_first().ok_or_else(|| {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "it has no name");
        SecretError::CannotRun { slot, program: "a program".to_owned(), error }
    })?;
    let group = Group::beside(environment.terminal);
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
    group.apply(&mut command);
    let mut child = command.spawn().map_err(|error| SecretError::CannotRun {
        slot,
        program: program.clone(),
        error,
    })?;

    let left = environment.time.filter(|left| *left <= environment.command_time);
    let outcome = match watch(slot, &mut child, left.unwrap_or(environment.command_time)) {
        Err(SecretError::CommandTimedOut { .. }) if left.is_some() => {
            Err(SecretError::OutOfTime { slot })
        }
        outcome => outcome,
    };
    if outcome.is_err() {
        group.end(&mut child);
    }
    let (mut output, status) = outcome?;
    if !status.success() {
        return Err(SecretError::CommandFailed { slot, status });
    }
    let printed = !output.is_empty();
    if let Some(end) = output.iter().position(|octet| *octet == b'\n') {
        output.truncate(end + 1);
    }
    without_line_end(&mut output);
    if output.is_empty() {
        return Err(SecretError::CommandSilent { slot, empty_line: printed });
    }
    checked(format!("what {slot}_command printed"), output)
}

/// Reads what the child prints and waits for its end, for so long.
fn watch(
    slot: Slot,
    child: &mut Child,
    time: Duration,
) -> Result<(Zeroizing<Vec<u8>>, ExitStatus), SecretError> {
    let deadline = Instant::now() + time;
    let late = || SecretError::CommandTimedOut { slot, seconds: time.as_secs() };
    let unread = |error| SecretError::CommandOutput { slot, error };
    let stdout = child.stdout.take();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let output = stdout.map_or_else(|| Ok(Zeroizing::default()), at_most);
        // Nobody listens any more when the time is over.
        let _ = sender.send(output);
    });
    let output = match receiver.recv_timeout(time) {
        Ok(output) => output.map_err(unread)?,
        Err(RecvTimeoutError::Timeout) => return Err(late()),
        Err(RecvTimeoutError::Disconnected) => {
            return Err(unread(io::Error::other("the reader failed")));
        }
    };
    // Having closed its output it is about to end; looking often costs nothing then.
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait().map_err(unread)? {
            return Ok((output, status));
        }
        if Instant::now() >= deadline {
            return Err(late());
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// Which process group the command runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// Ours, the one that may use the terminal.
    Ours,
    /// One of its own, which can be ended as a whole.
    Own,
}

impl Group {
    pub(super) fn beside(terminal: &Path) -> Self {
        if cfg!(unix) && std::fs::File::open(terminal).is_err() { Self::Own } else { Self::Ours }
    }

    pub(super) fn apply(self, command: &mut Command) {
        #[cfg(unix)]
        if self == Self::Own {
            std::os::unix::process::CommandExt::process_group(command, 0);
        }
        #[cfg(not(unix))]
        let _ = command;
    }

    /// Ends a command that is given up. There is nothing left to tell if that fails.
    pub(super) fn end(self, child: &mut Child) {
        if self == Self::Own {
            let group = format!("-{}", child.id());
            let _ = Command::new("sh").args(["-c", "kill -s KILL -- \"$0\"", &group]).status();
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::io::BufRead as _;

    use super::*;
    use crate::model::Exit;
    use crate::secret::{SecretSource, obtain};

    fn run_for(line: &str, time: Duration) -> Result<Secret, SecretError> {
        let environment = Environment {
            terminal: Path::new("/nonexistent/tty"),
            command_time: time,
            ..Environment::of_process()
        };
        obtain(Slot::Password, &SecretSource::Shell(line.to_owned()), "", &environment)
    }

    fn run(line: &str) -> Result<Secret, SecretError> {
        run_for(line, Duration::from_secs(30))
    }

    #[test]
    fn the_first_line_is_the_secret() {
        for line in [
            "echo hunter2",
            "printf hunter2",
            "printf 'hunter2\\r\\nuser: nick\\n'",
            "printf 'hunter2\\n\\n'; echo more",
            "cat; echo hunter2",
        ] {
            assert_eq!(run(line).unwrap().expose(), b"hunter2", "{line}");
        }
    }

    #[test]
    fn an_array_is_run_without_a_shell() {
        let words = ["printf", "%s", "$HOME;x"].map(str::to_owned).to_vec();
        let secret =
            obtain(Slot::Password, &SecretSource::Program(words), "", &Environment::of_process());
        assert_eq!(secret.unwrap().expose(), b"$HOME;x");
    }

    #[test]
    fn what_fails_is_told_without_the_command_or_its_output() {
        for (line, message) in [
            ("echo hunter2; exit 3", "password_command failed: exit status: 3"),
            ("echo hunter2; kill -9 $$", "password_command failed: signal: 9 (SIGKILL)"),
            ("true", "password_command printed nothing"),
            ("echo; echo hunter2", "password_command printed an empty line first"),
            ("printf 'hunter2\\0'", "what password_command printed contains a NUL"),
        ] {
            assert_eq!(run(line).unwrap_err().to_string(), message);
        }
        assert_eq!(run("exit 1").unwrap_err().exit(), Exit::NO_PERM);
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let source = SecretSource::Program(vec!["/nonexistent/pass".to_owned(), "x".to_owned()]);
        let error = obtain(Slot::Password, &source, "", &Environment::of_process()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "password_command: cannot run /nonexistent/pass: no such file or directory"
        );
        assert_eq!(error.exit(), Exit::NO_PERM);
    }

    #[test]
    fn a_command_that_takes_too_long_is_given_up() {
        let error = run_for("sleep 1000", Duration::from_millis(10)).unwrap_err();
        let message = "password_command took longer than 0 s and was ended";
        assert_eq!(error.to_string(), message);
        assert_eq!(error.hint().unwrap(), "it must not wait for anybody: its stdin is empty");
        assert_eq!(error.exit(), Exit::NO_PERM);
    }

    #[test]
    fn a_command_gets_no_more_time_than_there_is_for_everything() {
        let environment =
            Environment { time: Some(Duration::from_millis(10)), ..Environment::of_process() };
        let source = SecretSource::Shell("sleep 1000".to_owned());
        let error = obtain(Slot::Token, &source, "", &environment).unwrap_err();
        assert_eq!(error.to_string(), "there was no time left for the token");
        assert_eq!(error.exit(), Exit::TEMP_FAIL);
    }

    #[test]
    fn a_command_is_ended_with_all_that_it_started() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & echo ready; wait"]).stdout(Stdio::piped());
        Group::Own.apply(&mut command);
        let mut child = command.spawn().unwrap();
        let mut stdout = io::BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Group::Own.end(&mut child);
        // The end comes when nobody holds the other side any more.
        assert_eq!(stdout.read_line(&mut line).unwrap(), 0);
    }
}
