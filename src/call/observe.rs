//! StateUpdate: what a notification, or a reply, makes of a call's events. Evidence is never refused.

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
use crate::graph::{CommsNotification, ParsedNotification, Resource, ResourceData};
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
    /// let received = serde_json::from_str(
    ///     r#"{"changeType":"updated",
    ///         "resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
    ///         "resourceData":{"state":"established"}}"#,
    /// )?;
    /// let observed = Call::observe(None, id, &received, &Delivery::default());
    /// assert_eq!(observed.events[0].event.kind().as_str(), "adopted");
    /// assert_eq!(Call::begin(&observed.events[0])?.state(), State::Established);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn observe(
        known: Option<&Self>,
        id: CallId,
        notification: &CommsNotification,
        delivery: &Delivery,
    ) -> Observed {
        Self::observe_parsed(known, id, ParsedNotification::from(notification.clone()), delivery)
    }

    /// The same of a notification that is needed no more, and whose url was taken apart.
    pub(crate) fn observe_parsed(
        known: Option<&Self>,
        id: CallId,
        received: ParsedNotification,
        delivery: &Delivery,
    ) -> Observed {
        let mut draft = Draft::new(known, id, delivery.received_at);
        draft.is_numbered = delivery.message_ids().next().is_some();
        let received_before = known.and_then(|call| {
            delivery.message_ids().find(|message| call.notifications.has_received(message, delivery.item))
        });
        if let Some(message) = received_before {
            draft.find(FindingKind::Duplicate, format!("message {} was delivered before", short(message)));
            return draft.observed;
        }
        let is_gone = received.is_deleted();
        let change = received.change_type.as_ref();
        let url = &received.url.resource;
        match received.resource_data {
            ResourceData::Call(reported) => draft.observe_call(reported, change),
            ResourceData::Operation(reported) => draft.observe_operation(reported, url, is_gone),
            ResourceData::Roster(reported) if is_gone || !lists_everybody(url) => {
                draft.observe_participants(reported, url, is_gone);
            }
            ResourceData::Roster(reported) => draft.observe_roster(reported),
            ResourceData::Participant(reported) => draft.observe_participants([*reported], url, is_gone),
            ResourceData::DeltaRoster(deltas) => draft.observe_deltas(deltas, url, is_gone),
            ResourceData::ContentSharing(reported) => {
                let named = if let Resource::ContentSharing(id) = url { id.as_ref() } else { None };
                draft.observe_sharing(
                    reported.iter().filter_map(|session| session.id.value().or(named)),
                    is_gone,
                );
            }
            ResourceData::ParticipantLeft(left) => draft.observe_left(left.participant_id.value()),
            // The app is asked; the call is what it was.
            ResourceData::ParticipantJoining(_) => {}
            ResourceData::Absent => match url {
                Resource::Call => draft.observe_call(Box::default(), change),
                Resource::Operation(_) => draft.observe_operation(Box::default(), url, is_gone),
                Resource::Participant(id) if is_gone => draft.observe_left(Some(id)),
                Resource::ContentSharing(session) => draft.observe_sharing(session.iter(), is_gone),
                Resource::Participant(_) | Resource::Participants => draft.repeat("the roster"),
                Resource::Other(name) => draft.unknown_resource(name),
            },
            ResourceData::Other(reported) => draft.observe_other(url, &reported),
        }
        draft.received(delivery);
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
    /// assert_eq!(observed.events[0].event.kind().as_str(), "placed");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn learn(known: Option<&Self>, id: CallId, body: &Body, at: Option<Timestamp>) -> Observed {
        let mut draft = Draft::new(known, id, at);
        match body {
            Body::Call(reported) => draft.learn_call(reported),
            Body::Operation(reported) => draft.learn_operation(reported),
            Body::Participants(reported) => draft.observe_roster(reported.clone()),
            Body::Participant(reported) => {
                draft.observe_participants([(**reported).clone()], &Resource::Participants, false);
            }
            Body::ContentSharingSessions(reported) => {
                draft.observe_sharing(reported.iter().filter_map(|session| session.id.value()), false);
            }
            Body::Empty | Body::AudioRoutingGroup(_) | Body::AudioRoutingGroups(_) => {}
        }
        draft.observed
    }
}

/// True where an array of participants under this url is the whole roster. Rosters were published under
/// `operations/participants`, too.
const fn lists_everybody(url: &Resource) -> bool {
    match url {
        Resource::Participants | Resource::Operation(None) | Resource::Call => true,
        Resource::Participant(_)
        | Resource::Operation(Some(_))
        | Resource::ContentSharing(_)
        | Resource::Other(_) => false,
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
