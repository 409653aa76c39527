//! What is done with whole calls: listing, counting and deleting them.

use std::collections::BTreeSet;

use callfold::CallId;
use callfold::jiff::Timestamp;

use super::cache::Head;
use super::failed::Failed;
use super::get::{self, Found, Scan};
use super::server::each;
use super::session::Session;
use super::{stream, subjects};
use crate::ending::Ended;
use crate::store::Stats;

/// A call, and its last event.
struct End {
    call: CallId,
    head: Head,
}

impl End {
    /// `None` for a message that another program wrote.
    fn of(found: &Found) -> Option<Self> {
        Some(Self { call: subjects::call(&found.subject)?, head: Head::of(found).ok()? })
    }
}

/// The last event of each call that is stored.
async fn ends(session: &Session) -> Result<Vec<End>, Failed> {
    let subjects = stream::subjects(&session.server, &session.subjects.all_events()).await?;
    let last = get::lasts(&session.server, &subjects).await?;
    Ok(last.iter().filter_map(End::of).collect())
}

/// The calls that are not finished. The mark of a call can be there without its events, if a connection broke between both.
pub(super) async fn unfinished(session: &Session) -> Result<Vec<CallId>, Failed> {
    let open = Scan::new(&session.server, session.subjects.all_open(), 1).all().await?;
    let open: BTreeSet<_> = open.iter().filter_map(|found| subjects::call(&found.subject)).collect();
    let events: Vec<_> = open.into_iter().map(|call| session.subjects.events(call)).collect();
    let last = get::lasts(&session.server, &events).await?;
    Ok(last.iter().filter_map(|found| subjects::call(&found.subject)).collect())
}

pub(super) async fn finish(session: &Session, calls: &[CallId]) -> Result<(), Failed> {
    let finish = |call| async move { session.server.purge(&session.subjects.open(call)).await };
    each(calls.to_vec(), finish).await.map(drop)
}

/// Deletes the events first: whoever writes something else about the call looks afterwards whether there are events.
pub(super) async fn delete(session: &Session, call: CallId) -> Result<bool, Failed> {
    let events = session.server.purge(&session.subjects.events(call)).await?;
    session.cache.forget(call);
    let subjects =
        [session.subjects.snapshot(call), session.subjects.open(call), session.subjects.notes_of_call(call)];
    for subject in subjects {
        session.server.purge(&subject).await?;
    }
    Ok(events > 0)
}

pub(super) async fn ended_before(session: &Session, time: Timestamp) -> Result<Vec<Ended>, Failed> {
    let ends = ends(session).await?;
    let ended = ends.iter().filter_map(|end| Some(Ended { call: end.call, at: end.head.ended? }));
    let mut ended: Vec<_> = ended.filter(|ended| ended.at < time).collect();
    ended.sort_unstable();
    Ok(ended)
}

pub(super) async fn retain(session: &Session, time: Timestamp) -> Result<Vec<Ended>, Failed> {
    let ended = ended_before(session, time).await?;
    let delete = |ended: Ended| async move { delete(session, ended.call).await };
    each(ended.clone(), delete).await?;
    Ok(ended)
}

pub(super) async fn stats(session: &Session) -> Result<Stats, Failed> {
    let ends = ends(session).await?;
    let count = |filter: String| async move {
        Ok::<_, Failed>(stream::subjects(&session.server, &filter).await?.len() as u64)
    };
    let events = ends.iter().fold(0_u64, |events, end| events.saturating_add(end.head.revision));
    Ok(Stats {
        calls: ends.len() as u64,
        unfinished: count(session.subjects.all_open()).await?,
        events,
        snapshots: count(session.subjects.all_snapshots()).await?,
        bytes: stream::info(&session.server, None, 0).await?.state.bytes,
    })
}
