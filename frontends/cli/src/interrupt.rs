//! What is undone where somebody ends the process, with Ctrl-C or with SIGTERM.

#[cfg(unix)]
use std::io;
#[cfg(unix)]
use std::thread;

#[cfg(unix)]
use signal_hook::consts::{SIGINT, SIGTERM};
#[cfg(unix)]
use signal_hook::iterator::{Handle, Signals};
#[cfg(unix)]
use signal_hook::low_level::emulate_default_handler;

/// Until it is dropped, something is undone where a signal ends the process. After it is dropped, SIGINT and SIGTERM do
/// nothing, because signal-hook does not restore the default.
pub(crate) struct Undoing {
    #[cfg(unix)]
    signals: Handle,
}

#[cfg(unix)]
impl Undoing {
    /// Undoes something before a signal ends the process, which then ends as it does without this.
    pub(crate) fn with(undo: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let handle = signals.handle();
        thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                undo();
                _ = emulate_default_handler(signal);
            }
        });
        Ok(Self { signals: handle })
    }
}

#[cfg(unix)]
impl Drop for Undoing {
    fn drop(&mut self) {
        self.signals.close();
    }
}

#[cfg(not(unix))]
impl Undoing {
    /// There are no signals here.
    pub(crate) fn with(_undo: impl FnOnce() + Send + 'static) -> std::io::Result<Self> {
        Ok(Self {})
    }
}
