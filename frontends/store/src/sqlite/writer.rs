//! The thread that writes. It commits all waiting work in one transaction, so that many callers share the wait for the
//! disk.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::failed::Failed;

/// The bytes that may wait to be written. Who comes later waits before the queue.
const QUEUE: u32 = 64 << 20;

/// The bytes of a piece of work besides its lines.
const OVERHEAD: usize = 1 << 10;

/// The most pieces of work in one transaction.
const GROUP: usize = 1024;

/// The queue of the thread.
pub(super) struct Writer {
    /// `None` only while the writer is dropped.
    queue: Option<Sender<Box<dyn Job>>>,
    room: Arc<Semaphore>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (queue, jobs) = channel();
        let thread = std::thread::Builder::new().name("callfold-write".into());
        let thread = thread.spawn(move || write_all(connection, &jobs))?;
        Ok(Self { queue: Some(queue), room: Arc::new(Semaphore::new(QUEUE as usize)), thread: Some(thread) })
    }

    /// Waits until the work is committed. If this future is dropped after the work is in the queue, it is still done.
    pub(super) async fn write<T, W>(&self, bytes: usize, work: W) -> Result<T, Failed>
    where
        T: Send + 'static,
        W: Fn(&Connection) -> Result<T, Failed> + Send + 'static,
    {
        let bytes = u32::try_from(bytes.saturating_add(OVERHEAD)).unwrap_or(QUEUE).min(QUEUE);
        let room = Arc::clone(&self.room).acquire_many_owned(bytes).await.map_err(|_| Failed::Stopped)?;
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Write { work, done: None, answer, _room: room });
        self.queue.as_ref().and_then(|queue| queue.send(job).ok()).ok_or(Failed::Stopped)?;
        answered.await.unwrap_or(Err(Failed::Stopped))
    }
}

/// Waits until the queue is written.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // It fails only if the thread panicked, and each waiting caller has learned that already.
            let _ = thread.join();
        }
    }
}

/// A piece of work in the queue.
trait Job: Send {
    /// Does the work. After an error, what it changed is undone.
    fn run(&mut self, connection: &Connection) -> Result<(), Failed>;

    /// Answers the caller.
    fn answer(self: Box<Self>, outcome: Result<(), Failed>);
}

struct Write<T, W> {
    work: W,
    done: Option<T>,
    answer: oneshot::Sender<Result<T, Failed>>,
    /// Makes room in the queue when it is dropped.
    _room: OwnedSemaphorePermit,
}

impl<T: Send, W: Fn(&Connection) -> Result<T, Failed> + Send> Job for Write<T, W> {
    fn run(&mut self, connection: &Connection) -> Result<(), Failed> {
        self.done = Some((self.work)(connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), Failed>) {
        let Self { done, answer, .. } = *self;
        // A caller that no longer waits needs no answer.
        let _ = answer.send(outcome.and_then(|()| done.ok_or(Failed::Stopped)));
    }
}

fn write_all(mut connection: Connection, queue: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = queue.recv() {
        let mut jobs: Vec<_> = std::iter::once(first).chain(queue.try_iter().take(GROUP - 1)).collect();
        let outcomes = commit(&mut connection, &mut jobs);
        let outcomes = outcomes.unwrap_or_else(|failed| vec![Err(failed); jobs.len()]);
        jobs.into_iter().zip(outcomes).for_each(|(job, outcome)| job.answer(outcome));
    }
}

/// Commits all jobs but those that fail: these change nothing. An error of the whole transaction fails them all.
fn commit(connection: &mut Connection, jobs: &mut [Box<dyn Job>]) -> Result<Vec<Result<(), Failed>>, Failed> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut outcomes = Vec::with_capacity(jobs.len());
    for job in jobs {
        let savepoint = transaction.savepoint()?;
        let outcome = job.run(&savepoint);
        match outcome {
            Ok(()) => savepoint.commit()?,
            // SQLite ends the whole transaction after some errors, such as that of a full disk.
            Err(failed) if savepoint.is_autocommit() => return Err(failed),
            Err(_) => savepoint.finish()?,
        }
        outcomes.push(outcome);
    }
    transaction.commit()?;
    Ok(outcomes)
}
