//! Tests that the yardstick decodes all that a log has: `cargo test --example decode`.

#[path = "../generate/log/mod.rs"]
#[allow(dead_code, reason = "a test uses only two logs")]
mod log;

use serde::Deserialize;

use crate::blocks::Blocks;
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

#[test]
fn the_blocks_are_the_log_cut_between_lines() {
    let line = format!("{}\n", "é".repeat(700_000));
    for log in [String::new(), "1".into(), "1\n2".into(), line.repeat(3), format!("{line}{line}3")] {
        let (mut blocks, mut room, mut read) = (Blocks::new(log.as_bytes()), Vec::new(), Vec::new());
        loop {
            let block = blocks.next(&mut room).unwrap();
            if block.is_empty() {
                break;
            }
            read.extend_from_slice(block);
            assert!(block.ends_with(b"\n") || read.len() == log.len());
        }
        assert_eq!(read, log.as_bytes());
    }
}
