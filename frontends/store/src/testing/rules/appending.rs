//! Rules of appending.

use crate::testing::broken::{Broken, ensure};
use crate::testing::events::{at, call, end, event, events};
use crate::testing::expect::{has, has_all, refused};
use crate::testing::subject::Subject;

/// The events of one batch come back as they were, in their order, also if they belong to two calls.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_batch_comes_back_in_order(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    has_all(&*store, &[]).await?;
    has(&*store, call(1), &[]).await?;
    store.append(&[]).await?;
    let (one, two) = (events(call(1), 3), events(call(2), 2));
    let batch: Vec<_> = two.iter().chain(&one).cloned().collect();
    store.append(&batch).await?;
    has(&*store, call(1), &one).await?;
    has(&*store, call(2), &two).await?;
    has_all(&*store, &batch).await
}

/// A batch that is stored already, or of which a part is, counts as appended.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_lost_answer_can_be_retried(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let all = events(call(1), 5);
    let (first, _) = all.split_at(3);
    store.append(first).await?;
    store.append(first).await?;
    has_all(&*store, first).await?;
    store.append(&all).await?;
    store.append(first).await?;
    has(&*store, call(1), &all).await?;
    has_all(&*store, &all).await?;
    // Also an event that is in the batch twice is stored once.
    let six = events(call(1), 6);
    let last = six.get(5..).unwrap_or_default();
    store.append(&[last, last].concat()).await?;
    has_all(&*store, &six).await
}

/// If one event of a batch is refused, none is stored.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_stale_event_stops_the_whole_batch(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let stored = [event(call(1), 1, "one"), event(call(2), 1, "two")];
    store.append(&stored).await?;
    let stale = event(call(2), 1, "stale");
    let good = [event(call(1), 2, "one"), event(call(3), 1, "three"), event(call(3), 2, "three")];
    for place in 0..=good.len() {
        let mut batch = good.to_vec();
        batch.insert(place, stale.clone());
        let conflict = refused(&*store, &batch).await?;
        ensure!(
            conflict.call == call(2),
            "the conflict is about {}, not about the stale call",
            conflict.call
        );
        has_all(&*store, &stored).await?;
        has(&*store, call(1), &[event(call(1), 1, "one")]).await?;
        has(&*store, call(3), &[]).await?;
    }
    store.append(&good).await?;
    has(&*store, call(3), &[event(call(3), 1, "three"), event(call(3), 2, "three")]).await
}

/// A batch that is refused begins no call, and ends none.
///
/// # Errors
///
/// The rule is broken.
pub async fn what_is_refused_begins_and_ends_no_call(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    store.append(&[event(call(1), 1, "one")]).await?;
    refused(&*store, &[end(call(1), 2, at(1)), event(call(1), 4, "after a hole")]).await?;
    refused(&*store, &[event(call(2), 1, "two"), event(call(2), 3, "after a hole")]).await?;
    let unfinished = store.unfinished().await?;
    ensure!(unfinished == [call(1)], "call 1 is unfinished, and these are: {unfinished:?}");
    let later = at(100).ok_or_else(|| Broken::new("the time is out of range"))?;
    let ended = store.ended_before(later).await?;
    ensure!(ended.is_empty(), "no call has ended, and these have: {ended:?}");
    Ok(())
}

/// An event is refused if the revision before it is missing.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_hole_is_refused(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let first = [event(call(1), 1, "one")];
    let holes = [vec![event(call(1), 2, "two")], vec![event(call(1), 1, "one"), event(call(1), 3, "three")]];
    for hole in holes {
        let conflict = refused(&*store, &hole).await?;
        let last = hole.last().map(|event| event.revision);
        ensure!(
            Some(conflict.revision) == last,
            "the conflict is at revision {}, not {last:?}",
            conflict.revision
        );
        ensure!(conflict.found.is_none(), "a hole has no stored line, but the conflict has one");
        has_all(&*store, &[]).await?;
    }
    store.append(&first).await?;
    for revision in [0, 3, 1 << 40, u64::MAX] {
        let conflict = refused(&*store, &[event(call(1), revision, "far")]).await?;
        ensure!(
            conflict.found.is_none(),
            "nothing is stored at revision {revision}, but the conflict has a line"
        );
    }
    has_all(&*store, &first).await
}

/// A revision is stored once: another line is refused, and the conflict has the stored one.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_changed_line_is_refused(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let all = events(call(1), 3);
    store.append(&all).await?;
    for stored in &all {
        let conflict = refused(&*store, &[event(call(1), stored.revision, "changed")]).await?;
        ensure!(conflict.call == call(1), "the conflict is about call {}", conflict.call);
        ensure!(conflict.revision == stored.revision, "the conflict is at revision {}", conflict.revision);
        let found = conflict.found.as_ref().map(|line| line.expose().as_str());
        ensure!(found == Some(stored.to_string().as_str()), "the conflict does not have the stored line");
        let mut other_time = stored.clone();
        other_time.at = None;
        refused(&*store, &[other_time]).await?;
    }
    has(&*store, call(1), &all).await
}

/// All of 10,000 events are stored, or none.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_large_batch_is_stored_as_a_whole_or_not_at_all(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let large = events(call(1), 10_000);
    let mut with_hole = large.clone();
    with_hole.push(event(call(1), 10_002, "hole"));
    refused(&*store, &with_hole).await?;
    has_all(&*store, &[]).await?;
    store.append(&large).await?;
    has(&*store, call(1), &large).await
}
