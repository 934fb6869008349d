//! Where a document is run: a home like a reader's, with the program on the PATH, the repository as
//! the current folder, stand-ins for what cannot be run here, and a server for each snippet that
//! its profile `corp` leads to. What is for `/usr/local`, `/etc` and root stays below the home.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mailsend::model::Secret;
use mailsend::sandbox::{AuthOffer, Authority, Manner, Options, Sandbox, TlsOffer, manner};
use tempfile::TempDir;

use super::repository;
use super::snippet::{Printed, Snippet};
use crate::support::{Mailsend, make_executable};

/// The password that every source gives.
const PASSWORD: &str = "sandbox";

/// Programs by name, each with what it does here.
const STAND_INS: &[(&str, &str)] = &[
    ("pass", "[ \"$1\" = show ] && echo sandbox"),
    ("secret-tool", "[ \"$1\" = lookup ] && echo sandbox"),
    ("sudo", "exec \"$@\""),
    ("groupadd", "[ \"$*\" = '--system mailsend' ]"),
    ("usermod", "[ \"$1 $2\" = '-aG mailsend' ]"),
    ("systemctl", "[ \"$*\" = 'enable --now mailsend-submit.socket' ]"),
    // Their files are below the home, too.
    ("dpkg-divert", "exec /usr/bin/dpkg-divert --admindir ~/var/lib/dpkg \"$@\""),
    ("update-alternatives", ALTERNATIVES),
    ("alternatives", ALTERNATIVES),
    // There is no group mailsend here.
    (
        "install",
        "[ \"$3 $4\" != '-g mailsend' ] || set -- \"$1\" \"$2\" \"${@:5}\"; exec /usr/bin/install \"$@\"",
    ),
    // Stands for a build, which would take minutes: the program is there already.
    (
        "cargo",
        "program=$(command -v mailsend)
         case \"$*\" in
         'run -- '*) shift 2; exec mailsend \"$@\" ;;
         'build --release --locked') install -D \"$program\" target/release/mailsend ;;
         'install --locked --path .') install -D \"$program\" ~/.cargo/bin/mailsend ;;
         *) exit 64 ;;
         esac",
    ),
];

/// Fedora's program has the flags of Debian's.
const ALTERNATIVES: &str = "exec /usr/bin/update-alternatives --quiet --log /dev/null \\
     --altdir ~/etc/alternatives --admindir ~/var/lib/dpkg/alternatives \"$@\"";

/// Files that snippets name.
const FILES: &[(&str, &str)] = &[
    ("report.pdf", "%PDF-1.4\n"),
    ("月报.xlsx", "PK"),
    ("note.txt", "a note\n"),
    ("page.html", "<p>The news.</p>\n"),
];

/// What there is of a system below the home.
const FOLDERS: &[&str] = &[
    "bin",
    "mailsend",
    "etc/alternatives",
    "etc/mailsend",
    "usr/bin",
    "usr/lib",
    "usr/local/bin",
    "usr/sbin",
    "var/lib/dpkg/alternatives",
    ".config/mailsend",
];

/// Paths of the system that are below the home instead.
const OF_SYSTEM: &[&str] = &[
    "/usr/local",
    "/usr/sbin/",
    "/usr/lib/sendmail",
    "/usr/bin/mail",
    "/usr/bin/newaliases",
    "/etc/",
    "/run/mailsend",
    "/var/lib/mailsend",
];

/// A home.
pub(super) struct Stage {
    home: TempDir,
}

/// A server that catches mail.
pub(super) struct Server {
    sandbox: Sandbox,
    manner: &'static Manner,
}

impl Stage {
    pub(super) fn new() -> Self {
        let stage = Self { home: TempDir::new().unwrap() };
        let program = env!("CARGO_BIN_EXE_mailsend");
        for folder in FOLDERS {
            fs::create_dir_all(stage.path(folder)).unwrap();
        }
        for link in ["bin/mailsend", "usr/local/bin/mailsend"] {
            symlink(program, stage.path(link)).unwrap();
        }
        for name in ["man", "completions", "contrib", "config.example.toml"] {
            symlink(repository(name), stage.path("mailsend").join(name)).unwrap();
        }
        for (name, text) in FILES {
            fs::write(stage.path("mailsend").join(name), text).unwrap();
        }
        for (name, text) in STAND_INS {
            executable(&stage.path("bin").join(name), &format!("#!/bin/bash\n{text}\n"));
        }
        executable(&stage.path("usr/local/bin/backup"), "#!/bin/sh\necho 3 files\n");
        fs::write(stage.path("etc/mailsend/team"), "li@example.com\nwang@example.com\n").unwrap();
        fs::create_dir(stage.path("credentials")).unwrap();
        for name in [
            ".config/mailsend/sendcloud.password",
            ".config/mailsend/corp.password",
            "etc/mailsend/corp.password",
            "credentials/mailsend",
        ] {
            private(&stage.path(name), &format!("{PASSWORD}\n"));
        }
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Starts a server of this manner, or a well-behaved one.
    pub(super) fn server(&self, name: Option<&String>) -> Server {
        let name = name.map_or("submission", String::as_str);
        let manner = manner(name).unwrap_or_else(|| panic!("there is no manner {name}"));
        let sandbox = Sandbox::start(Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            manner: *manner,
            maildir: None,
            username: None,
            password: Secret::new(PASSWORD),
        });
        let server = Server { sandbox: sandbox.unwrap(), manner };
        private(&self.path(".config/mailsend/corp-ca.pem"), server.sandbox.authority_pem());
        private(&self.config(), &server.profile());
        server
    }

