//! The octets between an awkward server and one client: lines, messages and replies as the
//! server's manner of replying wants them. Every method gives `None` where the connection is over.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::behaviour::{Layer, Replies};
use super::record::Record;

/// How long a client may say nothing: longer than any test runs.
const PATIENCE: Duration = Duration::from_secs(150);
/// Between any two octets of a reply that is dripped.
const DRIP: Duration = Duration::from_millis(5);
/// The first octet of a TLS handshake.
const HANDSHAKE: u8 = 0x16;
/// `操作失败，请与管理员联系`: "it has failed, ask the administrator".
const REFUSAL_IN_CHINESE: &str = "操作失败，请与管理员联系";

pub(super) struct Wire {
    stream: Stream,
    buffer: Vec<u8>,
    replies: Replies,
    record: Arc<Record>,
    connection: usize,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Wire {
    pub(super) fn new(stream: TcpStream, replies: Replies, record: Arc<Record>) -> Option<Self> {
        stream.set_nodelay(true).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.set_write_timeout(Some(PATIENCE)).ok()?;
        let connection = record.connected();
        let stream = Stream::Plain(stream);
        Some(Self { stream, buffer: Vec::new(), replies, record, connection })
    }

    pub(super) fn layer(&self) -> Layer {
        match self.stream {
            Stream::Plain(_) => Layer::Clear,
            Stream::Tls(_) => Layer::Tls,
        }
    }

    pub(super) fn note(&self, line: &str) {
        self.record.note(self.connection, line);
    }

    /// A reply, written as its lines without their codes but for the first, such as
    /// `"250 2.1.0 ok"` or `"250 mail\nSIZE"`.
    pub(super) fn say(&mut self, reply: &str) -> Option<()> {
        let (code, mut text) = reply.split_at(3);
        text = text.strip_prefix(' ').unwrap_or(text);
        if self.replies == Replies::NoEnhancedCodes {
            text = without_enhanced_code(text);
        }
        let refusal = code >= "400" && self.replies == Replies::Gbk;
        let end = if self.replies == Replies::BareLineFeed { "\n" } else { "\r\n" };
        let mut octets = Vec::new();
        let mut lines = text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let separator = if lines.peek().is_some() { '-' } else { ' ' };
            octets.extend_from_slice(format!("{code}{separator}{line}").as_bytes());
            if refusal {
                octets.push(b' ');
                octets.extend_from_slice(&encoding_rs::GBK.encode(REFUSAL_IN_CHINESE).0);
            }
            octets.extend_from_slice(end.as_bytes());
        }
        self.note(&format!("S: {}", reply.replace('\n', " | ")));
        self.write(&octets)
    }

    /// Octets as they are.
    pub(super) fn write(&mut self, octets: &[u8]) -> Option<()> {
        let stream: &mut dyn Write = match &mut self.stream {
            Stream::Plain(stream) => stream,
            Stream::Tls(stream) => stream,
        };
        if self.replies != Replies::Dripped {
            return stream.write_all(octets).and_then(|()| stream.flush()).ok();
        }
        for octet in octets {
            thread::sleep(DRIP);
            stream.write_all(&[*octet]).and_then(|()| stream.flush()).ok()?;
        }
        Some(())
    }

    /// The next line, without its end.
    pub(super) fn hear_line(&mut self) -> Option<String> {
        let line = self.raw_line()?;
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let text = String::from_utf8_lossy(text).into_owned();
        self.note(&format!("C: {text}"));
        Some(text)
    }

    /// A message up to its lone dot, the dots that were stuffed in taken out.
    pub(super) fn hear_message(&mut self) -> Option<Vec<u8>> {
        let mut message = Vec::new();
        loop {
            let line = self.raw_line()?;
            if line == b".\r\n" {
                self.note(&format!("C: ({} octets and a dot)", message.len()));
                return Some(message);
            }
            let stuffed = line.starts_with(b".");
            message.extend_from_slice(&line[usize::from(stuffed)..]);
        }
    }

    pub(super) fn hear_octets(&mut self, count: usize) -> Option<Vec<u8>> {
        while self.buffer.len() < count {
            self.fill()?;
        }
        self.note(&format!("C: ({count} octets)"));
        Some(self.buffer.drain(..count).collect())
    }

    /// Whether more came together with what was heard last.
    pub(super) fn is_followed(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Throws away what came together with what was heard last.
    pub(super) fn forget(&mut self) {
        let text = self.buffer.escape_ascii().to_string();
        self.note(&format!("(thrown away: {text})"));
        self.buffer.clear();
    }

    /// Listens until something comes, and throws it away.
    pub(super) fn hear_something(&mut self) -> Option<()> {
        self.fill()?;
        self.buffer.clear();
        Some(())
    }

    /// Listens until the client leaves.
    pub(super) fn hear_to_the_end(&mut self) {
        while self.hear_something().is_some() {}
    }

    /// The server's side of a handshake.
    pub(super) fn start_tls(&mut self, config: Arc<ServerConfig>) -> Option<()> {
        let Stream::Plain(stream) = &self.stream else { return None };
        let mut first = [0];
        if stream.peek(&mut first).ok()? == 1 && first[0] != HANDSHAKE {
            self.note("(in the clear where TLS was expected)");
            self.hear_something()?;
            return None;
        }
        let mut stream = stream.try_clone().ok()?;
        let mut session = ServerConnection::new(config).ok()?;
        while session.is_handshaking() {
            if let Err(error) = session.complete_io(&mut stream) {
                self.note(&format!("(the handshake failed: {error})"));
                return None;
            }
        }
        self.note("(TLS)");
        self.buffer.clear();
        self.stream = Stream::Tls(Box::new(StreamOwned::new(session, stream)));
        Some(())
    }

    /// Closes, and swallows what the client still says, so that nothing is reset.
    pub(super) fn close(&mut self) {
        self.note("(closed)");
        let socket = match &mut self.stream {
            Stream::Plain(stream) => stream,
            Stream::Tls(stream) => {
                stream.conn.send_close_notify();
                // The client may be gone already.
                let _ = stream.flush();
                &mut stream.sock
            }
        };
        let _ = socket.shutdown(Shutdown::Write);
        self.hear_to_the_end();
    }

    /// The next line with its end.
    fn raw_line(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.buffer.iter().position(|octet| *octet == b'\n') {
                return Some(self.buffer.drain(..=end).collect());
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Option<()> {
        let mut octets = [0; 16 * 1024];
        let count = match &mut self.stream {
            Stream::Plain(stream) => stream.read(&mut octets).ok(),
            Stream::Tls(stream) => stream.read(&mut octets).ok(),
        };
        let octets = &octets[..count.filter(|count| *count > 0)?];
        self.record.heard(self.connection, self.layer(), octets);
        self.buffer.extend_from_slice(octets);
        Some(())
    }
}

/// A reply's text without the enhanced code before it.
fn without_enhanced_code(text: &str) -> &str {
    let Some((code, rest)) = text.split_once(' ') else { return text };
    let enhanced =
        code.split('.').count() == 3 && code.chars().all(|c| c.is_ascii_digit() || c == '.');
    if enhanced { rest } else { text }
}
