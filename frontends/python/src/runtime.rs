//! The threads on which the local service and stores work.

use std::future::Future;
use std::pin::pin;
use std::process;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::error::wrong;

/// The runtime of this process. After a fork, the child makes one of its own: the threads of its parent are not in it. The
/// runtime of the parent is never dropped there, because to end it means to wait for its threads.
static RUNTIME: Mutex<Option<(u32, &'static Runtime)>> = Mutex::new(None);

/// How often Python is asked whether somebody has pressed Ctrl-C.
const ASKED: Duration = Duration::from_millis(50);

fn runtime() -> PyResult<&'static Runtime> {
    let mut made = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    match *made {
        Some((owner, runtime)) if owner == process::id() => Ok(runtime),
        _ => {
            let new =
                Builder::new_multi_thread().worker_threads(2).thread_name("callfold").enable_all().build();
            let runtime = &*Box::leak(Box::new(new.map_err(wrong)?));
            *made = Some((process::id(), runtime));
            Ok(runtime)
        }
    }
}

/// Waits for something, while other threads of Python go on. Ctrl-C ends the waiting.
pub(crate) fn wait<T: Send>(py: Python<'_>, future: impl Future<Output = T> + Send) -> PyResult<T> {
    let runtime = runtime()?;
    let mut future = pin!(future);
    loop {
        let done = py.detach(|| runtime.block_on(async { timeout(ASKED, future.as_mut()).await }));
        match done {
            Ok(done) => return Ok(done),
            // What handles a signal can wait for something, too: so no runtime may run here.
            Err(_) => py.check_signals()?,
        }
    }
}
