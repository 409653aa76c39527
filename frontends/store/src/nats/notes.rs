//! Notes of consumers, and snapshots. Both are about a revision that is stored, and only rise.

use std::collections::BTreeMap;

use callfold::CallId;
use callfold::call::Snapshot;

use super::cache::Head;
use super::failed::Failed;
use super::get::{self, Found, REVISION, Scan};
use super::server::{Draft, each};
use super::session::Session;
use super::{group, leases, subjects};
use crate::lease::Lease;
use crate::store::Noted;

/// The header of a snapshot with the sequence of the message that has its last event.
const LAST: &str = "Callfold-Last";

/// How often something is written again because others were faster.
const ATTEMPTS: usize = 50;

/// Keeps the notes that are higher than those before.
pub(super) async fn note(
    session: &Session,
    under: &[Lease],
    consumer: &str,
    noted: &[Noted],
) -> Result<(), Failed> {
    let highest = stored(session, noted).await?;
    match under {
        [] => {
            let raise = |(call, revision)| async move {
                let subject = session.subjects.note(consumer, call);
                raise(session, &subject, |kept| kept < revision, || draft(&subject, "", revision)).await
            };
            each(highest.iter().map(|(call, revision)| (*call, *revision)).collect(), raise).await?;
        }
        under => {
            let notes = highest
                .iter()
                .map(|(call, revision)| (*call, session.subjects.note(consumer, *call), *revision))
                .collect();
            note_under(session, under, notes).await?;
        }
    }
    let withdraw =
        |call| async move { withdraw_deleted(session, call, &session.subjects.note(consumer, call)).await };
    each(highest.into_keys().collect(), withdraw).await.map(drop)
}

/// The highest of these revisions of each call that are stored.
async fn stored(session: &Session, noted: &[Noted]) -> Result<BTreeMap<CallId, u64>, Failed> {
    let look = |noted: Noted| async move {
        Ok(is_stored(session, noted.call, noted.revision).await?.then_some(noted))
    };
    let mut highest = BTreeMap::new();
    for Noted { call, revision } in each(noted.to_vec(), look).await?.into_iter().flatten() {
        let known = highest.entry(call).or_insert(revision);
        *known = revision.max(*known);
    }
    Ok(highest)
}

/// True if the revision is stored, as far as the store knows or the server says. The events of a call have no gaps.
async fn is_stored(session: &Session, call: CallId, revision: u64) -> Result<bool, Failed> {
    if revision == 0 {
        return Ok(false);
    }
    if session.cache.head(call).is_some_and(|head| head.revision >= revision) {
        return Ok(true);
    }
    is_stored_now(session, call, revision).await
}

async fn is_stored_now(session: &Session, call: CallId, revision: u64) -> Result<bool, Failed> {
    let Some(last) = get::last(&session.server, &session.subjects.events(call)).await? else {
        session.cache.forget(call);
        return Ok(false);
    };
    let head = Head::of(&last)?;
    session.cache.keep(call, head);
    Ok(head.revision >= revision)
}

/// Removes what was just written about a call, if the call was deleted meanwhile. Deleting removes the events first, so
/// either it removes also this, or the events are gone by now. A replica that lags behind can lack the newest events only.
async fn withdraw_deleted(session: &Session, call: CallId, subject: &str) -> Result<(), Failed> {
    if !is_stored_now(session, call, 1).await? {
        session.server.purge(subject).await?;
    }
    Ok(())
}

