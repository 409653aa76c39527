//! Forgetting: ended calls, when there are too many, and everything, when somebody asks for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use callfold::CallId;
use callfold_store::{Position, StoreError};
use tokio::task::JoinSet;
use tracing::warn;

use crate::host::Host;
use crate::locks::Scope;

/// How many events are read from the store at a time.
const READ: usize = 1000;

impl Host {
    /// Deletes calls from a store in memory. A store that lasts keeps them.
    pub(crate) fn delete(&self, calls: Vec<CallId>) {
        if !self.forgets_in_store || calls.is_empty() {
            return;
        }
        let store = Arc::clone(&self.store);
        tokio::spawn(async move {
            for call in calls {
                if let Err(failed) = store.delete(call).await {
                    warn!(%call, error = %failed, "cannot forget a call");
                }
            }
        });
    }

    /// Forgets everything but the settings: the scenarios and the faults are again those of the start. The clock goes on.
    pub(crate) async fn reset(&self) -> Result<(), StoreError> {
        if self.sharing.is_some() {
            let why = "other processes can use this store; delete calls with `callfold store delete`";
            return Err(StoreError::lasting(why));
        }
        let _all = self.locks.of(&Scope::All).await;
        self.delete_all().await?;
        let mut posts = {
            let mut live = self.live_mut();
            live.clear(self.settings.faults.clone());
            self.possible_faults.set(&live.failing);
            // Webhooks are taken and begun under the lock of `live`, so none from before is begun later.
            std::mem::take(&mut *self.posts())
        };
        // Calls of scenarios have the same ids again: what is still being posted must not settle their webhooks.
        posts.shutdown().await;
        self.deliveries.clear();
        self.begin_scenarios(0);
        Ok(())
    }

    async fn delete_all(&self) -> Result<(), StoreError> {
        let mut after = Position::START;
        loop {
            let stored = self.store.read_all(after, READ).await?;
            let Some(last) = stored.last() else { return Ok(()) };
            after = last.position;
            let calls: BTreeSet<CallId> = stored.iter().map(|stored| stored.event.call).collect();
            // All at the same time, so that the store can commit them together.
            let mut deletes = JoinSet::new();
            for call in calls {
                let store = Arc::clone(&self.store);
                deletes.spawn(async move { store.delete(call).await });
            }
            while let Some(deleted) = deletes.join_next().await {
                deleted.unwrap_or(Ok(true))?;
            }
        }
    }
}
