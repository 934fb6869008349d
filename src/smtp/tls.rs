//! TLS for one connection: what is trusted, the handshake, and what it agreed on.
//!
//! Fails before connecting when a file that the profile names is unusable, and in the handshake
//! with what the server did in words.

mod identity;
mod words;

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion};

use super::transport::{Heard, Socket, TlsStream, describe};
use super::verifier::{NameRule, Policy, Roots, SystemRoots, Verifier};
use crate::model::{Cause, HandshakeFault, Pin, Server, ShownCertificate, TlsFacts, Trust};
use identity::Identity;
pub use identity::check_client_certificate;
use words::Least;
pub(super) use words::{Circumstances, said};

/// Everything ready for a handshake.
pub(super) struct TlsClient {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    verifier: Arc<Verifier>,
    identity: Arc<Identity>,
    least: Least,
}

impl TlsClient {
    /// Reads what the profile names; where the system's roots are to decide, they are read while
    /// the network works.
    pub(super) fn prepare(server: &Server) -> Result<Self, Cause> {
        let trust = &server.trust;
        let name = trust.server_name.as_deref().unwrap_or(&server.host);
        let name = ServerName::try_from(name.to_owned()).map_err(|_| {
            Cause::Setup(format!("{name}: no name that a certificate could be for"))
        })?;
        let policy = if server.tls.is_verified() { policy(trust)? } else { Policy::Anything };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Arc::new(Verifier::new(policy, Arc::clone(&provider)));
        let identity = Identity::read(trust, &provider).map_err(Cause::Identity)?;
        let identity = Arc::new(identity);
        let (least, versions) = match trust.tls13_only {
            true => (Least::Tls13, &[&TLS13][..]),
            false => (Least::Tls12, &[&TLS13, &TLS12][..]),
        };
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(|error| Cause::Internal(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier) as _)
            .with_client_cert_resolver(Arc::clone(&identity) as _);
        Ok(Self { config: Arc::new(config), name, verifier, identity, least })
    }

    /// Runs the handshake until the server is known to be the right one. Our last message stays
    /// queued and goes out with the first thing said inside, one flight.
    pub(super) fn handshake(
        &self,
        mut socket: Socket,
        patience: Duration,
    ) -> Result<(TlsStream, TlsFacts), Cause> {
        let mut session = ClientConnection::new(Arc::clone(&self.config), self.name.clone())
            .map_err(|error| Cause::Internal(error.to_string()))?;
        self.identity.begin();
        let mut buffer = [0; 16 * 1024];
        let mut first = true;
        while session.is_handshaking() {
            while session.wants_write() {
                let written = session.write_tls(&mut socket);
                written.map_err(|error| self.broken(&error, patience))?;
            }
            let octets = match socket.read(&mut buffer) {
                Ok(0) => return Err(self.closed("the server closed the connection")),
                Ok(octets) => &buffer[..octets],
                Err(error) => return Err(self.broken(&error, patience)),
            };
            if std::mem::take(&mut first) && octets.iter().take(3).all(u8::is_ascii_digit) {
                return Err(Cause::Handshake(HandshakeFault::InTheClear));
            }
            self.take(&mut session, octets, &mut socket)?;
        }
        let facts = self.facts(&session);
        let heard = Heard::Nothing(self.circumstances());
        Ok((TlsStream { session, socket, heard, trouble: None }, facts))
    }

    /// What the server showed in the last handshake, in words.
    pub(super) fn shown_certificate(&self) -> Option<ShownCertificate> {
        self.verifier.shown()
    }

    fn take(
        &self,
        session: &mut ClientConnection,
        mut octets: &[u8],
        socket: &mut Socket,
    ) -> Result<(), Cause> {
        while !octets.is_empty() {
            session.read_tls(&mut octets).map_err(|_| Cause::Handshake(HandshakeFault::NotTls))?;
            if let Err(error) = session.process_new_packets() {
                // The alert is a courtesy to the server's log.
                let _ = session.write_tls(socket);
                return Err(match self.verifier.problem() {
                    Some(problem) => Cause::Certificate(problem),
                    None => Cause::Handshake(self.circumstances().fault(&error)),
                });
            }
        }
        Ok(())
    }

    fn circumstances(&self) -> Circumstances {
        Circumstances { shown: self.identity.shown(), least: self.least }
    }

    fn closed(&self, how: &'static str) -> Cause {
        Cause::Handshake(self.circumstances().broken(how))
    }

    fn broken(&self, error: &io::Error, patience: Duration) -> Cause {
        match error.kind() {
            io::ErrorKind::TimedOut => describe(error, patience),
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                self.closed("the server broke the connection")
            }
            _ => Cause::Handshake(HandshakeFault::Other(error.to_string())),
        }
    }

    fn facts(&self, session: &ClientConnection) -> TlsFacts {
        let protocol = match session.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
            _ => "TLS 1.2",
        };
        let cipher = session.negotiated_cipher_suite().map(|suite| suite.suite());
        let cipher = cipher.and_then(|suite| suite.as_str()).unwrap_or("an unnamed cipher");
        TlsFacts {
            protocol: protocol.to_owned(),
            cipher: cipher.to_owned(),
            certificate: self.verifier.certificate().unwrap_or(Pin([0; 32])),
        }
    }
}

/// The key that a mechanism can be bound to this session by (RFC 9266 §2). TLS 1.2 has one only
/// under conditions that rustls does not tell of.
pub(super) fn channel_key(session: &ClientConnection) -> Option<[u8; 32]> {
    let label = b"EXPORTER-Channel-Binding";
    let is_tls13 = session.protocol_version() == Some(ProtocolVersion::TLSv1_3);
    is_tls13.then(|| session.export_keying_material([0; 32], label, Some(b"")).ok()).flatten()
}

fn policy(trust: &Trust) -> Result<Policy, Cause> {
    if !trust.pins.is_empty() {
        return Ok(Policy::Pins(trust.pins.clone()));
    }
    if trust.danger_accept_invalid_certs {
        return Ok(Policy::Anything);
    }
    let named = match &trust.ca_file {
        Some(path) => Roots::read(path).map_err(Cause::Setup)?,
        None => Roots::none(),
    };
    let system = match (trust.system_roots, &trust.ca_file) {
        (false, _) => None,
        (true, None) => Some(SystemRoots::at_once()),
        (true, Some(_)) => Some(SystemRoots::when_needed()),
    };
    let name = match trust.danger_accept_wrong_name {
        true => NameRule::DangerIgnored,
        false => NameRule::Required,
    };
    Ok(Policy::Chain { named, system, name })
}

/// Whether certificates can be read from a `ca_file`.
pub fn check_ca_file(path: &Path) -> Result<(), String> {
    Roots::read(path).map(drop)
}

#[cfg(test)]
mod tests;
