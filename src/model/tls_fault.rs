//! What goes wrong with TLS: with the server's certificate, with the handshake, and with the
//! certificate of our own. Facts, and their words.

use std::fmt;
use std::path::PathBuf;

use super::Pin;

/// A server's certificate that is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateProblem {
    /// Everything that is wrong with it; never empty.
    pub faults: Vec<CertificateFault>,
    /// Its SHA-256, ready to pin.
    pub certificate: Pin,
}

/// One thing that is wrong with a server's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateFault {
    /// Pins were set and it is none of them.
    NotPinned,
    /// Nobody but itself vouches for it, and it is not trusted by itself.
    SelfSigned,
    /// The chain ends at an authority that is not trusted.
    UnknownIssuer {
        /// Who that is.
        issuer: String,
    },
    /// The server sent its own certificate alone, and who signed that is not known.
    IssuerNotSent {
        /// Who signed it.
        issuer: String,
        /// Where the issuer's certificate is, by the certificate's own account.
        url: Option<String>,
    },
    /// One of the same name is trusted, but another one signed.
    Namesake {
        /// The name.
        issuer: String,
    },
    /// The time is over.
    Expired {
        /// Of an issuer's certificate; none: of the server's.
        issuer: Option<String>,
        /// When.
        since: String,
    },
    /// The time has not come.
    NotYetValid {
        /// Of an issuer's certificate; none: of the server's.
        issuer: Option<String>,
        /// When it will.
        from: String,
        /// What the clock of this machine says.
        now: String,
    },
    /// It is for others.
    WrongName {
        /// The names that it is for.
        names: Vec<String>,
        /// The one that it must be for.
        expected: String,
    },
    /// It has no subjectAltName, and the CN is not looked at (RFC 9525 §2).
    CommonNameOnly {
        /// The CN, if there is one.
        common_name: Option<String>,
        /// The name that it must be for.
        expected: String,
    },
    /// It may sign certificates, and so must not be a server's own.
    Authority,
    /// It is not meant for a server.
    Purpose,
    /// The signature in a certificate is of a kind that is not accepted.
    WeakSignature {
        /// In which: an issuer's; none: the server's.
        issuer: Option<String>,
        /// Such as `SHA-1 with RSA`.
        algorithm: String,
    },
    /// A key is of a kind that is not accepted.
    WeakKey {
        /// Whose: an issuer's; none: the server's.
        issuer: Option<String>,
        /// Such as `RSA with 1024 bits`.
        key: String,
    },
    /// It cannot be read.
    Unreadable,
    /// It breaks a rule, in words.
    Rule(String),
}

/// Why a handshake broke off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandshakeFault {
    /// The server spoke in the clear.
    InTheClear,
    /// What came is no TLS.
    NotTls,
    /// The connection ended; how.
    Broken(&'static str),
    /// The server speaks nothing newer than TLS 1.1.
    OldVersion,
    /// The server speaks nothing newer than TLS 1.2, and `min_tls` asks for 1.3.
    BelowMinimum,
    /// No cipher suite, key exchange or signature in common.
    NothingInCommon,
    /// The server knows itself by another name.
    UnknownName,
    /// The server does not have the key of the certificate that it shows.
    WrongKey,
    /// The server wants a client certificate and got none; what it said.
    CertificateWanted(String),
    /// The server does not accept our certificate; what it said.
    CertificateRefused(String),
    /// Anything else, in words.
    Other(String),
}

/// A client certificate or its key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityProblem {
    /// The key of the configuration that names the file.
    pub key: &'static str,
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: IdentityFault,
}

