//! What a certificate says of itself, for messages and for the few questions that webpki does not
//! answer. The one file that names x509-cert.
//!
//! Certificates are the server's words: whatever stands in them, this reads or does not read it.

use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer, UnixTime};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::certificate::{CertificateInner, Raw, Version};
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::{Decode as _, Encode as _, Reader as _, SliceReader, Tag, Tagged as _};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, SubjectAltName};
use x509_cert::name::Name;

/// Characters of a name that are shown.
const SHOWN: usize = 80;

/// A certificate that could be read.
pub(super) struct Certificate(CertificateInner<Raw>);

impl Certificate {
    /// Reads DER, less strictly than webpki does: X.509 version 1 will do.
    pub(super) fn read(der: &CertificateDer<'_>) -> Option<Self> {
        CertificateInner::from_der(der).ok().map(Self)
    }

    /// Whose it is, as people call it.
    pub(super) fn subject(&self) -> String {
        called(self.0.tbs_certificate().subject())
    }

    /// Who signed it, as people call it.
    pub(super) fn issuer(&self) -> String {
        called(self.0.tbs_certificate().issuer())
    }

    /// Whether another is its issuer, by its name.
    pub(super) fn names_as_issuer(&self, other: &Self) -> bool {
        self.0.tbs_certificate().issuer() == other.0.tbs_certificate().subject()
    }

    /// Whether it has extensions at all (RFC 5280 §4.1.2.1).
    pub(super) fn is_version_1(&self) -> bool {
        self.0.tbs_certificate().version() == Version::V1
    }

    /// From when it is valid.
    pub(super) fn not_before(&self) -> UnixTime {
        let time = self.0.tbs_certificate().validity().not_before;
        UnixTime::since_unix_epoch(time.to_unix_duration())
    }

    /// Until when it is valid.
    pub(super) fn not_after(&self) -> UnixTime {
        let time = self.0.tbs_certificate().validity().not_after;
        UnixTime::since_unix_epoch(time.to_unix_duration())
    }

    /// The names in subjectAltName that a server can have.
    pub(super) fn names(&self) -> Vec<String> {
        let Ok(Some((_, SubjectAltName(names)))) = self.0.tbs_certificate().get_extension() else {
            return Vec::new();
        };
        names.iter().filter_map(server_name).collect()
    }

    /// The last CN of its subject.
    pub(super) fn common_name(&self) -> Option<String> {
        attribute(self.0.tbs_certificate().subject(), COMMON_NAME)
    }

    /// Where it says that its issuer's certificate can be had.
    pub(super) fn issuer_url(&self) -> Option<String> {
        let found = self.0.tbs_certificate().get_extension::<AuthorityInfoAccessSyntax>();
        let (_, AuthorityInfoAccessSyntax(accesses)) = found.ok()??;
        accesses.iter().find_map(|access| match &access.access_location {
            GeneralName::UniformResourceIdentifier(url) if access.access_method == CA_ISSUERS => {
                Some(presentable(url.as_str()))
            }
            _ => None,
        })
    }

    /// Its public key (SubjectPublicKeyInfo).
    pub(super) fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'static>> {
        let der = self.0.tbs_certificate().subject_public_key_info().to_der().ok()?;
        Some(SubjectPublicKeyInfoDer::from(der))
    }

    /// What was signed, and the signature.
    pub(super) fn signed(&self) -> Option<(Vec<u8>, &[u8])> {
        Some((self.0.tbs_certificate().to_der().ok()?, self.0.signature().as_bytes()?))
    }

    /// How its signature was made, if in no way that is accepted.
    pub(super) fn weak_signature(&self) -> Option<String> {
        let oid = self.0.signature_algorithm().oid;
        let known =
            SIGNATURES.iter().find(|(number, _)| oid == ObjectIdentifier::new_unwrap(number));
        match known {
            Some((_, "")) => None,
            Some((_, name)) => Some((*name).to_owned()),
            None => Some(format!("the algorithm {oid}")),
        }
    }

    /// What its key is, if of no kind that is accepted.
    pub(super) fn weak_key(&self) -> Option<String> {
        let key = self.0.tbs_certificate().subject_public_key_info();
        let oid = key.algorithm.oid;
        if oid == RSA {
            let bits = modulus_bits(key.subject_public_key.as_bytes()?)?;
            return (!(2048..=8192).contains(&bits)).then(|| format!("RSA with {bits} bits"));
        }
        if oid == ELLIPTIC_CURVE {
            let curve = key.algorithm.parameters.as_ref()?.decode_as::<ObjectIdentifier>().ok()?;
            return match curve {
                P256 | P384 => None,
                P521 => Some("ECDSA on P-521".to_owned()),
                SM2 => Some("SM2".to_owned()),
                other => Some(format!("on the elliptic curve {other}")),
            };
        }
        match oid {
            ED25519 => None,
            ED448 => Some("Ed448".to_owned()),
            DSA => Some("DSA".to_owned()),
            other => Some(format!("of the kind {other}")),
        }
    }
}

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const CA_ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const DSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10040.4.1");
const ELLIPTIC_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const SM2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");

