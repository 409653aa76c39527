//! Records in another order than that in which they stand in their logs. Only the places of the records are in memory.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use callfold::jiff::Timestamp;
use callfold::log::{Decoded, Format, Next, Written, decode};

use super::newest::Direction;
use crate::input::{Block, Input, Noise, Place, Records, Unreadable};
use crate::progress::Progress;
use crate::reading::Reading;

/// The greatest number of files that are open at once. There can be more logs than a process may open.
const OPEN: usize = 64;

/// The records of some logs, in the order in which they are to be read.
#[derive(Default)]
pub(crate) struct Ordered {
    pub(crate) logs: Vec<IndexedLog>,
    entries: Vec<Entry>,
    /// The texts of logs that are compressed, or in another encoding.
    texts: Option<File>,
    /// Files that are open, by the numbers of their logs.
    open: BTreeMap<usize, File>,
}

/// A log without its records.
pub(crate) struct IndexedLog {
    pub(crate) input: Input,
    pub(crate) format: Format,
    pub(crate) is_newest_first: bool,
    pub(crate) noise: Noise,
    /// True if a record tells of a call.
    pub(crate) tells: bool,
    /// The number of the last record, and its line.
    pub(crate) last: Place,
    pub(crate) bytes_read: u64,
    /// The reason why the log was not read to its end.
    pub(crate) failure: Option<Unreadable>,
    max_record: usize,
    /// True if its text is in `texts`.
    is_copied: bool,
    /// True if it can no longer be read.
    is_lost: bool,
}

/// The place of a record.
struct Entry {
    log: usize,
    at: Timestamp,
    place: Place,
    offset: u64,
    /// The length of the record in bytes; `None` if it is too large to be read.
    length: Option<usize>,
}

/// A record of one of the logs.
pub(crate) struct OrderedRecord {
    /// The number of the log.
    pub(crate) log: usize,
    pub(crate) place: Place,
    /// Its length in bytes.
    pub(crate) length: u64,
    pub(crate) decoded: Decoded,
}

/// The times of the records of a log that is looked through.
struct Times<'a> {
    progress: &'a mut Progress,
    direction: Direction,
    /// True if everything that was received has a time.
    are_complete: bool,
}

impl Times<'_> {
    fn pass(&mut self, decoded: &Decoded) {
        if decoded.is_received() {
            self.are_complete &= decoded.received_at().is_some();
            self.direction.pass(decoded.received_at().map(Written::Received));
        }
    }
}

impl Ordered {
    /// Adds the records of a log. Returns false if one of them has no time of receiving. The log can still be read.
    pub(super) fn log(&mut self, reading: &mut Reading<'_>, progress: &mut Progress) -> bool {
        let records = reading.open_to_sort().and_then(|records| reading.keep_to_sort(records));
        records.is_none_or(|records| self.add(reading, records, false, progress))
    }

    /// Adds the records of a log that is open and can be read more than once, from its end if `is_reversed` is true.
    pub(super) fn add(
        &mut self,
        reading: &mut Reading<'_>,
        mut records: Records,
        is_reversed: bool,
        progress: &mut Progress,
    ) -> bool {
        let first = self.entries.len();
        let mut log = IndexedLog::new(reading, &records);
        let mut times = Times { direction: Direction::default(), are_complete: true, progress };
        if let Err(error) = self.read(&mut records, &mut log, &mut times) {
            log.failure = Some(log.input.unreadable(&error));
        }
        times.progress.end_log(log.bytes_read);
        log.is_newest_first = is_reversed || times.direction.is_falling();
        let added = self.entries.get_mut(first..).unwrap_or_default();
        if log.is_newest_first {
            added.reverse();
        }
        // A record that nobody received, such as a broken one, stays behind the record before it.
        let mut latest = Timestamp::MIN;
        for entry in added {
            latest = if entry.at == Timestamp::MIN { latest } else { entry.at };
            entry.at = latest;
        }
        self.logs.push(log);
        reading.is_indexed = true;
        times.are_complete
    }

    fn read(&mut self, records: &mut Records, log: &mut IndexedLog, times: &mut Times<'_>) -> io::Result<()> {
        let (mut before, mut spare) = (Place::default(), Block::default());
        while let Some(block) = records.block(spare)? {
            log.bytes_read = block.bytes_read;
            times.progress.set(log.bytes_read);
            let mut begin = if log.is_copied { self.copy(block.text())? } else { block.offset };
            let mut located = block.records();
            let mut left = located.left();
            while let Some(record) = located.next() {
                let length = left - located.left();
                let record = record.after(before);
                log.noise = log.noise.and(record.noise);
                log.last = record.place;
                if !record.decoded.is_noise() {
                    log.tells = true;
                    times.pass(&record.decoded);
                    self.entries.push(Entry {
                        log: self.logs.len(),
                        at: record.decoded.received_at().unwrap_or(Timestamp::MIN),
                        place: record.place,
                        offset: begin,
                        length: (!record.decoded.is_too_large()).then_some(length),
                    });
                }
                begin += length as u64;
                left = located.left();
            }
            before = located.passed.after(before);
            spare = block;
        }
        Ok(())
    }

