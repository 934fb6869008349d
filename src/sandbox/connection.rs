//! One connection: octets between a socket and the [`Dialogue`].
//!
//! Replies are held back while a further complete command is at hand, so that a pipelined group
//! gets its replies in one write. Errors of the network end the connection and nothing else.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::auth::Account;
use super::dialogue::{Dialogue, LINE_LIMIT, Next, Place, Turn};
use super::greylist::Greylist;
use super::mailbox::{Incoming, Mailbox};
use super::manners::{Manner, Pace, TlsOffer};

/// How long a client may be silent (RFC 5321 §4.5.3.2.7).
const PATIENCE: Duration = Duration::from_secs(300);
/// How long to wait for the client to close after the last reply.
const FAREWELL: Duration = Duration::from_secs(2);
/// Octets read at a time; more than a line may have.
const INPUT: usize = 64 * 1024;
/// Octets of replies that are held back at most.
const OUTPUT: usize = 32 * 1024;
/// What stands in place of a handshake that shall fail.
const NO_HANDSHAKE: &[u8] = b"500 5.5.1 unrecognized command\r\n";

/// What all connections share.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) manner: Manner,
    pub(super) greylist: Arc<Greylist>,
    pub(super) account: Account,
    pub(super) tls: Arc<ServerConfig>,
    pub(super) mailbox: Mailbox,
    pub(super) connections: AtomicU64,
    pub(super) connections_ended: Counter,
    pub(super) passwords_refused: AtomicU64,
}

/// A number that grows and can be waited for.
#[derive(Debug, Default)]
pub(super) struct Counter {
    count: Mutex<u64>,
    grown: Condvar,
}

impl Counter {
    fn increment(&self) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.grown.notify_all();
    }

    pub(super) fn count(&self) -> u64 {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is at least this, for so long at most.
    pub(super) fn wait_for(&self, enough: u64, patience: Duration) {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever waited in vain goes on like the others.
        let _ = self.grown.wait_timeout_while(count, patience, |count| *count < enough);
    }
}

/// A socket that can be shut down from elsewhere.
#[derive(Debug)]
pub(super) struct Socket(pub(super) Arc<TcpStream>);

enum Stream {
    Clear(Socket),
    Tls(Box<StreamOwned<ServerConnection, Socket>>),
}

/// What a wait for the client's next octets brought.
enum Arrival {
    Octets,
    End,
    TimedOut,
}

/// Whether all octets of a chunk came.
enum Taken {
    All,
    /// What to say instead; none when the client is gone.
    Not(Option<Turn>),
}

struct Connection<'a> {
    service: &'a Service,
    stream: Stream,
    dialogue: Dialogue,
    tls: Option<String>,
    input: Vec<u8>,
    /// Which octets of the input are waiting.
    waiting: Range<usize>,
    /// A message that comes in chunks.
    chunks: Option<Incoming>,
    output: Vec<u8>,
}

/// Serves a client until one side ends it.
pub(super) fn serve(service: &Service, socket: Arc<TcpStream>) -> io::Result<()> {
    service.connections.fetch_add(1, Ordering::SeqCst);
    let result = converse(service, socket);
    service.connections_ended.increment();
    result
}

fn converse(service: &Service, socket: Arc<TcpStream>) -> io::Result<()> {
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    let connection = Connection {
        service,
        stream: Stream::Clear(Socket(Arc::clone(&socket))),
        dialogue: Dialogue::new(
            service.manner,
            service.account.clone(),
            Arc::clone(&service.greylist),
        ),
        tls: None,
        input: vec![0; INPUT],
        waiting: 0..0,
        chunks: None,
        output: Vec::new(),
    };
    connection.run(&socket)
}

