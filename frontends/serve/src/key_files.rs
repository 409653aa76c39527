//! Files with keys and certificates: only their owner can read the keys.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// A key or a certificate cannot be made, read or stored.
#[derive(Debug)]
pub(crate) struct KeyError {
    /// What failed, where, and what to do. It shows no key.
    pub(crate) message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl KeyError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    pub(crate) fn because(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    fn of_file(what: &str, path: &Path, error: io::Error, advice: &str) -> Self {
        Self::new(format!("cannot {what} {}: {error}; {advice}", path.display())).because(error)
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for KeyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// Makes a folder and those above it. Only the owner can open the folders that it makes.
pub(crate) fn make_folder(folder: &Path) -> Result<(), KeyError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let advice = "name a folder in which you may write";
    builder.create(folder).map_err(|error| KeyError::of_file("make the folder", folder, error, advice))
}

/// The text of a file; `None` if there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<String>, KeyError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(KeyError::of_file("read", path, error, "make it readable, or delete it to get a new one"))
        }
    }
}

/// The text of a file with a key; `None` if there is no such file. A key that others can read is refused.
pub(crate) fn read_key(path: &Path) -> Result<Option<String>, KeyError> {
    let text = read(path)?;
    if text.is_some() {
        refuse_if_shared(path)?;
    }
    Ok(text)
}

#[cfg(unix)]
fn refuse_if_shared(path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;

    let advice = "make it readable, or delete it to get a new one";
    let metadata = fs::metadata(path).map_err(|error| KeyError::of_file("read", path, error, advice))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(KeyError::new(format!(
        "the key in {path} can be used by others, because its mode is {mode:04o}; `chmod 600 {path}` keeps it to you, \
         or delete it to get a new one"
    )))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail where files have modes")]
fn refuse_if_shared(_: &Path) -> Result<(), KeyError> {
    Ok(())
}

/// Stores a new file that only its owner can read, whole or not at all. False if the file is there already: another
/// process was faster.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<bool, KeyError> {
    match prepared(path, text)?.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(KeyError::of_file("write", path, error.error, WRITE_ADVICE)),
    }
}

/// Stores a file that only its owner can read, whole or not at all, in place of what was there.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), KeyError> {
    let stored = prepared(path, text)?.persist(path);
    stored.map(drop).map_err(|error| KeyError::of_file("write", path, error.error, WRITE_ADVICE))
}

const WRITE_ADVICE: &str = "name a folder in which you may write, on a disk with space";

/// A file beside the path, with mode 0600 (so `tempfile` makes it) and with its text on the disk.
fn prepared(path: &Path, text: &str) -> Result<NamedTempFile, KeyError> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let write = || {
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    write().map_err(|error| KeyError::of_file("write", path, error, WRITE_ADVICE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        assert!(write_new(&path, "first").unwrap());
        assert!(!write_new(&path, "second").unwrap());
        assert_eq!(read_key(&path).unwrap().as_deref(), Some("first"));
        replace(&path, "third").unwrap();
        assert_eq!(read_key(&path).unwrap().as_deref(), Some("third"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_file_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read_key(&folder.path().join("key.pem")).unwrap(), None);
    }

    #[test]
    fn an_error_names_the_file_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("key.pem");
        let message = write_new(&path, "text").unwrap_err().to_string();
        assert!(message.starts_with(&format!("cannot write {}: ", path.display())), "{message}");
        assert!(message.ends_with("name a folder in which you may write, on a disk with space"), "{message}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read() {
        use std::os::unix::fs::PermissionsExt;

        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("a/b");
        make_folder(&folder).unwrap();
        let path = folder.join("key.pem");
        write_new(&path, "text").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let message = read_key(&path).unwrap_err().to_string();
        assert!(message.contains("its mode is 0640") && message.contains("chmod 600"), "{message}");
    }
}
