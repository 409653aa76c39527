//! Replays event logs with one worker or with several. Each worker replays a part of the calls, and the findings of all
//! workers are merged back into the order of the log.
//!
//! Several workers also share the reading: they read the chunks of the log in turn. The reader of a chunk splits it into
//! lines and passes it to every worker, and each worker replays the lines of its own calls.

mod chunks;

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use callfold::{Bulk, Finding};

use crate::input::{Block, Input, Records, Unreadable};
use chunks::{Chunk, Chunks};

/// How many reports of a worker may wait to be collected.
const AHEAD: usize = 8;

/// How many chunks each worker reads ahead.
const CHUNKS_AHEAD: usize = 1;

/// A worker reports after at least this many chunks.
const CHUNKS: u64 = 64;

/// A finding and the place where it was found.
pub(crate) struct Found {
    pub(crate) place: Place,
    pub(crate) finding: Finding,
}

/// A record and its line, both from 1.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) record: u64,
    pub(crate) line: u64,
}

/// The findings of a worker in one part of a log.
pub(crate) struct Report {
    pub(crate) found: Vec<Found>,
    /// The last record of that part.
    pub(crate) last: Place,
    /// How many bytes of the log are read so far.
    pub(crate) bytes_read: u64,
}

/// All workers of a replay.
pub(crate) struct Workers {
    jobs: NonZeroUsize,
    workers: Vec<Worker>,
}

/// Replays the calls of one part.
struct Worker {
    bulk: Bulk,
    last: Place,
    /// The number of lines before the current chunk or block.
    lines: u64,
}

impl Workers {
    pub(crate) fn new(bulk: &Bulk, jobs: NonZeroUsize) -> Self {
        let parts = (0..jobs.get()).map(|index| bulk.clone().part(index, jobs));
        let worker = |bulk| Worker { bulk, last: Place { record: 0, line: 1 }, lines: 0 };
        Self { jobs, workers: parts.map(worker).collect() }
    }

    /// Replays a log and passes reports to `take`, in the order of the records. The inner error comes from reading the log,
    /// the outer one from `take`.
    pub(crate) fn log(
        &mut self,
        input: &Input,
        records: Records,
        take: impl FnMut(Report) -> io::Result<()>,
    ) -> io::Result<Result<(), Unreadable>> {
        for worker in &mut self.workers {
            (worker.last, worker.lines) = (Place { record: 0, line: 1 }, 0);
        }
        match input.regular_size() {
            Some(size) if self.jobs.get() > 1 && size > 0 => self.side_by_side(input, size, take),
            // A log that can be read only once, or whose length is not known, is read by this thread for all workers.
            _ => self.in_turn(input, records, take),
        }
    }

    fn in_turn(
        &mut self,
        input: &Input,
        mut records: Records,
        mut take: impl FnMut(Report) -> io::Result<()>,
    ) -> io::Result<Result<(), Unreadable>> {
        let mut spare = Block::default();
        loop {
            let block = match records.block(spare) {
                Ok(Some(block)) => block,
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(input.unreadable(&error))),
            };
            let reports =
                self.workers.iter_mut().map(|worker| worker.block(block.bytes(), records.bytes_read));
            if let Some(report) = reports.reduce(Report::and) {
                take(report)?;
            }
            spare = block;
        }
    }

    fn side_by_side(
        &mut self,
        input: &Input,
        size: u64,
        mut take: impl FnMut(Report) -> io::Result<()>,
    ) -> io::Result<Result<(), Unreadable>> {
        let queues = match queues(input, size, self.jobs) {
            Ok(queues) => queues,
            Err(why) => return Ok(Err(why)),
        };
        thread::scope(|scope| {
            let mut streams: Vec<Receiver<_>> = Vec::new();
            for (worker, queue) in self.workers.iter_mut().zip(queues) {
                let (out, reports) = sync_channel(AHEAD);
                streams.push(reports);
                scope.spawn(move || worker.work_at(queue, &out));
            }
            loop {
                let mut merged: Option<Report> = None;
                for report in streams.iter().filter_map(|stream| stream.recv().ok()) {
                    let report = match report {
                        Ok(report) => report,
                        Err(why) => return Ok(Err(why)),
                    };
                    merged = Some(match merged {
                        Some(merged) => merged.and(report),
                        None => report,
                    });
                }
                match merged {
                    Some(report) => take(report)?,
                    None => return Ok(Ok(())),
                }
            }
        })
    }

    /// Ends the replay and returns the calls of each worker.
    pub(crate) fn finish(self) -> Vec<Bulk> {
        self.workers.into_iter().map(|worker| worker.bulk).collect()
    }
}

