//! Tests that the yardstick decodes all that a log has: `cargo test --example decode`.

#[path = "../generate/log/mod.rs"]
#[allow(dead_code, reason = "a test uses only two logs")]
mod log;

use serde::Deserialize;

use crate::wire::{Body, Line};
use log::{Format, Log, Options};

/// The members of a line that the yardstick skips.
fn ignored<'a, T: Deserialize<'a>>(line: &'a str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut json = serde_json::Deserializer::from_str(line);
    serde_ignored::deserialize::<_, _, T>(&mut json, |path| paths.push(path.to_string())).unwrap();
    paths
}

#[test]
fn every_member_of_a_generated_log_is_decoded() {
    for line in Log::new(Options::new(20)) {
        assert_eq!(ignored::<Line<'_>>(&line), [""; 0]);
    }
    for body in Log::new(Options { format: Format::Notifications, ..Options::new(20) }) {
        assert_eq!(ignored::<Body<'_>>(&body), [""; 0]);
    }
}
