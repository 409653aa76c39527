//! Turns a notification or a reply into events and findings. No notification is refused.

mod addressee;
pub(crate) mod delivery;
mod draft;
mod operation;
mod orphan;
mod roster;
mod state;

use alloc::boxed::Box;
use alloc::format;

use jiff::Timestamp;

use super::data::Call;
use super::reply::Body;
use crate::finding::FindingKind;
use crate::graph::media::ContentSharingSession;
use crate::graph::notification::{ChangeType, CommsNotification};
use crate::graph::parsed::ParsedNotification;
use crate::graph::resource_data::ResourceData;
use crate::graph::url::Resource;
use crate::id::CallId;
use crate::text::short;
pub use delivery::{Delivery, Observed};
use draft::Draft;
pub(crate) use orphan::orphan;

impl Call {
    /// Turns a notification about a call into events. `known` is the call, or `None` if the call is unknown
    /// so far. `id` is the id of the call, and `delivery` says how and when the notification came. The
    /// function does not check that the notification is about this call.
    ///
    /// In this example a bot missed the beginning of the call. The first event is `adopted`: it begins a call
    /// that was already in progress when it was first reported.
    ///
    /// ```
    /// use callfold::call::{Call, Delivery, State};
    /// use callfold::{FindingKind, serde_json};
    ///
    /// let id = "57dab8b1-894c-409a-b240-bd8beae78896".parse()?;
    /// let notification = serde_json::from_str(
    ///     r#"{"changeType":"updated",
    ///         "resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
    ///         "resourceData":{"state":"established"}}"#,
    /// )?;
    /// let observed = Call::observe(None, id, &notification, &Delivery::default());
    /// assert_eq!(observed.findings[0].kind, FindingKind::Adopted);
    /// assert_eq!(Call::begin(observed.events[0].clone())?.state(), State::Established);
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

    /// [`observe`](Self::observe) for a notification that is already parsed. The method takes ownership of
    /// the notification, so it clones nothing.
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
            ResourceData::Participant(reported)
                if *url == Resource::Participants && reported.says_nothing() =>
            {
                draft.observe_absent(url, change, is_gone);
            }
            ResourceData::Participant(reported) => draft.observe_participants([*reported], url, is_gone),
            ResourceData::DeltaRoster(deltas) => draft.observe_deltas(deltas, url, is_gone),
            ResourceData::ContentSharing(reported) => draft.observe_sessions(&reported, url, is_gone),
            ResourceData::ParticipantLeft(left) => draft.observe_left(left.participant_id.value()),
            // This notification is a question to the app, and the call does not change.
            ResourceData::ParticipantJoining(_) => {}
            ResourceData::Absent => draft.observe_absent(url, change, is_gone),
            ResourceData::Other(reported) => draft.observe_other(url, &reported),
        }
        draft.received(delivery);
        draft.observed
    }

    /// Turns the body of a reply into events. A bot calls this function with the service's reply to its own
    /// request. `known` is the call, or `None` if the call is unknown so far. `id` is the id of the call, and
    /// `at` is the time at which the reply came.
    ///
    /// If the call or the operation in the reply is unknown, the events create it. If it is known, only
    /// members that are still unknown are added. The reply does not overwrite known members, because a newer
    /// notification can arrive before the reply. Participants and content sharing sessions in the reply have
    /// the same effect as in a notification.
    ///
    /// ```
    /// use callfold::call::{Body, Call, State};
    /// use callfold::serde_json;
    ///
    /// let id = "57dab8b1-894c-409a-b240-bd8beae78896".parse()?;
    /// let body = Body::Call(serde_json::from_str(r#"{"state":"establishing","subject":"Stand-up"}"#)?);
    /// let observed = Call::learn(None, id, &body, None);
    /// assert_eq!(Call::begin(observed.events[0].clone())?.state(), State::Establishing);
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

impl Draft<'_> {
    /// A notification without a resource: its URL says which resource changed.
    fn observe_absent(&mut self, url: &Resource, change: Option<&ChangeType>, is_gone: bool) {
        match url {
            Resource::Call if self.known.is_some() && !is_gone => self.empty("the call"),
            Resource::Call => self.observe_call(Box::default(), change),
            Resource::Operation(_) => self.observe_operation(Box::default(), url, is_gone),
            Resource::Participant(id) if is_gone => self.observe_left(Some(id)),
            Resource::ContentSharing(None) => self.empty("content sharing"),
            Resource::ContentSharing(session) => self.observe_sharing(session.iter(), is_gone),
            Resource::Participant(_) => self.empty("the participant"),
            Resource::Participants => self.empty("the roster"),
            Resource::Other(name) => self.unknown_resource(name),
        }
    }

    fn observe_sessions(&mut self, reported: &[ContentSharingSession], url: &Resource, is_gone: bool) {
        let named = if let Resource::ContentSharing(id) = url { id.as_ref() } else { None };
        self.observe_sharing(reported.iter().filter_map(|session| session.id.value().or(named)), is_gone);
    }
}

/// True if an array of participants under this URL is the full roster. Some published rosters have the URL
/// `operations/participants`.
const fn lists_everybody(url: &Resource) -> bool {
    match url {
        Resource::Participants | Resource::Operation(None) | Resource::Call => true,
        Resource::Participant(_)
        | Resource::Operation(Some(_))
        | Resource::ContentSharing(_)
        | Resource::Other(_) => false,
    }
}
