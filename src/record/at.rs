//! A time, as the log writes it.

use core::fmt;
use core::ops::Range;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Serialize, Serializer};

/// A time as the log writes it: RFC 3339 in UTC, with zero, three, six or nine digits of a second.
///
/// ```
/// use callfold::At;
///
/// assert_eq!(At("2026-11-23T10:15:02.25+01:00".parse()?).to_string(), "2026-11-23T09:15:02.250Z");
/// # Ok::<(), callfold::jiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a time and nothing else")]
pub struct At(pub Timestamp);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Offset::UTC.to_datetime(self.0);
        let nanosecond = at.subsec_nanosecond().unsigned_abs();
        let precision = match nanosecond {
            0 => 0,
            nanos if nanos % 1_000_000 == 0 => 3,
            nanos if nanos % 1_000 == 0 => 6,
            _ => 9,
        };
        let Ok(year) = u32::try_from(at.year()) else { return write!(f, "{:.precision$}", self.0) };
        let mut text = *b"0000-00-00T00:00:00.000000000Z";
        digits(&mut text, 0..4, year);
        let fields = [at.month(), at.day(), at.hour(), at.minute(), at.second()];
        for (index, field) in (5..).step_by(3).zip(fields) {
            digits(&mut text, index..index + 2, field.unsigned_abs().into());
        }
        digits(&mut text, 20..29, nanosecond);
        let end = if precision == 0 { 19 } else { 20 + precision };
        if let Some(zone) = text.get_mut(end) {
            *zone = b'Z';
        }
        f.write_str(text.get(..=end).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default())
    }
}

/// Writes a number with leading zeros, to fill its place.
fn digits(text: &mut [u8], place: Range<usize>, mut number: u32) {
    for digit in text.get_mut(place).unwrap_or_default().iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
