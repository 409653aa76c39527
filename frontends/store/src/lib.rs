//! Where a host of callfold keeps its events.

mod error;
mod store;

pub use error::{AppendError, Conflict, StoreError};
pub use store::{Noted, Position, Store, Stored};
