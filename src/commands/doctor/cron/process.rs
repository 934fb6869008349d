//! Starting what tells how cron would do: ourselves once more, `crontab -l`, the account's
//! directory, and the agent of GnuPG. The one file of the doctor's that starts programs.
//!
//! stdin is empty, and whoever takes too long is ended. Fails as the system does, with
//! `ErrorKind::TimedOut` in that case.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::surroundings::Cron;

/// What is kept of a stream, in octets; the rest is read and forgotten.
const MOST_OCTETS: usize = 4 * 1024 * 1024;
/// How long a stream may stay open when its program has ended, by what it left running.
const GRACE: Duration = Duration::from_millis(500);

/// A program to be started.
pub(super) struct Start<'a> {
    /// Its name or path.
    pub(super) program: &'a Path,
    /// What follows it.
    pub(super) arguments: &'a [OsString],
    /// In whose surroundings; none: in ours.
    pub(super) cron: Option<&'a Cron>,
    /// How long it may take.
    pub(super) time: Duration,
}

/// What a program left behind.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

impl Start<'_> {
    /// Runs it to its end.
    pub(super) fn run(&self) -> io::Result<Ended> {
        let mut command = Command::new(self.program);
        command.args(self.arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(cron) = self.cron {
            command.env_clear().envs(cron.variables()).current_dir(&cron.home);
        }
        let mut child = command.spawn()?;
        let stdout = Stream::read(child.stdout.take());
        let stderr = Stream::read(child.stderr.take());
        let status = self.wait(&mut child)?;
        Ok(Ended { status, stdout: stdout.all(), stderr: stderr.all() })
    }

    fn wait(&self, child: &mut Child) -> io::Result<ExitStatus> {
        let end = Instant::now() + self.time;
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() >= end {
                // Only who leads a session of its own has a group of this number.
                let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
                // It may have ended by now.
                let _ = child.kill();
                child.wait()?;
                return Err(io::ErrorKind::TimedOut.into());
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(25));
        }
    }
}

/// What comes out of a program.
struct Stream {
    octets: Arc<Mutex<Vec<u8>>>,
    end: Receiver<()>,
}

impl Stream {
    /// Reads it on a thread of its own.
    fn read(source: Option<impl Read + Send + 'static>) -> Self {
        let octets = Arc::new(Mutex::new(Vec::new()));
        let (sender, end) = mpsc::channel();
        let kept = Arc::clone(&octets);
        thread::spawn(move || {
            let mut part = [0; 8192];
            let Some(mut source) = source else { return };
            while let Ok(count @ 1..) = source.read(&mut part) {
                if let Ok(mut kept) = kept.lock() {
                    let room = MOST_OCTETS.saturating_sub(kept.len());
                    kept.extend_from_slice(&part[..count.min(room)]);
                }
            }
            // Nobody listens any more when the time is over.
            let _ = sender.send(());
        });
        Self { octets, end }
    }

    /// Everything up to its end, or up to now if something else holds it open.
    fn all(self) -> Vec<u8> {
        let _ = self.end.recv_timeout(GRACE);
        self.octets.lock().map(|mut octets| std::mem::take(&mut *octets)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(line: &str, time: Duration) -> io::Result<Ended> {
        let arguments = ["-c", line].map(OsString::from);
        Start { program: Path::new("/bin/sh"), arguments: &arguments, cron: None, time }.run()
    }

    #[test]
    fn both_streams_are_kept_apart() {
        let ended = shell("cat; echo out; echo err >&2; exit 3", Duration::from_secs(30)).unwrap();
        assert_eq!(
            (ended.stdout.as_slice(), ended.stderr.as_slice()),
            (&b"out\n"[..], &b"err\n"[..])
        );
        assert_eq!(ended.status.code(), Some(3));
    }

    #[test]
    fn who_takes_too_long_is_ended() {
        let error = shell("exec sleep 1000", Duration::from_millis(50)).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn what_is_left_running_is_not_waited_for() {
        let start = Instant::now();
        let ended = shell("sleep 20 & echo out", Duration::from_secs(30)).unwrap();
        assert_eq!(ended.stdout, b"out\n");
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}
