//! The statements that write.

use std::time::Duration;

use callfold::call::Snapshot;
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded, Secret};
use rusqlite::{Connection, OptionalExtension, params};

use super::column::{self, key, number};
use super::failed::Failed;
use crate::ending::Ended;
use crate::error::Conflict;
use crate::lease::{Lease, LeaseLost};
use crate::store::Noted;

/// An event as it is stored.
pub(super) struct Line {
    call: CallId,
    revision: u64,
    ended: Option<Timestamp>,
    text: String,
}

impl Line {
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.text.len()
    }
}

impl From<&Recorded> for Line {
    fn from(event: &Recorded) -> Self {
        Self {
            call: event.call,
            revision: event.revision,
            ended: Ended::of(event).map(|ended| ended.at),
            text: event.to_string(),
        }
    }
}

pub(super) fn append(connection: &Connection, leases: &[Lease], batch: &[Line]) -> Result<(), Failed> {
    stand(connection, leases)?;
    for line in batch {
        if is_next(connection, line)? {
            insert(connection, line)?;
        } else {
            is_stored(connection, line)?;
        }
    }
    Ok(())
}

/// Raises the last revision of the call. False if the line does not come next.
fn is_next(connection: &Connection, line: &Line) -> rusqlite::Result<bool> {
    let sql = match line.revision {
        1 => "INSERT INTO calls (call, revision) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        _ => "UPDATE calls SET revision = ?2 WHERE call = ?1 AND revision = ?2 - 1",
    };
    let changed = connection.prepare_cached(sql)?.execute(params![key(line.call), number(line.revision)])?;
    Ok(changed == 1)
}

fn insert(connection: &Connection, line: &Line) -> rusqlite::Result<()> {
    let sql = "INSERT INTO events (call, revision, line) VALUES (?1, ?2, ?3)";
    let row = params![key(line.call), number(line.revision), line.text];
    connection.prepare_cached(sql)?.execute(row)?;
    if line.revision == 1 {
        connection.prepare_cached("INSERT INTO unfinished (call) VALUES (?1)")?.execute([key(line.call)])?;
    }
    if let Some(ended) = line.ended {
        let sql = "UPDATE calls SET ended_second = ?2, ended_nanosecond = ?3 WHERE call = ?1";
        let row = params![key(line.call), ended.as_second(), ended.subsec_nanosecond()];
        connection.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}

/// A line that is stored already counts as appended.
fn is_stored(connection: &Connection, line: &Line) -> Result<(), Failed> {
    let sql = "SELECT line FROM events WHERE call = ?1 AND revision = ?2";
    let mut select = connection.prepare_cached(sql)?;
    let found: Option<String> =
        select.query_row(params![key(line.call), number(line.revision)], |row| row.get(0)).optional()?;
    if found.as_ref() == Some(&line.text) {
        return Ok(());
    }
    let Line { call, revision, .. } = *line;
    Err(Failed::Conflict(Conflict { call, revision, found: found.map(Secret::new) }))
}

pub(super) fn keep_snapshot(
    connection: &Connection,
    call: CallId,
    revision: u64,
    snapshot: &Snapshot,
) -> Result<(), Failed> {
    let sql = "INSERT INTO snapshots (call, revision, snapshot)
        SELECT ?1, ?2, ?3 FROM events WHERE call = ?1 AND revision = ?2
        ON CONFLICT (call) DO UPDATE SET revision = excluded.revision, snapshot = excluded.snapshot
        WHERE excluded.revision >= snapshots.revision";
    let row = params![key(call), number(revision), snapshot.as_str()];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Fails unless all these leases stand.
fn stand(connection: &Connection, leases: &[Lease]) -> Result<(), Failed> {
    for Lease { name, token } in leases {
        let sql = "SELECT 1 FROM leases WHERE name = ?1 AND token = ?2";
        if !connection.prepare_cached(sql)?.exists(params![name, number(*token)])? {
            return Err(Failed::LeaseLost(LeaseLost { name: name.clone() }));
        }
    }
    Ok(())
}

/// Takes leases or makes them last longer. Leaves out those that another holder has.
pub(super) fn lease(
    connection: &Connection,
    names: &[String],
    holder: Uuid,
    lasts: Duration,
) -> Result<Vec<Lease>, Failed> {
    let now = column::now(connection)?;
    let until = now.saturating_add(lasts.min(Lease::LONGEST).as_millis().try_into().unwrap_or(i64::MAX));
    let sql = "INSERT INTO leases (name, holder, token, until_millisecond) VALUES (?1, ?2, 1, ?4)
        ON CONFLICT (name) DO UPDATE SET
            holder = excluded.holder,
            token = token + (until_millisecond <= ?3),
            until_millisecond = excluded.until_millisecond
        WHERE holder = excluded.holder OR until_millisecond <= ?3
        RETURNING token";
    let mut insert = connection.prepare_cached(sql)?;
    let mut leases = Vec::with_capacity(names.len());
    for name in names {
        let token =
            insert.query_row(params![name, holder.as_bytes(), now, until], |row| row.get(0)).optional()?;
        leases.extend(token.map(|token| Lease { name: name.clone(), token }));
    }
    Ok(leases)
}

pub(super) fn release(connection: &Connection, leases: &[Lease]) -> Result<(), Failed> {
    let sql = "UPDATE leases SET until_millisecond = ?3 WHERE name = ?1 AND token = ?2";
    let now = column::now(connection)?;
    for Lease { name, token } in leases {
        connection.prepare_cached(sql)?.execute(params![name, number(*token), now])?;
    }
    Ok(())
}

pub(super) fn finish(connection: &Connection, calls: &[CallId]) -> Result<(), Failed> {
    let mut delete = connection.prepare_cached("DELETE FROM unfinished WHERE call = ?1")?;
    for call in calls {
        delete.execute([key(*call)])?;
    }
    Ok(())
}

pub(super) fn note(
    connection: &Connection,
    leases: &[Lease],
    consumer: &str,
    noted: &[Noted],
) -> Result<(), Failed> {
    stand(connection, leases)?;
    let sql = "INSERT INTO notes (call, consumer, revision)
        SELECT ?1, ?2, ?3 FROM events WHERE call = ?1 AND revision = ?3
        ON CONFLICT (call, consumer) DO UPDATE SET revision = excluded.revision
        WHERE excluded.revision > notes.revision";
    let mut insert = connection.prepare_cached(sql)?;
    for Noted { call, revision } in noted {
        insert.execute(params![key(*call), consumer, number(*revision)])?;
    }
    Ok(())
}

pub(super) fn delete(connection: &Connection, call: CallId) -> Result<bool, Failed> {
    for sql in [
        "DELETE FROM events WHERE call = ?1",
        "DELETE FROM snapshots WHERE call = ?1",
        "DELETE FROM notes WHERE call = ?1",
        "DELETE FROM unfinished WHERE call = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([key(call)])?;
    }
    // Each of the other rows belongs to a call with events, and such a call has a row here.
    Ok(connection.prepare_cached("DELETE FROM calls WHERE call = ?1")?.execute([key(call)])? > 0)
}
