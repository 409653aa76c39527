//! The URL of a server.

use std::fmt;

use callfold::Secret;

/// The URL of a server. It is shown without the user, the password and the query, but with the name of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl {
    /// The URL without the name of a schema, which PostgreSQL does not know.
    url: Secret<String>,
    /// `SCHEME://HOST:PORT/PATH`.
    shown: String,
    /// The name after `?schema=`, as it was written.
    schema: Option<Secret<String>>,
}

impl ServerUrl {
    pub(crate) fn new(scheme: &str, rest: &str) -> Self {
        let (rest, schema) =
            if scheme.starts_with("postgres") { without_schema(rest) } else { (rest.to_owned(), None) };
        // A password can have each of these characters, so everything up to the last `@` may be part of it.
        let public = rest.rsplit_once('@').map_or(rest.as_str(), |(_, public)| public);
        let public = public.split(['?', '#']).next().unwrap_or_default();
        let public = if rest.contains("password=") || !has_ports(public) { "…" } else { public };
        Self { url: Secret::new(format!("{scheme}://{rest}")), shown: format!("{scheme}://{public}"), schema }
    }

    /// The URL as it is shown, without the schema.
    pub fn server(&self) -> &str {
        &self.shown
    }

    /// The schema in a database of PostgreSQL: the one that the URL names, or `callfold`.
    pub fn schema(&self) -> &str {
        self.named_schema().unwrap_or("callfold")
    }

    /// The schema that the URL names, if the name is legal.
    fn named_schema(&self) -> Option<&str> {
        self.schema.as_ref().map(|schema| schema.expose().as_str()).filter(|schema| is_schema(schema))
    }
}

/// Takes the parameter `schema` out of a URL. What is before the last `@` may be a password.
fn without_schema(url: &str) -> (String, Option<Secret<String>>) {
    let public = url.rfind('@').unwrap_or(0);
    let begin = url[public..].find('?').map(|begin| public + begin);
    let Some((server, query)) = begin.map(|begin| (&url[..begin], &url[begin + 1..])) else {
        return (url.to_owned(), None);
    };
    let (schema, others): (Vec<_>, Vec<_>) = query.split('&').partition(|part| part.starts_with("schema="));
    let schema = schema.first().and_then(|part| part.strip_prefix("schema="));
    let query = others.join("&");
    let url = if query.is_empty() { server.to_owned() } else { format!("{server}?{query}") };
    (url, schema.map(|schema| Secret::new(schema.to_owned())))
}

/// The longest name of a schema: the store puts `callfold ` before it for the name of a channel, and PostgreSQL takes 63 bytes.
const LONGEST_SCHEMA: usize = 54;

/// True for a name that the store takes for a schema. Those that begin with `pg_` are PostgreSQL's own.
fn is_schema(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=LONGEST_SCHEMA).contains(&name.len()) && name.bytes().all(is_part) && !name.starts_with("pg_")
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

    /// True if the URL has the name of a schema that is not legal.
    pub(crate) fn has_wrong_schema(&self) -> bool {
        self.schema.is_some() && self.named_schema().is_none()
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)?;
        self.named_schema().map_or(Ok(()), |schema| write!(f, "?schema={schema}"))
    }
}
