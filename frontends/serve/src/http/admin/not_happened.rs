//! The response to a request that came to nothing.

use axum::body::Body;
use axum::http::Response;
use callfold::graph::ODataError;

use crate::host::{NotHappened, NotStored};
use crate::http::respond;

/// Why something did not happen.
pub(super) fn not_happened(why: &NotHappened) -> Response<Body> {
    match why {
        NotHappened::Refused(refusal) => {
            let possible: Vec<&str> = refusal.legal.names().collect();
            let mut error = ODataError::new("Conflict", refusal.to_string()).with("possible", possible);
            if let Some(state) = refusal.state {
                error = error.with("state", state.as_str());
            }
            let status = if refusal.status() == 404 { 404 } else { 409 };
            respond::json(status, &error)
        }
        NotHappened::NotStored(failed) => not_stored(failed),
    }
}

/// The store failed: the same may succeed later.
pub(super) fn not_stored(failed: &NotStored) -> Response<Body> {
    let mut response = respond::error(503, "ServiceUnavailable", failed.to_string());
    respond::set(&mut response, "retry-after", "1");
    response
}
