//! The kinds of trouble with TLS that rows tell apart.

use crate::model::{CertificateFault, HandshakeFault, IdentityFault};

/// What may be wrong with a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CertificateKind {
    NotPinned,
    SelfSigned,
    /// The chain ends at nobody who is trusted.
    Issuer,
    /// The chain ends early.
    IssuerNotSent,
    /// An issuer's address is known.
    IssuerHasUrl,
    Expired,
    NotYetValid,
    WrongName,
    CommonNameOnly,
    /// It is not as a server's should be.
    Unfit,
    /// Its key cannot be used.
    WeakKey,
}

impl From<&CertificateFault> for CertificateKind {
    fn from(fault: &CertificateFault) -> Self {
        match fault {
            CertificateFault::NotPinned => Self::NotPinned,
            CertificateFault::SelfSigned => Self::SelfSigned,
            CertificateFault::UnknownIssuer { .. } | CertificateFault::Namesake { .. } => {
                Self::Issuer
            }
            CertificateFault::IssuerNotSent { url: None, .. } => Self::IssuerNotSent,
            CertificateFault::IssuerNotSent { url: Some(_), .. } => Self::IssuerHasUrl,
            CertificateFault::Expired { .. } => Self::Expired,
            CertificateFault::NotYetValid { .. } => Self::NotYetValid,
            CertificateFault::WrongName { .. } => Self::WrongName,
            CertificateFault::CommonNameOnly { .. } => Self::CommonNameOnly,
            CertificateFault::WeakKey { issuer: None, .. } => Self::WeakKey,
            CertificateFault::Authority
            | CertificateFault::Purpose
            | CertificateFault::WeakSignature { .. }
            | CertificateFault::WeakKey { .. }
            | CertificateFault::Unreadable
            | CertificateFault::Rule(_) => Self::Unfit,
        }
    }
}

/// Why a handshake may break off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HandshakeKind {
    /// The server may not speak TLS here at all.
    NoTls,
    /// Its TLS is too old.
    TooOld,
    BelowMinimum,
    UnknownName,
    WrongKey,
    CertificateWanted,
    CertificateRefused,
    Other,
}

impl From<&HandshakeFault> for HandshakeKind {
    fn from(fault: &HandshakeFault) -> Self {
        match fault {
            HandshakeFault::InTheClear | HandshakeFault::NotTls | HandshakeFault::Broken(_) => {
                Self::NoTls
            }
            HandshakeFault::OldVersion | HandshakeFault::NothingInCommon => Self::TooOld,
            HandshakeFault::BelowMinimum => Self::BelowMinimum,
            HandshakeFault::UnknownName => Self::UnknownName,
            HandshakeFault::WrongKey => Self::WrongKey,
            HandshakeFault::CertificateWanted(_) => Self::CertificateWanted,
            HandshakeFault::CertificateRefused(_) => Self::CertificateRefused,
            HandshakeFault::Other(_) => Self::Other,
        }
    }
}

/// What may be wrong with our own certificate or its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdentityKind {
    Missing,
    NoKey,
    Encrypted,
    OtherKey,
    OthersMayRead,
}

impl From<&IdentityFault> for IdentityKind {
    fn from(fault: &IdentityFault) -> Self {
        match fault {
            IdentityFault::NoKey => Self::NoKey,
            IdentityFault::Encrypted => Self::Encrypted,
            IdentityFault::OtherKey => Self::OtherKey,
            IdentityFault::OthersMayRead => Self::OthersMayRead,
            IdentityFault::Unreadable(_)
            | IdentityFault::NoCertificate
            | IdentityFault::UnsupportedKey => Self::Missing,
        }
    }
}
