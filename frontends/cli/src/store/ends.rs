//! Whether a store notes the ends of calls as their events say them. Calls are deleted by what it notes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use callfold::jiff::Timestamp;
use callfold::{At, CallId, Recorded};
use callfold_store::{Defect, Ended};

use super::problems::Problems;
use crate::stores::open::OpenStore;

/// When each call ended.
type Times = BTreeMap<CallId, Timestamp>;

/// The ends of calls, as their events say them.
#[derive(Default)]
pub(super) struct Ends(Times);

impl Ends {
    pub(super) fn event(&mut self, recorded: &Recorded) {
        self.0.extend(Ended::of(recorded).map(|ended| (ended.call, ended.at)));
    }

    /// Reports calls whose end the store notes otherwise. A service may have ended or deleted calls meanwhile. So these calls are
    /// looked at twice more: a call ends only once.
    pub(super) fn compare(self, store: &OpenStore, problems: &mut Problems<impl Write>) -> io::Result<()> {
        let noted = noted(store)?;
        let all: BTreeSet<_> = self.0.keys().chain(noted.keys()).copied().collect();
        let mut suspects: Vec<_> =
            all.into_iter().filter(|call| self.0.get(call) != noted.get(call)).collect();
        let mut wrong = Vec::new();
        for _ in 0..2 {
            wrong = looked_at_again(store, &suspects)?;
            suspects = wrong.iter().map(|wrong| wrong.call).collect();
        }
        for Wrong { call, said, noted } in wrong {
            let message =
                format!("its events say that it {}, and the store notes that it {}", end(said), end(noted));
            problems.defect(&Defect { call: Some(call), message })?;
        }
        Ok(())
    }
}

/// A call whose end the store notes otherwise than its events say it.
struct Wrong {
    call: CallId,
    said: Option<Timestamp>,
    noted: Option<Timestamp>,
}

/// Reads these calls again. A call that is deleted is right, and one that cannot be read is reported elsewhere.
fn looked_at_again(store: &OpenStore, calls: &[CallId]) -> io::Result<Vec<Wrong>> {
    if calls.is_empty() {
        return Ok(Vec::new());
    }
    let read = |call: &CallId| Some((*call, store.runtime.block_on(store.store.read(*call, 1)).ok()?));
    let stored: Vec<_> = calls.iter().filter_map(read).filter(|(_, events)| !events.is_empty()).collect();
    let noted = noted(store)?;
    let wrong = stored.into_iter().map(|(call, events)| {
        let said = events.iter().rev().find_map(Ended::of).map(|ended| ended.at);
        Wrong { call, said, noted: noted.get(&call).copied() }
    });
    Ok(wrong.filter(|wrong| wrong.said != wrong.noted).collect())
}

fn noted(store: &OpenStore) -> io::Result<Times> {
    let ended = store.wait(store.store.ended_before(Timestamp::MAX))?;
    Ok(ended.into_iter().map(|ended| (ended.call, ended.at)).collect())
}

fn end(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "has not ended at a known time".into(), |at| format!("ended {}", At(at)))
}
