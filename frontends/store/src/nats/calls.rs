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
use crate::store::Stats;

fn call_of(found: &Found) -> Result<CallId, Failed> {
    subjects::call(&found.subject).ok_or(Failed::Foreign(found.sequence))
}

/// The last message of each call: one for each call that is stored.
async fn ends(session: &Session) -> Result<Vec<Found>, Failed> {
    let subjects = stream::subjects(&session.server, &session.subjects.all_events()).await?;
    get::lasts(&session.server, &subjects).await
}

/// The calls that are not finished. The mark of a call can be there without its events, if a connection broke between both.
pub(super) async fn unfinished(session: &Session) -> Result<Vec<CallId>, Failed> {
    let open = Scan::new(&session.server, session.subjects.all_open(), 1).all().await?;
    let open: BTreeSet<_> = open.iter().map(call_of).collect::<Result<_, _>>()?;
    let events: Vec<_> = open.into_iter().map(|call| session.subjects.events(call)).collect();
    get::lasts(&session.server, &events).await?.iter().map(call_of).collect()
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

pub(super) async fn ended_before(session: &Session, time: Timestamp) -> Result<Vec<CallId>, Failed> {
    let ends = ends(session).await?;
    let ended = ends.iter().filter(|found| found.ended().is_some_and(|ended| ended < time));
    let mut ended = ended.map(call_of).collect::<Result<Vec<_>, _>>()?;
    ended.sort_unstable();
    Ok(ended)
}

pub(super) async fn retain(session: &Session, time: Timestamp) -> Result<Vec<CallId>, Failed> {
    let ended = ended_before(session, time).await?;
    let delete = |call| async move { delete(session, call).await };
    each(ended.clone(), delete).await?;
    Ok(ended)
}

pub(super) async fn stats(session: &Session) -> Result<Stats, Failed> {
    let ends = ends(session).await?;
    let count = |filter: String| async move {
        Ok::<_, Failed>(stream::subjects(&session.server, &filter).await?.len() as u64)
    };
    let mut events: u64 = 0;
    for found in &ends {
        events = events.saturating_add(Head::of(found)?.revision);
    }
    Ok(Stats {
        calls: ends.len() as u64,
        unfinished: count(session.subjects.all_open()).await?,
        events,
        snapshots: count(session.subjects.all_snapshots()).await?,
        bytes: stream::info(&session.server, None, 0).await?.state.bytes,
    })
}
