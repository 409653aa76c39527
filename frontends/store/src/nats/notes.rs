//! Notes of consumers, and snapshots. Both are about a revision that is stored, and only rise.

use std::collections::BTreeMap;

use callfold::CallId;
use callfold::call::Snapshot;
use tokio::sync::{Mutex, MutexGuard};

use super::cache::Head;
use super::failed::Failed;
use super::get::{self, Found, REVISION, Scan};
use super::server::{Draft, each};
use super::{Nats, group, leases, subjects};
use crate::lease::Lease;
use crate::store::Noted;

/// How often something is written again because others were faster.
const ATTEMPTS: usize = 50;

/// Calls whose notes this process writes one after the other. Each lock is for many calls.
pub(super) struct Locks([Mutex<()>; 64]);

impl Default for Locks {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(())))
    }
}

impl Locks {
    async fn lock(&self, call: CallId) -> Option<MutexGuard<'_, ()>> {
        let place = call.guid().as_u128() % self.0.len() as u128;
        Some(self.0.get(usize::try_from(place).ok()?)?.lock().await)
    }
}

/// Keeps the notes that are higher than those before.
pub(super) async fn note(
    nats: &Nats,
    under: &[Lease],
    consumer: &str,
    noted: &[Noted],
) -> Result<(), Failed> {
    let highest = stored(nats, noted).await?;
    match under {
        [] => {
            let raise = |(call, revision)| async move {
                let subject = nats.subjects.note(consumer, call);
                raise(nats, &subject, "", |kept| kept < revision, revision).await
            };
            each(highest.iter().map(|(call, revision)| (*call, *revision)).collect(), raise).await?;
        }
        under => {
            let notes = highest
                .iter()
                .map(|(call, revision)| (*call, nats.subjects.note(consumer, *call), *revision))
                .collect();
            note_under(nats, under, notes).await?;
        }
    }
    let withdraw = |(call, revision)| async move {
        withdraw_deleted(nats, call, revision, &nats.subjects.note(consumer, call)).await
    };
    each(highest.into_iter().collect(), withdraw).await.map(drop)
}

/// The highest of these revisions of each call that are stored.
async fn stored(nats: &Nats, noted: &[Noted]) -> Result<BTreeMap<CallId, u64>, Failed> {
    let look =
        |noted: Noted| async move { Ok(is_stored(nats, noted.call, noted.revision).await?.then_some(noted)) };
    let mut highest = BTreeMap::new();
    for Noted { call, revision } in each(noted.to_vec(), look).await?.into_iter().flatten() {
        let known = highest.entry(call).or_insert(revision);
        *known = revision.max(*known);
    }
    Ok(highest)
}

/// True if the revision is stored, as far as the store knows or the server says. The events of a call have no gaps.
async fn is_stored(nats: &Nats, call: CallId, revision: u64) -> Result<bool, Failed> {
    if revision == 0 {
        return Ok(false);
    }
    if nats.cache.head(call).is_some_and(|head| head.revision >= revision) {
        return Ok(true);
    }
    is_stored_now(nats, call, revision).await
}

async fn is_stored_now(nats: &Nats, call: CallId, revision: u64) -> Result<bool, Failed> {
    let Some(last) = get::last(&nats.server, &nats.subjects.events(call)).await? else {
        nats.cache.forget(call);
        return Ok(false);
    };
    let head = Head::of(&last)?;
    nats.cache.keep(call, head);
    Ok(head.revision >= revision)
}

/// Removes what was just written about a call, if the call was deleted meanwhile. Deleting removes the events first, so
/// either it removes also this, or the events are gone by now.
async fn withdraw_deleted(nats: &Nats, call: CallId, revision: u64, subject: &str) -> Result<(), Failed> {
    if !is_stored_now(nats, call, revision).await? {
        nats.server.purge(subject).await?;
    }
    Ok(())
}

/// Replaces the message of a subject, if the revision that it has may be replaced.
async fn raise(
    nats: &Nats,
    subject: &str,
    body: &str,
    may_replace: impl Fn(u64) -> bool,
    revision: u64,
) -> Result<(), Failed> {
    for _ in 0..ATTEMPTS {
        let kept = Kept::look(nats, subject).await?;
        if !kept.revision.is_none_or(&may_replace) {
            return Ok(());
        }
        let draft = draft(subject, body, revision).replace().expect(kept.sequence);
        match nats.server.store(draft).await {
            Err(failed) if failed.is_late() => {}
            outcome => return outcome.map(drop),
        }
    }
    Err(Failed::Busy)
}

