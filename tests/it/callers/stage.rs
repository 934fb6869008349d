//! A stage of `tests/servers/callers.sh`, where mailsend is the system's sendmail: root's set-up of
//! it, what is said to the system's log, and what arrives at the real server that it leads to.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::arrived::Arrived;
use crate::support::{Mailsend, Outcome, RealServer};

/// For what happens on the stage by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the profile of every stage has beside its server.
const PROFILE: &str = "tls = 'starttls'
ca_file = '/etc/mailsend/ca.pem'
username = 'alice@example.test'
password = 'wonder-land1'
from = 'Night Watch <alice@example.test>'
log = 'syslog'
aliases = '/etc/aliases'
";

const CONFIGURATION: &str = "etc/mailsend/config.toml";

/// A stage that is being set.
pub(super) struct Stage {
    callers: RealServer,
    server: RealServer,
    folder: TempDir,
    domain: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    /// None where there is none, or no server. The system's profile leads to Postfix, and root and
    /// amy are aliases of their mailboxes there, in a domain that is this stage's alone.
    pub(super) fn new(name: &str) -> Option<Self> {
        let (callers, server) = (RealServer::callers()?, RealServer::postfix()?);
        let folder = TempDir::new().unwrap();
        let outside = folder.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::set_permissions(&outside, fs::Permissions::from_mode(0o777)).unwrap();
        let port = server.setting("STARTTLS_REQUIRED");
        let profile = format!("[profiles.system]\nhost = 'localhost'\nport = {port}\n{PROFILE}");
        let ca = fs::read_to_string(server.setting("CA")).unwrap();
        let domain = format!("{name}.run-{}.test", std::process::id());
        let log = listen(&outside.join("log"));
        let stage = Self { callers, server, folder, domain, log };
        stage
            .configured(&profile)
            .file("etc/mailsend/ca.pem", &ca)
            .file("etc/aliases", "root: root@DOMAIN\namy: amy@DOMAIN\n")
            .into()
    }

    /// More keys for the profile.
    pub(super) fn keys(self, keys: &str) -> Self {
        let profile = fs::read_to_string(self.overlay(CONFIGURATION)).unwrap();
        self.configured(&format!("{profile}{keys}\n"))
    }

    /// The system's configuration, which has a password.
    fn configured(self, text: &str) -> Self {
        let stage = self.file(CONFIGURATION, text);
        let mode = fs::Permissions::from_mode(0o640);
        fs::set_permissions(stage.overlay(CONFIGURATION), mode).unwrap();
        stage
    }

    /// A file that everybody may read, by its path below `/`.
    pub(super) fn file(self, path: &str, text: &str) -> Self {
        let path = self.overlay(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, self.at_home(text)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        self
    }

    fn overlay(&self, path: &str) -> PathBuf {
        self.folder.path().join("overlay").join(path)
    }

    /// Text with the stage's domain where `DOMAIN` stands.
    pub(super) fn at_home(&self, text: &str) -> String {
        text.replace("DOMAIN", &self.domain)
    }

    /// Runs a play to its end, in whose text `DOMAIN` is the stage's.
    pub(super) fn play(&self, play: &str) -> Outcome {
        self.prepared(play).run()
    }

    /// Runs a play that goes on by itself until so many lines of the system's log contain this.
    pub(super) fn play_until(&self, words: &str, lines: usize, play: &str) -> Outcome {
        let mut running = self.prepared(&format!("{play}\nawait_end\n")).start();
        let deadline = Instant::now() + PATIENCE;
        while self.logged(words).len() < lines && Instant::now() < deadline && running.goes_on() {
            thread::sleep(Duration::from_millis(20));
        }
        fs::write(self.folder.path().join("outside/end"), "").unwrap();
        let outcome = running.end();
        outcome.exit(0);
        let logged = self.logged(words).len();
        assert_eq!(logged, lines, "with {words}, of {:#?}", self.logged(""));
        outcome
    }

    fn prepared(&self, play: &str) -> Mailsend {
        fs::write(self.folder.path().join("play"), self.at_home(play)).unwrap();
        Mailsend::program(self.callers.setting("STAGE"))
            .args(["play", self.callers.setting("PACKAGES"), env!("CARGO_BIN_EXE_mailsend")])
            .arg(self.folder.path())
    }

    /// The mail to this name in the stage's domain, which is waited for.
    pub(super) fn arrived(&self, name: &str) -> Arrived {
        let recipient = format!("{name}@{}", self.domain);
        Arrived::new(self.server.delivered_to(&recipient))
    }

    /// What was said to the system's log by now and contains this.
    pub(super) fn logged(&self, words: &str) -> Vec<String> {
        let lines = self.log.lock().unwrap();
        lines.iter().filter(|line| line.contains(words)).cloned().collect()
    }

    /// So many mails were sent, and nothing else is told of any.
    pub(super) fn sent(&self, mails: usize) {
        let lines = self.logged(" mailsend[");
        let are_sent = lines.iter().all(|line| line.contains(" exit=0 "));
        assert!(are_sent && lines.len() == mails, "{mails} mails were to be sent: {lines:#?}");
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Ends the thread that listens; without it none is left to be ended.
        let path = self.folder.path().join("outside/log");
        let _ = UnixDatagram::unbound().and_then(|socket| socket.send_to(b"", path));
    }
}

/// Takes what is said to the system's log, as the queue of the socket is short.
fn listen(path: &Path) -> Arc<Mutex<Vec<String>>> {
    let socket = UnixDatagram::bind(path).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&lines);
    thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = socket.recv(&mut buffer) {
            let line = String::from_utf8_lossy(&buffer[..length]).into_owned();
            heard.lock().unwrap().push(line);
        }
    });
    lines
}
