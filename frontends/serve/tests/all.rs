//! All tests of the service from outside, as one program.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;
mod crash;
mod same_seed;
mod truth;
