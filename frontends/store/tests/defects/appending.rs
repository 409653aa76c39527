//! Defects of appending.

use std::sync::atomic::Ordering;
use std::time::Duration;

use callfold::call::CallEvent;
use callfold::{Recorded, Secret};
use callfold_store::Ended;
use callfold_store::{AppendError, Conflict, Lease, Position};

use super::Defect;
use super::store::Defective;

impl Defective {
    pub(super) async fn append_wrongly(
        &self,
        leases: &[Lease],
        batch: &[Recorded],
    ) -> Result<(), AppendError> {
        match self.defect {
            Defect::ChecksLeasesBeforehand => {
                self.inner.append_under(leases, &[]).await?;
                tokio::task::yield_now().await;
                self.inner.append(batch).await
            }
            Defect::ChecksTheFirstLeaseOnly => {
                self.inner.append_under(leases.get(..1).unwrap_or_default(), batch).await
            }
            Defect::BeginsWhatIsRefused | Defect::EndsWhatIsRefused => {
                self.append_or_remember(leases, batch).await
            }
            Defect::CommitsLate => self.append_late(leases, batch).await,
            Defect::IgnoresLeases => self.inner.append(batch).await,
            Defect::RefusesRetries => self.refuse_retry(leases, batch).await,
            Defect::ReopensAFinishedCall => self.append_and_reopen(leases, batch).await,
            Defect::SortsABatchByCall => {
                let mut sorted = batch.to_vec();
                sorted.sort_by_key(|event| event.call);
                self.inner.append_under(leases, &sorted).await
            }
            Defect::StoresARetryTwice => self.append_twice(leases, batch).await,
            Defect::HidesTheLineOfTheWinner | Defect::TellsEverybodyThatTheyWon => {
                self.append_in_a_race(leases, batch).await
            }
            _ => match self.inner.append_under(leases, batch).await {
                Err(AppendError::Conflict(conflict)) => self.hide(conflict, leases, batch).await,
                other => other,
            },
        }
    }

    /// Remembers something of a call whose event was refused.
    async fn append_or_remember(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        let outcome = self.inner.append_under(leases, batch).await;
        for event in batch.iter().filter(|_| outcome.is_err()) {
            let mut wrong = self.wrong();
            match event.event {
                CallEvent::Placed(_) if self.has(Defect::BeginsWhatIsRefused) => {
                    wrong.unfinished.insert(event.call)
                }
                CallEvent::Step(..) if self.has(Defect::EndsWhatIsRefused) => {
                    Ended::of(event).is_some_and(|ended| wrong.ended.insert(ended))
                }
                _ => continue,
            };
        }
        outcome
    }

    /// Treats what is refused as this defect does.
    async fn hide(
        &self,
        conflict: Conflict,
        leases: &[Lease],
        batch: &[Recorded],
    ) -> Result<(), AppendError> {
        let is_hole = conflict.found.is_none();
        let hides = match self.defect {
            Defect::AcceptsHoles => is_hole,
            Defect::AcceptsChangedLines => !is_hole,
            Defect::AcceptsRevisionZero => conflict.revision == 0,
            Defect::IgnoresTheTime => is_other_time_only(&conflict, batch),
            _ => false,
        };
        let is_partly_stored = match self.defect {
            Defect::StoresEachCallByItself => !is_hole,
            Defect::StoresPartOfALargeBatch => batch.len() > 1000,
            _ => false,
        };
        if is_partly_stored {
            for event in batch {
                self.inner.append_under(leases, std::slice::from_ref(event)).await?;
            }
        }
        if hides { Ok(()) } else { Err(conflict.into()) }
    }

    /// Shows some events to readers only after they have looked for others, or after some time.
    async fn append_late(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        let mut last = self.last.lock().await;
        let before = *last;
        let own = before + 1..=before + batch.len() as u64;
        let is_late = before % 3 == 0;
        if is_late {
            self.wrong().uncommitted.extend(own.clone());
        }
        let outcome = self.inner.append_under(leases, batch).await;
        let new = self.inner.read_all(Position::new(before), usize::MAX).await?;
        *last = new.last().map_or(before, |last| last.position.number());
        drop(last);
        if is_late {
            let reads = self.reads.load(Ordering::SeqCst);
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_millis(1)).await;
                if self.reads.load(Ordering::SeqCst) > reads + 2 {
                    break;
                }
            }
            self.wrong().uncommitted.retain(|hidden| !own.contains(hidden));
        }
        outcome
    }

    async fn append_twice(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        let first = batch.first();
        let is_retry = match first {
            Some(first) => self.is_stored(first.call, first.revision).await?,
            None => false,
        };
        self.inner.append_under(leases, batch).await?;
        let last = self.inner.read_all(Position::START, usize::MAX).await?.last().map(|one| one.position);
        let again = last.zip(first).filter(|_| is_retry);
        self.wrong().doubled.extend(again.map(|(last, event)| (last.number(), event.clone())));
        Ok(())
    }

    async fn append_and_reopen(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        if let Some(first) = batch.first()
            && self.is_stored(first.call, 1).await?
            && !self.inner.unfinished().await?.contains(&first.call)
        {
            self.wrong().unfinished.insert(first.call);
        }
        self.inner.append_under(leases, batch).await
    }

    async fn refuse_retry(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        if let Some(first) = batch.first()
            && let Some(found) = self.inner.read(first.call, first.revision).await?.first()
            && found.revision == first.revision
        {
            let found = Some(Secret::new(found.to_string()));
            return Err(Conflict { call: first.call, revision: first.revision, found }.into());
        }
        self.inner.append_under(leases, batch).await
    }

    /// Is wrong only while another appends.
    async fn append_in_a_race(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        self.appending.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let outcome = self.inner.append_under(leases, batch).await;
        let is_race = self.appending.fetch_sub(1, Ordering::SeqCst) > 1;
        match outcome {
            Err(AppendError::Conflict(_)) if is_race && self.has(Defect::TellsEverybodyThatTheyWon) => Ok(()),
            Err(AppendError::Conflict(conflict)) if is_race => {
                Err(Conflict { found: None, ..conflict }.into())
            }
            other => other,
        }
    }
}

/// True if a line that is refused has another time than the stored one, and is otherwise the same.
fn is_other_time_only(conflict: &Conflict, batch: &[Recorded]) -> bool {
    let found = conflict.found.as_ref().and_then(|line| line.expose().parse::<Recorded>().ok());
    let without_time = |mut event: Recorded| {
        event.at = None;
        event
    };
    let found = found.map(without_time);
    batch.iter().any(|event| Some(without_time(event.clone())) == found)
}
