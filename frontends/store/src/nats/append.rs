//! Appending events.

use std::collections::{BTreeMap, BTreeSet};

use callfold::jiff::Timestamp;
use callfold::{CallId, Recorded, Secret};

use super::cache::Head;
use super::failed::Failed;
use super::get::{self, ENDED, Found, REVISION};
use super::lines::{self, Run};
use super::server::{Draft, LARGEST_BATCH, each};
use super::session::Session;
use super::{group, leases, notes, read};
use crate::ending::Ended;
use crate::error::Conflict;
use crate::lease::Lease;

/// How often an append looks again because others were faster.
const ATTEMPTS: usize = 50;

/// Appends a batch. The first attempt relies on what is known of the calls; each later one looks first.
pub(super) async fn append(session: &Session, under: &[Lease], batch: &[Recorded]) -> Result<(), Failed> {
    for attempt in 0..ATTEMPTS {
        let heads = if attempt == 0 { Heads::default() } else { Heads::look(session, batch).await? };
        let is_fresh = attempt > 0;
        let plan = match Plan::make(session, heads, is_fresh, batch).await? {
            Planned::Plan(plan) => plan,
            Planned::Unknown => continue,
        };
        match plan.store(session, under).await {
            Err(failed) if failed.is_late() => {}
            outcome => return outcome,
        }
        leases::stand(session, under).await?;
    }
    Err(Failed::Busy)
}

/// The last events of the calls of a batch.
#[derive(Default)]
struct Heads {
    known: BTreeMap<CallId, Head>,
    /// The last message of each call.
    found: BTreeMap<CallId, Found>,
}

impl Heads {
    /// Asks the server.
    async fn look(session: &Session, batch: &[Recorded]) -> Result<Self, Failed> {
        let mut calls: Vec<_> = batch.iter().map(|event| event.call).collect();
        calls.sort_unstable();
        calls.dedup();
        let look = |call| async move {
            let found = get::last(&session.server, &session.subjects.events(call)).await?;
            Ok((call, found))
        };
        let mut heads = Self::default();
        for (call, found) in each(calls, look).await? {
            let head = found.as_ref().map_or_else(|| Ok(Head::default()), Head::of)?;
            session.cache.forget(call);
            if found.is_some() {
                session.cache.keep(call, head);
            }
            heads.known.insert(call, head);
            heads.found.extend(found.map(|found| (call, found)));
        }
        Ok(heads)
    }
}

impl Head {
    /// What the last message of a call says.
    pub(super) fn of(found: &Found) -> Result<Self, Failed> {
        Ok(Self { revision: found.revision()?, sequence: found.sequence, ended: found.ended() })
    }
}

enum Planned {
    Plan(Plan),
    /// What is known does not decide: the server must be asked.
    Unknown,
}

/// The messages that an append stores.
struct Plan {
    /// The calls before the append.
    heads: BTreeMap<CallId, Head>,
    runs: Vec<Run>,
    /// The calls that ended in this batch.
    ended: BTreeMap<CallId, Timestamp>,
}

impl Plan {
    async fn make(
        session: &Session,
        mut heads: Heads,
        is_fresh: bool,
        batch: &[Recorded],
    ) -> Result<Planned, Failed> {
        let mut plan = Self { heads: BTreeMap::new(), runs: Vec::new(), ended: BTreeMap::new() };
        let mut next: BTreeMap<CallId, u64> = BTreeMap::new();
        let mut earlier = BTreeMap::new();
        let room = session.server.room();
        for event in batch {
            let (call, revision, line) = (event.call, event.revision, event.to_string());
            let head = match heads.known.get(&call) {
                Some(head) => *head,
                None => match session.cache.head(call) {
                    Some(head) => *heads.known.entry(call).or_insert(head),
                    // A first event is most often new.
                    None if revision == 1 => *heads.known.entry(call).or_default(),
                    None => return Ok(Planned::Unknown),
                },
            };
            let next = next.entry(call).or_insert_with(|| head.revision.saturating_add(1));
            if revision == *next {
                *next = revision.saturating_add(1);
                plan.heads.insert(call, head);
                plan.ended.extend(Ended::of(event).map(|ended| (call, ended.at)));
                plan.add(call, revision, line, room);
                continue;
            }
            if !is_fresh {
                return Ok(Planned::Unknown);
            }
            let found = match plan.planned(call, revision) {
                Some(found) => Some(found.to_owned()),
                None => stored(session, heads.found.get(&call), &mut earlier, call, revision).await?,
            };
            if found.as_ref() != Some(&line) {
                return Err(Failed::Conflict(Conflict { call, revision, found: found.map(Secret::new) }));
            }
        }
        Ok(Planned::Plan(plan))
    }

