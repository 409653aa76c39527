//! A quick look at records, by which a host puts them in order.

use super::cut::{Cut, Record, cut};
use super::decoded::{Next, decode};
use super::entry::Head;
use super::format::Format;
use super::notifications;
use super::written::Written;
use crate::time::At;

/// A quick look at one record of a log, by which a host finds out in which order the records stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Glance {
    /// The number of bytes to remove from the front of the block before the next look.
    pub consumed: usize,
    /// True if the record holds something that was received: a notification, or a reply.
    pub is_received: bool,
    /// The time that the log gives for the record.
    pub written: Option<Written>,
}

/// Looks at the first record of a block, in which no record goes on after the end. This takes less time than
/// [`decode`] does for most records. `None` at the end of the block.
///
/// ```
/// use callfold::log::{Format, Written, glance};
///
/// let log = br#"{"receivedAt":"2026-11-23T09:15:02Z","body":{"value":[]}}"#;
/// let seen = glance(Format::Notifications, log).unwrap();
/// assert!(seen.is_received && seen.consumed == log.len());
/// assert_eq!(seen.written, Some(Written::Received("2026-11-23T09:15:02Z".parse()?)));
/// # Ok::<(), callfold::jiff::Error>(())
/// ```
pub fn glance(format: Format, block: &[u8]) -> Option<Glance> {
    match format {
        Format::Events => None,
        Format::Notifications => line_with_time(block).or_else(|| decoded(block)),
        Format::SdkLog => match cut(format, block, true) {
            Cut::Record(record) => Some(entry(&record)),
            Cut::More | Cut::End => None,
        },
    }
}

/// A line that begins with the time of receiving, as recorders write it.
fn line_with_time(block: &[u8]) -> Option<Glance> {
    let rest = block.strip_prefix(br#"{"receivedAt":""#)?;
    let line_end = memchr::memchr(b'\n', rest)?;
    let line = rest.get(..line_end)?;
    if !line.trim_ascii_end().ends_with(b"}}") {
        return None;
    }
    let time = line.get(..memchr::memchr(b'"', line)?)?;
    let at = At::read(core::str::from_utf8(time).ok()?)?;
    let consumed = block.len() - rest.len() + line_end + 1;
    Some(Glance { consumed, is_received: true, written: Some(Written::Received(at)) })
}

fn decoded(block: &[u8]) -> Option<Glance> {
    let Next::Record(record, decoded) = decode(Format::Notifications, block, true) else { return None };
    Some(Glance {
        consumed: record.consumed(),
        is_received: decoded.is_received(),
        written: decoded.written().or_else(|| notifications::written(record.bytes)),
    })
}

fn entry(record: &Record<'_>) -> Glance {
    let head = Head::of(record.bytes);
    let is_received = head.as_ref().is_some_and(|head| match head.text_of_2019 {
        Some(_) => notifications::is_about_notifications(record.bytes),
        None => ["TransactionDirection", "resourceUrl", "changeType"]
            .iter()
            .any(|word| memchr::memmem::find(record.bytes, word.as_bytes()).is_some()),
    });
    let written = head.and_then(|head| head.written(record.bytes));
    Glance { consumed: record.consumed(), is_received, written }
}
