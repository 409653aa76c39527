//! Opening the file of the database.

use std::fmt::Write;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::failed::store_error;
use crate::error::StoreError;

/// The statements that make each version of the tables from the one before. The version is the number of those that were run.
const SCHEMA: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// Marks the file as a store of callfold: `call` in ASCII.
const APPLICATION_ID: i32 = 0x6361_6c6c;

/// How long a connection waits for another process.
const BUSY: Duration = Duration::from_secs(5);

/// The statements that a connection keeps prepared: more than there are.
const STATEMENTS: usize = 32;

/// What is wrong with the path, and what to do.
const REFUSED: &[(io::ErrorKind, &str)] = &[
    (io::ErrorKind::NotFound, "the folder does not exist; create it"),
    (io::ErrorKind::NotADirectory, "a part of the path is a file, not a folder; name another path"),
    (io::ErrorKind::IsADirectory, "this is a folder; name a file"),
    (io::ErrorKind::AlreadyExists, "the file exists, and is not overwritten; name a new file"),
    (io::ErrorKind::PermissionDenied, "the file may not be opened; change its permissions"),
    (io::ErrorKind::ReadOnlyFilesystem, "the disk is read-only; name another path"),
];

/// The absolute path of a file that exists afterwards. A new file is readable only for its owner, and SQLite gives its
/// other files the same permissions.
pub(super) fn create(path: &Path) -> Result<PathBuf, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    opened(path, options)
}

/// The absolute path of a new file, which is readable only for its owner.
pub(super) fn create_new(path: &Path) -> Result<PathBuf, StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    opened(path, options)
}

fn opened(path: &Path, mut options: OpenOptions) -> Result<PathBuf, StoreError> {
    let refused = |error| refused(path, error);
    // SQLite has special meanings for some relative names, such as `:memory:`.
    let absolute = std::path::absolute(path).map_err(refused)?;
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&absolute).map_err(refused)?;
    Ok(absolute)
}

/// The error of a path that cannot be opened.
pub(super) fn refused(path: &Path, error: io::Error) -> StoreError {
    let known = REFUSED.iter().find(|(kind, _)| *kind == error.kind());
    let advice = known.map_or("the file cannot be opened", |(_, advice)| *advice);
    StoreError::lasting(format!("{}: {advice}", path.display())).because(error)
}

/// The connection that writes. It makes the tables of a new file.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let failed = |error| store_error(path, Arc::new(error));
    let mut connection = connect(path).map_err(failed)?;
    if !is_new(&connection).map_err(failed)? {
        check(&connection, path)?;
    }
    migrate(&mut connection).map_err(failed)?;
    let mode = prepare(&connection).map_err(failed)?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(without_wal(path, &mode));
    }
    Ok(connection)
}

/// A connection that only reads. The writer has opened the file before.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let connect = || {
        let connection = connect(path)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    };
    connect().map_err(|error| store_error(path, Arc::new(error)))
}

pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    connect_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// A connection to a file that nobody writes meanwhile. SQLite takes no locks, and makes no other files.
pub(super) fn connect_unchanging(path: &Path) -> rusqlite::Result<Connection> {
    let mut url = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        // Writing to a string does not fail.
        _ = write!(url, "%{byte:02X}");
    }
    url.push_str("?immutable=1");
    connect_with(Path::new(&url), OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)
}

fn connect_with(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// The path of a file that SQLite keeps beside the database.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// True if nothing has been stored in the file yet.
pub(super) fn is_new(connection: &Connection) -> rusqlite::Result<bool> {
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == 0 && number(connection, "application_id")? == 0 && number(connection, "user_version")? == 0)
}

/// Makes the tables, or brings them to this version, all or nothing. Of several processes, one does it.
fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    if version(connection)? == SCHEMA.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for statements in SCHEMA.iter().skip(version(&transaction)?) {
        transaction.execute_batch(statements)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA.len())?;
    transaction.commit()
}

pub(super) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    Ok(usize::try_from(number(connection, "user_version")?).unwrap_or(usize::MAX))
}

/// Fails if the tables are not those of this crate, or of a later version than this one.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |error| store_error(path, Arc::new(error));
    let file = path.display();
    if number(connection, "application_id").map_err(failed)? != APPLICATION_ID {
        return Err(StoreError::lasting(format!(
            "{file}: this SQLite database belongs to another program; name another file"
        )));
    }
    let (version, newest) = (version(connection).map_err(failed)?, SCHEMA.len());
    if version > newest {
        return Err(StoreError::lasting(format!(
            "{file}: the tables have version {version}, and this version of callfold reads {newest} and older; \
             use the version of callfold that wrote the file, or name another file"
        )));
    }
    Ok(())
}

/// Others could not read while this process writes.
fn without_wal(path: &Path, mode: &str) -> StoreError {
    StoreError::lasting(format!(
        "{}: SQLite keeps the journal mode `{mode}`, and the store needs `wal`; name a file on a disk of this machine",
        path.display()
    ))
}

/// Makes each commit durable, and overwrites what is deleted. Returns the journal mode, which SQLite keeps where another is
/// impossible, such as in a folder of the network.
fn prepare(connection: &Connection) -> rusqlite::Result<String> {
    let mode = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    Ok(mode)
}

fn number(connection: &Connection, name: &str) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_mode_that_sqlite_keeps_is_noticed() {
        // In memory, there is no other mode.
        let mode = prepare(&Connection::open_in_memory().unwrap()).unwrap();
        assert_eq!(mode, "memory");
        let error = without_wal(Path::new("/net/calls.db"), &mode).to_string();
        assert!(error.contains("`memory`") && error.starts_with("/net/calls.db: "), "{error}");
    }
}
