//! The claim of the one service that may use a file.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::sync::Mutex;

use super::file::{beside, refused};
use crate::error::StoreError;

/// How often a claim is tried. A service that ends may need a moment.
const ATTEMPTS: u32 = 20;

/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// The file beside the database that the service locks. The system unlocks it when the process ends, however that ends.
#[derive(Default)]
pub(super) struct Claim(Mutex<Option<File>>);

impl Claim {
    pub(super) async fn take(&self, database: &Path) -> Result<(), StoreError> {
        let mut claimed = self.0.lock().await;
        if claimed.is_some() {
            return Ok(());
        }
        let file = open(&beside(database, "-service")).map_err(|error| refused(database, error))?;
        for _ in 0..ATTEMPTS {
            match file.try_lock() {
                Ok(()) => {
                    *claimed = Some(file);
                    return Ok(());
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::Error(error)) => return Err(refused(database, error)),
            }
        }
        Err(StoreError::transient(format!(
            "{}: another service uses this file; stop it, or name another store",
            database.display()
        )))
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
