//! Copying the database while it is in use.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode};

use super::failed::store_error;
use super::file;
use crate::error::StoreError;

/// A new file, which is removed again unless the copy is complete.
pub(super) struct Copy {
    path: PathBuf,
    is_complete: bool,
}

impl Copy {
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { path: file::create_new(path)?, is_complete: false })
    }

    /// Writes the database into the file as it is at this moment, without what was deleted.
    pub(super) fn write(self, connection: &Connection, from: &Path) -> Result<Self, StoreError> {
        self.copy(connection).map_err(|error| {
            // Only the copy grows.
            let is_of_copy = error.sqlite_error_code() == Some(ErrorCode::DiskFull);
            store_error(if is_of_copy { &self.path } else { from }, Arc::new(error))
        })?;
        Ok(self)
    }

    fn copy(&self, connection: &Connection) -> rusqlite::Result<()> {
        let path = self.path.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(self.path.clone()))?;
        // This changes another file only, which SQLite does not tell apart.
        connection.pragma_update(None, "query_only", false)?;
        let copied = connection.execute("VACUUM INTO ?1", [path]);
        connection.pragma_update(None, "query_only", true)?;
        copied.map(drop)
    }

    /// Waits until the disk has the file.
    pub(super) fn keep(mut self) -> Result<(), StoreError> {
        self.sync().map_err(|error| file::refused(&self.path, error))?;
        self.is_complete = true;
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()?;
        #[cfg(unix)]
        if let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if !self.is_complete {
            // What fails here was not complete anyway.
            let _ = fs::remove_file(&self.path);
        }
    }
}
