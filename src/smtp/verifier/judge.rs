//! Everything that is wrong with a certificate and its chain, not only what webpki meets first.

use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, OtherError};

use super::certificate::Certificate;
use super::roots::{Roots, SystemRoots};
use crate::model::CertificateFault;

/// Issuers that are followed upwards.
const DEPTH: usize = 10;

/// What a server has shown, and when.
pub(super) struct Case<'a> {
    pub(super) leaf: &'a CertificateDer<'a>,
    pub(super) sent: &'a [CertificateDer<'a>],
    pub(super) name: &'a ServerName<'a>,
    pub(super) now: UnixTime,
    pub(super) algorithms: &'a [&'a dyn SignatureVerificationAlgorithm],
}

impl Case<'_> {
    /// What is wrong with the chain and its dates. A certificate that is itself among the roots
    /// needs no chain.
    pub(super) fn chain_faults(
        &self,
        named: &Roots,
        system: Option<&SystemRoots>,
    ) -> Vec<CertificateFault> {
        let leaf = Certificate::read(self.leaf);
        let Err(error) = self.chain_at(self.now, named, system) else {
            return Vec::new();
        };
        let dates = leaf.as_ref().and_then(|leaf| self.date_fault(leaf));
        let mut errors = vec![error];
        if let (Some(leaf), Some(_)) = (&leaf, &dates) {
            // What else is wrong shows at a time at which the certificate was valid.
            let then = self.now.as_secs().clamp(
                leaf.not_before().as_secs(),
                leaf.not_after().as_secs().max(leaf.not_before().as_secs()),
            );
            let then = UnixTime::since_unix_epoch(std::time::Duration::from_secs(then));
            errors = self.chain_at(then, named, system).err().into_iter().collect();
        }
        let explain = |error: Error| self.explain(&error, leaf.as_ref(), named, system);
        errors.into_iter().map(explain).chain(dates).collect()
    }

    /// What is wrong with the name.
    pub(super) fn name_fault(&self) -> Option<CertificateFault> {
        let parsed = ParsedCertificate::try_from(self.leaf);
        let verdict = parsed.and_then(|parsed| verify_server_name(&parsed, self.name));
        let error = verdict.err()?;
        let expected = self.name.to_str().into_owned();
        let Some(leaf) = Certificate::read(self.leaf) else {
            return Some(CertificateFault::Unreadable);
        };
        let names = leaf.names();
        if names.is_empty() {
            let common_name = leaf.common_name();
            return Some(CertificateFault::CommonNameOnly { common_name, expected });
        }
        match error {
            Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            ) => Some(CertificateFault::WrongName { names, expected }),
            _ => Some(CertificateFault::Unreadable),
        }
    }

    fn chain_at(
        &self,
        time: UnixTime,
        named: &Roots,
        system: Option<&SystemRoots>,
    ) -> Result<(), Error> {
        match (self.chain_to(named, time), system) {
            (Err(error), Some(system)) if !is_date(&error) => self.chain_to(&system.get(), time),
            (result, _) => result,
        }
    }

    fn chain_to(&self, roots: &Roots, time: UnixTime) -> Result<(), Error> {
        if roots.contains(self.leaf)
            && let Some(leaf) = Certificate::read(self.leaf)
        {
            return match (time < leaf.not_before(), time > leaf.not_after()) {
                (false, false) => Ok(()),
                (true, _) => Err(CertificateError::NotValidYet.into()),
                (_, true) => Err(CertificateError::Expired.into()),
            };
        }
        verify_server_cert_signed_by_trust_anchor(
            &ParsedCertificate::try_from(self.leaf)?,
            &roots.anchors,
            self.sent,
            time,
            self.algorithms,
        )
    }

    /// The dates of the server's own certificate.
    fn date_fault(&self, leaf: &Certificate) -> Option<CertificateFault> {
        dates(leaf, None, self.now)
    }

    fn explain(
        &self,
        error: &Error,
        leaf: Option<&Certificate>,
        named: &Roots,
        system: Option<&SystemRoots>,
    ) -> CertificateFault {
        let Some(leaf) = leaf else { return CertificateFault::Unreadable };
        let Error::InvalidCertificate(error) = error else {
            return CertificateFault::Rule(error.to_string());
        };
        let system = system.map(SystemRoots::get);
        let roots: Vec<Certificate> = [Some(named), system.as_deref()]
            .into_iter()
            .flatten()
            .flat_map(Roots::readable)
            .collect();
        match error {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                self.issuer_fault(leaf, &roots)
            }
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                CertificateFault::Purpose
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => self.issuer_dates(leaf),
            CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                self.weakness(leaf, &roots).unwrap_or_else(|| self.issuer_fault(leaf, &roots))
            }
            CertificateError::UnhandledCriticalExtension => CertificateFault::Rule(
                "it has a critical extension that mailsend does not know".to_owned(),
            ),
            CertificateError::Other(OtherError(other)) => {
                match other.downcast_ref::<webpki::Error>() {
                    Some(webpki::Error::CaUsedAsEndEntity) => self.authority(leaf, &roots),
                    Some(webpki::Error::UnsupportedCertVersion) => self.issuer_fault(leaf, &roots),
                    Some(error) => CertificateFault::Rule(broken_rule(error)),
                    None => CertificateFault::Rule(other.to_string()),
                }
            }
            // webpki reads less than we do: the chain of version 1 goes unchecked.
            CertificateError::BadEncoding if leaf.is_version_1() => self.issuer_fault(leaf, &roots),
            CertificateError::BadEncoding => CertificateFault::Unreadable,
            other => CertificateFault::Rule(other.to_string()),
        }
    }

    /// An authority's certificate, shown by a server: most are self-signed by the openssl program.
    fn authority(&self, leaf: &Certificate, roots: &[Certificate]) -> CertificateFault {
        match self.issuer_fault(leaf, roots) {
            CertificateFault::SelfSigned => CertificateFault::SelfSigned,
            _ => CertificateFault::Authority,
        }
    }

    /// Where the chain breaks.
    fn issuer_fault(&self, leaf: &Certificate, roots: &[Certificate]) -> CertificateFault {
        if self.is_self_signed(leaf) {
            return CertificateFault::SelfSigned;
        }
        if let Some(weakness) = self.weakness(leaf, roots) {
            return weakness;
        }
        let chain = self.chain(leaf);
        let top = chain.last().unwrap_or(leaf);
        let issuer = if top.names_as_issuer(top) { top.subject() } else { top.issuer() };
        if roots.iter().any(|root| top.names_as_issuer(root)) {
            if leaf.is_version_1() || chain.iter().any(Certificate::is_version_1) {
                return CertificateFault::Rule(
                    "it is of X.509 version 1, without extensions".to_owned(),
                );
            }
            return CertificateFault::Namesake { issuer };
        }
        if chain.is_empty() {
            CertificateFault::IssuerNotSent { issuer, url: leaf.issuer_url() }
        } else {
            CertificateFault::UnknownIssuer { issuer }
        }
    }

    /// The issuers that the server sent, each the issuer of the one before.
    fn chain(&self, leaf: &Certificate) -> Vec<Certificate> {
        let mut pool: Vec<Certificate> = self.sent.iter().filter_map(Certificate::read).collect();
        let mut chain: Vec<Certificate> = Vec::new();
        while chain.len() < DEPTH {
            let below = chain.last().unwrap_or(leaf);
            let Some(found) = pool.iter().position(|above| below.names_as_issuer(above)) else {
                break;
            };
            chain.push(pool.swap_remove(found));
        }
        chain
    }

    /// A signature or key, of the chain that was sent or of its root, that is not accepted.
    fn weakness(&self, leaf: &Certificate, roots: &[Certificate]) -> Option<CertificateFault> {
        let chain = self.chain(leaf);
        let top = chain.last().unwrap_or(leaf);
        let root = roots.iter().find(|root| top.names_as_issuer(root));
        let signature = |certificate: &Certificate, issuer: Option<String>| {
            let algorithm = certificate.weak_signature()?;
            Some(CertificateFault::WeakSignature { issuer, algorithm })
        };
        let key = |certificate: &Certificate| {
            let issuer = Some(certificate.subject());
            Some(CertificateFault::WeakKey { issuer, key: certificate.weak_key()? })
        };
        let of_issuers = || {
            // Who signs itself needs no signature.
            let signed = chain.iter().filter(|issuer| !issuer.names_as_issuer(issuer));
            signed.into_iter().find_map(|issuer| signature(issuer, Some(issuer.subject())))
        };
        let of_keys = || chain.iter().chain(root).find_map(key);
        signature(leaf, None).or_else(of_issuers).or_else(of_keys)
    }

    /// The first issuer whose time is not now.
    fn issuer_dates(&self, leaf: &Certificate) -> CertificateFault {
        let found = self
            .chain(leaf)
            .iter()
            .find_map(|issuer| dates(issuer, Some(issuer.subject()), self.now));
        found.unwrap_or_else(|| CertificateFault::Rule("its dates make no sense".to_owned()))
    }

    /// Whether its own key signed it; where that cannot be checked, the names tell.
    fn is_self_signed(&self, certificate: &Certificate) -> bool {
        if !certificate.names_as_issuer(certificate) {
            return false;
        }
        if certificate.weak_signature().is_some() || certificate.weak_key().is_some() {
            return true;
        }
        let Some(((message, signature), key)) = certificate.signed().zip(certificate.public_key())
        else {
            return true;
        };
        let Ok(key) = webpki::RawPublicKeyEntity::try_from(&key) else { return true };
        self.algorithms
            .iter()
            .any(|algorithm| key.verify_signature(*algorithm, &message, signature).is_ok())
    }
}