    /// A run of a program here.
    pub(super) fn program(&self, program: &str) -> Mailsend {
        let path = std::env::var("PATH").unwrap();
        Mailsend::program(program)
            .env("HOME", self.home.path())
            .env(
                "PATH",
                format!("{}:{}:{path}", self.path("bin").display(), self.path("usr/bin").display()),
            )
            .env("CORP_PASSWORD", PASSWORD)
            .env("CREDENTIALS_DIRECTORY", self.path("credentials"))
    }

    /// The configuration file.
    pub(super) fn config(&self) -> PathBuf {
        self.path(".config/mailsend/config.toml")
    }

    /// What the service manager sets for a service.
    pub(super) fn of_a_service(&self) -> [(&'static str, PathBuf); 2] {
        let home = self.home.path().to_owned();
        [("HOME", home), ("CREDENTIALS_DIRECTORY", self.path("credentials"))]
    }

    /// Takes the server's certificate out of the profile: nobody knows it then.
    pub(super) fn forget_pin(&self) {
        let path = self.config();
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with("pin_sha256"));
        self.write_config(&lines.collect::<Vec<_>>().join("\n"));
    }

    /// Writes something else into the configuration.
    pub(super) fn replace_in_config(&self, old: &str, new: &str) {
        let text = fs::read_to_string(self.config()).unwrap();
        assert!(text.contains(old), "{text}");
        self.write_config(&text.replace(old, new));
    }

    /// Writes more into the configuration.
    pub(super) fn add_to_config(&self, lines: &str) {
        let text = fs::read_to_string(self.config()).unwrap();
        self.write_config(&(text + lines));
    }

    /// The text with the paths of the system below the home, and the server's address.
    pub(super) fn at_home(&self, text: &str, server: &Server) -> String {
        let home = self.home.path().display();
        // The port first: what is put in may have these digits too.
        let text = text.replace("2525", &free_port().to_string());
        let below = |text: String, path: &&str| text.replace(path, &format!("{home}{path}"));
        let text = OF_SYSTEM.iter().fold(text, below);
        text.replace("relay.corp.example:587", &server.sandbox.address().to_string())
    }

    /// Runs lines of shell.
    pub(super) fn run(&self, snippet: &Snippet) {
        let server = self.server(snippet.manners.first());
        let text = self.at_home(&snippet.text, &server);
        let outcome = self
            .program("/bin/bash")
            .args([
                "-euo",
                "pipefail",
                "-c",
                &format!("cd ~/mailsend\n: {}\n{text}", snippet.place),
            ])
            .run();
        outcome.exit(snippet.exits);
        match snippet.prints {
            Some(Printed::Pin) => {
                outcome.stdout_contains(&server.pin_hex());
            }
            Some(Printed::KeyPin) => {
                let digest = outcome.stdout_text();
                let pin = format!("pin_sha256 = [\"{}\"]\n", digest.split(' ').next().unwrap());
                self.write_config(&server.profile().replace(&server.pin(), &pin));
                self.mailsend("corp", &snippet.place).run().exit(0).silent();
                assert_eq!(server.mails(), 1, "{}: mails by {pin}", snippet.place);
            }
            None => {}
        }
        assert_eq!(server.mails(), snippet.sends, "{}: mails", snippet.place);
    }

    /// Loads each profile of a configuration, and sends by it to the servers that are named.
    pub(super) fn load(&self, snippet: &Snippet) {
        let server = self.server(None);
        let text = complete(&self.at_home(&snippet.text, &server));
        let table: toml::Table = text.parse().unwrap();
        let profiles = table["profiles"].as_table().unwrap();
        self.write_config(&text);
        for name in table.get("aliases").and_then(toml::Value::as_table).into_iter().flatten() {
            self.program("mailsend").args(["sendmail", "-bv", name.0]).run().exit(0);
        }
        for name in profiles.keys() {
            let outcome = self.mailsend(name, &snippet.place).arg("--dry-run").run();
            outcome.exit(0).stdout_contains("hello");
        }
        for manner in &snippet.manners {
            let server = self.server(Some(manner));
            self.sends(&text, &server, &snippet.place);
        }
    }