    fn add(&mut self, call: CallId, revision: u64, line: String, room: usize) {
        let line = match self.runs.last_mut() {
            Some(run) => run.push(call, revision, line, room),
            None => Some(line),
        };
        self.runs.extend(line.map(|line| Run::new(call, revision, line)));
    }

    /// The line of a revision that this batch has already.
    fn planned(&self, call: CallId, revision: u64) -> Option<&str> {
        self.runs.iter().filter(|run| run.call == call).find_map(|run| run.line(revision))
    }

    /// Puts the events of each call together, if the batch would have too many messages otherwise.
    fn shorten(&mut self, room: usize, most: usize) {
        if self.runs.len() <= most {
            return;
        }
        let mut by_call: BTreeMap<CallId, Vec<Run>> = BTreeMap::new();
        for run in self.runs.drain(..) {
            by_call.entry(run.call).or_default().push(run);
        }
        for run in by_call.into_values().flatten() {
            let first = run.first();
            for (line, revision) in run.text.split('\n').zip(first..) {
                self.add(run.call, revision, line.to_owned(), room);
            }
        }
    }

    async fn store(mut self, session: &Session, under: &[Lease]) -> Result<(), Failed> {
        if self.runs.is_empty() {
            return leases::stand(session, under).await;
        }
        let new = self.heads.values().filter(|head| head.sequence == 0).count();
        let most = LARGEST_BATCH.saturating_sub(new + under.len());
        self.shorten(session.server.room(), most);
        let last = match self.runs.as_slice() {
            [run] if under.is_empty() => self.store_one(session, run).await?,
            _ => self.store_all(session, under).await?,
        };
        self.remember(session, last);
        session.stored(last).await;
        Ok(())
    }

    /// Stores one message. Before the first event of a call is sent, it is confirmed that the call is not finished: whoever sees
    /// the event then also sees that. If only the first of both is stored, it means nothing, because the call has no events.
    async fn store_one(&self, session: &Session, run: &Run) -> Result<u64, Failed> {
        if run.first() == 1 {
            let open = open(session, run.call).expect_of(&session.subjects.events(run.call), 0);
            session.server.store(open).await?;
        }
        session.server.store(self.draft(session, run, true)).await
    }

    /// Stores several messages as one atomic batch.
    async fn store_all(&self, session: &Session, under: &[Lease]) -> Result<u64, Failed> {
        let new = self.heads.iter().filter(|(_, head)| head.sequence == 0);
        let mut drafts: Vec<_> = new.map(|(call, _)| open(session, *call)).collect();
        let mut seen = BTreeSet::new();
        drafts.extend(self.runs.iter().map(|run| self.draft(session, run, seen.insert(run.call))));
        group::store(session, under, drafts).await
    }

    /// The message of a run. The server checks only the first one of a call in a batch.
    fn draft(&self, session: &Session, run: &Run, is_first: bool) -> Draft {
        let draft = Draft::new(session.subjects.events(run.call), run.text.clone());
        let draft = draft.header(REVISION, &run.last.to_string());
        let draft = match self.ended(run.call) {
            Some(ended) => draft.header(ENDED, &ended.to_string()),
            None => draft,
        };
        let head = self.heads.get(&run.call).copied().unwrap_or_default();
        if is_first { draft.expect(head.sequence) } else { draft }
    }

    fn ended(&self, call: CallId) -> Option<Timestamp> {
        self.ended.get(&call).copied().or_else(|| self.heads.get(&call)?.ended)
    }

    /// The messages of events are the last ones of a batch.
    fn remember(&self, session: &Session, last: u64) {
        for (run, back) in self.runs.iter().rev().zip(0..) {
            let head =
                Head { revision: run.last, sequence: last.saturating_sub(back), ended: self.ended(run.call) };
            session.cache.keep(run.call, head);
        }
    }
}

fn open(session: &Session, call: CallId) -> Draft {
    Draft::new(session.subjects.open(call), "")
}

/// The line of a revision that is stored. What is read of a call is kept for its later events in the batch.
async fn stored(
    session: &Session,
    last: Option<&Found>,
    earlier: &mut BTreeMap<CallId, Vec<Recorded>>,
    call: CallId,
    revision: u64,
) -> Result<Option<String>, Failed> {
    let Some(last) = last else { return Ok(None) };
    if revision == 0 || last.revision()? < revision {
        return Ok(None);
    }
    if let Some(line) = lines::line(last, revision)? {
        return Ok(Some(line));
    }
    let read = earlier.entry(call).or_default();
    if read.first().is_none_or(|first| first.revision > revision) {
        *read = read::after(session, call, notes::before(session, call, revision).await?, revision).await?;
    }
    let found = read.binary_search_by_key(&revision, |event| event.revision);
    Ok(found.ok().and_then(|place| read.get(place)).map(Recorded::to_string))
}
