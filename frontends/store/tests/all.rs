//! All tests of the crate, as one program.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod addresses;
mod common;
mod conformance;
mod damaged;
mod defects;
mod killed;
mod loading;
#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "postgres")]
mod postgres;
mod reading;
mod sqlite;
