//! `callfold store backup`: copies a store in SQLite.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use callfold_store::{Address, Sqlite};

use super::answer::{refused, say};
use crate::interrupt::Undoing;
use crate::logs::folder_of;
use crate::status::Status;
use crate::stores::open::{failed, started};

pub(super) fn run(address: &str, file: &Path) -> io::Result<Status> {
    let (address, runtime) = started(address)?;
    let file = &named(file)?;
    let name = file.display();
    if fs::symlink_metadata(file).is_ok() {
        return refused(format_args!("{name}: the file exists, and is not overwritten; name a new file"));
    }
    let Address::Sqlite(path) = &address else { return refused(elsewhere(&address, file)) };
    let source = Sqlite::open_to_read(path).map_err(|error| failed(&address, &error))?;
    let copy = |half: &Path| {
        let written = runtime.block_on(source.backup(half));
        // The error may name the file that is not complete yet.
        let named = |error: String| error.replace(&half.display().to_string(), &name.to_string());
        written.map_err(|error| io::Error::other(named(error.to_string())))
    };
    let bytes = written(file, copy)?;
    say(format_args!("{name} is a backup of {address} and has {bytes} bytes"))
}

/// The file, which may be named by the address of a store: `sqlite:PATH`.
fn named(file: &Path) -> io::Result<PathBuf> {
    let address = file.to_str().filter(|name| name.starts_with("sqlite:"));
    match address.map(str::parse) {
        None => Ok(file.to_owned()),
        Some(Ok(Address::Sqlite(file))) => Ok(file),
        Some(Ok(other)) => Err(io::Error::other(format!("{other} is not a file; name a new file"))),
        Some(Err(error)) => Err(io::Error::other(error.to_string())),
    }
}

/// Writes a file under another name, and gives it its name when it is complete. Returns its length.
fn written(file: &Path, write: impl Fn(&Path) -> io::Result<()>) -> io::Result<u64> {
    let (folder, mut removed_on_signal) = (folder_of(file), None);
    let half = tempfile::Builder::new().prefix(".callfold-backup-").make_in(folder, |path| {
        let half = path.to_owned();
        removed_on_signal = Some(Undoing::with(move || remove(&half))?);
        write(path)
    })?;
    let bytes = fs::metadata(half.path())?.len();
    half.persist_noclobber(file).map_err(|error| error.error)?;
    drop(removed_on_signal);
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(bytes)
}

/// Removes a file that is not complete, and what SQLite keeps beside it.
fn remove(half: &Path) {
    for suffix in ["", "-journal"] {
        let mut name = half.as_os_str().to_owned();
        name.push(suffix);
        // Where there is no such file, there is nothing to do.
        _ = fs::remove_file(name);
    }
}

/// What backs up a store in a server.
fn elsewhere(address: &Address, file: &Path) -> String {
    let file = file.display();
    if let Address::Postgres(url) = address {
        let (schema, server) = (url.schema(), url.server());
        format!(
            "{address}: PostgreSQL has its own tool for this: \
             pg_dump --format=custom --schema={schema} --file={file} {server}"
        )
    } else {
        format!("{address}: NATS has its own tool for this: nats stream backup STREAM {file}")
    }
}
