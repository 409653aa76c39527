//! The token of a request.

use axum::http::HeaderMap;

/// What follows `Bearer` in the header `Authorization`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get("authorization")?.to_str().ok()?;
    let (scheme, token) = given.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
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
