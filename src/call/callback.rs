//! The URLs in requests: where notifications are posted, and where media is fetched.

use fluent_uri::Iri;
use fluent_uri::component::Host;

/// True for an https URL with a host.
pub(super) fn is_https(url: &str) -> bool {
    read(url).is_some_and(|url| is_scheme(&url, "https") && has_host(&url))
}

/// True for an http URL whose host is the machine itself: `localhost`, 127.0.0.1 and its network, or `[::1]`.
///
/// Only these spellings count. A host that a resolver or a client might read in two ways, such as `127.1` or a
/// URL with a user name, is refused.
pub(super) fn is_http_to_loopback(url: &str) -> bool {
    read(url).is_some_and(|url| is_scheme(&url, "http") && is_loopback(&url))
}

/// True for an http or https URL with a host.
pub(super) fn is_web(url: &str) -> bool {
    read(url).is_some_and(|url| ["http", "https"].iter().any(|name| is_scheme(&url, name)) && has_host(&url))
}

fn read(url: &str) -> Option<Iri<&str>> {
    Iri::parse(url).ok()
}

fn is_scheme(url: &Iri<&str>, name: &str) -> bool {
    url.scheme().as_str().eq_ignore_ascii_case(name)
}

fn has_host(url: &Iri<&str>) -> bool {
    url.authority().is_some_and(|authority| !authority.host().is_empty() && authority.port_to_u16().is_ok())
}

fn is_loopback(url: &Iri<&str>) -> bool {
    let authority = url.authority().filter(|authority| !authority.has_userinfo() && has_host(url));
    authority.is_some_and(|authority| match authority.host_parsed() {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::RegName(name) => {
            // A dot at the end says that the name is complete.
            let name = name.as_str();
            name.strip_suffix('.').unwrap_or(name).eq_ignore_ascii_case("localhost")
        }
        _ => false,
    })
}
