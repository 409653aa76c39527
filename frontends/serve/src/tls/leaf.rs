//! The certificate of the service itself.

use std::path::Path;

use jiff::{Timestamp, ToSpan};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;

use super::authority::{Authority, hold};
use super::provider::provider;
use crate::key_files::{self, KeyError};

const CERTIFICATE: &str = "localhost.pem";
const KEY: &str = "localhost-key.pem";

/// The names of the service.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// How long a certificate holds, in days. Browsers and macOS refuse more than 398, and 825 from an authority of one's own.
const LIFETIME: i64 = 397;

/// A certificate that holds for less time than this, in hours, is made anew.
const MARGIN: i64 = 24;

/// The certificate of the service, and its key.
pub(super) struct Leaf {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Leaf {
    /// Reads the certificate of a folder, or makes one.
    pub(super) fn open(folder: &Path, authority: &Authority, now: Timestamp) -> Result<Self, KeyError> {
        let stored = Self::read(folder)?;
        if let Some(leaf) = stored.filter(|leaf| leaf.is_usable(authority, now)) {
            return Ok(leaf);
        }
        let (certificate, key) = make(folder, authority, now)?;
        let leaf = Self::parse(folder, &certificate, &key)?;
        leaf.check(authority, now)?;
        key_files::replace(&folder.join(KEY), &key)?;
        key_files::replace(&folder.join(CERTIFICATE), &certificate)?;
        Ok(leaf)
    }

    /// The certificate, and those between it and the authority.
    pub(super) fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.chain.clone()
    }

    pub(super) fn key(&self) -> PrivateKeyDer<'static> {
        self.key.clone_key()
    }

    fn read(folder: &Path) -> Result<Option<Self>, KeyError> {
        let certificate = key_files::read(&folder.join(CERTIFICATE))?;
        let key = key_files::read_key(&folder.join(KEY))?;
        let both = certificate.zip(key);
        both.map(|(certificate, key)| Self::parse(folder, &certificate, &key)).transpose()
    }

    fn parse(folder: &Path, certificate: &str, key: &str) -> Result<Self, KeyError> {
        let failed = |name: &str, error: String| {
            let file = folder.join(name);
            let message =
                format!("{} cannot be read as PEM: {error}; delete it to get a new one", file.display());
            KeyError::new(message).because(error)
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect();
        let chain = chain.map_err(|error| failed(CERTIFICATE, error.to_string()))?;
        let key =
            PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|error| failed(KEY, error.to_string()))?;
        if chain.is_empty() {
            return Err(failed(CERTIFICATE, "it has no certificate".to_owned()));
        }
        Ok(Self { chain, key })
    }

    /// True if clients that trust the authority accept the certificate today and tomorrow.
    fn is_usable(&self, authority: &Authority, now: Timestamp) -> bool {
        let has_key = CertifiedKey::from_der(self.chain(), self.key(), &provider()).is_ok();
        let later = now.checked_add(MARGIN.hours()).unwrap_or(now);
        [now, later].into_iter().all(|at| authority.verify(&self.chain, at).is_ok())
            && has_key
            && self.has_names()
    }

    fn has_names(&self) -> bool {
        let Some(parsed) = self.chain.first().and_then(|leaf| ParsedCertificate::try_from(leaf).ok()) else {
            return false;
        };
        let has = |name: ServerName<'_>| verify_server_name(&parsed, &name).is_ok();
        NAMES.iter().all(|name| ServerName::try_from(*name).is_ok_and(has))
    }

    /// Refuses a new certificate that clients would refuse, too: the key is not that of the authority, or the authority was
    /// made by another tool, under a name of its own.
    fn check(&self, authority: &Authority, now: Timestamp) -> Result<(), KeyError> {
        authority.verify(&self.chain, now).map_err(|error| {
            let message = format!(
                "{} cannot vouch for localhost: {error}; {}",
                authority.file().display(),
                authority.advice()
            );
            KeyError::new(message).because(error)
        })
    }
}

/// A certificate and its key, both in PEM.
fn make(folder: &Path, authority: &Authority, now: Timestamp) -> Result<(String, String), KeyError> {
    let failed = |error: rcgen::Error| {
        KeyError::new(format!("cannot make a certificate in {}: {error}; try again", folder.display()))
            .because(error)
    };
    let mut params = CertificateParams::new(NAMES.map(str::to_owned)).map_err(failed)?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    hold(&mut params, now, LIFETIME);
    let key = KeyPair::generate().map_err(failed)?;
    Ok((authority.sign(&params, &key, now)?, key.serialize_pem()))
}
