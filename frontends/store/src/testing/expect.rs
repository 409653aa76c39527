//! What the rules expect of a store.

use callfold::{CallId, Recorded};

use super::broken::{Broken, ensure};
use crate::error::{AppendError, Conflict};
use crate::store::{Position, Store, Stored};

/// The conflict of an append that must be refused.
pub(super) async fn refused(store: &dyn Store, batch: &[Recorded]) -> Result<Conflict, Broken> {
    match store.append(batch).await {
        Ok(()) => Err(Broken::new("a batch was appended that contradicts what is stored")),
        Err(AppendError::Conflict(conflict)) => Ok(conflict),
        Err(other @ (AppendError::LeaseLost(_) | AppendError::Store(_))) => Err(other.into()),
    }
}

/// Checks that a call has exactly these events.
pub(super) async fn has(store: &dyn Store, call: CallId, expected: &[Recorded]) -> Result<(), Broken> {
    let found = store.read(call, 1).await?;
    let revisions: Vec<_> = found.iter().map(|event| event.revision).take(20).collect();
    let (found_len, len) = (found.len(), expected.len());
    ensure!(found == expected, "call {call} must have {len} events, and has {found_len}: {revisions:?}");
    Ok(())
}

/// All events of the store, read in pages.
pub(super) async fn all(store: &dyn Store, page: usize) -> Result<Vec<Stored>, Broken> {
    let (mut all, mut after) = (Vec::new(), Position::START);
    loop {
        let read = store.read_all(after, page).await?;
        ensure!(read.len() <= page, "a page of at most {page} events has {}", read.len());
        let Some(last) = read.last() else { return Ok(all) };
        ensure!(last.position > after, "a page after {after:?} ends at {:?}", last.position);
        after = last.position;
        all.extend(read);
    }
}

/// Checks that the store has exactly these events, in this order.
pub(super) async fn has_all(store: &dyn Store, expected: &[Recorded]) -> Result<(), Broken> {
    let found = all(store, 1000).await?;
    let (found_len, len) = (found.len(), expected.len());
    let is_equal = found.iter().map(|stored| &stored.event).eq(expected);
    ensure!(
        is_equal,
        "the store must have {len} events in the order of the appends, and has {found_len}, or another order"
    );
    Ok(())
}
