//! Rules of reading.

use crate::store::Position;
use crate::testing::broken::{Broken, ensure};
use crate::testing::events::{call, event, events};
use crate::testing::expect::{all, has_all};
use crate::testing::subject::Subject;

/// A call can be read from any revision on.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_call_is_read_from_a_revision(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let stored = events(call(1), 5);
    store.append(&stored).await?;
    store.append(&events(call(2), 9)).await?;
    for from in [0, 1, 2, 5, 6, 7, u64::MAX] {
        let found = store.read(call(1), from).await?;
        let is_equal = found.iter().eq(stored.iter().filter(|event| event.revision >= from));
        ensure!(is_equal, "reading from revision {from} finds {} events, or another order", found.len());
    }
    Ok(())
}

/// The size of a page changes nothing in what is read, or in its order.
///
/// # Errors
///
/// The rule is broken.
pub async fn pages_of_any_size_have_the_same_events(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    for revision in 1..=10 {
        for number in [3, 1, 2] {
            store.append(&[event(call(number), revision, "page")]).await?;
        }
    }
    let expected = all(&*store, usize::MAX).await?;
    ensure!(expected.len() == 30, "30 events are stored, and {} are read", expected.len());
    for page in [1, 2, 7, 29, 30, 31] {
        ensure!(all(&*store, page).await? == expected, "pages of {page} have other events");
    }
    let order: Vec<_> = expected.iter().map(|stored| stored.event.call).take(3).collect();
    ensure!(order == [call(3), call(1), call(2)], "the events are not in the order of the appends");
    let last = store.last().await?;
    let is_last = expected.last().is_some_and(|stored| stored.position == last);
    ensure!(is_last, "the last event is not at {last:?}, where the store says that it is");
    ensure!(store.read_all(Position::START, 0).await?.is_empty(), "a page of no events has some");
    ensure!(store.read_all(Position::new(u64::MAX), 1).await?.is_empty(), "there is an event after the last");
    Ok(())
}

/// Each position is higher than the one before, and the position of a deleted event is not assigned again.
///
/// # Errors
///
/// The rule is broken.
pub async fn positions_rise_and_are_not_used_again(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    store.append(&events(call(1), 3)).await?;
    store.append(&events(call(2), 3)).await?;
    let before = all(&*store, 2).await?;
    let rises = before.is_sorted_by(|one, next| one.position < next.position);
    ensure!(rises && before.iter().all(|one| one.position > Position::START), "the positions do not rise");
    store.delete(call(2)).await?;
    store.append(&events(call(3), 1)).await?;
    let after = all(&*store, 2).await?;
    let (last, new) = (before.last().map(|one| one.position), after.last().map(|one| one.position));
    ensure!(new > last, "an event after {last:?} has position {new:?}");
    Ok(())
}

/// As [`many_events_come_back_in_order`], with 20,000 events.
///
/// # Errors
///
/// The rule is broken.
pub async fn twenty_thousand_events_come_back_in_order(subject: &dyn Subject) -> Result<(), Broken> {
    many_events_come_back_in_order(subject, 20_000).await
}

/// Many events of a hundred calls come back in the order in which they were appended.
///
/// # Errors
///
/// The rule is broken.
pub async fn many_events_come_back_in_order(subject: &dyn Subject, count: u64) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let (mut expected, mut revision) = (Vec::new(), 0);
    while (expected.len() as u64) < count {
        revision += 1;
        let batch: Vec<_> = (0..100).map(|number| event(call(number), revision, "many")).collect();
        store.append(&batch).await?;
        expected.extend(batch);
    }
    has_all(&*store, &expected).await
}
