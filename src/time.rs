//! Times, as RFC 3339 texts.

use core::fmt;
use core::ops::Range;

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, Unit};
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

impl At {
    /// Reads a time in any spelling of RFC 3339.
    pub(crate) fn read(text: &str) -> Option<Timestamp> {
        usual(text.as_bytes()).or_else(|| text.parse().ok())
    }

    /// Reads a time in any spelling of RFC 3339, or as the seconds or milliseconds since 1970.
    pub(crate) fn read_any(text: &str) -> Option<Timestamp> {
        if let Ok(number) = text.parse::<i64>() {
            let is_seconds = number.unsigned_abs() < MILLISECONDS;
            return if is_seconds {
                Timestamp::from_second(number)
            } else {
                Timestamp::from_millisecond(number)
            }
            .ok();
        }
        if let Ok(seconds) = text.parse::<f64>() {
            let since = SignedDuration::try_from_secs_f64(seconds).ok()?.round(Unit::Millisecond).ok()?;
            return Timestamp::from_duration(since).ok();
        }
        Self::read(text)
    }
}

/// From this number on, an integer counts milliseconds: as seconds, it would be after the year 5000.
const MILLISECONDS: u64 = 100_000_000_000;

/// Reads a time as this crate and Graph write it, in UTC: `2026-11-23T09:15:02.250Z`. The fraction has up to
/// nine digits, or there is none.
fn usual(text: &[u8]) -> Option<Timestamp> {
    let (date, rest) = text.split_first_chunk::<11>()?;
    let (time, fraction) = rest.split_first_chunk::<8>()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T'] = *date else { return None };
    let [h1, h2, b':', n1, n2, b':', s1, s2] = *time else { return None };
    let nanosecond = match fraction {
        [b'Z'] => 0,
        [b'.', digits @ .., b'Z'] if (1..=9).contains(&digits.len()) => {
            (digits.len()..9).fold(number(digits)?, |number, _| number * 10)
        }
        _ => return None,
    };
    // The digits of the date are read as one number, and so are those of the time of day: each needs one check.
    let day = number(&[y1, y2, y3, y4, m1, m2, d1, d2])?;
    let time_of_day = number(&[h1, h2, n1, n2, s1, s2])?;
    let small = |number: i32| i8::try_from(number % 100).ok();
    let year = i16::try_from(day / 10_000).ok()?;
    let date = Date::new(year, small(day / 100)?, small(day)?).ok()?;
    let time =
        Time::new(small(time_of_day / 10_000)?, small(time_of_day / 100)?, small(time_of_day)?, nanosecond)
            .ok()?;
    Offset::UTC.to_timestamp(date.to_datetime(time)).ok()
}

/// Reads a number of at most nine digits.
#[inline(always)]
fn number(digits: &[u8]) -> Option<i32> {
    let add = |(number, is_sound): (i32, bool), byte: &u8| {
        let digit = byte.wrapping_sub(b'0');
        (number.wrapping_mul(10).wrapping_add(digit.into()), is_sound & (digit < 10))
    };
    let (number, is_sound) = digits.iter().fold((0, true), add);
    is_sound.then_some(number)
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
