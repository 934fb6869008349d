//! How fast many small mails go over one connection, beside Postfix's `smtp-source -d`, to its
//! `smtp-sink`; both are unpacked, never installed.
//!
//!     cargo bench --bench many [-- COUNT [ROUNDS]]      20000 and 5 by default
//!
//! The two take turns. Prints medians, the ratio with its goal, and our peak in memory.

use std::error::Error;
use std::io::{self, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use mailsend::model::{
    Address, AuthPolicy, BodyType, Content, LoginStyle, Mail, Parameters, Piece, Protocol,
    RecipientPolicy, Road, Server, Timeouts, Tls, Trust,
};
use mailsend::smtp::{Mailing, Watch};

/// Octets of each message, as smtp-source and we make it.
const LENGTH: usize = 600;
const GOAL: f64 = 2.5;

type Failable<T> = Result<T, Box<dyn Error>>;

fn main() -> Failable<()> {
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse().ok());
    let count: usize = numbers.next().unwrap_or(20_000);
    let rounds = numbers.next().unwrap_or(5);
    let packages = unpacked()?;
    let sink = Sink::start(&packages)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(sent(sink.port, count)?);
        theirs.push(sent_by_source(&packages, sink.port, count)?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let mut out = io::stdout();
    writeln!(
        out,
        "{count} mails of {LENGTH} octets over one connection, {rounds} rounds, medians"
    )?;
    for (name, time) in [("mailsend", ours), ("smtp-source -d", theirs)] {
        let rate = count as f64 / time.as_secs_f64();
        writeln!(out, "  {name:16}{:8.3} s{rate:10.0} a second", time.as_secs_f64())?;
    }
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    writeln!(out, "  {ratio:.2} times as fast (goal {GOAL}); peak {} KiB", peak()?)?;
    Ok(())
}

/// Our side: how long all of them take, from connecting to the farewell.
fn sent(port: u16, count: usize) -> Failable<Duration> {
    let server = server(port);
    let watch = Watch {
        observer: Arc::new(|_| ()),
        progress: Arc::new(|_| ()),
        in_doubt: Arc::default(),
        deadline: None,
    };
    let policy = RecipientPolicy::Each;
    let mailing = Mailing { server: &server, credentials: None, watch: &watch, policy };
    let address = Address::parse("a@example.net")?;
    let mut mails = (0..count).map(|number| mail(&address, number));
    let mut accepted = 0;
    let start = Instant::now();
    let mailed = mailing.run(&mut mails, &mut |_, result| {
        accepted += usize::from(result.is_ok_and(|report| report.exit().0 == 0));
    })?;
    let time = start.elapsed();
    if accepted < count || mailed.unsent.is_some() {
        return Err(format!("{accepted} of {count} were accepted").into());
    }
    Ok(time)
}

fn mail(address: &Address, number: usize) -> Mail {
    let header = format!(
        "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\nFrom: me@example.com\r\nTo: a@example.net\r\n\
         Subject: {number}\r\nMessage-ID: <{number}@example.com>\r\n\r\n"
    );
    let mut octets = header.into_bytes();
    while octets.len() + 2 < LENGTH {
        octets.extend_from_slice(b"La de da de da, this is a line of a message\r\n");
    }
    octets.truncate(LENGTH - 2);
    Mail {
        reverse_path: Some(address.clone()),
        recipients: vec![address.clone()],
        author: None,
        content: Content::new(vec![Piece::Octets(octets)]),
        body_type: BodyType::SevenBit,
        parameters: Parameters::default(),
        message_id: format!("<{number}@example.com>"),
    }
}

fn server(port: u16) -> Server {
    Server {
        profile: None,
        provider: None,
        host: "127.0.0.1".to_owned(),
        port,
        protocol: Protocol::Smtp,
        road: Road::default(),
        tls: Tls::Plaintext,
        trust: Trust::default(),
        auth: AuthPolicy::None,
        login_style: LoginStyle::Auto,
        username: None,
        danger_cleartext_auth: false,
        ehlo: Some("client.example".to_owned()),
        pipelining: true,
        chunking: true,
        timeouts: Timeouts::default(),
        deadline: None,
        max_size: None,
    }
}

/// Their side.
fn sent_by_source(packages: &Path, port: u16, count: usize) -> Failable<Duration> {
    let mut command = program(packages, "smtp-source")?;
    command.args(["-d", "-m", &count.to_string(), "-l", &LENGTH.to_string()]);
    command.args(["-f", "a@example.net", "-t", "a@example.net", &format!("127.0.0.1:{port}")]);
    let start = Instant::now();
    let status = command.status()?;
    let time = start.elapsed();
    if status.success() { Ok(time) } else { Err(format!("smtp-source: {status}").into()) }
}

/// smtp-sink on a port of its own, until it is dropped.
struct Sink {
    child: Child,
    port: u16,
}

impl Sink {
    fn start(packages: &Path) -> Failable<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = program(packages, "smtp-sink")?;
        // It refuses to be root.
        if std::fs::metadata("/proc/self").is_ok_and(|it| is_root(&it)) {
            command.args(["-u", "nobody"]);
        }
        let child = command.args([&format!("127.0.0.1:{port}"), "128"]).spawn()?;
        let sink = Self { child, port };
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(sink);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err("smtp-sink does not listen".into())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

fn is_root(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(metadata) == 0
}

/// A program of the unpacked packages, with its libraries.
fn program(packages: &Path, name: &str) -> Failable<Command> {
    let libraries = packages.join("usr/lib");
    let machine = format!("{}-linux-gnu", std::env::consts::ARCH);
    let paths = [libraries.join("postfix"), libraries.join(machine)];
    let mut command = Command::new(packages.join("usr/sbin").join(name));
    command.env("LD_LIBRARY_PATH", std::env::join_paths(paths)?);
    Ok(command)
}

/// The folder of Debian's Postfix.
fn unpacked() -> Failable<PathBuf> {
    let output = Command::new("bash")
        .args(["-c", ". tests/servers/packages.sh; unpack_packages postfix"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim()))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Most memory that this program had, in KiB.
fn peak() -> Failable<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()).unwrap_or("0");
    Ok(number.parse()?)
}
