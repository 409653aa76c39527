//! Rules of deleting.

use callfold::CallId;
use callfold::call::Snapshot;

use crate::ending::Ended;
use crate::store::{Noted, Store};
use crate::testing::broken::{Broken, ensure};
use crate::testing::events::{at, call, end, event, events};
use crate::testing::expect::{has, has_all};
use crate::testing::subject::Subject;

/// Deleting a call removes its events, its snapshot and its notes, and nothing of another call.
///
/// # Errors
///
/// The rule is broken.
pub async fn delete_removes_all_of_a_call_and_only_it(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    for number in [1, 2] {
        fill(&*store, call(number)).await?;
    }
    ensure!(!store.delete(call(3)).await?, "a call was deleted that is not stored");
    ensure!(store.delete(call(1)).await?, "a stored call was not deleted");
    ensure!(!store.delete(call(1)).await?, "a call was deleted twice");
    has_all(&*store, &events(call(2), 4)).await?;
    ensure!(store.snapshot(call(2)).await?.is_some(), "the snapshot of another call is gone");
    let noted = store.noted("webhooks").await?;
    let others: Vec<_> = noted.iter().map(|noted| noted.call).collect();
    ensure!(others == [call(2)], "only call 2 must have a note, but these have: {others:?}");
    is_empty(&*store, call(1)).await?;
    store.append(&events(call(1), 4)).await?;
    ensure!(store.snapshot(call(1)).await?.is_none(), "a call that begins again has its old snapshot");
    has(&*store, call(1), &events(call(1), 4)).await
}

async fn fill(store: &dyn Store, call: CallId) -> Result<(), Broken> {
    store.append(&events(call, 4)).await?;
    store.keep_snapshot(call, 4, &Snapshot::from("kept".to_owned())).await?;
    store.note("webhooks", &[Noted { call, revision: 3 }]).await?;
    Ok(())
}

async fn is_empty(store: &dyn Store, call: CallId) -> Result<(), Broken> {
    has(store, call, &[]).await?;
    ensure!(store.snapshot(call).await?.is_none(), "a deleted call has a snapshot");
    ensure!(
        store.noted("webhooks").await?.iter().all(|noted| noted.call != call),
        "a deleted call has a note"
    );
    Ok(())
}

/// Exactly the calls go that ended before the time, and they are known before. A call whose end has no time stays.
///
/// # Errors
///
/// The rule is broken.
pub async fn retain_removes_the_calls_that_ended_before(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let ends = [(1, at(98)), (2, at(99)), (3, at(100)), (4, at(101)), (5, None)];
    for (number, ended) in ends {
        fill(&*store, call(number)).await?;
        // The reply to a request can come after the end.
        store.append(&[end(call(number), 5, ended), event(call(number), 6, "after the end")]).await?;
    }
    store.append(&[event(call(6), 1, "still lasts")]).await?;
    let before = at(100).ok_or_else(|| Broken::new("the time is out of range"))?;
    let known = store.ended_before(before).await?;
    let wanted =
        ends.iter().take(2).filter_map(|(number, at)| Some(Ended { call: call(*number), at: (*at)? }));
    let wanted: Vec<_> = wanted.collect();
    ensure!(known == wanted, "calls 1 and 2 ended before, and these are known: {known:?}");
    let removed = store.retain(before).await?;
    ensure!(removed == known, "calls 1 and 2 ended before, and these were removed: {removed:?}");
    is_empty(&*store, call(1)).await?;
    is_empty(&*store, call(2)).await?;
    for number in 3..=6 {
        let is_kept = !store.read(call(number), 1).await?.is_empty();
        ensure!(is_kept, "call {number}, which did not end before, was removed");
    }
    ensure!(store.retain(before).await?.is_empty(), "calls were removed twice");
    Ok(())
}
