//! Calls of Microsoft Graph's cloud communications API, folded from what was heard of them.
//!
//! A calling bot hears of its calls by notifications that come repeated, reordered, late or never. This crate
//! turns them into events of two lifecycles, the call's and the operation's, folds the events into calls, and
//! says what was odd. It can also be the other side, the service that is asked, for tests without a tenant and a
//! tunnel. It is pure: bytes, times and ids come in as arguments, and nothing else goes out than what is returned.
//! Its own code is `no_std`, so that there is no clock, file, thread or random number to reach for.
//!
//! ```text
//!       a bot hears                          a service is asked, and lives
//!  notification      reply           request        network         clock
//!       │              │                │               │              │
//!       ▼              ▼                ▼               ▼              ▼
//!  Call::observe  Call::learn   Ledger::decide  Ledger::react  Ledger::expire     pure: &Call, input, time
//!       └──────────────┴────────────────┼───────────────┴──────────────┘
//!                                       ▼
//!                                Vec<Recorded>  ─────────► the log: the only thing a host must keep
//!                                       ▼
//!                                 Ledger::apply                                   pure: the fold, Call::evolve
//!                                       ▼
//!                         Call  (its two lifecycles are statig charts)
//!                                       ▼
//!                                 Notify::event  ─────────► what the service posts to the app
//! ```
//!
//! # The drive contract
//!
//! 1. Keep the log. Fold it with [`Ledger::apply`] to get the calls, or start from a [`Ledger::clone`] and
//!    fold the rest.
//! 2. Hand each notification to [`Call::observe`] and each reply to [`Call::learn`], with how and when it came.
//!    Get events and findings. Evidence is never refused.
//! 3. Store the events; only then apply them. A host that dies in between has lost nothing: the sender
//!    delivers again, and what was received before is known for it.
//! 4. Ask the [`Call`]. Nothing but an event changes one.
//!
//! A host that plays the service hands requests to [`Ledger::decide`], what the network does to [`Ledger::on_network_event`],
//! and the clock to [`Ledger::expire`], with the time and, for a request, a new id. It stores and applies the
//! events in the same way, the events of one input together, and posts what [`Notify`] makes of each. It polls
//! [`Ledger::next_deadline`]; late polling cannot change the log.
//!
//! # Example
//!
//! ```
//! use callfold::call::{Call, Delivery, State};
//! use callfold::graph::CommsNotifications;
//! use callfold::{FindingKind, Ledger};
//!
//! let posted = |state| format!(
//!     r#"{{"value":[{{"changeType":"updated",
//!         "resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
//!         "resourceData":{{"state":"{state}"}}}}]}}"#
//! );
//! let mut ledger = Ledger::new();
//! let mut findings = Vec::new();
//! // The network lost `establishing`, and delivered `established` twice.
//! for state in ["incoming", "established", "established", "terminated"] {
//!     let body: CommsNotifications = serde_json::from_str(&posted(state))?;
//!     for notification in &body.value {
//!         let Some(id) = notification.call_id() else { continue };
//!         let observed = Call::observe(ledger.call(id), id, notification, &Delivery::default());
//!         for recorded in &observed.events {
//!             // Here a host writes the line `recorded.to_string()` to its log.
//!             ledger.apply(recorded)?;
//!         }
//!         findings.extend(observed.findings);
//!     }
//! }
//! assert_eq!(ledger.calls().next().unwrap().state(), State::Terminated);
//! assert!(findings.iter().map(|it| it.kind).eq([FindingKind::Gap, FindingKind::Repeat]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Whole logs, recorded as bytes, are a [`Replay`]'s. `docs/embedding.md` has a whole bot's loop and a whole server's.

#![no_std]

extern crate alloc;

mod bulk;
pub mod call;
pub mod chart;
mod finding;
pub mod graph;
mod id;
mod json;
mod ledger;
pub mod log;
mod names;
mod notify;
pub mod operation;
mod record;
mod refusal;
mod replay;
mod secret;
#[cfg(feature = "testing")]
pub mod testing;
mod text;

/// The crates whose types stand in this crate's interface.
#[cfg(feature = "testing")]
pub use proptest;
pub use {jiff, serde_json, uuid};

#[cfg(any(feature = "testing", doc))]
pub use bulk::DecodedLine;
pub use bulk::{Bulk, ClientContext, OperationSummary, Summary};
pub use call::Call;
pub use finding::{Finding, FindingKind, Severity};
pub use id::{CallId, Id, NotAGuid, OperationId, ParticipantId};
pub use ledger::{Applied, ApplyError, Ledger, Mark, Moment, NoHistory, Past};
pub use notify::Notify;
pub use record::{At, CloudEvent, LineError, Recorded, SCHEMA_VERSION};
pub use refusal::{Refusal, Why};
pub use replay::Replay;
pub use secret::Secret;

/// The pages under `docs/`, whose examples are compiled and run as the crate's own.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/embedding.md")]
    struct Embedding;
    #[doc = include_str!("../docs/log-format.md")]
    struct LogFormat;
    #[doc = include_str!("../docs/verification.md")]
    struct Verification;
}
