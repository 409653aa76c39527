//! A call that is rebuilt from the parts that a bulk replay kept.

use alloc::boxed::Box;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::beginning::Beginning;
use super::data::Call;
use super::deadline::Deadlines;
use super::notification_history::NotificationHistory;
use super::roster::Roster;
use super::state::State;
use crate::graph;
use crate::graph::tone::ToneInfo;
use crate::id::CallId;
use crate::list::List;
use crate::operation::Operation;

/// The parts of a call that a summary shows, and the parts that the fold needs to refuse an event. The parts
/// that only notifications, requests and deadlines use are left out.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) id: CallId,
    pub(crate) state: State,
    pub(crate) beginning: Beginning,
    pub(crate) revision: u64,
    pub(crate) first_at: Option<Timestamp>,
    pub(crate) last_at: Option<Timestamp>,
    pub(crate) details: Box<graph::call::Call>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) roster: Roster,
    pub(crate) tones: Vec<ToneInfo>,
}

impl From<Parts> for Call {
    fn from(parts: Parts) -> Self {
        Self {
            id: parts.id,
            state: parts.state,
            beginning: parts.beginning,
            revision: parts.revision,
            first_at: parts.first_at,
            last_at: parts.last_at,
            details: parts.details.into(),
            operations: parts.operations.into(),
            roster: parts.roster,
            tones: parts.tones.into(),
            content_sharing: List::default(),
            notifications: NotificationHistory::default(),
            deadlines: Deadlines::default(),
            service: None,
        }
    }
}

impl Call {
    pub(crate) const fn beginning(&self) -> Beginning {
        self.beginning
    }

    pub(crate) const fn roster(&self) -> &Roster {
        &self.roster
    }

    /// True if the host plays the service for this call.
    pub(crate) const fn is_served(&self) -> bool {
        self.service.is_some()
    }
}
