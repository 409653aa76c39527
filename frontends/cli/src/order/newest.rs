//! Whether the newest entry of a log is first.

use std::cmp::Ordering;

use callfold::log::{Format, Glance, Written, glance};

use crate::input::Records;

/// How many records at the beginning of a log show in which order it stands.
pub(super) const SAMPLE: usize = 64;

/// True if the newest entry is first: the times at the beginning of a log fall. Some of them may rise, because several threads
/// write entries at once.
pub(crate) fn is_newest_first(records: &Records) -> bool {
    let (mut before, mut falls, mut rises) = (None, 0, 0);
    for seen in glances(records.format, records.unread()).filter(|seen| seen.is_received).take(SAMPLE) {
        let order = seen.written.zip(before).and_then(|(this, before)| Written::compared(this, before));
        falls += usize::from(order == Some(Ordering::Less));
        rises += usize::from(order == Some(Ordering::Greater));
        before = seen.written.or(before);
    }
    falls > 3 * rises
}

pub(super) fn glances(format: Format, mut text: &[u8]) -> impl Iterator<Item = Glance> {
    std::iter::from_fn(move || {
        let seen = glance(format, text)?;
        text = text.get(seen.consumed..)?;
        Some(seen)
    })
}
