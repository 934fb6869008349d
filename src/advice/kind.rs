//! The kinds of failure that rows of advice tell apart.

use crate::model::Cause;

/// The kinds of failure that rows tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    HostNotFound,
    NoAddressOf,
    Proxy,
    LookupFailed,
    ConnectFailed,
    TimedOut,
    DeadlinePassed,
    Lost,
    Refused,
    Certificate,
    Handshake,
    StartTlsNotOffered,
    Injected,
    AuthNotOffered,
    NoMechanism,
    Unprotected,
    CredentialsRefused,
    ServerUnproven,
    Protocol,
    TooLarge,
    SmtpUtf8NotOffered,
    EightBitNotOffered,
    ExtensionNotOffered,
    Identity,
    Other,
}

impl Kind {
    pub(super) fn of(cause: &Cause) -> Self {
        match cause {
            Cause::HostNotFound => Self::HostNotFound,
            Cause::NoAddressOf(_) => Self::NoAddressOf,
            Cause::Proxy(_) => Self::Proxy,
            Cause::LookupFailed(_) => Self::LookupFailed,
            Cause::ConnectFailed(_) => Self::ConnectFailed,
            Cause::TimedOut(_) => Self::TimedOut,
            Cause::DeadlinePassed(_) => Self::DeadlinePassed,
            Cause::Lost(_) => Self::Lost,
            Cause::Refused(_) => Self::Refused,
            Cause::Certificate(_) => Self::Certificate,
            Cause::Handshake(_) => Self::Handshake,
            Cause::StartTlsNotOffered => Self::StartTlsNotOffered,
            Cause::Injected(_) => Self::Injected,
            Cause::AuthNotOffered => Self::AuthNotOffered,
            Cause::NoMechanism { .. } => Self::NoMechanism,
            Cause::Unprotected { .. } => Self::Unprotected,
            Cause::CredentialsRefused { .. } => Self::CredentialsRefused,
            Cause::ServerUnproven(_) => Self::ServerUnproven,
            Cause::Protocol(_) => Self::Protocol,
            Cause::TooLarge { .. } => Self::TooLarge,
            Cause::SmtpUtf8NotOffered { .. } => Self::SmtpUtf8NotOffered,
            Cause::EightBitNotOffered { .. } => Self::EightBitNotOffered,
            Cause::ExtensionNotOffered { .. } => Self::ExtensionNotOffered,
            Cause::Identity(_) => Self::Identity,
            Cause::ParameterNotAllowed { .. } => Self::Other,
            Cause::Source(_) | Cause::Setup(_) | Cause::Internal(_) => Self::Other,
        }
    }
}
