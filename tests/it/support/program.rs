//! The program as its users run it: a home of its own, nothing inherited from whoever tests.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::Dialogue;

/// After this the program hangs, and the test has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A run of the program, to be described and then made.
pub(crate) struct Mailsend {
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    stdin: Vec<u8>,
    stdout: Option<Stdio>,
    stderr: Option<Stdio>,
    home: TempDir,
    dialogue: Option<Dialogue>,
}

/// A run that has not ended yet.
pub(crate) struct Running {
    child: Child,
    stdout: mpsc::Receiver<Vec<u8>>,
    stderr: mpsc::Receiver<Vec<u8>>,
    outcome: Outcome,
}

/// What came of it. The checks fail with everything that is known of the run.
pub(crate) struct Outcome {
    command: String,
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    home: TempDir,
    dialogue: Option<Dialogue>,
}

/// Makes a file one that can be run. It is copied by another process: if a test forks while this one
/// writes, its child holds the file open for writing for a moment, and such a file cannot be run.
pub(crate) fn make_executable(path: &Path) {
    let copy = path.with_extension("copy");
    let status = Command::new("install").args(["-m", "755"]).args([path, &copy]).status().unwrap();
    assert!(status.success(), "{}", path.display());
    fs::rename(copy, path).unwrap();
}

impl Mailsend {
    /// An empty home, which is also the current folder, no environment but `PATH`, and an empty
    /// standard input.
    pub(crate) fn new() -> Self {
        Self::program(env!("CARGO_BIN_EXE_mailsend"))
    }

    /// The same for another program: what calls ours, or is called by it.
    pub(crate) fn program(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            stdin: Vec::new(),
            stdout: None,
            stderr: None,
            home: TempDir::new().unwrap(),
            dialogue: None,
        }
    }

    /// The user's configuration file.
    pub(crate) fn config(self, toml: &str) -> Self {
        self.file(".config/mailsend/config.toml", toml)
    }

    /// A file in the home, mode 0600.
    pub(crate) fn file(self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        self
    }

    pub(crate) fn stdin(mut self, octets: impl Into<Vec<u8>>) -> Self {
        self.stdin = octets.into();
        self
    }

    pub(crate) fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn args<A: Into<OsString>>(mut self, all: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(all.into_iter().map(Into::into));
        self
    }

    /// Takes arguments away that stand together.
    pub(crate) fn without(mut self, words: &[&str]) -> Self {
        let all = self.arguments.windows(words.len());
        let at = all.into_iter().position(|run| run.iter().zip(words).all(|(a, b)| a == *b));
        let at = at.unwrap_or_else(|| panic!("{words:?} are no arguments"));
        self.arguments.drain(at..at + words.len());
        self
    }

    pub(crate) fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Where its standard output goes instead of into the outcome.
    pub(crate) fn stdout_to(mut self, stdout: impl Into<Stdio>) -> Self {
        self.stdout = Some(stdout.into());
        self
    }

    /// Where its standard error goes instead of into the outcome.
    pub(crate) fn stderr_to(mut self, stderr: impl Into<Stdio>) -> Self {
        self.stderr = Some(stderr.into());
        self
    }

    /// Shows this dialogue too when a check fails.
    pub(crate) fn talks_to(mut self, dialogue: &Dialogue) -> Self {
        self.dialogue = Some(dialogue.clone());
        self
    }

    /// Where the home is.
    pub(crate) fn home(&self) -> PathBuf {
        self.home.path().to_owned()
    }

    /// Runs the program to its end.
    pub(crate) fn run(self) -> Outcome {
        self.start().end()
    }

    /// Starts the program and leaves it running.
    pub(crate) fn start(self) -> Running {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.home.path())
            .stdin(Stdio::piped())
            .stdout(self.stdout.unwrap_or_else(Stdio::piped))
            .stderr(self.stderr.unwrap_or_else(Stdio::piped));
        let mut child = command.spawn().unwrap();
        // Its ends of pipes that the test made are its own alone from here on.
        drop(command);
        let mut stdin = child.stdin.take().unwrap();
        let input = self.stdin;
        // A program that does not read its input is free not to.
        thread::spawn(move || _ = stdin.write_all(&input));
        let stdout = collect(child.stdout.take());
        let stderr = collect(child.stderr.take());
        let outcome = Outcome {
            command: shown(&self.program, &self.arguments),
            status: ExitStatus::from_raw(0),
            stdout: Vec::new(),
            stderr: Vec::new(),
            home: self.home,
            dialogue: self.dialogue,
        };
        Running { child, stdout, stderr, outcome }
    }
}

impl Running {
    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended by itself.
    pub(crate) fn goes_on(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end.
    pub(crate) fn end(self) -> Outcome {
        let Self { mut child, stdout, stderr, mut outcome } = self;
        match (stdout.recv_timeout(PATIENCE), stderr.recv_timeout(PATIENCE)) {
            (Ok(stdout), Ok(stderr)) => {
                outcome.stdout = stdout;
                outcome.stderr = stderr;
                outcome.status = child.wait().unwrap();
                outcome
            }
            _ => {
                child.kill().unwrap();
                outcome.fail("it hangs")
            }
        }
    }
}

impl Outcome {
    /// It ended with this status.
    pub(crate) fn exit(&self, status: i32) -> &Self {
        self.check(self.status.code() == Some(status), || format!("expected exit status {status}"))
    }

