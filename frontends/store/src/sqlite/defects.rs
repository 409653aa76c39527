//! The statements that look for what is wrong.

use rusqlite::{Connection, Row};

use super::column::call;
use super::failed::Failed;
use crate::defect::Defect;

/// What SQLite finds wrong in the file, and contradictions between the tables.
pub(super) fn defects(connection: &Connection) -> Result<Vec<Defect>, Failed> {
    let mut defects = integrity(connection)?;
    for (sql, defect) in WRONG {
        let mut select = connection.prepare_cached(sql)?;
        defects.extend(select.query_map([], defect)?.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(defects)
}

fn integrity(connection: &Connection) -> Result<Vec<Defect>, Failed> {
    let mut defects = Vec::new();
    connection.pragma_query(None, "integrity_check", |row| {
        let words: String = row.get(0)?;
        if words != "ok" {
            let message = format!("the file is damaged; restore it from a backup (SQLite says: {words})");
            defects.push(Defect { call: None, message });
        }
        Ok(())
    })?;
    Ok(defects)
}

/// A statement that finds calls with something wrong, and what is wrong.
type Wrong = (&'static str, fn(&Row<'_>) -> rusqlite::Result<Defect>);

const WRONG: &[Wrong] = &[
    (
        "SELECT calls.call, calls.revision, coalesce(max(events.revision), 0) AS last
            FROM calls LEFT JOIN events USING (call) GROUP BY calls.call HAVING calls.revision <> last",
        |row| {
            let (call, listed, last): (_, u64, u64) = (call(row, 0)?, row.get(1)?, row.get(2)?);
            if last == 0 {
                return Ok(Defect::without_events(call));
            }
            let message = format!("its last revision is {last}, and the table of calls says {listed}");
            Ok(Defect::of(call, message))
        },
    ),
    (
        "SELECT DISTINCT call FROM events WHERE call NOT IN (SELECT call FROM calls)",
        |row| Ok(Defect::not_among_calls(call(row, 0)?)),
    ),
    (
        "SELECT notes.call, consumer, notes.revision, coalesce(calls.revision, 0)
            FROM notes LEFT JOIN calls USING (call) WHERE notes.revision > coalesce(calls.revision, 0)",
        |row| {
            let consumer: String = row.get(1)?;
            Ok(Defect::noted_beyond_end(call(row, 0)?, &consumer, row.get(2)?, row.get(3)?))
        },
    ),
    (
        "SELECT snapshots.call, snapshots.revision, coalesce(calls.revision, 0)
            FROM snapshots LEFT JOIN calls USING (call) WHERE snapshots.revision > coalesce(calls.revision, 0)",
        |row| Ok(Defect::snapshot_beyond_end(call(row, 0)?, row.get(1)?, row.get(2)?)),
    ),
];
