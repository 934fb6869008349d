//! Certificates that were tampered with: never trusted, never a panic.

use std::time::Duration;

use proptest::prelude::*;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PublicKeyData as _,
};
use rustls::client::danger::ServerCertVerifier as _;

use super::*;

const NOW: u64 = 1_750_000_000;

/// An authority's and a server's certificate.
fn pair() -> [CertificateDer<'static>; 2] {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::OrganizationName, "Übung \u{1b}[31m");
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let mut leaf =
        CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    leaf.distinguished_name.push(DnType::CommonName, "localhost");
    let key = KeyPair::generate().unwrap();
    [issuer.der().clone(), leaf.signed_by(&key, &issuer).unwrap().der().clone()]
}

/// What is wrong with a leaf, if the authority is trusted.
fn faults(
    authority: &CertificateDer<'static>,
    leaf: &CertificateDer<'_>,
    sent: &[CertificateDer<'_>],
) -> Vec<CertificateFault> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let pem = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, authority);
    let begin = "-----BEGIN CERTIFICATE-----";
    std::fs::write(&path, format!("{begin}\n{pem}\n{}\n", begin.replace("BEGIN", "END"))).unwrap();
    let policy = Policy::Chain {
        named: Roots::read(&path).unwrap(),
        system: None,
        name: NameRule::Required,
    };
    let verifier = Verifier::new(policy, Arc::new(rustls::crypto::ring::default_provider()));
    let name = ServerName::try_from("localhost").unwrap();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(NOW));
    match verifier.verify_server_cert(leaf, sent, &name, &[], now) {
        Ok(_) => Vec::new(),
        Err(_) => verifier.problem().unwrap().faults,
    }
}

#[test]
fn the_certificate_as_it_was_made_is_good() {
    let [authority, leaf] = pair();
    assert_eq!(faults(&authority, &leaf, &[]), []);
}

#[test]
fn a_root_that_is_in_ca_file_is_trusted_as_a_server_too_if_it_has_the_name() {
    let [authority, _] = pair();
    let [fault] = &faults(&authority, &authority, &[])[..] else { panic!("one fault") };
    assert!(matches!(fault, CertificateFault::CommonNameOnly { .. }), "{fault:?}");
}

#[test]
fn the_key_of_a_certificate_is_the_one_it_was_made_with() {
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let leaf = leaf.self_signed(&key).unwrap();
    let read = Certificate::read(leaf.der()).unwrap().public_key().unwrap();
    assert_eq!(read.as_ref(), key.subject_public_key_info());
}

#[test]
fn names_are_shown_without_what_could_move_a_cursor() {
    let [authority, _] = pair();
    let mut named = CertificateParams::default();
    named.distinguished_name = rcgen::DistinguishedName::new();
    named.distinguished_name.push(DnType::CommonName, "a\u{1b}[31m\r\nb".repeat(100).as_str());
    let key = KeyPair::generate().unwrap();
    let named = named.self_signed(&key).unwrap();
    let subject = Certificate::read(named.der()).unwrap().subject();
    assert!(subject.starts_with("a[31mba[31mb") && subject.ends_with('…'), "{subject}");
    assert_eq!(subject.chars().count(), 81);
    assert!(Certificate::read(&authority).is_some());
}

proptest! {
    #[test]
    fn a_certificate_that_was_tampered_with_is_never_trusted(
        at in any::<prop::sample::Index>(),
        octet in any::<u8>(),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let [authority, leaf] = pair();
        let mut octets = leaf.to_vec();
        let at = at.index(octets.len());
        prop_assume!(octets[at] != octet);
        octets[at] = octet;
        if let Some(cut) = cut {
            octets.truncate(cut.index(octets.len()));
        }
        let tampered = CertificateDer::from(octets);
        let faults = faults(&authority, &tampered, &[authority.clone(), tampered.clone()]);
        prop_assert!(!faults.is_empty());
        for fault in faults {
            let harmless = !fault.to_string().chars().any(char::is_control);
            prop_assert!(harmless);
        }
    }

    #[test]
    fn octets_that_are_no_certificate_are_read_without_a_panic(
        octets in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let [authority, _] = pair();
        prop_assert!(!faults(&authority, &CertificateDer::from(octets), &[]).is_empty());
    }
}
