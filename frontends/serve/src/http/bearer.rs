//! The token of a request.

use axum::body::Body;
use axum::http::{HeaderMap, Response};
use callfold::Secret;

use super::respond;
use crate::constant_time::is_same;

/// What follows `Bearer` in the header `Authorization`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get("authorization")?.to_str().ok()?;
    let (scheme, token) = given.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// True if a request has this token.
pub(super) fn has_token(headers: &HeaderMap, token: &Secret<String>) -> bool {
    bearer(headers).is_some_and(|given| is_same(given.as_bytes(), token.expose().as_bytes()))
}

/// The answer to a request without the right token. The message says which is right.
pub(super) fn without_token(message: &str) -> Response<Body> {
    let mut response = respond::error(401, "Unauthorized", message);
    respond::set(&mut response, "www-authenticate", "Bearer");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_follows_its_scheme() {
        for (given, found) in [
            ("Bearer t0ken", Some("t0ken")),
            ("bearer  t0ken", Some("t0ken")),
            ("t0ken", None),
            ("Bearer", None),
            ("Basic t0ken", None),
        ] {
            let headers = HeaderMap::from_iter([(axum::http::header::AUTHORIZATION, given.parse().unwrap())]);
            assert_eq!(bearer(&headers), found, "{given}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
