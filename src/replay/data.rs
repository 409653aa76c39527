//! The data of a replay.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;

use jiff::Timestamp;

use super::copies::Copies;
use super::keep::Keep;
use crate::id::CallId;
use crate::ledger::point::Moment;
use crate::ledger::working_set::WorkingSet;
use crate::record::recorded::Recorded;
use crate::record::upcast::Upcasters;

/// A replay of a recorded log. It reads the records one by one, and makes calls and findings of them.
///
/// A record that cannot be read becomes a finding, and the replay continues with the next record.
///
/// ```
/// use callfold::Replay;
/// use callfold::call::State;
/// use callfold::log::Format;
///
/// let body = br#"{"value":[{"changeType":"created",
///     "resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
///     "resourceData":{"state":"incoming"}}]}"#;
/// let mut replay = Replay::new();
/// let mut findings = replay.record(Format::Notifications, body, |event| println!("{event}"));
/// findings.extend(replay.finish(|event| println!("{event}")));
/// assert!(findings.is_empty());
/// assert_eq!(replay.calls().next().unwrap().state(), State::Incoming);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Replay {
    pub(super) calls: WorkingSet,
    pub(super) keep: Keep,
    pub(super) until: Option<Moment>,
    pub(super) only: Option<CallId>,
    pub(super) events: u64,
    /// The calls that have reached `until`. The rest of their events is skipped.
    pub(super) stopped: BTreeSet<CallId>,
    /// The earliest time among the events at which calls have stopped.
    pub(super) stopped_from: Option<Timestamp>,
    /// The lines of each call that came too early, by their revisions.
    pub(super) early: BTreeMap<CallId, BTreeMap<u64, Recorded>>,
    /// The next revision of each call whose beginning was refused.
    pub(super) not_begun: BTreeMap<CallId, u64>,
    /// The notifications of SDK logs that were read last.
    pub(super) copies: Copies,
    pub(super) entries: Entries,
    pub(super) upcasters: Upcasters,
}

/// Whether what was read as an SDK log has entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Entries {
    #[default]
    Unknown,
    /// There are notifications, and no entry.
    Missing,
    Found,
}

pub(super) fn already_read(revision: u64) -> String {
    format!("revision {revision} was already read")
}
