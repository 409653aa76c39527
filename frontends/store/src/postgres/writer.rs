//! The task that writes. It does all waiting work in one transaction, so that many callers share the wait for the disk of the
//! server.

use std::sync::Arc;

use deadpool_postgres::Pool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::connect::{ANSWER, drop_idle};
use super::failed::Failed;
use super::write::{self, Work};

/// The bytes that may wait to be written. Who comes later waits before the queue.
const QUEUE: u32 = 64 << 20;

/// The bytes of a piece of work besides what is stored.
const OVERHEAD: usize = 1 << 10;

/// The most pieces of work in one transaction.
const GROUP: usize = 1024;

/// The queue of the task. When it is dropped, the task ends after the work in it.
pub(super) struct Writer {
    queue: mpsc::UnboundedSender<Job>,
    room: Arc<Semaphore>,
}

struct Job {
    work: Work,
    answer: oneshot::Sender<Result<(), Failed>>,
    /// Makes room in the queue when it is dropped.
    _room: OwnedSemaphorePermit,
}

impl Writer {
    /// Starts the task.
    pub(super) fn start(pool: Pool) -> Self {
        let (queue, jobs) = mpsc::unbounded_channel();
        tokio::spawn(write_all(pool, jobs));
        Self { queue, room: Arc::new(Semaphore::new(QUEUE as usize)) }
    }

    /// Waits until the work is committed. If this future is dropped after the work is in the queue, it is still done.
    pub(super) async fn write(&self, work: Work) -> Result<(), Failed> {
        let bytes = u32::try_from(work.bytes().saturating_add(OVERHEAD)).unwrap_or(QUEUE).min(QUEUE);
        let room = Arc::clone(&self.room).acquire_many_owned(bytes).await.map_err(|_| Failed::Stopped)?;
        let (answer, answered) = oneshot::channel();
        self.queue.send(Job { work, answer, _room: room }).map_err(|_| Failed::Stopped)?;
        answered.await.unwrap_or(Err(Failed::Stopped))
    }
}

async fn write_all(pool: Pool, mut queue: mpsc::UnboundedReceiver<Job>) {
    let mut jobs = Vec::with_capacity(GROUP);
    while queue.recv_many(&mut jobs, GROUP).await > 0 {
        let (work, answers): (Vec<_>, Vec<_>) =
            jobs.drain(..).map(|job| (job.work, (job.answer, job._room))).unzip();
        let outcomes = write_group(&pool, &work).await;
        for ((answer, _room), outcome) in answers.into_iter().zip(outcomes) {
            // A caller that no longer waits needs no answer.
            _ = answer.send(outcome);
        }
    }
}

/// The outcome of each piece of work. If PostgreSQL refuses the whole group, each piece is tried alone, so that one cannot
/// harm the others.
async fn write_group(pool: &Pool, group: &[Work]) -> Vec<Result<(), Failed>> {
    match write_again(pool, group).await {
        Ok(outcomes) => outcomes,
        Err(failed) if failed.is_cut() || group.len() == 1 => vec![Err(failed); group.len()],
        Err(_) => {
            let mut outcomes = Vec::with_capacity(group.len());
            for work in group {
                let alone = write_again(pool, std::slice::from_ref(work)).await;
                outcomes.push(alone.and_then(|mut outcomes| outcomes.pop().unwrap_or(Err(Failed::Stopped))));
            }
            outcomes
        }
    }
}

/// Writes a group, and once more over a new connection if the first was cut. What was written then counts as written.
async fn write_again(pool: &Pool, group: &[Work]) -> Result<Vec<Result<(), Failed>>, Failed> {
    match write_once(pool, group).await {
        Err(failed) if failed.is_cut() => {
            drop_idle(pool);
            write_once(pool, group).await
        }
        other => other,
    }
}

async fn write_once(pool: &Pool, group: &[Work]) -> Result<Vec<Result<(), Failed>>, Failed> {
    let client = pool.get().await?;
    let refused = match tokio::time::timeout(ANSWER, write::write(&client, group)).await {
        Ok(refused) => refused?,
        Err(_) => {
            // The server may still be at work with it.
            drop(deadpool_postgres::Object::take(client));
            return Err(Failed::NoAnswer);
        }
    };
    let mut outcomes = vec![Ok(()); group.len()];
    for (work, failed) in refused {
        if let Some(outcome) = outcomes.get_mut(work) {
            *outcome = Err(failed);
        }
    }
    Ok(outcomes)
}
