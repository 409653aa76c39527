//! Work that is done to its end, whoever stops waiting for it.

use std::future::{Future, pending};

/// Does the work in a task of its own. A client that disconnects, or a program that drops the future, cannot cut it off: an
/// event that is stored is folded too.
pub(crate) async fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime ends, and this task with it.
            Err(_) => pending().await,
        },
    }
}
