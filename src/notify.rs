//! The notifications that the service posts to an app about events.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::call::data::Call;
use crate::call::event::carried::Details;
use crate::call::event::{CallEvent, RosterUpdated, ServiceEvent};
use crate::call::state::{Dialect, State};
use crate::graph;
use crate::graph::call::IncomingContext;
use crate::graph::media::ContentSharingSession;
use crate::graph::member::Member;
use crate::graph::notification::{ChangeType, CommsNotification, CommsNotifications};
use crate::graph::operation::CommsOperation;
use crate::graph::participant::{DeltaParticipants, Participant};
use crate::graph::participant_notification::{ParticipantJoiningNotification, ParticipantLeftNotification};
use crate::graph::resource_data::ResourceData;
use crate::id::{Id, ParticipantId};
use crate::record::recorded::Recorded;

/// The settings for the notifications that a host posts as the service: see [`Notify::event`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notify {
    /// Whether notifications also have the older member `resource`, beside `resourceUrl`. A quarter of the
    /// published examples have it, in v1.0 and in beta alike.
    pub resource: OlderResource,
    /// Whether the service reports the state `ringing`. The metadata of v1.0 does not have this state.
    pub reports_ringing: bool,
    /// Whether the service reports the state `redirecting`, as it did in 2019.
    pub reports_redirecting: bool,
}

/// The older member `resource` of a notification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OlderResource {
    /// There is no such member.
    #[default]
    Absent,
    /// A path under `/app`.
    App,
    /// A path under `/app`, but the same path as in `resourceUrl` for a roster.
    AppExceptRosters,
}

impl Default for Notify {
    fn default() -> Self {
        Self::new()
    }
}

impl Notify {
    /// The settings of today's service: it reports neither `ringing` nor `redirecting`, and writes no
    /// `resource` beside `resourceUrl`.
    pub const fn new() -> Self {
        Self { resource: OlderResource::Absent, reports_ringing: false, reports_redirecting: false }
    }

