//! Lines that a thread of its own writes: who logs does not wait for the terminal.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The most bytes that wait. Lines that come beyond it are lost.
const MOST: usize = 16 << 20;
/// How long lines gather before they are written together. To wake a thread for each line costs more than the line.
const PAUSE: Duration = Duration::from_millis(10);
/// How long the end waits for what is not written yet.
const LAST: Duration = Duration::from_secs(1);

/// The lines that wait, for those who log.
#[derive(Debug, Default)]
pub(super) struct Lines {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    lost: u64,
    /// No more lines come.
    is_end: bool,
    /// All is written.
    is_done: bool,
}

/// The thread that writes them. When this is dropped, it writes what is left.
#[derive(Debug)]
pub(super) struct Writer(Arc<Lines>);

impl Lines {
    /// How many lines were lost.
    pub(super) fn lost(&self) -> u64 {
        self.waiting().lost
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while(
        &self,
        most: Duration,
        condition: impl FnMut(&mut Waiting) -> bool,
    ) -> MutexGuard<'_, Waiting> {
        let waited = self.changed.wait_timeout_while(self.waiting(), most, condition);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn write_all(&self, mut out: impl Write) {
        let mut bytes = Vec::new();
        loop {
            let is_end = {
                let waited = self
                    .changed
                    .wait_while(self.waiting(), |waiting| waiting.bytes.is_empty() && !waiting.is_end);
                let mut waiting = waited.unwrap_or_else(PoisonError::into_inner);
                std::mem::swap(&mut waiting.bytes, &mut bytes);
                waiting.is_end
            };
            // Nobody is left to tell that the log cannot be written.
            _ = out.write_all(&bytes).and_then(|()| out.flush());
            bytes.clear();
            if is_end {
                break;
            }
            drop(self.wait_while(PAUSE, |waiting| !waiting.is_end));
        }
        self.waiting().is_done = true;
        self.changed.notify_all();
    }
}

/// Each call is one line.
impl Write for &Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.waiting();
        if waiting.bytes.len().saturating_add(line.len()) > MOST {
            waiting.lost += 1;
            return Ok(line.len());
        }
        let is_first = waiting.bytes.is_empty();
        waiting.bytes.extend_from_slice(line);
        drop(waiting);
        if is_first {
            self.changed.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(out: impl Write + Send + 'static) -> io::Result<Self> {
        let lines = Arc::new(Lines::default());
        let written = Arc::clone(&lines);
        thread::Builder::new().name("log".into()).spawn(move || written.write_all(out))?;
        Ok(Self(lines))
    }

    /// Where lines are put that it writes.
    pub(super) const fn lines(&self) -> &Arc<Lines> {
        &self.0
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.waiting().is_end = true;
        self.0.changed.notify_all();
        drop(self.0.wait_while(LAST, |waiting| !waiting.is_done));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Where lines are written. The first line waits until somebody lets it go on.
    struct Out {
        go_on: mpsc::Receiver<()>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            _ = self.go_on.recv();
            self.written.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn who_logs_does_not_wait_and_no_line_is_lost_without_a_word() {
        let (go_on, waits) = mpsc::channel();
        let written = Arc::default();
        let writer = Writer::start(Out { go_on: waits, written: Arc::clone(&written) }).unwrap();
        let line = [b'a'; 1 << 20];
        for _ in 0..40 {
            _ = (&**writer.lines()).write(&line).unwrap();
        }
        let lost = writer.lines().lost();
        // 16 wait, and the thread may have taken as many at once before it waits itself.
        assert!((8..=24).contains(&lost), "{lost}");
        drop(go_on);
        drop(writer);
        assert_eq!(written.lock().unwrap().len(), (40 - lost as usize) << 20);
    }
}
