//! Certificates made when the sandbox starts: an authority and, signed by it, a server's for the
//! names of loopback. Their dates are fixed, so that no clock is needed.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::manners::Authority;
use crate::model::Pin;

/// A server's certificate, ready to serve.
pub(super) struct Identity {
    /// What a connection needs.
    pub(super) config: Arc<ServerConfig>,
    /// SHA-256 of the server's certificate.
    pub(super) pin: Pin,
    /// The authority's certificate.
    pub(super) authority_pem: String,
}

/// Why no certificate could be made.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// While making it.
    #[error("{0}")]
    Made(#[from] rcgen::Error),
    /// While putting it to use.
    #[error("{0}")]
    Used(#[from] rustls::Error),
}

/// Makes an authority and a server's certificate.
pub(super) fn identity(authority: Authority) -> Result<Identity, CertificateError> {
    let mut params = valid_for(Vec::new());
    params.distinguished_name.push(DnType::CommonName, authority.common_name());
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate()?;
    let authority_pem = pem(params.self_signed(&authority_key)?.der());
    let issuer = Issuer::new(params, authority_key);

    let mut params = valid_for(vec![
        SanType::DnsName("localhost".try_into()?),
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ]);
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &issuer)?.der().clone();

    let mut pin = [0; 32];
    pin.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, &certificate).as_ref());
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    Ok(Identity { config: Arc::new(config), pin: Pin(pin), authority_pem })
}

impl Authority {
    fn common_name(self) -> &'static str {
        match self {
            Self::Sandbox => "mailsend sandbox CA",
            Self::Unknown => "Corp Root CA",
        }
    }
}

fn valid_for(names: Vec<SanType>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.subject_alt_names = names;
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params
}

/// RFC 7468 §5
fn pem(der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at(rest.len().min(64));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{line}");
        rest = next;
    }
    text + "-----END CERTIFICATE-----\n"
}
