//! Reading bodies: with a limit, a time limit, gzip, and JSON.

use std::io::Read;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_ENCODING;
use axum::http::{HeaderMap, Response};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::respond::error;
use crate::host::Host;

/// Reads a body. The error is the response to send.
pub(super) async fn read(host: &Host, headers: &HeaderMap, body: Body) -> Result<Bytes, Response<Body>> {
    let most = host.settings.limits.body;
    let slow = Duration::try_from(host.settings.limits.slow).unwrap_or(Duration::from_secs(30));
    let read = tokio::time::timeout(slow, Limited::new(body, most).collect()).await;
    let whole = match read {
        Ok(Ok(whole)) => whole.to_bytes(),
        Ok(Err(failed)) if failed.is::<LengthLimitError>() => return Err(too_large(most)),
        Ok(Err(failed)) => {
            return Err(error(400, "BadRequest", format!("the body cannot be read: {failed}")));
        }
        Err(_) => {
            return Err(error(408, "RequestTimeout", format!("the body did not arrive within {slow:?}")));
        }
    };
    let Some(encoding) = headers.get(CONTENT_ENCODING) else { return Ok(whole) };
    match encoding.as_bytes().to_ascii_lowercase().as_slice() {
        b"identity" => Ok(whole),
        b"gzip" => unzip(&whole, most),
        _ => Err(error(415, "UnsupportedMediaType", "the only Content-Encoding is gzip")),
    }
}

/// Reads a body of JSON. The error is the response to send.
pub(super) async fn json<T: DeserializeOwned>(host: &Host, request: Request) -> Result<T, Response<Body>> {
    let text = text(host, request).await?;
    // An empty body is an object without members.
    let text = if text.is_empty() { Bytes::from_static(b"{}") } else { text };
    // serde takes a list for the members of an object, too.
    if text.trim_ascii_start().first() != Some(&b'{') {
        return Err(error(400, "BadRequest", "the body must be a JSON object"));
    }
    serde_json::from_slice(&text).map_err(|wrong| error(400, "BadRequest", wrong.to_string()))
}

/// Reads the body of a request. The error is the response to send.
pub(super) async fn text(host: &Host, request: Request) -> Result<Bytes, Response<Body>> {
    let (parts, body) = request.into_parts();
    read(host, &parts.headers, body).await
}

fn unzip(zipped: &[u8], most: usize) -> Result<Bytes, Response<Body>> {
    let mut bytes = Vec::new();
    // One more than allowed shows that it is too much.
    let mut limited = MultiGzDecoder::new(zipped).take(most as u64 + 1);
    match limited.read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > most => Err(too_large(most)),
        Ok(_) => Ok(bytes.into()),
        Err(failed) => Err(error(400, "BadRequest", format!("the body is not valid gzip: {failed}"))),
    }
}

fn too_large(most: usize) -> Response<Body> {
    error(413, "RequestEntityTooLarge", format!("a body can have {most} bytes"))
}
