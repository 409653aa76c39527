//! The key of the service, made or read on first need.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::signing_key::SigningKey;
use crate::key_files::{self, KeyError};

/// The name of the file with the key.
pub(super) const FILE: &str = "signing-key.pem";

/// The key of the service. It is made or read on first need, which takes up to a second: an asynchronous server calls
/// [`jwks`](Self::jwks) once where it may block.
pub(crate) struct Keys {
    kept_in: Option<PathBuf>,
    signing_key: Mutex<Option<Arc<SigningKey>>>,
}

impl Keys {
    /// A key that is stored in this folder. The folder is made if it is missing. Without a folder, a key lasts as long as
    /// the process.
    pub(crate) const fn new(kept_in: Option<PathBuf>) -> Self {
        Self { kept_in, signing_key: Mutex::new(None) }
    }

    /// The public key as a JSON Web Key Set ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)). The `kid` is the
    /// thumbprint of the key (RFC 7638), and `endorsements` names the channel as the keys of the Bot Framework do.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the key cannot be made, read or stored.
    pub(crate) fn jwks(&self) -> Result<Value, KeyError> {
        Ok(self.signing_key()?.jwks())
    }

    /// The key. While one thread makes it, the others wait.
    pub(super) fn signing_key(&self) -> Result<Arc<SigningKey>, KeyError> {
        let mut slot = self.signing_key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*slot {
            return Ok(Arc::clone(key));
        }
        let key = match &self.kept_in {
            Some(folder) => Arc::new(load(folder)?),
            None => key_of_process()?,
        };
        *slot = Some(Arc::clone(&key));
        Ok(key)
    }
}

/// Reads the key of a folder, or makes one. Of several processes that make one at once, the first stores its key, and the
/// others read it.
fn load(folder: &Path) -> Result<SigningKey, KeyError> {
    let path = folder.join(FILE);
    if let Some(pem) = key_files::read_key(&path)? {
        return SigningKey::read_file(&pem, &path);
    }
    key_files::make_folder(folder)?;
    let pem = SigningKey::generate()?;
    if key_files::write_new(&path, &pem)? {
        return SigningKey::read(&pem);
    }
    let stored = key_files::read_key(&path)?.unwrap_or_default();
    SigningKey::read_file(&stored, &path)
}

/// The key of the services that store none. All of this process share it, because to make one takes longer than a short test.
fn key_of_process() -> Result<Arc<SigningKey>, KeyError> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(Arc::clone(key));
    }
    // Two that make a key at once are not kept from it: a lock would stay locked in a process that is forked meanwhile.
    let made = Arc::new(SigningKey::read(&SigningKey::generate()?)?);
    Ok(Arc::clone(KEY.get_or_init(|| made)))
}

/// Shows no key.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("kept_in", &self.kept_in).finish_non_exhaustive()
    }
}
