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
pub(super) fn connection(path: &Path) -> Result<Connection, StoreError> {
    let connection = match Beside::look(path).map_err(|error| refused(path, error))?.way() {
        Way::Usual => connect(path),
        Way::Unchanging => connect_unchanging(path),
        Way::None(why) => return Err(StoreError::lasting(format!("{}: {why}", path.display()))),
    };
    connection.map_err(|error| store_error(path, Arc::new(error)))
}

/// What lies beside a file in the journal mode `wal`, and whether this process may write the file.
#[derive(Clone, Copy)]
struct Beside {
    /// Why the file cannot be written.
    refused: Option<io::ErrorKind>,
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
    fn look(path: &Path) -> io::Result<Self> {
        let exists = |suffix| fs::exists(beside(path, suffix));
        let refused = OpenOptions::new().write(true).open(path).err().map(|error| error.kind());
        let refused = if is_wal(path) { refused } else { None };
        Ok(Self { refused, has_wal: exists("-wal")?, has_shm: exists("-shm")? })
    }

    /// SQLite makes the files `-wal` and `-shm` where they are missing. They would belong to this user, and whom the database
    /// belongs to could not write it any more.
    fn way(self) -> Way {
        match (self.refused, self.has_wal, self.has_shm) {
            (None, ..) | (Some(_), true, true) => Way::Usual,
            (Some(io::ErrorKind::ReadOnlyFilesystem), false, _) => Way::Unchanging,
            (Some(io::ErrorKind::ReadOnlyFilesystem), true, false) => Way::None(
                "the disk is read-only, and what is in the file `-wal` is not in the database yet; copy both to another disk",
            ),
            (Some(_), ..) => Way::None(
                "this user may only read the file, and SQLite would make files beside it that lock its owner out; \
                 read it as its owner, or read a copy",
            ),
        }
    }
}

/// True for a database in the journal mode `wal`, which its header says.
fn is_wal(path: &Path) -> bool {
    let mut header = [0; 20];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header[18..] == [2, 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_only_read_makes_no_files_beside_the_database() {
        let way = |refused, has_wal, has_shm| Beside { refused, has_wal, has_shm }.way();
        let (denied, read_only) =
            (Some(io::ErrorKind::PermissionDenied), Some(io::ErrorKind::ReadOnlyFilesystem));
        assert_eq!(way(None, false, false), Way::Usual);
        assert_eq!(way(denied, true, true), Way::Usual);
        for (has_wal, has_shm) in [(false, false), (true, false), (false, true)] {
            assert!(matches!(way(denied, has_wal, has_shm), Way::None(_)), "{has_wal} {has_shm}");
        }
        assert_eq!(way(read_only, false, false), Way::Unchanging);
        assert!(matches!(way(read_only, true, false), Way::None(_)));
    }

    #[test]
    fn an_unchanging_file_is_read_without_other_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b%3F#?.db");
        drop(crate::Sqlite::open(&path).unwrap());
        assert!(is_wal(&path));
        let connection = connect_unchanging(&path).unwrap();
        assert!(!is_new(&connection).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        connection.execute("DELETE FROM calls", []).unwrap_err();
    }
}
