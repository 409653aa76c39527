//! The certificate of the service, for bots and SDKs that insist on https.
//!
//! A folder has an authority of its own (`ca.pem`, `ca-key.pem`) and a certificate for `localhost`, `127.0.0.1` and `::1`
//! (`localhost.pem`, `localhost-key.pem`). What is missing is made. The authority can vouch for these names only, so a stolen
//! key lets nobody pretend to be another host.

mod authority;
mod leaf;
mod provider;

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustls::ServerConfig;

use self::authority::Authority;
use self::leaf::Leaf;
use self::provider::provider;
use crate::key_files::{self, KeyError};

/// The certificate of the service, and where its files are.
pub(crate) struct Tls {
    folder: PathBuf,
    leaf: Leaf,
}

impl Tls {
    /// Reads the files of a folder, and makes those that are missing. A certificate is made anew if it ends within a day or
    /// if the authority has not signed it. `now` is the time of clients: a real clock, also where the service has a
    /// manual one.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if a file cannot be read, made or used. It names the file, and says what to do.
    pub(crate) fn open(folder: impl Into<PathBuf>, now: Timestamp) -> Result<Self, KeyError> {
        let folder = folder.into();
        key_files::make_folder(&folder)?;
        let authority = Authority::open(&folder, now)?;
        let leaf = Leaf::open(&folder, &authority, now)?;
        Ok(Self { folder, leaf })
    }

    /// The settings of a server: TLS 1.2 and 1.3, and HTTP/1.1 after the handshake.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the key does not belong to the certificate.
    pub(crate) fn server_config(&self) -> Result<ServerConfig, KeyError> {
        let failed = |error: rustls::Error| {
            let folder = self.folder.display();
            let message =
                format!("cannot use the certificate in {folder}: {error}; delete it to get a new one");
            KeyError::new(message).because(error)
        };
        let builder = ServerConfig::builder_with_provider(provider());
        let builder = builder.with_safe_default_protocol_versions().map_err(failed)?.with_no_client_auth();
        let mut config = builder.with_single_cert(self.leaf.chain(), self.leaf.key()).map_err(failed)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    /// The file with the certificate of the authority, which clients must trust.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.join(authority::CERTIFICATE)
    }

    /// How clients trust the authority, one line of text each.
    pub(crate) fn how_to_trust(&self) -> Vec<String> {
        trust_lines(&self.authority())
    }
}

/// Shows no key.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("folder", &self.folder).finish_non_exhaustive()
    }
}

fn trust_lines(authority: &Path) -> Vec<String> {
    let absolute = std::path::absolute(authority).unwrap_or_else(|_| authority.to_owned());
    let file = quoted(&absolute.display().to_string());
    vec![
        format!("Node.js:              export NODE_EXTRA_CA_CERTS={file}"),
        format!("Python, requests:     export REQUESTS_CA_BUNDLE={file}"),
        format!("Python, Go, OpenSSL:  export SSL_CERT_FILE={file}"),
        format!(".NET on Linux:        export SSL_CERT_FILE={file}"),
        format!("curl:                 curl --cacert {file} …"),
        format!("Java:                 keytool -importcert -cacerts -noprompt -alias callfold -file {file}"),
        format!(
            "Debian, Ubuntu:       sudo cp {file} /usr/local/share/ca-certificates/callfold.crt && sudo \
             update-ca-certificates"
        ),
        format!(
            "macOS, also .NET:     security add-trusted-cert -k ~/Library/Keychains/login.keychain-db {file}"
        ),
        format!("Windows, also .NET:   certutil -user -addstore Root {file}"),
        "SSL_CERT_FILE and REQUESTS_CA_BUNDLE replace the usual authorities. A bot that also calls other hosts needs a file \
         with both."
            .to_owned(),
    ]
}

/// A path as a shell reads it.
fn quoted(path: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "/._-:\\".contains(it);
    if path.chars().all(is_plain) {
        return path.to_owned();
    }
    if cfg!(windows) { format!("\"{path}\"") } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests;
