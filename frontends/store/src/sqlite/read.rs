//! The statements that read.

use callfold::call::Snapshot;
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::{self, call, key, number};
use super::failed::Failed;
use crate::ending::Ended;
use crate::lease::{Lease, Leased};
use crate::store::{Lines, Noted, Position, Stats, Stored, StoredLine};

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

/// The bytes after which no more lines are read at once.
const PAGE: usize = 1 << 20;

pub(super) fn lines(connection: &Connection, after: Position, limit: usize) -> Result<Lines, Failed> {
    let sql = "SELECT position, line FROM events WHERE position > ?1 ORDER BY position";
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query([number(after.number())])?;
    let (mut lines, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        if lines.len() == limit || bytes >= PAGE {
            return Ok(Lines { lines, has_more: true });
        }
        let line = row.get_ref(1)?.as_bytes().map_err(rusqlite::Error::from)?.to_vec();
        bytes += line.len();
        lines.push(StoredLine { position: Position::new(row.get(0)?), line });
    }
    Ok(Lines { lines, has_more: false })
}

pub(super) fn last(connection: &Connection) -> Result<Position, Failed> {
    let mut select = connection.prepare_cached("SELECT coalesce(max(position), 0) FROM events")?;
    Ok(Position::new(select.query_row([], |row| row.get(0))?))
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

pub(super) fn noted_of(connection: &Connection, consumer: &str, call: CallId) -> Result<u64, Failed> {
    let sql = "SELECT revision FROM notes WHERE call = ?1 AND consumer = ?2";
    let mut select = connection.prepare_cached(sql)?;
    Ok(select.query_row(params![key(call), consumer], |row| row.get(0)).optional()?.unwrap_or(0))
}

pub(super) fn unfinished(connection: &Connection) -> Result<Vec<CallId>, Failed> {
    let mut select = connection.prepare_cached("SELECT call FROM unfinished")?;
    Ok(select.query_map([], |row| call(row, 0))?.collect::<Result<_, _>>()?)
}

pub(super) fn ended_before(connection: &Connection, time: Timestamp) -> Result<Vec<Ended>, Failed> {
    let sql = "SELECT call, ended_second, ended_nanosecond FROM calls WHERE ended_second IS NOT NULL
        AND (ended_second, ended_nanosecond) < (?1, ?2) ORDER BY call";
    let mut select = connection.prepare_cached(sql)?;
    let before = params![time.as_second(), time.subsec_nanosecond()];
    let row = |row: &Row<'_>| Ok((call(row, 0)?, row.get(1)?, row.get(2)?));
    let rows: Vec<_> = select.query_map(before, row)?.collect::<Result<_, _>>()?;
    let ended = |(call, second, nanosecond)| Ended::stored(call, second, nanosecond);
    rows.into_iter().map(ended).collect::<Result<_, _>>().map_err(Failed::Damaged)
}

pub(super) fn leases(connection: &Connection) -> Result<Vec<Leased>, Failed> {
    let mut select =
        connection.prepare_cached("SELECT name, token, holder FROM leases WHERE until_millisecond > ?1")?;
    let leased = |row: &Row<'_>| {
        let lease = Lease { name: row.get(0)?, token: row.get(1)? };
        Ok(Leased { lease, holder: Uuid::from_bytes(row.get(2)?) })
    };
    Ok(select.query_map([column::now(connection)?], leased)?.collect::<Result<_, _>>()?)
}

pub(super) fn schema_version(connection: &Connection) -> Result<u64, Failed> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// The number of rows of each table, and the bytes of the database. The file `-wal` is counted by the caller.
pub(super) fn stats(connection: &Connection) -> Result<Stats, Failed> {
    let sql = "SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM unfinished),
        (SELECT count(*) FROM events), (SELECT count(*) FROM snapshots), page_count * page_size
        FROM pragma_page_count, pragma_page_size";
    let stats = |row: &Row<'_>| {
        Ok(Stats {
            calls: row.get(0)?,
            unfinished: row.get(1)?,
            events: row.get(2)?,
            snapshots: row.get(3)?,
            bytes: row.get(4)?,
        })
    };
    Ok(connection.query_row(sql, [], stats)?)
}
