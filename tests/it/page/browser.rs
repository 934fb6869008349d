//! Hostile mail in headless Chromium, with the enemy's server on loopback: a message that fires at
//! everything when it is opened as it is runs nothing and reaches nobody on its page.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Once;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use mailsend::page::{self, Facts, Occasion};

/// A body that tries everything: scripts that say so on the console, and addresses at `ENEMY`.
const HOSTILE: &str = include_str!("../../browser/hostile.html");
/// Text that runs wherever it stands unescaped.
const MARKUP: &str =
    "\"'></title></a></pre><img src=x onerror=console.log('RAN-word')><b id=marker>";
/// An image of one pixel.
const DOT: &str = "R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=";
const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Waits for connections and notes what they ask for.
struct Enemy {
    address: SocketAddr,
    requests: Receiver<String>,
}

impl Enemy {
    fn lurking() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = mpsc::channel();
        thread::spawn(move || {
            for connection in listener.incoming() {
                if sender.send(answer(connection.unwrap())).is_err() {
                    break;
                }
            }
        });
        Self { address, requests }
    }

    /// Everything that came so far: whoever connects last is answered last.
    fn heard(self) -> Vec<String> {
        let mut last = TcpStream::connect(self.address).unwrap();
        last.write_all(b"GET /the-end\r\n").unwrap();
        self.requests.iter().take_while(|request| !request.contains("/the-end")).collect()
    }
}

/// The first line of a request; empty if there is only a connection.
fn answer(mut connection: TcpStream) -> String {
    connection.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut request = [0; 1024];
    let length = connection.read(&mut request).unwrap_or(0);
    // The browser may have gone.
    let _ = connection
        .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let request = String::from_utf8_lossy(&request[..length]);
    request.lines().next().unwrap_or_default().to_owned()
}

/// What the browser made of a page.
struct Seen {
    /// The document, as it is at the end.
    document: String,
    /// What was said on the console, and the browser's own talk.
    console: String,
}

/// Opens a file in a browser; none where there is no browser.
fn look_at(file: &Path) -> Option<Seen> {
    let Some(program) = PROGRAMS.into_iter().find(|program| is_there(program)) else {
        // Once, and past the harness, which keeps what a passing test prints to itself.
        static LOUD: Once = Once::new();
        LOUD.call_once(|| {
            let text = "SKIPPED: hostile mail in a browser (tests/run --install brings Chromium)";
            let _ = writeln!(std::io::stderr(), "{text}");
        });
        return None;
    };
    let profile = tempfile::tempdir().unwrap();
    // A page that goes on loading would hold the browser for ever.
    let output = Command::new("timeout")
        .args(["90", program])
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--disable-dev-shm-usage", "--enable-logging=stderr", "--dump-dom"])
        // Long enough for whatever waits before it fires.
        .args(["--virtual-time-budget=3000"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", file.display()))
        .env("HOME", profile.path())
        .output()
        .unwrap();
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    Some(Seen { document: text(&output.stdout), console: text(&output.stderr) })
}

fn is_there(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// The page of a message that is hostile wherever a message can be, and that attaches `a` as
/// `../<markup>.html`.
fn hostile_page(enemy: SocketAddr) -> String {
    let html = HOSTILE.replace("ENEMY", &enemy.to_string());
    let file_name: String = MARKUP.chars().filter(|c| !"\"\\".contains(*c)).collect();
    let message = format!(
        "Subject: {MARKUP}\nFrom: {MARKUP} <x@x.com>\nTo: {MARKUP}\nX-{MARKUP}: {MARKUP}\n\
         MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
         --b\nContent-Type: text/html; charset=utf-8\n\n{html}\n\
         <img src=\"cid:dot\">\n\
         --b\nContent-Type: image/gif\nContent-ID: <dot>\n\
         Content-Transfer-Encoding: base64\n\n{DOT}\n\
         --b\nContent-Type: text/plain\n\n{MARKUP}\n\
         --b\nContent-Type: text/html; name=\"../{file_name}.html\"\n\
         Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nYQ==\n--b--\n"
    );
    page::message(&Facts {
        occasion: Occasion::Caught(MARKUP),
        head: message.as_bytes(),
        size: message.len() as u64,
        file: "000001.eml",
        reverse_path: MARKUP,
        recipients: &[MARKUP.to_owned()],
        dialogue: &[format!("C: {MARKUP}"), MARKUP.to_owned()],
    })
}

/// The lines on which a script of the message says that it ran.
fn ran(console: &str) -> Vec<&str> {
    console.lines().filter(|line| line.contains("CONSOLE") && line.contains("\"RAN")).collect()
}

#[test]
fn a_hostile_message_runs_nothing_and_reaches_nobody_on_its_page() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("000001.html");
    let enemy = Enemy::lurking();
    fs::write(&file, hostile_page(enemy.address)).unwrap();
    let Some(Seen { document, console }) = look_at(&file) else { return };
    assert_eq!(enemy.heard(), Vec::<String>::new(), "{console}");
    assert_eq!(ran(&console), Vec::<&str>::new(), "{console}");
    assert!(console.contains("Blocked script execution in 'about:srcdoc'"), "{console}");
    // An image that the message carries is no enemy.
    assert!(document.contains("data:image/gif;base64,R0lGOD"), "{document}");
    assert!(!console.contains("Loading the image 'data:"), "{console}");

    // What the frame got is in an attribute; nothing of it may be anywhere else.
    let (before, frame) = document.split_once(" srcdoc=\"").unwrap();
    let outside = [before, frame.split_once('"').unwrap().1].concat();
    for element in ["<script", "<img", "<b id="] {
        assert!(!outside.contains(element), "{element} in {outside}");
    }
    let title = MARKUP.replace('<', "&lt;").replace('>', "&gt;");
    assert!(outside.contains(&format!("<title>{title}</title>")), "{outside}");
    let link = "href=\"data:application/octet-stream;base64,YQ==\"";
    let link = outside.lines().find(|line| line.contains(link)).unwrap();
    assert!(link.contains("download=\"") && !link.contains("download=\"..\""), "{link}");
}

#[test]
fn the_same_message_opened_as_it_is_runs_and_reaches_the_enemy() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hostile.html");
    let enemy = Enemy::lurking();
    fs::write(&file, HOSTILE.replace("ENEMY", &enemy.address.to_string())).unwrap();
    let Some(Seen { console, .. }) = look_at(&file) else { return };
    assert!(ran(&console).len() > 3, "{console}");
    let heard = enemy.heard().join("\n");
    for way in ["/image", "/stylesheet", "/background", "/script", "/iframe", "/from-script"] {
        assert!(heard.contains(way), "{way} in {heard}");
    }
}
