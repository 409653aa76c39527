//! Sending atomic batches. The server takes some milliseconds for each, so all that waits meanwhile goes into the next one.

use std::collections::BTreeMap;

use tokio::sync::oneshot;

use super::failed::Failed;
use super::leases;
use super::queue::Job;
use super::server::{Draft, LARGEST_BATCH};
use super::session::Session;
use crate::lease::Lease;

/// Stores messages, all or none, if the leases stand. Returns the sequence of the last; those before it have the numbers
/// before.
///
/// If the check of one message of a batch fails, all jobs of the batch are late: each looks again, and the one that is to
/// blame does not come back.
pub(super) async fn store(session: &Session, under: &[Lease], drafts: Vec<Draft>) -> Result<u64, Failed> {
    let count = drafts.len() + under.len();
    if count > LARGEST_BATCH {
        return Err(Failed::TooMany { messages: count, limit: LARGEST_BATCH });
    }
    drafts.iter().try_for_each(|draft| session.server.fits(draft))?;
    let (answer, mut answered) = oneshot::channel();
    session.queue.push(Job { under: under.to_vec(), drafts, answer });
    let _turn = session.queue.turn().await;
    loop {
        match answered.try_recv() {
            Ok(answer) => return answer,
            // The future of the caller that sent the batch was dropped.
            Err(oneshot::error::TryRecvError::Closed) => return Err(Failed::NoAnswer),
            Err(oneshot::error::TryRecvError::Empty) => send(session).await,
        }
    }
}

/// Sends what waits, as far as it fits into one batch.
async fn send(session: &Session) {
    let jobs = session.queue.take();
    let under: BTreeMap<_, _> = jobs
        .iter()
        .flat_map(|job| &job.under)
        .map(|lease| ((&lease.name, lease.token), lease.clone()))
        .collect();
    let under: Vec<_> = under.into_values().collect();
    let (mut drafts, mut answers) = (Vec::new(), Vec::new());
    for job in jobs {
        drafts.extend(job.drafts);
        answers.push((job.answer, drafts.len() as u64));
    }
    let count = drafts.len() as u64;
    let outcome = store_under(session, &under, drafts).await;
    for (answer, end) in answers {
        // The messages of the job end this far before the end of the batch.
        let outcome = outcome.clone().map(|last| last.saturating_sub(count - end));
        // A caller that no longer waits needs no answer.
        _ = answer.send(outcome);
    }
}

async fn store_under(session: &Session, under: &[Lease], drafts: Vec<Draft>) -> Result<u64, Failed> {
    let mut all = match leases::fences(session, under).await {
        // Another job of this batch may still have its leases.
        Err(Failed::LeaseLost(_)) => return Err(Failed::Late),
        fences => fences?,
    };
    all.extend(drafts);
    session.server.store_all(all).await
}