/// What is wrong with a client certificate or its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityFault {
    /// The system does not let us read it; why.
    Unreadable(String),
    /// It has no certificate.
    NoCertificate,
    /// It has no private key.
    NoKey,
    /// The private key is encrypted.
    Encrypted,
    /// The key is of a kind that cannot be used.
    UnsupportedKey,
    /// The key does not belong to the certificate.
    OtherKey,
    /// Others may read the private key.
    OthersMayRead,
}

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.faults.iter().enumerate() {
            f.write_str(if number == 0 { "" } else { "; " })?;
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPinned => f.write_str("it is none of the certificates and keys in pin_sha256"),
            Self::SelfSigned => f.write_str("it is self-signed, and not trusted by itself"),
            Self::UnknownIssuer { issuer } => {
                write!(f, "it is signed by an authority that is not trusted here, '{issuer}'")
            }
            Self::IssuerNotSent { issuer, url: None } => write!(
                f,
                "it is signed by an authority that is not trusted here, '{issuer}' (or that is an \
                 intermediate, whose certificate the server does not send)"
            ),
            Self::IssuerNotSent { issuer, url: Some(_) } => write!(
                f,
                "the server does not send the certificate of its issuer '{issuer}', by all \
                 appearances an intermediate, which is not known here"
            ),
            Self::Namesake { issuer } => write!(
                f,
                "it is signed by an authority that is not trusted here, another '{issuer}' than \
                 the one that is"
            ),
            Self::Expired { issuer, since } => write!(f, "{} expired on {since}", whose(issuer)),
            Self::NotYetValid { issuer, from, now } => {
                write!(f, "{} is not valid before {from} (now it is {now})", whose(issuer))
            }
            Self::WrongName { names, expected } => {
                write!(f, "it is for {}, not for {expected}", listed(names))
            }
            Self::CommonNameOnly { common_name: Some(name), expected } => write!(
                f,
                "it names '{name}' only in its CN, where nobody looks any more (it has no \
                 subjectAltName), and so is not for {expected}"
            ),
            Self::CommonNameOnly { common_name: None, expected } => {
                write!(f, "it is for no name, not for {expected}")
            }
            Self::Authority => f.write_str("it is an authority's certificate, not a server's"),
            Self::Purpose => f.write_str("it is not meant for a server (extended key usage)"),
            Self::WeakSignature { issuer, algorithm } => {
                write!(f, "{} is signed with {algorithm}, which is not accepted", whose(issuer))
            }
            Self::WeakKey { issuer, key } => match issuer {
                None => write!(f, "its key is {key}, which is not accepted"),
                Some(name) => {
                    write!(f, "the key of its issuer '{name}' is {key}, which is not accepted")
                }
            },
            Self::Unreadable => f.write_str("it is no certificate that can be read"),
            Self::Rule(why) => f.write_str(why),
        }
    }
}

fn whose(issuer: &Option<String>) -> String {
    match issuer {
        None => "it".to_owned(),
        Some(name) => format!("the certificate of its issuer '{name}'"),
    }
}

/// Names that are worth showing.
const SHOWN: usize = 5;

fn listed(names: &[String]) -> String {
    match names {
        [] => "no name".to_owned(),
        [name] => name.clone(),
        [names @ .., last] if names.len() < SHOWN => format!("{} and {last}", names.join(", ")),
        names => format!("{} and {} more", names[..SHOWN].join(", "), names.len() - SHOWN),
    }
}

impl fmt::Display for HandshakeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InTheClear => {
                f.write_str("the server speaks in the clear where TLS was expected")
            }
            Self::NotTls => f.write_str("what the server sent is not TLS"),
            Self::Broken(how) => f.write_str(how),
            Self::OldVersion => f.write_str(
                "the server speaks only TLS 1.1 or older, and mailsend only TLS 1.2 and 1.3",
            ),
            Self::BelowMinimum => f.write_str(
                "the server does not speak TLS 1.3, and min_tls = \"1.3\" excludes TLS 1.2",
            ),
            Self::NothingInCommon => f.write_str(
                "the server has no cipher suite, curve or signature in common with mailsend, which \
                 speaks TLS 1.2 and 1.3 with ECDHE and AES-GCM or ChaCha20-Poly1305",
            ),
            Self::UnknownName => f.write_str("the server does not know the name that we called it"),
            Self::WrongKey => {
                f.write_str("the server does not have the key of the certificate that it shows")
            }
            Self::CertificateWanted(said) => {
                write!(f, "the server wants a client certificate ({said})")
            }
            Self::CertificateRefused(said) => {
                write!(f, "the server refused our client certificate ({said})")
            }
            Self::Other(why) => f.write_str(why),
        }
    }
}

impl fmt::Display for IdentityProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, path, fault } = self;
        let path = path.display();
        match fault {
            IdentityFault::Unreadable(why) => write!(f, "{key} {path}: {why}"),
            IdentityFault::NoCertificate => {
                write!(f, "{key} {path}: no certificate in it (PEM is expected)")
            }
            IdentityFault::NoKey => {
                write!(f, "{key} {path}: no private key in it (PEM is expected)")
            }
            IdentityFault::Encrypted => write!(f, "{key} {path}: the private key is encrypted"),
            IdentityFault::UnsupportedKey => write!(
                f,
                "{key} {path}: the private key is of a kind that mailsend cannot use; RSA of 2048 \
                 to 8192 bits, P-256, P-384 and Ed25519 can be used"
            ),
            IdentityFault::OtherKey => write!(
                f,
                "{key} {path}: the private key does not belong to the first certificate in \
                 client_certificate"
            ),
            IdentityFault::OthersMayRead => {
                write!(f, "{key}: others may read the private key in {path}")
            }
        }
    }
}
