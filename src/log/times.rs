//! Times in the lines of loggers.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::Offset;

use super::written::Written;
use crate::time::At;

/// The first time in a text that has an offset.
pub(super) fn with_offset(text: &str) -> Option<Timestamp> {
    let text = without_marks(text);
    let words: Vec<&str> = words(&text).collect();
    (0..words.len()).find_map(|at| begins(words.get(at..)?))
}

/// The first time in a text, without its offset.
pub(super) fn local(line: &str) -> Option<Written> {
    let text = without_marks(line);
    let mut pairs = words(&text).zip(words(&text).skip(1));
    let local = words(&text)
        .find_map(timed)
        .or_else(|| pairs.find_map(|(date, time)| timed(&format!("{date}T{time}"))))
        .or_else(|| with_offset(&text).map(|at| Offset::UTC.to_datetime(at)));
    local.map(Written::Local).or_else(|| of_day(&text).map(Written::OfDay))
}

/// The time of day at the beginning of a line: its first or second word, or the word behind a day, as in `Nov 26 10:00:00`.
/// Elsewhere, such a word can be a duration.
fn of_day(text: &str) -> Option<Time> {
    let first: Vec<&str> = words(text).take(4).collect();
    let at = |place: usize| {
        let time: Time = timed(first.get(place)?)?;
        let half = first.get(place + 1);
        let is = |name: &str| half.is_some_and(|half| half.eq_ignore_ascii_case(name));
        let noon = if is("PM") { 12 } else { 0 };
        let hour = if is("AM") || is("PM") { time.hour() % 12 + noon } else { time.hour() };
        time.with().hour(hour).build().ok()
    };
    let is_day = first.get(1).is_some_and(|word| word.parse::<u8>().is_ok());
    at(0).or_else(|| at(1)).or_else(|| at(2).filter(|_| is_day))
}

/// Reads a word with a time of day.
fn timed<T: FromStr>(word: &str) -> Option<T> {
    word.contains(':').then(|| word.parse().ok())?
}

/// The time with which some words begin. Loggers write its parts with blanks between them.
fn begins(words: &[&str]) -> Option<Timestamp> {
    let [first, rest @ ..] = words else { return None };
    if !first.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let is_time = |word: &str| word.contains(':');
    match rest {
        _ if is_time(first) => At::read(first).or_else(|| {
            let offset = offset(rest.first()?);
            At::read(&format!("{first}{offset}")).or_else(|| of_web_server(first, offset))
        }),
        [time, rest @ ..] if is_time(time) => {
            let time = format!("{first}T{time}");
            At::read(&time).or_else(|| At::read(&format!("{time}{}", offset(rest.first()?))))
        }
        [month, year, time, zone, ..] if is_time(time) => {
            of_mail(&format!("{first} {month} {year} {time} {}", offset(zone)))
        }
        _ => None,
    }
}

fn offset(zone: &str) -> &str {
    if matches!(zone, "UTC" | "GMT") { "Z" } else { zone }
}

/// A time as web servers write it: `23/Nov/2026:09:15:02 +0000`.
fn of_web_server(time: &str, offset: &str) -> Option<Timestamp> {
    time.contains('/')
        .then(|| Timestamp::strptime("%d/%b/%Y:%H:%M:%S %z", format!("{time} {offset}")).ok())?
}

/// A time as in the headers of HTTP and of mails: `23 Nov 2026 09:15:02 +0000`.
fn of_mail(time: &str) -> Option<Timestamp> {
    let time = time.strip_suffix('Z').map_or(Cow::Borrowed(time), |time| format!("{time}+0000").into());
    Timestamp::strptime("%d %b %Y %H:%M:%S %z", &*time).ok()
}

/// The words of a text, without the brackets and quotes around them, and without the colon after them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_between = |letter: char| letter.is_whitespace() || "[](){}<>|,;\"'=".contains(letter);
    text.split(is_between).map(|word| word.trim_end_matches(':')).filter(|word| !word.is_empty())
}

/// A text without the colours of a terminal, and with a point in place of the comma before a fraction of a second.
fn without_marks(text: &str) -> Cow<'_, str> {
    if !text.contains(['\u{1b}', ',']) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split('\u{1b}');
    let mut plain: String = parts.next().unwrap_or_default().into();
    for part in parts {
        let is_colour = |letter: char| letter.is_ascii_digit() || matches!(letter, '[' | ';');
        plain.push(' ');
        plain.push_str(part.trim_start_matches(is_colour).trim_start_matches('m'));
    }
    let mut before = [' '; 3];
    let mut letters = plain.chars().peekable();
    let mut text = String::with_capacity(plain.len());
    while let Some(letter) = letters.next() {
        let [colon, tens, ones] = before;
        let is_second = colon == ':' && tens.is_ascii_digit() && ones.is_ascii_digit();
        let is_fraction = letter == ',' && is_second && letters.peek().is_some_and(char::is_ascii_digit);
        text.push(if is_fraction { '.' } else { letter });
        before = [tens, ones, letter];
    }
    Cow::Owned(text)
}
