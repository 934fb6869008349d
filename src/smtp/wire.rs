//! The wire: every octet between lettre's client and the server passes here.
//!
//! It coalesces what is written until a reply is awaited, frames the replies itself and gives
//! lettre one canonical line for each, upgrades to TLS in place, keeps each reply's deadline, and
//! tells an observer what was said.
//! A wire that is `cut` sends nothing more, so that a truncated message is never completed.

mod body;
mod opening;

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use zeroize::Zeroize as _;

use super::framing::{Framer, RawReply};
use super::mask::Mask;
use super::stuffing::Stuffing;
use super::tls::{TlsClient, channel_key};
use super::transport::{Meter, Socket, Transport, describe};
use super::watch::{Line, Watch};
use crate::model::{Cause, Reply, Timeouts, TlsFacts};

pub(super) use body::{Delimiter, QUIT, Stopped};

/// Octets gathered before they are written although no reply is awaited.
const COALESCED_MAX: usize = 64 * 1024;
/// How long a reply is looked for on a connection that takes no more of ours.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What lettre is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Waiting for the greeting.
    Greeting,
    /// Waiting for the answer to EHLO.
    Hello,
    /// One command after the other.
    Commands,
    /// The message, up to its end.
    Body,
    /// A message that goes out behind commands which the server has not answered yet.
    Riding,
    /// Nothing of lettre's passes any more.
    Hushed,
}

/// The state behind a stream.
pub(super) struct Wire {
    transport: Transport,
    /// What was counted until the connection was cut.
    counted: Meter,
    phase: Phase,
    hello: String,
    timeouts: Timeouts,
    patience: Duration,
    outgoing: Vec<u8>,
    /// A secret is or was in `outgoing`, and not wiped yet.
    has_secret: bool,
    delimiter: Delimiter,
    stuffing: Stuffing,
    /// Goes out behind the end of the data, in the same flight.
    trailer: String,
    /// The server has said its last word.
    left: bool,
    framer: Framer,
    /// What lettre has not read yet of the canonical line.
    ready: &'static [u8],
    replies: VecDeque<Reply>,
    trouble: Option<Cause>,
    write_failed: bool,
    queued: u64,
    accepted: u64,
    /// Where the end of the data stands in what was queued.
    end_of_data: Option<u64>,
    /// More than one answer will come to the end of the data, each in its own right.
    many_answers: bool,
    /// Something was in doubt or accepted before this message.
    doubted_before: bool,
    /// The server knows only HELO, or is taken to.
    helo_only: bool,
    /// The server speaks LMTP.
    lmtp: bool,
    mask: Mask,
    watch: Watch,
}

impl Wire {
    /// A wire over a connected socket.
    pub(super) fn new(socket: Socket, timeouts: Timeouts, mask: Mask, watch: Watch) -> Self {
        Self {
            transport: Transport::Plain(socket),
            counted: Meter::default(),
            phase: Phase::Greeting,
            hello: String::new(),
            timeouts,
            patience: timeouts.greeting,
            outgoing: Vec::new(),
            has_secret: false,
            delimiter: Delimiter::Dot,
            stuffing: Stuffing::LineStart,
            trailer: String::new(),
            left: false,
            framer: Framer::default(),
            ready: b"",
            replies: VecDeque::new(),
            trouble: None,
            write_failed: false,
            queued: 0,
            accepted: 0,
            end_of_data: None,
            many_answers: false,
            doubted_before: false,
            helo_only: false,
            lmtp: false,
            mask,
            watch,
        }
    }

