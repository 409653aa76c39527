//! The call that a path names.

use axum::body::Body;
use axum::extract::{FromRequestParts, Path};
use axum::http::Response;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use callfold::CallId;

use crate::http::respond;

/// The id of a call in a path.
pub(super) struct InPath(pub(super) CallId);

impl<S: Send + Sync> FromRequestParts<S> for InPath {
    type Rejection = Response<Body>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response<Body>> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(IntoResponse::into_response)?;
        id.parse().map(Self).map_err(|wrong| respond::error(400, "BadRequest", format!("{wrong}")))
    }
}
