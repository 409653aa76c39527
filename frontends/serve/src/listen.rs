//! Listening: connections with limits, http or https, and an orderly end.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tracing::{debug, warn};

use crate::http::routes::Paths;
use crate::settings::Limits;

/// Where the service listens.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) socket: SocketAddr,
    pub(crate) base_url: String,
    pub(crate) is_loopback: bool,
}

/// The most bytes of the headers of a request.
const MOST_HEADERS: usize = 64 << 10;

/// How long connections may go on after the end began.
const LAST: Duration = Duration::from_secs(10);

/// How long a client may take to agree on TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Binds an address: `HOST:PORT`, or a port of `localhost`.
///
/// # Errors
///
/// What is wrong with the address, and what to do.
pub(crate) async fn bind(listen: &str, is_tls: bool) -> Result<(TcpListener, Address), String> {
    let wrong = |why: String| format!("--listen {listen}: {why}");
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        let kind = error.kind();
        wrong(if kind == ErrorKind::AddrInUse {
            "the port is taken; end the other program, or take a free port with --listen 127.0.0.1:0".into()
        } else if kind == ErrorKind::PermissionDenied {
            "this port needs more rights; take one above 1023".into()
        } else {
            format!("{error}; name an address and a port, such as 127.0.0.1:9090")
        })
    })?;
    let socket = listener.local_addr().map_err(|error| wrong(error.to_string()))?;
    let scheme = if is_tls { "https" } else { "http" };
    let base_url = match listen.rsplit_once(':') {
        // A certificate is for a name, and so may be what clients compare.
        Some((host, _)) if host.eq_ignore_ascii_case("localhost") => {
            format!("{scheme}://localhost:{}", socket.port())
        }
        _ => format!("{scheme}://{socket}"),
    };
    Ok((listener, Address { socket, base_url, is_loopback: socket.ip().to_canonical().is_loopback() }))
}

/// Serves connections until the end is asked for, and then lets those end that are being answered.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    paths: Paths,
    limits: Limits,
    mut end: watch::Receiver<()>,
) {
    // Connections that live have a receiver, and end in order when something is sent.
    let ending = watch::Sender::new(());
    let permits = Arc::new(Semaphore::new(limits.connections.max(1)));
    let idle = Duration::try_from(limits.idle).unwrap_or(Duration::from_secs(60));
    // Connections end when this is dropped: in the end, or because nobody serves them any more.
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            // The sender is dropped, or says so.
            _ = end.changed() => break,
            accepted = accept(&listener, &permits) => accepted,
            Some(_) = open.join_next() => continue,
        };
        let Some((stream, permit)) = accepted else { continue };
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(idle).max_buf_size(MOST_HEADERS);
        let (paths, end, tls) = (paths.clone(), ending.subscribe(), tls.clone());
        open.spawn(async move {
            let _permit = permit;
            let served = match tls {
                Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => connection(&builder, stream, &paths, end).await,
                    Ok(Err(error)) => return debug!(%error, "a client did not agree on TLS"),
                    Err(_) => return debug!("a client did not agree on TLS in time"),
                },
                None => connection(&builder, stream, &paths, end).await,
            };
            if let Err(error) = served {
                debug!(%error, "a connection ended");
            }
        });
    }
    drop(listener);
    _ = ending.send(());
    if tokio::time::timeout(LAST, ending.closed()).await.is_err() {
        warn!("connections are cut off that did not end in time");
    }
    drop(open);
}

/// The next connection, when there may be one more.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            // Responses are small: waiting for more to send would only cost time.
            _ = stream.set_nodelay(true);
            Some((stream, permit))
        }
        Err(error) => {
            warn!(%error, "a connection cannot be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn connection<S>(
    builder: &http1::Builder,
    stream: S,
    paths: &Paths,
    mut end: watch::Receiver<()>,
) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| paths.answer(request.map(Body::new)));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // The connection is first, so that what has arrived of a request is read: it is not idle then.
    tokio::select! {
        biased;
        served = connection.as_mut() => return served,
        _ = end.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    connection.await
}
