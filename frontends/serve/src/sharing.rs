//! Several processes on one store.
//!
//! Any of them takes any request: it loads the calls of the request, decides, and appends. The timers and webhooks of a call
//! are done by the process that has the lease of the call's partition, and that process keeps all calls of the partition in
//! memory. It learns from the store what the others append.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use callfold::{Call, CallId, Ledger, Recorded};
use callfold_store::{Lease, LeaseLost, Position, StoreError};
use tracing::{debug, error, info, warn};

use crate::host::{Host, NotStored};
use crate::live::does_not_fold;
use crate::locks::Scope;
use crate::outbox::CONSUMER;
use crate::partition::{Partition, Sharing, Tenure, is_process};

/// How many events are read from the store at a time.
const READ: usize = 1000;

/// After each so many events of a call, its process keeps a snapshot, so that the others need not fold all events for each request.
const SNAPSHOT: u64 = 500;

/// How long to wait before the store is asked again that failed.
const AGAIN: Duration = Duration::from_millis(200);

/// How long a host that ends waits for its store. Its leases end by themselves.
const RELEASE: Duration = Duration::from_secs(2);

#[expect(
    clippy::disallowed_methods,
    reason = "leases are kept by the clock of the machine, not by that of the service"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// What a process has still to load.
#[derive(Default)]
struct Loading {
    /// The partitions whose leases are new.
    partitions: BTreeSet<Partition>,
    calls: Vec<CallId>,
}

/// What the store does not do at the moment. It is said once, and not for each attempt.
struct Outage {
    what: &'static str,
    said: Option<String>,
}

impl Outage {
    const fn none_of(what: &'static str) -> Self {
        Self { what, said: None }
    }

    fn failed(&mut self, failed: &StoreError) {
        let why = failed.to_string();
        if self.said.as_ref() != Some(&why) {
            warn!(error = why, "{}; it is tried again", self.what);
            self.said = Some(why);
        }
    }

    fn is_over(&mut self) {
        if self.said.take().is_some() {
            info!("the store answers again");
        }
    }
}

impl Host {
    /// Takes leases and makes them last longer, until the service ends.
    pub(crate) async fn keep_leases(self: Arc<Self>, sharing: Sharing) {
        let mut loading = Loading::default();
        let mut outage = Outage::none_of("the leases cannot be kept");
        while !self.has_ended() {
            let next = now() + sharing.pause();
            match self.look_at_leases(sharing, &mut loading).await {
                Ok(()) => outage.is_over(),
                Err(failed) => outage.failed(&failed),
            }
            self.lose_expired();
            if let Err(failed) = self.load(&mut loading, next).await {
                outage.failed(&failed);
            }
            tokio::time::sleep(next.saturating_duration_since(now())).await;
        }
    }

    /// Gives all leases back, so that other processes need not wait for their end.
    pub(crate) async fn release_leases(&self) {
        let Some(sharing) = self.sharing else { return };
        let released = tokio::time::timeout(RELEASE, self.release(sharing)).await;
        let released = released.unwrap_or_else(|_| Err(StoreError::transient("the store does not answer")));
        if let Err(failed) = released {
            warn!(error = %failed, "the leases cannot be given back; they end by themselves");
        }
    }

    async fn release(&self, sharing: Sharing) -> Result<(), StoreError> {
        let partitions = self.live().owned.leased();
        let mut leases = self.lose(&partitions);
        leases.extend(self.store.lease(&[sharing.name()], sharing.holder, AGAIN).await.into_iter().flatten());
        self.store.release(&leases).await
    }

    /// Takes a fair share of the partitions, and gives back what is more.
    async fn look_at_leases(&self, sharing: Sharing, loading: &mut Loading) -> Result<(), StoreError> {
        let leased = self.store.leases().await?;
        let of_others = leased.iter().filter(|leased| leased.holder != sharing.holder);
        let (processes, taken): (Vec<_>, Vec<_>) =
            of_others.map(|leased| &*leased.lease.name).partition(|name| is_process(name));
        let taken: BTreeSet<_> = taken.into_iter().filter_map(Partition::named).collect();
        let fair = sharing.share(&processes);

        let own = self.live().owned.leased();
        let (kept, surplus) = own.split_at(own.len().min(fair));
        if !surplus.is_empty() {
            let leases = self.lose(surplus);
            self.store.release(&leases).await?;
        }
        let is_free = |partition: &Partition| !own.contains(partition) && !taken.contains(partition);
        let wanted = Partition::all().filter(is_free).take(fair - kept.len());
        let names: Vec<_> = kept.iter().copied().chain(wanted).map(Partition::lease).collect();
        self.take(sharing, &names, kept, loading).await
    }

