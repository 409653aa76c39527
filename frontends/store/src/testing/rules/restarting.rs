//! Rules of restarts.

use callfold::call::Snapshot;

use super::leasing::{LONG, holder, lease, taken};
use crate::lease::Leased;
use crate::store::Noted;
use crate::testing::broken::{Broken, ensure};
use crate::testing::events::{call, event, events};
use crate::testing::expect::{all, refused};
use crate::testing::subject::Subject;

/// After `kill -9`, the store has all that it acknowledged: events, positions, notes, snapshots and deletions.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_restart_keeps_what_was_acknowledged(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    for number in 1..=3 {
        store.append(&events(call(number), 4)).await?;
    }
    let noted = [Noted { call: call(1), revision: 2 }];
    let snapshot = Snapshot::from("kept".to_owned());
    store.note("webhooks", &noted).await?;
    store.keep_snapshot(call(1), 4, &snapshot).await?;
    store.delete(call(3)).await?;
    let before = all(&*store, 5).await?;

    let Some(store) = subject.restart(store).await? else { return Ok(()) };
    ensure!(all(&*store, 5).await? == before, "a restart changed the events or their positions");
    ensure!(store.noted("webhooks").await? == noted, "a restart changed the notes");
    ensure!(store.snapshot(call(1)).await? == Some(snapshot), "a restart lost the snapshot");
    refused(&*store, &[event(call(1), 4, "changed")]).await?;
    refused(&*store, &[event(call(3), 5, "deleted")]).await?;
    store.append(&[event(call(1), 5, "later")]).await?;
    let (last, new) = (before.last().map(|one| one.position), all(&*store, 5).await?);
    ensure!(new.last().map(|one| one.position) > last, "a position was assigned again after a restart");
    Ok(())
}

/// After `kill -9`, the leases still stand, their tokens still rise, and finished calls are finished.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_restart_keeps_leases_and_what_is_finished(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    store.append(&events(call(1), 2)).await?;
    store.append(&events(call(2), 2)).await?;
    store.finish(&[call(1)]).await?;
    let kept = taken(&*store, "calls/1", 1, LONG).await?;
    let returned = taken(&*store, "calls/2", 1, LONG).await?;
    store.release(std::slice::from_ref(&returned)).await?;

    let Some(store) = subject.restart(store).await? else { return Ok(()) };
    let unfinished = store.unfinished().await?;
    ensure!(unfinished == [call(2)], "call 2 is unfinished, but after a restart these are: {unfinished:?}");
    let held = [Leased { lease: kept.clone(), holder: holder(1) }];
    let leases = store.leases().await?;
    ensure!(leases == held, "before a restart {held:?} was there, and after it {leases:?}");
    let stolen = lease(&*store, "calls/1", 2, LONG).await?;
    ensure!(stolen.is_none(), "another got a lease that somebody had before a restart");
    let new = taken(&*store, "calls/2", 2, LONG).await?;
    ensure!(new.token > returned.token, "the token did not rise over a restart: {returned:?}, then {new:?}");
    store.append_under(&[kept, new], &[event(call(1), 3, "later")]).await?;
    Ok(())
}
