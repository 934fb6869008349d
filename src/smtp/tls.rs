//! TLS for one connection: what is trusted, the handshake, and what it agreed on.
//!
//! Fails before connecting when a file that the profile names is unusable, and in the handshake
//! with what the server did in words.

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, Error, ProtocolVersion, RootCertStore};

use super::transport::{Socket, TlsStream};
use super::verifier::{Policy, SystemRoots, Verifier};
use crate::model::{Cause, Server, TlsFacts, Trust, reason};

/// Everything ready for a handshake.
pub(super) struct TlsClient {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    verifier: Arc<Verifier>,
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
        let versions = if trust.tls13_only { &[&TLS13][..] } else { &[&TLS13, &TLS12] };
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(|error| Cause::Internal(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier) as _)
            .with_no_client_auth();
        Ok(Self { config: Arc::new(config), name, verifier })
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
        let mut buffer = [0; 16 * 1024];
        let mut first = true;
        while session.is_handshaking() {
            while session.wants_write() {
                let written = session.write_tls(&mut socket);
                written.map_err(|error| broken(&error, patience))?;
            }
            let octets = match socket.read(&mut buffer) {
                Ok(0) => return Err(Cause::Handshake("the server closed the connection".into())),
                Ok(octets) => &buffer[..octets],
                Err(error) => return Err(broken(&error, patience)),
            };
            if std::mem::take(&mut first) && octets.iter().take(3).all(u8::is_ascii_digit) {
                return Err(Cause::Handshake(
                    "the server speaks in the clear where TLS was expected".to_owned(),
                ));
            }
            self.take(&mut session, octets, &mut socket)?;
        }
        let facts = self.facts(&session);
        Ok((TlsStream { session, socket }, facts))
    }

    fn take(
        &self,
        session: &mut ClientConnection,
        mut octets: &[u8],
        socket: &mut Socket,
    ) -> Result<(), Cause> {
        while !octets.is_empty() {
            session.read_tls(&mut octets).map_err(|error| Cause::Handshake(error.to_string()))?;
            if let Err(error) = session.process_new_packets() {
                // The alert is a courtesy to the server's log.
                let _ = session.write_tls(socket);
                return Err(match self.verifier.problem() {
                    Some(problem) => Cause::Certificate(problem),
                    None => Cause::Handshake(in_words(&error)),
                });
            }
        }
        Ok(())
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
            certificate: self.verifier.certificate().unwrap_or(crate::model::Pin([0; 32])),
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
        Some(path) => read_roots(path).map_err(Cause::Setup)?,
        None => RootCertStore::empty(),
    };
    let system = match (trust.system_roots, &trust.ca_file) {
        (false, _) => None,
        (true, None) => Some(SystemRoots::at_once()),
        (true, Some(_)) => Some(SystemRoots::when_needed()),
    };
    Ok(Policy::Chain { named, system })
}

/// Whether certificates can be read from a `ca_file`.
pub fn check_ca_file(path: &Path) -> Result<(), String> {
    read_roots(path).map(drop)
}

fn read_roots(path: &Path) -> Result<RootCertStore, String> {
    let fail = |what: &dyn std::fmt::Display| format!("ca_file {}: {what}", path.display());
    let octets = std::fs::read(path).map_err(|error| fail(&reason(&error)))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&octets) {
        let certificate = certificate.map_err(|error| fail(&error))?;
        roots.add(certificate).map_err(|error| fail(&error))?;
    }
    if roots.is_empty() { Err(fail(&"no certificate in it (PEM is expected)")) } else { Ok(roots) }
}

fn broken(error: &io::Error, patience: Duration) -> Cause {
    match error.kind() {
        io::ErrorKind::TimedOut => Cause::TimedOut(patience.as_secs()),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            Cause::Handshake("the server broke the connection".to_owned())
        }
        _ => Cause::Handshake(error.to_string()),
    }
}

fn in_words(error: &Error) -> String {
    match error {
        Error::InvalidMessage(_) => "what the server sent is not TLS".to_owned(),
        Error::AlertReceived(alert) => {
            format!("the server refused it ({})", alert.as_str().unwrap_or("unknown alert"))
        }
        Error::PeerIncompatible(why) => {
            format!("no TLS version or cipher in common with the server ({why:?})")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
