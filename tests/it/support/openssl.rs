//! The openssl program as a server: it speaks what rustls does not.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::Identity;

/// A server on a port of its own; it ends with its guard.
pub(crate) struct OpensslServer {
    child: Child,
    port: u16,
}

impl OpensslServer {
    /// `openssl s_server` with more arguments.
    pub(crate) fn start(identity: &Identity, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("both.pem");
        std::fs::write(&file, identity.pem() + &identity.key_pem()).unwrap();
        let mut child = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-cert"])
            .arg(&file)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let port = loop {
            line.clear();
            if said.read_line(&mut line).unwrap() == 0 {
                let output = child.wait_with_output().unwrap();
                panic!("openssl ended: {}", String::from_utf8_lossy(&output.stderr));
            }
            if let Some(port) = line.strip_prefix("ACCEPT 127.0.0.1:") {
                break port.trim().parse().unwrap();
            }
        };
        // Whatever it says goes somewhere, or it stops.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { child, port }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for OpensslServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
