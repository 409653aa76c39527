//! Values as columns have them.

use callfold::CallId;
use callfold::uuid::Uuid;
use rusqlite::{Connection, Row};

/// A call id as it is stored: its 16 bytes.
pub(super) fn key(call: CallId) -> [u8; 16] {
    call.guid().into_bytes()
}

/// Reads a call id.
pub(super) fn call(row: &Row<'_>, column: usize) -> rusqlite::Result<CallId> {
    Ok(CallId::new(Uuid::from_bytes(row.get(column)?)))
}

/// A revision or a position as SQLite stores it. No stored number is as high as those that are cut here.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The time by SQLite's clock, in milliseconds since 1970.
pub(super) fn now(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)";
    connection.prepare_cached(sql)?.query_row([], |row| row.get(0))
}
