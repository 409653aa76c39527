//! Waking those who wait for events.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::{OnceCell, watch};
use tokio::task::AbortHandle;

use super::failed::Failed;
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
        if !is_first {
            let after = after.number() / LINES as u64;
            // In both cases of a failure, the reader looks again.
            _ = tokio::time::timeout(LOOK_AGAIN, last.wait_for(|last| *last > after)).await;
        }
        Ok(())
    }
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
        // Without a subscription, readers look again and again.
    });
    Ok(Started { last, task: task.abort_handle() })
}
