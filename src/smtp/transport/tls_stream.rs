//! A TLS session and the socket that it runs over.

use std::io::{self, ErrorKind, Read as _, Write as _};

use rustls::ClientConnection;

use super::{Explained, Heed, Socket, WriteFailure, interrupted};
use crate::model::Cause;
use crate::smtp::tls::{Circumstances, said};

/// A TLS session and the socket that it runs over.
pub(in crate::smtp) struct TlsStream {
    pub(in crate::smtp) session: ClientConnection,
    pub(in crate::smtp) socket: Socket,
    pub(in crate::smtp) heard: Heard,
    /// What broke TLS; told once everything that was said before has been read.
    pub(in crate::smtp) trouble: Option<rustls::Error>,
}

/// Whether the server has said anything inside TLS. Until then it may still refuse our part of the
/// handshake (RFC 8446 §4.4.2.4 in TLS 1.3).
pub(in crate::smtp) enum Heard {
    /// Nothing yet.
    Nothing(Circumstances),
    /// Something.
    Words,
}

/// A cause that passes through the stream as its error.
impl TlsStream {
    /// A record need not be words: it is read to know.
    pub(super) fn has_words(&mut self) -> bool {
        loop {
            match self.session.process_new_packets() {
                Ok(state) if state.plaintext_bytes_to_read() > 0 || state.peer_has_closed() => {
                    return true;
                }
                Ok(_) if !self.socket.has_input() => return false,
                Ok(_) if matches!(self.session.read_tls(&mut self.socket), Ok(1..)) => {}
                // Its end, or nothing that can be read: whoever reads next is told.
                _ => return true,
            }
        }
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
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
    pub(super) fn write_all(&mut self, octets: &[u8], heed: Heed) -> Result<(), WriteFailure> {
        let before = self.socket.meter.octets_sent;
        self.write_records(octets, heed).map_err(|error| {
            let some = self.socket.meter.octets_sent > before;
            WriteFailure { accepted: if some { octets.len() } else { 0 }, error }
        })
    }

    fn write_records(&mut self, octets: &[u8], heed: Heed) -> io::Result<()> {
        let mut rest = octets;
        loop {
            let taken = self.session.writer().write(rest)?;
            rest = &rest[taken..];
            while self.session.wants_write() {
                match self.session.write_tls(&mut self.socket) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        if heed == Heed::Words && self.has_words() {
                            return Err(interrupted());
                        }
                    }
                    written => _ = written?,
                }
            }
            if rest.is_empty() {
                return Ok(());
            }
        }
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
