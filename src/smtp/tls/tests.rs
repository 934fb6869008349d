//! The handshake against servers with good, bad and stolen certificates, TLS 1.2 and 1.3, ECDSA
//! and RSA.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

use super::*;
use rustls::pki_types::CertificateDer;

use crate::model::{AuthPolicy, CertificateFault, LoginStyle, Pin, Timeouts, Tls};
use crate::smtp::verifier::sha256;

const PATIENCE: Duration = Duration::from_secs(20);

/// An authority and a certificate of its own.
struct Pki {
    issuer: CertifiedIssuer<'static, KeyPair>,
    key: KeyPair,
}

impl Pki {
    fn new() -> Self {
        Self::with_key(KeyPair::generate().unwrap())
    }

    fn rsa() -> Self {
        Self::with_key(
            KeyPair::from_pem(include_str!("../../../tests/fixtures/rsa-key.pem")).unwrap(),
        )
    }

    fn with_key(key: KeyPair) -> Self {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        Self { issuer, key }
    }

    /// A certificate for `name`, with the years of its validity.
    fn certificate(&self, name: &str, years: (i32, i32)) -> CertificateDer<'static> {
        let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
        leaf.not_before = rcgen::date_time_ymd(years.0, 1, 1);
        leaf.not_after = rcgen::date_time_ymd(years.1, 1, 1);
        leaf.signed_by(&self.key, &self.issuer).unwrap().der().clone()
    }

    fn good(&self) -> CertificateDer<'static> {
        self.certificate("localhost", (2020, 2060))
    }

    fn ca_file(&self) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(self.issuer.pem().as_bytes()).unwrap();
        file
    }
}

/// Presents a certificate whether or not the key belongs to it.
#[derive(Debug)]
struct Presents(Arc<CertifiedKey>);

impl ResolvesServerCert for Presents {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// A client's handshake with a server that has this certificate and key.
fn handshake(
    trust: Trust,
    certificate: &CertificateDer<'static>,
    key: &KeyPair,
    version: &'static SupportedProtocolVersion,
) -> Result<TlsFacts, Cause> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let key = any_supported_type(&key).unwrap();
    let presents = Presents(Arc::new(CertifiedKey::new(vec![certificate.clone()], key)));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(presents));
    with_server(trust, move |mut stream| {
        let mut session = ServerConnection::new(Arc::new(config)).unwrap();
        // The client may hang up in the middle: what matters is what it thinks.
        while session.is_handshaking() {
            if session.complete_io(&mut stream).is_err() {
                return;
            }
        }
    })
}

fn with_server(
    trust: Trust,
    serve: impl FnOnce(TcpStream) + Send + 'static,
) -> Result<TlsFacts, Cause> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || serve(listener.accept().unwrap().0));
    let client = TlsClient::prepare(&settings(trust))?;
    let mut socket = Socket::new(TcpStream::connect(address).unwrap(), None).unwrap();
    socket.allow(PATIENCE);
    // The connection ends with this statement, so that the server sees it end.
    let result = client.handshake(socket, PATIENCE).map(|(_, facts)| facts);
    server.join().unwrap();
    result
}

fn settings(trust: Trust) -> Server {
    Server {
        profile: None,
        provider: None,
        host: "localhost".to_owned(),
        port: 465,
        protocol: crate::model::Protocol::Smtp,
        road: crate::model::Road::default(),
        tls: Tls::Implicit,
        trust,
        auth: AuthPolicy::None,
        login_style: LoginStyle::Auto,
        username: None,
        danger_cleartext_auth: false,
        ehlo: None,
        pipelining: true,
        chunking: true,
        timeouts: Timeouts::default(),
        deadline: None,
        max_size: None,
    }
}

fn trusting(path: PathBuf) -> Trust {
    Trust { ca_file: Some(path), system_roots: false, ..Trust::default() }
}

fn pinning(pin: Pin) -> Trust {
    Trust { pins: vec![pin], ..Trust::default() }
}

fn problem(result: Result<TlsFacts, Cause>) -> crate::model::CertificateProblem {
    match result {
        Err(Cause::Certificate(problem)) => problem,
        other => panic!("expected a certificate problem, got {other:?}"),
    }
}

const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

#[test]
fn an_authority_that_the_profile_names_is_trusted() {
    for pki in [Pki::new(), Pki::rsa()] {
        for version in VERSIONS {
            let ca_file = pki.ca_file();
            let certificate = pki.good();
            let trust = trusting(ca_file.path().to_owned());
            let facts = handshake(trust, &certificate, &pki.key, version).unwrap();
            assert_eq!(facts.certificate, sha256(&certificate));
        }
    }
}

#[test]
fn an_authority_that_nobody_knows_is_not() {
    let pki = Pki::new();
    // Of the same name as the one that signed.
    let ca_file = Pki::new().ca_file();
    for trust in [Trust::default(), trusting(ca_file.path().to_owned())] {
        let certificate = pki.good();
        let problem = problem(handshake(trust, &certificate, &pki.key, &TLS13));
        let issuer_sent_or_namesake = matches!(
            problem.faults[..],
            [CertificateFault::IssuerNotSent { .. } | CertificateFault::Namesake { .. }]
        );
        assert!(issuer_sent_or_namesake, "{problem:?}");
        assert_eq!(problem.certificate, sha256(&certificate));
    }
}

#[test]
fn the_named_authority_is_tried_before_the_systems_and_both_count() {
    let pki = Pki::new();
    let ca_file = pki.ca_file();
    let trust = Trust { ca_file: Some(ca_file.path().to_owned()), ..Trust::default() };
    handshake(trust, &pki.good(), &pki.key, &TLS13).unwrap();
}

