//! What a chain may end at: authorities, and certificates that are trusted by themselves.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::certificate::Certificate;
use crate::model::reason;

/// Certificates that are trusted, as authorities and each as itself.
#[derive(Debug)]
pub(in crate::smtp) struct Roots {
    pub(super) anchors: RootCertStore,
    certificates: Vec<CertificateDer<'static>>,
}

impl Roots {
    /// None at all.
    pub(in crate::smtp) fn none() -> Self {
        Self { anchors: RootCertStore::empty(), certificates: Vec::new() }
    }

    /// Reads a PEM file.
    pub(in crate::smtp) fn read(path: &Path) -> Result<Self, String> {
        let fail = |what: &dyn std::fmt::Display| format!("ca_file {}: {what}", path.display());
        let octets = std::fs::read(path).map_err(|error| fail(&reason(&error)))?;
        if octets.starts_with(b"\x30\x82") {
            return Err(fail(&"it is DER, and PEM is expected (openssl x509 -inform der)"));
        }
        let mut roots = Self::none();
        for certificate in CertificateDer::pem_slice_iter(&octets) {
            let certificate = certificate.map_err(|error| fail(&error))?;
            let added = roots.anchors.add(certificate.clone());
            if added.is_err() && Certificate::read(&certificate).is_none() {
                let number = roots.certificates.len() + 1;
                return Err(fail(&format_args!("certificate {number} in it cannot be read")));
            }
            roots.certificates.push(certificate);
        }
        if roots.certificates.is_empty() {
            return Err(fail(&"no certificate in it (PEM is expected)"));
        }
        Ok(roots)
    }

    /// Whether this very certificate is among them.
    pub(super) fn contains(&self, certificate: &CertificateDer<'_>) -> bool {
        self.certificates.iter().any(|trusted| trusted == certificate)
    }

    /// The certificates that can be read.
    pub(super) fn readable(&self) -> impl Iterator<Item = Certificate> {
        self.certificates.iter().filter_map(Certificate::read)
    }
}

/// The system's roots, read in a thread of their own: it takes longer than a round trip.
pub(in crate::smtp) struct SystemRoots(Mutex<Loading>);

enum Loading {
    NotYet,
    Running(JoinHandle<Roots>),
    Done(Arc<Roots>),
}

impl SystemRoots {
    /// Roots that are read when they are asked for.
    pub(in crate::smtp) fn when_needed() -> Self {
        Self(Mutex::new(Loading::NotYet))
    }

    /// Roots that are read from now on.
    pub(in crate::smtp) fn at_once() -> Self {
        Self(Mutex::new(Loading::Running(std::thread::spawn(load))))
    }

    pub(super) fn get(&self) -> Arc<Roots> {
        let mut loading = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let roots = match std::mem::replace(&mut *loading, Loading::NotYet) {
            Loading::NotYet => Arc::new(load()),
            // A thread that panicked read nothing, and nothing is then trusted.
            Loading::Running(thread) => Arc::new(thread.join().unwrap_or_else(|_| Roots::none())),
            Loading::Done(roots) => roots,
        };
        *loading = Loading::Done(Arc::clone(&roots));
        roots
    }
}

/// What cannot be read is left out: a root that is missing makes a chain untrusted, never trusted.
fn load() -> Roots {
    let certificates = rustls_native_certs::load_native_certs().certs;
    let mut anchors = RootCertStore::empty();
    anchors.add_parsable_certificates(certificates.iter().cloned());
    Roots { anchors, certificates }
}
