//! The real servers that `tests/run` starts: their ports, what they delivered, what they say.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// Delivery is asynchronous, but on loopback it is no matter of minutes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a script of `tests/servers` started.
pub(crate) struct RealServer {
    settings: HashMap<String, String>,
}

impl RealServer {
    /// Postfix, and before it Dovecot's submission service.
    pub(crate) fn postfix() -> Option<Self> {
        Self::running("a real Postfix", "MAILSEND_TEST_POSTFIX")
    }

    pub(crate) fn exim() -> Option<Self> {
        Self::running("a real Exim", "MAILSEND_TEST_EXIM")
    }

    /// A resolver with domains of its own.
    pub(crate) fn unbound() -> Option<Self> {
        Self::running("a real Unbound", "MAILSEND_TEST_UNBOUND")
    }

    /// Dovecot's LMTP, by a Unix socket and by TCP.
    pub(crate) fn lmtp() -> Option<Self> {
        Self::running("Dovecot's LMTP", "MAILSEND_TEST_LMTP")
    }

    /// SOCKS5 and HTTP proxies.
    pub(crate) fn proxies() -> Option<Self> {
        Self::running("real proxies", "MAILSEND_TEST_PROXIES")
    }

    /// No servers, but programs that call sendmail(8).
    pub(crate) fn callers() -> Option<Self> {
        Self::running("programs that call sendmail", "MAILSEND_TEST_CALLERS")
    }

    /// Not a server, but the library of one.
    pub(crate) fn gsasl() -> Option<Self> {
        Self::running("GNU SASL", "MAILSEND_TEST_GSASL")
    }

    /// None where there is none: the caller's test then has nothing to say. Loud, and a failure
    /// where `CI` is set. The variable names the file with what the script printed.
    fn running(what: &'static str, variable: &str) -> Option<Self> {
        let Some(path) = std::env::var_os(variable) else {
            assert!(std::env::var_os("CI").is_none(), "{variable} is not set: start tests/run");
            // Once, and past the harness, which keeps what a passing test prints to itself.
            static LOUD: Mutex<Vec<&str>> = Mutex::new(Vec::new());
            let mut told = LOUD.lock().unwrap();
            if !told.contains(&what) {
                told.push(what);
                let text = format!("SKIPPED: everything with {what} (tests/run starts it)");
                let _ = writeln!(std::io::stderr(), "{text}");
            }
            return None;
        };
        let text = fs::read_to_string(path).unwrap();
        let settings = text.lines().filter_map(|line| line.split_once('='));
        let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Some(Self { settings })
    }

    /// A value by its key, as the script describes them.
    pub(crate) fn setting(&self, key: &str) -> &str {
        &self.settings[key]
    }

    /// Waits for the one message that was delivered to `recipient`.
    pub(crate) fn delivered_to(&self, recipient: &str) -> Vec<u8> {
        let folder = PathBuf::from(self.setting("MAILDIR")).join("new");
        let fields = [format!("Delivered-To: {recipient}"), format!("Envelope-to: {recipient}")];
        patiently(&format!("nothing was delivered to {recipient}"), || {
            let mut messages = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
            let names_it = |message: &PathBuf| {
                let mut lines = BufReader::new(File::open(message).unwrap()).lines().take(5);
                lines.any(|line| fields.contains(&line.unwrap()))
            };
            messages.find(names_it).map(|message| fs::read(message).unwrap())
        })
    }

    /// How many lines of its log name this user and have all of `words`.
    pub(crate) fn refusals(&self, words: &[&str], user: &str) -> usize {
        let log = fs::read(self.setting("LOG")).unwrap();
        let log = String::from_utf8_lossy(&log);
        let fits =
            |line: &&str| line.contains(user) && words.iter().all(|words| line.contains(words));
        log.lines().filter(fits).count()
    }

    /// The same, once there are more than `before`.
    pub(crate) fn refusals_after(&self, before: usize, words: &[&str], user: &str) -> usize {
        patiently(&format!("the log says nothing of {user} and {words:?}"), || {
            Some(self.refusals(words, user)).filter(|count| *count > before)
        })
    }
}

/// Tries until there is something.
fn patiently<T>(complaint: &str, attempt: impl Fn() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(found) = attempt() {
            return found;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("{complaint}");
}
