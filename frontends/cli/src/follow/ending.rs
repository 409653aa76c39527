//! How following ends where a signal ends the process: the log is closed first, so that SQLite leaves no files beside a store.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use crate::interrupt::Undoing;

/// How long the log may take to close. A server notices anyway that the process has ended.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether a signal has come.
pub(super) struct Ending {
    has_come: Arc<AtomicBool>,
    closed: Sender<Infallible>,
    /// Until it is dropped, the process ends as this says.
    _undoing: Undoing,
}

impl Ending {
    pub(super) fn new() -> io::Result<Self> {
        let has_come = Arc::new(AtomicBool::new(false));
        let (closed, is_closed) = channel();
        let seen = Arc::clone(&has_come);
        let undoing = Undoing::with(move || {
            seen.store(true, Ordering::Relaxed);
            // It ends when the other side is dropped, or when the time has passed.
            _ = is_closed.recv_timeout(PATIENCE);
        })?;
        Ok(Self { has_come, closed, _undoing: undoing })
    }

    pub(super) fn has_come(&self) -> bool {
        self.has_come.load(Ordering::Relaxed)
    }

    /// The log is closed, so the process may end. The signal ends it.
    pub(super) fn end(self) -> ! {
        drop(self.closed);
        loop {
            thread::park();
        }
    }
}
