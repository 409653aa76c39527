//! The statements that look for what is wrong.

use deadpool_postgres::Client;
use tokio_postgres::Row;

use super::failed::Failed;
use super::read::{call, unsigned};
use crate::defect::Defect;

/// Contradictions between the tables that one of the statements finds.
pub(super) async fn found(client: &Client, (sql, defect): Wrong) -> Result<Vec<Defect>, Failed> {
    client.query(sql, &[]).await?.iter().map(defect).collect()
}

/// A statement that finds calls with something wrong, and what is wrong.
pub(super) type Wrong = (&'static str, fn(&Row) -> Result<Defect, Failed>);

pub(super) const WRONG: &[Wrong] = &[
    (
        "SELECT call FROM calls
            WHERE NOT EXISTS (SELECT FROM events WHERE events.call = calls.call) ORDER BY call",
        |row| Ok(Defect::without_events(call(row, 0)?)),
    ),
    (
        "SELECT DISTINCT call FROM events
            WHERE NOT EXISTS (SELECT FROM calls WHERE calls.call = events.call) ORDER BY call",
        |row| Ok(Defect::not_among_calls(call(row, 0)?)),
    ),
    (
        "SELECT call, consumer, revision,
                (SELECT coalesce(max(revision), 0) FROM events WHERE events.call = notes.call)
            FROM notes WHERE NOT EXISTS (
                SELECT FROM events WHERE events.call = notes.call AND events.revision = notes.revision
            ) ORDER BY call, consumer",
        |row| Ok(Defect::noted_beyond_end(call(row, 0)?, row.try_get(1)?, number(row, 2)?, number(row, 3)?)),
    ),
    (
        "SELECT call, revision,
                (SELECT coalesce(max(revision), 0) FROM events WHERE events.call = snapshots.call)
            FROM snapshots WHERE NOT EXISTS (
                SELECT FROM events WHERE events.call = snapshots.call AND events.revision = snapshots.revision
            ) ORDER BY call",
        |row| Ok(Defect::snapshot_beyond_end(call(row, 0)?, number(row, 1)?, number(row, 2)?)),
    ),
];

fn number(row: &Row, column: usize) -> Result<u64, Failed> {
    Ok(unsigned(row.try_get(column)?))
}
