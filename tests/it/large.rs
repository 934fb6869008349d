//! Much of everything: recipients by the thousand against a server with tiny buffers, a large file
//! in a few megabytes of memory, and one that is not the same any more at its end.
//!
//! The file has 64 MiB, four times the memory allowed; `benches/large` sends a gibibyte.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::support::Mailsend;

/// Kilobytes that the program may have in memory at its peak: 16 MiB, and as it is built for tests
/// the 8 MiB by which its own pages are more.
const MEMORY: u64 = if cfg!(debug_assertions) { 24 * 1024 } else { 16 * 1024 };
/// Octets of the file that is sent.
const LARGE: u64 = 64 << 20;
/// Octets of a file that changes: more than all buffers on the way hold.
const CHANGING: u64 = 24 << 20;
const PATIENCE: Duration = Duration::from_secs(60);

/// What a server got.
#[derive(Debug, Default, PartialEq, Eq)]
struct Got {
    recipients: usize,
    /// Octets behind DATA.
    octets: u64,
    /// The end of the data was among them.
    complete: bool,
}

/// When the sink answers the end of the data.
enum Answer {
    AtOnce,
    /// Tells that everything is there, and waits.
    Held(Sender<()>, Receiver<()>),
}

/// A server that answers each command before it reads the next, and throws the message away.
/// `listener` decides how large its buffers are; `on_data` runs when some of the message is there.
fn sink(
    listener: TcpListener,
    answer: Answer,
    on_data: impl FnOnce() + Send + 'static,
) -> (u16, JoinHandle<Got>) {
    let port = listener.local_addr().unwrap().port();
    let serving = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        let mut got = Got::default();
        let mut reader = BufReader::with_capacity(64 * 1024, stream.try_clone().unwrap());
        let say = |text: &str| (&stream).write_all(text.as_bytes()).unwrap();
        say("220 hi\r\n");
        let mut line = String::new();
        loop {
            line.clear();
            if reader.read_line(&mut line).unwrap() == 0 {
                return got;
            }
            match &line[..4] {
                "EHLO" => say("250-mail\r\n250-SIZE\r\n250 PIPELINING\r\n"),
                "RCPT" => {
                    got.recipients += 1;
                    say(&format!("250 2.1.5 {}\r\n", "welcome ".repeat(40)));
                }
                "DATA" => {
                    say("354 go on\r\n");
                    break;
                }
                _ => say("250 ok\r\n"),
            }
        }
        swallow(&mut reader, &mut got, on_data);
        if let Answer::Held(complete, answered) = answer {
            complete.send(()).unwrap();
            // Told, or the test has failed.
            let _ = answered.recv_timeout(PATIENCE);
        }
        if got.complete {
            say("250 ok\r\n");
        }
        got
    });
    (port, serving)
}

