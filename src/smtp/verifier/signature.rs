//! The server's proof in the handshake that it has the key of its certificate, also for
//! certificates that webpki does not read (X.509 version 1): then with the key alone.

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use rustls::{CertificateError, DigitallySignedStruct, Error, PeerMisbehaved};

use super::certificate::Certificate;

/// Checks the signature of a TLS 1.2 handshake.
pub(super) fn check_tls12(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signature: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    match key_of_unread(certificate)? {
        None => verify_tls12_signature(message, certificate, signature, algorithms),
        Some(key) => check_with_key(message, &key, signature, algorithms),
    }
}

/// Checks the signature of a TLS 1.3 handshake.
pub(super) fn check_tls13(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signature: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    match key_of_unread(certificate)? {
        None => verify_tls13_signature(message, certificate, signature, algorithms),
        Some(key) => verify_tls13_signature_with_raw_key(message, &key, signature, algorithms),
    }
}

/// The key of a certificate that webpki does not read; none if it does.
fn key_of_unread(
    certificate: &CertificateDer<'_>,
) -> Result<Option<SubjectPublicKeyInfoDer<'static>>, Error> {
    if webpki::EndEntityCert::try_from(certificate).is_ok() {
        return Ok(None);
    }
    let key = Certificate::read(certificate).and_then(|certificate| certificate.public_key());
    key.map(Some).ok_or(CertificateError::BadEncoding.into())
}

/// In TLS 1.2 a scheme does not say which curve, so each that it may mean is tried.
fn check_with_key(
    message: &[u8],
    key: &SubjectPublicKeyInfoDer<'_>,
    signature: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let mapped = algorithms.mapping.iter().find(|(scheme, _)| *scheme == signature.scheme);
    let Some((_, candidates)) = mapped else {
        return Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
    };
    let key = webpki::RawPublicKeyEntity::try_from(key)
        .map_err(|_| Error::from(CertificateError::BadEncoding))?;
    let fits = |algorithm: &&dyn rustls::pki_types::SignatureVerificationAlgorithm| {
        key.verify_signature(*algorithm, message, signature.signature()).is_ok()
    };
    if candidates.iter().any(fits) {
        Ok(HandshakeSignatureValid::assertion())
    } else {
        Err(CertificateError::BadSignature.into())
    }
}
