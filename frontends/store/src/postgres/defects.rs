//! The statements that look for what is wrong.

use deadpool_postgres::Client;
use tokio_postgres::Row;

use super::failed::Failed;
use super::read::{call, unsigned};
use crate::defect::Defect;

/// What the tables contradict each other in.
pub(super) async fn defects(client: &Client) -> Result<Vec<Defect>, Failed> {
    let mut defects = Vec::new();
    for (sql, defect) in WRONG {
        for row in client.query(*sql, &[]).await? {
            defects.push(defect(&row)?);
        }
    }
    Ok(defects)
}

/// A statement that finds calls with something wrong, and what is wrong.
type Wrong = (&'static str, fn(&Row) -> Result<Defect, Failed>);

const WRONG: &[Wrong] = &[
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
        "SELECT notes.call, consumer, notes.revision, coalesce(max(events.revision), 0)
            FROM notes LEFT JOIN events USING (call) GROUP BY notes.call, consumer, notes.revision
            HAVING notes.revision > coalesce(max(events.revision), 0) ORDER BY notes.call, consumer",
        |row| Ok(Defect::noted(call(row, 0)?, row.try_get(1)?, number(row, 2)?, number(row, 3)?)),
    ),
    (
        "SELECT snapshots.call, snapshots.revision, coalesce(max(events.revision), 0)
            FROM snapshots LEFT JOIN events USING (call) GROUP BY snapshots.call
            HAVING snapshots.revision > coalesce(max(events.revision), 0) ORDER BY snapshots.call",
        |row| Ok(Defect::snapshot(call(row, 0)?, number(row, 1)?, number(row, 2)?)),
    ),
];

fn number(row: &Row, column: usize) -> Result<u64, Failed> {
    Ok(unsigned(row.try_get(column)?))
}
