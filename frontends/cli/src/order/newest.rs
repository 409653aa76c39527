//! Whether the newest entry of a log is first.

use callfold::jiff::SignedDuration;
use callfold::log::{Format, Glance, Written, glance};

use crate::input::Records;

/// How many records at the beginning of a log show in which order it stands.
pub(super) const SAMPLE: usize = 64;

/// True if the newest entry of a log is first, as far as its beginning shows.
pub(crate) fn is_newest_first(records: &Records) -> bool {
    let mut direction = Direction::default();
    let seen = glances(records.format, records.unread()).filter(|seen| seen.is_received);
    seen.take(SAMPLE).for_each(|seen| direction.pass(seen.written));
    direction.is_falling()
}

/// By how much the times of entries can run backwards that several threads write at once.
pub(crate) const JITTER: SignedDuration = SignedDuration::from_secs(2);

/// How often the times of records fall and rise, and how often they were compared.
#[derive(Default)]
pub(super) struct Direction {
    before: Option<Written>,
    /// The longest fall.
    longest: SignedDuration,
    falls: u64,
    rises: u64,
    compared: u64,
}

impl Direction {
    /// Passes the time of the next record.
    pub(super) fn pass(&mut self, written: Option<Written>) {
        if let Some(since) = written.zip(self.before).and_then(|(this, before)| this.since(before)) {
            self.falls += u64::from(since.is_negative());
            self.rises += u64::from(since.is_positive());
            self.compared += 1;
            self.longest = self.longest.max(-since);
        }
        self.before = written.or(self.before);
    }

    /// True if the times fall. A few may rise, because several threads write entries at once. For the same reason, one
    /// short fall alone shows the order only of two records.
    pub(super) fn is_falling(&self) -> bool {
        self.falls > 3 * self.rises && (self.falls > 1 || self.compared == 1 || self.longest > JITTER)
    }
}

pub(super) fn glances(format: Format, mut text: &[u8]) -> impl Iterator<Item = Glance> {
    std::iter::from_fn(move || {
        let seen = glance(format, text)?;
        text = text.get(seen.consumed..)?;
        Some(seen)
    })
}
