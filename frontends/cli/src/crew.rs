//! Event logs, block by block, by one worker or by several: each replays the calls of its part, and what they find
//! is put back into the order of the log.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use callfold::{Bulk, Finding};

use crate::input::Block;

/// How many blocks are under way at once.
const AHEAD: usize = 4;

/// A finding, and its record and line.
pub(crate) struct Found {
    pub(crate) record: u64,
    pub(crate) line: u64,
    pub(crate) finding: Finding,
}

/// What a worker says of a block.
pub(crate) struct Report {
    pub(crate) found: Vec<Found>,
    /// Where the block ends in its log: the last record, and the line of that.
    pub(crate) record: u64,
    pub(crate) last_line: u64,
}

/// Replays the calls of one part.
struct Worker {
    bulk: Bulk,
    record: u64,
    line: u64,
    last_line: u64,
}

enum Task {
    Block(Arc<Block>),
    /// The next block is the first of another log.
    NextLog,
}

impl Worker {
    fn new(bulk: Bulk) -> Self {
        Self { bulk, record: 0, line: 1, last_line: 1 }
    }

    fn next_log(&mut self) {
        (self.record, self.line, self.last_line) = (0, 1, 1);
    }

    fn block(&mut self, block: &[u8]) -> Report {
        let mut found = Vec::new();
        let mut rest = block;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let (line, after) = rest.split_at(end);
            rest = after;
            let record = line.trim_ascii();
            if !record.is_empty() {
                self.record += 1;
                self.last_line = self.line;
                let (record_number, line) = (self.record, self.line);
                let findings = self.bulk.line(record).into_iter();
                found.extend(findings.map(|finding| Found { record: record_number, line, finding }));
            }
            self.line += 1;
        }
        Report { found, record: self.record, last_line: self.last_line }
    }
}

/// The workers.
pub(crate) enum Crew {
    /// One, that is this thread itself.
    Alone(Box<Alone>),
    Many(Many),
}

pub(crate) struct Alone {
    worker: Worker,
    spare: Option<Block>,
}

pub(crate) struct Many {
    hands: Vec<Hand>,
    under_way: usize,
    spare: Vec<Arc<Block>>,
}

/// A worker in a thread of its own.
struct Hand {
    tasks: SyncSender<Task>,
    reports: Receiver<(Arc<Block>, Report)>,
    thread: JoinHandle<Bulk>,
}

impl Crew {
    pub(crate) fn new(bulk: &Bulk, jobs: NonZeroUsize) -> Self {
        if jobs.get() == 1 {
            return Self::Alone(Box::new(Alone { worker: Worker::new(bulk.clone()), spare: None }));
        }
        let hands = (0..jobs.get()).map(|index| Hand::new(bulk.clone().part(index, jobs)));
        Self::Many(Many { hands: hands.collect(), under_way: 0, spare: Vec::new() })
    }

    /// A buffer that is free again.
    pub(crate) fn spare(&mut self) -> Block {
        match self {
            Self::Alone(alone) => alone.spare.take(),
            Self::Many(many) => many.spare.pop().and_then(Arc::into_inner),
        }
        .unwrap_or_default()
    }

    /// Hands out a block; gives what is found by now.
    pub(crate) fn block(&mut self, block: Block) -> io::Result<Option<Report>> {
        match self {
            Self::Alone(alone) => {
                let report = alone.worker.block(block.bytes());
                alone.spare = Some(block);
                Ok(Some(report))
            }
            Self::Many(many) => {
                let report = if many.under_way == AHEAD { Some(many.oldest()?) } else { None };
                let block = Arc::new(block);
                many.send(|| Task::Block(Arc::clone(&block)))?;
                many.under_way += 1;
                Ok(report)
            }
        }
    }

    /// What is found in the blocks that are still under way, one at a time.
    pub(crate) fn rest(&mut self) -> io::Result<Option<Report>> {
        match self {
            Self::Many(many) if many.under_way > 0 => many.oldest().map(Some),
            Self::Alone(_) | Self::Many(_) => Ok(None),
        }
    }

    pub(crate) fn next_log(&mut self) -> io::Result<()> {
        match self {
            Self::Alone(alone) => alone.worker.next_log(),
            Self::Many(many) => many.send(|| Task::NextLog)?,
        }
        Ok(())
    }

    /// Ends the work: each part of the calls.
    pub(crate) fn finish(self) -> io::Result<Vec<Bulk>> {
        match self {
            Self::Alone(alone) => Ok(vec![alone.worker.bulk]),
            Self::Many(many) => many.hands.into_iter().map(Hand::finish).collect(),
        }
    }
}

impl Many {
    fn send(&self, task: impl Fn() -> Task) -> io::Result<()> {
        self.hands.iter().try_for_each(|hand| hand.tasks.send(task()).map_err(|_| gone()))
    }

    /// What all found in the oldest block, in the order of its records.
    fn oldest(&mut self) -> io::Result<Report> {
        let mut whole: Option<Report> = None;
        for hand in &self.hands {
            let (block, report) = hand.reports.recv().map_err(|_| gone())?;
            match &mut whole {
                Some(whole) => whole.found.extend(report.found),
                None => whole = Some(report),
            }
            if Arc::strong_count(&block) == 1 {
                self.spare.push(block);
            }
        }
        self.under_way -= 1;
        let mut whole = whole.ok_or_else(gone)?;
        whole.found.sort_by_key(|found| found.record);
        Ok(whole)
    }
}

impl Hand {
    fn new(bulk: Bulk) -> Self {
        let (tasks, queue) = sync_channel::<Task>(AHEAD);
        let (out, reports) = sync_channel(AHEAD);
        let thread = thread::spawn(move || {
            let mut worker = Worker::new(bulk);
            for task in queue {
                match task {
                    Task::NextLog => worker.next_log(),
                    Task::Block(block) => {
                        let report = worker.block(block.bytes());
                        // Nobody listens any more where the command was broken off.
                        if out.send((block, report)).is_err() {
                            break;
                        }
                    }
                }
            }
            worker.bulk
        });
        Self { tasks, reports, thread }
    }

    fn finish(self) -> io::Result<Bulk> {
        drop(self.tasks);
        self.thread.join().map_err(|_| gone())
    }
}

fn gone() -> io::Error {
    io::Error::other("a worker is gone")
}
