//! What happened to a call: the only thing that changes one, and the only thing a host must keep.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::state::{Cause, State};
use crate::Id;
use crate::graph::{self, CommsOperation, Participant, ToneInfo};
use crate::operation;

/// What was told of a call together with an event: the members that it changes, and no others.
pub type Details = Option<Box<graph::Call>>;

/// Something that happened to a call.
///
/// Names on the log are past tense and never change their meaning; see `docs/log-format.md`.
///
/// ```
/// use callfold::call::{CallEvent, Cause};
///
/// assert_eq!(CallEvent::Step(Cause::Held, None).type_name(), "held");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallEvent {
    /// `offered`: the call was offered to the app. A beginning.
    Offered(Details),
    /// `placed`: the app placed the call. A beginning.
    Placed(Details),
    /// `adopted`: the call was found under way, in the state that its details name. A beginning; and once
    /// more, where the first adoption could not name the state.
    Adopted(Details),
    /// `answered`, `alerted`, `established` …: a step of the lifecycle.
    Step(Cause, Details),
    /// `stateConfirmed`: a state that had been inferred was told at last.
    StateConfirmed(StateConfirmed),
    /// `detailsChanged`: something was told that is no step.
    DetailsChanged(Details),
    /// `toneReceived`: somebody pressed a key.
    ToneReceived(Box<ToneInfo>),
    /// `rosterUpdated`: participants came, changed or went.
    RosterUpdated(Box<RosterUpdated>),
    /// `contentSharingStarted`: somebody shares content.
    ContentSharingStarted(ContentSharing),
    /// `contentSharingEnded`: nobody shares that content any more.
    ContentSharingEnded(ContentSharing),
    /// `operationCreated`: an operation was asked for, or heard of.
    OperationCreated(Box<CommsOperation>),
    /// `operationUpdated`: something was told of an operation that is no step.
    OperationUpdated(Box<CommsOperation>),
    /// `operationStarted`, `operationCompleted`, `operationFailed`: a step of an operation's lifecycle.
    OperationStep(operation::Cause, Box<CommsOperation>),
    /// `notificationHeard`: a delivery that bore message ids was taken in.
    NotificationHeard(Box<NotificationHeard>),
}

/// A state that had been inferred was told at last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StateConfirmed {
    /// The state that was told.
    pub state: State,
}

/// Participants as they were told, in full or in part.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RosterUpdated {
    /// Orders delta rosters; absent where the roster is no delta.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence_number: Option<i64>,
    /// Those who came, changed or, with a `removedState`, went.
    pub participants: Vec<Participant>,
}

/// Shared content.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContentSharing {
    /// The session's id.
    pub id: Id,
}

/// The ids by which a second delivery of the same message is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NotificationHeard {
    /// The message ids: of this delivery, and of the original one.
    pub message_ids: Vec<Id>,
    /// Which notification of the body it was, from 0.
    pub item: u32,
}

impl StateConfirmed {
    /// That this state was told at last.
    ///
    /// ```
    /// use callfold::call::StateConfirmed;
    ///
    /// let confirmed = StateConfirmed::new(callfold::call::State::Establishing);
    /// ```
    pub const fn new(state: State) -> Self {
        Self { state }
    }
}

impl RosterUpdated {
    /// A roster, or with a number a delta of one.
    ///
    /// ```
    /// use callfold::call::RosterUpdated;
    ///
    /// let emptied = RosterUpdated::new(None, Vec::new());
    /// ```
    pub const fn new(sequence_number: Option<i64>, participants: Vec<Participant>) -> Self {
        Self { sequence_number, participants }
    }
}

impl ContentSharing {
    /// The session with this id.
    ///
    /// ```
    /// use callfold::call::ContentSharing;
    ///
    /// let session = ContentSharing::new("F7D9".into());
    /// ```
    pub const fn new(id: Id) -> Self {
        Self { id }
    }
}

impl NotificationHeard {
    /// A delivery by its message ids, and which notification of its body.
    ///
    /// ```
    /// use callfold::call::NotificationHeard;
    ///
    /// let heard = NotificationHeard::new(vec!["message".into()], 0);
    /// ```
    pub const fn new(message_ids: Vec<Id>, item: u32) -> Self {
        Self { message_ids, item }
    }
}

