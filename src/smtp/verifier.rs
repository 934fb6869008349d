//! Decides whether a server's certificate is good enough: by chain and name, by pin, or not at
//! all. Signatures of the handshake are checked in every case.

mod certificate;
mod judge;
mod roots;
mod signature;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use crate::model::{CertificateFault, CertificateProblem, Pin, ShownCertificate};
use certificate::Certificate;
use judge::{Case, in_words};
pub(super) use roots::{Roots, SystemRoots};

/// What a certificate is held against.
pub(super) enum Policy {
    /// It or its key must be one of these; chain, name and dates do not matter.
    Pins(Vec<Pin>),
    /// A chain to one of these roots, and the dates.
    Chain {
        /// Roots that the profile names, looked at first.
        named: Roots,
        /// The system's, read only where the others do not decide.
        system: Option<SystemRoots>,
        /// Whether the name counts.
        name: NameRule,
    },
    /// Any certificate will do.
    Anything,
}

/// Whether a certificate must be for the server's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameRule {
    /// It must.
    Required,
    /// Its chain and dates will do.
    DangerIgnored,
}

/// The verifier of one handshake; remembers what it saw.
pub(super) struct Verifier {
    policy: Policy,
    provider: Arc<CryptoProvider>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// The chain, the server's own certificate first.
    chain: Vec<CertificateDer<'static>>,
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
        self.seen().certificate
    }

    /// Why the certificate was refused, if it was.
    pub(super) fn problem(&self) -> Option<CertificateProblem> {
        self.seen().problem.clone()
    }

    /// What the certificate that was shown says of itself, if it can be read.
    pub(super) fn shown(&self) -> Option<ShownCertificate> {
        let seen = self.seen();
        let (leaf, sent) = seen.chain.split_first()?;
        let pin = seen.certificate?;
        let leaf = Certificate::read(leaf)?;
        Some(ShownCertificate {
            subject: leaf.subject(),
            issuer: leaf.issuer(),
            names: leaf.names(),
            from: in_words(leaf.not_before()),
            until: in_words(leaf.not_after()),
            chain: sent.iter().filter_map(Certificate::read).map(|it| it.subject()).collect(),
            pin,
        })
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, case: &Case<'_>) -> Vec<CertificateFault> {
        match &self.policy {
            Policy::Anything => Vec::new(),
            Policy::Pins(pins) if is_pinned(pins, case.leaf) => Vec::new(),
            Policy::Pins(_) => vec![CertificateFault::NotPinned],
            Policy::Chain { named, system, name } => {
                let mut faults = case.chain_faults(named, system.as_ref());
                if *name == NameRule::Required {
                    faults.extend(case.name_fault().filter(|fault| !faults.contains(fault)));
                }
                faults
            }
        }
    }

    /// A signature that cannot be checked is no proof; where the key is why, that is said.
    fn proven(
        &self,
        certificate: &CertificateDer<'_>,
        result: Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        let weak = || Certificate::read(certificate)?.weak_key();
        if result.is_err()
            && let Some(key) = weak()
        {
            self.seen().problem = Some(CertificateProblem {
                faults: vec![CertificateFault::WeakKey { issuer: None, key }],
                certificate: sha256(certificate),
            });
        }
        result
    }
}

/// By the certificate itself, or by its key.
fn is_pinned(pins: &[Pin], leaf: &CertificateDer<'_>) -> bool {
    pins.contains(&sha256(leaf)) || key_pin(leaf).is_some_and(|pin| pins.contains(&pin))
}

/// SHA-256 of the certificate's SubjectPublicKeyInfo, if it can be read.
fn key_pin(leaf: &CertificateDer<'_>) -> Option<Pin> {
    let key = match webpki::EndEntityCert::try_from(leaf) {
        Ok(parsed) => parsed.subject_public_key_info(),
        Err(_) => Certificate::read(leaf)?.public_key()?,
    };
    Some(sha256(&key))
}

/// What to tell the server: the alert follows from it.
fn alert(fault: &CertificateFault) -> CertificateError {
    match fault {
        CertificateFault::SelfSigned
        | CertificateFault::UnknownIssuer { .. }
        | CertificateFault::IssuerNotSent { .. }
        | CertificateFault::Namesake { .. } => CertificateError::UnknownIssuer,
        CertificateFault::Expired { .. } => CertificateError::Expired,
        CertificateFault::NotYetValid { .. } => CertificateError::NotValidYet,
        CertificateFault::WrongName { .. } | CertificateFault::CommonNameOnly { .. } => {
            CertificateError::NotValidForName
        }
        CertificateFault::Purpose => CertificateError::InvalidPurpose,
        CertificateFault::Unreadable => CertificateError::BadEncoding,
        CertificateFault::NotPinned
        | CertificateFault::Authority
        | CertificateFault::WeakSignature { .. }
        | CertificateFault::WeakKey { .. }
        | CertificateFault::Rule(_) => CertificateError::ApplicationVerificationFailure,
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        sent: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let algorithms = self.provider.signature_verification_algorithms.all;
        let faults = self.check(&Case { leaf, sent, name, now, algorithms });
        let certificate = sha256(leaf);
        let verdict = match faults.first() {
            None => Ok(ServerCertVerified::assertion()),
            Some(fault) => Err(alert(fault).into()),
        };
        let problem = CertificateProblem { faults, certificate };
        let chain = std::iter::once(leaf).chain(sent).map(|it| it.clone().into_owned());
        *self.seen() = Seen {
            chain: chain.collect(),
            certificate: Some(certificate),
            problem: verdict.is_err().then_some(problem),
        };
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let checked = signature::check_tls12(message, certificate, signature, algorithms);
        self.proven(certificate, checked)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let checked = signature::check_tls13(message, certificate, signature, algorithms);
        self.proven(certificate, checked)
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

#[cfg(test)]
mod tests;
