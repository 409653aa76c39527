//! The statements that write.

use std::collections::BTreeMap;
use std::time::Duration;

use callfold::call::Snapshot;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded, Secret};
use deadpool_postgres::Client;
use tokio_postgres::Row;

use super::failed::Failed;
use super::read::{number, unsigned};
use crate::ending::Ended;
use crate::error::Conflict;
use crate::lease::{Lease, LeaseLost};
use crate::store::Noted;

/// A piece of work for the task that writes: all of it is done, or nothing.
#[derive(Clone, Default)]
pub(super) struct Work {
    leases: Vec<Lease>,
    lines: Vec<Line>,
    notes: Vec<(String, Noted)>,
    finished: Vec<Uuid>,
}

/// An event as it is stored.
#[derive(Clone)]
struct Line {
    call: Uuid,
    revision: i64,
    ended: Option<(i64, i32)>,
    text: String,
}

impl From<&Recorded> for Line {
    fn from(event: &Recorded) -> Self {
        let ended = Ended::of(event).map(|ended| (ended.at.as_second(), ended.at.subsec_nanosecond()));
        Self { call: event.call.guid(), revision: number(event.revision), ended, text: event.to_string() }
    }
}

impl Work {
    pub(super) fn append(leases: &[Lease], batch: &[Recorded]) -> Self {
        Self { leases: leases.to_vec(), lines: batch.iter().map(Line::from).collect(), ..Self::default() }
    }

    pub(super) fn note(leases: &[Lease], consumer: &str, noted: &[Noted]) -> Self {
        let notes = noted.iter().map(|noted| (consumer.to_owned(), *noted)).collect();
        Self { leases: leases.to_vec(), notes, ..Self::default() }
    }

    pub(super) fn finish(calls: &[CallId]) -> Self {
        Self { finished: calls.iter().map(|call| call.guid()).collect(), ..Self::default() }
    }

    /// About how many bytes of memory the work takes.
    pub(super) fn bytes(&self) -> usize {
        let lines: usize = self.lines.iter().map(|line| size_of::<Line>() + line.text.len()).sum();
        lines + self.notes.len() * 100 + self.finished.len() * size_of::<Uuid>()
    }
}

/// The columns of all the work of a group, as the function `write` takes them.
#[derive(Default)]
struct Columns<'a> {
    line_works: Vec<i32>,
    line_calls: Vec<Uuid>,
    line_revisions: Vec<i64>,
    line_follows: Vec<bool>,
    lines: Vec<&'a str>,
    ended_seconds: Vec<Option<i64>>,
    ended_nanoseconds: Vec<Option<i32>>,
    note_works: Vec<i32>,
    consumers: Vec<&'a str>,
    note_calls: Vec<Uuid>,
    note_revisions: Vec<i64>,
    lease_works: Vec<i32>,
    lease_names: Vec<&'a str>,
    lease_tokens: Vec<i64>,
    finished: Vec<Uuid>,
}

impl<'a> Columns<'a> {
    fn of(group: &'a [Work]) -> Self {
        let mut columns = Self::default();
        for (index, work) in (0..).zip(group) {
            columns.add(index, work);
        }
        columns
    }

    fn add(&mut self, index: i32, work: &'a Work) {
        let mut last = BTreeMap::new();
        for line in &work.lines {
            let before = last.insert(line.call, line.revision);
            self.line_follows.push(before.is_some_and(|before| before == line.revision - 1));
            self.line_works.push(index);
            self.line_calls.push(line.call);
            self.line_revisions.push(line.revision);
            self.lines.push(&line.text);
            let (second, nanosecond) = line.ended.unzip();
            self.ended_seconds.push(second);
            self.ended_nanoseconds.push(nanosecond);
        }
        for (consumer, noted) in &work.notes {
            self.note_works.push(index);
            self.consumers.push(consumer);
            self.note_calls.push(noted.call.guid());
            self.note_revisions.push(number(noted.revision));
        }
        for lease in &work.leases {
            self.lease_works.push(index);
            self.lease_names.push(&lease.name);
            self.lease_tokens.push(number(lease.token));
        }
        self.finished.extend(&work.finished);
    }
}

