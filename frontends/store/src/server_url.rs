//! The URL of a server.

use std::fmt;

use callfold::Secret;

/// The URL of a server. It is shown without the user, the password and the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl {
    url: Secret<String>,
    /// `SCHEME://HOST:PORT/PATH`.
    shown: String,
}

impl ServerUrl {
    pub(crate) fn new(scheme: &str, rest: &str) -> Self {
        // A password can have each of these characters, so everything up to the last `@` may be part of it.
        let public = rest.rsplit_once('@').map_or(rest, |(_, public)| public);
        let public = public.split(['?', '#']).next().unwrap_or_default();
        let public = if rest.contains("password=") || !has_ports(public) { "…" } else { public };
        Self { url: Secret::new(format!("{scheme}://{rest}")), shown: format!("{scheme}://{public}") }
    }
}

/// True if what follows the hosts after a colon is a port. Else the host was forgotten, and it is a password.
fn has_ports(public: &str) -> bool {
    let hosts = public.split('/').next().unwrap_or_default();
    let has_port = |host: &str| {
        // The address of a host in brackets has colons of its own.
        let host = host.rsplit_once(']').map_or(host, |(_, port)| port);
        host.split_once(':').is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
    };
    hosts.split(',').all(has_port)
}

/// The whole URL, with its password.
#[cfg(any(feature = "nats", feature = "postgres"))]
impl ServerUrl {
    pub(crate) fn expose(&self) -> &str {
        self.url.expose()
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}
