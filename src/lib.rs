//! A model of the calls and operations of Microsoft Graph's cloud communications API, which Teams calling bots
//! use.
//!
//! A calling bot learns about its calls from notifications. The network repeats, reorders, delays and loses
//! them. This crate turns notifications into events, rebuilds each call from its events, and reports every
//! inconsistency as a finding. The crate can also simulate the Graph service, so that a bot can be tested
//! without a tenant and without a tunnel.
//!
//! The crate is pure: bytes, times and ids come in as arguments, and results are returned. The crate's own
//! code is `no_std`, so no clock, file, thread or random number generator is within its reach.
//!
//! ```text
//!         the host is a bot                     the host simulates the service
//!
//!   delivery         reply            request     network event      clock
//!       │              │                 │              │              │
//!       ▼              ▼                 ▼              ▼              ▼
//!  Bot::deliver   Bot::replied   Service::request       │        Service::tick
//!       │              │                 │  Service::on_network_event  │
//!       └──────────────┴─────────────────┼──────────────┴──────────────┘
//!                                        ▼
//!                                   the events  ─────────► the log: the only thing that a host must keep
//!                                        ▼
//!                                  Ledger::apply
//!                                        ▼
//!                                      Call
//! ```
//!
//! # Terms
//!
//! | term | meaning |
//! | --- | --- |
//! | host | the program that embeds this crate: a bot, or a server that simulates the service |
//! | service | Microsoft Graph's service for calls, which a host can simulate |
//! | app | the application that sends requests to the service and receives its notifications: a bot |
//! | network event | something that happens to a call outside the app: the callee hangs up |
//! | reply | the service's response to a request of the app |
//! | event | something that happened to one call, in the past tense: `offered`, `operationCompleted` |
//! | revision | the number of an event in its own call: 1, 2, 3, … |
//! | to fold | to apply events, in order, to a [`Call`] or a [`Ledger`] |
//! | finding | an observation about the input, such as a repeated notification or a missing one |
//! | settled | an operation that has completed or failed; an operation that is not settled is pending |
//! | adopted | a call whose beginning the host missed: the first report shows it in progress |
//! | inferred | an event that was not reported, but that must have happened before the next reported event |
//!
//! # How a host uses the crate
//!
//! 1. Keep the log. To get the calls, fold the log with [`Ledger::apply`]. To save time, start from a
//!    [`Ledger::clone`], or from the [`Snapshot`](call::Snapshot) of each call, and fold only the newer events.
//! 2. Pass each delivery of notifications, and each reply to an own request, to a [`Bot`], with the time at which
//!    it came. It returns events and findings, and never an error.
//! 3. Store the events first, and apply them afterwards. A host that crashes between the two loses nothing:
//!    the sender delivers the notification again, and the crate recognises a notification whose events are
//!    already in the log.
//! 4. Read the state from the [`Call`]. Only events change a call.
//!
//! A host that simulates the service passes its three inputs to a [`Service`](service::Service). Each takes the
//! current time:
//!
//! | input | function | example |
//! | --- | --- | --- |
//! | a request of the app, and an unused id for what the request creates | [`Service::request`](service::Service::request) | `POST /communications/calls/{id}/answer` |
//! | an event of the network | [`Service::on_network_event`](service::Service::on_network_event) | the callee hangs up |
//! | the clock | [`Service::tick`](service::Service::tick) | nobody answered within 15 seconds |
//!
//! Each function returns a batch: the events of the input, and the notifications to post. The host stores all events of
//! a batch or none, applies them, sends the response, and posts the notifications. [`Ledger::next_deadline`] says when to
//! call `tick` next. An event that a deadline causes has the time of that deadline. A host that is late therefore writes
//! the same log as a host that is in time.
//!
//! # The present time, and new ids
//!
//! The crate reads no clock and creates no ids: the host passes both in. It takes them from the same crates whose
//! types it passes, and has them with these features in its `Cargo.toml`:
//!
//! ```toml
//! [dependencies]
//! callfold = "0.1"
//! jiff = { version = "1", default-features = false, features = ["std"] }
//! uuid = { version = "1", default-features = false, features = ["v4"] }
//! ```
//!
//! The present time is then `jiff::Timestamp::now()`, and a new id is `uuid::Uuid::new_v4()`. For example, a server that
//! simulates the service decides a request in the context
//! `RequestContext::new(jiff::Timestamp::now(), uuid::Uuid::new_v4(), app)`. Cargo gives the features to the one copy of each
//! crate in a program, so `callfold::jiff` and `callfold::uuid` have them, too.
//!
//! # Example
//!
//! ```
//! use callfold::call::State;
//! use callfold::{Bot, FindingKind, Ledger};
//!
//! let posted = |state| format!(
//!     r#"{{"value":[{{"changeType":"updated",
//!         "resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
//!         "resourceData":{{"state":"{state}"}}}}]}}"#
//! );
//! let mut calls = Ledger::new();
//! let mut findings = Vec::new();
//! // The network lost `establishing`, and delivered `established` twice.
//! for state in ["incoming", "established", "established", "terminated"] {
//!     let now = "2026-11-23T09:15:02Z".parse()?;
//!     let observed = Bot::new(&calls).deliver(&[], posted(state).as_bytes(), now);
//!     for event in &observed.events {
//!         // Here a host writes the line `event.to_string()` to its log.
//!         calls.apply(event)?;
//!     }
//!     findings.extend(observed.findings);
//! }
//! assert_eq!(calls.calls().next().unwrap().state(), State::Terminated);
//! assert!(findings.iter().map(|finding| finding.kind).eq([FindingKind::Gap, FindingKind::Repeat]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! To read a whole recorded log from bytes, use a [`Replay`]. The page `docs/embedding.md` has a whole
//! bot and a whole server.

#![no_std]

extern crate alloc;

mod bot;
pub mod call;
pub mod chart;
mod finding;
pub mod graph;
mod id;
mod json;
mod ledger;
mod list;
pub mod log;
mod names;
mod notify;
pub mod operation;
mod operations;
mod places;
mod record;
mod refusal;
mod replay;
mod secret;
pub mod service;
mod summary;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod time;
mod words;

/// Re-exported because its types appear in the public API of [`testing`].
#[cfg(feature = "testing")]
pub use proptest;
/// Re-exported because their types appear in the public API.
pub use {jiff, serde_json, uuid};

pub use bot::Bot;
pub use call::Call;
pub use finding::{Finding, FindingKind, Severity};
pub use id::{CallId, Id, NotAGuid, OperationId, ParticipantId};
pub use ledger::{Applied, ApplyError, Ledger, Mark, Moment, NoHistory, Past};
pub use notify::{Notify, OlderResource};
pub use record::{CloudEvent, LineError, Recorded, SCHEMA_VERSION, UnknownMembers, Upcast, Upcasters};
pub use refusal::{Input, Legal, Refusal, Why};
pub use replay::{Keep, Replay};
pub use secret::Secret;
pub use summary::{OperationSummary, Summary};
pub use time::At;

/// Compiles and runs the Rust examples of the README and of the pages under `docs/`.
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
