//! Counts what is going on, so that others can wait until nothing is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// The number of requests and webhooks that are going on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Busy(Arc<Count>);

#[derive(Debug, Default)]
struct Count {
    going: AtomicUsize,
    none: Notify,
}

/// One of them. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Going(Busy);

impl Busy {
    pub(crate) fn begin(&self) -> Going {
        self.0.going.fetch_add(1, Ordering::SeqCst);
        Going(self.clone())
    }

    /// True if nothing is going on.
    pub(crate) fn is_quiet(&self) -> bool {
        self.0.going.load(Ordering::SeqCst) == 0
    }

    /// Waits until nothing is going on.
    pub(crate) async fn quiet(&self) {
        loop {
            // Who waits is told of what ends from here on.
            let none = self.0.none.notified();
            if self.is_quiet() {
                return;
            }
            none.await;
        }
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        if self.0.0.going.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.0.none.notify_waiters();
        }
    }
}
