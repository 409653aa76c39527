//! The first difference between the events that a host has written and those that its store has kept.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::id::CallId;
use crate::names::names;
use crate::record::recorded::Recorded;

names! {
    /// What is wrong with a stored line.
    #[non_exhaustive]
    pub enum LogFaultKind {
        /// The line was written, and is not stored.
        Missing = "missing",
        /// The line is stored twice, perhaps the second time under another revision.
        Twice = "twice",
        /// Another line is stored at the revision of the line.
        Changed = "changed",
        /// The line is stored after a later one.
        OutOfPlace = "out of place",
        /// The line is stored, and was never written, or its append was refused.
        NeverWritten = "never written",
    }
}

/// The first line of a call that a store has not kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogFault {
    /// What is wrong with the line.
    pub kind: LogFaultKind,
    /// The call of the line.
    pub call: CallId,
    /// The revision of the line as it was written. A line that was never written has the revision as it is
    /// stored.
    pub revision: u64,
    /// The line as it was written, or as it is stored if it was never written.
    pub line: String,
    /// The line that is stored where this line is expected, or where a line is stored the second time; `None` if
    /// the stored log of the call ends before.
    pub instead: Option<String>,
}

impl fmt::Display for LogFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, call, revision, line, instead } = self;
        write!(f, "the line of revision {revision} of call {call} is {kind}\n  line: {line}\n  stored: ")?;
        match instead {
            Some(instead) => f.write_str(instead),
            None => f.write_str("nothing; the log of the call ends before this line"),
        }
    }
}

/// The events of each call, in their order.
pub(super) type Calls = BTreeMap<CallId, Vec<Recorded>>;

impl LogFault {
    /// The first fault of the stored events; `None` if they are those that were written.
    pub(super) fn find(written: &Calls, stored: &[Recorded]) -> Option<Self> {
        let mut calls = BTreeMap::<CallId, Vec<&Recorded>>::new();
        for recorded in stored {
            calls.entry(recorded.call).or_default().push(recorded);
        }
        let of_written = written.iter().find_map(|(call, written)| {
            let stored = calls.remove(call).unwrap_or_default();
            Self::of_call(written, &stored)
        });
        let unknown = || calls.values().find_map(|stored| Self::of_call(&[], stored));
        of_written.or_else(unknown)
    }

    fn of_call(written: &[Recorded], stored: &[&Recorded]) -> Option<Self> {
        let same = written.iter().zip(stored).take_while(|(written, stored)| written == *stored).count();
        let (expected, found) = (written.get(same), stored.get(same).copied());
        let (kind, line) = match (expected, found) {
            (None, None) => return None,
            (Some(expected), None) => (LogFaultKind::Missing, expected),
            (None, Some(found)) => already(written, found).unwrap_or((LogFaultKind::NeverWritten, found)),
            (Some(expected), Some(found)) => {
                let is_later = stored.iter().skip(same).any(|stored| *stored == expected);
                let skips = written.iter().skip(same).any(|written| written == found);
                let before = written.get(..same).unwrap_or_default();
                match (is_later, skips) {
                    (true, true) => (LogFaultKind::OutOfPlace, expected),
                    (false, true) => (LogFaultKind::Missing, expected),
                    (is_later, false) => already(before, found).unwrap_or(if is_later {
                        (LogFaultKind::NeverWritten, found)
                    } else {
                        (LogFaultKind::Changed, expected)
                    }),
                }
            }
        };
        Some(Self {
            kind,
            call: line.call,
            revision: line.revision,
            line: line.to_string(),
            instead: found.map(Recorded::to_string),
        })
    }
}

/// The line before, which is stored a second time here, if there is one.
fn already<'a>(before: &'a [Recorded], found: &Recorded) -> Option<(LogFaultKind, &'a Recorded)> {
    let says_the_same =
        |one: &&Recorded| (one.at, one.inferred, &one.event) == (found.at, found.inferred, &found.event);
    before.iter().rev().find(says_the_same).map(|one| (LogFaultKind::Twice, one))
}
