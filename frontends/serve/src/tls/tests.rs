use std::fs;
use std::sync::Arc;

use jiff::ToSpan;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConnection};

use super::*;

#[expect(clippy::disallowed_methods, reason = "the client of the handshake has a real clock")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_second(since.as_secs().try_into().unwrap()).unwrap()
}

/// The protocol on which both sides agree, if the client trusts the authority in the folder.
fn handshake(tls: &Tls, trusted: &Path, name: &'static str) -> Result<Option<Vec<u8>>, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(trusted.join("ca.pem")).unwrap())?;
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let mut client = ClientConnection::new(Arc::new(config), ServerName::try_from(name).unwrap())?;
    let config = tls.server_config().unwrap();
    let mut server = ServerConnection::new(Arc::new(config))?;
    while client.is_handshaking() || server.is_handshaking() {
        let mut sent = Vec::new();
        client.write_tls(&mut sent).unwrap();
        server.read_tls(&mut sent.as_slice()).unwrap();
        server.process_new_packets()?;
        let mut answer = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut answer).unwrap();
        }
        let mut answer = answer.as_slice();
        while !answer.is_empty() {
            client.read_tls(&mut answer).unwrap();
            client.process_new_packets()?;
        }
    }
    Ok(client.alpn_protocol().map(<[u8]>::to_vec))
}

#[test]
fn a_client_that_trusts_the_authority_connects() {
    let folder = tempfile::tempdir().unwrap();
    let tls = Tls::open(folder.path(), now()).unwrap();
    for name in ["localhost", "127.0.0.1", "::1"] {
        assert_eq!(handshake(&tls, folder.path(), name).unwrap(), Some(b"http/1.1".to_vec()), "{name}");
    }
    assert!(handshake(&tls, folder.path(), "example.com").is_err());
    let other = tempfile::tempdir().unwrap();
    Tls::open(other.path(), now()).unwrap();
    assert!(handshake(&tls, other.path(), "localhost").is_err());
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn files_are_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let files =
        || ["ca.pem", "ca-key.pem", "localhost.pem", "localhost-key.pem"].map(|it| text(folder.path(), it));
    Tls::open(folder.path(), now()).unwrap();
    let made = files();
    Tls::open(folder.path(), now()).unwrap();
    assert_eq!(files(), made);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
}

#[test]
fn a_certificate_is_made_anew_before_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    Tls::open(folder.path(), now() - (390 * 24).hours()).unwrap();
    let (authority, leaf) = (text(folder.path(), "ca.pem"), text(folder.path(), "localhost.pem"));
    Tls::open(folder.path(), now()).unwrap();
    assert_eq!(text(folder.path(), "localhost.pem"), leaf);
    let tls = Tls::open(folder.path(), now() + (6 * 24).hours()).unwrap();
    assert_ne!(text(folder.path(), "localhost.pem"), leaf);
    assert_eq!(text(folder.path(), "ca.pem"), authority);
    assert!(tls.server_config().is_ok());
}

#[test]
fn the_certificate_of_another_authority_is_made_anew() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    Tls::open(other.path(), now()).unwrap();
    Tls::open(folder.path(), now()).unwrap();
    for name in ["localhost.pem", "localhost-key.pem"] {
        fs::copy(other.path().join(name), folder.path().join(name)).unwrap();
    }
    let tls = Tls::open(folder.path(), now()).unwrap();
    assert!(handshake(&tls, folder.path(), "localhost").is_ok());
}

#[test]
fn a_certificate_with_another_key_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    Tls::open(folder.path(), now()).unwrap();
    fs::copy(folder.path().join("ca-key.pem"), folder.path().join("localhost-key.pem")).unwrap();
    let tls = Tls::open(folder.path(), now()).unwrap();
    assert!(handshake(&tls, folder.path(), "localhost").is_ok());
}

#[test]
fn an_authority_without_its_key_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    Tls::open(folder.path(), now()).unwrap();
    fs::remove_file(folder.path().join("ca-key.pem")).unwrap();
    assert!(Tls::open(folder.path(), now()).is_ok(), "nothing must be signed");
    fs::remove_file(folder.path().join("localhost.pem")).unwrap();
    let message = Tls::open(folder.path(), now()).unwrap_err().to_string();
    let key = folder.path().join("ca-key.pem");
    assert!(message.starts_with(&format!("{} is missing", key.display())), "{message}");
    assert!(message.contains("delete the files in"), "{message}");
}

#[test]
fn an_authority_with_the_key_of_another_says_so() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    Tls::open(folder.path(), now()).unwrap();
    Tls::open(other.path(), now()).unwrap();
    fs::copy(other.path().join("ca-key.pem"), folder.path().join("ca-key.pem")).unwrap();
    fs::remove_file(folder.path().join("localhost.pem")).unwrap();
    let message = Tls::open(folder.path(), now()).unwrap_err().to_string();
    assert!(message.contains("ca.pem cannot vouch for localhost: "), "{message}");
    assert!(!folder.path().join("localhost.pem").exists());
}

#[test]
fn a_broken_file_is_named() {
    for name in ["ca.pem", "localhost.pem", "localhost-key.pem"] {
        let folder = tempfile::tempdir().unwrap();
        Tls::open(folder.path(), now()).unwrap();
        fs::write(folder.path().join(name), "nonsense").unwrap();
        let message = Tls::open(folder.path(), now()).unwrap_err().to_string();
        assert!(message.starts_with(&folder.path().join(name).display().to_string()), "{message}");
        assert!(message.contains("delete "), "{message}");
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_the_keys() {
    use std::os::unix::fs::PermissionsExt;

    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("tls");
    Tls::open(&folder, now()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(["ca-key.pem", "localhost-key.pem"].map(|it| mode(&folder.join(it))), [0o600, 0o600]);
}

#[test]
fn the_lines_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let tls = Tls::open(folder.path(), now()).unwrap();
    let lines = tls.how_to_trust();
    let file = tls.authority().display().to_string();
    assert!(lines.iter().rev().skip(1).all(|line| line.contains(&file)), "{lines:?}");
    for name in ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "--cacert", ".NET"] {
        assert!(lines.iter().any(|line| line.contains(name)), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_path_with_blanks_is_quoted() {
    assert_eq!(quoted("/a b/it's"), r"'/a b/it'\''s'");
}

#[test]
fn debug_shows_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let shown = format!("{:?}", Tls::open(folder.path(), now()).unwrap());
    assert!(shown.starts_with("Tls { folder: ") && !shown.contains("key"), "{shown}");
}
