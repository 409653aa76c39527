//! Each rule finds a store that breaks it.

#![allow(clippy::wildcard_enum_match_arm, reason = "a defect changes one method, and no other")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use callfold::call::Snapshot;
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded, Secret};
use callfold_store::testing::{Broken, RULES, Subject, check};
use callfold_store::{
    AppendError, Conflict, Lease, Leased, Memory, Noted, Position, Stats, Store, StoreError, Stored,
};

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    None,
    LosesTheLastOfABatch,
    ReversesABatch,
    AcceptsHoles,
    AcceptsChangedLines,
    RefusesRetries,
    StoresPartOfABatch,
    HidesTheStoredLine,
    ReadsFromTheStart,
    ReadsEachPageTwice,
    ReadsPagesInReverse,
    SkipsAnEventOfAPage,
    ReadsTooLong,
    StoresPartOfALargeBatch,
    ForgetsAfterManyEvents,
    TellsEverybodyThatTheyWon,
    UsesPositionsAgain,
    NotesGoBack,
    SharesNotes,
    NotesWhatIsUnknown,
    KeepsTheLastSnapshot,
    KeepsEverySnapshot,
    LeavesTheSnapshot,
    DeletesNothing,
    RetainsNothing,
    RemovesToo,
    ForgetsAtARestart,
    LeasesToEverybody,
    NewTokenEachTime,
    LeasesForever,
    ReleasesNothing,
    IgnoresLeases,
    FinishesNothing,
    NeverWakes,
    MiscountsSnapshots,
}

/// For each rule, a defect that it finds.
const FOUND_BY: &[(&str, Defect)] = &[
    ("a_batch_comes_back_in_order", Defect::LosesTheLastOfABatch),
    ("a_batch_comes_back_in_order", Defect::ReversesABatch),
    ("a_call_is_read_from_a_revision", Defect::ReadsFromTheStart),
    ("a_changed_line_is_refused", Defect::AcceptsChangedLines),
    ("a_changed_line_is_refused", Defect::HidesTheStoredLine),
    ("a_hole_is_refused", Defect::AcceptsHoles),
    ("a_call_is_unfinished_until_it_is_finished", Defect::FinishesNothing),
    ("a_lease_can_be_made_to_last_longer", Defect::NewTokenEachTime),
    ("a_lease_ends_with_its_time", Defect::LeasesForever),
    ("a_lost_lease_stops_what_is_under_it", Defect::IgnoresLeases),
    ("a_released_lease_is_free", Defect::ReleasesNothing),
    ("a_waiting_reader_sees_an_event_soon", Defect::NeverWakes),
    ("one_of_forty_gets_a_lease", Defect::LeasesToEverybody),
    ("the_store_counts_what_it_has", Defect::MiscountsSnapshots),
    ("a_large_batch_is_stored_as_a_whole_or_not_at_all", Defect::StoresPartOfALargeBatch),
    ("a_lost_answer_can_be_retried", Defect::RefusesRetries),
    ("a_note_only_rises", Defect::NotesGoBack),
    ("a_polling_reader_sees_each_event_once", Defect::ReadsEachPageTwice),
    ("a_polling_reader_sees_each_event_once", Defect::SkipsAnEventOfAPage),
    ("a_restart_keeps_what_was_acknowledged", Defect::ForgetsAtARestart),
    ("a_snapshot_of_an_unknown_revision_is_not_kept", Defect::KeepsEverySnapshot),
    ("a_stale_event_stops_the_whole_batch", Defect::StoresPartOfABatch),
    ("a_note_about_an_unknown_revision_is_not_kept", Defect::NotesWhatIsUnknown),
    ("delete_removes_all_of_a_call_and_only_it", Defect::LeavesTheSnapshot),
    ("delete_removes_all_of_a_call_and_only_it", Defect::DeletesNothing),
    ("each_consumer_has_its_own_notes", Defect::SharesNotes),
    ("one_of_forty_racers_wins", Defect::TellsEverybodyThatTheyWon),
    ("one_of_forty_racers_wins", Defect::HidesTheStoredLine),
    ("pages_of_any_size_have_the_same_events", Defect::ReadsPagesInReverse),
    ("pages_of_any_size_have_the_same_events", Defect::ReadsTooLong),
    ("positions_rise_and_are_not_used_again", Defect::UsesPositionsAgain),
    ("retain_removes_the_calls_that_ended_before", Defect::RetainsNothing),
    ("retain_removes_the_calls_that_ended_before", Defect::RemovesToo),
    ("the_newest_snapshot_is_kept", Defect::KeepsTheLastSnapshot),
    ("twenty_thousand_events_come_back_in_order", Defect::ForgetsAfterManyEvents),
];