impl CallEvent {
    /// The name of the event on the log.
    ///
    /// ```
    /// use callfold::call::CallEvent;
    ///
    /// assert_eq!(CallEvent::Offered(None).type_name(), "offered");
    /// ```
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Offered(_) => "offered",
            Self::Placed(_) => "placed",
            Self::Adopted(_) => "adopted",
            Self::Step(cause, _) => cause.as_str(),
            Self::StateConfirmed(_) => "stateConfirmed",
            Self::DetailsChanged(_) => "detailsChanged",
            Self::ToneReceived(_) => "toneReceived",
            Self::RosterUpdated(_) => "rosterUpdated",
            Self::ContentSharingStarted(_) => "contentSharingStarted",
            Self::ContentSharingEnded(_) => "contentSharingEnded",
            Self::OperationCreated(_) => "operationCreated",
            Self::OperationUpdated(_) => "operationUpdated",
            Self::OperationStep(cause, _) => cause.as_str(),
            Self::NotificationHeard(_) => "notificationHeard",
        }
    }

    /// The names of all events, in the order of the documentation.
    ///
    /// ```
    /// use callfold::call::CallEvent;
    ///
    /// assert!(CallEvent::type_names().any(|name| name == "terminated"));
    /// ```
    pub fn type_names() -> impl Iterator<Item = &'static str> {
        let before = ["offered", "placed", "adopted"].into_iter();
        let after = [
            "stateConfirmed",
            "detailsChanged",
            "toneReceived",
            "rosterUpdated",
            "contentSharingStarted",
            "contentSharingEnded",
            "operationCreated",
            "operationUpdated",
        ];
        before
            .chain(Cause::ALL.iter().map(|cause| cause.as_str()))
            .chain(after)
            .chain(operation::Cause::ALL.iter().map(|cause| cause.as_str()))
            .chain(["notificationHeard"])
    }

    /// Reads an event by its name and its data as JSON; `None` where the name is unknown.
    pub(crate) fn read(type_name: &str, data: &str) -> Option<Result<Self, serde_json::Error>> {
        Some(match type_name {
            "offered" => details(data).map(Self::Offered),
            "placed" => details(data).map(Self::Placed),
            "adopted" => details(data).map(Self::Adopted),
            "stateConfirmed" => serde_json::from_str(data).map(Self::StateConfirmed),
            "detailsChanged" => details(data).map(Self::DetailsChanged),
            "toneReceived" => serde_json::from_str(data).map(Self::ToneReceived),
            "rosterUpdated" => serde_json::from_str(data).map(Self::RosterUpdated),
            "contentSharingStarted" => serde_json::from_str(data).map(Self::ContentSharingStarted),
            "contentSharingEnded" => serde_json::from_str(data).map(Self::ContentSharingEnded),
            "operationCreated" => serde_json::from_str(data).map(Self::OperationCreated),
            "operationUpdated" => serde_json::from_str(data).map(Self::OperationUpdated),
            "notificationHeard" => serde_json::from_str(data).map(Self::NotificationHeard),
            _ => {
                let step = Cause::ALL.iter().find(|cause| cause.as_str() == type_name);
                let operation = operation::Cause::ALL.iter().find(|cause| cause.as_str() == type_name);
                match (step, operation) {
                    (Some(cause), _) => details(data).map(|details| Self::Step(*cause, details)),
                    (None, Some(cause)) => {
                        serde_json::from_str(data).map(|told| Self::OperationStep(*cause, told))
                    }
                    (None, None) => return None,
                }
            }
        })
    }
}

fn details(data: &str) -> Result<Details, serde_json::Error> {
    if data == "{}" {
        return Ok(None);
    }
    let told: Box<graph::Call> = serde_json::from_str(data)?;
    Ok(Some(told).filter(|told| **told != graph::Call::default()))
}

/// The data of an event, as JSON.
impl Serialize for CallEvent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Offered(told)
            | Self::Placed(told)
            | Self::Adopted(told)
            | Self::Step(_, told)
            | Self::DetailsChanged(told) => match told {
                Some(told) => told.serialize(serializer),
                None => serde::ser::SerializeMap::end(serializer.serialize_map(Some(0))?),
            },
            Self::StateConfirmed(confirmed) => confirmed.serialize(serializer),
            Self::ToneReceived(tone) => tone.serialize(serializer),
            Self::RosterUpdated(roster) => roster.serialize(serializer),
            Self::ContentSharingStarted(sharing) | Self::ContentSharingEnded(sharing) => {
                sharing.serialize(serializer)
            }
            Self::OperationCreated(told) | Self::OperationUpdated(told) | Self::OperationStep(_, told) => {
                told.serialize(serializer)
            }
            Self::NotificationHeard(heard) => heard.serialize(serializer),
        }
    }
}