    /// Takes leases or makes them last longer.
    async fn take(
        &self,
        sharing: Sharing,
        names: &[String],
        kept: &[Partition],
        loading: &mut Loading,
    ) -> Result<(), StoreError> {
        // The lease lasts from a moment after this one on.
        let until = now() + sharing.lasts();
        let names: Vec<_> = names.iter().cloned().chain([sharing.name()]).collect();
        let got = self.store.lease(&names, sharing.holder, sharing.lasts()).await?;
        let got = got.into_iter().filter_map(|lease| Some((Partition::named(&lease.name)?, lease)));
        let got: Vec<_> = got.collect();
        let lost: Vec<_> =
            kept.iter().filter(|kept| !got.iter().any(|(got, _)| got == *kept)).copied().collect();
        self.lose(&lost);
        let mut taken = 0;
        for (partition, lease) in got {
            let token = lease.token;
            let before = self.live_mut().hold(partition, Tenure { lease, until });
            if before != Some(token) {
                // A new token says that another process may have had it meanwhile.
                if before.is_some() {
                    self.live_mut().forget_partitions(&[partition]);
                }
                loading.partitions.insert(partition);
                taken += 1;
                debug!(partition = partition.lease(), "has the lease");
            }
        }
        if taken > 0 {
            info!(partitions = taken, "has taken leases");
        }
        Ok(())
    }

    /// Loads the calls of new partitions, until the leases must be looked at again. What was stored and perhaps not posted is
    /// posted again.
    async fn load(&self, loading: &mut Loading, until: Instant) -> Result<(), StoreError> {
        if !loading.partitions.is_empty() {
            let unfinished = self.store.unfinished().await?;
            let of_new =
                unfinished.into_iter().filter(|call| loading.partitions.contains(&Partition::of(*call)));
            loading.calls.extend(of_new);
            loading.partitions.clear();
        }
        while let Some(call) = loading.calls.last().copied()
            && now() < until
        {
            if self.live().owned.has(call) {
                let _held = self.locks.of(&Scope::Calls(vec![call])).await;
                match self.catch_up(call).await {
                    Err(failed) if failed.is_transient => return Err(failed),
                    Err(failed) => {
                        error!(%call, error = %failed, "the call cannot be loaded, and is left as it is")
                    }
                    Ok(()) => self.finish([call].into_iter()).await,
                }
            }
            loading.calls.pop();
        }
        Ok(())
    }

    /// Forgets partitions that this process does not have any more. Returns the leases that it had.
    pub(crate) fn lose(&self, partitions: &[Partition]) -> Vec<Lease> {
        let leases = self.live_mut().let_go(partitions);
        leases.iter().for_each(|lease| debug!(partition = lease.name, "no longer has the lease"));
        if !leases.is_empty() {
            info!(partitions = leases.len(), "no longer has leases");
        }
        leases
    }

    pub(crate) fn lose_named(&self, lost: &LeaseLost) {
        self.lose(Partition::named(&lost.name).as_slice());
    }

    /// Forgets the partitions whose time has passed: another process may have them.
    pub(crate) fn lose_expired(&self) {
        if self.sharing.is_some() {
            let expired = self.live().owned.expired(now());
            if !expired.is_empty() {
                self.lose(&expired);
            }
        }
    }

    /// Folds what is stored of a call of this process and not yet in memory. The lock of the call must be held.
    pub(crate) async fn catch_up(&self, call: CallId) -> Result<(), StoreError> {
        let next = self.live().ledger.next_revision(call);
        let stored = self.store.read(call, next).await?;
        if stored.is_empty() {
            return Ok(());
        }
        let noted = self.store.noted_of(CONSUMER, call).await?;
        let loaded = {
            let mut live = self.live_mut();
            let is_behind = live.owned.has(call) && live.ledger.next_revision(call) == next;
            is_behind.then(|| live.take_up(self.seed, self.notify, &stored, noted))
        };
        self.took_up(call, loaded);
        Ok(())
    }

