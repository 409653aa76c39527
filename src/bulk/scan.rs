//! Scalars in the canonical writing: what is read here is what would be written again, byte for byte.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::CallId;

/// The length of a GUID with its dashes, bytes.
pub(super) const GUID: usize = 36;

const NO_DIGIT: u8 = 0xFF;

/// The value of each hexadecimal digit in lower case.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let (mut value, lower) = (0, b"0123456789abcdef");
    while value < 16 {
        digits[lower[value as usize] as usize] = value;
        value += 1;
    }
    digits
};

/// A GUID as it is written: dashed, in lower case.
pub(super) fn guid(text: &[u8]) -> Option<Uuid> {
    let text: &[u8; GUID] = text.try_into().ok()?;
    let (mut bytes, mut seen) = ([0_u8; 16], 0_u8);
    let starts = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34_usize];
    for (byte, start) in bytes.iter_mut().zip(starts) {
        let high = DIGITS[usize::from(text[start])];
        let low = DIGITS[usize::from(text[start + 1])];
        *byte = high << 4 | low;
        seen |= high | low;
    }
    let is_dashed = [text[8], text[13], text[18], text[23]] == *b"----";
    (is_dashed && seen < 16).then(|| Uuid::from_bytes(bytes))
}

/// True for an id that is written as it is read: a GUID in lower case with dashes, or a text that is none.
pub(super) fn is_name(text: &[u8]) -> bool {
    match text.len() {
        0 => false,
        GUID if guid(text).is_some() => true,
        32 | GUID => Uuid::try_parse_ascii(text).is_err(),
        _ => true,
    }
}

/// The end of a text without escapes: where its closing quotation mark is.
pub(super) fn text(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    let mut is_ascii = true;
    while let Some(eight) = bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()) {
        let word = u64::from_le_bytes(eight);
        let stops = zero(word ^ repeat(b'"')) | zero(word ^ repeat(b'\\')) | below_space(word);
        if stops != 0 {
            let length = (stops.trailing_zeros() / 8) as usize;
            is_ascii &= word & repeat(0x80) & low_bytes(length) == 0;
            at += length;
            return end_of_text(bytes, start, at, is_ascii);
        }
        is_ascii &= word & repeat(0x80) == 0;
        at += 8;
    }
    let length = bytes.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..=0x1F))?;
    is_ascii &= bytes.get(at..at + length)?.is_ascii();
    end_of_text(bytes, start, at + length, is_ascii)
}

fn end_of_text(bytes: &[u8], start: usize, end: usize, is_ascii: bool) -> Option<usize> {
    let is_whole = bytes.get(end) == Some(&b'"');
    (is_whole && (is_ascii || core::str::from_utf8(bytes.get(start..end)?).is_ok())).then_some(end)
}

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

const fn low_bytes(count: usize) -> u64 {
    if count == 0 { 0 } else { u64::MAX >> (64 - 8 * count) }
}

/// A mark in the top bit of each byte that is zero; exact up to and with the first of them.
const fn zero(word: u64) -> u64 {
    word.wrapping_sub(repeat(1)) & !word & repeat(0x80)
}

/// The same of each byte below the space.
const fn below_space(word: u64) -> u64 {
    word.wrapping_sub(repeat(b' ')) & !word & repeat(0x80)
}

/// An integer as it is written, and its end.
pub(super) fn integer(bytes: &[u8], start: usize) -> Option<(i64, usize)> {
    let is_negative = bytes.get(start) == Some(&b'-');
    let first = start + usize::from(is_negative);
    let digits = bytes.get(first..)?.iter().take_while(|byte| byte.is_ascii_digit()).take(19).count();
    let end = first + digits;
    let text = bytes.get(first..end)?;
    let is_written_so = match text {
        [] => false,
        [b'0'] => !is_negative,
        [b'0', ..] => false,
        _ => digits <= 18,
    };
    let goes_on = matches!(bytes.get(end), Some(b'.' | b'e' | b'E' | b'0'..=b'9'));
    if !is_written_so || goes_on {
        return None;
    }
    let number = text.iter().fold(0, |number: i64, digit| number * 10 + i64::from(digit - b'0'));
    Some((if is_negative { -number } else { number }, end))
}

/// A time as the log has it, and its end: `2026-11-23T09:15:02.250Z`.
pub(super) fn time(bytes: &[u8], start: usize) -> Option<(Timestamp, usize)> {
    let seconds: &[u8; 19] = bytes.get(start..start + 19)?.try_into().ok()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2] = *seconds
    else {
        return None;
    };
    let (century, year) = (two(y1, y2)?, two(y3, y4)?);
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let (hour, minute, second) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let date = Date::new(century * 100 + year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let (nanosecond, end) = fraction(bytes, start + 19)?;
    let of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    let at = Timestamp::new(days(date) * 86_400 + of_day, nanosecond).ok()?;
    Some((at, end))
}

fn two(tens: u8, ones: u8) -> Option<i16> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i16::from(tens * 10 + ones))
}

/// The days from 1970 on. Source: Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*.
fn days(date: Date) -> i64 {
    let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The nanoseconds, and the end of the time: none, three, six or nine digits, and no more than are needed.
fn fraction(bytes: &[u8], start: usize) -> Option<(i32, usize)> {
    let rest = bytes.get(start..)?;
    if rest.first() == Some(&b'Z') {
        return Some((0, start + 1));
    }
    let digits = rest.strip_prefix(b".")?;
    let count = digits.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, end) = digits.split_at_checked(count)?;
    let number =
        digits.iter().fold(0, |number: i32, digit| number.wrapping_mul(10) + i32::from(digit - b'0'));
    let nanosecond = match count {
        3 if number != 0 => number * 1_000_000,
        6 if number % 1000 != 0 => number * 1000,
        9 if number % 1000 != 0 => number,
        _ => return None,
    };
    (end.first() == Some(&b'Z')).then_some((nanosecond, start + count + 2))
}

/// The place behind a literal that stands here.
pub(super) fn pass(bytes: &[u8], at: usize, literal: &[u8]) -> Option<usize> {
    bytes.get(at..)?.starts_with(literal).then_some(at + literal.len())
}

/// The call's id in the canonical beginning of a line.
pub(super) fn call(bytes: &[u8]) -> Option<CallId> {
    let text = bytes.strip_prefix(BEGIN)?.get(..GUID)?;
    guid(text).map(CallId::new)
}

/// How each line begins.
pub(super) const BEGIN: &[u8] = br#"{"v":1,"call":""#;
