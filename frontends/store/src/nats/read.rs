//! Reading events.

use callfold::{CallId, Recorded};

use super::failed::Failed;
use super::get::{self, Scan};
use super::lines::{self, LINES};
use super::session::Session;
use crate::store::{Position, Stored};

/// The events of a call from a revision on.
pub(super) async fn of_call(session: &Session, call: CallId, from: u64) -> Result<Vec<Recorded>, Failed> {
    // What comes after the last known event is in later messages.
    let known = session.cache.head(call).filter(|head| head.revision < from);
    let after = known.map_or(0, |head| head.sequence);
    lines::of_call(&session.server, session.subjects.events(call), after, from).await
}

/// The events after a position.
pub(super) async fn all_after(
    session: &Session,
    after: Position,
    limit: usize,
) -> Result<Vec<Stored>, Failed> {
    // Later events can be in the message of the position itsession.
    let first = after.number() / LINES as u64;
    let mut scan = Scan::new(&session.server, session.subjects.all_events(), first);
    let mut read = Vec::new();
    while read.len() < limit {
        let found = scan.next((limit - read.len()).saturating_add(1)).await?;
        if found.is_empty() {
            break;
        }
        for message in &found {
            read.extend(lines::events(message)?.into_iter().filter(|stored| stored.position > after));
            if read.len() >= limit {
                break;
            }
        }
    }
    read.truncate(limit);
    Ok(read)
}

/// The position of the last event.
pub(super) async fn last(session: &Session) -> Result<Position, Failed> {
    let last = get::last(&session.server, &session.subjects.all_events()).await?;
    let events = last.as_ref().map(lines::events).transpose()?;
    Ok(events.and_then(|events| Some(events.last()?.position)).unwrap_or_default())
}