impl Connection<'_> {
    fn run(mut self, socket: &Arc<TcpStream>) -> io::Result<()> {
        if self.service.manner.tls == TlsOffer::Implicit {
            self = self.handshake(socket)?;
        }
        let mut turn = self.dialogue.greeting();
        loop {
            if turn.next == Next::TlsHandshake && !self.waiting.is_empty() {
                self.waiting = 0..0;
                turn = self.dialogue.injected();
            }
            self.output.extend_from_slice(&turn.reply);
            if self.output.len() > OUTPUT {
                self.flush()?;
            }
            let next = match turn.next {
                Next::Line => self.line()?,
                Next::Content => self.content()?,
                Next::Chunk { size, place } => self.chunk(size, place)?,
                Next::RefusedChunk(size) => match self.octets(size, |_| ())? {
                    Taken::All => self.line()?,
                    Taken::Not(turn) => turn,
                },
                Next::TlsHandshake => {
                    self.flush()?;
                    self = self.handshake(socket)?;
                    self.line()?
                }
                Next::BrokenHandshake => {
                    self.flush()?;
                    self.arrival()?;
                    self.output.extend_from_slice(NO_HANDSHAKE);
                    return self.close(socket);
                }
                Next::Close => return self.close(socket),
                Next::Drop => return socket.shutdown(Shutdown::Both),
            };
            match next {
                Some(next) => turn = next,
                None => return Ok(()),
            }
        }
    }

    /// Answers the next line; none when the client is gone.
    fn line(&mut self) -> io::Result<Option<Turn>> {
        let mut overlong = false;
        loop {
            let waiting = &self.input[self.waiting.clone()];
            if let Some(end) = waiting.iter().position(|octet| *octet == b'\n') {
                let turn = if overlong {
                    self.dialogue.overlong_line()
                } else {
                    self.dialogue.line(&waiting[..=end])
                };
                self.waiting.start += end + 1;
                let refused = self.dialogue.take_passwords_refused();
                self.service.passwords_refused.fetch_add(refused, Ordering::Relaxed);
                return Ok(Some(turn));
            }
            if overlong || waiting.len() >= LINE_LIMIT {
                overlong = true;
                self.waiting = 0..0;
            }
            match self.arrival()? {
                Arrival::Octets => {}
                Arrival::End => return Ok(None),
                Arrival::TimedOut => return Ok(Some(self.dialogue.timed_out())),
            }
        }
    }

    /// Takes a message up to its end and answers it; none when the client is gone before.
    fn content(&mut self) -> io::Result<Option<Turn>> {
        let mailbox = &self.service.mailbox;
        let mut incoming = mailbox.incoming(self.service.manner.size_limit());
        loop {
            let waiting = &self.input[self.waiting.clone()];
            let end = incoming.feed(waiting);
            self.waiting.start += end.unwrap_or(waiting.len());
            if end.is_some() {
                break;
            }
            match self.arrival()? {
                Arrival::Octets => {}
                Arrival::End => return Ok(None),
                Arrival::TimedOut => return Ok(Some(self.dialogue.timed_out())),
            }
        }
        Ok(Some(self.end_of_content(incoming)))
    }

    /// Takes a chunk of a message and answers it; none when the client is gone before.
    fn chunk(&mut self, size: u64, place: Place) -> io::Result<Option<Turn>> {
        let limit = self.service.manner.size_limit();
        let begun = self.chunks.take().filter(|_| !place.first);
        let mut incoming = begun.unwrap_or_else(|| self.service.mailbox.incoming(limit));
        if let Taken::Not(turn) = self.octets(size, |octets| incoming.append(octets))? {
            return Ok(turn);
        }
        if place.last {
            return Ok(Some(self.end_of_content(incoming)));
        }
        self.chunks = Some(incoming);
        Ok(Some(self.dialogue.chunk_taken(size)))
    }

    /// Gives the next octets of the client to `sink`.
    fn octets(&mut self, size: u64, mut sink: impl FnMut(&[u8])) -> io::Result<Taken> {
        let mut missing = size;
        loop {
            let waiting = &self.input[self.waiting.clone()];
            let taken = waiting.len().min(usize::try_from(missing).unwrap_or(usize::MAX));
            sink(&waiting[..taken]);
            self.waiting.start += taken;
            missing -= taken as u64;
            if missing == 0 {
                return Ok(Taken::All);
            }
            match self.arrival()? {
                Arrival::Octets => {}
                Arrival::End => return Ok(Taken::Not(None)),
                Arrival::TimedOut => return Ok(Taken::Not(Some(self.dialogue.timed_out()))),
            }
        }
    }

    fn end_of_content(&mut self, incoming: Incoming) -> Turn {
        let mailbox = &self.service.mailbox;
        let (content, kept) = mailbox.finish(incoming);
        let (turn, transaction) = self.dialogue.content(&content);
        // It is there for whoever asks before the client hears that it is.
        if let (Some(kept), Some(transaction)) = (kept, transaction) {
            mailbox.deliver(kept, transaction, self.tls.clone());
        }
        turn
    }

    /// Writes what is held back and waits for octets of the client.
    fn arrival(&mut self) -> io::Result<Arrival> {
        self.flush()?;
        // What waits is shorter than a line may be, so there is always room.
        self.input.copy_within(self.waiting.clone(), 0);
        self.waiting = 0..self.waiting.len();
        let result = self.stream.read(&mut self.input[self.waiting.end..]);
        self.waiting.end += result.as_ref().copied().unwrap_or(0);
        match result {
            Ok(0) => Ok(Arrival::End),
            Ok(_) => Ok(Arrival::Octets),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Arrival::Octets),
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Ok(Arrival::TimedOut),
                // TLS ended without close_notify, as many clients do.
                io::ErrorKind::UnexpectedEof => Ok(Arrival::End),
                _ => Err(error),
            },
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let output = std::mem::take(&mut self.output);
        match self.service.manner.pace {
            _ if output.is_empty() => Ok(()),
            Pace::Prompt => self.write(&output),
            Pace::Dripping { pause, gap } => {
                thread::sleep(pause);
                output.iter().try_for_each(|octet| {
                    thread::sleep(gap);
                    self.write(&[*octet])
                })
            }
        }
    }

    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.stream.write_all(octets)?;
        self.stream.flush()
    }

    fn handshake(mut self, socket: &Arc<TcpStream>) -> io::Result<Self> {
        let mut session =
            ServerConnection::new(Arc::clone(&self.service.tls)).map_err(io::Error::other)?;
        let mut socket = Socket(Arc::clone(socket));
        while session.is_handshaking() {
            session.complete_io(&mut socket)?;
        }
        let protocol = session.protocol_version().map(|version| format!("{version:?}"));
        let protocol = match protocol.as_deref() {
            Some("TLSv1_2") => "TLSv1.2",
            Some("TLSv1_3") => "TLSv1.3",
            _ => "TLS",
        };
        self.dialogue.tls_started(protocol);
        self.tls = Some(protocol.to_owned());
        self.stream = Stream::Tls(Box::new(StreamOwned::new(session, socket)));
        Ok(self)
    }

    /// Closes so that the last reply is read: closing over unread octets would destroy it.
    fn close(mut self, socket: &TcpStream) -> io::Result<()> {
        self.flush()?;
        if let Stream::Tls(stream) = &mut self.stream {
            stream.conn.send_close_notify();
            stream.flush()?;
        }
        socket.shutdown(Shutdown::Write)?;
        socket.set_read_timeout(Some(FAREWELL))?;
        let mut rest = [0; 4096];
        let mut reader = socket;
        for _ in 0..256 {
            if reader.read(&mut rest)? == 0 {
                break;
            }
        }
        Ok(())
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Write for Socket {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        (&*self.0).write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(socket) => socket.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(socket) => socket.write(octets),
            Self::Tls(stream) => stream.write(octets),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(socket) => socket.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
