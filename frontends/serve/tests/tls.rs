//! TLS: a service with an authority of its own, and bots that serve https.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use callfold_serve::{Auto, Handle, Server, Settings};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use reqwest::{Certificate, Client};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.listen = "127.0.0.1:0".into();
    settings.auto = Auto::Off;
    settings.webhooks.retries = 0;
    settings
}

async fn start(settings: Settings) -> Handle {
    Server::builder().settings(settings).start().await.unwrap()
}

/// A client that trusts only the authority in a folder.
fn client(folder: &Path) -> Client {
    let pem = std::fs::read(folder.join("ca.pem")).unwrap();
    let authority = Certificate::from_pem(&pem).unwrap();
    Client::builder().no_proxy().tls_certs_only([authority]).build().unwrap()
}

#[tokio::test]
async fn an_authority_is_made_once_and_serves_every_start() {
    let folder = tempfile::tempdir().unwrap();
    let tls = folder.path().join("tls");
    let mut settings = settings();
    settings.tls = Some(tls.clone());
    let first = start(settings.clone()).await;
    let client = client(&tls);
    for host in ["127.0.0.1", "localhost"] {
        let url = format!("https://{host}:{}/_callfold/health", first.address().port());
        assert_eq!(client.get(url).send().await.unwrap().status(), 200, "{host}");
    }
    let lines = first.how_to_trust().join("\n");
    assert!(lines.contains(tls.join("ca.pem").to_str().unwrap()), "it says how to trust: {lines}");
    let strict = Client::builder().no_proxy().build().unwrap();
    let untrusted = strict.get(format!("{}/_callfold/health", first.url())).send().await;
    assert!(untrusted.unwrap_err().is_connect(), "nobody else trusts it");
    assert!(first.url().starts_with("https://"));
    first.stop().await;

    let authority = std::fs::read(tls.join("ca.pem")).unwrap();
    let second = start(settings).await;
    assert_eq!(std::fs::read(tls.join("ca.pem")).unwrap(), authority);
    let url = format!("{}/_callfold/health", second.url());
    assert_eq!(client.get(url).send().await.unwrap().status(), 200);
    second.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_the_keys() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings();
    settings.tls = Some(folder.path().to_owned());
    start(settings).await.stop().await;
    for name in ["ca-key.pem", "localhost-key.pem"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

/// A bot on https that accepts everything, and the file with the authority that signed its certificate.
async fn bot(folder: &Path) -> (String, PathBuf) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let file = folder.join("bot-ca.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".into()]).unwrap().signed_by(&key, &authority).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else { return };
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = vec![0; 64 << 10];
            _ = stream.read(&mut request).await;
            _ = stream
                .write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .await;
            _ = stream.shutdown().await;
        }
    });
    (format!("https://localhost:{port}/callback"), file)
}

/// The first webhook of a call that rings.
async fn rung(server: &Handle, bot: &str) -> Value {
    server.ring(json!({ "callbackUri": bot })).await.unwrap();
    for _ in 0..1000 {
        let found = server.deliveries(0).into_iter().find(|delivery| delivery["kind"] == "webhook");
        match found {
            Some(webhook) => return webhook,
            None => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    panic!("no webhook is posted");
}

#[tokio::test]
async fn a_bot_on_https_is_reached_if_its_authority_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (url, authority) = bot(folder.path()).await;
    let mut trusting = settings();
    trusting.trust = Some(authority);
    let server = start(trusting).await;
    assert_eq!(rung(&server, &url).await["answer"]["status"], 202);
    server.stop().await;

    let server = start(settings()).await;
    let webhook = rung(&server, &url).await;
    let error = webhook["answer"]["error"].as_str().unwrap();
    assert!(error.contains("certificate"), "{error}");
    assert!(error.contains("--trust"), "it says what to do: {error}");
    server.stop().await;
}
