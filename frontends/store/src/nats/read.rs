//! Reading events.

use callfold::{CallId, Recorded};

use super::bulk::Bulk;
use super::cache::Head;
use super::failed::Failed;
use super::get::{self, Found, PAGE_BYTES, Scan};
use super::lines;
use super::notes;
use super::pages::{Page, Place};
use super::session::Session;
use crate::store::{Lines, Position, Stored, StoredLine};

/// The messages of a call that are read by one request. A consumer is faster for more.
const SHORT_CALL: usize = 128;

/// The events of a call from a revision on.
pub(super) async fn of_call(session: &Session, call: CallId, from: u64) -> Result<Vec<Recorded>, Failed> {
    let known = session.cache.head(call).filter(|head| head.revision <= from);
    if known.is_some() {
        // Most often little came since, and to get the last message takes less than to look for all.
        let last = get::last(&session.server, &session.subjects.events(call)).await?;
        let events = last.as_ref().map(lines::events).transpose()?.unwrap_or_default();
        if events.first().is_none_or(|first| first.event.revision <= from) {
            let events = events.into_iter().map(|stored| stored.event);
            return Ok(events.filter(|event| event.revision >= from).collect());
        }
    }
    let sequence = match known {
        // The last known event is in this message, and what comes after it is in later ones.
        Some(head) if head.revision == from => head.sequence.saturating_sub(1),
        Some(head) => head.sequence,
        None if from > SHORT_CALL as u64 => notes::before(session, call, from).await?,
        None => 0,
    };
    after(session, call, sequence, from).await
}

/// The events of a call from a revision on, in messages after a sequence.
pub(super) async fn after(
    session: &Session,
    call: CallId,
    sequence: u64,
    from: u64,
) -> Result<Vec<Recorded>, Failed> {
    let subject = session.subjects.events(call);
    let mut scan = Scan::new(&session.server, subject.clone(), sequence.saturating_add(1));
    let mut read = Vec::new();
    let mut found = scan.next(SHORT_CALL).await?;
    read_events(&found, from, &mut read)?;
    if scan.pending() > 0 {
        let mut bulk = Bulk::open(&session.server, Some(&subject), scan.position()).await?;
        while bulk.has_more() {
            found = bulk.next(&session.server, usize::MAX).await?;
            read_events(&found, from, &mut read)?;
        }
        bulk.close(&session.server).await?;
    }
    if let Some(last) = found.last() {
        // The next append then need not look first.
        session.cache.raise(call, Head::of(last)?);
    }
    Ok(read)
}

fn read_events(found: &[Found], from: u64, read: &mut Vec<Recorded>) -> Result<(), Failed> {
    for message in found.iter().filter(|message| message.revision().is_ok_and(|last| last >= from)) {
        let events = lines::events(message)?.into_iter().map(|stored| stored.event);
        read.extend(events.filter(|event| event.revision >= from));
    }
    Ok(())
}

/// The events after a position.
pub(super) async fn all_after(
    session: &Session,
    after: Position,
    limit: usize,
) -> Result<Vec<Stored>, Failed> {
    let mut read = Vec::new();
    for message in &page(session, after, limit, usize::MAX).await?.messages {
        read.extend(lines::events(message)?.into_iter().filter(|stored| stored.position > after));
    }
    read.truncate(limit);
    Ok(read)
}

/// The lines after a position, without reading them.
pub(super) async fn lines_after(session: &Session, after: Position, limit: usize) -> Result<Lines, Failed> {
    let page = page(session, after, limit, PAGE_BYTES).await?;
    let lines = page.messages.iter().flat_map(lines::lines).filter(|(position, _)| *position > after);
    let lines = lines.map(|(position, line)| StoredLine { position, line: line.to_vec() });
    Ok(Lines { lines: lines.take(limit).collect(), has_more: page.has_more })
}

async fn page(session: &Session, after: Position, limit: usize, bytes: usize) -> Result<Page, Failed> {
    let of = Place { server: &session.server, subjects: &session.subjects };
    session.pages.after(of, after, limit, bytes).await
}

/// The position of the last event.
pub(super) async fn last(session: &Session) -> Result<Position, Failed> {
    let last = get::last(&session.server, &session.subjects.all_events()).await?;
    let events = last.as_ref().map(lines::events).transpose()?;
    Ok(events.and_then(|events| Some(events.last()?.position)).unwrap_or_default())
}
