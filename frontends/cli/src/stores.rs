//! Stores as logs. The lines of a store are read as the text of an event log, so that everything that reads a log reads a
//! store.

pub(crate) mod open;
mod reader;
mod tail;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use callfold_store::Position;

use crate::encoding::Source;
use crate::store_name::Refused;
use crate::tail::Tail;
use open::{OpenStore, file};
use reader::Reader;
use tail::StoreTail;

/// A store that is read as a log.
#[derive(Clone)]
pub(crate) struct StoreLog {
    pub(crate) open: OpenStore,
    /// The last event when the log was first read to its end. Who reads the log again reads up to there, too.
    end: Arc<OnceLock<Position>>,
}

impl StoreLog {
    pub(crate) fn open(address: &str) -> Result<Self, Refused> {
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
        Box::new(StoreTail::new(self.open.clone()))
    }
}
