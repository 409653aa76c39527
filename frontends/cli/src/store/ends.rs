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

/// The ends of calls, as the store notes them and as the events say them.
pub(super) struct Ends {
    /// What the store noted before the events were read.
    before: Times,
    said: Times,
}

impl Ends {
    pub(super) fn listed(store: &OpenStore) -> io::Result<Self> {
        Ok(Self { before: listed(store)?, said: Times::new() })
    }

    pub(super) fn event(&mut self, recorded: &Recorded) {
        self.said.extend(Ended::of(recorded).map(|ended| (ended.call, ended.at)));
    }

    /// Reports calls whose end the store notes otherwise than their events say it. While the events were read, others may have
    /// ended or deleted calls. So what the store noted before is right, too.
    pub(super) fn compare(&self, store: &OpenStore, problems: &mut Problems<impl Write>) -> io::Result<()> {
        let after = listed(store)?;
        let calls: BTreeSet<_> = self.said.keys().chain(self.before.keys()).chain(after.keys()).collect();
        for call in calls {
            let (said, noted) = (self.said.get(call), after.get(call));
            if said != noted && said != self.before.get(call) {
                let message = format!(
                    "its events say that it {}, and the store notes that it {}",
                    end(said),
                    end(noted)
                );
                problems.defect(&Defect { call: Some(*call), message })?;
            }
        }
        Ok(())
    }
}

fn listed(store: &OpenStore) -> io::Result<Times> {
    let ended = store.wait(store.store.ended_before(Timestamp::MAX))?;
    Ok(ended.into_iter().map(|ended| (ended.call, ended.at)).collect())
}

fn end(at: Option<&Timestamp>) -> String {
    at.map_or_else(|| "has not ended at a known time".into(), |at| format!("ended {}", At(*at)))
}