#[test]
fn each_rule_finds_its_defects() {
    for (name, defect) in FOUND_BY {
        let (_, rule) = RULES.iter().find(|(rule, _)| rule == name).expect("a rule of this name");
        assert!(check(*rule, &Broke(*defect)).is_err(), "{name} does not find {defect:?}");
    }
}

#[test]
fn each_rule_can_fail() {
    for (rule, _) in RULES {
        assert!(FOUND_BY.iter().any(|(name, _)| name == rule), "{rule} has no defect");
    }
}

#[test]
fn without_a_defect_all_rules_hold() {
    for (name, rule) in RULES {
        assert!(check(*rule, &Broke(Defect::None)).is_ok(), "{name}");
    }
}

/// Makes stores with a defect.
struct Broke(Defect);

#[async_trait]
impl Subject for Broke {
    async fn fresh(&self) -> Result<Arc<dyn Store>, Broken> {
        Ok(Arc::new(Defective {
            defect: self.0,
            inner: Memory::new(),
            snapshots: Mutex::default(),
            notes: Mutex::default(),
        }))
    }

    async fn restart(&self, store: Arc<dyn Store>) -> Result<Option<Arc<dyn Store>>, Broken> {
        if self.0 == Defect::ForgetsAtARestart { self.fresh().await.map(Some) } else { Ok(Some(store)) }
    }
}

/// A store with one defect.
#[derive(Debug)]
struct Defective {
    defect: Defect,
    inner: Memory,
    /// The snapshots of a store that keeps the wrong ones.
    snapshots: Mutex<BTreeMap<CallId, Snapshot>>,
    /// The notes of a store that keeps the wrong ones.
    notes: Mutex<BTreeMap<CallId, u64>>,
}

impl Defective {
    fn has(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    fn has_one_of(&self, defects: &[Defect]) -> bool {
        defects.contains(&self.defect)
    }

    async fn append_one_by_one(&self, batch: &[Recorded]) -> Result<(), AppendError> {
        for event in batch {
            self.inner.append(std::slice::from_ref(event)).await?;
        }
        Ok(())
    }

    /// Treats what is refused as this defect does.
    async fn hide(&self, conflict: Conflict, batch: &[Recorded]) -> Result<(), AppendError> {
        let is_hole = conflict.found.is_none();
        match self.defect {
            Defect::AcceptsHoles if is_hole => Ok(()),
            Defect::AcceptsChangedLines | Defect::TellsEverybodyThatTheyWon if !is_hole => Ok(()),
            Defect::HidesTheStoredLine => Err(Conflict { found: None, ..conflict }.into()),
            Defect::StoresPartOfABatch => self.append_one_by_one(batch).await,
            Defect::StoresPartOfALargeBatch if batch.len() > 1000 => self.append_one_by_one(batch).await,
            _ => Err(conflict.into()),
        }
    }
}

#[async_trait]
impl Store for Defective {
    async fn append_under(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        if !self.has(Defect::IgnoresLeases) {
            self.inner.append_under(leases, &[]).await?;
        }
        if self.has(Defect::LosesTheLastOfABatch) {
            return self.inner.append(batch.split_last().map_or(batch, |(_, rest)| rest)).await;
        }
        if self.has(Defect::RefusesRetries)
            && let Some(first) = batch.first()
            && let Some(found) = self.inner.read(first.call, first.revision).await?.first()
        {
            let found = Some(Secret::new(found.to_string()));
            return Err(Conflict { call: first.call, revision: first.revision, found }.into());
        }
        match self.inner.append(batch).await {
            Err(AppendError::Conflict(conflict)) => self.hide(conflict, batch).await,
            other => other,
        }
    }

