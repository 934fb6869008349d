//! The octet stream itself: a socket with a deadline and a meter, plain or inside TLS.
//!
//! Reads and writes block until the deadline; an error then has the kind `TimedOut`.

mod channel;
mod tls_stream;

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use rustls::ClientConnection;

pub(super) use channel::Channel;
pub(super) use tls_stream::{Heard, TlsStream};

use crate::model::{Cause, Deadline};

/// How long a write waits before it is looked whether the server has something to say.
const SLICE: Duration = Duration::from_secs(1);

/// Whether what the server says ends a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heed {
    /// It waits in the buffers until a reply is due.
    Nothing,
    /// It is about what is being written, which can stop.
    Words,
}

/// A connected socket.
pub(super) struct Socket {
    stream: Channel,
    deadline: Instant,
    /// The end of everything.
    limit: Option<Deadline>,
    /// How long one write waits, as the system was told last.
    slice: Option<Duration>,
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
    /// Takes over a connected stream; nothing is waited for beyond the limit.
    pub(super) fn new(stream: impl Into<Channel>, limit: Option<Deadline>) -> io::Result<Self> {
        let stream = stream.into();
        stream.set_nodelay()?;
        Ok(Self { stream, deadline: Instant::now(), limit, slice: None, meter: Meter::default() })
    }

    /// What follows must be done within this time.
    pub(super) fn allow(&mut self, patience: Duration) {
        let now = Instant::now();
        self.deadline =
            now + self.limit.map_or(patience, |limit| patience.min(limit.remaining(now)));
    }

    fn remaining(&self) -> io::Result<Duration> {
        let remaining = self.deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() { Err(time_is_up(self.limit)) } else { Ok(remaining) }
    }

    fn writing(
        &mut self,
        mut write: impl FnMut(&mut Channel) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let slice = self.remaining()?.min(SLICE);
        if self.slice != Some(slice) {
            self.stream.set_write_timeout(Some(slice))?;
            self.slice = Some(slice);
        }
        match retry(self.limit, || write(&mut self.stream)) {
            Err(error) if error.kind() == ErrorKind::TimedOut && self.remaining().is_ok() => {
                Err(ErrorKind::WouldBlock.into())
            }
            Err(error) => Err(error),
            Ok(octets) => {
                self.meter.sent(octets);
                Ok(octets)
            }
        }
    }

    /// Whether there is something to read, the end included; never waits.
    fn has_input(&self) -> bool {
        !matches!(self.stream.peek(), Err(error)
            if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted))
    }
}

/// A system call again when a signal interrupted it; the system's word for a timeout made one.
fn retry(
    limit: Option<Deadline>,
    mut call: impl FnMut() -> io::Result<usize>,
) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                return Err(time_is_up(limit));
            }
            other => return other,
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let remaining = self.remaining()?;
        self.stream.set_read_timeout(Some(remaining))?;
        if !self.meter.ours_last {
            self.stream.acknowledge_at_once();
        }
        let octets = retry(self.limit, || self.stream.read(buffer))?;
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
    fn socket(&mut self) -> Option<&mut Socket> {
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

    /// What follows must be done within this time.
    pub(super) fn allow(&mut self, patience: Duration) {
        if let Some(socket) = self.socket() {
            socket.allow(patience);
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

    /// The other end's address.
    pub(super) fn peer_address(&mut self) -> Option<IpAddr> {
        self.socket().and_then(|socket| socket.stream.peer_address()).map(|peer| peer.ip())
    }

    fn local_address(&mut self) -> Option<SocketAddr> {
        self.socket().and_then(|socket| socket.stream.local_address())
    }

    /// Reads what there is, at least an octet; 0 at the end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
            Self::Closed => Err(ErrorKind::NotConnected.into()),
        }
    }

    /// Whether the server has said something, or closed, that was not read yet; never waits.
    pub(super) fn has_words(&mut self) -> bool {
        match self {
            Self::Plain(socket) => socket.has_input(),
            Self::Tls(stream) => stream.has_words(),
            Self::Closed => false,
        }
    }

    /// Writes everything, and whatever TLS had still to say.
    pub(super) fn write_all(&mut self, octets: &[u8], heed: Heed) -> Result<(), WriteFailure> {
        match self {
            Self::Plain(socket) => write_plain(socket, octets, heed),
            Self::Tls(stream) => stream.write_all(octets, heed),
            Self::Closed => {
                Err(WriteFailure { accepted: 0, error: ErrorKind::NotConnected.into() })
            }
        }
    }

    /// Ends the connection at once; what was not written never will be.
    pub(super) fn cut(&mut self) {
        if let Some(socket) = self.socket() {
            // A socket that is gone already is as cut as it can be.
            let _ = socket.stream.shut_down();
        }
        *self = Self::Closed;
    }
}

fn write_plain(socket: &mut Socket, octets: &[u8], heed: Heed) -> Result<(), WriteFailure> {
    let mut accepted = 0;
    while accepted < octets.len() {
        match socket.write(&octets[accepted..]) {
            Ok(0) => return Err(WriteFailure { accepted, error: ErrorKind::WriteZero.into() }),
            Ok(count) => accepted += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if heed == Heed::Words && socket.has_input() {
                    return Err(WriteFailure { accepted, error: interrupted() });
                }
            }
            Err(error) => return Err(WriteFailure { accepted, error }),
        }
    }
    Ok(())
}

fn interrupted() -> io::Error {
    io::Error::new(ErrorKind::ConnectionAborted, "the server took no more of the message")
}

/// The error of kind `TimedOut` that tells the deadline for everything from the time of one reply.
pub(super) fn time_is_up(limit: Option<Deadline>) -> io::Error {
    // A socket's own clock may wake it a moment early.
    let soon = Instant::now() + Duration::from_millis(20);
    match limit.filter(|limit| limit.has_passed(soon)) {
        Some(limit) => io::Error::new(ErrorKind::TimedOut, DeadlinePassed(limit)),
        None => ErrorKind::TimedOut.into(),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct DeadlinePassed(Deadline);

/// An error of the socket as a cause, within the time that it had.
pub(super) fn describe(error: &io::Error, patience: Duration) -> Cause {
    let inner = error.get_ref();
    if let Some(explained) = inner.and_then(|inner| inner.downcast_ref::<Explained>()) {
        return explained.0.clone();
    }
    if let Some(DeadlinePassed(limit)) = inner.and_then(|inner| inner.downcast_ref()) {
        return Cause::DeadlinePassed(limit.seconds());
    }
    match error.kind() {
        ErrorKind::TimedOut => Cause::TimedOut(patience.as_secs()),
        ErrorKind::UnexpectedEof => Cause::Lost("the server closed the connection".to_owned()),
        ErrorKind::ConnectionReset => Cause::Lost("the server reset the connection".to_owned()),
        ErrorKind::BrokenPipe => Cause::Lost("the server closed the connection".to_owned()),
        _ => Cause::Lost(error.to_string()),
    }
}
