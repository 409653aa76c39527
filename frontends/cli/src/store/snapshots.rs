//! Whether the snapshots of a store say what its events say.

use std::io::{self, Write};

use callfold::{Call, CallId};
use callfold_store::{Defect, Store, StoreError};

use super::problems::Problems;
use crate::stores::open::OpenStore;

/// How many snapshots a store has.
#[derive(Default)]
pub(super) struct Snapshots {
    /// Those that equal their events.
    pub(super) same: u64,
    /// Those that this version cannot read.
    pub(super) unreadable: u64,
}

/// Compares the snapshots of calls with their events.
pub(super) fn snapshots(
    store: &OpenStore,
    calls: &[CallId],
    problems: &mut Problems<impl Write>,
) -> io::Result<Snapshots> {
    let mut snapshots = Snapshots::default();
    for call in calls {
        let Some(snapshot) = store.wait(store.store.snapshot(*call))? else { continue };
        let Ok(restored) = Call::restore(&snapshot) else {
            snapshots.unreadable += 1;
            continue;
        };
        if is_equal(&restored, store.runtime.block_on(folded(&*store.store, *call, restored.revision()))) {
            snapshots.same += 1;
        } else {
            let message =
                format!("its snapshot of revision {} is not what its events say", restored.revision());
            problems.defect(&Defect { call: Some(*call), message })?;
        }
    }
    Ok(snapshots)
}

/// Where the events cannot be read, nothing can be compared, and the events are reported.
fn is_equal(restored: &Call, folded: Result<Option<Call>, StoreError>) -> bool {
    folded.map_or(true, |folded| folded.is_none_or(|folded| folded == *restored))
}

/// The call up to a revision, from its events. `None` if they do not fold, which is reported elsewhere.
async fn folded(store: &dyn Store, call: CallId, revision: u64) -> Result<Option<Call>, StoreError> {
    let mut events = store.read(call, 1).await?.into_iter().take_while(|event| event.revision <= revision);
    let Some(mut folded) = events.next().and_then(|first| Call::begin(first).ok()) else { return Ok(None) };
    for event in events {
        if folded.evolve(event).is_err() {
            return Ok(None);
        }
    }
    Ok(Some(folded))
}
