//! Certificates made for one test: an authority, and good and bad servers below it.

use std::process::Command;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData as _, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// What a server's certificate is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// For `localhost` and `127.0.0.1`, valid.
    Good,
    /// The same, until 2021.
    Expired,
    /// Valid, for `elsewhere.example.net`.
    WrongName,
}

/// What signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// ECDSA on P-256.
    P256,
    /// RSA with 2048 bits, by the openssl program.
    Rsa,
}

/// A certificate authority.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate, what signed it, and its key.
#[derive(Debug)]
pub(crate) struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
    public_key: Vec<u8>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "mailsend test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Self { issuer: CertifiedIssuer::self_signed(params, key_pair(KeyKind::P256)).unwrap() }
    }

    /// What `ca_file` wants.
    pub(crate) fn pem(&self) -> String {
        pem("CERTIFICATE", self.issuer.der())
    }

    pub(crate) fn identity(&self, leaf: Leaf, kind: KeyKind) -> Identity {
        let key = key_pair(kind);
        let certificate = params(leaf).signed_by(&key, &self.issuer).unwrap();
        Identity {
            chain: vec![certificate.der().clone(), self.issuer.der().clone()],
            key: key.serialize_der(),
            public_key: key.subject_public_key_info(),
        }
    }
}

impl Identity {
    /// One that only itself vouches for.
    pub(crate) fn self_signed(leaf: Leaf, kind: KeyKind) -> Self {
        let key = key_pair(kind);
        let certificate = params(leaf).self_signed(&key).unwrap();
        Self {
            chain: vec![certificate.der().clone()],
            key: key.serialize_der(),
            public_key: key.subject_public_key_info(),
        }
    }

    /// This certificate with the key of another: the handshake's signature will not fit.
    pub(crate) fn with_key_of(mut self, other: &Self) -> Self {
        self.key.clone_from(&other.key);
        self
    }

    /// The server's certificate alone.
    pub(crate) fn pem(&self) -> String {
        pem("CERTIFICATE", &self.chain[0])
    }

    /// SHA-256 of the certificate, in hexadecimal digits.
    pub(crate) fn certificate_pin(&self) -> String {
        sha256(&self.chain[0])
    }

    /// SHA-256 of the public key, in hexadecimal digits.
    pub(crate) fn public_key_pin(&self) -> String {
        sha256(&self.public_key)
    }

    /// What a server with this identity needs for a handshake.
    pub(crate) fn server_config(&self) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.clone()));
        let signer = provider.key_provider.load_private_key(key).unwrap();
        // `with_single_cert` would notice a key that does not belong to the certificate.
        let certified = Arc::new(rustls::sign::CertifiedKey::new(self.chain.clone(), signer));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(certified)));
        Arc::new(config)
    }
}

fn params(leaf: Leaf) -> CertificateParams {
    let names: &[&str] = match leaf {
        Leaf::Good | Leaf::Expired => &["localhost", "127.0.0.1"],
        Leaf::WrongName => &["elsewhere.example.net"],
    };
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, "mailsend test server");
    if leaf == Leaf::Expired {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    }
    params
}

fn key_pair(kind: KeyKind) -> KeyPair {
    match kind {
        KeyKind::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(),
        KeyKind::Rsa => {
            let made = Command::new("openssl")
                .args([
                    "genpkey",
                    "-quiet",
                    "-algorithm",
                    "RSA",
                    "-pkeyopt",
                    "rsa_keygen_bits:2048",
                ])
                .output()
                .unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            let key = PrivatePkcs8KeyDer::from_pem_slice(&made.stdout).unwrap();
            KeyPair::from_pkcs8_der_and_sign_algo(&key, &PKCS_RSA_SHA256).unwrap()
        }
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn sha256(octets: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, octets);
    digest.as_ref().iter().map(|octet| format!("{octet:02x}")).collect()
}
