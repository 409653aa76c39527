//! Counts what is going on, so that others can wait until nothing is.

use std::sync::Arc;

use tokio::sync::watch;

/// The number of requests and webhooks that are going on.
#[derive(Clone, Debug)]
pub(crate) struct Busy(Arc<watch::Sender<usize>>);

/// One of them. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Going(Busy);

impl Busy {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    pub(crate) fn begin(&self) -> Going {
        self.0.send_modify(|count| *count += 1);
        Going(self.clone())
    }

    /// Waits until nothing is going on.
    pub(crate) async fn quiet(&self) {
        // The sender lives as long as this.
        _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }

    /// True if nothing is going on.
    pub(crate) fn is_quiet(&self) -> bool {
        *self.0.borrow() == 0
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}
