//! How people write the time of `--at`.

use std::str::FromStr;

use callfold::jiff::Timestamp;
use callfold::jiff::civil::{Date, Time};
use callfold::jiff::fmt::temporal::Pieces;
use callfold::jiff::tz::Offset;

/// The length of a date such as `2026-11-23`.
const DATE: usize = 10;

/// A time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    At(Timestamp),
    /// A time of the day of the log.
    OfDay(TimeOfDay),
}

/// A time of a day that is not known yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeOfDay {
    time: Time,
    offset: Offset,
}

impl TimeOfDay {
    /// This time of the day on which all of these times are.
    ///
    /// # Errors
    ///
    /// The first and the last day, where there are several days; nothing where there is no time.
    pub(crate) fn on_the_day_of(self, times: &[Timestamp]) -> Result<Timestamp, Option<(Date, Date)>> {
        let day = |time: &Timestamp| self.offset.to_datetime(*time).date();
        let (Some(first), Some(last)) = (times.iter().map(day).min(), times.iter().map(day).max()) else {
            return Err(None);
        };
        let at = self.offset.to_timestamp(first.to_datetime(self.time)).ok();
        at.filter(|_| first == last).ok_or(Some((first, last)))
    }
}

impl FromStr for When {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let date = || Offset::UTC.to_timestamp(text.parse::<Date>().ok()?.at(0, 0, 0, 0)).ok();
        if text.len() == DATE
            && let Some(at) = date()
        {
            return Ok(Self::At(at));
        }
        let at = text.parse().map(Self::At).ok();
        at.or_else(|| of_day(text).map(Self::OfDay)).ok_or(
            "a time is in RFC 3339 format with an offset, such as 2026-11-23T09:15:02Z; \
             it can also be a date alone, which is its midnight in UTC, or a time alone, such as 09:15:02Z",
        )
    }
}

fn of_day(text: &str) -> Option<TimeOfDay> {
    let text = format!("2000-01-01T{text}");
    let pieces = Pieces::parse(&text).ok()?;
    Some(TimeOfDay { time: pieces.time()?, offset: pieces.to_numeric_offset()? })
}