    async fn read(&self, call: CallId, from: u64) -> Result<Vec<Recorded>, StoreError> {
        let from = if self.has(Defect::ReadsFromTheStart) { 1 } else { from };
        let mut events = self.inner.read(call, from).await?;
        if self.has(Defect::ReversesABatch) {
            events.reverse();
        }
        Ok(events)
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Stored>, StoreError> {
        let limit = limit.saturating_add(usize::from(self.has(Defect::ReadsTooLong)));
        if self.has(Defect::UsesPositionsAgain) {
            let all = self.inner.read_all(Position::START, usize::MAX).await?;
            let numbered =
                (1..).zip(all).map(|(number, one)| Stored { position: Position::new(number), ..one });
            return Ok(numbered.filter(|one| one.position > after).take(limit).collect());
        }
        let mut page = self.inner.read_all(after, limit).await?;
        match self.defect {
            Defect::ReadsPagesInReverse => page.reverse(),
            Defect::ReadsEachPageTwice => page.extend(page.clone()),
            Defect::SkipsAnEventOfAPage if page.len() > 2 => drop(page.remove(1)),
            Defect::ForgetsAfterManyEvents if after.number() > 15_000 => page.clear(),
            _ => {}
        }
        Ok(page)
    }

    async fn keep_snapshot(
        &self,
        call: CallId,
        revision: u64,
        snapshot: &Snapshot,
    ) -> Result<(), StoreError> {
        if self.has_one_of(&[
            Defect::KeepsTheLastSnapshot,
            Defect::KeepsEverySnapshot,
            Defect::LeavesTheSnapshot,
        ]) {
            lock(&self.snapshots).insert(call, snapshot.clone());
        }
        self.inner.keep_snapshot(call, revision, snapshot).await
    }

    async fn snapshot(&self, call: CallId) -> Result<Option<Snapshot>, StoreError> {
        let kept = lock(&self.snapshots).get(&call).cloned();
        if kept.is_some() { Ok(kept) } else { self.inner.snapshot(call).await }
    }

    async fn note_under(&self, leases: &[Lease], consumer: &str, noted: &[Noted]) -> Result<(), AppendError> {
        if self.has_one_of(&[Defect::NotesGoBack, Defect::NotesWhatIsUnknown]) {
            lock(&self.notes).extend(noted.iter().map(|noted| (noted.call, noted.revision)));
        }
        let consumer = if self.has(Defect::SharesNotes) { "all" } else { consumer };
        self.inner.note_under(leases, consumer, noted).await
    }

    async fn noted(&self, consumer: &str) -> Result<Vec<Noted>, StoreError> {
        let wrong: Vec<_> = lock(&self.notes)
            .iter()
            .map(|(call, revision)| Noted { call: *call, revision: *revision })
            .collect();
        let consumer = if self.has(Defect::SharesNotes) { "all" } else { consumer };
        if wrong.is_empty() { self.inner.noted(consumer).await } else { Ok(wrong) }
    }

    async fn noted_of(&self, consumer: &str, call: CallId) -> Result<u64, StoreError> {
        let noted = self.noted(consumer).await?;
        Ok(noted.iter().find(|noted| noted.call == call).map_or(0, |noted| noted.revision))
    }

    async fn unfinished(&self) -> Result<Vec<CallId>, StoreError> {
        self.inner.unfinished().await
    }

    async fn finish(&self, calls: &[CallId]) -> Result<(), StoreError> {
        if self.has(Defect::FinishesNothing) { Ok(()) } else { self.inner.finish(calls).await }
    }

    async fn lease(&self, names: &[String], holder: Uuid, lasts: Duration) -> Result<Vec<Lease>, StoreError> {
        let holder = if self.has(Defect::LeasesToEverybody) { Uuid::nil() } else { holder };
        let lasts = if self.has(Defect::LeasesForever) { Duration::MAX } else { lasts };
        if self.has(Defect::NewTokenEachTime) {
            let own = self.inner.leases().await?.into_iter().filter(|leased| leased.holder == holder);
            self.inner.release(&own.map(|leased| leased.lease).collect::<Vec<_>>()).await?;
        }
        self.inner.lease(names, holder, lasts).await
    }

    async fn leases(&self) -> Result<Vec<Leased>, StoreError> {
        self.inner.leases().await
    }

    async fn release(&self, leases: &[Lease]) -> Result<(), StoreError> {
        if self.has(Defect::ReleasesNothing) { Ok(()) } else { self.inner.release(leases).await }
    }

    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }

    async fn last(&self) -> Result<Position, StoreError> {
        self.inner.last().await
    }

    async fn wait(&self, after: Position) -> Result<(), StoreError> {
        if self.has(Defect::NeverWakes) { std::future::pending().await } else { self.inner.wait(after).await }
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        let stats = self.inner.stats().await?;
        let snapshots = if self.has(Defect::MiscountsSnapshots) { stats.calls } else { stats.snapshots };
        Ok(Stats { snapshots, ..stats })
    }

    async fn delete(&self, call: CallId) -> Result<bool, StoreError> {
        if self.has(Defect::DeletesNothing) { Ok(true) } else { self.inner.delete(call).await }
    }

    async fn retain(&self, ended_before: Timestamp) -> Result<Vec<CallId>, StoreError> {
        let before = if self.has(Defect::RemovesToo) { Timestamp::MAX } else { ended_before };
        if self.has(Defect::RetainsNothing) { Ok(Vec::new()) } else { self.inner.retain(before).await }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
