//! The statements that read.

use callfold::call::Snapshot;
use callfold::{CallId, Recorded};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::{call, key, number};
use super::failed::Failed;
use crate::store::{Noted, Position, Stored};

pub(super) fn of_call(connection: &Connection, call: CallId, from: u64) -> Result<Vec<Recorded>, Failed> {
    let sql = "SELECT position, line FROM events WHERE call = ?1 AND revision >= ?2 ORDER BY revision";
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query(params![key(call), number(from)])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(stored(row)?.event);
    }
    Ok(events)
}

pub(super) fn all(connection: &Connection, after: Position, limit: usize) -> Result<Vec<Stored>, Failed> {
    let sql = "SELECT position, line FROM events WHERE position > ?1 ORDER BY position LIMIT ?2";
    let mut select = connection.prepare_cached(sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = select.query(params![number(after.number()), limit])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(stored(row)?);
    }
    Ok(events)
}

/// Reads a row of a position and a line.
fn stored(row: &Row<'_>) -> Result<Stored, Failed> {
    let position = row.get(0)?;
    let line = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
    let event = line.parse().map_err(|error| Failed::Line { position, error })?;
    Ok(Stored { position: Position::new(position), event })
}

pub(super) fn snapshot(connection: &Connection, call: CallId) -> Result<Option<Snapshot>, Failed> {
    let mut select = connection.prepare_cached("SELECT snapshot FROM snapshots WHERE call = ?1")?;
    let text: Option<String> = select.query_row([key(call)], |row| row.get(0)).optional()?;
    Ok(text.map(Snapshot::from))
}

pub(super) fn noted(connection: &Connection, consumer: &str) -> Result<Vec<Noted>, Failed> {
    let sql = "SELECT call, revision FROM notes WHERE consumer = ?1 ORDER BY call";
    let mut select = connection.prepare_cached(sql)?;
    let noted = |row: &Row<'_>| Ok(Noted { call: call(row, 0)?, revision: row.get(1)? });
    Ok(select.query_map([consumer], noted)?.collect::<Result<_, _>>()?)
}
