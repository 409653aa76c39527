//! What a program that is built without stores says of one.
#![cfg(not(feature = "stores"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Folder, callfold, sample};

#[test]
fn a_store_is_refused_with_the_command_that_builds_what_reads_it() {
    let folder = Folder::new();
    let file = folder.write("calls.db", "SQLite format 3\0");
    for (log, feature) in [
        ("sqlite:calls.db", "stores"),
        (&*file, "stores"),
        ("postgres://bot:s3cret@localhost/calls", "postgres"),
        ("nats://bot:s3cret@localhost/CALLS", "nats"),
    ] {
        for command in [&["replay"][..], &["check"], &["report", "-o", "-"], &["replay", "--follow"]] {
            let ran = callfold(&[command, &[log]].concat());
            let build = format!("`cargo install --path frontends/cli --features {feature}`");
            assert_eq!(ran.status, 2, "{command:?} {log}");
            assert!(
                ran.err.contains(&build) && !ran.err.contains("s3cret"),
                "{command:?} {log}: {}",
                ran.err
            );
        }
    }
    let memory = callfold(&["replay", "memory"]).err;
    assert!(memory.contains("a store in memory ends with its process"), "{memory}");
    // The logs beside it are read.
    let both = callfold(&["replay", "sqlite:calls.db", &sample("ivr.jsonl")]);
    assert!(both.status == 2 && both.out.contains("3 calls"), "{}", both.out);
}
