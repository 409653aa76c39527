//! Decodes a log. Further threads decode parts of the log ahead of the thread that folds the records.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::input::{Block, LocatedRecord, Place, Records};

/// How many parts of a log each thread may decode before the first of them is folded.
const AHEAD: u64 = 4;

/// How many records are decoded before the first of them is passed on. The code that decodes and the code that folds do not
/// fit into the instruction cache of a processor together.
const BATCH: usize = 128;

/// Passes the records of a log to `take`, in their order, until `take` returns false. It also passes how many bytes of the
/// log were read. The inner error comes from reading the log, the outer one from `take`.
pub(crate) fn decode(
    records: Records,
    jobs: NonZeroUsize,
    take: impl FnMut(LocatedRecord, u64) -> io::Result<bool>,
) -> io::Result<io::Result<()>> {
    let passing = Passing { before: Place::default(), take };
    if jobs.get() == 1 {
        alone(records, passing)
    } else {
        together(&Decoder::new(records, jobs), jobs, passing)
    }
}

fn alone<T>(mut records: Records, mut passing: Passing<T>) -> io::Result<io::Result<()>>
where
    T: FnMut(LocatedRecord, u64) -> io::Result<bool>,
{
    let mut block = Block::default();
    loop {
        block = match records.block(block) {
            Ok(Some(block)) => block,
            Ok(None) => return Ok(Ok(())),
            Err(error) => return Ok(Err(error)),
        };
        if !passing.block(&block)? {
            return Ok(Ok(()));
        }
    }
}

fn together<T>(decoder: &Decoder, jobs: NonZeroUsize, mut passing: Passing<T>) -> io::Result<io::Result<()>>
where
    T: FnMut(LocatedRecord, u64) -> io::Result<bool>,
{
    thread::scope(|scope| {
        for _ in 1..jobs.get() {
            scope.spawn(|| while decoder.decode_ahead() {});
        }
        let _stop = Stop(decoder);
        while let Some(part) = decoder.next() {
            let Part { records, passed, rest } = match part {
                Ok(part) => part,
                Err(error) => return Ok(Err(error)),
            };
            if !passing.records(records, rest.bytes_read)? {
                break;
            }
            passing.before = passed.after(passing.before);
            if !passing.block(&rest)? {
                break;
            }
            decoder.shared().spare.push(rest);
        }
        Ok(Ok(()))
    })
}

/// Passes records on, with their numbers in the whole log.
struct Passing<T> {
    /// The numbers of the records and lines that were passed on.
    before: Place,
    take: T,
}

impl<T: FnMut(LocatedRecord, u64) -> io::Result<bool>> Passing<T> {
    fn block(&mut self, block: &Block) -> io::Result<bool> {
        let mut records = block.records();
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            batch.extend(records.by_ref().take(BATCH));
            if batch.is_empty() {
                self.before = records.passed.after(self.before);
                return Ok(true);
            }
            if !self.records(batch.drain(..), block.bytes_read)? {
                return Ok(false);
            }
        }
    }

    /// Passes on some records of one block. Returns false if no more records are wanted.
    fn records(
        &mut self,
        records: impl IntoIterator<Item = LocatedRecord>,
        bytes_read: u64,
    ) -> io::Result<bool> {
        for record in records {
            if !(self.take)(record.after(self.before), bytes_read)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The greatest number of records of a part that are decoded ahead. The rest of the part is decoded when it is folded, so
/// that a part with very many records does not fill the memory.
const MOST: usize = 4096;

/// A part of a log, the beginning of which is decoded.
struct Part {
    records: Vec<LocatedRecord>,
    /// The numbers of records and lines in this beginning.
    passed: Place,
    rest: Block,
}

struct Decoder {
    /// How many parts may be decoded before the first of them is folded.
    ahead: u64,
    shared: Mutex<Shared>,
    changed: Condvar,
}

/// What the threads share.
struct Shared {
    records: Records,
    /// The number of the next part to decode. Parts are numbered from 0.
    next: u64,
    /// The number of the next part to fold.
    folded: u64,
    /// Decoded parts that wait, by their numbers.
    decoded: BTreeMap<u64, io::Result<Part>>,
    /// Buffers for further parts.
    spare: Vec<Block>,
    /// True if no more parts are to be decoded.
    has_ended: bool,
}

/// Ends the other threads when the thread that folds is done, also where it panics.
struct Stop<'d>(&'d Decoder);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.shared().has_ended = true;
        self.0.changed.notify_all();
    }
}