fn dates(
    certificate: &Certificate,
    issuer: Option<String>,
    now: UnixTime,
) -> Option<CertificateFault> {
    let (from, since) = (certificate.not_before(), certificate.not_after());
    if now > since {
        Some(CertificateFault::Expired { issuer, since: in_words(since) })
    } else if now < from {
        let (from, now) = (in_words(from), in_words(now));
        Some(CertificateFault::NotYetValid { issuer, from, now })
    } else {
        None
    }
}

/// A time as people read it.
pub(super) fn in_words(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).ok();
    match seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()) {
        Some(time) => time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        None => format!("{} s after 1970", time.as_secs()),
    }
}

fn is_date(error: &Error) -> bool {
    matches!(
        error,
        Error::InvalidCertificate(
            CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. }
        )
    )
}

fn broken_rule(error: &webpki::Error) -> String {
    match error {
        webpki::Error::EndEntityUsedAsCa => {
            "a certificate that is no authority's signed another".to_owned()
        }
        webpki::Error::NameConstraintViolation => {
            "its authority may not sign for this name".to_owned()
        }
        webpki::Error::PathLenConstraintViolated | webpki::Error::MaximumPathDepthExceeded => {
            "its chain is longer than its authority allows".to_owned()
        }
        other => format!("it breaks a rule ({other:?})"),
    }
}
