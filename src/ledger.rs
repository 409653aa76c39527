//! Many calls, folded from a log. A ledger can be cloned at no cost, and can show the past.
//!
//! Only `ledger/data.rs` and `places.rs` use the crate `im` (persistent maps).

pub(crate) mod applied;
mod conversation;
pub(crate) mod data;
pub(crate) mod digest;
pub(crate) mod entry;
mod history;
mod index;
mod past;
pub(crate) mod point;
mod recent;
mod restored;
mod service;
pub(crate) mod working_set;

pub use applied::{Applied, ApplyError};
pub use data::Ledger;
pub use past::{NoHistory, Past};
pub use point::{Mark, Moment};
