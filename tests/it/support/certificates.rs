//! Certificates made for one test: an authority, and good and bad servers below it.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_RSA_SHA256, PublicKeyData as _, date_time_ymd,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

/// What a server's certificate is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// For `localhost` and `127.0.0.1`, valid.
    Good,
    /// The same, until 2021.
    Expired,
    /// Valid, for `elsewhere.example.net`.
    WrongName,
    /// For `localhost` and `127.0.0.1`, from 2090 on.
    NotYetValid,
    /// Valid; only its CN says that it is for `localhost`.
    CommonNameOnly,
    /// Like `Good`, for clients alone (extended key usage).
    ForClients,
    /// Like `Good`, with an authority's rights.
    Authority,
    /// Like `Good`, and says where its issuer's certificate is.
    IssuerUrl,
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
    /// Its own issuer's certificate, if that is another's.
    above: Option<CertificateDer<'static>>,
}

/// A certificate, what signed it, and its key.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
    public_key: Vec<u8>,
    versions: &'static [&'static SupportedProtocolVersion],
    asks: Option<ClientCheck>,
}

/// How a server asks clients for a certificate.
#[derive(Debug, Clone)]
enum ClientCheck {
    /// It wants one that this authority signed.
    Required(CertificateDer<'static>),
    /// It takes one, and goes on without.
    Offered(CertificateDer<'static>),
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::named("mailsend test authority")
    }

    pub(crate) fn named(name: &str) -> Self {
        let params = authority_params(name);
        let issuer = CertifiedIssuer::self_signed(params, key_pair(KeyKind::P256)).unwrap();
        Self { issuer, above: None }
    }

    /// An authority below this one.
    pub(crate) fn intermediate(&self, name: &str) -> Self {
        self.intermediate_until(name, 2090)
    }

    /// The same, whose certificate expires at the beginning of a year.
    pub(crate) fn intermediate_until(&self, name: &str, year: i32) -> Self {
        let mut params = authority_params(name);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = key_pair(KeyKind::P256);
        let issuer = CertifiedIssuer::signed_by(params, key, &self.issuer).unwrap();
        Self { issuer, above: Some(self.issuer.der().clone()) }
    }

    /// What `ca_file` wants.
    pub(crate) fn pem(&self) -> String {
        pem("CERTIFICATE", self.issuer.der())
    }

    pub(crate) fn identity(&self, leaf: Leaf, kind: KeyKind) -> Identity {
        let key = key_pair(kind);
        let certificate = params(leaf).signed_by(&key, &self.issuer).unwrap();
        Identity {
            chain: [certificate.der(), self.issuer.der()]
                .into_iter()
                .chain(&self.above)
                .cloned()
                .collect(),
            ..Identity::with_key(&key)
        }
    }
}

impl Authority {
    /// A client's certificate for a key in PKCS#8, both PEM.
    pub(crate) fn certificate_for(&self, key: &str) -> String {
        let key = KeyPair::from_pem(key).unwrap();
        pem("CERTIFICATE", params(Leaf::ForClients).signed_by(&key, &self.issuer).unwrap().der())
    }
}

impl Identity {
    /// One that only itself vouches for.
    pub(crate) fn self_signed(leaf: Leaf, kind: KeyKind) -> Self {
        let key = key_pair(kind);
        let certificate = params(leaf).self_signed(&key).unwrap();
        Self { chain: vec![certificate.der().clone()], ..Self::with_key(&key) }
    }

    fn with_key(key: &KeyPair) -> Self {
        Self {
            chain: Vec::new(),
            key: key.serialize_der(),
            public_key: key.subject_public_key_info(),
            versions: rustls::ALL_VERSIONS,
            asks: None,
        }
    }

    /// One that the openssl program signs with its own key, an RSA key unless these arguments of
    /// `openssl req -x509` say otherwise; the subject is `/CN=localhost`.
    pub(crate) fn by_openssl(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"])
            .args(["-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "certificate.pem"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self::from_files(&folder.path().join("certificate.pem"), &folder.path().join("key.pem"))
    }

    /// One that lies in files, PEM.
    pub(crate) fn from_files(certificate: &Path, key: &Path) -> Self {
        let key = PrivatePkcs8KeyDer::from_pem_file(key).unwrap();
        let chain = CertificateDer::pem_file_iter(certificate).unwrap();
        Self {
            chain: chain.collect::<Result<_, _>>().unwrap(),
            key: key.secret_pkcs8_der().to_vec(),
            public_key: Vec::new(),
            versions: rustls::ALL_VERSIONS,
            asks: None,
        }
    }

    /// As a server that speaks only these versions.
    pub(crate) fn speaking(
        mut self,
        versions: &'static [&'static SupportedProtocolVersion],
    ) -> Self {
        self.versions = versions;
        self
    }

    /// As a server that lets in only clients with a certificate of this authority.
    pub(crate) fn requiring(mut self, authority: &Authority) -> Self {
        self.asks = Some(ClientCheck::Required(authority.issuer.der().clone()));
        self
    }

    /// As a server that also takes clients without a certificate.
    pub(crate) fn offering(mut self, authority: &Authority) -> Self {
        self.asks = Some(ClientCheck::Offered(authority.issuer.der().clone()));
        self
    }

    /// The same, sending this many certificates: itself and its issuers, the last again and again.
    pub(crate) fn sending(mut self, count: usize) -> Self {
        let last = self.chain.last().unwrap().clone();
        self.chain.resize(count, last);
        self
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

    /// The key, PEM (PKCS#8).
    pub(crate) fn key_pem(&self) -> String {
        pem("PRIVATE KEY", &self.key)
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
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(self.versions)
            .unwrap();
        let verifier = |authority: &CertificateDer<'static>| {
            let mut roots = RootCertStore::empty();
            roots.add(authority.clone()).unwrap();
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        };
        let builder = match &self.asks {
            None => builder.with_no_client_auth(),
            Some(ClientCheck::Required(authority)) => {
                builder.with_client_cert_verifier(verifier(authority).build().unwrap())
            }
            Some(ClientCheck::Offered(authority)) => {
                let verifier = verifier(authority).allow_unauthenticated();
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let config =
            builder.with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(certified)));
        Arc::new(config)
    }
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// authorityInfoAccess with `http://ca.example/issuer.crt` as caIssuers (RFC 5280 §4.2.2.1).
const ISSUER_URL: &[u8] =
    b"\x30\x2a\x30\x28\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x1chttp://ca.example/issuer.crt";

fn params(leaf: Leaf) -> CertificateParams {
    let names: &[&str] = match leaf {
        Leaf::WrongName => &["elsewhere.example.net"],
        Leaf::CommonNameOnly => &[],
        _ => &["localhost", "127.0.0.1"],
    };
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, "mailsend test server");
    match leaf {
        Leaf::Expired => {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        Leaf::NotYetValid => params.not_before = date_time_ymd(2090, 1, 1),
        Leaf::CommonNameOnly => params.distinguished_name.push(DnType::CommonName, "localhost"),
        Leaf::ForClients => {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }
        Leaf::Authority => params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
        Leaf::IssuerUrl => params.custom_extensions.push(CustomExtension::from_oid_content(
            &[1, 3, 6, 1, 5, 5, 7, 1, 1],
            ISSUER_URL.to_vec(),
        )),
        Leaf::Good | Leaf::WrongName => {}
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
