//! The data of a call, and how to read it.

use alloc::sync::Arc;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::beginning::Beginning;
use super::deadline::Deadlines;
use super::notification_history::NotificationHistory;
use super::roster::Roster;
use super::service_data::Service;
use super::state::State;
use crate::graph;
use crate::graph::call::CallDirection;
use crate::graph::media::MediaState;
use crate::graph::participant::Participant;
use crate::graph::result::ResultInfo;
use crate::graph::tone::ToneInfo;
use crate::id::{CallId, Id};
use crate::operation::Operation;

/// A call, folded from its events. Nothing but an event changes one.
///
/// ```
/// use callfold::call::State;
/// use callfold::{Call, Recorded};
///
/// let log = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}
/// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"established","data":{"subject":"Stand-up"}}"#;
/// let mut lines = log.lines().map(str::parse::<Recorded>);
/// let mut call = Call::begin(lines.next().unwrap()?)?;
/// for line in lines {
///     call.evolve(line?)?;
/// }
/// assert_eq!(call.state(), State::Established);
/// assert_eq!(call.details().subject.value().unwrap(), "Stand-up");
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
    /// Shared, as all that is large: versions of a call differ in little.
    pub(super) details: Arc<graph::call::Call>,
    pub(super) operations: Vec<Operation>,
    pub(super) roster: Roster,
    pub(super) tones: Arc<Vec<ToneInfo>>,
    pub(super) content_sharing: Vec<Id>,
    pub(super) notifications: NotificationHistory,
    pub(super) deadlines: Deadlines,
    /// A call that is only heard has none.
    pub(super) service: Option<Arc<Service>>,
}

impl Call {
    /// Its id.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.id().to_string(), "57dab8b1-894c-409a-b240-bd8beae78896");
    /// ```
    pub const fn id(&self) -> CallId {
        self.id
    }

    /// Where it is in its lifecycle.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.state(), callfold::call::State::Incoming);
    /// ```
    pub const fn state(&self) -> State {
        self.state
    }

    /// How many events made it: the revision of the last one.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"placed","data":{}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:01Z","type":"established","data":{"mediaState":{"audio":"active"},"subject":"Stand-up"}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.revision(), 2);
    /// ```
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// When the first event that bears a time happened.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"placed","data":{}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:01Z","type":"established","data":{"mediaState":{"audio":"active"},"subject":"Stand-up"}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.first_at().unwrap().to_string(), "2026-11-23T09:15:00Z");
    /// ```
    pub const fn first_at(&self) -> Option<Timestamp> {
        self.first_at
    }

    /// The latest time that an event bears.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"placed","data":{}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:01Z","type":"established","data":{"mediaState":{"audio":"active"},"subject":"Stand-up"}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.last_at().unwrap().to_string(), "2026-11-23T09:15:01Z");
    /// ```
    pub const fn last_at(&self) -> Option<Timestamp> {
        self.last_at
    }

    /// What was told of it beside its state: the members of the call resource, deltas merged.
    /// Source: [call](https://learn.microsoft.com/graph/api/resources/call).
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"placed","data":{}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:01Z","type":"established","data":{"mediaState":{"audio":"active"},"subject":"Stand-up"}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.details().subject.value().unwrap(), "Stand-up");
    /// ```
    pub fn details(&self) -> &graph::call::Call {
        &self.details
    }

    /// Offered to the app or placed by it; `None` where nothing tells.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.direction().unwrap().as_str(), "incoming");
    /// ```
    pub fn direction(&self) -> Option<&CallDirection> {
        let offered = self.beginning == Beginning::Offered;
        self.details.direction.value().or_else(|| offered.then_some(&CallDirection::Incoming))
    }

    /// Whether audio flows; `None` where nothing tells.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"placed","data":{}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:01Z","type":"established","data":{"mediaState":{"audio":"active"},"subject":"Stand-up"}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.audio().unwrap().as_str(), "active");
    /// ```
    pub fn audio(&self) -> Option<&MediaState> {
        self.details.media_state.value().and_then(|media| media.audio.value())
    }

    /// The last result that was told of the call; of a terminated one, how it ended.
    /// Source: [resultInfo](https://learn.microsoft.com/graph/api/resources/resultinfo).
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"placed","data":{}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:01Z","type":"established","data":{"mediaState":{"audio":"active"},"subject":"Stand-up"}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"at":"2026-11-23T09:15:02Z","type":"terminated","data":{"resultInfo":{"code":200,"subcode":4521}}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert!(call.result_info().unwrap().is_success());
    /// ```
    pub fn result_info(&self) -> Option<&ResultInfo> {
        self.details.result_info.value().map(|result| &**result)
    }

    /// Its operations, in the order in which they were first heard of.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"placed","data":{}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:01Z","type":"established","data":{"mediaState":{"audio":"active"},"subject":"Stand-up"}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"at":"2026-11-23T09:15:02Z","type":"operationCreated","data":{"id":"o","status":"running"}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.operations().len(), 1);
    /// ```
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Operations that the call left behind: pending when it ended. A late result still settles one.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"placed","data":{}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:01Z","type":"established","data":{"mediaState":{"audio":"active"},"subject":"Stand-up"}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"at":"2026-11-23T09:15:02Z","type":"operationCreated","data":{"id":"o","status":"running"}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":4,"at":"2026-11-23T09:15:03Z","type":"terminated","data":{}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.orphans().count(), 1);
    /// ```
    pub fn orphans(&self) -> impl Iterator<Item = &Operation> {
        let ended = !self.state.is_live();
        self.operations.iter().filter(move |operation| ended && operation.is_pending())
    }

    /// Who takes part, in the order in which they were first told.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"placed","data":{}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:01Z","type":"established","data":{"mediaState":{"audio":"active"},"subject":"Stand-up"}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"at":"2026-11-23T09:15:02Z","type":"rosterUpdated","data":{"participants":[{"id":"p","isMuted":true}]}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.participants().next().unwrap().is_muted.value(), Some(&true));
    /// ```
    pub fn participants(&self) -> impl Iterator<Item = &Participant> {
        self.roster.participants()
    }

    /// The tones that were pressed, in the order of their `sequenceId`.
    /// Source: [toneInfo](https://learn.microsoft.com/graph/api/resources/toneinfo).
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"placed","data":{}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:01Z","type":"established","data":{"mediaState":{"audio":"active"},"subject":"Stand-up"}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"at":"2026-11-23T09:15:02Z","type":"toneReceived","data":{"sequenceId":1,"tone":"pound"}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.tones()[0].tone.value().unwrap().as_str(), "pound");
    /// ```
    pub fn tones(&self) -> &[ToneInfo] {
        &self.tones
    }

    /// The sessions in which content is shared now.
    /// Source: [contentSharingSession](https://learn.microsoft.com/graph/api/resources/contentsharingsession).
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"placed","data":{}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:01Z","type":"established","data":{"mediaState":{"audio":"active"},"subject":"Stand-up"}}"##, |_| {});
    /// # replay.record(Format::Events, br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"at":"2026-11-23T09:15:02Z","type":"contentSharingStarted","data":{"id":"session"}}"##, |_| {});
    /// # let call = replay.calls().next().unwrap();
    /// assert_eq!(call.content_sharing().len(), 1);
    /// ```
    pub fn content_sharing(&self) -> &[Id] {
        &self.content_sharing
    }
}
