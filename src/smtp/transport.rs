//! The octet stream itself: a socket with a deadline and a meter, plain or inside TLS.
//!
//! Reads and writes block until the deadline; an error then has the kind `TimedOut`.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustls::ClientConnection;

use super::tls::{Circumstances, said};
use crate::model::Cause;

/// A connected TCP socket.
pub(super) struct Socket {
    stream: TcpStream,
    deadline: Instant,
    meter: Meter,
}

/// Counts what crosses the network.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Meter {
    /// Runs of our octets between two of the server's.
    pub(super) flights: u32,
    /// Octets written.
    pub(super) octets_sent: u64,
    ours_last: bool,
}

impl Meter {
    fn sent(&mut self, octets: usize) {
        if octets > 0 && !self.ours_last {
            self.flights += 1;
            self.ours_last = true;
        }
        self.octets_sent += octets as u64;
    }

    fn received(&mut self, octets: usize) {
        self.ours_last &= octets == 0;
    }
}

impl Socket {
    /// Takes over a connected stream.
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, deadline: Instant::now(), meter: Meter::default() })
    }

    /// What follows must be done within this time.
    pub(super) fn allow(&mut self, patience: Duration) {
        self.deadline = Instant::now() + patience;
    }

    fn remaining(&self) -> io::Result<Duration> {
        let remaining = self.deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(remaining) }
    }

    fn writing(
        &mut self,
        mut write: impl FnMut(&mut TcpStream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let remaining = self.remaining()?;
        self.stream.set_write_timeout(Some(remaining))?;
        let octets = retry(|| write(&mut self.stream))?;
        self.meter.sent(octets);
        Ok(octets)
    }
}

/// A system call again when a signal interrupted it; the system's word for a timeout made one.
fn retry(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                return Err(ErrorKind::TimedOut.into());
            }
            other => return other,
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let remaining = self.remaining()?;
        self.stream.set_read_timeout(Some(remaining))?;
        let octets = retry(|| self.stream.read(buffer))?;
        self.meter.received(octets);
        Ok(octets)
    }
}

impl Write for Socket {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.writing(|stream| stream.write(octets))
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.writing(|stream| stream.write_vectored(slices))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A socket, plain or inside TLS.
pub(super) enum Transport {
    /// In the clear.
    Plain(Socket),
    /// Inside TLS.
    Tls(Box<TlsStream>),
    /// Between the two, or cut.
    Closed,
}

/// A TLS session and the socket that it runs over.
pub(super) struct TlsStream {
    pub(super) session: ClientConnection,
    pub(super) socket: Socket,
    pub(super) heard: Heard,
    /// What broke TLS; told once everything that was said before has been read.
    pub(super) trouble: Option<rustls::Error>,
}

/// Whether the server has said anything inside TLS. Until then it may still refuse our part of the
/// handshake (RFC 8446 §4.4.2.4 in TLS 1.3).
pub(super) enum Heard {
    /// Nothing yet.
    Nothing(Circumstances),
    /// Something.
    Words,
}

/// A cause that passes through the stream as its error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Explained(Cause);

/// A write that did not go through.
pub(super) struct WriteFailure {
    /// Octets that the server may have got, of those that were to be written.
    pub(super) accepted: usize,
    /// Why.
    pub(super) error: io::Error,
}

impl Transport {
    /// The socket beneath, if there still is one.
    pub(super) fn socket(&mut self) -> Option<&mut Socket> {
        match self {
            Self::Plain(socket) => Some(socket),
            Self::Tls(stream) => Some(&mut stream.socket),
            Self::Closed => None,
        }
    }

    /// The TLS session, if there is one.
    pub(super) fn tls_session(&self) -> Option<&ClientConnection> {
        match self {
            Self::Tls(stream) => Some(&stream.session),
            Self::Plain(_) | Self::Closed => None,
        }
    }

    /// What was counted so far, if there still is a connection.
    pub(super) fn meter(&mut self) -> Option<Meter> {
        self.socket().map(|socket| socket.meter)
    }

    /// The local end's address as EHLO takes it (RFC 5321 §4.1.3).
    pub(super) fn address_literal(&mut self) -> String {
        match self.local_address() {
            Some(SocketAddr::V4(address)) => format!("[{}]", address.ip()),
            Some(SocketAddr::V6(address)) => match address.ip().to_ipv4_mapped() {
                Some(address) => format!("[{address}]"),
                None => format!("[IPv6:{}]", address.ip()),
            },
            None => "[127.0.0.1]".to_owned(),
        }
    }

