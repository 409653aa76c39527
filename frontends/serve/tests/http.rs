//! The contract of the service, over HTTP: each row of its tables.

mod admin;
mod conflicts;
mod cut_off;
mod failing_store;
mod forgetting;
mod graph;
mod history;
mod listing;
mod recordings;
mod restarts;
mod running_clock;
mod scenarios;
mod secrets;
mod sharing;
mod stage;
mod webhooks;
