//! The authority that signs the certificate of the service.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, GeneralSubtree, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls::RootCertStore;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;

use super::provider::provider;
use crate::key_files::{self, KeyError};

/// The file with the certificate.
pub(super) const CERTIFICATE: &str = "ca.pem";

/// The file with the key.
const KEY: &str = "ca-key.pem";

/// How long the certificate holds, in days: ten years.
const LIFETIME: i64 = 3650;

/// An authority: its certificate, and the file with its key, which is read when something is to be signed.
pub(super) struct Authority {
    certificate: CertificateDer<'static>,
    file: PathBuf,
    key_file: PathBuf,
}

impl Authority {
    /// Reads the authority of a folder, or makes one.
    pub(super) fn open(folder: &Path, now: Timestamp) -> Result<Self, KeyError> {
        let (file, key_file) = (folder.join(CERTIFICATE), folder.join(KEY));
        if let Some(pem) = key_files::read(&file)? {
            return Self::read(&pem, &file, key_file);
        }
        // Another process can have stored its key first.
        let key = KeyPair::generate().map_err(|error| cannot_sign(&key_file, error))?;
        key_files::write_new(&key_file, &key.serialize_pem())?;
        let key = read_key(&key_file)?;
        let certificate =
            params(&key, now).self_signed(&key).map_err(|error| cannot_sign(&key_file, error))?;
        key_files::write_new(&file, &certificate.pem())?;
        let pem = key_files::read(&file)?.unwrap_or_default();
        Self::read(&pem, &file, key_file)
    }

    fn read(pem: &str, file: &Path, key_file: PathBuf) -> Result<Self, KeyError> {
        let failed = |error| {
            let message = format!("{} is not a certificate in PEM; {}", file.display(), advice(&key_file));
            KeyError::new(message).because(error)
        };
        let certificate =
            CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| failed(error.to_string()))?;
        Ok(Self { certificate, file: file.to_owned(), key_file })
    }

    /// Signs a certificate for the public key.
    pub(super) fn sign(
        &self,
        params: &CertificateParams,
        key: &KeyPair,
        now: Timestamp,
    ) -> Result<String, KeyError> {
        let own = read_key(&self.key_file)?;
        let issuer = Issuer::new(self::params(&own, now), own);
        let signed = params.signed_by(key, &issuer).map_err(|error| cannot_sign(&self.key_file, error))?;
        Ok(signed.pem())
    }

    /// Checks that this authority has signed the first certificate, perhaps through the others, and that all of them hold
    /// at the time.
    pub(super) fn verify(&self, chain: &[CertificateDer<'_>], at: Timestamp) -> Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone())?;
        let (leaf, between) = chain.split_first().ok_or(rustls::Error::NoCertificatesPresented)?;
        let leaf = ParsedCertificate::try_from(leaf)?;
        let at = UnixTime::since_unix_epoch(Duration::from_secs(at.as_second().unsigned_abs()));
        let algorithms = provider().signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&leaf, &roots, between, at, algorithms)
    }

    /// The file with the certificate.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// What to do if the authority cannot be used.
    pub(super) fn advice(&self) -> String {
        advice(&self.key_file)
    }
}

fn read_key(path: &Path) -> Result<KeyPair, KeyError> {
    let Some(pem) = key_files::read_key(path)? else {
        let message =
            format!("{} is missing, and a certificate must be signed; {}", path.display(), advice(path));
        return Err(KeyError::new(message));
    };
    KeyPair::from_pem(&pem).map_err(|error| {
        KeyError::new(format!("{} is not a PKCS#8 key in PEM; {}", path.display(), advice(path)))
            .because(error)
    })
}

/// The certificate of an authority with this key. Its name is computed from the key, so that two authorities on one machine
/// have different names, and so that the name is known when a certificate is signed later.
fn params(key: &KeyPair, now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    let id: String = params.key_identifier(key).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    params.distinguished_name.push(DnType::CommonName, format!("callfold local authority {id}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix(Ipv4Addr::LOCALHOST.octets(), 8)),
            GeneralSubtree::IpAddress(CidrSubnet::from_v6_prefix(Ipv6Addr::LOCALHOST.octets(), 128)),
        ],
        excluded_subtrees: Vec::new(),
    });
    hold(&mut params, now, LIFETIME);
    params
}

/// Lets a certificate hold for so many days, and from a day earlier, because clocks differ.
pub(super) fn hold(params: &mut CertificateParams, now: Timestamp, days: i64) {
    let midnight = |days: i64| {
        let at = now.checked_add((days * 24).hours()).unwrap_or(now);
        let date = TimeZone::UTC.to_datetime(at);
        date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    params.not_before = midnight(-1);
    params.not_after = midnight(days);
}

fn advice(key_file: &Path) -> String {
    let folder = key_file.parent().unwrap_or(key_file).display();
    format!("delete the files in {folder} to get a new authority, which clients must trust again")
}

fn cannot_sign(key_file: &Path, error: rcgen::Error) -> KeyError {
    let file = key_file.display();
    KeyError::new(format!("cannot sign a certificate with {file}: {error}; {}", advice(key_file)))
        .because(error)
}
