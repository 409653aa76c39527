//! Opening a file that exists, only to read it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::failed::store_error;
use super::file::{beside, check, connect, connect_unchanging, is_new, refused, version};
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
    let connection = connection(path)?;
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

/// A connection to a file that another process may write.
fn connection(path: &Path) -> Result<Connection, StoreError> {
    let failed = |error| store_error(path, Arc::new(error));
    let connection = connect(path).map_err(failed)?;
    if !connection.is_readonly("main").map_err(failed)? {
        return Ok(connection);
    }
    drop(connection);
    match Beside::look(path).map_err(|error| refused(path, error))?.way() {
        Way::Usual => connect(path).map_err(failed),
        Way::Unchanging => connect_unchanging(path).map_err(failed),
        Way::None(why) => Err(StoreError::lasting(format!("{}: {why}", path.display()))),
    }
}

/// A file that this process may not write, and what lies beside it.
#[derive(Clone, Copy)]
struct Beside {
    is_wal: bool,
    is_on_read_only_disk: bool,
    has_wal: bool,
    has_shm: bool,
}

/// How a file is opened to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Usual,
    /// Nobody can write the file meanwhile, so no locks are needed.
    Unchanging,
    None(&'static str),
}

impl Beside {
    /// This opens and closes the file. SQLite loses the locks that it has on it in this process then, so it must have none.
    fn look(path: &Path) -> io::Result<Self> {
        let mut header = [0; 20];
        File::open(path)?.read_exact(&mut header)?;
        let why = OpenOptions::new().write(true).open(path).err().map(|error| error.kind());
        Ok(Self {
            // The two numbers after the first 18 bytes say how the file is written and read.
            is_wal: header.ends_with(&[2, 2]),
            is_on_read_only_disk: why == Some(io::ErrorKind::ReadOnlyFilesystem),
            has_wal: fs::exists(beside(path, "-wal"))?,
            has_shm: fs::exists(beside(path, "-shm"))?,
        })
    }

    /// In the journal mode `wal`, SQLite makes the files `-wal` and `-shm` where they are missing. They would belong to this
    /// user, and the owner of the database could no longer write it.
    fn way(self) -> Way {
        match self {
            Self { is_wal: false, .. } | Self { has_wal: true, has_shm: true, .. } => Way::Usual,
            Self { is_on_read_only_disk: true, has_wal: false, .. } => Way::Unchanging,
            Self { is_on_read_only_disk: true, .. } => Way::None(
                "the disk is read-only, and what is in the file `-wal` is not in the database yet; \
                 copy both to another disk",
            ),
            Self { .. } => Way::None(
                "this user may only read the file, and SQLite would make files beside it that lock its owner out; \
                 read it as its owner, or read a copy",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_only_read_makes_no_files_beside_the_database() {
        let beside = |is_on_read_only_disk, has_wal, has_shm| Beside {
            is_wal: true,
            is_on_read_only_disk,
            has_wal,
            has_shm,
        };
        assert_eq!(Beside { is_wal: false, ..beside(false, false, false) }.way(), Way::Usual);
        assert_eq!(beside(false, true, true).way(), Way::Usual);
        for (has_wal, has_shm) in [(false, false), (true, false), (false, true)] {
            assert!(matches!(beside(false, has_wal, has_shm).way(), Way::None(_)), "{has_wal} {has_shm}");
        }
        assert_eq!(beside(true, false, false).way(), Way::Unchanging);
        assert!(matches!(beside(true, true, false).way(), Way::None(_)));
    }

    #[test]
    fn an_unchanging_file_is_read_without_other_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b%3F#?.db");
        drop(crate::Sqlite::open(&path).unwrap());
        assert!(Beside::look(&path).unwrap().is_wal);
        let connection = connect_unchanging(&path).unwrap();
        assert!(!is_new(&connection).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        connection.execute("DELETE FROM calls", []).unwrap_err();
    }
}
