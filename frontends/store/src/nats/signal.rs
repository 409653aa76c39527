//! Waking those who wait for events.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::{OnceCell, watch};
use tokio::task::AbortHandle;

use super::failed::Failed;
use super::get;
use super::lines::LINES;
use super::server::Server;
use super::subjects::Subjects;
use crate::store::Position;

/// How long a reader waits before it looks for new events again, even if it has heard of none.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// One subscription for all who wait. It begins with the first of them.
#[derive(Default)]
pub(super) struct Signal {
    started: OnceCell<Started>,
}

struct Started {
    /// The highest sequence of an event that a process told.
    last: watch::Receiver<u64>,
    task: AbortHandle,
}

impl Drop for Started {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Signal {
    /// Waits until there can be events after a position. The first call returns at once: what was stored before the
    /// subscription began was not heard.
    pub(super) async fn wait(
        &self,
        server: &Server,
        subjects: &Subjects,
        after: Position,
    ) -> Result<(), Failed> {
        let mut is_first = false;
        let started = self.started.get_or_try_init(|| {
            is_first = true;
            start(server, subjects)
        });
        let mut last = started.await?.last.clone();
        let after = after.number() / LINES as u64;
        // What was told can be gone by now, and then the reader has not overlooked it.
        if is_first || *last.borrow_and_update() > after && is_stored(server, subjects, after).await? {
            return Ok(());
        }
        let told = async {
            while last.changed().await.is_ok() {
                if *last.borrow_and_update() > after {
                    return;
                }
            }
            // Nothing is told any more.
            std::future::pending().await
        };
        // After this time, the reader looks again.
        _ = tokio::time::timeout(LOOK_AGAIN, told).await;
        Ok(())
    }
}

/// True if there is an event after a sequence.
async fn is_stored(server: &Server, subjects: &Subjects, after: u64) -> Result<bool, Failed> {
    Ok(get::last(server, &subjects.all_events()).await?.is_some_and(|last| last.sequence > after))
}

/// Tells those who wait that an event with this sequence is stored. It is no harm if this gets lost, because they look again.
pub(super) async fn tell(server: &Server, subjects: &Subjects, last: u64) {
    let told = server.client.publish(subjects.stored(), Bytes::from(last.to_string()));
    _ = server.in_time(told).await;
}

async fn start(server: &Server, subjects: &Subjects) -> Result<Started, Failed> {
    let mut told = server.in_time(server.client.subscribe(subjects.stored())).await?;
    // The subscription has begun when the server has answered to what was sent after it.
    server.in_time(server.client.flush()).await?;
    let (highest, last) = watch::channel(0);
    let task = tokio::spawn(async move {
        while let Some(message) = told.next().await {
            let sequence = str::from_utf8(&message.payload).ok().and_then(|sequence| sequence.parse().ok());
            highest.send_if_modified(|last| {
                let is_new = sequence.is_some_and(|sequence| sequence > *last);
                *last = sequence.unwrap_or(0).max(*last);
                is_new
            });
        }
    });
    Ok(Started { last, task: task.abort_handle() })
}