fn draft(subject: &str, body: &str, revision: u64) -> Draft {
    Draft::new(subject.to_owned(), body.to_owned()).header(REVISION, &revision.to_string())
}

/// What the stream has under a subject.
struct Kept {
    sequence: u64,
    revision: Option<u64>,
}

impl Kept {
    async fn look(nats: &Nats, subject: &str) -> Result<Self, Failed> {
        let found = get::last(&nats.server, subject).await?;
        let revision = found.as_ref().map(Found::revision).transpose()?;
        Ok(Self { sequence: found.map_or(0, |found| found.sequence), revision })
    }
}

/// Keeps notes under leases. A message can carry one check. That of a single note under a single lease is the check of the
/// lease, and a lock keeps the notes of this process in order. More of them go into an atomic batch, which takes longer.
async fn note_under(nats: &Nats, under: &[Lease], notes: Vec<(CallId, String, u64)>) -> Result<(), Failed> {
    let _lock = match notes.as_slice() {
        [(call, ..)] => nats.locks.lock(*call).await,
        _ => None,
    };
    for _ in 0..ATTEMPTS {
        let mut higher = Vec::new();
        for (_, subject, revision) in &notes {
            let kept = Kept::look(nats, subject).await?;
            if kept.revision.is_none_or(|kept| kept < *revision) {
                higher.push(Higher { subject, revision: *revision, before: kept.sequence });
            }
        }
        match store_under(nats, under, higher).await {
            Err(failed) if failed.is_late() => leases::stand(nats, under).await?,
            outcome => return outcome,
        }
    }
    Err(Failed::Busy)
}

/// A note that is higher than the one before.
struct Higher<'a> {
    subject: &'a str,
    revision: u64,
    /// The sequence of the one before.
    before: u64,
}

async fn store_under(nats: &Nats, under: &[Lease], higher: Vec<Higher<'_>>) -> Result<(), Failed> {
    match (higher.as_slice(), under) {
        ([], _) => leases::stand(nats, under).await,
        ([one], [lease]) => {
            let draft = draft(one.subject, "", one.revision).replace();
            nats.server.store(leases::fenced(nats, lease, draft).await?).await.map(drop)
        }
        (all, _) => {
            let drafts = all.iter().map(|one| draft(one.subject, "", one.revision).expect(one.before));
            group::store(nats, under, drafts.collect()).await?;
            // The messages of a batch cannot replace those before.
            let replaced = all.iter().filter(|one| one.before > 0);
            let replaced = replaced.map(|one| (one.subject.to_owned(), one.before.saturating_add(1)));
            let purge = |(subject, next): (String, u64)| async move {
                nats.server.purge_before(&subject, Some(next)).await
            };
            each(replaced.collect(), purge).await.map(drop)
        }
    }
}

/// All notes of a consumer.
pub(super) async fn noted(nats: &Nats, consumer: &str) -> Result<Vec<Noted>, Failed> {
    let found = Scan::new(&nats.server, nats.subjects.notes_of_consumer(consumer), 1).all().await?;
    let mut noted = BTreeMap::new();
    for found in &found {
        let call = subjects::call(&found.subject).ok_or(Failed::Foreign(found.sequence))?;
        // A later note is higher.
        noted.insert(call, found.revision()?);
    }
    Ok(noted.into_iter().map(|(call, revision)| Noted { call, revision }).collect())
}

pub(super) async fn noted_of(nats: &Nats, consumer: &str, call: CallId) -> Result<u64, Failed> {
    Ok(Kept::look(nats, &nats.subjects.note(consumer, call)).await?.revision.unwrap_or(0))
}

pub(super) async fn keep_snapshot(
    nats: &Nats,
    call: CallId,
    revision: u64,
    snapshot: &Snapshot,
) -> Result<(), Failed> {
    if !is_stored(nats, call, revision).await? {
        return Ok(());
    }
    let subject = nats.subjects.snapshot(call);
    raise(nats, &subject, snapshot.as_str(), |kept| kept <= revision, revision).await?;
    withdraw_deleted(nats, call, revision, &subject).await
}

pub(super) async fn snapshot(nats: &Nats, call: CallId) -> Result<Option<Snapshot>, Failed> {
    let found = get::last(&nats.server, &nats.subjects.snapshot(call)).await?;
    found.map(|found| Ok(Snapshot::from(found.text()?.to_owned()))).transpose()
}