impl Report {
    /// Merges two reports in the order of the records: those of two workers on one block, or of one worker on two.
    fn and(mut self, other: Self) -> Self {
        if !other.found.is_empty() {
            self.found.extend(other.found);
            self.found.sort_by_key(|found| found.place.record);
        }
        Self { last: other.last, bytes_read: other.bytes_read, ..self }
    }
}

impl Worker {
    /// Replays the lines of its calls in each chunk. Ends early where the receiver of the reports is gone.
    fn work_at(&mut self, mut queue: WorkQueue<'_>, out: &SyncSender<Result<Report, Unreadable>>) {
        (0..CHUNKS_AHEAD).for_each(|_| queue.hand_on());
        let turns = (CHUNKS / queue.from.len().max(1) as u64).max(1);
        let mut report: Option<Report> = None;
        for turn in 1_u64.. {
            queue.hand_on();
            for chunks in &queue.from {
                match chunks.recv() {
                    Ok(Ok(chunk)) => {
                        let found = self.chunk(queue.part, &chunk);
                        report = Some(match report {
                            Some(report) => report.and(found),
                            None => found,
                        });
                    }
                    Ok(Err(why)) => return queue.end(report, Some(why), out),
                    Err(_) => return queue.end(report, None, out),
                }
            }
            if turn.is_multiple_of(turns)
                && let Some(report) = report.take()
                && out.send(Ok(report)).is_err()
            {
                return;
            }
        }
    }

    fn chunk(&mut self, part: usize, chunk: &Chunk) -> Report {
        let mut found = Vec::new();
        for (line, number, record) in chunk.of(part) {
            let findings = self.bulk.line(line);
            if !findings.is_empty() {
                let place = Place { record: self.last.record + record, line: self.lines + number };
                found.extend(findings.into_iter().map(|finding| Found { place, finding }));
            }
        }
        if let Some(line) = chunk.last_line {
            self.last = Place { record: self.last.record + chunk.records, line: self.lines + line };
        }
        self.lines += chunk.lines;
        Report { found, last: self.last, bytes_read: chunk.bytes_read }
    }

    fn block(&mut self, block: &[u8], bytes_read: u64) -> Report {
        let (mut found, mut findings) = (Vec::new(), Vec::new());
        let mut rest = block;
        while !rest.is_empty() {
            let length = self.bulk.first_line(rest, &mut findings);
            let (line, after) = rest.split_at(length);
            (rest, self.lines) = (after, self.lines + 1);
            let is_blank = !line.starts_with(b"{") && line.trim_ascii().is_empty();
            if !is_blank {
                let place = Place { record: self.last.record + 1, line: self.lines };
                self.last = place;
                found.extend(findings.drain(..).map(|finding| Found { place, finding }));
            }
        }
        Report { found, last: self.last, bytes_read }
    }
}

/// The connections of a worker: it reads some chunks and sends each to all workers, itself included, and it receives the
/// chunks that all workers read.
struct WorkQueue<'i> {
    part: usize,
    chunks: Chunks<'i>,
    to: Vec<SyncSender<Turn>>,
    from: Vec<Receiver<Turn>>,
}

type Turn = Result<Arc<Chunk>, Unreadable>;

/// A queue for each worker.
fn queues(input: &Input, size: u64, count: NonZeroUsize) -> Result<Vec<WorkQueue<'_>>, Unreadable> {
    let queue = |part| {
        Ok(WorkQueue {
            part,
            chunks: Chunks::open(input, size, part, count)?,
            to: Vec::new(),
            from: Vec::new(),
        })
    };
    let mut queues = (0..count.get()).map(queue).collect::<Result<Vec<_>, _>>()?;
    for from in 0..count.get() {
        let mut senders = Vec::new();
        for to in &mut queues {
            let (out, chunks) = sync_channel(CHUNKS_AHEAD + 1);
            senders.push(out);
            to.from.push(chunks);
        }
        if let Some(queue) = queues.get_mut(from) {
            queue.to = senders;
        }
    }
    Ok(queues)
}

impl WorkQueue<'_> {
    /// Sends the last report, and the error that ended the work.
    fn end(
        &self,
        report: Option<Report>,
        why: Option<Unreadable>,
        out: &SyncSender<Result<Report, Unreadable>>,
    ) {
        for last in report.map(Ok).into_iter().chain(why.map(Err)) {
            // The receiver may have stopped because of an error of its own.
            _ = out.send(last);
        }
    }

    /// Reads the next of its own chunks and sends it to every worker.
    fn hand_on(&mut self) {
        let Some(turn) = self.chunks.next() else {
            self.to.clear();
            return;
        };
        for to in &self.to {
            // A worker that stopped early does not need it.
            _ = to.send(turn.clone());
        }
    }
}