    /// Folds what others append to the calls of this process.
    pub(crate) async fn follow(self: Arc<Self>, mut after: Position) {
        let mut outage = Outage::none_of("new events cannot be read");
        while !self.has_ended() {
            match self.next_page(after).await {
                Ok(last) => {
                    outage.is_over();
                    after = last.unwrap_or(after);
                }
                Err(failed) => {
                    outage.failed(&failed);
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    async fn next_page(&self, after: Position) -> Result<Option<Position>, StoreError> {
        let page = match self.store.read_all(after, READ).await {
            Err(failed) if !failed.is_transient => return self.next_lines(after, failed).await.map(Some),
            page => page?,
        };
        for stored in &page {
            self.hear(&stored.event).await?;
        }
        let Some(last) = page.last() else {
            self.store.wait(after).await?;
            return Ok(None);
        };
        Ok(Some(last.position))
    }

    /// Reads a page line by line, because it cannot be read as a whole. A line that is no event is left out, so that all
    /// others are heard.
    async fn next_lines(&self, after: Position, failed: StoreError) -> Result<Position, StoreError> {
        let page = self.store.read_lines(after, READ).await?.lines;
        let last = page.last().ok_or(failed)?.position;
        for line in page {
            match line.event() {
                Ok(event) => self.hear(&event).await?,
                Err(failed) => error!(error = %failed, "a stored event is left out"),
            }
        }
        Ok(last)
    }

    async fn hear(&self, event: &Recorded) -> Result<(), StoreError> {
        let call = event.call;
        if !self.live().lacks(event) {
            return Ok(());
        }
        // Whoever appends to a call of this process folds that itself, under this lock.
        let _held = self.locks.of(&Scope::Calls(vec![call])).await;
        let heard = {
            let mut live = self.live_mut();
            live.is_next(event).then(|| live.hear(self.seed, self.notify, event))
        };
        self.took_up(call, heard);
        // The call can be among those that are still to be loaded, or have been loaded without its newest events.
        if self.live().lacks(event) {
            self.catch_up(call).await?;
        }
        self.keep_snapshots(std::slice::from_ref(event)).await;
        self.finish([call].into_iter()).await;
        Ok(())
    }

    /// Keeps snapshots of those calls of this process that became long with these events.
    pub(crate) async fn keep_snapshots(&self, events: &[Recorded]) {
        if self.sharing.is_none() {
            return;
        }
        for event in events.iter().filter(|event| event.revision.is_multiple_of(SNAPSHOT)) {
            let call = self.live().ledger.call(event.call).cloned();
            let Some(call) = call else { continue };
            let kept = self.store.keep_snapshot(call.id(), call.revision(), &call.snapshot()).await;
            if let Err(failed) = kept {
                // It only saves time.
                debug!(error = %failed, call = %call.id(), "cannot keep a snapshot");
            }
        }
    }

    /// The ledger with the latest events of a call, wherever it is kept.
    pub(crate) async fn calls_with(&self, call: CallId) -> Result<Ledger, NotStored> {
        if self.sharing.is_some() { self.view(&[call]).await } else { Ok(self.live().ledger.clone()) }
    }

    /// The ledger with a call of another process as it was last known. If something happened to the call since, what is decided
    /// now cannot be stored. `None` if it is not known, or if something else than the call counts, too.
    pub(crate) fn known_view(&self, calls: &[CallId]) -> Option<Ledger> {
        let [call] = calls else { return None };
        let known = self.others.get(*call).filter(|known| known.replaces().next().is_none())?;
        let mut view = self.live().ledger.clone();
        view.take_up(known).ok()?;
        Some(view)
    }

    /// Remembers the calls of other processes to which this one has just appended, so that the next request finds them as they
    /// are now.
    pub(crate) fn remember(&self, view: Option<Ledger>, events: &[Recorded]) {
        let Some(mut view) = view else { return };
        let folded = events.iter().filter(|event| view.apply(event).is_ok());
        let changed: BTreeSet<CallId> = folded.map(|event| event.call).collect();
        for call in changed.into_iter().filter(|call| !self.live().owned.has(*call)) {
            view.call(call).cloned().into_iter().for_each(|call| self.others.keep(call));
        }
    }

    /// The ledger in which a request about calls is decided: with their latest events, also of calls that this process does not
    /// have.
    pub(crate) async fn view(&self, calls: &[CallId]) -> Result<Ledger, NotStored> {
        let mut view = self.live().ledger.clone();
        let mut left: Vec<CallId> = calls.to_vec();
        let mut seen = BTreeSet::new();
        while let Some(call) = left.pop() {
            if !seen.insert(call) {
                continue;
            }
            let stored = self.latest(&mut view, call).await.map_err(NotStored::Store)?;
            for event in &stored {
                if let Err(refused) = view.apply(event) {
                    does_not_fold(call, &refused);
                }
            }
            if let Some(call) = view.call(call).filter(|_| !self.live().owned.has(call)) {
                self.others.keep(call.clone());
            }
            left.extend(view.call(call).into_iter().flat_map(Call::replaces));
        }
        Ok(view)
    }

    /// The events of a call that a view may lack. A call of another process goes into the view as it was last known.
    async fn latest(&self, view: &mut Ledger, call: CallId) -> Result<Vec<Recorded>, StoreError> {
        match view.call(call).map(Call::revision) {
            Some(revision) => self.latest_of_own(view, call, revision).await,
            None => self.latest_of_other(view, call).await,
        }
    }

    async fn latest_of_own(
        &self,
        view: &mut Ledger,
        call: CallId,
        revision: u64,
    ) -> Result<Vec<Recorded>, StoreError> {
        // From the last known event on, which is gone if the call was deleted.
        let mut stored = self.store.read(call, revision).await?;
        if stored.is_empty() {
            // A replica can lag behind: the call is gone only if nothing of it is stored.
            stored = self.store.read(call, 1).await?;
        }
        if stored.is_empty() {
            view.forget(call);
            self.live_mut().forget_all(|gone| gone == call);
        }
        Ok(stored)
    }

    async fn latest_of_other(&self, view: &mut Ledger, call: CallId) -> Result<Vec<Recorded>, StoreError> {
        if let Some(known) = self.others.get(call) {
            let stored = self.store.read(call, known.revision()).await?;
            if !stored.is_empty() {
                _ = view.take_up(known);
                return Ok(stored);
            }
        }
        if let Some(snapshot) = self.store.snapshot(call).await? {
            // Of a snapshot that cannot be restored, all events are folded.
            _ = view.restore(&snapshot);
        }
        self.store.read(call, view.next_revision(call)).await
    }
}
