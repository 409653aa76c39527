//! All tests of the crate, as one program.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod addresses;
mod backup;
mod common;
mod conformance;
mod defects;
mod killed;
mod loading;
mod reading;
mod retaining;
mod speed;
mod sqlite;
