//! Deciding: what a request makes of a call's events, and what is answered.

mod admit;
mod media;
mod people;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use jiff::Timestamp;
use uuid::Uuid;

use super::command::Command;
use super::event::{CallEvent, ServiceEvent};
use super::plan::Plan;
use super::reply::{Body, Reply};
use super::state::{State, Transition};
use super::{Call, details};
use crate::graph::{
    self, CallDirection, CallState, CommsOperation, ContentSharingSession, Member, Method, Needed,
    OperationKind, OperationStatus, Participant, Permission,
};
use crate::{CallId, Id, Recorded, Refusal, Why};

/// When, by whom and with which new id something is asked. The crate has no clock and mints no ids.
///
/// ```
/// use callfold::call::{RequestContext, AppIdentity};
///
/// let request = RequestContext::new("2026-11-23T09:15:00Z".parse()?, uuid::Uuid::from_u128(1), AppIdentity::new(&[]));
/// # Ok::<(), callfold::jiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestContext<'a> {
    /// When.
    pub at: Timestamp,
    /// The id of what the request makes: of a call, or of an operation. One that was never used.
    pub new_id: Uuid,
    /// By whom.
    pub identity: AppIdentity<'a>,
}

/// Who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppIdentity<'a> {
    /// What was granted to the app.
    pub permissions: &'a [Permission],
}

/// What a request comes to: the answer, and the events to store and then to fold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The answer.
    pub reply: Reply,
    /// The events; none where the request only asks. They fold without a refusal.
    pub events: Vec<Recorded>,
}

impl<'a> RequestContext<'a> {
    /// A request at this time, by this caller, that may give this id to what it makes.
    ///
    /// ```
    /// # use callfold::call::{RequestContext, AppIdentity};
    /// # use callfold::jiff::Timestamp;
    /// let request = RequestContext::new(Timestamp::UNIX_EPOCH, uuid::Uuid::nil(), AppIdentity::default());
    /// ```
    pub const fn new(at: Timestamp, new_id: Uuid, identity: AppIdentity<'a>) -> Self {
        Self { at, new_id, identity }
    }
}

impl<'a> AppIdentity<'a> {
    /// A caller to whom this was granted.
    ///
    /// ```
    /// # use callfold::{call::AppIdentity, graph::Permission};
    /// let identity = AppIdentity::new(&[Permission::Initiate]);
    /// ```
    pub const fn new(permissions: &'a [Permission]) -> Self {
        Self { permissions }
    }
}

