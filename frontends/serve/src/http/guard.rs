//! Who may use the admin API: nobody whom a page in a browser steers.

use axum::body::Body;
use axum::http::header::ORIGIN;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Response, Uri};
use callfold::Secret;

use super::bearer::{has_token, without_token};
use super::respond::error;

/// Why a request to `/_callfold` is refused, if it is.
pub(super) fn refused(
    headers: &HeaderMap,
    uri: &Uri,
    admin_token: Option<&Secret<String>>,
    is_loopback: bool,
) -> Option<Response<Body>> {
    let elsewhere = from_elsewhere(headers);
    if elsewhere.is_some() {
        return elsewhere;
    }
    if let Some(token) = admin_token {
        let message = "the admin API needs the header `Authorization: Bearer` with the --admin-token";
        return (!has_token(headers, token)).then(|| without_token(message));
    }
    if !is_loopback {
        return Some(error(
            403,
            "Forbidden",
            "the service listens beyond this machine: the admin API needs --admin-token then",
        ));
    }
    // Without a token, only this machine can name itself as the host.
    (!names_this_machine(headers, uri)).then(|| {
        error(403, "Forbidden", "the header `Host` must be localhost, 127.0.0.1 or [::1], with the port")
    })
}

/// Why a request is refused that a page in a browser sends. Browsers add `Origin` to what such a page posts.
pub(super) fn from_elsewhere(headers: &HeaderMap) -> Option<Response<Body>> {
    let is_own = headers.get_all(ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
        origin.is_some_and(|(_, authority)| is_own_host(authority))
    });
    (!is_own).then(|| error(403, "Forbidden", "a page of another origin may not use this service"))
}

/// True if a request is for this machine, in all places that name its host.
fn names_this_machine(headers: &HeaderMap, uri: &Uri) -> bool {
    let named: Vec<Option<&str>> =
        headers.get_all("host").iter().map(|host| host.to_str().ok()).chain(uri.host().map(Some)).collect();
    !named.is_empty() && named.iter().all(|host| host.is_some_and(is_own_host))
}

/// True if a host, with or without a port, is this machine.
fn is_own_host(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    // An authority can also have a user, and a port that is none.
    if authority.as_str().contains('@') || has_other_port(&authority) {
        return false;
    }
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    let ip = name.parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// True if what follows the host is not a port.
fn has_other_port(authority: &Authority) -> bool {
    let rest = authority.as_str().strip_prefix(authority.host()).unwrap_or_default();
    !rest.is_empty() && authority.port_u16().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_page_of_another_origin_and_a_rebound_name_are_refused() {
        let uri = Uri::from_static("/_callfold/calls");
        for (list, is_allowed) in [
            (&[("host", "localhost:9090")][..], true),
            (&[("host", "127.0.0.1:9090")], true),
            (&[("host", "[::1]:9090")], true),
            (&[("host", "localhost:9090"), ("origin", "http://localhost:3000")], true),
            (&[("host", "evil.example:9090")], false),
            (&[("host", "localhost.evil.example")], false),
            (&[("host", "localhost:9090"), ("origin", "https://evil.example")], false),
            (&[("host", "localhost:9090"), ("origin", "null")], false),
            (&[("host", "localhost:9090"), ("host", "evil.example")], false),
            (
                &[
                    ("host", "localhost:9090"),
                    ("origin", "http://localhost"),
                    ("origin", "http://evil.example"),
                ],
                false,
            ),
            (&[("host", "localhost:9090"), ("origin", "http://localhost:80@evil.example")], false),
            (&[("host", "[::1]evil.example")], false),
            (&[("host", "localhost:evil.example")], false),
            (&[], false),
        ] {
            assert_eq!(refused(&headers(list), &uri, None, true).is_none(), is_allowed, "{list:?}");
        }
    }

    #[test]
    fn the_host_of_an_absolute_uri_counts_too() {
        let local = headers(&[("host", "localhost:9090")]);
        for (uri, is_allowed) in
            [("http://localhost:9090/_callfold/calls", true), ("http://evil.example/_callfold/calls", false)]
        {
            assert_eq!(refused(&local, &uri.parse().unwrap(), None, true).is_none(), is_allowed, "{uri}");
        }
    }

    #[test]
    fn a_page_of_another_origin_is_refused_with_a_token_too() {
        let (uri, token) = (Uri::from_static("/_callfold/calls"), Secret::new("t0ken".to_owned()));
        for is_loopback in [true, false] {
            for (origin, is_allowed) in [("http://localhost:3000", true), ("https://evil.example", false)] {
                let list = [("host", "localhost"), ("origin", origin), ("authorization", "Bearer t0ken")];
                let refused = refused(&headers(&list), &uri, Some(&token), is_loopback);
                assert_eq!(refused.is_none(), is_allowed, "{origin}");
            }
        }
    }

    #[test]
    fn off_loopback_a_token_is_needed() {
        let (uri, token) = (Uri::from_static("/_callfold/calls"), Secret::new("t0ken".to_owned()));
        let local = ("host", "localhost:9090");
        assert!(refused(&headers(&[local]), &uri, None, false).is_some());
        assert!(refused(&headers(&[local]), &uri, Some(&token), false).is_some());
        assert!(
            refused(&headers(&[local, ("authorization", "Bearer t0kem")]), &uri, Some(&token), false)
                .is_some()
        );
        assert!(
            refused(&headers(&[local, ("authorization", "Bearer t0ken")]), &uri, Some(&token), false)
                .is_none()
        );
    }
}
