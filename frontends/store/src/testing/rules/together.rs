//! Rules of many callers at the same time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use callfold::{CallId, Recorded};
use tokio::task::JoinSet;

use crate::error::AppendError;
use crate::store::{Position, Store, Stored};
use crate::testing::broken::{Broken, ensure};
use crate::testing::events::{call, event};
use crate::testing::expect::has;
use crate::testing::subject::Subject;

/// The callers that race for one revision.
const RACERS: usize = 40;

/// The callers that write while one reads.
const WRITERS: u32 = 8;

/// The events of each of these calls.
const EVENTS: u64 = 60;

/// Of forty callers that append different events of one revision, exactly one succeeds. The others learn its line.
///
/// # Errors
///
/// The rule is broken.
pub async fn one_of_forty_racers_wins(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let mut expected = Vec::new();
    for revision in 1..=10 {
        expected.push(race(&store, revision).await?);
        has(&*store, call(1), &expected).await?;
    }
    Ok(())
}

/// Returns the event of the winner.
async fn race(store: &Arc<dyn Store>, revision: u64) -> Result<Recorded, Broken> {
    let start = Arc::new(tokio::sync::Barrier::new(RACERS));
    let mut racers = JoinSet::new();
    for racer in 0..RACERS {
        let (store, start) = (Arc::clone(store), Arc::clone(&start));
        let event = event(call(1), revision, &format!("racer {racer}"));
        racers.spawn(async move {
            start.wait().await;
            (store.append(std::slice::from_ref(&event)).await, event)
        });
    }
    let (mut winners, mut found) = (Vec::new(), Vec::new());
    for (outcome, event) in racers.join_all().await {
        match outcome {
            Ok(()) => winners.push(event),
            Err(AppendError::Conflict(conflict)) => found.push(conflict.found),
            Err(other @ (AppendError::LeaseLost(_) | AppendError::Store(_))) => return Err(other.into()),
        }
    }
    ensure!(winners.len() == 1, "{} of {RACERS} racers won revision {revision}", winners.len());
    let winner = winners.pop().ok_or_else(|| Broken::new("nobody won"))?;
    let line = winner.to_string();
    let all_found = found.iter().all(|found| found.as_ref().is_some_and(|found| *found.expose() == line));
    ensure!(all_found, "a racer that lost did not get the line of the winner");
    Ok(winner)
}

/// A reader that polls while others append sees each event exactly once, and the events of a call in their order.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_polling_reader_sees_each_event_once(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(Arc::clone(&store), writer));
    }
    let mut seen = Seen::default();
    while !writers.is_empty() {
        seen.poll(&*store, 7).await?;
        while let Some(written) = writers.try_join_next() {
            written.map_err(|error| Broken::new(error.to_string()))??;
        }
        tokio::task::yield_now().await;
    }
    while seen.poll(&*store, 7).await? > 0 {}
    let complete = seen.next.values().filter(|next| **next == EVENTS + 1).count();
    let calls = WRITERS as usize * 2;
    ensure!(complete == calls, "the reader saw all events of {complete} calls, not of {calls}");
    Ok(())
}

/// A reader that waits for new events sees one soon after it is appended.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_waiting_reader_sees_an_event_soon(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    store.append(&[event(call(1), 1, "before")]).await?;
    let before = store.read_all(Position::START, 10).await?;
    let after = before.last().map_or(Position::START, |last| last.position);
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
    let seen = tokio::time::timeout(Duration::from_secs(2), waiting).await;
    let seen = seen.map_err(|_| Broken::new("a waiting reader saw no new event within two seconds"))?;
    let seen = seen.map_err(|error| Broken::new(error.to_string()))??;
    ensure!(seen == 1, "one event was appended, and a waiting reader saw {seen}");
    Ok(())
}

/// Appends the events of two calls in batches of different sizes.
async fn write(store: Arc<dyn Store>, writer: u32) -> Result<(), Broken> {
    let mut size = u64::from(writer % 3) + 1;
    let mut first = 1;
    while first <= EVENTS {
        let last = (first + size - 1).min(EVENTS);
        let revisions = first..=last;
        let two =
            revisions.flat_map(|revision| [writer * 2, writer * 2 + 1].map(|number| (number, revision)));
        let batch: Vec<_> = two.map(|(number, revision)| event(call(number), revision, "poll")).collect();
        store.append(&batch).await?;
        tokio::task::yield_now().await;
        (first, size) = (last + 1, size % 5 + 1);
    }
    Ok(())
}

/// What a polling reader has seen.
#[derive(Default)]
struct Seen {
    after: Position,
    /// The revision that each call must have next.
    next: BTreeMap<CallId, u64>,
}

impl Seen {
    async fn poll(&mut self, store: &dyn Store, page: usize) -> Result<usize, Broken> {
        let read = store.read_all(self.after, page).await?;
        for Stored { position, event } in &read {
            let after = self.after;
            ensure!(*position > after, "after {after:?} the reader got {position:?}");
            self.after = *position;
            let next = self.next.entry(event.call).or_insert(1);
            ensure!(event.revision == *next, "the reader got revision {}, not {next}", event.revision);
            *next += 1;
        }
        Ok(read.len())
    }
}