    /// The notification that the service posts about an event; `None` if it posts nothing.
    ///
    /// `call` must be the call right after this event. If there are several events, fold one event and post
    /// its notification before you fold the next one.
    ///
    /// ```
    /// use callfold::{Call, Notify, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// let offered: Recorded = line.parse()?;
    /// let call = Call::begin(offered.clone())?;
    /// let posted = Notify::new().event(&call, &offered).unwrap();
    /// assert_eq!(posted.change_type.value().unwrap().as_str(), "created");
    /// assert_eq!(posted.resource_data.as_call().unwrap().state.value().unwrap().as_str(), "incoming");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn event(&self, call: &Call, recorded: &Recorded) -> Option<CommsNotification> {
        match &recorded.event {
            CallEvent::Offered(_) => Some(self.of_call(call, ChangeType::Created, call.resource())),
            CallEvent::Placed(_) => self.state(call, State::Establishing, None),
            CallEvent::Adopted(reported) => self.state(call, call.state(), reported.as_deref()),
            CallEvent::Step(_, reported) => self.step(call, reported),
            CallEvent::DetailsChanged(reported) => self.delta(call, reported.as_deref()?.clone()),
            CallEvent::ToneReceived(tone) => self.delta(
                call,
                graph::call::Call {
                    tone_info: Box::new((**tone).clone()).into(),
                    ..graph::call::Call::default()
                },
            ),
            CallEvent::RosterUpdated(updated) => self.roster(call, updated),
            CallEvent::ContentSharingStarted(sharing) => self.sharing(call, ChangeType::Created, &sharing.id),
            CallEvent::ContentSharingEnded(sharing) => self.sharing(call, ChangeType::Deleted, &sharing.id),
            CallEvent::Service(ServiceEvent::ContentSharingUpdated(sharing)) => {
                self.sharing(call, ChangeType::Updated, &sharing.id)
            }
            CallEvent::Service(ServiceEvent::JoinAnnounced(participant)) => {
                Some(self.joining(call, participant))
            }
            CallEvent::Service(ServiceEvent::RecordedParticipantLeft(left)) => {
                Some(self.left(call, &left.participant_id))
            }
            CallEvent::OperationStep(_, reported) => self.operation(call, reported),
            CallEvent::StateConfirmed(_)
            | CallEvent::OperationCreated(_)
            | CallEvent::OperationUpdated(_)
            | CallEvent::NotificationHeard(_)
            | CallEvent::Service(_) => None,
        }
    }

    /// A step is reported by the state that it led to.
    fn step(&self, call: &Call, reported: &Details) -> Option<CommsNotification> {
        let state = call.state();
        if !state.is_live() {
            let reported = reported.as_deref().cloned().unwrap_or_default();
            let is_answered = reported.answered_by.value().is_some() && call.has_rung_several();
            let reported = if is_answered { unanswered(call) } else { reported };
            let ended = self.resource(state, reported);
            return Some(self.of_call(call, ChangeType::Deleted, ended));
        }
        if self.named(state) == state { self.state(call, state, reported.as_deref()) } else { None }
    }

    /// The state that this service reports while a call is in a state.
    const fn named(&self, state: State) -> State {
        match state.meaning().dialect {
            Dialect::Ringing(other) if !self.reports_ringing => other,
            Dialect::Redirecting(other) if !self.reports_redirecting => other,
            Dialect::Every | Dialect::Ringing(_) | Dialect::Redirecting(_) => state,
        }
    }

    /// A delta that names a state.
    fn state(
        &self,
        call: &Call,
        state: State,
        reported: Option<&graph::call::Call>,
    ) -> Option<CommsNotification> {
        let delta = self.resource(state, reported.cloned().unwrap_or_default());
        Some(self.of_call(call, ChangeType::Updated, delta))
    }

    /// A delta that names the state in which the call is, as the app knows it.
    fn delta(&self, call: &Call, reported: graph::call::Call) -> Option<CommsNotification> {
        let state = self.named(call.state());
        Some(self.of_call(call, ChangeType::Updated, self.resource(state, reported)))
    }

    fn resource(&self, state: State, reported: graph::call::Call) -> graph::call::Call {
        graph::call::Call { odata_type: Some("call".into()), state: state.wire().into(), ..reported }
    }

    fn of_call(&self, call: &Call, change: ChangeType, mut reported: graph::call::Call) -> CommsNotification {
        reported.id = Id::from(call.id()).into();
        self.item(call, change, "", ResourceData::Call(Box::new(reported)))
    }

    /// A delta roster with the changed participants if the app requested delta rosters, else the full roster.
    /// A call between two has no roster notifications, unless another call replaces it.
    fn roster(&self, call: &Call, updated: &RosterUpdated) -> Option<CommsNotification> {
        if call.is_group() == Some(false) && updated.is_reported != Some(true) {
            return None;
        }
        let options = call.details().call_options.value();
        let is_delta = options.and_then(|options| options.is_delta_roster_enabled.value()) == Some(&true);
        let data = if is_delta {
            let participants = updated.participants.iter().map(|changed| current(call, changed)).collect();
            let delta = DeltaParticipants {
                odata_type: Some("deltaParticipants".into()),
                participants: Member::Value(participants),
                sequence_number: Member::from(updated.sequence_number),
                ..DeltaParticipants::default()
            };
            ResourceData::DeltaRoster([delta].into())
        } else {
            ResourceData::Roster(call.participants().map(Participant::typed).collect())
        };
        Some(self.item(call, ChangeType::Updated, "/participants", data))
    }

    /// The question whether the app records one more participant. The participant is described as in an incoming call:
    /// as the source, and as the observed participant.
    fn joining(&self, call: &Call, participant: &Participant) -> CommsNotification {
        let context = IncomingContext {
            odata_type: Some("incomingContext".into()),
            observed_participant_id: participant.id.clone(),
            ..IncomingContext::default()
        };
        let joining = ParticipantJoiningNotification {
            odata_type: Some("participantJoiningNotification".into()),
            call: Box::new(graph::call::Call {
                source: participant.info.clone(),
                incoming_context: Box::new(context).into(),
                ..named(call)
            })
            .into(),
            ..ParticipantJoiningNotification::default()
        };
        let path = participant.id.value().map_or_else(String::new, |id| format!("/participants/{id}"));
        self.item(call, ChangeType::Created, &path, ResourceData::ParticipantJoining(Box::new(joining)))
    }

    fn left(&self, call: &Call, id: &ParticipantId) -> CommsNotification {
        let left = ParticipantLeftNotification {
            odata_type: Some("participantLeftNotification".into()),
            call: Box::new(named(call)).into(),
            participant_id: id.clone().into(),
            ..ParticipantLeftNotification::default()
        };
        let data = ResourceData::ParticipantLeft(Box::new(left));
        self.item(call, ChangeType::Deleted, &format!("/participants/{id}"), data)
    }

    /// Only apps that requested these notifications receive them.
    fn sharing(&self, call: &Call, change: ChangeType, id: &Id) -> Option<CommsNotification> {
        let options = call.details().call_options.value()?;
        if options.is_content_sharing_notification_enabled.value() != Some(&true) {
            return None;
        }
        let data = ResourceData::ContentSharing([ContentSharingSession::typed(id)].into());
        Some(self.item(call, change, "/contentsharingsessions", data))
    }

    /// The service deletes the resource of an operation when the operation ends. The reply to the request
    /// already reported the start.
    fn operation(&self, call: &Call, reported: &CommsOperation) -> Option<CommsNotification> {
        let operation = call.operations.find(reported).filter(|operation| !operation.is_pending())?;
        let data = operation.full();
        let path = operation.id().map_or_else(String::new, |id| format!("/{id}"));
        let data = ResourceData::Operation(Box::new(data));
        Some(self.item(call, ChangeType::Deleted, &format!("/operations{path}"), data))
    }

    fn item(&self, call: &Call, change: ChangeType, path: &str, data: ResourceData) -> CommsNotification {
        let id = call.id();
        let is_roster = matches!(data, ResourceData::Roster(_) | ResourceData::DeltaRoster(_));
        let root = match self.resource {
            OlderResource::Absent => None,
            OlderResource::AppExceptRosters if is_roster => Some("communications"),
            OlderResource::App | OlderResource::AppExceptRosters => Some("app"),
        };
        let older = root.map(|root| format!("/{root}/calls/{id}{path}"));
        CommsNotification {
            odata_type: Some("commsNotification".into()),
            change_type: change.into(),
            resource: Member::from(older),
            resource_url: Member::Value(format!("/communications/calls/{id}{path}")),
            callback_uri: call.details().callback_uri.clone(),
            resource_data: data,
            ..CommsNotification::default()
        }
    }
}

/// A call resource that only names the call.
fn named(call: &Call) -> graph::call::Call {
    graph::call::Call {
        odata_type: Some("call".into()),
        id: Id::from(call.id()).into(),
        ..graph::call::Call::default()
    }
}

/// The members of a call that rang several targets: Graph's page shows them all, but not who answered, nor the chain.
fn unanswered(call: &Call) -> graph::call::Call {
    graph::call::Call {
        answered_by: Member::Absent,
        call_chain_id: Member::Absent,
        termination_reason: Member::Absent,
        ..call.details().clone()
    }
}

/// The current roster entry of a changed participant, or the reported change if there is no entry.
fn current(call: &Call, changed: &Participant) -> Participant {
    let known = changed.id.value().and_then(|id| call.roster().participant(id));
    known.unwrap_or(changed).typed()
}

impl CommsNotifications {
    /// The body of one POST with these notifications.
    pub fn new(value: Vec<CommsNotification>) -> Self {
        Self { odata_type: Some("commsNotifications".into()), value, ..Self::default() }
    }
}
