//! The data of a call, and how to read it.

use alloc::sync::Arc;

use jiff::Timestamp;

use super::beginning::Beginning;
use super::deadline::Deadlines;
use super::notification_history::NotificationHistory;
use super::roster::Roster;
use super::service_data::Service;
use super::state::State;
use super::tones::Tones;
use crate::graph;
use crate::graph::call::CallDirection;
use crate::graph::media::MediaState;
use crate::graph::participant::Participant;
use crate::graph::result::ResultInfo;
use crate::id::{CallId, Id};
use crate::list::List;
use crate::operation::Operation;
use crate::operations::Operations;

/// A call, folded from its events. Only an event changes a call.
///
/// ```
/// use callfold::call::State;
/// use callfold::{Call, Recorded};
///
/// let log = r#"
/// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"placed","data":{}}
/// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:02Z","type":"established","data":{"subject":"Stand-up","mediaState":{"audio":"active"}}}
/// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"at":"2026-11-23T09:15:03Z","type":"rosterUpdated","data":{"participants":[{"id":"adele","isMuted":true}]}}
/// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":4,"at":"2026-11-23T09:15:04Z","type":"operationCreated","data":{"id":"prompt","status":"running"}}
/// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":5,"at":"2026-11-23T09:15:05Z","type":"toneReceived","data":{"sequenceId":1,"tone":"pound"}}
/// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":6,"at":"2026-11-23T09:15:06Z","type":"terminated","data":{"resultInfo":{"code":200}}}
/// "#;
/// let mut lines = log.trim().lines().map(str::parse::<Recorded>);
/// let mut call = Call::begin(lines.next().unwrap()?)?;
/// for line in lines {
///     call.evolve(line?)?;
/// }
///
/// assert_eq!(call.state(), State::Terminated);
/// assert_eq!(call.revision(), 6);
/// assert_eq!(call.last_at(), Some("2026-11-23T09:15:06Z".parse()?));
/// assert_eq!(call.details().subject.value().unwrap(), "Stand-up");
/// assert_eq!(call.audio().unwrap().as_str(), "active");
/// assert!(call.result_info().unwrap().is_success());
/// assert_eq!(call.participants().next().unwrap().is_muted.value(), Some(&true));
/// assert_eq!(call.tones().last().unwrap().tone.value().unwrap().as_str(), "pound");
/// assert_eq!(call.operations().len(), 1);
/// assert_eq!(call.orphans().count(), 1); // the prompt was running when the call ended
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    pub(super) id: CallId,
    pub(super) state: State,
    pub(super) beginning: Beginning,
    pub(super) revision: u64,
    pub(super) first_at: Option<Timestamp>,
    pub(super) last_at: Option<Timestamp>,
    /// Clones of a call share the large fields, because two versions of a call differ in few fields.
    pub(super) details: Arc<graph::call::Call>,
    /// The names of the first targets, after others were reported.
    pub(super) first_callees: Option<Arc<str>>,
    pub(crate) operations: Operations,
    pub(super) roster: Roster,
    pub(super) tones: Arc<Tones>,
    pub(super) content_sharing: List<Id>,
    pub(super) notifications: NotificationHistory,
    pub(super) deadlines: Deadlines,
    /// `None` for a call that a bot observes.
    pub(super) service: Option<Arc<Service>>,
}

impl Call {
    /// The id of the call.
    pub const fn id(&self) -> CallId {
        self.id
    }

    /// The state of the call.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The revision of the last event: in a log without gaps, the number of events of the call.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The time of the first event that has a time; `None` if no event has a time.
    pub const fn first_at(&self) -> Option<Timestamp> {
        self.first_at
    }

    /// The latest time of all events; `None` if no event has a time. The last event can have an earlier time,
    /// or none.
    pub const fn last_at(&self) -> Option<Timestamp> {
        self.last_at
    }

    /// The reported members of the call resource, with the changes of all events merged. The state, the id
    /// and the tones are not among them. Source:
    /// [call](https://learn.microsoft.com/graph/api/resources/call).
    pub fn details(&self) -> &graph::call::Call {
        &self.details
    }

    /// Incoming for a call that was offered to the app, outgoing for a call that the app placed. `None` if it
    /// is not known.
    pub fn direction(&self) -> Option<&CallDirection> {
        let offered = self.beginning == Beginning::Offered;
        self.details.direction.value().or_else(|| offered.then_some(&CallDirection::Incoming))
    }

    /// The state of the audio: whether it flows. `None` if it was not reported.
    pub fn audio(&self) -> Option<&MediaState> {
        self.details.media_state.value().and_then(|media| media.audio.value())
    }

    /// The last result that was reported for the call; `None` if no result was reported. The result of a
    /// terminated call says how the call ended. Source:
    /// [resultInfo](https://learn.microsoft.com/graph/api/resources/resultinfo).
    pub fn result_info(&self) -> Option<&ResultInfo> {
        self.details.result_info.value().map(|result| &**result)
    }

    /// The operations of the call, in the order in which they were first reported.
    pub const fn operations(&self) -> &Operations {
        &self.operations
    }

    /// The operations that the call left pending when it ended. An operation leaves this list if its result
    /// arrives later. The list is empty for a live call.
    pub fn orphans(&self) -> impl Iterator<Item = &Operation> {
        let ended = !self.state.is_live();
        self.operations.iter().filter(move |operation| ended && operation.is_pending())
    }

    /// The participants who are in the call now, in the order in which they were first reported.
    pub fn participants(&self) -> impl Iterator<Item = &Participant> {
        self.roster.participants()
    }

    pub(crate) const fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The DTMF tones that were pressed, in the order of their `sequenceId`.
    /// Source: [toneInfo](https://learn.microsoft.com/graph/api/resources/toneinfo).
    pub fn tones(&self) -> &Tones {
        &self.tones
    }

    /// The number of items in the lists of the call: about as much as a clone copies.
    pub(crate) fn items(&self) -> usize {
        self.operations.len()
            + self.roster.len()
            + self.tones.len()
            + self.content_sharing.len()
            + self.notifications.messages()
            + self.queue().len()
            + self.service.as_ref().map_or(0, |service| service.device_quality.len())
            + self.details.other.len()
    }

    /// The ids of the sessions in which content is shared now, in the order in which they began. Source:
    /// [contentSharingSession](https://learn.microsoft.com/graph/api/resources/contentsharingsession).
    pub fn content_sharing(&self) -> impl Iterator<Item = &Id> {
        self.content_sharing.iter()
    }
}
