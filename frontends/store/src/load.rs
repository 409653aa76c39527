//! Loading a call from a store.

use callfold::{Call, CallId, Recorded, Refusal};

use crate::error::StoreError;
use crate::store::Store;

/// Loads a call: its latest snapshot and the later events, or all its events if there is no snapshot that can be read.
/// `None` if nothing is stored about the call.
///
/// # Errors
///
/// An error of the store, or one that names the call and the revision if the stored events are no history of a call.
pub async fn load(store: &dyn Store, call: CallId) -> Result<Option<Call>, StoreError> {
    let snapshot = store.snapshot(call).await?;
    let restored =
        snapshot.and_then(|snapshot| Call::restore(&snapshot).ok()).filter(|found| found.id() == call);
    if let Some(found) = restored {
        let later = store.read(call, found.revision() + 1).await?;
        if let Ok(found) = fold(Some(found), later) {
            return Ok(found);
        }
        // A snapshot only saves time. The events decide what happened.
    }
    fold(None, store.read(call, 1).await?)
}

fn fold(mut call: Option<Call>, events: Vec<Recorded>) -> Result<Option<Call>, StoreError> {
    for event in events {
        let (id, revision) = (event.call, event.revision);
        let next = call.as_ref().map_or(1, |call| call.revision() + 1);
        if revision != next {
            let message = format!("call {id}: revision {next} is missing in the store, which has {revision}");
            return Err(StoreError::lasting(message));
        }
        let does_not_fold = |refusal: Refusal| {
            let message =
                format!("call {id}: the stored event of revision {revision} does not fold: {refusal}");
            StoreError::lasting(message).because(refusal)
        };
        match &mut call {
            Some(call) => call.evolve(event).map_err(does_not_fold)?,
            None => call = Some(Call::begin(event).map_err(does_not_fold)?),
        }
    }
    Ok(call)
}