    /// What lettre reads next: the canonical line of a reply, at most `room` octets at a time.
    /// Whatever fails is kept as trouble, for lettre's errors have no room for it.
    pub(super) fn read(&mut self, room: usize) -> io::Result<&'static [u8]> {
        if self.ready.is_empty() {
            match self.reply_for_lettre() {
                Ok(line) => self.ready = line,
                Err(cause) => {
                    // lettre would say QUIT to a server that does not answer, and wait again.
                    self.phase = Phase::Hushed;
                    self.trouble = Some(cause);
                    return Err(io::ErrorKind::Other.into());
                }
            }
        }
        let (now, later) = self.ready.split_at(self.ready.len().min(room));
        self.ready = later;
        Ok(now)
    }

    /// Takes what lettre writes; nothing leaves before a reply is awaited or much is gathered.
    pub(super) fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self.phase {
            // The message does not pass through lettre.
            Phase::Hushed | Phase::Body | Phase::Riding => {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Phase::Hello if self.helo_only => {
                self.say_helo();
                return Ok(octets.len());
            }
            Phase::Hello if self.lmtp => {
                self.say_lhlo();
                return Ok(octets.len());
            }
            Phase::Greeting | Phase::Hello | Phase::Commands => {
                let text = String::from_utf8_lossy(octets);
                self.framer.expect_capabilities(text.starts_with("EHLO "));
                text.lines().for_each(|line| (self.watch.observer)(Line::Client(line)));
            }
        }
        self.outgoing.extend_from_slice(octets);
        self.queued += octets.len() as u64;
        if self.outgoing.len() >= COALESCED_MAX {
            self.trouble = self.flush().err();
            if self.write_failed {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
        Ok(octets.len())
    }

    /// How long the next reply may take.
    pub(super) fn allow(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// The timeouts that it was made with.
    pub(super) fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// The reply that lettre was just given a canonical line for.
    pub(super) fn take_reply(&mut self) -> Option<Reply> {
        self.replies.pop_front()
    }

    /// What broke the stream, if anything did.
    pub(super) fn take_trouble(&mut self) -> Option<Cause> {
        self.trouble.take()
    }

    /// What was counted so far.
    pub(super) fn meter(&mut self) -> Meter {
        self.transport.meter().unwrap_or(self.counted)
    }

    /// Fails if the server said what nothing asked for. A 421 may come at any time.
    pub(super) fn refuse_unasked(&self) -> Result<(), Cause> {
        match self.framer.unread() {
            b"" | b"4" | b"42" => Ok(()),
            said if said.starts_with(b"421") => Ok(()),
            said => Err(Cause::Protocol(format!("the server sent {} octets unasked", said.len()))),
        }
    }

    /// Tells the observer that something happened.
    pub(super) fn note(&mut self, text: &str) {
        (self.watch.observer)(Line::Note(text));
    }

    /// Queues a line that must not be shown, and what to show instead.
    pub(super) fn queue_secret(&mut self, line: &[u8], shown: &str) {
        // Growing would leave a copy of the secret behind.
        self.outgoing.reserve(line.len());
        self.outgoing.extend_from_slice(line);
        self.has_secret = true;
        self.queued += line.len() as u64;
        (self.watch.observer)(Line::Client(shown));
    }

    /// Hides a response in what the server says from now on.
    pub(super) fn hide_encoded(&mut self, response: &[u8]) {
        self.mask.add_encoded(response);
    }

    /// Text with every form of the secrets hidden.
    pub(super) fn masked(&self, text: &[u8]) -> Vec<u8> {
        self.mask.apply(text)
    }

    /// What SCRAM can be bound to: the key exported from this TLS session (RFC 9266).
    pub(super) fn channel_key(&self) -> Option<[u8; 32]> {
        self.transport.tls_session().and_then(channel_key)
    }

    /// Ends the connection so that nothing queued is ever sent.
    pub(super) fn cut(&mut self) {
        self.forget_outgoing();
        self.phase = Phase::Hushed;
        self.left = true;
        self.counted = self.meter();
        self.transport.cut();
    }

    /// Starts TLS in place. What stands behind the reply to STARTTLS was not said inside TLS and
    /// is refused.
    pub(super) fn start_tls(&mut self, client: &TlsClient) -> Result<TlsFacts, Cause> {
        let injected = self.framer.pending().len();
        if injected > 0 {
            self.cut();
            return Err(Cause::Injected(injected));
        }
        let Transport::Plain(mut socket) =
            std::mem::replace(&mut self.transport, Transport::Closed)
        else {
            return Err(Cause::Internal("TLS inside TLS".to_owned()));
        };
        socket.allow(self.timeouts.command);
        let (stream, facts) = client.handshake(socket, self.timeouts.command)?;
        self.transport = Transport::Tls(Box::new(stream));
        self.note(&format!("{} with {}", facts.protocol, facts.cipher));
        Ok(facts)
    }

    /// The name that stands for this host where no other was given (RFC 5321 §4.1.3).
    pub(super) fn address_literal(&mut self) -> String {
        self.transport.address_literal()
    }

    /// The server's address.
    pub(super) fn peer_address(&mut self) -> Option<IpAddr> {
        self.transport.peer_address()
    }

    /// Says QUIT without lettre, unless it is out already, and gives the server a moment to answer.
    pub(super) fn quit(&mut self, patience: Duration) {
        self.say_quit();
        self.patience = patience;
        if !self.write_failed && !self.left {
            // Whatever comes of it changes nothing any more.
            let _ = self.receive();
        }
        self.cut();
    }

    /// Queues QUIT, unless it is out already.
    pub(super) fn say_quit(&mut self) {
        if !self.left && !self.quit_is_out() && !self.write_failed {
            self.queue_line("QUIT");
        }
    }

    /// Queues a line without lettre.
    pub(super) fn queue_line(&mut self, line: &str) {
        (self.watch.observer)(Line::Client(line));
        self.outgoing.extend_from_slice(line.as_bytes());
        self.outgoing.extend_from_slice(b"\r\n");
        self.queued += line.len() as u64 + 2;
    }

    /// Writes what is queued.
    fn flush(&mut self) -> Result<(), Cause> {
        let outgoing = std::mem::take(&mut self.outgoing);
        let sent = self.send(&outgoing);
        self.outgoing = outgoing;
        self.forget_outgoing();
        sent
    }

    fn forget_outgoing(&mut self) {
        if std::mem::take(&mut self.has_secret) {
            self.outgoing.zeroize();
        }
        self.outgoing.clear();
    }

    /// Writes octets, unless the server has spoken before the end of the message: nothing more is
    /// written then, and what it said is for the next who reads.
    fn send(&mut self, octets: &[u8]) -> Result<(), Cause> {
        if self.write_failed || self.is_interrupted() {
            self.write_failed = true;
            return Ok(());
        }
        self.transport.allow(self.timeouts.block);
        match self.transport.write_all(octets, self.heed()) {
            Ok(()) => {
                self.accepted += octets.len() as u64;
                Ok(())
            }
            Err(failure) => {
                self.accepted += failure.accepted as u64;
                self.write_failed = true;
                Err(describe(&failure.error, self.timeouts.block))
            }
        }
    }

    /// Sends what is queued and waits for one reply. A server that takes no more may still have
    /// said why.
    fn receive(&mut self) -> Result<RawReply, Cause> {
        let mut trouble = None;
        if !self.write_failed {
            trouble = self.flush().err();
        }
        let patience = if self.write_failed { LAST_WORDS } else { self.patience };
        let received = match self.phase {
            Phase::Greeting => self.receive_greeting(patience),
            _ => self.receive_within(patience),
        };
        received.map_err(|cause| match cause {
            // Why the write failed: the server had left the handshake.
            Cause::Handshake(_) => cause,
            cause => trouble.unwrap_or(cause),
        })
    }

    fn receive_within(&mut self, patience: Duration) -> Result<RawReply, Cause> {
        self.transport.allow(patience);
        let mut buffer = [0; 8 * 1024];
        loop {
            if let Some(reply) = self.framer.next_reply().map_err(Cause::Protocol)? {
                return Ok(self.heard(reply));
            }
            let broken = match self.transport.read(&mut buffer) {
                Ok(0) => Cause::Lost("the server closed the connection".to_owned()),
                Ok(octets) => {
                    self.framer.push(&buffer[..octets]);
                    continue;
                }
                Err(error) => describe(&error, self.patience),
            };
            let last_words = matches!(broken, Cause::Lost(_)).then(|| self.framer.last_words());
            return last_words.flatten().map(|reply| self.heard(reply)).ok_or(broken);
        }
    }

    fn heard(&mut self, mut reply: RawReply) -> RawReply {
        reply.lines.iter_mut().for_each(|line| *line = self.mask.apply(line));
        self.watch.tell_reply(&reply.decode());
        reply
    }

    /// One reply for lettre.
    fn reply_for_lettre(&mut self) -> Result<&'static [u8], Cause> {
        let received = self.receive();
        self.settle_doubt(received.as_ref().ok());
        let mut reply = received?;
        match self.phase {
            Phase::Greeting => self.greeted(&reply)?,
            Phase::Hello => reply = self.answered_hello(reply)?,
            Phase::Commands | Phase::Body | Phase::Riding | Phase::Hushed => {}
        }
        self.replies.push_back(reply.decode());
        Ok(reply.canonical_line())
    }
}
