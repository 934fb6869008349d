//! The real Postfix that `tests/run` starts: its ports, and the mail that it delivered.

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Once;
use std::thread;
use std::time::{Duration, Instant};

/// Names the file with what `tests/servers/postfix.sh start` printed.
const VARIABLE: &str = "MAILSEND_TEST_POSTFIX";

/// Delivery is asynchronous, but on loopback it is no matter of minutes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running Postfix.
pub(crate) struct Postfix {
    settings: HashMap<String, String>,
}

impl Postfix {
    /// None where there is none: the caller's test then has nothing to say. Loud, and a failure
    /// where `CI` is set.
    pub(crate) fn running() -> Option<Self> {
        let Some(path) = std::env::var_os(VARIABLE) else {
            assert!(std::env::var_os("CI").is_none(), "{VARIABLE} is not set: start tests/run");
            // Once, and past the harness, which keeps what a passing test prints to itself.
            static LOUD: Once = Once::new();
            LOUD.call_once(|| {
                let text = "SKIPPED: all with a real Postfix (tests/run starts one)";
                let _ = writeln!(std::io::stderr(), "{text}");
            });
            return None;
        };
        let text = fs::read_to_string(path).unwrap();
        let settings = text.lines().filter_map(|line| line.split_once('='));
        let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Some(Self { settings })
    }

    /// A value by its key, as postfix.sh describes them.
    pub(crate) fn setting(&self, key: &str) -> &str {
        &self.settings[key]
    }

    /// Waits for the one message that was delivered to `recipient`.
    pub(crate) fn delivered_to(&self, recipient: &str) -> Vec<u8> {
        let folder = PathBuf::from(self.setting("MAILDIR")).join("new");
        let field = format!("Delivered-To: {recipient}\n");
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            for entry in fs::read_dir(&folder).unwrap() {
                let octets = fs::read(entry.unwrap().path()).unwrap();
                let head = octets.split(|octet| *octet == b'\n').take(5);
                if head
                    .map(<[u8]>::to_vec)
                    .any(|line| [&line[..], b"\n"].concat() == field.as_bytes())
                {
                    return octets;
                }
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("nothing was delivered to {recipient}");
    }
}
