//! The tests of the core, one topic per file. They are one program, so that a change of the crate is linked
//! only once.

mod common;

mod bot;
mod closed_loop;
mod conversations;
mod corpus;
mod corpus_service;
mod deadlines;
mod deciding;
mod deciding_media;
mod deciding_people;
mod declarations;
mod findings;
mod formats;
mod indexes;
mod json;
mod keeping;
mod ledger;
mod lifecycle;
mod log_line;
mod methods;
mod mixed;
mod model;
mod network_events;
mod notification_corners;
mod notifications;
mod notifying;
mod operations;
mod order;
mod pages;
mod past;
mod properties;
mod purity;
mod refusal_order;
mod refusals;
mod refused;
mod regressions;
mod replaying;
mod rosters;
mod secrets;
mod serving;
mod strategies;
mod walk;
mod wire;
mod writing;
