//! What is undone where somebody ends the process, with Ctrl-C or with SIGTERM, or closes the terminal.

#[cfg(unix)]
use std::collections::BTreeMap;
use std::io;
#[cfg(unix)]
use std::sync::{Mutex, MutexGuard, PoisonError};
#[cfg(unix)]
use std::thread;

#[cfg(unix)]
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
#[cfg(unix)]
use signal_hook::iterator::{Handle, Signals};
#[cfg(unix)]
use signal_hook::low_level::emulate_default_handler;

/// Until it is dropped, something is undone where a signal ends the process.
pub(crate) struct Undoing {
    /// Its number among those that are not dropped.
    #[cfg(unix)]
    number: u64,
}

/// What is undone, the newest first, and the signals, after the first use.
#[cfg(unix)]
struct Waiting {
    undos: BTreeMap<u64, Box<dyn FnOnce() + Send>>,
    signals: Option<Handle>,
}

#[cfg(unix)]
static WAITING: Mutex<Waiting> = Mutex::new(Waiting { undos: BTreeMap::new(), signals: None });

#[cfg(unix)]
fn waiting() -> MutexGuard<'static, Waiting> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
impl Undoing {
    /// Undoes something before a signal ends the process, which then ends as it does without this.
    pub(crate) fn with(undo: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let mut waiting = waiting();
        waiting.signals()?;
        let number = waiting.undos.last_key_value().map_or(0, |(last, _)| last + 1);
        waiting.undos.insert(number, Box::new(undo));
        Ok(Self { number })
    }

    /// The same, for something that fills the terminal, and is undone where the terminal is closed, too.
    pub(crate) fn of_terminal(undo: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        waiting().signals()?.add_signal(SIGHUP)?;
        Self::with(undo)
    }
}

#[cfg(unix)]
impl Drop for Undoing {
    fn drop(&mut self) {
        waiting().undos.remove(&self.number);
    }
}

#[cfg(unix)]
impl Waiting {
    /// The signals that end the process. A thread waits for them.
    fn signals(&mut self) -> io::Result<&Handle> {
        if self.signals.is_none() {
            let mut signals = Signals::new([SIGINT, SIGTERM])?;
            self.signals = Some(signals.handle());
            thread::spawn(move || signals.forever().next().map(end));
        }
        self.signals.as_ref().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Undoes everything and ends the process.
#[cfg(unix)]
fn end(signal: i32) {
    // It is kept, so that nothing is begun again before the process ends.
    let mut waiting = waiting();
    while let Some((_, undo)) = waiting.undos.pop_last() {
        undo();
    }
    _ = emulate_default_handler(signal);
}

#[cfg(not(unix))]
impl Undoing {
    /// There are no signals here.
    pub(crate) fn with(_undo: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        Ok(Self {})
    }

    /// There are no signals here.
    pub(crate) fn of_terminal(undo: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        Self::with(undo)
    }
}
