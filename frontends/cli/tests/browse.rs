//! `callfold browse` without a terminal. `src/browse/tests.rs` tests its screens.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{callfold, sample};

#[test]
fn without_a_terminal_it_names_the_command_that_prints() {
    for log in [sample("ivr.jsonl"), "no such log".into()] {
        let ran = callfold(&["browse", &log]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{log}");
        assert!(ran.err.contains("callfold replay"), "{}", ran.err);
    }
}

#[test]
fn its_help_names_the_keys() {
    let ran = callfold(&["browse", "--help"]);
    assert_eq!(ran.status, 0);
    for key in ["up, down", "n, N", "/  ", "Tab", "Ctrl-C", "NO_COLOR"] {
        assert!(ran.out.contains(key), "{key}: {}", ran.out);
    }
}
