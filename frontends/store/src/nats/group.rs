//! Sending atomic batches. The server takes some milliseconds for each, so all that waits meanwhile goes into the next one.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::failed::Failed;
use super::server::{Draft, LARGEST_BATCH};
use super::{Nats, leases};
use crate::lease::Lease;

/// The messages that wait for the next batch.
#[derive(Default)]
pub(super) struct Group {
    waiting: Mutex<Vec<Job>>,
    /// Whoever has it sends.
    turn: tokio::sync::Mutex<()>,
}

/// Messages that are stored together, if the leases stand.
struct Job {
    under: Vec<Lease>,
    drafts: Vec<Draft>,
    answer: oneshot::Sender<Result<u64, Failed>>,
}

/// Stores messages, all or none, if the leases stand. Returns the sequence of the last; those before it have the numbers
/// before.
///
/// If the check of one message of a batch fails, all jobs of the batch are late: each looks again, and the one that is to
/// blame does not come back.
pub(super) async fn store(nats: &Nats, under: &[Lease], drafts: Vec<Draft>) -> Result<u64, Failed> {
    let count = drafts.len() + under.len();
    if count > LARGEST_BATCH {
        return Err(Failed::TooMany(count));
    }
    drafts.iter().try_for_each(|draft| nats.server.fits(draft))?;
    let (answer, mut answered) = oneshot::channel();
    nats.group.waiting().push(Job { under: under.to_vec(), drafts, answer });
    let _turn = nats.group.turn().await;
    loop {
        match answered.try_recv() {
            Ok(answer) => return answer,
            // The future of the caller that sent the batch was dropped.
            Err(oneshot::error::TryRecvError::Closed) => return Err(Failed::NoAnswer),
            Err(oneshot::error::TryRecvError::Empty) => send(nats).await,
        }
    }
}

impl Group {
    /// Waits until no batch is on its way.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// No method panics while it holds the lock, so what is behind it is always whole.
    fn waiting(&self) -> MutexGuard<'_, Vec<Job>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The jobs that fit into one batch. No two of them have the same subject, because the server checks only the first
    /// message of a subject.
    fn take(&self) -> Vec<Job> {
        let mut waiting = self.waiting();
        let (mut taken, mut subjects, mut count) = (Vec::new(), BTreeSet::new(), 0);
        for job in mem::take(&mut *waiting) {
            let of_job: BTreeSet<_> = job.drafts.iter().map(|draft| draft.subject().to_owned()).collect();
            let larger = count + job.drafts.len() + job.under.len();
            if larger > LARGEST_BATCH || !subjects.is_disjoint(&of_job) {
                waiting.push(job);
                continue;
            }
            count = larger;
            subjects.extend(of_job);
            taken.push(job);
        }
        taken
    }
}

/// Sends what waits, as far as it fits into one batch.
async fn send(nats: &Nats) {
    let jobs = nats.group.take();
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
    let outcome = store_under(nats, &under, drafts).await;
    for (answer, end) in answers {
        // The messages of the job end this far before the end of the batch.
        let outcome = outcome.clone().map(|last| last.saturating_sub(count - end));
        // A caller that no longer waits needs no answer.
        _ = answer.send(outcome);
    }
}

async fn store_under(nats: &Nats, under: &[Lease], drafts: Vec<Draft>) -> Result<u64, Failed> {
    let mut all = match leases::fences(nats, under).await {
        // Another job of this batch may still have its leases.
        Err(Failed::LeaseLost(_)) => return Err(Failed::Late),
        fences => fences?,
    };
    all.extend(drafts);
    nats.server.store_all(all).await
}
