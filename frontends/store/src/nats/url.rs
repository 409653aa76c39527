//! Reading the URL of a NATS server.

use async_nats::{ConnectOptions, ServerAddr};

use crate::error::StoreError;

/// The name of the stream if the URL has none.
const STREAM: &str = "callfold";

/// The parts of `nats://USER:PASSWORD@HOST:PORT/STREAM`.
pub(super) struct Url {
    /// The URL without the user and the password. Errors show it.
    pub(super) shown: String,
    /// The servers, without the user and the password.
    pub(super) servers: Vec<ServerAddr>,
    pub(super) stream: String,
    login: Login,
}

enum Login {
    None,
    Token(String),
    User(String, String),
}

impl Url {
    pub(super) fn parse(url: &str, shown: String) -> Result<Self, StoreError> {
        let wrong = |what: &str| StoreError::lasting(format!("{shown}: {what}"));
        let (scheme, rest) = url.split_once("://").unwrap_or(("nats", url));
        let (login, place) =
            rest.rsplit_once('@').map_or((None, rest), |(login, place)| (Some(login), place));
        let (hosts, stream) = place.split_once('/').unwrap_or((place, ""));
        let stream = if stream.is_empty() { STREAM } else { stream };
        if !is_name(stream) {
            return Err(wrong(
                "the name of a stream has only letters, digits, `-` and `_`; change the end of the URL",
            ));
        }
        let server = |host: &str| format!("{scheme}://{host}").parse().ok().filter(|_| !host.is_empty());
        let servers = hosts.split(',').map(server).collect::<Option<Vec<ServerAddr>>>();
        let servers = servers
            .ok_or_else(|| wrong("the host is missing or not legal; write `nats://HOST:PORT/STREAM`"))?;
        let login = login.map_or(Login::None, Login::parse);
        Ok(Self { stream: stream.to_owned(), servers, login, shown })
    }

    pub(super) fn log_in(&self, options: ConnectOptions) -> ConnectOptions {
        match &self.login {
            Login::None => options,
            Login::Token(token) => options.token(token.clone()),
            Login::User(user, password) => options.user_and_password(user.clone(), password.clone()),
        }
    }
}

impl Login {
    /// A text without a colon is a token.
    fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some((user, password)) => Self::User(decoded(user), decoded(password)),
            None => Self::Token(decoded(text)),
        }
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Replaces each `%XX`. A `%` that is followed by something else stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped =
            after.split_at_checked(2).and_then(|(digits, after)| Some((hexadecimal(digits)?, after)));
        let (byte, after) = escaped.filter(|_| *first == b'%').unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The number of two digits.
pub(super) fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digits = str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Url {
        Url::parse(url, "shown".into()).unwrap()
    }

    #[test]
    fn the_parts_of_a_url_are_found() {
        let url = parse("tls://bot:p@ss%40%2fword%@one.example:4223,two.example/calls");
        assert_eq!(url.stream, "calls");
        let hosts: Vec<_> = url.servers.iter().map(|server| (server.host(), server.port())).collect();
        assert_eq!(hosts, [("one.example", 4223), ("two.example", 4222)]);
        assert!(url.servers.iter().all(ServerAddr::tls_required));
        assert!(
            matches!(url.login, Login::User(user, password) if user == "bot" && password == "p@ss@/word%")
        );
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let url = parse("nats://localhost");
        assert_eq!(url.stream, "callfold");
        assert!(matches!(url.login, Login::None));
        assert!(matches!(parse("nats://secret@localhost").login, Login::Token(token) if token == "secret"));
    }

    #[test]
    fn what_cannot_be_a_stream_is_refused() {
        for url in ["nats://localhost/a.b", "nats://localhost/a/b", "nats://localhost/a*", "nats:///calls"] {
            assert!(Url::parse(url, "shown".into()).is_err(), "{url}");
        }
    }
}
