//! Reads scalars in the canonical form: a scalar is accepted only if the crate would write the same bytes.

use jiff::civil::Date;
use uuid::Uuid;

use super::time::Time;
use crate::id::CallId;
use crate::words::{self, controls, each, zeros};

/// The length of a GUID with its dashes, in bytes.
pub(super) const GUID: usize = 36;

/// Reads a GUID with dashes, in lower case.
///
/// Inlined, like all functions that return a GUID. Otherwise the GUID is stored as two words of eight bytes
/// and loaded as one of sixteen, and the processor has to wait for the stores.
#[inline(always)]
pub(super) fn guid(text: &[u8]) -> Option<Uuid> {
    words::guid(text).map(|(high, low)| Uuid::from_u64_pair(high, low))
}

/// True for an id in canonical form: a GUID in lower case with dashes, or a text that is not a GUID.
pub(super) fn is_name(text: &[u8]) -> bool {
    match text.len() {
        0 => false,
        GUID if guid(text).is_some() => true,
        32 | GUID => Uuid::try_parse_ascii(text).is_err(),
        _ => true,
    }
}

/// True if the line is UTF-8 and has no escapes and no control characters.
pub(super) fn is_plain(line: &[u8]) -> bool {
    let seen = |(non_canonical, all): (u8, u8), byte: &u8| {
        (non_canonical | u8::from(*byte < b' ') | u8::from(*byte == b'\\'), all | *byte)
    };
    let (non_canonical, all) = line.iter().fold((0, 0), seen);
    non_canonical == 0 && (all.is_ascii() || core::str::from_utf8(line).is_ok())
}

/// The end of a text without escapes: the place of its closing quotation mark. `None` if an escape or a
/// control character comes first.
pub(super) fn text(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut all) = (start, 0);
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*word);
        let non_canonical = zeros(word ^ each(b'"')) | zeros(word ^ each(b'\\')) | controls(word);
        if non_canonical != 0 {
            let length = non_canonical.trailing_zeros() / 8;
            all |= word & (1_u64 << (8 * length)).wrapping_sub(1);
            return ended(bytes, start, at + length as usize, all);
        }
        all |= word;
        at += 8;
    }
    let rest = bytes.get(at..)?;
    let length = rest.iter().position(|byte| matches!(*byte, b'"' | b'\\' | ..b' '))?;
    let all = rest.get(..length)?.iter().fold(all, |all, byte| all | u64::from(*byte));
    ended(bytes, start, at + length, all)
}

/// Returns the end if there is a quotation mark and the text before it is UTF-8.
fn ended(bytes: &[u8], start: usize, end: usize, all: u64) -> Option<usize> {
    let is_sound =
        || all & each(0x80) == 0 || bytes.get(start..end).is_some_and(|it| core::str::from_utf8(it).is_ok());
    (*bytes.get(end)? == b'"' && is_sound()).then_some(end)
}

/// Reads an integer in canonical form. Returns the integer and its end.
pub(super) fn integer(bytes: &[u8], start: usize) -> Option<(i64, usize)> {
    let is_negative = *bytes.get(start)? == b'-';
    let first = start + usize::from(is_negative);
    let (mut number, mut end) = (0, first);
    while let Some(digit) = bytes.get(end).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        if end - first == 18 {
            return None;
        }
        number = number * 10 + i64::from(digit);
        end += 1;
    }
    let is_written_so = match end - first {
        0 => false,
        1 => number != 0 || !is_negative,
        _ => *bytes.get(first)? != b'0',
    };
    let goes_on = matches!(bytes.get(end), Some(b'.' | b'e' | b'E'));
    (is_written_so && !goes_on).then_some((if is_negative { -number } else { number }, end))
}

/// Reads times. Successive lines of a log are mostly from the same hour, so the beginning of the last hour is
/// kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    /// The text of the last hour, such as `2026-11-23T09:`.
    hour: [u8; 14],
    /// The beginning of that hour, in seconds since 1970.
    seconds: i64,
}

impl Clock {
    /// Reads a time such as `2026-11-23T09:15:02.250Z`. Returns the time and its end.
    pub(super) fn time(&mut self, bytes: &[u8], start: usize) -> Option<(Time, usize)> {
        let (hour, rest) = bytes.get(start..)?.split_first_chunk::<14>()?;
        let [n1, n2, b':', s1, s2, ..] = *rest else { return None };
        if *hour != self.hour {
            *self = Self { hour: *hour, seconds: seconds_of_hour(hour)? };
        }
        let (minute, second) = (two(n1, n2)?, two(s1, s2)?);
        if minute > 59 || second > 59 {
            return None;
        }
        let (nanosecond, end) = fraction(bytes, start + 19)?;
        let seconds = self.seconds + i64::from(minute) * 60 + i64::from(second);
        Some((Time::new(seconds, nanosecond)?, end))
    }
}