/// Does all the work of a group in one transaction. Returns the pieces that are refused, by their places, and why.
pub(super) async fn write(client: &Client, group: &[Work]) -> Result<Vec<(usize, Failed)>, Failed> {
    let sql = "SELECT * FROM write($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let write = client.prepare_cached(sql).await?;
    let columns = Columns::of(group);
    let refused = client
        .query(
            &write,
            &[
                &columns.line_works,
                &columns.line_calls,
                &columns.line_revisions,
                &columns.line_follows,
                &columns.lines,
                &columns.ended_seconds,
                &columns.ended_nanoseconds,
                &columns.note_works,
                &columns.consumers,
                &columns.note_calls,
                &columns.note_revisions,
                &columns.lease_works,
                &columns.lease_names,
                &columns.lease_tokens,
                &columns.finished,
            ],
        )
        .await?;
    refused.iter().map(refusal).collect()
}

/// Reads a row of what `write` returns.
fn refusal(row: &Row) -> Result<(usize, Failed), Failed> {
    let work = usize::try_from(row.try_get::<_, i32>(0)?).unwrap_or(usize::MAX);
    if let Some(name) = row.try_get(1)? {
        return Ok((work, Failed::LeaseLost(LeaseLost { name })));
    }
    let found: Option<String> = row.try_get(4)?;
    let conflict = Conflict {
        call: CallId::new(row.try_get(2)?),
        revision: unsigned(row.try_get(3)?),
        found: found.map(Secret::new),
    };
    Ok((work, Failed::Conflict(conflict)))
}

pub(super) async fn keep_snapshot(
    client: &Client,
    call: CallId,
    revision: u64,
    snapshot: &Snapshot,
) -> Result<(), Failed> {
    let sql = "INSERT INTO snapshots AS kept (call, revision, snapshot)
        SELECT call, revision, $3 FROM events WHERE call = $1 AND revision = $2 FOR KEY SHARE
        ON CONFLICT (call) DO UPDATE SET revision = excluded.revision, snapshot = excluded.snapshot
        WHERE excluded.revision >= kept.revision";
    let insert = client.prepare_cached(sql).await?;
    client.execute(&insert, &[&call.guid(), &number(revision), &snapshot.as_str()]).await?;
    Ok(())
}

pub(super) async fn lease(
    client: &Client,
    names: &[String],
    holder: Uuid,
    lasts: Duration,
) -> Result<Vec<Lease>, Failed> {
    let sql = "SELECT * FROM lease($1, $2, make_interval(secs => $3))";
    let lease = client.prepare_cached(sql).await?;
    let seconds = lasts.min(Lease::LONGEST).as_secs_f64();
    let rows = client.query(&lease, &[&names, &holder, &seconds]).await?;
    let leased = |row: &Row| Ok(Lease { name: row.try_get(0)?, token: unsigned(row.try_get(1)?) });
    rows.iter().map(leased).collect()
}

pub(super) async fn release(client: &Client, leases: &[Lease]) -> Result<(), Failed> {
    let sql = "UPDATE leases SET until = clock_timestamp()
        FROM unnest($1::text[], $2::bigint[]) AS released (name, token)
        WHERE leases.name = released.name AND leases.token = released.token";
    let release = client.prepare_cached(sql).await?;
    let (names, tokens): (Vec<&str>, Vec<i64>) =
        leases.iter().map(|lease| (&*lease.name, number(lease.token))).unzip();
    client.execute(&release, &[&names, &tokens]).await?;
    Ok(())
}

/// Deletes calls, all or none. Returns how many of them there were.
pub(super) async fn delete(client: &Client, calls: &[CallId]) -> Result<u64, Failed> {
    let delete = client.prepare_cached("SELECT delete_calls($1)").await?;
    let calls: Vec<Uuid> = calls.iter().map(|call| call.guid()).collect();
    Ok(unsigned(client.query_one(&delete, &[&calls]).await?.try_get(0)?))
}