    fn local_address(&mut self) -> Option<SocketAddr> {
        self.socket().and_then(|socket| socket.stream.local_addr().ok())
    }

    /// Reads what there is, at least an octet; 0 at the end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
            Self::Closed => Err(ErrorKind::NotConnected.into()),
        }
    }

    /// Writes everything, and whatever TLS had still to say.
    pub(super) fn write_all(&mut self, octets: &[u8]) -> Result<(), WriteFailure> {
        match self {
            Self::Plain(socket) => write_plain(socket, octets),
            Self::Tls(stream) => stream.write_all(octets),
            Self::Closed => {
                Err(WriteFailure { accepted: 0, error: ErrorKind::NotConnected.into() })
            }
        }
    }

    /// Ends the connection at once; what was not written never will be.
    pub(super) fn cut(&mut self) {
        if let Some(socket) = self.socket() {
            // A socket that is gone already is as cut as it can be.
            let _ = socket.stream.shutdown(Shutdown::Both);
        }
        *self = Self::Closed;
    }
}

fn write_plain(socket: &mut Socket, octets: &[u8]) -> Result<(), WriteFailure> {
    let mut accepted = 0;
    while accepted < octets.len() {
        match socket.write(&octets[accepted..]) {
            Ok(0) => return Err(WriteFailure { accepted, error: ErrorKind::WriteZero.into() }),
            Ok(count) => accepted += count,
            Err(error) => return Err(WriteFailure { accepted, error }),
        }
    }
    Ok(())
}

impl TlsStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let octets = self.read_inside(buffer)?;
        self.heard = Heard::Words;
        Ok(octets)
    }

    fn read_inside(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.session.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                other => return other,
            }
            if let Some(error) = &self.trouble {
                return Err(io::Error::other(Explained(self.heard.explain(error))));
            }
            // Answers to what TLS itself asked; a server that does not take them may still speak.
            while self.session.wants_write() && self.session.write_tls(&mut self.socket).is_ok() {}
            self.session.read_tls(&mut self.socket)?;
            self.trouble = self.session.process_new_packets().err();
        }
    }

    /// A record that went out in part cannot be read, but how much of the text was in those that
    /// went out whole is not known: once any octet was taken, all may have been.
    fn write_all(&mut self, octets: &[u8]) -> Result<(), WriteFailure> {
        let before = self.socket.meter.octets_sent;
        let mut attempt = || {
            let mut rest = octets;
            loop {
                let taken = self.session.writer().write(rest)?;
                rest = &rest[taken..];
                while self.session.wants_write() {
                    self.session.write_tls(&mut self.socket)?;
                }
                if rest.is_empty() {
                    return Ok(());
                }
            }
        };
        attempt().map_err(|error| {
            let some = self.socket.meter.octets_sent > before;
            WriteFailure { accepted: if some { octets.len() } else { 0 }, error }
        })
    }
}

impl Heard {
    fn explain(&self, error: &rustls::Error) -> Cause {
        match (self, error) {
            (Self::Nothing(circumstances), error) => Cause::Handshake(circumstances.fault(error)),
            (Self::Words, rustls::Error::AlertReceived(alert)) => {
                Cause::Lost(format!("the server ended TLS with the alert {}", said(*alert)))
            }
            (Self::Words, error) => {
                Cause::Protocol(format!("what came is no longer TLS ({error})"))
            }
        }
    }
}

/// An error of the socket as a cause, within the time that it had.
pub(super) fn describe(error: &io::Error, patience: Duration) -> Cause {
    if let Some(explained) = error.get_ref().and_then(|inner| inner.downcast_ref::<Explained>()) {
        return explained.0.clone();
    }
    match error.kind() {
        ErrorKind::TimedOut => Cause::TimedOut(patience.as_secs()),
        ErrorKind::UnexpectedEof => Cause::Lost("the server closed the connection".to_owned()),
        ErrorKind::ConnectionReset => Cause::Lost("the server reset the connection".to_owned()),
        ErrorKind::BrokenPipe => Cause::Lost("the server closed the connection".to_owned()),
        _ => Cause::Lost(error.to_string()),
    }
}
