//! The connection of a scripted server: lines over TCP or TLS. A client that says nothing for half
//! a minute has failed the test.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Channel {
    stream: Stream,
    tls: Option<Arc<ServerConfig>>,
    buffer: Vec<u8>,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

/// What came from the client.
#[derive(Debug)]
pub(crate) enum Heard {
    /// A line without its CRLF; octets that are not UTF-8 are escaped, and so is a bare LF.
    Line(String),
    /// The end of the connection, after no or incomplete words.
    End,
    /// An error of the connection, or silence.
    Lost(String),
}

impl Heard {
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Line(text) => format!("C: {text}"),
            Self::End => "C-EOF".to_owned(),
            Self::Lost(how) => format!("({how})"),
        }
    }
}

impl Channel {
    pub(crate) fn new(stream: TcpStream, tls: Option<Arc<ServerConfig>>) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self { stream: Stream::Plain(stream), tls, buffer: Vec::new() }
    }

    pub(crate) fn say(&mut self, octets: &[u8]) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(octets),
            Stream::Tls(stream) => stream.write_all(octets).and_then(|()| stream.flush()),
        }
    }

    /// Octets that no TLS session wraps.
    pub(crate) fn say_beneath(&mut self, octets: &[u8]) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(octets),
            Stream::Tls(stream) => stream.sock.write_all(octets),
        }
    }

    pub(crate) fn hear_line(&mut self) -> Heard {
        match self.raw_line() {
            Ok(line) => match line.strip_suffix(b"\r\n") {
                Some(text) => Heard::Line(shown(text)),
                None => Heard::Line(shown(&line) + " (and no CRLF)"),
            },
            Err(heard) => heard,
        }
    }

    /// The key that a mechanism can be bound to this session by (RFC 9266).
    pub(crate) fn channel_key(&self) -> [u8; 32] {
        let Stream::Tls(stream) = &self.stream else { panic!("no TLS") };
        let label = b"EXPORTER-Channel-Binding";
        stream.conn.export_keying_material([0; 32], label, Some(b"")).unwrap()
    }

    /// A message up to its lone dot, the dots that were stuffed in taken out.
    pub(crate) fn hear_message(&mut self) -> Result<Vec<u8>, Heard> {
        let mut message = Vec::new();
        loop {
            let line = self.raw_line()?;
            // Behind a bare LF a dot is a dot like any other.
            let at_start = message.is_empty() || message.ends_with(b"\r\n");
            if at_start && line == b".\r\n" {
                return Ok(message);
            }
            let stuffed = at_start && line.starts_with(b".");
            message.extend_from_slice(&line[usize::from(stuffed)..]);
        }
    }

    pub(crate) fn hear_octets(&mut self, count: usize) -> Result<Vec<u8>, Heard> {
        while self.buffer.len() < count {
            self.fill()?;
        }
        Ok(self.buffer.drain(..count).collect())
    }

    /// The server's side of a handshake.
    pub(crate) fn start_tls(&mut self) -> Result<(), String> {
        if !self.buffer.is_empty() {
            return Err(format!("C: {} (before the handshake)", shown(&self.buffer)));
        }
        let Stream::Plain(stream) = &self.stream else { return Err("(TLS inside TLS)".to_owned()) };
        let config = self.tls.clone().ok_or("(a script with TLS needs an identity)")?;
        let mut stream = stream.try_clone().map_err(|error| format!("({error})"))?;
        let mut connection = ServerConnection::new(config).map_err(|error| format!("({error})"))?;
        while connection.is_handshaking() {
            if let Err(error) = connection.complete_io(&mut stream) {
                // The client may still be writing; a reset would hide the alert from it.
                self.close();
                return Err(format!("(the handshake failed: {error})"));
            }
        }
        self.stream = Stream::Tls(Box::new(StreamOwned::new(connection, stream)));
        Ok(())
    }

    /// Closes, and swallows what the client still says, so that nothing is reset.
    pub(crate) fn close(&mut self) {
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
        let _ = io::copy(socket, &mut io::sink());
    }

    /// Resets the connection.
    pub(crate) fn reset(&mut self) {
        let socket = match &self.stream {
            Stream::Plain(stream) => stream,
            Stream::Tls(stream) => &stream.sock,
        };
        SockRef::from(socket).set_linger(Some(Duration::ZERO)).unwrap();
    }

    /// The next line with its end.
    fn raw_line(&mut self) -> Result<Vec<u8>, Heard> {
        let mut searched = 0;
        loop {
            if let Some(end) = self.buffer[searched..].iter().position(|octet| *octet == b'\n') {
                return Ok(self.buffer.drain(..=searched + end).collect());
            }
            searched = self.buffer.len();
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<(), Heard> {
        let mut octets = [0; 16 * 1024];
        let result = match &mut self.stream {
            Stream::Plain(stream) => stream.read(&mut octets),
            Stream::Tls(stream) => stream.read(&mut octets),
        };
        match result {
            Ok(0) if self.buffer.is_empty() => Err(Heard::End),
            Ok(0) => Err(Heard::Lost(format!("the end after: {}", shown(&self.buffer)))),
            Ok(count) => {
                self.buffer.extend_from_slice(&octets[..count]);
                Ok(())
            }
            Err(error) => Err(match error.kind() {
                // A client may leave TLS without saying so.
                ErrorKind::UnexpectedEof if self.buffer.is_empty() => Heard::End,
                ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                    Heard::Lost(format!("nothing came for {} s", PATIENCE.as_secs()))
                }
                _ => Heard::Lost(error.to_string()),
            }),
        }
    }
}

fn shown(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        _ => octets.escape_ascii().to_string(),
    }
}