impl Call {
    /// Places a call, or joins one. Its id is the new one; so is its `callChainId`, unless the request names one.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] of status 400 or 403; and 404 where the command is about a call, and none is named.
    ///
    /// ```
    /// use callfold::call::{RequestContext, Call, AppIdentity, Command};
    /// use callfold::graph::Route;
    ///
    /// let route = Route::parse("POST", "/communications/calls")?;
    /// let body = br##"{"callbackUri":"https://bot.contoso.com/callback","targets":[{"identity":{"user":{"id":"a"}}}],
    ///     "mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}"##;
    /// let request = RequestContext::new("2026-11-23T09:15:00Z".parse()?, uuid::Uuid::from_u128(1), AppIdentity::new(&[]));
    /// let refusal = Call::place(Command::read(&route, body)?, &request).unwrap_err();
    /// assert_eq!(refusal.to_string(), "`createCall` is refused without a permission: Calls.Initiate.All would do");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn place(command: Command, request: &RequestContext<'_>) -> Result<Decision, Refusal> {
        let method = command.method();
        command.check()?;
        let Command::CreateCall(call) = command else {
            return Err(Refusal::new(method.as_str(), None, Why::UnknownCall));
        };
        admit::permitted(method, Needed::by(method, &call), request.identity, None)?;
        let id = CallId::new(request.new_id);
        let mut call = Box::new(requested(&call));
        call.direction = CallDirection::Outgoing.into();
        if call.call_chain_id.value().is_none() {
            call.call_chain_id = Id::from(request.new_id).into();
        }
        let reply = Reply::placed(id, Box::new(whole(id, State::Establishing, &call)));
        let placed = Recorded::new(id, 1, Some(request.at), CallEvent::Placed(Some(call.into())));
        Ok(Decision { reply, events: [placed].into() })
    }

    /// Decides on what is asked of no call that is known: a device may report of one that is forgotten.
    pub(crate) fn unseen(command: Command, request: &RequestContext<'_>) -> Result<Decision, Refusal> {
        command.check()?;
        let method = command.method();
        admit::permitted(method, Needed::by(method, &graph::Call::default()), request.identity, None)?;
        Ok(Decision { reply: Reply::empty(200), events: Vec::new() })
    }

    /// Decides on a request. What was due before it happens first, so that late polling cannot change the log.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] that renders as the service's error, and no events: 403 without the permission, 400 over a limit
    /// or for the wrong kind of call, 404 for a call that has ended, 409 in a state that does not let the method.
    ///
    /// ```
    /// use callfold::call::{RequestContext, Call, AppIdentity, Command};
    /// use callfold::{Recorded, graph::Permission};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"#;
    /// let call = Call::begin(line.parse()?)?;
    /// let identity = AppIdentity::new(&[Permission::Initiate]);
    /// let request = RequestContext::new("2026-11-23T09:15:02Z".parse()?, uuid::Uuid::from_u128(1), identity);
    /// let decision = call.decide(Command::Reject(Box::default()), &request)?;
    /// assert_eq!(decision.reply.status, 202);
    /// assert_eq!(decision.events.last().unwrap().event.kind().as_str(), "terminated");
    ///
    /// let refusal = call.decide(Command::PlayPrompt(serde_json::from_str(r#"{"prompts":[{}]}"#)?), &request).unwrap_err();
    /// assert_eq!(refusal.status(), 409);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide(&self, command: Command, request: &RequestContext<'_>) -> Result<Decision, Refusal> {
        let request = &RequestContext { at: self.not_before(request.at), ..*request };
        match self.caught_up(request.at) {
            None => self.decide_now(command, request),
            Some((call, mut events)) => {
                let mut decision = call.decide_now(command, request)?;
                events.append(&mut decision.events);
                Ok(Decision { events, ..decision })
            }
        }
    }

    fn decide_now(&self, command: Command, request: &RequestContext<'_>) -> Result<Decision, Refusal> {
        self.admit(&command, request.identity)?;
        let mut deciding = Deciding { plan: Plan::new(self, request.at), new_id: request.new_id.into() };
        let method = command.method();
        let reply = deciding.reply(command)?;
        if let Body::Operation(reported) = &reply.body
            && deciding.is_taken(reported)
            && !deciding.plan.events.is_empty()
        {
            return Err(deciding.conflict(method, "an operation whose id or clientContext is in use"));
        }
        Ok(Decision { reply, events: deciding.plan.events })
    }

    /// The call as its resource: what a GET gives.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// let resource = Call::begin(line.parse()?)?.resource();
    /// assert_eq!(
    ///     serde_json::to_string(&resource)?,
    ///     r##"{"@odata.type":"#microsoft.graph.call","state":"incoming","id":"57dab8b1-894c-409a-b240-bd8beae78896"}"##,
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resource(&self) -> graph::Call {
        whole(self.id, self.state, &self.details)
    }
}

/// What an app may say of a call that it places: the rest is the service's to tell.
fn requested(call: &graph::Call) -> graph::Call {
    graph::Call {
        call_routes: Member::Absent,
        incoming_context: Member::Absent,
        media_state: Member::Absent,
        my_participant_id: Member::Absent,
        result_info: Member::Absent,
        transcription: Member::Absent,
        content_sharing_sessions: Member::Absent,
        operations: Member::Absent,
        participants: Member::Absent,
        answered_by: Member::Absent,
        termination_reason: Member::Absent,
        ..*details::first(Box::new(call.clone()))
    }
}

fn whole(id: CallId, state: State, details: &graph::Call) -> graph::Call {
    let state: CallState = state.wire();
    graph::Call {
        odata_type: Some("call".into()),
        state: state.into(),
        id: Id::from(id).into(),
        ..details.clone()
    }
}

/// A decision in the making.
struct Deciding<'a> {
    plan: Plan<'a>,
    new_id: Id,
}

