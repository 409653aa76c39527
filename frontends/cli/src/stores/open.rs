//! Opening a store.

use std::future::Future;
use std::io;
use std::path::{Path, absolute};
use std::sync::Arc;

use callfold_store::{Address, Store, StoreError};
use tokio::runtime::{Builder, Runtime};

use crate::store_name::{Refused, unavailable, without_password};

/// How many lines are read at once.
pub(super) const LINES: usize = 4096;

/// A store, and what it needs to work.
#[derive(Clone)]
pub(crate) struct OpenStore {
    pub(crate) address: Address,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) runtime: Arc<Runtime>,
}

impl OpenStore {
    /// Opens a store that exists, only to read it.
    pub(crate) fn to_read(address: &str) -> Result<Self, Refused> {
        let (address, runtime) = started(address)?;
        let opened = runtime.block_on(address.open_to_read());
        Self::of(address, runtime, opened)
    }

    /// Opens a store that exists, to change it.
    pub(crate) fn to_change(address: &str) -> Result<Self, Refused> {
        // Nothing is created where the address is wrong.
        drop(Self::to_read(address)?);
        Self::or_new(address)
    }

    /// Opens a store, or makes one.
    pub(crate) fn or_new(address: &str) -> Result<Self, Refused> {
        let (address, runtime) = started(address)?;
        let opened = runtime.block_on(address.open());
        Self::of(address, runtime, opened)
    }

    fn of(
        address: Address,
        runtime: Arc<Runtime>,
        opened: Result<Arc<dyn Store>, StoreError>,
    ) -> Result<Self, Refused> {
        let refused = |error| Refused { store: address.to_string(), why: message(&address, &error) };
        let store = opened.map_err(refused)?;
        Ok(Self { address, store, runtime })
    }

    /// Waits for what the store does.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> io::Result<T> {
        self.runtime.block_on(work).map_err(|error| self.error(&error))
    }

    /// The error of a store, behind the name of the store.
    pub(crate) fn error(&self, error: &StoreError) -> io::Error {
        failed(&self.address, error)
    }

    /// The message of an error, without the name of the store.
    pub(super) fn message(&self, error: &StoreError) -> String {
        message(&self.address, error)
    }
}

/// Reads the address, and starts what a store needs to work.
pub(crate) fn started(text: &str) -> Result<(Address, Arc<Runtime>), Refused> {
    let refused = |why| Refused { store: without_password(text), why };
    if let Some(why) = unavailable(text) {
        return Err(refused(why));
    }
    let address = text.parse::<Address>().map_err(|error| refused(error.to_string()))?;
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    Ok((address, Arc::new(runtime.map_err(|error| refused(error.to_string()))?)))
}

/// The error of a store, behind the name of the store.
pub(crate) fn failed(address: &Address, error: &StoreError) -> io::Error {
    io::Error::other(format!("{address}: {}", message(address, error)))
}

/// The message of an error, without the name of the store at its beginning.
fn message(address: &Address, error: &StoreError) -> String {
    let shown = error.to_string();
    let path = file(address).map(|path| path.display().to_string());
    let whole = file(address).and_then(|path| Some(absolute(path).ok()?.display().to_string()));
    let mut names = whole.into_iter().chain(path).chain([address.to_string()]);
    let rest = names.find_map(|name| shown.strip_prefix(&name)?.strip_prefix(": "));
    rest.unwrap_or(&shown).to_owned()
}

/// The file of a store that has one.
pub(crate) fn file(address: &Address) -> Option<&Path> {
    if let Address::Sqlite(path) = address { Some(path) } else { None }
}
