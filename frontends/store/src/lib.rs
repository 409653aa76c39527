//! Where a host of callfold keeps its events.
//!
//! A [`Store`] keeps the events of all calls. A host appends the events that `Call::decide` or `Call::observe` returned,
//! and loads a call from its events when it needs it. [`Memory`] forgets everything at the end of the process; [`Sqlite`]
//! keeps it in a file. An [`Address`] is how a user names a store.
//!
//! ```
//! use callfold::{CallId, Recorded};
//! use callfold_store::{Address, load};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = "memory".parse::<Address>()?.open().await?;
//!
//! let placed: Recorded = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#.parse()?;
//! let call: CallId = placed.call;
//! store.append(&[placed.clone()]).await?;
//! // The answer was lost? The same batch can be appended again.
//! store.append(&[placed]).await?;
//!
//! let call = load(&*store, call).await?;
//! assert_eq!(call.map(|call| call.revision()), Some(1));
//! # Ok(())
//! # }
//! ```

mod address;
mod defect;
mod ending;
mod error;
mod lease;
mod load;
mod memory;
#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "postgres")]
mod postgres;
mod server_url;
mod sqlite;
mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use address::{Address, NotAnAddress};
pub use defect::Defect;
pub use ending::Ended;
pub use error::{AppendError, Conflict, StoreError};
pub use lease::{Lease, LeaseLost, Leased};
pub use load::load;
pub use memory::Memory;
#[cfg(feature = "nats")]
pub use nats::Nats;
#[cfg(feature = "postgres")]
pub use postgres::Postgres;
pub use server_url::ServerUrl;
pub use sqlite::Sqlite;
pub use store::{Lines, Noted, Position, Stats, Store, Stored, StoredLine};