    /// The status that it ended with.
    pub(crate) fn status(&self) -> i32 {
        self.status.code().unwrap_or_else(|| self.fail("it was killed"))
    }

    /// Standard output is exactly this.
    pub(crate) fn stdout_is(&self, expected: &str) -> &Self {
        self.check(self.stdout == expected.as_bytes(), || format!("expected stdout:\n{expected}"))
    }

    pub(crate) fn stdout_contains(&self, expected: &str) -> &Self {
        let found = self.stdout_text().contains(expected);
        self.check(found, || format!("expected in stdout: {expected}"))
    }

    /// Standard error is exactly this.
    pub(crate) fn stderr_is(&self, expected: &str) -> &Self {
        self.check(self.stderr == expected.as_bytes(), || format!("expected stderr:\n{expected}"))
    }

    pub(crate) fn stderr_contains(&self, expected: &str) -> &Self {
        let found = self.stderr_text().contains(expected);
        self.check(found, || format!("expected in stderr: {expected}"))
    }

    /// Neither stream has this anywhere: for secrets.
    pub(crate) fn lacks(&self, octets: impl AsRef<[u8]>) -> &Self {
        let octets = octets.as_ref();
        let found = [&self.stdout, &self.stderr]
            .iter()
            .any(|stream| stream.windows(octets.len()).any(|window| window == octets));
        self.check(!found, || format!("must not appear: {}", String::from_utf8_lossy(octets)))
    }

    /// Both streams are empty.
    pub(crate) fn silent(&self) -> &Self {
        self.stdout_is("").stderr_is("")
    }

    pub(crate) fn stdout(&self) -> &[u8] {
        &self.stdout
    }

    pub(crate) fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(crate) fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Standard output as one JSON value.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| self.fail(&format!("stdout is not JSON: {error}")))
    }

    /// Where the home was.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A file that was left in the home.
    pub(crate) fn left(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.home.path().join(name);
        fs::read(&path).unwrap_or_else(|error| self.fail(&format!("{}: {error}", path.display())))
    }

    fn check(&self, holds: bool, complaint: impl FnOnce() -> String) -> &Self {
        if holds { self } else { self.fail(&complaint()) }
    }

    fn fail(&self, complaint: &str) -> ! {
        let mut text = format!("\n{complaint}\n\n$ {}\n{}\n", self.command, self.status);
        for (name, octets) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let _ = write!(text, "--- {name}\n{}", String::from_utf8_lossy(octets));
        }
        if let Some(dialogue) = &self.dialogue {
            let _ = write!(text, "--- dialogue\n{}", dialogue.text());
        }
        panic!("{text}")
    }
}

/// Reads a stream, if there is one, to its end on a thread of its own.
fn collect(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut all = Vec::new();
        let _ = stream.map(|mut stream| stream.read_to_end(&mut all));
        // The test may have given up already.
        let _ = sender.send(all);
    });
    receiver
}

fn shown(program: &OsStr, arguments: &[OsString]) -> String {
    let name = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
    let quoted = arguments.iter().map(|argument| {
        let text = argument.to_string_lossy();
        let plain = |c: char| c.is_alphanumeric() || "-_./=:@,".contains(c);
        if !text.is_empty() && text.chars().all(plain) {
            text.into_owned()
        } else {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
    });
    std::iter::once(name).chain(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn shell(script: &str) -> Mailsend {
        Mailsend::program("/bin/sh").args(["-c", script])
    }

    fn complaint(check: impl FnOnce()) -> String {
        let panic = catch_unwind(AssertUnwindSafe(check)).unwrap_err();
        panic.downcast_ref::<String>().unwrap().clone()
    }

    #[test]
    fn it_has_a_home_of_its_own_and_no_other_environment() {
        let outcome = shell("env | cut -d= -f1 | sort; pwd; stat -c %a .config/mailsend/*; cat")
            .config("x = 1")
            .env("EXTRA", "1")
            .stdin("body\n")
            .run();
        let home = outcome.home.path().to_string_lossy().into_owned();
        outcome.exit(0).stdout_is(&format!("EXTRA\nHOME\nPATH\nPWD\n{home}\n600\nbody\n"));
    }

    #[test]
    fn input_that_is_not_read_does_no_harm() {
        shell("exit 3").stdin(vec![b'x'; 1 << 20]).run().exit(3).silent();
    }

    #[test]
    fn a_failed_check_shows_the_command_the_status_and_both_streams() {
        let outcome = shell("echo out; echo err >&2; exit 9").run();
        let text = complaint(|| _ = outcome.exit(0));
        for part in
            ["expected exit status 0", "$ sh -c '", "exit status: 9", "stdout\nout", "stderr\nerr"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn each_check_can_fail() {
        let outcome = shell("echo out; echo err >&2").run();
        outcome.exit(0).stdout_is("out\n").stdout_contains("ou").stderr_is("err\n");
        outcome.stderr_contains("rr").lacks("secret");
        complaint(|| _ = outcome.stdout_is("out"));
        complaint(|| _ = outcome.stdout_contains("err"));
        complaint(|| _ = outcome.stderr_is(""));
        complaint(|| _ = outcome.stderr_contains("out"));
        complaint(|| _ = outcome.lacks("er"));
        complaint(|| _ = outcome.silent());
        complaint(|| _ = outcome.json());
    }
}