/// Reads a message to the lone dot or the end of the connection.
fn swallow(reader: &mut BufReader<TcpStream>, got: &mut Got, on_data: impl FnOnce()) {
    const END: &[u8] = b"\r\n.\r\n";
    let mut on_data = Some(on_data);
    let mut tail = Vec::new();
    while !got.complete {
        let octets = reader.fill_buf().unwrap_or_default();
        if octets.is_empty() {
            return;
        }
        let count = octets.len();
        tail.extend_from_slice(&octets[count.saturating_sub(64)..]);
        reader.consume(count);
        got.octets += count as u64;
        got.complete = tail.windows(END.len()).any(|window| window == END);
        tail.drain(..tail.len().saturating_sub(END.len() - 1));
        if let Some(deed) = on_data.take() {
            deed();
        }
    }
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// One whose connections have buffers of 4 KiB, and segments so small that the client's are not
/// much larger: whoever writes without reading soon waits.
fn tiny_listener() -> TcpListener {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    socket.set_send_buffer_size(4 * 1024).unwrap();
    socket.set_tcp_mss(536).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    socket.listen(1).unwrap();
    socket.into()
}

fn program(port: u16) -> Mailsend {
    let port = port.to_string();
    Mailsend::new().args(["--host", "127.0.0.1", "--port", &port, "--tls", "none"]).args([
        "-f",
        "me@example.com",
        "--body",
        "hello",
    ])
}

/// A file without blocks on the disk.
fn sparse(path: &Path, octets: u64) {
    File::create(path).unwrap().set_len(octets).unwrap();
}

/// The most memory that a running process has had, in kilobytes.
fn peak_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn five_thousand_recipients_do_not_block_a_server_with_tiny_buffers() {
    let (port, serving) = sink(tiny_listener(), Answer::AtOnce, || ());
    let domain = format!("{}.example.net", ["long-label"; 15].join("."));
    let recipients = (0..5_000).map(|number| format!("recipient-{number}@{domain}"));
    program(port).args(recipients).run().exit(0).silent();
    let got = serving.join().unwrap();
    assert_eq!((got.recipients, got.complete), (5_000, true));
}

#[test]
fn a_large_file_is_sent_in_little_memory() {
    let (complete, everything_is_there) = mpsc::channel();
    let (answer, answered) = mpsc::channel();
    let (port, serving) = sink(listener(), Answer::Held(complete, answered), || ());
    let program = program(port).args(["-a", "large.bin", "a@example.net"]);
    sparse(&program.home().join("large.bin"), LARGE);
    let running = program.start();
    everything_is_there.recv_timeout(PATIENCE).unwrap();
    let peak = peak_memory(running.id());
    answer.send(()).unwrap();
    running.end().exit(0).silent();
    let got = serving.join().unwrap();
    assert!(got.complete && got.octets > LARGE / 3 * 4, "{got:?}");
    assert!(peak < MEMORY, "{peak} kB");
}

#[test]
fn a_large_file_is_shown_in_little_memory() {
    let (mut reader, writer) = io::pipe().unwrap();
    let program = program(1).args(["--dry-run", "-a", "large.bin", "a@example.net"]);
    sparse(&program.home().join("large.bin"), LARGE);
    let running = program.stdout_to(writer).start();
    // The line ends come on top, so it still has something to write when this is read.
    let part = io::copy(&mut (&mut reader).take(LARGE / 3 * 4), &mut io::sink()).unwrap();
    let peak = peak_memory(running.id());
    let rest = io::copy(&mut reader, &mut io::sink()).unwrap();
    running.end().exit(0).stderr_contains(&format!("size: {} octets", part + rest));
    assert!(peak < MEMORY, "{peak} kB");
}

#[test]
fn a_large_file_is_shown_as_json_in_little_memory() {
    let (mut reader, writer) = io::pipe().unwrap();
    let program = program(1).args(["--dry-run", "--json", "-a", "large.bin", "a@example.net"]);
    sparse(&program.home().join("large.bin"), CHANGING);
    let running = program.stdout_to(writer).start();
    let mut object = Vec::new();
    (&mut reader).take(CHANGING / 3 * 4).read_to_end(&mut object).unwrap();
    let peak = peak_memory(running.id());
    reader.read_to_end(&mut object).unwrap();
    running.end().exit(0);
    let object: serde_json::Value = serde_json::from_slice(&object).unwrap();
    assert_eq!(object["message"].as_str().unwrap().len() as u64, object["size"]);
    assert!(peak < MEMORY, "{peak} kB");
}

#[test]
fn the_sandbox_takes_a_large_file_in_little_memory() {
    let (stderr, writer) = io::pipe().unwrap();
    let sandbox = Mailsend::new()
        .args(["sandbox", "--listen", "127.0.0.1:0", "--manner", "open", "--count", "3"])
        .stderr_to(writer)
        .start();
    let mut line = String::new();
    BufReader::new(stderr).read_line(&mut line).unwrap();
    let port = line.split([':', ' ']).find_map(|word| word.parse().ok()).unwrap();
    let peak_after = |octets: u64| {
        let program = program(port).args(["-a", "some.bin", "a@example.net"]);
        sparse(&program.home().join("some.bin"), octets);
        program.run().exit(0).silent();
        peak_memory(sandbox.id())
    };
    let grown = peak_after(1).abs_diff(peak_after(LARGE));
    peak_after(1);
    sandbox.end().exit(0).stdout_contains("some.bin");
    // A program that is not optimised is large by itself.
    assert!(grown < MEMORY * 3 / 4, "{grown} kB");
}

#[test]
fn the_length_of_a_file_beyond_32_bits_is_told_right() {
    let program = program(1).args(["--dry-run", "-a", "large.bin", "a@example.net"]);
    // 1,789,569,707 groups of three octets in 94,187,880 lines, and less than 1,500 octets more.
    let encoded = 1_789_569_707_u64 * 4 + 94_187_880 * 2;
    sparse(&program.home().join("large.bin"), 5 << 30);
    let (stdout, writer) = io::pipe().unwrap();
    let running = program.stdout_to(writer).start();
    // Nobody wants to see all of it.
    drop(stdout);
    let said = running.end().stderr_text();
    let size = said.lines().find_map(|line| line.strip_prefix("size: ")).unwrap();
    let size: u64 = size.strip_suffix(" octets").unwrap().parse().unwrap();
    assert!((encoded..encoded + 1_500).contains(&size), "{size}");
}

#[test]
fn a_file_that_is_written_over_while_it_is_sent_is_not_sent() {
    let write_over = |file: File| (&file).write_all(b"other octets").unwrap();
    changes_while_it_is_sent(write_over, "changed while it was being sent");
}

#[test]
fn a_file_that_is_replaced_while_it_is_sent_goes_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("large.bin"), folder.path().join("other"));
    sparse(&path, CHANGING);
    sparse(&other, 1);
    let target = path.clone();
    let replace = move || fs::rename(other, target).unwrap();
    let (port, serving) = sink(listener(), Answer::AtOnce, replace);
    program(port).arg("-a").arg(&path).arg("a@example.net").run().exit(0).silent();
    let got = serving.join().unwrap();
    assert!(got.complete && got.octets > CHANGING / 3 * 4, "{got:?}");
}

#[test]
fn a_file_that_shrinks_while_it_is_sent_is_not_sent() {
    let shrink = |file: File| file.set_len(CHANGING / 2).unwrap();
    changes_while_it_is_sent(shrink, "changed while it was being sent: ");
}

#[test]
fn a_file_that_grows_while_it_is_sent_is_not_sent() {
    let grow = |file: File| file.set_len(CHANGING + 1).unwrap();
    changes_while_it_is_sent(grow, "changed while it was being sent: ");
}

fn changes_while_it_is_sent(change: impl FnOnce(File) + Send + 'static, said: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.bin");
    sparse(&path, CHANGING);
    let file = File::options().write(true).open(&path).unwrap();
    let (port, serving) = sink(listener(), Answer::AtOnce, move || change(file));
    let outcome = program(port).arg("-a").arg(&path).arg("a@example.net").run();
    let said = format!("{} {said}", path.display());
    outcome.stderr_contains(&said).stderr_contains("; the message was not completed").exit(66);
    let got = serving.join().unwrap();
    assert!(!got.complete && got.octets > 0, "{got:?}");
}
