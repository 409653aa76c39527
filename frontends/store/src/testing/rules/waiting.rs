//! Rules of waiting for new events.

use std::sync::Arc;
use std::time::Duration;

use crate::store::{Position, Store};
use crate::testing::broken::{Broken, ensure};
use crate::testing::events::{call, event};
use crate::testing::subject::Subject;

/// How soon a waiting reader must see an event.
const SOON: Duration = Duration::from_secs(2);

/// How long a reader waits for nothing.
const QUIET: Duration = Duration::from_millis(500);

/// How often waiting for nothing may end in this time.
const WAKES: usize = 50;

/// The position of the last event.
async fn last(store: &dyn Store) -> Result<Position, Broken> {
    let read = store.read_all(Position::START, 10).await?;
    Ok(read.last().map_or(Position::START, |last| last.position))
}

/// A reader that waits for new events sees one soon after it is appended.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_waiting_reader_sees_an_event_soon(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    store.append(&[event(call(1), 1, "before")]).await?;
    let after = last(&*store).await?;
    let reader = Arc::clone(&store);
    let waiting = tokio::spawn(async move {
        loop {
            reader.wait(after).await?;
            let new = reader.read_all(after, 10).await?;
            if !new.is_empty() {
                return Ok::<_, Broken>(new.len());
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    store.append(&[event(call(1), 2, "after")]).await?;
    let seen = tokio::time::timeout(SOON, waiting).await;
    let seen = seen.map_err(|_| Broken::new("a waiting reader saw no new event within two seconds"))?;
    let seen = seen.map_err(|error| Broken::new(error.to_string()))??;
    ensure!(seen == 1, "one event was appended, and a waiting reader saw {seen}");
    Ok(())
}

/// Waiting ends if the event is there already when it begins.
///
/// # Errors
///
/// The rule is broken.
pub async fn what_is_there_already_is_not_waited_for(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    for revision in 1..=3 {
        store.append(&[event(call(1), revision, "there")]).await?;
    }
    let read = store.read_all(Position::START, 2).await?;
    let places = read.iter().map(|stored| stored.position);
    for after in std::iter::once(Position::START).chain(places) {
        let waited = tokio::time::timeout(SOON, store.wait(after)).await;
        waited.map_err(|_| {
            Broken::new(format!("an event is there after {after:?}, and a reader waits for two seconds"))
        })??;
    }
    Ok(())
}

/// A reader that waits while nothing is appended does not take a whole processor, also if the last events are deleted.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_waiting_reader_does_not_spin(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    store.append(&[event(call(1), 1, "kept")]).await?;
    let after = last(&*store).await?;
    store.append(&[event(call(2), 1, "deleted")]).await?;
    store.delete(call(2)).await?;
    let mut wakes = 0;
    let spinning = async {
        while wakes < WAKES {
            store.wait(after).await?;
            wakes += 1;
            tokio::task::yield_now().await;
        }
        Ok::<_, Broken>(())
    };
    match tokio::time::timeout(QUIET, spinning).await {
        Ok(ended) => ended?,
        Err(_) => return Ok(()),
    }
    Err(Broken::new(format!(
        "waiting for an event ended {wakes} times within half a second, and there was none"
    )))
}