#[test]
fn a_certificate_that_expired_or_is_for_another_name_is_refused() {
    let pki = Pki::new();
    let ca_file = pki.ca_file();
    let trust = || trusting(ca_file.path().to_owned());
    let expired = pki.certificate("localhost", (2019, 2020));
    let expired = problem(handshake(trust(), &expired, &pki.key, &TLS13));
    assert_eq!(expired.to_string(), "it expired on 2020-01-01 00:00 UTC");
    let other = pki.certificate("mail.example.net", (2020, 2060));
    let other = problem(handshake(trust(), &other, &pki.key, &TLS13));
    assert_eq!(other.to_string(), "it is for mail.example.net, not for localhost");
}

#[test]
fn another_name_may_be_the_right_one() {
    let pki = Pki::new();
    let ca_file = pki.ca_file();
    let trust = Trust {
        server_name: Some("mail.example.net".to_owned()),
        ..trusting(ca_file.path().to_owned())
    };
    let certificate = pki.certificate("mail.example.net", (2020, 2060));
    handshake(trust, &certificate, &pki.key, &TLS13).unwrap();
}

#[test]
fn a_pinned_certificate_needs_no_chain_name_or_dates() {
    for pki in [Pki::new(), Pki::rsa()] {
        let certificate = pki.certificate("mail.example.net", (2019, 2020));
        for version in VERSIONS {
            let trust = pinning(sha256(&certificate));
            handshake(trust, &certificate, &pki.key, version).unwrap();
        }
    }
}

#[test]
fn a_pinned_key_outlives_its_certificate() {
    let pki = Pki::new();
    let old =
        webpki::EndEntityCert::try_from(&pki.good()).map(|leaf| leaf.subject_public_key_info());
    let trust = pinning(sha256(&old.unwrap()));
    handshake(trust, &pki.certificate("localhost", (2021, 2061)), &pki.key, &TLS13).unwrap();
}

#[test]
fn a_certificate_that_is_not_pinned_is_refused_although_its_authority_is_trusted() {
    let pki = Pki::new();
    let ca_file = pki.ca_file();
    let trust = Trust { pins: vec![Pin([7; 32])], ..trusting(ca_file.path().to_owned()) };
    let problem = problem(handshake(trust, &pki.good(), &pki.key, &TLS13));
    assert_eq!(problem.faults, [CertificateFault::NotPinned]);
}

#[test]
fn the_right_certificate_with_the_wrong_key_is_refused_whatever_is_trusted() {
    for pki in [Pki::new(), Pki::rsa()] {
        let ca_file = pki.ca_file();
        let certificate = pki.good();
        let thief = KeyPair::generate().unwrap();
        for version in VERSIONS {
            for trust in [
                trusting(ca_file.path().to_owned()),
                pinning(sha256(&certificate)),
                Trust { danger_accept_invalid_certs: true, ..Trust::default() },
            ] {
                let result = handshake(trust.clone(), &certificate, &thief, version);
                let wrong_key = Err(Cause::Handshake(HandshakeFault::WrongKey));
                assert_eq!(result, wrong_key, "{trust:?}");
            }
        }
    }
}

#[test]
fn danger_takes_any_certificate() {
    let pki = Pki::new();
    let trust = Trust { danger_accept_invalid_certs: true, ..Trust::default() };
    let certificate = pki.certificate("mail.example.net", (2019, 2020));
    handshake(trust, &certificate, &pki.key, &TLS12).unwrap();
}

#[test]
fn tls_1_2_is_refused_where_1_3_is_the_least() {
    let pki = Pki::new();
    let ca_file = pki.ca_file();
    let trust = Trust { tls13_only: true, ..trusting(ca_file.path().to_owned()) };
    let result = handshake(trust, &pki.good(), &pki.key, &TLS12);
    assert!(matches!(result, Err(Cause::Handshake(_))), "{result:?}");
}

#[test]
fn a_server_that_speaks_in_the_clear_or_garbage_is_told_so() {
    let says = |words: &'static [u8]| {
        with_server(Trust::default(), move |mut stream| {
            stream.write_all(words).unwrap();
            let _ = stream.read(&mut [0; 4096]);
            if !words.is_empty() {
                // Until the client hangs up, so that nothing of what was said is lost.
                let _ = stream.read(&mut [0; 4096]);
            }
        })
    };
    assert_eq!(
        says(b"220 mail.example.com ESMTP\r\n"),
        Err(Cause::Handshake(HandshakeFault::InTheClear))
    );
    assert_eq!(says(b"garbage, no TLS at all\r\n"), Err(Cause::Handshake(HandshakeFault::NotTls)));
    assert_eq!(
        says(b""),
        Err(Cause::Handshake(HandshakeFault::Broken("the server closed the connection")))
    );
}

#[test]
fn an_authority_file_that_is_missing_or_empty_is_named_before_connecting() {
    let prepare = |path: PathBuf| match TlsClient::prepare(&settings(trusting(path))) {
        Err(Cause::Setup(message)) => message,
        other => panic!("{:?}", other.map(|_| ())),
    };
    let missing = prepare("/nowhere/ca.pem".into());
    assert!(missing.starts_with("ca_file /nowhere/ca.pem: no such file"), "{missing}");
    let empty = tempfile::NamedTempFile::new().unwrap();
    let empty = prepare(empty.path().to_owned());
    assert!(empty.ends_with("no certificate in it (PEM is expected)"), "{empty}");
}
