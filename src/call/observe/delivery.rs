//! The delivery of a notification, and the result of observing it.

use alloc::vec::Vec;

use jiff::Timestamp;

use crate::finding::Finding;
use crate::id::Id;
use crate::record::recorded::Recorded;

/// The delivery of a notification: the time of receipt, the HTTP headers, and the place in the body. No Graph
/// page describes the two headers. They were seen in recorded deliveries.
///
/// ```
/// use callfold::call::Delivery;
///
/// let mut delivery = Delivery::default();
/// delivery.received_at = Some("2026-11-23T09:15:02Z".parse()?);
/// delivery.message_id = Some("b2f0a5c3-7c5e-4c0a-9c0e-0d9c2c8a1f10".into());
/// # Ok::<(), callfold::jiff::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The time of receipt; `None` if it is unknown.
    pub received_at: Option<Timestamp>,
    /// The header `X-Microsoft-Skype-Message-ID`, by which a bot recognises a second delivery of the same
    /// message.
    pub message_id: Option<Id>,
    /// The header `X-Microsoft-Skype-Original-Message-ID`. In a second delivery, this header holds the
    /// message id of the first delivery.
    pub original_message_id: Option<Id>,
    /// The index of the notification in the body, from 0.
    pub item: u32,
}

impl Delivery {
    /// Takes over what only the other delivery tells.
    pub(crate) fn complete(&mut self, other: &Self) {
        self.received_at = self.received_at.or(other.received_at);
        self.message_id = self.message_id.take().or_else(|| other.message_id.clone());
        self.original_message_id =
            self.original_message_id.take().or_else(|| other.original_message_id.clone());
    }

    /// Stores a header that identifies a message, so that a second delivery of the same message can be
    /// recognised. Returns false for any other header.
    pub(crate) fn header(&mut self, name: &str, value: &str) -> bool {
        let id = || (!value.is_empty()).then(|| Id::from(value));
        if name.eq_ignore_ascii_case("X-Microsoft-Skype-Message-ID") {
            self.message_id = id();
        } else if name.eq_ignore_ascii_case("X-Microsoft-Skype-Original-Message-ID") {
            self.original_message_id = id();
        } else {
            return false;
        }
        true
    }

    pub(crate) fn message_ids(&self) -> impl Iterator<Item = &Id> {
        self.message_id.iter().chain(&self.original_message_id)
    }
}

/// The result of [`Call::observe`](crate::Call::observe) and [`Call::learn`](crate::Call::learn).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observed {
    /// The events, with their revisions. Store them, then fold them; the fold accepts all of them.
    pub events: Vec<Recorded>,
    /// Observations about the notification, such as a repeat or a gap.
    pub findings: Vec<Finding>,
}
