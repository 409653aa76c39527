//! All tests of the service from outside, as one program.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]
#![allow(clippy::print_stdout, reason = "tests print what they counted")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test of some kinds need not know of a new one")]

mod common;
mod crash;
mod http;
mod limits;
mod same_seed;
mod shared;
mod tls;
mod truth;