/// Ways to sign; those without a name are accepted.
const SIGNATURES: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.11", ""),
    ("1.2.840.113549.1.1.12", ""),
    ("1.2.840.113549.1.1.13", ""),
    ("1.2.840.113549.1.1.10", ""),
    ("1.2.840.10045.4.3.2", ""),
    ("1.2.840.10045.4.3.3", ""),
    ("1.3.101.112", ""),
    ("1.2.840.113549.1.1.2", "MD2"),
    ("1.2.840.113549.1.1.4", "MD5"),
    ("1.2.840.113549.1.1.5", "SHA-1"),
    ("1.2.840.113549.1.1.14", "SHA-224"),
    ("1.2.840.10045.4.1", "SHA-1"),
    ("1.2.840.10045.4.3.1", "SHA-224"),
    ("1.2.840.10045.4.3.4", "ECDSA and SHA-512"),
    ("1.2.840.10040.4.3", "DSA and SHA-1"),
    ("2.16.840.1.101.3.4.3.2", "DSA"),
    ("1.3.101.113", "Ed448"),
    ("1.2.156.10197.1.501", "SM2"),
];

/// A name as people call it: the CN, else the organisation, else all that it consists of. Its own
/// way of writing itself is not used, as that links a table of everything that has a number.
fn called(name: &Name) -> String {
    let all = || name.iter().filter_map(value).collect::<Vec<_>>().join(", ");
    let named = [COMMON_NAME, ORGANISATION, UNIT].iter().find_map(|kind| attribute(name, *kind));
    named.unwrap_or_else(|| presentable(&all()))
}

fn attribute(name: &Name, kind: ObjectIdentifier) -> Option<String> {
    value(name.iter().filter(|attribute| attribute.oid == kind).last()?)
}

/// The text of an attribute, unless it is empty.
fn value(attribute: &AttributeTypeAndValue) -> Option<String> {
    let octets = attribute.value.value();
    let text = match attribute.value.tag() {
        Tag::BmpString => {
            let units = octets.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        _ => String::from_utf8_lossy(octets).into_owned(),
    };
    let text = presentable(&text);
    (!text.is_empty()).then_some(text)
}

fn server_name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(presentable(name.as_str())),
        GeneralName::IpAddress(address) => match *address.as_bytes() {
            [a, b, c, d] => Some(std::net::Ipv4Addr::new(a, b, c, d).to_string()),
            ref octets => {
                let octets: [u8; 16] = octets.try_into().ok()?;
                Some(std::net::Ipv6Addr::from(octets).to_string())
            }
        },
        _ => None,
    }
}

/// Fit for one line of a message.
fn presentable(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(SHOWN + 1).collect();
    if shown.chars().count() > SHOWN {
        shown.pop();
        shown.push('…');
    }
    shown
}

fn modulus_bits(key: &[u8]) -> Option<usize> {
    let mut reader = SliceReader::new(key).ok()?;
    let modulus = reader.sequence(|reader| {
        let modulus = UintRef::decode(reader)?;
        UintRef::decode(reader)?;
        Ok::<_, x509_cert::der::Error>(modulus)
    });
    let octets = modulus.ok()?.as_bytes();
    let leading = octets.first()?.leading_zeros() as usize;
    Some(octets.len() * 8 - leading)
}
