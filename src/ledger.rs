//! Many calls: the fold of a whole log, with snapshots that cost nothing and a way back in time.
//!
//! The only file that names `im`.

pub(crate) mod applied;
mod conversation;
pub(crate) mod data;
pub(crate) mod digest;
pub(crate) mod entry;
mod history;
mod past;
pub(crate) mod point;
mod recent;
mod service;
pub(crate) mod working_set;

pub use applied::{Applied, ApplyError};
pub use data::Ledger;
pub use past::{NoHistory, Past};
pub use point::{Mark, Moment};
