//! The threads that read, each on its own connection. A long read does not hold up short ones.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::failed::Failed;

/// A read that waits for a thread.
type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The queue of the threads.
pub(super) struct Readers {
    /// `None` only while the readers are dropped.
    queue: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts a thread for each connection.
    pub(super) fn start(connections: Vec<Connection>) -> std::io::Result<Self> {
        let (queue, jobs) = channel();
        let jobs = Arc::new(Mutex::new(jobs));
        let start = |connection| {
            let jobs = Arc::clone(&jobs);
            let thread = std::thread::Builder::new().name("callfold-read".into());
            thread.spawn(move || read_all(&connection, &jobs))
        };
        let threads = connections.into_iter().map(start).collect::<Result<_, _>>()?;
        Ok(Self { queue: Some(queue), threads })
    }

    /// Waits for the answer of a read.
    pub(super) async fn read<T, W>(&self, work: W) -> Result<T, Failed>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, Failed> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            if !answer.is_closed() {
                // A caller that no longer waits needs no answer.
                let _ = answer.send(work(connection));
            }
        });
        self.queue.as_ref().and_then(|queue| queue.send(job).ok()).ok_or(Failed::Stopped)?;
        answered.await.unwrap_or(Err(Failed::Stopped))
    }
}

/// Waits until the reads have ended.
impl Drop for Readers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // It fails only if the thread panicked, and each waiting caller has learned that already.
            let _ = thread.join();
        }
    }
}

fn read_all(connection: &Connection, jobs: &Mutex<Receiver<Job>>) {
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
    while let Ok(job) = next() {
        job(connection);
    }
}
