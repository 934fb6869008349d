//! lettre's SMTP client, driven over our wire. The only file that names `AsyncSmtpConnection`.
//!
//! The stream beneath is always ready, so every future is ready at its first poll: no runtime.
//! A refusal is a `Reply`; `Err` means that the connection cannot go on.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use zeroize::Zeroizing;

use super::stream::SharedWire;
use super::wire::{Delimiter, Stopped};
use crate::model::{Cause, Content, ContentError, Reply};

/// A connection that has been greeted and has said EHLO.
pub(super) struct Client {
    connection: AsyncSmtpConnection,
    wire: SharedWire,
}

/// How the opening of a connection ended.
pub(super) enum Opening {
    /// The server greeted and answered EHLO or HELO.
    Ready(Client, Reply),
    /// The greeting was a refusal.
    GreetingRefused(Reply),
    /// EHLO and HELO were refused.
    HelloRefused(Reply),
}

/// How a message goes out.
pub(super) struct Passage {
    /// Commands before it, in the same flight.
    pub(super) before: Vec<String>,
    /// What tells it from what follows.
    pub(super) delimiter: Delimiter,
    /// Lines behind its end, in the same flight.
    pub(super) trailer: String,
    /// The commands before it have answers of their own, which come first.
    pub(super) rides: bool,
    /// How long the first answer may take.
    pub(super) patience: Duration,
}

/// A body that was not answered.
pub(super) enum BodyError {
    /// A file of the message failed; the connection was cut.
    Source(ContentError),
    /// The connection failed.
    Connection(Cause),
}

/// What ends a message before its end.
enum Interruption {
    Source(ContentError),
    Server,
}

impl From<ContentError> for Interruption {
    fn from(error: ContentError) -> Self {
        Self::Source(error)
    }
}

impl Client {
    /// Reads the greeting and says EHLO with the wire's name. What the server greeted with, if it
    /// did, and how that ended.
    pub(super) fn open(wire: SharedWire) -> (Option<Reply>, Result<Opening, Cause>) {
        let hello = ClientId::Domain(wire.lock().hello_name().to_owned());
        let stream = Box::new(wire.clone());
        let opened = match block_on(AsyncSmtpConnection::connect_with_transport(stream, &hello)) {
            Ok(opened) => opened,
            Err(cause) => return (None, Err(cause)),
        };
        let greeting = wire.lock().take_reply();
        let answer = wire.lock().take_reply();
        let opening = match (opened, &greeting, answer) {
            (Ok(connection), Some(_), Some(answer)) if answer.is_success() => {
                Ok(Opening::Ready(Self { connection, wire }, answer))
            }
            (_, Some(greeting), None) if !greeting.is_success() => {
                Ok(Opening::GreetingRefused(greeting.clone()))
            }
            (_, Some(_), Some(answer)) => Ok(Opening::HelloRefused(answer)),
            (opened, _, _) => {
                let internal = || Cause::Internal(format!("lettre: {:?}", opened.err()));
                Err(wire.lock().take_trouble().unwrap_or_else(internal))
            }
        };
        (greeting, opening)
    }

    /// The wire beneath.
    pub(super) fn wire(&self) -> &SharedWire {
        &self.wire
    }

    /// Sends lines, the last without its CRLF, and waits for the first reply.
    pub(super) fn command(&mut self, lines: &str) -> Result<Reply, Cause> {
        self.wire.lock().refuse_unasked()?;
        let command = format!("{lines}\r\n");
        let result = block_on(self.connection.command(command))?;
        self.reply_to(result.err())
    }

    /// Sends a line that must not be shown, and waits for the reply.
    pub(super) fn secret_command(&mut self, line: &[u8], shown: &str) -> Result<Reply, Cause> {
        self.wire.lock().refuse_unasked()?;
        let mut whole = Zeroizing::new(Vec::with_capacity(line.len() + 2));
        whole.extend_from_slice(line);
        whole.extend_from_slice(b"\r\n");
        self.wire.lock().queue_secret(&whole, shown);
        self.read_reply()
    }

    /// Waits for a further reply of a group.
    pub(super) fn read_reply(&mut self) -> Result<Reply, Cause> {
        let result = block_on(self.connection.read_response())?;
        self.reply_to(result.err())
    }

    /// Sends the message, its end and what goes with it, and waits for an answer. If a file of it
    /// fails the connection is cut before the end of the data. One that rides is ended by whoever
    /// reads the other answers.
    pub(super) fn send_body(
        &mut self,
        content: &Content,
        passage: Passage,
    ) -> Result<Reply, BodyError> {
        let Passage { before, delimiter, trailer, rides, patience } = passage;
        {
            let mut wire = self.wire.lock();
            if !before.is_empty() {
                wire.refuse_unasked().map_err(BodyError::Connection)?;
            }
            wire.begin_body(delimiter, trailer);
            if rides {
                wire.ride();
            }
            before.iter().for_each(|line| wire.queue_line(line));
            wire.note(&format!("the message, {} octets", content.length()));
            wire.allow(patience);
        }
        let mut written = 0;
        let given = content.try_for_each(|chunk| {
            let mut wire = self.wire.lock();
            wire.progress(written);
            written += chunk.len() as u64;
            wire.write_content(chunk).map_err(|Stopped| Interruption::Server)
        });
        let reply = match given {
            // What follows a chunk of another length would be taken for a part of it.
            Ok(()) if delimiter == Delimiter::Length && written + 2 != content.length() => {
                self.wire.lock().cut();
                let what = format!("{} octets of {}", written + 2, content.length());
                return Err(BodyError::Connection(Cause::Internal(what)));
            }
            Ok(()) => {
                self.wire.lock().end_content();
                self.read_reply()
            }
            Err(Interruption::Source(error)) => {
                self.wire.lock().cut();
                return Err(BodyError::Source(error));
            }
            Err(Interruption::Server) => {
                // The message could not be written to its end; the server may have said why.
                let trouble = self.wire.lock().take_trouble();
                self.read_reply().map_err(|cause| trouble.unwrap_or(cause))
            }
        };
        if !rides {
            self.wire.lock().end_body();
        }
        reply.map_err(BodyError::Connection)
    }

    /// The reply that lettre has just seen the class of.
    fn reply_to(&mut self, error: Option<lettre::transport::smtp::Error>) -> Result<Reply, Cause> {
        let mut wire = self.wire.lock();
        if let Some(reply) = wire.take_reply() {
            return Ok(reply);
        }
        Err(wire.take_trouble().unwrap_or_else(|| Cause::Internal(format!("lettre: {error:?}"))))
    }
}

/// Runs a future that never waits.
fn block_on<F: Future>(future: F) -> Result<F::Output, Cause> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => Err(Cause::Internal("lettre waited for a stream that never waits".into())),
    }
}