impl Deciding<'_> {
    fn reply(&mut self, command: Command) -> Result<Reply, Refusal> {
        let call = self.plan.call;
        Ok(match command {
            Command::Answer(request) => {
                self.plan.serve(ServiceEvent::AnswerRequested(request.into()));
                self.accept(Transition::Answered)
            }
            Command::Reject(request) => {
                self.plan.serve(ServiceEvent::RejectRequested(request.into()));
                self.accept(Transition::Terminated)
            }
            Command::Redirect(request) => {
                self.plan.serve(ServiceEvent::RedirectRequested(request.into()));
                self.accept(Transition::Redirected)
            }
            Command::Transfer(request) => {
                self.plan.serve(ServiceEvent::TransferRequested(request.into()));
                self.accept(Transition::TransferStarted)
            }
            Command::KeepAlive => {
                self.plan.serve(ServiceEvent::KeptAlive);
                Reply::empty(200)
            }
            Command::DeleteCall => {
                if call.state() != State::Terminating {
                    self.plan.step(Transition::TerminationStarted);
                }
                Reply::empty(204)
            }
            Command::GetCall => Reply::with(Body::Call(Box::new(call.resource()))),
            Command::ListParticipants => {
                Reply::with(Body::Participants(call.participants().map(Participant::typed).collect()))
            }
            Command::GetParticipant(id) => {
                let participant = self.participant(Method::GetParticipant, &id)?;
                Reply::with(Body::Participant(Box::new(participant.typed())))
            }
            Command::GetOperation(id) => {
                let known = call.operations().iter().find(|operation| operation.is_called(&id));
                let known = known.ok_or_else(|| self.unknown(Method::GetOperation, "operation", &id))?;
                Reply::with(Body::Operation(Box::new(known.full())))
            }
            Command::PlayPrompt(request) => self.play_prompt(request),
            Command::RecordResponse(request) => self.record_response(request),
            Command::CancelMediaProcessing(request) => self.cancel_media_processing(&request),
            Command::SubscribeToTone(request) => self.subscribe_to_tone(&request),
            Command::SendDtmfTones(request) => self.send_dtmf_tones(&request),
            Command::UpdateRecordingStatus(request) => self.update_recording_status(request),
            Command::AddLargeGalleryView(request) => {
                self.run(202, OperationKind::AddLargeGalleryView, &request.client_context)
            }
            Command::Mute(request) => self.mute_app(&request, true),
            Command::Unmute(request) => self.mute_app(&request, false),
            Command::ChangeScreenSharingRole(request) => self.change_screen_sharing_role(&request),
            Command::Invite(request) => self.invite(*request)?,
            Command::MuteParticipant(id, request) => self.mute_participant(&id, &request)?,
            Command::DeleteParticipant(id) => self.delete_participant(&id)?,
            Command::StartHoldMusic(id, request) => self.start_hold_music(id, &request)?,
            Command::StopHoldMusic(id, request) => self.stop_hold_music(id, &request)?,
            Command::MuteAll(request) => self.mute_all(&request),
            Command::ConfigureMixer(request) => self.run(200, OperationKind::Comms, &request.client_context),
            Command::UpdateMetadata(request) => self.update_metadata(request.metadata),
            Command::ListAudioRoutingGroups => {
                let groups = call.details().audio_routing_groups.value().cloned();
                Reply::with(Body::AudioRoutingGroups(groups.unwrap_or_default()))
            }
            Command::CreateAudioRoutingGroup(group) => {
                self.plan.serve(ServiceEvent::AudioRoutingGroupCreated(group.clone().into()));
                Reply::with(Body::AudioRoutingGroup(group))
            }
            Command::ListContentSharingSessions => {
                let sessions = call.content_sharing().iter().map(ContentSharingSession::typed);
                Reply::with(Body::ContentSharingSessions(sessions.collect()))
            }
            Command::LogTeleconferenceDeviceQuality(request) => {
                if let Some(quality) = request.quality.into_value() {
                    self.plan.serve(ServiceEvent::DeviceQualityReported(quality.into()));
                }
                Reply::empty(200)
            }
            Command::CreateCall(_) => return Err(self.conflict(Method::CreateCall, "a call that exists")),
        })
    }

    /// True where the new id is in use, or the `clientContext` is that of an operation of which no id is known.
    fn is_taken(&self, reported: &CommsOperation) -> bool {
        let call = self.plan.call;
        call.knows(reported) || call.operations().iter().any(|one| one.is_called(&self.new_id))
    }

    fn accept(&mut self, transition: Transition) -> Reply {
        self.plan.step(transition);
        Reply::empty(202)
    }

    /// An operation under the new id.
    fn operation(
        &self,
        kind: OperationKind,
        status: OperationStatus,
        context: &Member<String>,
    ) -> CommsOperation {
        CommsOperation {
            odata_type: Some(kind.type_name().into()),
            client_context: context.clone(),
            status: status.into(),
            id: self.new_id.clone().into(),
            ..CommsOperation::default()
        }
    }

    /// Begins an operation of which a notification will tell the end.
    fn run(&mut self, status: u16, kind: OperationKind, context: &Member<String>) -> Reply {
        self.begin(status, self.operation(kind, OperationStatus::Running, context))
    }

    /// Begins an operation that is completed with its reply.
    fn complete(&mut self, kind: OperationKind, context: &Member<String>) -> Reply {
        self.begin(200, self.operation(kind, OperationStatus::Completed, context))
    }

    fn begin(&mut self, status: u16, operation: CommsOperation) -> Reply {
        self.plan.record(CallEvent::OperationCreated(operation.clone().into()));
        Reply::begun(status, self.plan.call.id(), operation)
    }

    fn refuse(&self, method: Method, why: Why) -> Refusal {
        Refusal::new(method.as_str(), Some(self.plan.call.state()), why)
    }

    fn unknown(&self, method: Method, what: &str, id: &Id) -> Refusal {
        let item = alloc::format!("{what} {}", crate::text::short(id));
        self.refuse(method, Why::UnknownItem(item))
    }

    /// A refusal for something else than the state of the call.
    fn conflict(&self, method: Method, part: &str) -> Refusal {
        let legal = self.plan.call.legal_methods().filter(|legal| *legal != method);
        Refusal { legal: legal.map(Method::as_str).collect(), ..self.refuse(method, Why::Part(part.into())) }
    }
}
