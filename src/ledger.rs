//! Many calls: the fold of a whole log, with snapshots that cost nothing and a way back in time.
//!
//! The only file that names `im`.

mod applied;
mod conversation;
mod data;
mod digest;
mod entry;
mod history;
mod past;
mod point;
mod recent;
mod service;
mod working_set;

pub use applied::{Applied, ApplyError};
pub use data::Ledger;
pub(crate) use digest::{Digest, REMEMBERED, digest_of_line};
pub(crate) use entry::Entry;
pub use past::{NoHistory, Past};
pub use point::{Mark, Moment};
pub(crate) use working_set::{WorkingSet, hash as hash_of_call};
