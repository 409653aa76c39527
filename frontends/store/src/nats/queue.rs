//! The messages that wait until they are sent in an atomic batch.

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::failed::Failed;
use super::server::{Draft, LARGEST_BATCH};
use crate::lease::Lease;

/// The messages that wait for the next batch.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Vec<Job>>,
    /// Whoever has it sends.
    turn: tokio::sync::Mutex<()>,
}

/// Messages that are stored together, if the leases stand.
pub(super) struct Job {
    pub(super) under: Vec<Lease>,
    pub(super) drafts: Vec<Draft>,
    pub(super) answer: oneshot::Sender<Result<u64, Failed>>,
}

impl Queue {
    pub(super) fn push(&self, job: Job) {
        self.waiting().push(job);
    }

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
    pub(super) fn take(&self) -> Vec<Job> {
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
