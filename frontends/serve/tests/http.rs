//! The contract of the service, over HTTP: each row of its tables.

mod admin;
mod graph;
mod listing;
mod recordings;
mod scenarios;
mod secrets;
mod stage;
mod webhooks;
