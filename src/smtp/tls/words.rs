//! From what rustls says to what went wrong.

use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};

use super::identity::Shown;
use crate::model::HandshakeFault;

/// What an error means depends on what was agreed, or not, before.
#[derive(Debug, Clone, Copy)]
pub(in crate::smtp) struct Circumstances {
    /// What the server was shown of us.
    pub(super) shown: Shown,
    /// The oldest version that will do.
    pub(super) least: Least,
}

/// The oldest version of TLS that will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Least {
    Tls12,
    Tls13,
}

impl Circumstances {
    /// Why a handshake broke off.
    pub(in crate::smtp) fn fault(&self, error: &Error) -> HandshakeFault {
        match error {
            Error::InvalidMessage(_) => HandshakeFault::NotTls,
            Error::AlertReceived(alert) => self.alert(*alert),
            Error::InvalidCertificate(
                CertificateError::BadSignature
                | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. },
            ) => HandshakeFault::WrongKey,
            Error::PeerIncompatible(why) => self.incompatible(why),
            other => HandshakeFault::Other(other.to_string()),
        }
    }

    /// How a connection ended before anything was said inside. A server that asked for a
    /// certificate and got none may say so by leaving.
    pub(in crate::smtp) fn broken(&self, how: &'static str) -> HandshakeFault {
        match self.shown {
            Shown::Nothing => HandshakeFault::CertificateWanted(how.to_owned()),
            Shown::Certificate => HandshakeFault::CertificateRefused(how.to_owned()),
            Shown::NotAsked => HandshakeFault::Broken(how),
        }
    }

    fn alert(&self, alert: AlertDescription) -> HandshakeFault {
        use AlertDescription as Alert;
        let said = said(alert);
        let about_certificate = matches!(
            alert,
            Alert::CertificateRequired
                | Alert::NoCertificate
                | Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateRevoked
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::UnknownCA
                | Alert::AccessDenied
                | Alert::DecryptError
                | Alert::HandshakeFailure
        );
        match (self.shown, alert) {
            (Shown::Nothing, _) if about_certificate => HandshakeFault::CertificateWanted(said),
            (Shown::Certificate, _) if about_certificate => {
                HandshakeFault::CertificateRefused(said)
            }
            (_, Alert::CertificateRequired) => HandshakeFault::CertificateWanted(said),
            (_, Alert::ProtocolVersion) => match self.least {
                Least::Tls12 => HandshakeFault::OldVersion,
                Least::Tls13 => HandshakeFault::BelowMinimum,
            },
            (_, Alert::HandshakeFailure | Alert::InsufficientSecurity) => {
                HandshakeFault::NothingInCommon
            }
            (_, Alert::UnrecognisedName) => HandshakeFault::UnknownName,
            _ => HandshakeFault::Other(format!("the server refused it ({said})")),
        }
    }

    fn incompatible(&self, why: &PeerIncompatible) -> HandshakeFault {
        match why {
            PeerIncompatible::ServerDoesNotSupportTls12Or13 => HandshakeFault::OldVersion,
            PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => match self.least {
                Least::Tls12 => HandshakeFault::OldVersion,
                Least::Tls13 => HandshakeFault::BelowMinimum,
            },
            _ => HandshakeFault::NothingInCommon,
        }
    }
}

/// An alert by its name in RFC 8446 §6, `unknown_ca`.
pub(in crate::smtp) fn said(alert: AlertDescription) -> String {
    let Some(name) = alert.as_str() else {
        return format!("alert {}", u8::from(alert));
    };
    let mut said = String::new();
    let mut after_lower_case = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && after_lower_case {
            said.push('_');
        }
        after_lower_case = !character.is_ascii_uppercase();
        said.push(character.to_ascii_lowercase());
    }
    said
}
