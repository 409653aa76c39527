//! The statements that read.

use callfold::call::Snapshot;
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};
use deadpool_postgres::Client;
use tokio_postgres::Row;

use super::failed::Failed;
use crate::ending::Ended;
use crate::lease::{Lease, Leased};
use crate::store::{Lines, Noted, Position, Stats, Stored, StoredLine};

pub(super) async fn of_call(client: &Client, call: CallId, from: u64) -> Result<Vec<Recorded>, Failed> {
    let sql = "SELECT position, line FROM events WHERE call = $1 AND revision >= $2 ORDER BY revision";
    let select = client.prepare_cached(sql).await?;
    let rows = client.query(&select, &[&call.guid(), &number(from)]).await?;
    rows.iter().map(|row| Ok(stored(row)?.event)).collect()
}

pub(super) async fn all(client: &Client, after: Position, limit: usize) -> Result<Vec<Stored>, Failed> {
    page(client, after, limit).await?.iter().map(stored).collect()
}

pub(super) async fn lines(client: &Client, after: Position, limit: usize) -> Result<Lines, Failed> {
    let rows = page(client, after, limit).await?;
    let line = |row: &Row| {
        let line = row.try_get::<_, &str>(1)?.as_bytes().to_vec();
        Ok(StoredLine { position: Position::new(unsigned(row.try_get(0)?)), line })
    };
    let lines = rows.iter().map(line).collect::<Result<Vec<_>, Failed>>()?;
    Ok(Lines { has_more: lines.len() == limit, lines })
}

async fn page(client: &Client, after: Position, limit: usize) -> Result<Vec<Row>, Failed> {
    let sql = "SELECT position, line FROM events WHERE position > $1 ORDER BY position LIMIT $2";
    let select = client.prepare_cached(sql).await?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(client.query(&select, &[&number(after.number()), &limit]).await?)
}

pub(super) async fn last(client: &Client) -> Result<Position, Failed> {
    let select = client.prepare_cached("SELECT coalesce(max(position), 0) FROM events").await?;
    Ok(Position::new(unsigned(client.query_one(&select, &[]).await?.try_get(0)?)))
}

/// Reads a row of a position and a line.
fn stored(row: &Row) -> Result<Stored, Failed> {
    let position = unsigned(row.try_get(0)?);
    let event = row.try_get::<_, &str>(1)?.parse().map_err(|error| Failed::Line { position, error })?;
    Ok(Stored { position: Position::new(position), event })
}

pub(super) async fn snapshot(client: &Client, call: CallId) -> Result<Option<Snapshot>, Failed> {
    let select = client.prepare_cached("SELECT snapshot FROM snapshots WHERE call = $1").await?;
    let row = client.query_opt(&select, &[&call.guid()]).await?;
    Ok(row.map(|row| row.try_get::<_, String>(0)).transpose()?.map(Snapshot::from))
}

pub(super) async fn noted(client: &Client, consumer: &str) -> Result<Vec<Noted>, Failed> {
    let select =
        client.prepare_cached("SELECT call, revision FROM notes WHERE consumer = $1 ORDER BY call").await?;
    let rows = client.query(&select, &[&consumer]).await?;
    let noted = |row: &Row| Ok(Noted { call: call(row, 0)?, revision: unsigned(row.try_get(1)?) });
    rows.iter().map(noted).collect()
}

pub(super) async fn noted_of(client: &Client, consumer: &str, call: CallId) -> Result<u64, Failed> {
    let select =
        client.prepare_cached("SELECT revision FROM notes WHERE call = $1 AND consumer = $2").await?;
    let row = client.query_opt(&select, &[&call.guid(), &consumer]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?.map_or(0, unsigned))
}

pub(super) async fn unfinished(client: &Client) -> Result<Vec<CallId>, Failed> {
    let select = client.prepare_cached("SELECT call FROM calls WHERE NOT is_finished").await?;
    client.query(&select, &[]).await?.iter().map(|row| call(row, 0)).collect()
}

pub(super) async fn ended_before(client: &Client, time: Timestamp) -> Result<Vec<Ended>, Failed> {
    let sql = "SELECT call, ended_second, ended_nanosecond FROM calls
        WHERE (ended_second, ended_nanosecond) < ($1, $2) ORDER BY call";
    let select = client.prepare_cached(sql).await?;
    let rows = client.query(&select, &[&time.as_second(), &time.subsec_nanosecond()]).await?;
    let ended =
        |row: &Row| Ended::stored(call(row, 0)?, row.try_get(1)?, row.try_get(2)?).map_err(Failed::Unfit);
    rows.iter().map(ended).collect()
}

pub(super) async fn leases(client: &Client) -> Result<Vec<Leased>, Failed> {
    let sql = "SELECT name, token, holder FROM leases WHERE until > clock_timestamp()";
    let select = client.prepare_cached(sql).await?;
    let leased = |row: &Row| {
        let lease = Lease { name: row.try_get(0)?, token: unsigned(row.try_get(1)?) };
        Ok(Leased { lease, holder: row.try_get(2)? })
    };
    client.query(&select, &[]).await?.iter().map(leased).collect()
}

pub(super) async fn stats(client: &Client) -> Result<Stats, Failed> {
    let sql = "SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM calls WHERE NOT is_finished),
        (SELECT count(*) FROM events), (SELECT count(*) FROM snapshots),
        (SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
            WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind = 'r')";
    let row = client.query_one(sql, &[]).await?;
    let count = |column| Ok::<_, Failed>(unsigned(row.try_get(column)?));
    Ok(Stats {
        calls: count(0)?,
        unfinished: count(1)?,
        events: count(2)?,
        snapshots: count(3)?,
        bytes: count(4)?,
    })
}

pub(super) fn call(row: &Row, column: usize) -> Result<CallId, Failed> {
    Ok(CallId::new(row.try_get::<_, Uuid>(column)?))
}

/// A number as it was before it was stored: none of them is negative.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A revision, a position or a token as PostgreSQL stores it. No stored number is as high as those that are cut here.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