impl Decoder {
    fn new(records: Records, jobs: NonZeroUsize) -> Self {
        let shared = Shared {
            records,
            next: 0,
            folded: 0,
            decoded: BTreeMap::new(),
            spare: Vec::new(),
            has_ended: false,
        };
        let ahead = AHEAD * jobs.get() as u64;
        Self { ahead, shared: Mutex::new(shared), changed: Condvar::new() }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, shared: MutexGuard<'s, Shared>) -> MutexGuard<'s, Shared> {
        self.changed.wait(shared).unwrap_or_else(PoisonError::into_inner)
    }

    /// Decodes one part, when there is room for it. Returns false if no more parts are to be decoded.
    fn decode_ahead(&self) -> bool {
        let mut shared = self.shared();
        while !shared.has_ended && shared.next >= shared.folded + self.ahead {
            shared = self.wait(shared);
        }
        let is_live = !shared.has_ended;
        if is_live {
            self.decode(shared);
        }
        is_live
    }

    /// The next part to fold; `None` after the last one. Decodes parts where no other thread has decoded it yet.
    fn next(&self) -> Option<io::Result<Part>> {
        let mut shared = self.shared();
        loop {
            let next = shared.folded;
            if let Some(part) = shared.decoded.remove(&next) {
                shared.folded += 1;
                self.changed.notify_all();
                return Some(part);
            }
            if !shared.has_ended && shared.next < shared.folded + self.ahead {
                self.decode(shared);
                shared = self.shared();
            } else if shared.has_ended && shared.next == shared.folded {
                return None;
            } else {
                shared = self.wait(shared);
            }
        }
    }

    /// Reads a part of the log and decodes it. The other threads go on while it is decoded.
    fn decode(&self, mut shared: MutexGuard<'_, Shared>) {
        let spare = shared.spare.pop().unwrap_or_default();
        let number = shared.next;
        let part = match shared.records.block(spare) {
            Ok(None) => {
                shared.has_ended = true;
                return self.changed.notify_all();
            }
            Err(error) => {
                shared.next += 1;
                shared.has_ended = true;
                drop(shared);
                Err(error)
            }
            Ok(Some(block)) => {
                shared.next += 1;
                drop(shared);
                let mut decoded = block.records();
                let records = decoded.by_ref().take(MOST).collect();
                let (passed, left) = (decoded.passed, decoded.left());
                Ok(Part { records, passed, rest: block.last(left) })
            }
        };
        let mut shared = self.shared();
        shared.decoded.insert(number, part);
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};
    use std::num::NonZeroUsize;

    use super::decode;
    use crate::input::Records;

    const LINE: &str =
        "{\"call\":\"57dab8b1-894c-409a-b240-bd8beae78896\",\"rev\":1,\"type\":\"offered\",\"data\":{}}\n";

    struct Failing;

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is broken"))
        }
    }

    #[test]
    fn a_read_error_ends_the_replay_of_any_number_of_threads() {
        for jobs in 1..=3 {
            let log = LINE.repeat(20_000).into_bytes();
            let records =
                Records::new(Box::new(io::Cursor::new(log).chain(Failing))).expect("the first line is read");
            let mut passed = 0;
            let read = decode(records, NonZeroUsize::new(jobs).expect("not zero"), |_, _| {
                passed += 1;
                Ok(true)
            });
            let error = read.expect("nothing was refused").expect_err("reading fails");
            assert_eq!(error.to_string(), "the disk is broken");
            assert_eq!(passed, 20_000, "the records before the error are passed on");
        }
    }

    #[test]
    fn a_read_error_is_never_taken_for_the_end() {
        for _ in 0..500 {
            let records = Records::new(Box::new(LINE.as_bytes().chain(Failing))).expect("the line is read");
            let read = decode(records, NonZeroUsize::new(3).expect("not zero"), |_, _| Ok(true));
            read.expect("nothing was refused").expect_err("reading fails");
        }
    }
}
