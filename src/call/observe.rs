//! Hearing: what a notification, or a reply, makes of a call's events. Evidence is never refused.

mod draft;
mod operation;
mod roster;
mod state;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::{Body, Call};
use crate::graph::{CommsNotification, Heard, Resource, ResourceData};
use crate::text::short;
use crate::{CallId, Finding, FindingKind, Id, Recorded};
use draft::Draft;

/// How a notification came: what the envelope of the delivery says.
///
/// ```
/// use callfold::call::Delivery;
///
/// let mut delivery = Delivery::default();
/// delivery.received_at = Some("2026-11-23T09:15:02Z".parse()?);
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// When it was received; absent where nothing tells.
    pub received_at: Option<Timestamp>,
    /// Header `X-Microsoft-Skype-Message-ID`.
    pub message_id: Option<Id>,
    /// Header `X-Microsoft-Skype-Original-Message-ID`: of a second delivery, the id of the first.
    pub original_message_id: Option<Id>,
    /// Which notification of the body it is, from 0.
    pub item: u32,
}

impl Delivery {
    fn message_ids(&self) -> impl Iterator<Item = &Id> {
        self.message_id.iter().chain(&self.original_message_id)
    }
}

/// What hearing gave: events to store and then to fold, and what is worth saying.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observed {
    /// The events, with their revisions; they fold without a refusal.
    pub events: Vec<Recorded>,
    /// What is worth saying.
    pub findings: Vec<Finding>,
}

impl Call {
    /// Hears a notification about a call, which need not be known yet.
    ///
    /// ```
    /// use callfold::call::{Call, Delivery, State};
    ///
    /// let id = "57dab8b1-894c-409a-b240-bd8beae78896".parse()?;
    /// let heard = serde_json::from_str(
    ///     r#"{"changeType":"updated",
    ///         "resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
    ///         "resourceData":{"state":"established"}}"#,
    /// )?;
    /// let observed = Call::observe(None, id, &heard, &Delivery::default());
    /// assert_eq!(observed.events[0].event.type_name(), "adopted");
    /// assert_eq!(Call::begin(&observed.events[0])?.state(), State::Established);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn observe(
        known: Option<&Self>,
        id: CallId,
        notification: &CommsNotification,
        delivery: &Delivery,
    ) -> Observed {
        Self::hear_of(known, id, Heard::from(notification.clone()), delivery)
    }

    /// The same of a notification that is needed no more, and whose url was taken apart.
    pub(crate) fn hear_of(known: Option<&Self>, id: CallId, heard: Heard, delivery: &Delivery) -> Observed {
        let mut draft = Draft::new(known, id, delivery.received_at);
        draft.is_numbered = delivery.message_ids().next().is_some();
        let heard_before = known.and_then(|call| {
            delivery.message_ids().find(|message| call.hearings.has_heard(message, delivery.item))
        });
        if let Some(message) = heard_before {
            draft.find(FindingKind::Duplicate, format!("message {} was delivered before", short(message)));
            return draft.observed;
        }
        let is_gone = heard.is_deleted();
        let change = heard.change_type.as_ref();
        let url = &heard.url.resource;
        match heard.resource_data {
            ResourceData::Call(told) => draft.hear_call(told, change),
            ResourceData::Operation(told) => draft.hear_operation(told, url, is_gone),
            ResourceData::Roster(told) => draft.hear_roster(told, url, is_gone),
            ResourceData::DeltaRoster(deltas) => draft.hear_deltas(deltas, url, is_gone),
            ResourceData::ContentSharing(told) => {
                let named = if let Resource::ContentSharing(id) = url { id.as_ref() } else { None };
                draft.hear_sharing(told.iter().filter_map(|session| session.id.value().or(named)), is_gone);
            }
            ResourceData::ParticipantLeft(left) => draft.hear_left(left.participant_id.value()),
            // The app is asked; the call is what it was.
            ResourceData::ParticipantJoining(_) => {}
            ResourceData::Absent => match url {
                Resource::Call => draft.hear_call(Box::default(), change),
                Resource::Operation(_) => draft.hear_operation(Box::default(), url, is_gone),
                Resource::Participant(id) if is_gone => draft.hear_left(Some(id)),
                Resource::ContentSharing(session) => draft.hear_sharing(session.iter(), is_gone),
                Resource::Participant(_) | Resource::Participants => draft.repeat("the roster"),
                Resource::Other(name) => draft.unknown_resource(name),
            },
            ResourceData::Other(told) => draft.hear_other(url, &told),
        }
        draft.heard(delivery);
        draft.observed
    }

    /// Takes in the body of a reply to something that the app asked for: it begins a call or an operation. Whatever is
    /// known already stays as it is, because notifications can overtake replies.
    ///
    /// ```
    /// use callfold::call::{Body, Call};
    ///
    /// let id = "57dab8b1-894c-409a-b240-bd8beae78896".parse()?;
    /// let body = Body::Call(serde_json::from_str(r#"{"state":"establishing","subject":"Stand-up"}"#)?);
    /// let observed = Call::learn(None, id, &body, None);
    /// assert_eq!(observed.events[0].event.type_name(), "placed");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn learn(known: Option<&Self>, id: CallId, body: &Body, at: Option<Timestamp>) -> Observed {
        let mut draft = Draft::new(known, id, at);
        match body {
            Body::Call(told) => draft.learn_call(told),
            Body::Operation(told) => draft.learn_operation(told),
            Body::Participants(told) => draft.hear_roster(told.clone(), &Resource::Participants, false),
            Body::Participant(told) => {
                draft.hear_roster(Vec::from([(**told).clone()]), &Resource::Participants, false);
            }
            Body::ContentSharingSessions(told) => {
                draft.hear_sharing(told.iter().filter_map(|session| session.id.value()), false);
            }
            Body::Empty | Body::AudioRoutingGroup(_) | Body::AudioRoutingGroups(_) => {}
        }
        draft.observed
    }
}

/// The finding that a call left an operation behind.
pub(crate) fn orphan(call: CallId, operation: &crate::operation::Operation) -> Finding {
    let id = operation.id().map_or_else(String::new, |id| format!(" {}", short(id)));
    let (kind, state) = (operation.kind().as_str(), operation.state());
    Finding::new(
        FindingKind::Orphan,
        Some(call),
        format!("{kind} operation{id} was {state} when the call ended"),
    )
}
