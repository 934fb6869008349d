//! Decides whether a server's certificate is good enough: by chain and name, by pin, or not at
//! all. Signatures of the handshake are checked in every case.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};

use crate::model::{CertificateProblem, Pin};

/// What a certificate is held against.
pub(super) enum Policy {
    /// It or its key must be one of these; chain, name and dates do not matter.
    Pins(Vec<Pin>),
    /// A chain to one of these roots, the name and the dates.
    Chain {
        /// Roots that the profile names, looked at first.
        named: RootCertStore,
        /// The system's, read only where the others do not decide.
        system: Option<SystemRoots>,
    },
    /// Any certificate will do.
    Anything,
}

/// The verifier of one handshake; remembers what it saw.
pub(super) struct Verifier {
    policy: Policy,
    provider: Arc<CryptoProvider>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    certificate: Option<Pin>,
    problem: Option<CertificateProblem>,
}

/// SHA-256 of something in DER.
pub(super) fn sha256(der: &[u8]) -> Pin {
    let mut octets = [0; 32];
    octets.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, der).as_ref());
    Pin(octets)
}

impl Verifier {
    /// A verifier for one connection.
    pub(super) fn new(policy: Policy, provider: Arc<CryptoProvider>) -> Self {
        Self { policy, provider, seen: Mutex::default() }
    }

    /// SHA-256 of the certificate that was shown.
    pub(super) fn certificate(&self) -> Option<Pin> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).certificate
    }

    /// Why the certificate was refused, if it was.
    pub(super) fn problem(&self) -> Option<CertificateProblem> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).problem.clone()
    }

    fn check(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        match &self.policy {
            Policy::Anything => Ok(()),
            Policy::Pins(pins) => {
                let pinned = pins.contains(&sha256(leaf))
                    || key_pin(leaf).is_some_and(|pin| pins.contains(&pin));
                if pinned {
                    Ok(())
                } else {
                    Err(CertificateError::ApplicationVerificationFailure.into())
                }
            }
            Policy::Chain { named, system } => {
                let leaf = ParsedCertificate::try_from(leaf)?;
                self.check_chain(&leaf, intermediates, now, named, system.as_ref())?;
                verify_server_name(&leaf, name)
            }
        }
    }

    fn check_chain(
        &self,
        leaf: &ParsedCertificate<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        named: &RootCertStore,
        system: Option<&SystemRoots>,
    ) -> Result<(), Error> {
        let against = |roots: &RootCertStore| {
            verify_server_cert_signed_by_trust_anchor(
                leaf,
                roots,
                intermediates,
                now,
                self.provider.signature_verification_algorithms.all,
            )
        };
        match (against(named), system) {
            (Err(error), Some(system)) if unknown_issuer(&error) => against(&system.get()),
            (result, _) => result,
        }
    }

    fn problem_of(&self, error: &Error, certificate: Pin) -> CertificateProblem {
        let pin_mismatch = matches!(self.policy, Policy::Pins(_));
        CertificateProblem {
            reason: if pin_mismatch {
                "it is none of the certificates and keys in pin_sha256".to_owned()
            } else {
                reason(error)
            },
            certificate,
            pin_mismatch,
            unknown_issuer: unknown_issuer(error),
        }
    }
}

/// Whether the chain ends at nobody who is trusted. Another authority of the same name shows as a
/// bad signature.
fn unknown_issuer(error: &Error) -> bool {
    matches!(
        error,
        Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature)
    )
}

/// SHA-256 of the certificate's SubjectPublicKeyInfo, if it can be read.
fn key_pin(leaf: &CertificateDer<'_>) -> Option<Pin> {
    let parsed = webpki::EndEntityCert::try_from(leaf).ok()?;
    Some(sha256(&parsed.subject_public_key_info()))
}

/// What is wrong, in words.
fn reason(error: &Error) -> String {
    let Error::InvalidCertificate(error) = error else {
        return error.to_string();
    };
    match error {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "it is signed by an authority that is not trusted here".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet".to_owned()
        }
        CertificateError::NotValidForName => "it is for another name".to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let expected = expected.to_str();
            if presented.is_empty() {
                format!("it is for no name, not for {expected}")
            } else {
                format!("it is for {}, not for {expected}", names(presented))
            }
        }
        CertificateError::Other(OtherError(other))
            if other.downcast_ref::<webpki::Error>() == Some(&webpki::Error::CaUsedAsEndEntity) =>
        {
            "it is an authority's own certificate (self-signed)".to_owned()
        }
        other => format!("{other:?}"),
    }
}

/// The names that a certificate is for, from webpki's `DnsName("…")` and `IpAddress(…)`.
fn names(presented: &[String]) -> String {
    let plain = |name: &String| match name.split_once('(') {
        Some((_, rest)) => rest.trim_end_matches(')').trim_matches('"').to_owned(),
        None => name.clone(),
    };
    presented.iter().map(plain).collect::<Vec<_>>().join(", ")
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificate = sha256(leaf);
        let result = self.check(leaf, intermediates, name, now);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.certificate = Some(certificate);
        seen.problem = result.as_ref().err().map(|error| self.problem_of(error, certificate));
        result.map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}

/// The system's roots, read in a thread of their own: it takes longer than a round trip.
pub(super) struct SystemRoots(Mutex<Loading>);

enum Loading {
    NotYet,
    Running(JoinHandle<RootCertStore>),
    Done(Arc<RootCertStore>),
}

impl SystemRoots {
    /// Roots that are read when they are asked for.
    pub(super) fn when_needed() -> Self {
        Self(Mutex::new(Loading::NotYet))
    }

    /// Roots that are read from now on.
    pub(super) fn at_once() -> Self {
        Self(Mutex::new(Loading::Running(std::thread::spawn(load))))
    }

    fn get(&self) -> Arc<RootCertStore> {
        let mut loading = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let roots = match std::mem::replace(&mut *loading, Loading::NotYet) {
            Loading::NotYet => Arc::new(load()),
            // A thread that panicked read nothing, and nothing is then trusted.
            Loading::Running(thread) => {
                Arc::new(thread.join().unwrap_or_else(|_| RootCertStore::empty()))
            }
            Loading::Done(roots) => roots,
        };
        *loading = Loading::Done(Arc::clone(&roots));
        roots
    }
}

/// What cannot be read is left out: a root that is missing makes a chain untrusted, never trusted.
fn load() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
