//! Where a host of callfold keeps its events.

mod ending;
mod error;
mod memory;
mod store;

pub use error::{AppendError, Conflict, StoreError};
pub use memory::Memory;
pub use store::{Noted, Position, Store, Stored};
