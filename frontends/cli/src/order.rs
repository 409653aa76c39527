//! The order in which the records of logs are read.
//!
//! Records that all have a time of receiving are read in the order of these times, across all logs. Other logs are read one
//! after the other, each from its beginning, or from its end if its newest entry is first.

pub(crate) mod newest;
pub(crate) mod ordered;

use std::io;

use callfold::log::{Glance, Written};

use crate::input::{Block, Records};
use crate::progress::Progress;
use crate::reading::Reading;
use newest::{SAMPLE, glances};
use ordered::Ordered;

/// The records of all logs in the order of their times of receiving. `None` if they stand in this order, or if not all of
/// them have a time. The logs are looked through twice at most, each time with a progress bar.
pub(crate) fn by_time(readings: &mut [Reading<'_>], progress: impl Fn() -> Progress) -> Option<Ordered> {
    let mut survey = Survey { progress: progress(), latest: None, has_fallen: false };
    let is_timed = readings.iter_mut().all(|reading| survey.log(reading));
    survey.progress.finish();
    if !is_timed || !survey.has_fallen {
        return None;
    }
    let (mut ordered, mut progress) = (Ordered::default(), progress());
    let is_ordered = readings.iter_mut().all(|reading| ordered.log(reading, &mut progress));
    progress.finish();
    if is_ordered {
        return Some(ordered.sorted());
    }
    readings.iter_mut().for_each(|reading| reading.is_indexed = false);
    None
}

/// The records of one log from its end to its beginning.
pub(crate) fn reversed(reading: &mut Reading<'_>, records: Records, mut progress: Progress) -> Ordered {
    let mut ordered = Ordered::default();
    ordered.add(reading, records, true, &mut progress);
    progress.finish();
    ordered
}

/// A look at the times of all logs, which keeps nothing of them.
struct Survey {
    progress: Progress,
    latest: Option<Written>,
    /// True if a record was received before one that stands ahead of it.
    has_fallen: bool,
}

impl Survey {
    /// Looks at a log. Returns false if something in it has no time of receiving.
    fn log(&mut self, reading: &mut Reading<'_>) -> bool {
        let Some(records) = reading.open_to_sort() else { return true };
        let is_timed =
            |seen: &Glance| !seen.is_received || matches!(seen.written, Some(Written::Received(_)));
        if !glances(records.format, records.unread()).take(SAMPLE).all(|seen| is_timed(&seen)) {
            reading.close(Ok(records));
            return false;
        }
        reading.keep_to_sort(records).is_none_or(|records| self.records(records).unwrap_or(true))
    }

    /// Looks at all records. An error ends the log, and the replay reports it.
    fn records(&mut self, mut records: Records) -> io::Result<bool> {
        let (mut spare, mut bytes_read) = (Block::default(), 0);
        while let Some(block) = records.block(spare)? {
            for seen in glances(records.format, block.text()).filter(|seen| seen.is_received) {
                let Some(written @ Written::Received(_)) = seen.written else { return Ok(false) };
                let since = self.latest.and_then(|latest| written.since(latest)).unwrap_or_default();
                self.has_fallen |= since.is_negative();
                if !since.is_negative() {
                    self.latest = Some(written);
                }
            }
            bytes_read = block.bytes_read;
            self.progress.set(bytes_read);
            spare = block;
        }
        self.progress.end_log(bytes_read);
        Ok(true)
    }
}
