//! The statements that look for what is wrong.

use rusqlite::{Connection, Row};

use super::column::call;
use super::failed::Failed;
use crate::defect::Defect;

/// What SQLite finds wrong in the file, and what the tables say that the events do not.
pub(super) fn defects(connection: &Connection) -> Result<Vec<Defect>, Failed> {
    let mut defects = integrity(connection)?;
    for (sql, message) in WRONG {
        let mut select = connection.prepare_cached(sql)?;
        let defect = |row: &Row<'_>| Ok(Defect { call: Some(call(row, 0)?), message: message(row)? });
        defects.extend(select.query_map([], defect)?.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(defects)
}

fn integrity(connection: &Connection) -> Result<Vec<Defect>, Failed> {
    let mut defects = Vec::new();
    connection.pragma_query(None, "integrity_check", |row| {
        let message: String = row.get(0)?;
        if message != "ok" {
            defects.push(Defect { call: None, message: format!("SQLite finds the file damaged: {message}") });
        }
        Ok(())
    })?;
    Ok(defects)
}

/// A statement that finds calls with something wrong, and what is wrong.
type Wrong = (&'static str, fn(&Row<'_>) -> rusqlite::Result<String>);

const WRONG: &[Wrong] = &[
    (
        "SELECT calls.call, calls.revision, coalesce(max(events.revision), 0) AS last
            FROM calls LEFT JOIN events USING (call) GROUP BY calls.call HAVING calls.revision <> last",
        |row| {
            let (noted, last): (u64, u64) = (row.get(1)?, row.get(2)?);
            Ok(format!("its last revision is {last}, and the table of calls says {noted}"))
        },
    ),
    (
        "SELECT DISTINCT call FROM events WHERE call NOT IN (SELECT call FROM calls)",
        |_| Ok("it has events, and is not in the table of calls".into()),
    ),
    (
        "SELECT notes.call, consumer, notes.revision, coalesce(calls.revision, 0)
            FROM notes LEFT JOIN calls USING (call) WHERE notes.revision > coalesce(calls.revision, 0)",
        |row| {
            let (consumer, noted, last): (String, u64, u64) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(format!("`{consumer}` has noted revision {noted}, and its last revision is {last}"))
        },
    ),
    (
        "SELECT snapshots.call, snapshots.revision, coalesce(calls.revision, 0)
            FROM snapshots LEFT JOIN calls USING (call) WHERE snapshots.revision > coalesce(calls.revision, 0)",
        |row| {
            let (kept, last): (u64, u64) = (row.get(1)?, row.get(2)?);
            Ok(format!("its snapshot is of revision {kept}, and its last revision is {last}"))
        },
    ),
];
