//! The calls with which the targets start: one in every state that matters.

use std::sync::LazyLock;

use callfold::{Applied, Ledger, Recorded};

/// The events of the calls. The last digits of a call's id are its number.
pub(crate) const LOG: &str = include_str!("calls.jsonl");

pub(crate) fn in_every_state() -> &'static Ledger {
    static CALLS: LazyLock<Ledger> = LazyLock::new(|| {
        let mut ledger = Ledger::new();
        for line in LOG.lines() {
            let recorded: Recorded = line.parse().unwrap_or_else(|error| panic!("{error}: {line}"));
            assert_eq!(ledger.apply(&recorded), Ok(Applied::Folded), "{line}");
        }
        ledger
    });
    &CALLS
}
