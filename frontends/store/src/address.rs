//! The address of a store, as a user writes it.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::StoreError;
use crate::memory::Memory;
#[cfg(feature = "nats")]
use crate::nats::Nats;
#[cfg(feature = "postgres")]
use crate::postgres::Postgres;
use crate::server_url::ServerUrl;
use crate::sqlite::Sqlite;
use crate::store::Store;

/// The address of a store. All commands use this grammar:
///
/// | address | store |
/// | --- | --- |
/// | `memory` | memory; the events are lost at the end |
/// | `sqlite:PATH` | an SQLite database in a file |
/// | `PATH.db` | short for `sqlite:PATH.db` |
/// | `postgres://USER:PASSWORD@HOST:PORT/DATABASE` | a PostgreSQL database; needs the feature `postgres` |
/// | `nats://USER:PASSWORD@HOST:PORT/STREAM` | a stream of NATS JetStream; needs the feature `nats` |
///
/// The parts of a URL but the host can be left out. Neither `Display` nor `Debug` shows a password.
///
/// ```
/// use callfold_store::Address;
///
/// let address: Address = "calls.db".parse()?;
/// assert_eq!(address.to_string(), "sqlite:calls.db");
///
/// let address: Address = "postgres://bot:secret@db.example/calls".parse()?;
/// assert_eq!(address.to_string(), "postgres://db.example/calls");
///
/// let error = "calls.txt".parse::<Address>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`calls.txt` is not the address of a store; write `memory`, `sqlite:PATH`, `PATH.db`, `postgres://…` or `nats://…`"
/// );
/// # Ok::<(), callfold_store::NotAnAddress>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// Memory.
    Memory,
    /// An SQLite database in this file.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(ServerUrl),
    /// A stream of NATS JetStream.
    Nats(ServerUrl),
}

impl Address {
    /// Opens the store, or makes it.
    ///
    /// # Errors
    ///
    /// As of [`Sqlite::open`] and of the stores in servers, or that this program is built without such a store. Memory
    /// always opens.
    pub async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        match self {
            Self::Memory => Ok(Arc::new(Memory::new())),
            Self::Sqlite(path) => Ok(Arc::new(Sqlite::open(path)?)),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => Ok(Arc::new(Postgres::open(url).await?)),
            #[cfg(not(feature = "postgres"))]
            Self::Postgres(url) => Err(without(url, "postgres")),
            #[cfg(feature = "nats")]
            Self::Nats(url) => Ok(Arc::new(Nats::open(url).await?)),
            #[cfg(not(feature = "nats"))]
            Self::Nats(url) => Err(without(url, "nats")),
        }
    }

    /// Opens a store that exists, only to read it. Nothing in it changes, and whoever writes to it meanwhile is not disturbed. What
    /// would change it fails.
    ///
    /// # Errors
    ///
    /// As of [`Sqlite::open_to_read`] and of the stores in servers, or that this program is built without such a store. Memory
    /// never opens: it has nothing to read.
    pub async fn open_to_read(&self) -> Result<Arc<dyn Store>, StoreError> {
        match self {
            Self::Memory => Err(StoreError::lasting(
                "memory: a store in memory ends with its process, so there is nothing to read",
            )),
            Self::Sqlite(path) => Ok(Arc::new(Sqlite::open_to_read(path)?)),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => Ok(Arc::new(Postgres::open_to_read(url).await?)),
            #[cfg(not(feature = "postgres"))]
            Self::Postgres(url) => Err(without(url, "postgres")),
            #[cfg(feature = "nats")]
            Self::Nats(url) => Ok(Arc::new(Nats::open_to_read(url).await?)),
            #[cfg(not(feature = "nats"))]
            Self::Nats(url) => Err(without(url, "nats")),
        }
    }
}

#[cfg(not(all(feature = "nats", feature = "postgres")))]
fn without(url: &ServerUrl, feature: &str) -> StoreError {
    StoreError::lasting(format!("{url}: this program is built without the feature `{feature}`"))
}

/// Writes the address so that it can be read again, but for what is hidden.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) | Self::Nats(url) => url.fmt(f),
        }
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        if text == "memory" {
            return Ok(Self::Memory);
        }
        if let Some(path) = text.strip_prefix("sqlite:") {
            return match path {
                "" => {
                    Err(NotAnAddress("`sqlite:` needs a path; write, for example, `sqlite:calls.db`".into()))
                }
                url if url.starts_with("//") || is_like_a_url(url) => Err(NotAnAddress(
                    "`sqlite:` takes a path, not a URL; write, for example, `sqlite:calls.db`".into(),
                )),
                ":memory:" => Err(NotAnAddress("a store in memory is `memory`".into())),
                path => Ok(Self::Sqlite(path.into())),
            };
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            return match scheme {
                "postgres" | "postgresql" => Ok(Self::Postgres(ServerUrl::new(scheme, rest))),
                "nats" | "tls" => Ok(Self::Nats(ServerUrl::new(scheme, rest))),
                _ => Err(NotAnAddress(format!("this URL is not the address of a store; {GRAMMAR}"))),
            };
        }
        if text.ends_with(".db") && !is_like_a_url(text) && !has_other_scheme(text) {
            return Ok(Self::Sqlite(text.into()));
        }
        Err(NotAnAddress(format!("{} is not the address of a store; {GRAMMAR}", shown(text))))
    }
}

/// True for a path that is rather the address of a server with a typing error.
fn is_like_a_url(path: &str) -> bool {
    path.contains("://") || path.split_once('@').is_some_and(|(before, _)| before.contains(':'))
}

/// True for a text such as `sqllite:calls.db`. A single letter is a drive of Windows.
fn has_other_scheme(text: &str) -> bool {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// A text that looks like the address of a server can have a password, and is not shown.
fn shown(text: &str) -> String {
    if text.contains([':', '@']) || text.contains("password") { "this".into() } else { format!("`{text}`") }
}

const GRAMMAR: &str = "write `memory`, `sqlite:PATH`, `PATH.db`, `postgres://…` or `nats://…`";

/// A text that is not the address of a store. The message says what would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnAddress(String);

impl fmt::Display for NotAnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for NotAnAddress {}
