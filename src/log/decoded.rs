//! Decoding the records of a log, before the replay folds them.

use alloc::boxed::Box;

use jiff::Timestamp;

use super::cut::{Cut, Record, cut};
use super::event_line::EventLine;
use super::format::Format;
use super::noise;
use super::notifications::Bodies;
use super::sdk::{Fault, Trace};
use super::written::Written;
use crate::graph::url::only_call;
use crate::id::CallId;

/// One record of a log, decoded. [`Replay::decoded`](crate::Replay::decoded) replays it.
///
/// Decoding needs no calls, so a host can decode the records of one log on several threads and replay them in
/// their order on one.
#[derive(Debug)]
pub struct Decoded(pub(crate) Content);

#[derive(Debug)]
pub(crate) enum Content {
    Event(EventLine),
    Bodies(Bodies),
    /// A log entry of the SDK, and the bodies that the app wrote after it, if there are any.
    Trace(Result<Trace, Fault>, Option<Box<Bodies>>),
    /// A record that is larger than this number of bytes, and was not read. The call is the one that it names.
    TooLarge(usize, Option<CallId>),
}

/// The result of [`decode`]: the beginning of a block of a log. It is like [`Cut`], with the decoded record.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a block begins with a record, a part of one, or none")]
pub enum Next<'a> {
    /// The block begins with a complete record.
    Record(Record<'a>, Decoded),
    /// The block ends in the middle of a record. Append more bytes of the log to the block, then decode again.
    More,
    /// The log ends here: the rest of the block is empty or white space.
    End,
}

/// Cuts the first record from a block, and decodes it. This costs less than [`cut()`] and a replay of the
/// bytes, because the end of most records is found by decoding them. Pass true for `is_last` if the log ends
/// with this block.
///
/// ```
/// use callfold::Replay;
/// use callfold::log::{Format, Next, decode};
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
/// let mut replay = Replay::new();
/// let mut block = line.as_bytes();
/// while let Next::Record(record, decoded) = decode(Format::Events, block, true) {
///     assert!(replay.decoded(decoded, Some(&mut |event| println!("{event}"))).is_empty());
///     block = &block[record.consumed()..];
/// }
/// assert_eq!(replay.events(), 1);
/// ```
pub fn decode(format: Format, block: &[u8], is_last: bool) -> Next<'_> {
    if format == Format::Notifications
        && let Some((record, bodies)) = line_of_body(block, is_last)
    {
        return Next::Record(record, Decoded(Content::Bodies(bodies)));
    }
    match cut(format, block, is_last) {
        Cut::Record(record) => Next::Record(record, Decoded::of(format, &record)),
        Cut::More => Next::More,
        Cut::End => Next::End,
    }
}

/// The first line, if it is a notification body from end to end.
fn line_of_body(block: &[u8], is_last: bool) -> Option<(Record<'_>, Bodies)> {
    let start = block.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let (skipped, rest) = block.split_at_checked(start)?;
    let end = memchr::memchr(b'\n', rest).or_else(|| is_last.then_some(rest.len()))?;
    let bytes = rest.get(..end)?.trim_ascii_end();
    Some((Record { skipped, bytes, rest: &[] }, Bodies::usual(bytes)?))
}

const UNREADABLE: &str = "text that looks like a notification cannot be read: expected the body as JSON, also in a string of other JSON";

impl Decoded {
    pub(crate) fn of(format: Format, record: &Record<'_>) -> Self {
        let bytes = record.bytes;
        Self(match format {
            Format::Events => Content::Event(EventLine::read(bytes)),
            Format::Notifications => {
                let mut bodies = Bodies::read(bytes, &noise::delivery(record.skipped));
                if !bodies.bodies.is_empty() && bodies.received_at().is_none() {
                    bodies.written = noise::written(record.skipped);
                }
                let unread = if bodies.is_noise() { [record.skipped, bytes] } else { [record.skipped, &[]] };
                if unread.into_iter().any(noise::looks_like_notification) {
                    bodies.faults.push(UNREADABLE.into());
                    bodies.faulty_call =
                        bodies.faulty_call.or_else(|| only_call(record.skipped).or_else(|| only_call(bytes)));
                }
                Content::Bodies(bodies)
            }
            Format::SdkLog => {
                let (trace, beside) = Trace::read(bytes);
                Content::Trace(trace, (!beside.is_noise()).then(|| Box::new(beside)))
            }
        })
    }

    /// A record that the host did not read, because it is larger than this number of bytes. `call` is the call
    /// that the record names, as far as that is known: see [`Recorded::call_of`](crate::Recorded::call_of).
    pub const fn too_large(limit: usize, call: Option<CallId>) -> Self {
        Self(Content::TooLarge(limit, call))
    }

    /// True if the host did not read the record, because it is too large.
    pub const fn is_too_large(&self) -> bool {
        matches!(self.0, Content::TooLarge(..))
    }

    /// True if the record holds something that was received: a notification, or a reply.
    pub fn is_received(&self) -> bool {
        match &self.0 {
            Content::Bodies(bodies) => !bodies.bodies.is_empty(),
            Content::Trace(trace, beside) => {
                beside.as_ref().is_some_and(|beside| !beside.bodies.is_empty())
                    || match trace {
                        Ok(Trace::Received { bodies, .. }) => !bodies.bodies.is_empty(),
                        Ok(Trace::Replied { .. }) => true,
                        Ok(Trace::Nothing | Trace::NoEntry) | Err(_) => false,
                    }
            }
            Content::Event(_) | Content::TooLarge(..) => false,
        }
    }

    /// The time at which everything in the record was received. `None` if the record does not tell the time of a part.
    pub fn received_at(&self) -> Option<Timestamp> {
        match &self.0 {
            Content::Bodies(bodies) => bodies.received_at(),
            Content::Trace(trace, beside) => {
                let traced = match trace {
                    Ok(Trace::Received { bodies, .. }) => Some(bodies.received_at()),
                    Ok(Trace::Replied { at, .. }) => Some(*at),
                    Ok(Trace::Nothing | Trace::NoEntry) | Err(_) => None,
                };
                let beside = beside.iter().filter(|beside| !beside.bodies.is_empty());
                let beside = beside.map(|beside| beside.received_at());
                traced.into_iter().chain(beside).min().flatten()
            }
            Content::Event(_) | Content::TooLarge(..) => None,
        }
    }

    /// The time that the log gives for the record: the time of receiving, or a time without an offset in the text before it.
    pub fn written(&self) -> Option<Written> {
        let local = match &self.0 {
            Content::Bodies(bodies) => bodies.written,
            Content::Event(_) | Content::Trace(..) | Content::TooLarge(..) => None,
        };
        self.received_at().map(Written::Received).or(local)
    }

    /// True if the record tells nothing about any call: it is text, or other JSON than notifications.
    pub const fn is_noise(&self) -> bool {
        match &self.0 {
            Content::Event(_) | Content::TooLarge(..) => false,
            Content::Bodies(bodies) => bodies.is_noise(),
            Content::Trace(trace, beside) => matches!(trace, Ok(Trace::Nothing)) && beside.is_none(),
        }
    }
}
