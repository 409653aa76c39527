//! Strategies for proptest that generate the inputs of a host, from single ids to complete courses.
//!
//! The strategies for one call choose from few ids on purpose, so that several values often have the same id.
//! Values and courses get smaller when they shrink, and a legal course stays legal.
//!
//! ```
//! use callfold::Ledger;
//! use callfold::proptest::prelude::*;
//! use callfold::proptest::test_runner::TestRunner;
//! use callfold::testing::strategies::{deliveries, notifications};
//!
//! // Whatever a bot receives, the events that the core concludes from it fold.
//! let call = "57dab8b1-894c-409a-b240-bd8beae78896".parse().unwrap();
//! TestRunner::deterministic().run(&(notifications(call), deliveries()), |(received, delivery)| {
//!     let mut ledger = Ledger::new();
//!     for recorded in callfold::Call::observe(None, call, &received, &delivery).events {
//!         prop_assert!(ledger.apply(&recorded).is_ok());
//!     }
//!     Ok(())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod aim;
pub(crate) mod course;
mod event;
mod network_event;
mod request;
mod trial;
pub(crate) mod values;
mod wire;

pub use course::{attempts, courses, courses_of, moves};
pub use event::{arbitrary_histories, events, histories};
pub use network_event::network_events;
pub use request::{bodies, commands};
pub use trial::trials;
pub use values::{call_ids, ids, times};
pub use wire::{calls, deliveries, notifications, operations, participants, result_infos, rosters};
