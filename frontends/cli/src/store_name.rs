//! Which arguments name a store and not a file.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// How the address of a store begins, the cargo feature that reads such a store, and whether this program has it.
const KINDS: [(&str, &str, bool); 5] = [
    ("sqlite:", "stores", cfg!(feature = "stores")),
    ("postgres://", "postgres", cfg!(feature = "postgres")),
    ("postgresql://", "postgres", cfg!(feature = "postgres")),
    ("nats://", "nats", cfg!(feature = "nats")),
    ("tls://", "nats", cfg!(feature = "nats")),
];

/// How each SQLite database begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Why a store cannot be opened.
pub(crate) struct Refused {
    /// The address of the store, without a password.
    pub(crate) store: String,
    pub(crate) why: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.store, self.why)
    }
}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> Self {
        Self::other(refused.to_string())
    }
}

/// The address of a store, where a LOG is one. A name that ends with `.db` is one only where the file is an SQLite database:
/// a log can have any name.
pub(crate) fn address(log: &Path) -> Option<&str> {
    let text = log.to_str()?;
    (text == "memory" || kind(text).is_some() || (text.ends_with(".db") && is_sqlite(log))).then_some(text)
}

fn kind(address: &str) -> Option<&'static (&'static str, &'static str, bool)> {
    KINDS.iter().find(|(beginning, ..)| address.starts_with(beginning))
}

fn is_sqlite(log: &Path) -> bool {
    let mut begin = Vec::new();
    let read = File::open(log).and_then(|file| file.take(SQLITE.len() as u64).read_to_end(&mut begin));
    log.is_file() && read.is_ok() && begin == SQLITE
}

/// Why this program cannot open the store with this address, and what can: `None` where it can.
pub(crate) fn unavailable(address: &str) -> Option<String> {
    let (_, feature, is_there) = kind(address).unwrap_or(&KINDS[0]);
    if address == "memory" {
        return Some(
            "a store in memory ends with its process, so no other process can use it; a file of this name is ./memory".into(),
        );
    }
    (!is_there).then(|| {
        format!(
            "this program is built without such stores; `cargo install --path frontends/cli --features {feature}` builds \
             one that has them"
        )
    })
}

/// What the addresses of servers begin with.
const SCHEMES: [&str; 3] = ["postgres", "nats", "tls"];

/// What says that a password follows.
const PASSWORD: &str = "password=";

/// A text that may be an address, without what may be a password.
pub(crate) fn without_password(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), _) if text.contains(PASSWORD) => format!("{scheme}://…"),
        (None, _) if text.contains(PASSWORD) => "…".into(),
        (Some((scheme, _)), Some((_, public))) => format!("{scheme}://…@{public}"),
        (Some((scheme, rest)), None) if !has_ports(rest) => format!("{scheme}://…"),
        // An address with a typing error, such as one slash too few.
        (None, Some((before, public))) if before.contains(':') || names_a_scheme(before) => {
            format!("…@{public}")
        }
        _ => text.into(),
    }
}

fn names_a_scheme(text: &str) -> bool {
    SCHEMES.iter().any(|scheme| text.contains(scheme))
}

/// True if what follows the hosts after a colon is a port. Else the host was forgotten, and it is a password.
fn has_ports(rest: &str) -> bool {
    let hosts = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let has_port = |host: &str| {
        // The address of a host in brackets has colons of its own.
        let host = host.rsplit_once(']').map_or(host, |(_, port)| port);
        host.split_once(':').is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
    };
    hosts.split(',').all(has_port)
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn no_part_of_a_password_is_shown() {
        for (text, shown) in [
            ("postgres://bot:p@ss:/w@db.example/calls", "postgres://…@db.example/calls"),
            ("postgres://db.example/calls?user=bot&password=secret", "postgres://…"),
            ("postgres://db.example/calls", "postgres://db.example/calls"),
            ("--deny=nats://token@broker", "--deny=nats://…@broker"),
            ("postgres:/bot:secret@db.example/calls", "…@db.example/calls"),
            ("nats//token@broker", "…@broker"),
            ("postgres://bot:secret/calls", "postgres://…"),
            ("postgres://bot:secret localhost/calls", "postgres://…"),
            ("nats://bot:secret", "nats://…"),
            ("nats://[::1]:4222,b.example:4223/calls", "nats://[::1]:4222,b.example:4223/calls"),
            ("postgers://bot:secret@db.example/calls", "postgers://…@db.example/calls"),
            ("bot:secret@db.example/calls", "…@db.example/calls"),
            ("jdbc:postgresql://db.example/calls?password=secret", "jdbc:postgresql://…"),
            ("host=db.example password=secret user=bot", "…"),
            ("sqlite:postgres://bot:secret@db.example/calls", "sqlite:postgres://…@db.example/calls"),
            ("logs/bot@work.log", "logs/bot@work.log"),
        ] {
            assert_eq!(without_password(text), shown);
        }
    }
}
