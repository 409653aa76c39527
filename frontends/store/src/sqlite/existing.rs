//! Opening a file that exists, only to read it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::failed::store_error;
use super::file::{check, connect, is_new, refused, version};
use crate::error::StoreError;

/// What version 1 lacks, as version 2 would have it. Nothing of it is in the file.
const AS_VERSION_2: &str = include_str!("schema/1-as-2.sql");

/// The absolute path of a file that exists.
pub(super) fn existing(path: &Path) -> Result<PathBuf, StoreError> {
    let absolute = std::path::absolute(path).map_err(|error| refused(path, error))?;
    match fs::metadata(&absolute) {
        Ok(file) if file.is_dir() => Err(refused(path, io::ErrorKind::IsADirectory.into())),
        Ok(_) => Ok(absolute),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let message = format!("{}: there is no such file; check the path", path.display());
            Err(StoreError::lasting(message).because(error))
        }
        Err(error) => Err(refused(path, error)),
    }
}

/// A connection that only reads, to a file that another process may write.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let failed = |error| store_error(path, Arc::new(error));
    let connection = connect(path).map_err(failed)?;
    if is_new(&connection).map_err(failed)? {
        let message = format!("{}: nothing has been stored in this file yet", path.display());
        return Err(StoreError::lasting(message));
    }
    check(&connection, path)?;
    prepare(&connection).map_err(failed)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    if version(connection)? == 1 {
        connection.execute_batch(AS_VERSION_2)?;
    }
    connection.pragma_update(None, "query_only", true)
}
