//! The address of a store, as a user writes it.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::StoreError;
use crate::memory::Memory;
use crate::sqlite::Sqlite;
use crate::store::Store;

/// The address of a store. All commands use this grammar:
///
/// | address | store |
/// | --- | --- |
/// | `memory` | memory; the events are lost at the end |
/// | `sqlite:PATH` | an SQLite database in a file |
/// | `PATH.db` | short for `sqlite:PATH.db` |
///
/// ```
/// use callfold_store::Address;
///
/// let address: Address = "calls.db".parse()?;
/// assert_eq!(address.to_string(), "sqlite:calls.db");
///
/// let error = "calls.txt".parse::<Address>().unwrap_err();
/// assert_eq!(error.to_string(), "`calls.txt` is not the address of a store; write `memory`, `sqlite:PATH` or `PATH.db`");
/// # Ok::<(), callfold_store::NotAnAddress>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// Memory.
    Memory,
    /// An SQLite database in this file.
    Sqlite(PathBuf),
}

impl Address {
    /// Opens the store, or makes it.
    ///
    /// # Errors
    ///
    /// As of [`Sqlite::open`]. Memory always opens.
    pub async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        match self {
            Self::Memory => Ok(Arc::new(Memory::new())),
            Self::Sqlite(path) => Ok(Arc::new(Sqlite::open(path)?)),
        }
    }
}

/// Writes the address so that it can be read again.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
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
                url if url.starts_with("//") => Err(NotAnAddress(
                    "`sqlite:` takes a path, not a URL; write, for example, `sqlite:calls.db`".into(),
                )),
                path => Ok(Self::Sqlite(path.into())),
            };
        }
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(not_supported(scheme));
        }
        if text.ends_with(".db") {
            return Ok(Self::Sqlite(text.into()));
        }
        Err(NotAnAddress(format!("{} is not the address of a store; {GRAMMAR}", shown(text))))
    }
}

/// A text that looks like the address of a server can have a password, and is not shown.
fn shown(text: &str) -> String {
    if text.contains([':', '@']) { "this".into() } else { format!("`{text}`") }
}

const GRAMMAR: &str = "write `memory`, `sqlite:PATH` or `PATH.db`";

fn not_supported(scheme: &str) -> NotAnAddress {
    let server = match scheme {
        "postgres" | "postgresql" => "PostgreSQL",
        "nats" | "tls" => "NATS",
        _ => return NotAnAddress(format!("this URL is not the address of a store; {GRAMMAR}")),
    };
    NotAnAddress(format!("this version keeps events in memory or in SQLite, not in {server}; {GRAMMAR}"))
}

/// A text that is not the address of a store. The message says what would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnAddress(String);

impl fmt::Display for NotAnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for NotAnAddress {}
