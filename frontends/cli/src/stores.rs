//! Stores as logs. The lines of a store are read as the text of an event log, so that everything that reads a log reads a
//! store.

mod reader;
mod tail;

use std::fmt::Display;
use std::future::Future;
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use callfold_store::{Address, Position, Sqlite, Store, StoreError};
use tokio::runtime::{Builder, Runtime};

use crate::encoding::Source;
use crate::follow::tail::Tail;
use crate::input::Unreadable;
use crate::store_name::{unavailable, without_password};
use reader::Reader;
use tail::StoreTail;

/// A store, and what it needs to work.
#[derive(Clone)]
pub(crate) struct OpenStore {
    pub(crate) address: Address,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) runtime: Arc<Runtime>,
}

impl OpenStore {
    /// Opens a store that exists, only to read it.
    pub(crate) fn to_read(address: &str) -> Result<Self, Unreadable> {
        let (address, runtime) = started(address)?;
        let opened = runtime.block_on(address.open_to_read());
        Self::of(address, runtime, opened)
    }

    /// Opens a store that exists, to change it.
    pub(crate) fn to_change(address: &str) -> Result<Self, Unreadable> {
        // Nothing is created where the address is wrong.
        drop(Self::to_read(address)?);
        Self::or_new(address)
    }

    /// Opens a store, or makes one.
    pub(crate) fn or_new(address: &str) -> Result<Self, Unreadable> {
        let (address, runtime) = started(address)?;
        let opened = runtime.block_on(address.open());
        Self::of(address, runtime, opened)
    }

    fn of(
        address: Address,
        runtime: Arc<Runtime>,
        opened: Result<Arc<dyn Store>, StoreError>,
    ) -> Result<Self, Unreadable> {
        let store = opened.map_err(|error| unreadable(&address, message(&address, &error)))?;
        Ok(Self { address, store, runtime })
    }

    /// Waits for what the store does.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> io::Result<T> {
        self.runtime.block_on(work).map_err(|error| self.error(&error))
    }

    /// The error of a store, behind the name of the store.
    pub(crate) fn error(&self, error: &StoreError) -> io::Error {
        io::Error::other(format!("{}: {}", self.address, self.message(error)))
    }

    /// The message of an error, without the name of the store.
    fn message(&self, error: &StoreError) -> String {
        message(&self.address, error)
    }
}

/// Reads the address, and starts what a store needs to work.
fn started(text: &str) -> Result<(Address, Arc<Runtime>), Unreadable> {
    let shown = without_password(text);
    if let Some(why) = unavailable(text) {
        return Err(unreadable(&shown, why));
    }
    let address = text.parse::<Address>().map_err(|error| unreadable(&shown, error.to_string()))?;
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    Ok((address, Arc::new(runtime.map_err(|error| unreadable(&shown, error.to_string()))?)))
}

fn unreadable(address: &impl Display, why: String) -> Unreadable {
    Unreadable { path: address.to_string(), why, is_unrecognised: false }
}

/// The message of an error, without the name of the store at its beginning.
fn message(address: &Address, error: &StoreError) -> String {
    let all = error.to_string();
    let path = file(address).and_then(|path| std::path::absolute(path).ok());
    let names = path.map(|path| path.display().to_string()).into_iter();
    let relative = file(address).map(|path| path.display().to_string());
    names
        .chain(relative)
        .chain([address.to_string()])
        .find_map(|name| all.strip_prefix(&name)?.strip_prefix(": ").map(str::to_owned))
        .unwrap_or(all)
}

/// The file of a store that has one.
pub(crate) fn file(address: &Address) -> Option<&Path> {
    if let Address::Sqlite(path) = address { Some(path) } else { None }
}

/// The store as one in SQLite, only to read it. `None` for stores of other kinds.
pub(crate) fn sqlite(address: &Address) -> Option<Result<Sqlite, StoreError>> {
    file(address).map(Sqlite::open_to_read)
}

/// A store that is read as a log.
#[derive(Clone)]
pub(crate) struct StoreLog {
    pub(crate) open: OpenStore,
    /// The last event when the log was first read to its end. Who reads the log again reads up to there, too.
    end: Arc<OnceLock<Position>>,
}

impl StoreLog {
    pub(crate) fn open(address: &str) -> Result<Self, Unreadable> {
        Ok(Self { open: OpenStore::to_read(address)?, end: Arc::default() })
    }

    /// The address, without a password.
    pub(crate) fn shown(&self) -> String {
        self.open.address.to_string()
    }

    /// The file of the store, if it has one.
    pub(crate) fn file(&self) -> Option<&Path> {
        file(&self.open.address)
    }

    /// The text of the log: the lines of the store.
    pub(crate) fn text(&self) -> Source {
        Box::new(Reader::new(self.open.clone(), Arc::clone(&self.end)))
    }

    /// The lines of the store, and those that come.
    pub(crate) fn tail(&self) -> Box<dyn Tail> {
        Box::new(StoreTail { open: self.open.clone(), last: Position::START })
    }
}
