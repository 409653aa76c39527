//! What happened to a call: the only thing that changes one, and the only thing a host must keep.

mod service;

use alloc::boxed::Box;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::payload::{ContentSharing, NotificationHeard, RosterUpdated, StateConfirmed};
use super::state::Transition;
use crate::graph::{self, CommsOperation, ToneInfo};
use crate::operation;
pub use service::{RecordingProgress, ServiceEvent};

/// What was told of a call together with an event: the members that it changes, and no others.
pub type Details = Option<Box<graph::Call>>;

/// Something that happened to a call.
///
/// Names on the log are past tense and never change their meaning; see `docs/log-format.md`.
///
/// ```
/// use callfold::call::{CallEvent, Transition};
///
/// assert_eq!(CallEvent::Step(Transition::Held, None).type_name(), "held");
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
    Step(Transition, Details),
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
    OperationStep(operation::Transition, Box<CommsOperation>),
    /// `notificationHeard`: a delivery that bore message ids was taken in.
    NotificationHeard(Box<NotificationHeard>),
    /// What only the side of the service records. Of these, notifications tell that shared content changed.
    Service(ServiceEvent),
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
            Self::Step(transition, _) => transition.as_str(),
            Self::StateConfirmed(_) => "stateConfirmed",
            Self::DetailsChanged(_) => "detailsChanged",
            Self::ToneReceived(_) => "toneReceived",
            Self::RosterUpdated(_) => "rosterUpdated",
            Self::ContentSharingStarted(_) => "contentSharingStarted",
            Self::ContentSharingEnded(_) => "contentSharingEnded",
            Self::OperationCreated(_) => "operationCreated",
            Self::OperationUpdated(_) => "operationUpdated",
            Self::OperationStep(transition, _) => transition.as_str(),
            Self::NotificationHeard(_) => "notificationHeard",
            Self::Service(event) => event.type_name(),
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
            .chain(Transition::ALL.iter().map(|transition| transition.as_str()))
            .chain(after)
            .chain(operation::Transition::ALL.iter().map(|transition| transition.as_str()))
            .chain(["notificationHeard"])
            .chain(ServiceEvent::type_names())
    }

    /// Reads an event by its name and its data as JSON; `None` where the name is unknown.
    pub(crate) fn read(type_name: &str, data: &str) -> Option<Result<Self, serde_json::Error>> {
        Some(match type_name {
            "offered" => details(data).map(Self::Offered),
            "placed" => details(data).map(Self::Placed),
            "adopted" => details(data).map(Self::Adopted),
            "stateConfirmed" => serde_json::from_str(data).map(Self::StateConfirmed),
            "detailsChanged" => details(data).map(Self::DetailsChanged),
            "toneReceived" => read(data, Self::ToneReceived),
            "rosterUpdated" => read(data, Self::RosterUpdated),
            "contentSharingStarted" => serde_json::from_str(data).map(Self::ContentSharingStarted),
            "contentSharingEnded" => serde_json::from_str(data).map(Self::ContentSharingEnded),
            "operationCreated" => read(data, Self::OperationCreated),
            "operationUpdated" => read(data, Self::OperationUpdated),
            "notificationHeard" => read(data, Self::NotificationHeard),
            _ => return Self::read_step(type_name, data),
        })
    }

    /// The same of the events that are named by their cause.
    fn read_step(type_name: &str, data: &str) -> Option<Result<Self, serde_json::Error>> {
        if let Some(transition) = Transition::ALL.iter().find(|transition| transition.as_str() == type_name) {
            return Some(details(data).map(|reported| Self::Step(*transition, reported)));
        }
        if let Some(transition) =
            operation::Transition::ALL.iter().find(|transition| transition.as_str() == type_name)
        {
            return Some(read(data, |reported| Self::OperationStep(*transition, reported)));
        }
        ServiceEvent::read(type_name, data).map(|read| read.map(Self::Service))
    }
}

fn read<T: DeserializeOwned, E>(data: &str, event: impl FnOnce(Box<T>) -> E) -> Result<E, serde_json::Error> {
    serde_json::from_str(data).map(event)
}

fn details(data: &str) -> Result<Details, serde_json::Error> {
    if data == "{}" {
        return Ok(None);
    }
    let reported: Box<graph::Call> = serde_json::from_str(data)?;
    Ok(Some(reported).filter(|reported| **reported != graph::Call::default()))
}

/// The data of an event, as JSON.
impl Serialize for CallEvent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Offered(reported)
            | Self::Placed(reported)
            | Self::Adopted(reported)
            | Self::Step(_, reported)
            | Self::DetailsChanged(reported) => match reported {
                Some(reported) => reported.serialize(serializer),
                None => empty(serializer),
            },
            Self::StateConfirmed(confirmed) => confirmed.serialize(serializer),
            Self::ToneReceived(tone) => tone.serialize(serializer),
            Self::RosterUpdated(roster) => roster.serialize(serializer),
            Self::ContentSharingStarted(sharing) | Self::ContentSharingEnded(sharing) => {
                sharing.serialize(serializer)
            }
            Self::OperationCreated(reported)
            | Self::OperationUpdated(reported)
            | Self::OperationStep(_, reported) => reported.serialize(serializer),
            Self::NotificationHeard(received) => received.serialize(serializer),
            Self::Service(event) => event.serialize(serializer),
        }
    }
}

fn empty<S: serde::Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serde::ser::SerializeMap::end(serializer.serialize_map(Some(0))?)
}
