//! Rules of many callers at the same time.

use std::collections::BTreeMap;
use std::sync::Arc;

use callfold::{CallId, Recorded};
use tokio::sync::watch;
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

/// The revisions in one batch of a writer, one batch after the other.
const SIZES: [u64; 7] = [1, 2, 1, 20, 1, 4, 1];

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

/// A reader that polls while others append sees each event exactly once, and the events of a call in their order. It skips
/// none that is committed late.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_polling_reader_sees_each_event_once(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let polls = watch::Sender::new(0);
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(Arc::clone(&store), writer, polls.subscribe()));
    }
    let mut seen = Seen::default();
    while !writers.is_empty() {
        seen.poll(&*store, 7).await?;
        polls.send_modify(|polls| *polls += 1);
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

/// Appends the events of two calls in small and large batches, so that a small one can overtake a large one. Waits for a poll
/// after each batch, so that the reader comes while others are in the middle of an append.
async fn write(store: Arc<dyn Store>, writer: u32, mut polls: watch::Receiver<u64>) -> Result<(), Broken> {
    let mut sizes = SIZES.iter().cycle().skip(writer as usize);
    let mut first = 1;
    while first <= EVENTS {
        let last = (first + sizes.next().unwrap_or(&1) - 1).min(EVENTS);
        let revisions = first..=last;
        let two =
            revisions.flat_map(|revision| [writer * 2, writer * 2 + 1].map(|number| (number, revision)));
        let batch: Vec<_> = two.map(|(number, revision)| event(call(number), revision, "poll")).collect();
        store.append(&batch).await?;
        polls.changed().await.map_err(|_| Broken::new("the reader is gone"))?;
        first = last + 1;
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
