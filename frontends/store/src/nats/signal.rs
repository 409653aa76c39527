//! Waking those who wait for events.

use std::time::Duration;

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
    /// The sequence of the last event that the server reported.
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
    /// subscription began was not reported.
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

async fn start(server: &Server, subjects: &Subjects) -> Result<Started, Failed> {
    let mut reports = server.in_time(server.client.subscribe(subjects.stored())).await?;
    // The subscription has begun when the server has answered to what was sent after it.
    server.in_time(server.client.flush()).await?;
    let (reported, last) = watch::channel(0);
    let task = tokio::spawn(async move {
        while let Some(report) = reports.next().await {
            let headers = report.headers.unwrap_or_default();
            let sequence = headers.get("Nats-Sequence").and_then(|sequence| sequence.as_str().parse().ok());
            _ = reported.send_replace(sequence.unwrap_or(u64::MAX));
        }
        // Without a subscription, readers look again and again.
    });
    Ok(Started { last, task: task.abort_handle() })
}