/// Replaces the message of a subject, if the revision that it has may be replaced.
async fn raise(
    session: &Session,
    subject: &str,
    may_replace: impl Fn(u64) -> bool,
    draft: impl Fn() -> Draft,
) -> Result<(), Failed> {
    for _ in 0..ATTEMPTS {
        let kept = Kept::look(session, subject).await?;
        if !kept.revision.is_none_or(&may_replace) {
            return Ok(());
        }
        let draft = draft().replace().expect(kept.sequence);
        match session.server.store(draft).await {
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
    async fn look(session: &Session, subject: &str) -> Result<Self, Failed> {
        let found = get::last(&session.server, subject).await?;
        let revision = found.as_ref().map(Found::revision).transpose()?;
        Ok(Self { sequence: found.map_or(0, |found| found.sequence), revision })
    }
}

/// Keeps notes under leases. A message can carry one check. That of a single note under a single lease is the check of the
/// lease, and a lock keeps the notes of this process in order. More of them go into an atomic batch, which takes longer.
async fn note_under(
    session: &Session,
    under: &[Lease],
    notes: Vec<(CallId, String, u64)>,
) -> Result<(), Failed> {
    let _lock = match notes.as_slice() {
        [(call, ..)] => session.locks.lock(*call).await,
        _ => None,
    };
    for _ in 0..ATTEMPTS {
        let mut higher = Vec::new();
        for (_, subject, revision) in &notes {
            let kept = Kept::look(session, subject).await?;
            if kept.revision.is_none_or(|kept| kept < *revision) {
                higher.push(Higher { subject, revision: *revision, before: kept.sequence });
            }
        }
        match store_under(session, under, higher).await {
            Err(failed) if failed.is_late() => leases::stand(session, under).await?,
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

async fn store_under(session: &Session, under: &[Lease], higher: Vec<Higher<'_>>) -> Result<(), Failed> {
    match (higher.as_slice(), under) {
        ([], _) => leases::stand(session, under).await,
        ([one], [lease]) => {
            let draft = draft(one.subject, "", one.revision).replace();
            session.server.store(leases::fenced(session, lease, draft).await?).await.map(drop)
        }
        (all, _) => {
            let drafts = all.iter().map(|one| draft(one.subject, "", one.revision).expect(one.before));
            group::store(session, under, drafts.collect()).await?;
            // The messages of a batch cannot replace those before.
            let replaced = all.iter().filter(|one| one.before > 0);
            let replaced = replaced.map(|one| (one.subject.to_owned(), one.before.saturating_add(1)));
            let purge = |(subject, next): (String, u64)| async move {
                session.server.purge_before(&subject, Some(next)).await
            };
            each(replaced.collect(), purge).await.map(drop)
        }
    }
}

/// All notes of a consumer.
pub(super) async fn noted(session: &Session, consumer: &str) -> Result<Vec<Noted>, Failed> {
    let found = Scan::new(&session.server, session.subjects.notes_of_consumer(consumer), 1).all().await?;
    let mut noted = BTreeMap::new();
    for found in &found {
        let call = subjects::call(&found.subject).ok_or(Failed::Foreign(found.sequence))?;
        // A later note is higher.
        noted.insert(call, found.revision()?);
    }
    Ok(noted.into_iter().map(|(call, revision)| Noted { call, revision }).collect())
}

pub(super) async fn noted_of(session: &Session, consumer: &str, call: CallId) -> Result<u64, Failed> {
    Ok(Kept::look(session, &session.subjects.note(consumer, call)).await?.revision.unwrap_or(0))
}

pub(super) async fn keep_snapshot(
    session: &Session,
    call: CallId,
    revision: u64,
    snapshot: &Snapshot,
) -> Result<(), Failed> {
    if !is_stored(session, call, revision).await? {
        return Ok(());
    }
    let subject = session.subjects.snapshot(call);
    let last = session.cache.head(call).filter(|head| head.revision == revision);
    let draft = || {
        let draft = draft(&subject, snapshot.as_str(), revision);
        match last {
            Some(last) => draft.header(LAST, &last.sequence.to_string()),
            None => draft,
        }
    };
    raise(session, &subject, |kept| kept <= revision, draft).await?;
    withdraw_deleted(session, call, &subject).await
}

pub(super) async fn snapshot(session: &Session, call: CallId) -> Result<Option<Snapshot>, Failed> {
    let found = get::last(&session.server, &session.subjects.snapshot(call)).await?;
    found.map(|found| Ok(Snapshot::from(found.text()?.to_owned()))).transpose()
}

/// A sequence after which all events from a revision on are, as far as the snapshot of the call tells.
pub(super) async fn before(session: &Session, call: CallId, from: u64) -> Result<u64, Failed> {
    let found = get::last(&session.server, &session.subjects.snapshot(call)).await?;
    let earlier = found.filter(|found| found.revision().is_ok_and(|revision| revision < from));
    Ok(earlier.and_then(|found| found.header(LAST)?.parse().ok()).unwrap_or(0))
}
