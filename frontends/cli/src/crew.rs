//! Event logs, block by block, by one worker or by several: each replays the calls of its part, and what they find
//! is put back into the order of the log. Each worker reads the log by itself: its lines are then in the cache of
//! the processor that looks at them.

use std::io;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use callfold::log::Format;
use callfold::{Bulk, Finding};

use crate::input::{Block, Input, Records, Unreadable};

/// How many blocks a worker may be ahead of the slowest.
const AHEAD: usize = 8;

/// A finding and its place.
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

/// What is found in a block.
pub(crate) struct Report {
    pub(crate) found: Vec<Found>,
    /// The last record up to the end of the block.
    pub(crate) last: Place,
    /// How much of the log is read.
    pub(crate) bytes_read: u64,
}

/// The workers.
pub(crate) struct Crew(Vec<Worker>);

/// Replays the calls of one part.
struct Worker {
    bulk: Bulk,
    last: Place,
    /// Lines that were passed.
    lines: u64,
}

impl Crew {
    pub(crate) fn new(bulk: &Bulk, jobs: NonZeroUsize) -> Self {
        let parts = (0..jobs.get()).map(|index| bulk.clone().part(index, jobs));
        let worker = |bulk| Worker { bulk, last: Place { record: 0, line: 1 }, lines: 0 };
        Self(parts.map(worker).collect())
    }

    /// Replays a log; hands over what is found, in the order of its records. The inner error is one of reading.
    pub(crate) fn log(
        &mut self,
        input: &Input,
        records: Records,
        take: impl FnMut(Report) -> io::Result<()>,
    ) -> io::Result<Result<(), Unreadable>> {
        for worker in &mut self.0 {
            (worker.last, worker.lines) = (Place { record: 0, line: 1 }, 0);
        }
        match input.regular_size() {
            Some(size) if self.0.len() > 1 && size > 0 => self.side_by_side(input, size, take),
            // What can be read only once, or does not say how long it is, is read here for all of them.
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
            let reports = self.0.iter_mut().map(|worker| worker.block(block.bytes(), records.bytes_read));
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
        thread::scope(|scope| {
            let mut streams: Vec<Receiver<_>> = Vec::new();
            for worker in &mut self.0 {
                let (out, reports) = sync_channel(AHEAD);
                streams.push(reports);
                scope.spawn(move || {
                    let read = worker.read(input, size, &out);
                    // Where nobody listens any more, nobody wants to know.
                    read.err().and_then(|why| out.send(Err(why)).err())
                });
            }
            loop {
                let mut whole: Option<Report> = None;
                for report in streams.iter().filter_map(|stream| stream.recv().ok()) {
                    let report = match report {
                        Ok(report) => report,
                        Err(why) => return Ok(Err(why)),
                    };
                    whole = Some(match whole {
                        Some(whole) => whole.and(report),
                        None => report,
                    });
                }
                match whole {
                    Some(report) => take(report)?,
                    None => return Ok(Ok(())),
                }
            }
        })
    }

    /// Ends the work: each part of the calls.
    pub(crate) fn finish(self) -> Vec<Bulk> {
        self.0.into_iter().map(|worker| worker.bulk).collect()
    }
}

impl Report {
    /// What two found in one block, in the order of its records.
    fn and(mut self, other: Self) -> Self {
        self.found.extend(other.found);
        self.found.sort_by_key(|found| found.place.record);
        self
    }
}

impl Worker {
    /// Replays so much of a log; ends early where nobody listens any more.
    fn read(
        &mut self,
        input: &Input,
        size: u64,
        out: &SyncSender<Result<Report, Unreadable>>,
    ) -> Result<(), Unreadable> {
        let mut records = input.open_part(size, Some(Format::Events))?;
        let mut spare = Block::default();
        while let Some(block) = records.block(spare).map_err(|error| input.unreadable(&error))? {
            if out.send(Ok(self.block(block.bytes(), records.bytes_read))).is_err() {
                break;
            }
            spare = block;
        }
        Ok(())
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
