//! The time of a record, by which records are put in order.

use jiff::civil::{DateTime, Time};
use jiff::{SignedDuration, Timestamp};

/// The time that a log gives for a record. A time without an offset shows only in which order the records of one log
/// stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a time has an offset, only a date, or not even this")]
pub enum Written {
    /// The time at which the record was received.
    Received(Timestamp),
    /// A date and a time of day without an offset.
    Local(DateTime),
    /// A time of day alone.
    OfDay(Time),
}

/// Half a day. A time of day that differs by more is of the next day, or of the day before.
const HALF: SignedDuration = SignedDuration::from_hours(12);

const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Written {
    /// How long after the record before it this record was written; negative where the times run backwards. `None` if nothing
    /// can be said about their order.
    pub fn since(self, before: Self) -> Option<SignedDuration> {
        match (self, before) {
            (Self::Received(this), Self::Received(before)) => Some(this.duration_since(before)),
            (Self::Local(this), Self::Local(before)) => Some(this.duration_since(before)),
            (Self::OfDay(this), Self::OfDay(before)) => {
                let since = this.duration_since(before);
                let day = if since > HALF {
                    -DAY
                } else if since < -HALF {
                    DAY
                } else {
                    SignedDuration::ZERO
                };
                Some(since + day)
            }
            (Self::Received(_) | Self::Local(_) | Self::OfDay(_), _) => None,
        }
    }
}
