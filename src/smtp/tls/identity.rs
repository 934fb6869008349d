//! The certificate of our own and its key, for servers that ask who we are. The one file of this
//! room that knows Unix permissions.
//!
//! Fails before connecting with the key of the configuration and the file.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::client::ResolvesClientCert;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys, SignatureScheme};
use zeroize::Zeroizing;

use crate::model::{IdentityFault, IdentityProblem, Trust, others_may_read, reason};

/// Octets of a file of certificates or keys; a real one has a few thousand.
const MOST_OCTETS: u64 = 1024 * 1024;

/// What to show a server that asks, and whether one has asked.
#[derive(Debug)]
pub(super) struct Identity {
    certified: Option<Arc<CertifiedKey>>,
    asked: AtomicBool,
}

/// What a server was shown of us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::smtp) enum Shown {
    /// It did not ask.
    NotAsked,
    /// It asked, and there was no certificate to show.
    Nothing,
    /// Our certificate.
    Certificate,
}

impl Identity {
    /// Reads what the profile names, if it does.
    pub(super) fn read(trust: &Trust, provider: &CryptoProvider) -> Result<Self, IdentityProblem> {
        let certified = certified(trust, provider)?.map(Arc::new);
        Ok(Self { certified, asked: AtomicBool::new(false) })
    }

    /// What the server of the last handshake was shown.
    pub(super) fn shown(&self) -> Shown {
        match (self.asked.load(Ordering::Relaxed), &self.certified) {
            (false, _) => Shown::NotAsked,
            (true, None) => Shown::Nothing,
            (true, Some(_)) => Shown::Certificate,
        }
    }

    /// Forgets that it was asked for.
    pub(super) fn begin(&self) {
        self.asked.store(false, Ordering::Relaxed);
    }
}

impl ResolvesClientCert for Identity {
    /// What the server says of authorities is no more than a hint, and often wrong.
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        self.certified.clone()
    }

    fn has_certs(&self) -> bool {
        self.certified.is_some()
    }
}

/// Whether the client certificate that the settings name can be used, if they name one.
pub fn check_client_certificate(trust: &Trust) -> Result<(), IdentityProblem> {
    certified(trust, &rustls::crypto::ring::default_provider()).map(drop)
}

fn certified(
    trust: &Trust,
    provider: &CryptoProvider,
) -> Result<Option<CertifiedKey>, IdentityProblem> {
    let Some(path) = &trust.client_certificate else { return Ok(None) };
    let certificate = Source { key: "client_certificate", path };
    let chain_octets = certificate.read(Access::Public)?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&chain_octets)
        .collect::<Result<_, _>>()
        .map_err(|error| certificate.fault(IdentityFault::Unreadable(error.to_string())))?;
    if chain.is_empty() {
        return Err(certificate.fault(IdentityFault::NoCertificate));
    }
    let key = match &trust.client_key {
        Some(path) => Source { key: "client_key", path },
        None => certificate,
    };
    let access = if trust.danger_readable_key { Access::Public } else { Access::Private };
    let private = key.private_key(&key.read(access)?)?;
    let signer = provider.key_provider.load_private_key(private);
    let signer = signer.map_err(|_| key.fault(IdentityFault::UnsupportedKey))?;
    let certified = CertifiedKey::new(chain, signer);
    match certified.keys_match() {
        Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err(key.fault(IdentityFault::OtherKey))
        }
        // A certificate that cannot be read here may still be good enough for the server.
        _ => Ok(Some(certified)),
    }
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// Anybody.
    Public,
    /// Its owner and its group.
    Private,
}

/// A file, and the key that names it.
#[derive(Clone, Copy)]
struct Source<'a> {
    key: &'static str,
    path: &'a Path,
}

impl Source<'_> {
    fn fault(&self, fault: IdentityFault) -> IdentityProblem {
        IdentityProblem { key: self.key, path: self.path.to_owned(), fault }
    }

    fn read(&self, access: Access) -> Result<Zeroizing<Vec<u8>>, IdentityProblem> {
        let unreadable = |error| self.fault(IdentityFault::Unreadable(reason(&error)));
        let file = File::open(self.path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if access == Access::Private && others_may_read(&metadata) {
            return Err(self.fault(IdentityFault::OthersMayRead));
        }
        // Room for all of it at once: a buffer that grows leaves parts of the key behind.
        let room = usize::try_from(metadata.len().min(MOST_OCTETS)).unwrap_or_default() + 1;
        let mut octets = Zeroizing::new(Vec::with_capacity(room));
        file.take(MOST_OCTETS).read_to_end(&mut octets).map_err(unreadable)?;
        Ok(octets)
    }

    fn private_key(&self, octets: &[u8]) -> Result<PrivateKeyDer<'static>, IdentityProblem> {
        let has = |words: &[u8]| octets.windows(words.len()).any(|window| window == words);
        if has(b"BEGIN ENCRYPTED PRIVATE KEY") || has(b"Proc-Type: 4,ENCRYPTED") {
            return Err(self.fault(IdentityFault::Encrypted));
        }
        PrivateKeyDer::from_pem_slice(octets).map_err(|error| {
            self.fault(match error {
                rustls::pki_types::pem::Error::NoItemsFound => IdentityFault::NoKey,
                // The words of the error may repeat what stands in the file.
                _ => IdentityFault::Unreadable("its PEM is broken".to_owned()),
            })
        })
    }
}
