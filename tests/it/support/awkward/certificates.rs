//! The certificates of awkward servers, made once for all of them.

use std::sync::{Arc, LazyLock};

use rustls::ServerConfig;

use super::behaviour::Certificate;
use crate::support::{Authority, Identity, KeyKind, Leaf};

struct Certificates {
    authority: Authority,
    trusted: Identity,
    unknown_authority: Identity,
    self_signed: Identity,
    expired: Identity,
    wrong_name: Identity,
}

static CERTIFICATES: LazyLock<Certificates> = LazyLock::new(|| {
    let authority = Authority::new();
    let of = |leaf| authority.identity(leaf, KeyKind::P256);
    let (trusted, expired, wrong_name) = (of(Leaf::Good), of(Leaf::Expired), of(Leaf::WrongName));
    Certificates {
        trusted,
        unknown_authority: Authority::named("nobody's authority")
            .identity(Leaf::Good, KeyKind::P256),
        self_signed: Identity::self_signed(Leaf::Good, KeyKind::P256),
        expired,
        wrong_name,
        authority,
    }
});

/// What a person has who knows the authority: its certificate, PEM.
pub(crate) fn authority_pem() -> String {
    CERTIFICATES.authority.pem()
}

impl Certificate {
    fn identity(self) -> &'static Identity {
        match self {
            Self::Trusted => &CERTIFICATES.trusted,
            Self::UnknownAuthority => &CERTIFICATES.unknown_authority,
            Self::SelfSigned => &CERTIFICATES.self_signed,
            Self::Expired => &CERTIFICATES.expired,
            Self::WrongName => &CERTIFICATES.wrong_name,
        }
    }

    /// What `pin_sha256` wants.
    pub(crate) fn pin(self) -> String {
        self.identity().certificate_pin()
    }

    pub(super) fn server_config(self) -> Arc<ServerConfig> {
        self.identity().server_config()
    }
}