    /// Copies a part of a log to the end of the temporary file. Returns where it begins there.
    fn copy(&mut self, text: &[u8]) -> io::Result<u64> {
        let mut file = match &self.texts {
            Some(file) => file,
            None => self.texts.insert(tempfile::tempfile()?),
        };
        let begin = file.seek(SeekFrom::End(0))?;
        file.write_all(text)?;
        Ok(begin)
    }

    /// The records in the order of their times. Records with one time stay in the order of their logs.
    pub(super) fn sorted(mut self) -> Self {
        self.entries.sort_by_key(|entry| entry.at);
        self
    }

    /// Passes the records to `take`, until `take` returns false.
    pub(crate) fn records(
        &mut self,
        mut take: impl FnMut(OrderedRecord) -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        for entry in std::mem::take(&mut self.entries) {
            let decoded = match self.decoded(&entry, &mut bytes) {
                Ok(Some(decoded)) => decoded,
                Ok(None) => continue,
                Err(error) => {
                    if let Some(log) = self.logs.get_mut(entry.log) {
                        log.failure = Some(log.input.unreadable(&error));
                        log.is_lost = true;
                    }
                    continue;
                }
            };
            let length = entry.length.unwrap_or_default() as u64;
            if !take(OrderedRecord { log: entry.log, place: entry.place, length, decoded })? {
                break;
            }
        }
        Ok(())
    }

    fn decoded(&mut self, entry: &Entry, bytes: &mut Vec<u8>) -> io::Result<Option<Decoded>> {
        let Some(log) = self.logs.get(entry.log).filter(|log| !log.is_lost) else { return Ok(None) };
        let Some(length) = entry.length else { return Ok(Some(Decoded::too_large(log.max_record, None))) };
        let (format, is_copied) = (log.format, log.is_copied);
        let mut file = match &self.texts {
            Some(texts) if is_copied => texts,
            _ => self.file(entry.log)?,
        };
        file.seek(SeekFrom::Start(entry.offset))?;
        bytes.resize(length, 0);
        file.read_exact(bytes).map_err(cut)?;
        Ok(match decode(format, bytes, true) {
            Next::Record(_, decoded) => Some(decoded),
            Next::More | Next::End => None,
        })
    }

    /// The file of a log. Some files stay open, because the records of several logs can alternate.
    fn file(&mut self, log: usize) -> io::Result<&File> {
        if self.open.len() >= OPEN && !self.open.contains_key(&log) {
            self.open.clear();
        }
        match self.open.entry(log) {
            Slot::Occupied(open) => Ok(open.into_mut()),
            Slot::Vacant(slot) => {
                let log = self.logs.get(log).ok_or(io::ErrorKind::NotFound)?;
                let file = log.input.file().map_err(|why| io::Error::other(why.why))?;
                Ok(slot.insert(file))
            }
        }
    }
}

impl IndexedLog {
    fn new(reading: &Reading<'_>, records: &Records) -> Self {
        Self {
            input: reading.lasting().clone(),
            format: records.format,
            is_newest_first: false,
            noise: Noise::default(),
            tells: false,
            last: Place::default(),
            bytes_read: 0,
            failure: None,
            max_record: records.max_record(),
            is_copied: !records.is_plain(),
            is_lost: false,
        }
    }
}

/// The error of a record that was in the log when its place was noted.
fn cut(error: io::Error) -> io::Error {
    let is_cut = error.kind() == io::ErrorKind::UnexpectedEof;
    if is_cut { io::Error::new(error.kind(), "the log was cut while it was read") } else { error }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::Write;

    use super::Ordered;
    use crate::input::{Input, Opening};
    use crate::progress::Progress;
    use crate::reading::Reading;

    #[test]
    fn a_log_that_is_cut_while_it_is_read_says_so() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let line = |second| {
            format!(
                r#"{{"receivedAt":"2031-01-01T10:00:0{second}Z","body":{{"value":[{{"changeType":"updated","resourceUrl":"/communications/calls/0badc0de-0000-4000-8000-000000000001","resourceData":{{"state":"established"}}}}]}}}}"#
            )
        };
        writeln!(file, "{}\n{}", line(1), line(0)).unwrap();
        let input = Input::of(file.path().into(), false);
        let mut reading = Reading::new(&input, Opening { format: None, max_record: usize::MAX });
        let mut ordered = Ordered::default();
        assert!(ordered.log(&mut reading, &mut Progress::new(0, true)));
        file.as_file().set_len(line(1).len() as u64 + 20).unwrap();
        let (mut ordered, mut records) = (ordered.sorted(), 0);
        ordered
            .records(|_| {
                records += 1;
                Ok(true)
            })
            .unwrap();
        let failure = ordered.logs.first().and_then(|log| log.failure.as_ref()).unwrap();
        assert_eq!((records, failure.why.as_str()), (0, "the log was cut while it was read"));
    }
}
