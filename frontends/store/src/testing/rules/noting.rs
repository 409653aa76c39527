//! Rules of notes and snapshots.

use callfold::call::Snapshot;

use crate::store::{Noted, Stats};
use crate::testing::broken::{Broken, ensure};
use crate::testing::events::{call, events};
use crate::testing::subject::Subject;

/// A note of a lower revision changes nothing.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_note_only_rises(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    store.append(&events(call(1), 9)).await?;
    ensure!(store.noted("webhooks").await?.is_empty(), "a new store has notes");
    for (revision, expected) in [(3, 3), (2, 3), (3, 3), (7, 7), (1, 7)] {
        store.note("webhooks", &[Noted { call: call(1), revision }]).await?;
        let noted = store.noted("webhooks").await?;
        let is_right = noted == [Noted { call: call(1), revision: expected }];
        ensure!(is_right, "after a note of {revision}, {expected} must be noted; the store has {noted:?}");
    }
    Ok(())
}

/// A consumer sees its own notes only, of all calls.
///
/// # Errors
///
/// The rule is broken.
pub async fn each_consumer_has_its_own_notes(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let note = |number, revision| Noted { call: call(number), revision };
    for number in 1..=3 {
        store.append(&events(call(number), 5)).await?;
    }
    store.note("webhooks", &[note(1, 2), note(2, 5), note(1, 4)]).await?;
    store.note("audit", &[note(1, 1), note(3, 3)]).await?;
    for (consumer, expected) in [
        ("webhooks", vec![note(1, 4), note(2, 5)]),
        ("audit", vec![note(1, 1), note(3, 3)]),
        ("other", vec![]),
    ] {
        let mut noted = store.noted(consumer).await?;
        noted.sort_unstable();
        ensure!(noted == expected, "{consumer} must have {expected:?}, and has {noted:?}");
        for number in 1..=4 {
            let expected = expected.iter().find(|noted| noted.call == call(number));
            let expected = expected.map_or(0, |noted| noted.revision);
            let noted = store.noted_of(consumer, call(number)).await?;
            ensure!(noted == expected, "{consumer} must have {expected} of call {number}, and has {noted}");
        }
    }
    Ok(())
}

/// A note about a call or a revision that is not stored changes nothing.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_note_about_an_unknown_revision_is_not_kept(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    store.append(&events(call(1), 2)).await?;
    let unknown = [(1, 3), (1, 0), (2, 1), (2, u64::MAX)];
    let unknown = unknown.map(|(number, revision)| Noted { call: call(number), revision });
    store.note("webhooks", &unknown).await?;
    let noted = store.noted("webhooks").await?;
    ensure!(noted.is_empty(), "a note about an event that is not stored was kept: {noted:?}");
    Ok(())
}

/// A snapshot replaces an older one, and never a newer one.
///
/// # Errors
///
/// The rule is broken.
pub async fn the_newest_snapshot_is_kept(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    store.append(&events(call(1), 9)).await?;
    store.append(&events(call(2), 9)).await?;
    ensure!(store.snapshot(call(1)).await?.is_none(), "a call without a snapshot has one");
    for (revision, expected) in [(3, 3), (2, 3), (9, 9), (8, 9)] {
        store.keep_snapshot(call(1), revision, &Snapshot::from(format!("of {revision}"))).await?;
        let found = store.snapshot(call(1)).await?;
        let is_right = found == Some(Snapshot::from(format!("of {expected}")));
        ensure!(is_right, "after a snapshot of {revision}, that of {expected} must be kept");
    }
    ensure!(store.snapshot(call(2)).await?.is_none(), "another call got the snapshot");
    Ok(())
}

/// A snapshot of a call or of a revision that is not stored changes nothing.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_snapshot_of_an_unknown_revision_is_not_kept(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    store.append(&events(call(1), 2)).await?;
    for (number, revision) in [(1, 3), (1, 0), (2, 1), (2, u64::MAX)] {
        store.keep_snapshot(call(number), revision, &Snapshot::from("late".to_owned())).await?;
        let found = store.snapshot(call(number)).await?;
        ensure!(found.is_none(), "a snapshot of revision {revision}, which is not stored, was kept");
    }
    Ok(())
}

/// A call is unfinished from its first event on until a host says that it is finished. Its events stay.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_call_is_unfinished_until_it_is_finished(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    ensure!(store.unfinished().await?.is_empty(), "a new store has unfinished calls");
    for number in 1..=4 {
        store.append(&events(call(number), 2)).await?;
    }
    store.finish(&[call(9), call(2)]).await?;
    store.delete(call(3)).await?;
    let mut unfinished = store.unfinished().await?;
    unfinished.sort_unstable();
    ensure!(unfinished == [call(1), call(4)], "calls 1 and 4 are unfinished, not {unfinished:?}");
    let kept = store.read(call(2), 1).await?.len();
    ensure!(kept == 2, "a call that is finished has {kept} of its 2 events");
    Ok(())
}

/// A call that is finished stays so if an event follows. If it is deleted and begins again, it is unfinished.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_finished_call_stays_finished(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    store.append(&events(call(1), 2)).await?;
    store.finish(&[call(1)]).await?;
    store.append(&events(call(1), 2)).await?;
    store.append(&events(call(1), 4)).await?;
    let unfinished = store.unfinished().await?;
    ensure!(
        unfinished.is_empty(),
        "an event followed in a finished call, and these are unfinished: {unfinished:?}"
    );
    store.delete(call(1)).await?;
    store.append(&events(call(1), 1)).await?;
    let unfinished = store.unfinished().await?;
    ensure!(unfinished == [call(1)], "a call that begins again is unfinished, not {unfinished:?}");
    Ok(())
}

/// Nothing is noted of a call that is deleted, also if it begins again.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_deleted_call_has_no_note_left(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let noted_of = async |expected, when| {
        let noted = store.noted_of("webhooks", call(1)).await?;
        ensure!(noted == expected, "{when}, revision {expected} must be noted of it, and {noted} is");
        Ok(())
    };
    noted_of(0, "before a call begins").await?;
    store.append(&events(call(1), 5)).await?;
    noted_of(0, "before a note of a call").await?;
    store.note("webhooks", &[Noted { call: call(1), revision: 4 }]).await?;
    noted_of(4, "after a note of a call").await?;
    store.delete(call(1)).await?;
    noted_of(0, "after a call is deleted").await?;
    store.append(&events(call(1), 5)).await?;
    noted_of(0, "after a deleted call begins again").await?;
    store.note("webhooks", &[Noted { call: call(1), revision: 2 }]).await?;
    noted_of(2, "after the first note of a call that began again").await
}

/// The numbers of calls, events and snapshots are those of what is stored.
///
/// # Errors
///
/// The rule is broken.
pub async fn the_store_counts_what_it_has(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    for number in 1..=3 {
        store.append(&events(call(number), 4)).await?;
    }
    store.keep_snapshot(call(1), 4, &Snapshot::from("kept".to_owned())).await?;
    store.finish(&[call(2)]).await?;
    store.delete(call(3)).await?;
    let stats = store.stats().await?;
    let expected = Stats { calls: 2, unfinished: 1, events: 8, snapshots: 1, bytes: stats.bytes };
    ensure!(stats == expected, "the store must have {expected:?}, and has {stats:?}");
    Ok(())
}