fn seconds_of_hour(text: &[u8; 14]) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':'] = *text else { return None };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day, hour) = (two(m1, m2)?, two(d1, d2)?, two(h1, h2)?);
    let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    (hour < 24).then(|| days(date) * 86_400 + i64::from(hour) * 3600)
}

fn two(tens: u8, ones: u8) -> Option<i16> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i16::from(tens * 10 + ones))
}

/// The number of days since 1970. Source: Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*.
fn days(date: Date) -> i64 {
    let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Reads the fraction of a second: no digits, or three, six or nine, and no more than are needed. Returns the
/// nanoseconds and the end of the time.
fn fraction(bytes: &[u8], start: usize) -> Option<(i64, usize)> {
    let (nanosecond, length) = match bytes.get(start..)? {
        [b'Z', ..] => return Some((0, start + 1)),
        [b'.', a, b, c, b'Z', ..] => (three(*a, *b, *c)? * 1_000_000, 5),
        [b'.', a, b, c, d, e, f, b'Z', ..] => {
            let micro = Some(three(*d, *e, *f)?).filter(|micro| *micro != 0)?;
            (three(*a, *b, *c)? * 1_000_000 + micro * 1000, 8)
        }
        [b'.', a, b, c, d, e, f, g, h, i, b'Z', ..] => {
            let nano = Some(three(*g, *h, *i)?).filter(|nano| *nano != 0)?;
            (three(*a, *b, *c)? * 1_000_000 + three(*d, *e, *f)? * 1000 + nano, 11)
        }
        _ => return None,
    };
    (nanosecond != 0).then_some((nanosecond, start + length))
}

fn three(hundreds: u8, tens: u8, ones: u8) -> Option<i64> {
    let hundreds = hundreds.wrapping_sub(b'0');
    (hundreds < 10).then_some(i64::from(hundreds) * 100 + i64::from(two(tens, ones)?))
}

/// True if a text begins with a literal. It compares sixteen bytes at a time, which is faster than a function
/// call for short literals. The last sixteen bytes overlap the ones before.
#[inline(always)]
pub(super) fn begins(text: &[u8], literal: &[u8]) -> bool {
    let Some(text) = text.get(..literal.len()) else { return false };
    match literal.len() {
        16.. => {
            let mut parts = text.as_chunks::<16>().0.iter().zip(literal.as_chunks::<16>().0);
            parts.all(|(one, other)| one == other) && text.last_chunk::<16>() == literal.last_chunk::<16>()
        }
        8.. => is_framed::<8>(text, literal),
        4.. => is_framed::<4>(text, literal),
        _ => text.iter().zip(literal).all(|(one, other)| one == other),
    }
}

/// True if two texts begin and end with the same `N` bytes.
fn is_framed<const N: usize>(text: &[u8], other: &[u8]) -> bool {
    text.first_chunk::<N>() == other.first_chunk::<N>() && text.last_chunk::<N>() == other.last_chunk::<N>()
}

/// The place after the literal that begins at `at`; `None` if another text is there.
pub(super) fn pass<const N: usize>(bytes: &[u8], at: usize, literal: &[u8; N]) -> Option<usize> {
    bytes.get(at..)?.first_chunk::<N>().filter(|text| *text == literal).map(|_| at + N)
}

/// The length of the first line of a log, including its line end.
pub(super) fn line(log: &[u8]) -> usize {
    memchr::memchr(b'\n', log).map_or(log.len(), |end| end + 1)
}

/// The place after the line end at `at`; `None` if there is no line end.
pub(super) fn end(log: &[u8], at: usize) -> Option<usize> {
    match log.get(at..)? {
        [] => Some(at),
        [b'\n', ..] => Some(at + 1),
        [b'\r', b'\n', ..] => Some(at + 2),
        _ => None,
    }
}

/// The id of the call, from the canonical beginning of a line.
#[inline(always)]
pub(super) fn call(bytes: &[u8]) -> Option<CallId> {
    let begin = pass(bytes, 0, BEGIN)?;
    guid(bytes.get(begin..begin + GUID)?).map(CallId::new)
}

/// The first eight digits of the id of the call; `None` if the line does not begin in the canonical layout.
pub(super) fn owner(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.get(pass(bytes, 0, BEGIN)?..)?.first_chunk::<8>()?;
    let owner = words::digits(u64::from_be_bytes(*digits));
    (owner.marks & words::ODD == 0).then_some(owner.number as u32)
}

/// The beginning of each line.
pub(super) const BEGIN: &[u8; 15] = br#"{"v":1,"call":""#;