    /// The profile of these lines, led to this server, sends.
    fn sends(&self, text: &str, server: &Server, place: &str) {
        let ca = self.path(".config/mailsend/corp-ca.pem");
        self.write_config(&server.instead_of_the_real_one(text, &ca));
        let name = text.split("[profiles.").nth(1).unwrap().split(']').next().unwrap();
        self.mailsend(name, place).run().exit(0).silent();
        assert_eq!(server.mails(), 1, "{place}: mails");
    }

    fn mailsend(&self, profile: &str, place: &str) -> Mailsend {
        self.program(env!("CARGO_BIN_EXE_mailsend")).args([
            "-p",
            profile,
            "-t",
            "you@example.com",
            "-s",
            place,
            "--body",
            "hello",
        ])
    }

    /// Files below a folder that are named after the program.
    pub(super) fn of_ours_below(&self, folder: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let is_ours = entry.file_name().to_string_lossy().contains("mailsend");
                match entry.file_type().unwrap().is_dir() {
                    true => folders.push(entry.path()),
                    false => found.extend(is_ours.then(|| entry.path())),
                }
            }
        }
        found
    }

    fn write_config(&self, text: &str) {
        private(&self.config(), text);
    }
}

impl Server {
    /// How many mails came since the last time.
    pub(super) fn mails(&self) -> usize {
        std::iter::from_fn(|| self.sandbox.next_message(Some(Duration::ZERO))).count()
    }

    /// The SHA-256 of its certificate.
    pub(super) fn pin_hex(&self) -> String {
        self.sandbox.certificate_pin().to_string()
    }

    /// The next mail.
    pub(super) fn next_mail(&self) -> String {
        let caught = self.sandbox.next_message(Some(Duration::ZERO)).unwrap();
        String::from_utf8(caught.head(u64::MAX).unwrap()).unwrap()
    }

    fn host(&self) -> String {
        let address = self.sandbox.address();
        format!("host = \"{}\"\nport = {}\n", address.ip(), address.port())
    }

    fn pin(&self) -> String {
        format!("pin_sha256 = [\"{}\"]\n", self.sandbox.certificate_pin())
    }

    /// The profile `corp` that leads here.
    fn profile(&self) -> String {
        let (tls, auth) = match self.manner.tls {
            TlsOffer::Implicit => ("tls = \"implicit\"\n", self.manner.auth_in_tls),
            TlsOffer::StartTls => ("tls = \"starttls\"\n", self.manner.auth_in_tls),
            TlsOffer::None | TlsOffer::BrokenStartTls(_) => {
                ("tls = \"none\"\ndanger_cleartext_auth = true\n", self.manner.auth_in_clear)
            }
        };
        let pin = if tls.contains("none") { String::new() } else { self.pin() };
        let login = match auth {
            AuthOffer::Mechanisms(_) => {
                format!("username = \"me@example.com\"\npassword = \"{PASSWORD}\"\n")
            }
            _ => String::new(),
        };
        let host = self.host();
        let profile = format!("{host}{tls}{pin}{login}from = \"me@example.com\"\n");
        format!("[aliases]\nroot = \"ops@example.com\"\n[profiles.corp]\n{profile}")
    }

    /// A profile with this server's host, port and certificate, all else as it is written.
    fn instead_of_the_real_one(&self, text: &str, ca: &Path) -> String {
        let mut staged = String::new();
        for line in text.lines() {
            match line.split_once(" = ").map_or((line, ""), |(key, value)| (key, value)) {
                ("host", _) => staged += &self.host(),
                // Another port would not mean TLS.
                ("port", "465") => staged += "tls = \"implicit\"\n",
                ("port", _) => {}
                ("pin_sha256", _) if self.manner.authority == Authority::Unknown => {
                    staged += &self.pin();
                }
                _ => staged += &format!("{line}\n"),
            }
        }
        let trusts = ["ca_file", "pin_sha256", "tls = \"none\""];
        if !trusts.iter().any(|key| staged.contains(key)) {
            staged += &format!("ca_file = \"{}\"\n", ca.display());
        }
        staged
    }
}

/// Gives a profile that shows but one key what else it needs.
fn complete(text: &str) -> String {
    if text.contains("\nhost = ") || text.contains("\nprovider = ") {
        return text.to_owned();
    }
    if !text.contains("[profiles.") {
        let profile = "[profiles.corp]\nhost = \"smtp.example.com\"\nfrom = \"me@example.com\"\n";
        return text.to_owned() + profile;
    }
    let (name, rest) = text.split_once('\n').unwrap();
    format!("{name}\nhost = \"smtp.example.com\"\nusername = \"me@example.com\"\n{rest}")
}

fn private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn executable(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    make_executable(path);
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
