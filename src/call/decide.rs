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
use super::state::{Cause, State};
use super::{Call, details};
use crate::graph::{
    self, CallDirection, CallState, CommsOperation, ContentSharingSession, Member, Method, Needed,
    OperationKind, OperationStatus, Participant, Permission,
};
use crate::{CallId, Id, Recorded, Refusal, Why};

/// When, by whom and with which new id something is asked. The crate has no clock and mints no ids.
///
/// ```
/// use callfold::call::{Asked, Caller};
///
/// let asked = Asked::new("2026-11-23T09:15:00Z".parse()?, uuid::Uuid::from_u128(1), Caller::new(&[]));
/// # Ok::<(), callfold::jiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asked<'a> {
    /// When.
    pub at: Timestamp,
    /// The id of what the request makes: of a call, or of an operation. One that was never used.
    pub new_id: Uuid,
    /// By whom.
    pub caller: Caller<'a>,
}

/// Who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller<'a> {
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

impl<'a> Asked<'a> {
    /// A request at this time, by this caller, that may give this id to what it makes.
    ///
    /// ```
    /// # use callfold::call::{Asked, Caller};
    /// # use callfold::jiff::Timestamp;
    /// let asked = Asked::new(Timestamp::UNIX_EPOCH, uuid::Uuid::nil(), Caller::default());
    /// ```
    pub const fn new(at: Timestamp, new_id: Uuid, caller: Caller<'a>) -> Self {
        Self { at, new_id, caller }
    }
}

impl<'a> Caller<'a> {
    /// A caller to whom this was granted.
    ///
    /// ```
    /// # use callfold::{call::Caller, graph::Permission};
    /// let caller = Caller::new(&[Permission::Initiate]);
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
    /// use callfold::call::{Asked, Call, Caller, Command};
    /// use callfold::graph::Route;
    ///
    /// let route = Route::parse("POST", "/communications/calls")?;
    /// let body = br##"{"callbackUri":"https://bot.contoso.com/callback","targets":[{"identity":{"user":{"id":"a"}}}],
    ///     "mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}"##;
    /// let asked = Asked::new("2026-11-23T09:15:00Z".parse()?, uuid::Uuid::from_u128(1), Caller::new(&[]));
    /// let refusal = Call::place(Command::read(&route, body)?, &asked).unwrap_err();
    /// assert_eq!(refusal.to_string(), "`createCall` is refused without a permission: Calls.Initiate.All would do");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn place(command: Command, asked: &Asked<'_>) -> Result<Decision, Refusal> {
        let method = command.method();
        command.check()?;
        let Command::CreateCall(call) = command else {
            return Err(Refusal::new(method.as_str(), None, Why::UnknownCall));
        };
        admit::permitted(method, Needed::by(method, &call), asked.caller, None)?;
        let id = CallId::new(asked.new_id);
        let mut call = Box::new(asked_for(&call));
        call.direction = CallDirection::Outgoing.into();
        if call.call_chain_id.value().is_none() {
            call.call_chain_id = Id::from(asked.new_id).into();
        }
        let reply = Reply::placed(id, Box::new(whole(id, State::Establishing, &call)));
        let placed = Recorded::new(id, 1, Some(asked.at), CallEvent::Placed(Some(call)));
        Ok(Decision { reply, events: [placed].into() })
    }

    /// Decides on what is asked of no call that is known: a device may report of one that is forgotten.
    pub(crate) fn unseen(command: Command, asked: &Asked<'_>) -> Result<Decision, Refusal> {
        command.check()?;
        let method = command.method();
        admit::permitted(method, Needed::by(method, &graph::Call::default()), asked.caller, None)?;
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
    /// use callfold::call::{Asked, Call, Caller, Command};
    /// use callfold::{Recorded, graph::Permission};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"#;
    /// let call = Call::begin(&line.parse::<Recorded>()?)?;
    /// let caller = Caller::new(&[Permission::Initiate]);
    /// let asked = Asked::new("2026-11-23T09:15:02Z".parse()?, uuid::Uuid::from_u128(1), caller);
    /// let decision = call.decide(Command::Reject(Box::default()), &asked)?;
    /// assert_eq!(decision.reply.status, 202);
    /// assert_eq!(decision.events.last().unwrap().event.type_name(), "terminated");
    ///
    /// let refusal = call.decide(Command::PlayPrompt(serde_json::from_str(r#"{"prompts":[{}]}"#)?), &asked).unwrap_err();
    /// assert_eq!(refusal.status(), 409);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide(&self, command: Command, asked: &Asked<'_>) -> Result<Decision, Refusal> {
        let asked = &Asked { at: self.not_before(asked.at), ..*asked };
        match self.caught_up(asked.at) {
            None => self.decide_now(command, asked),
            Some((call, mut events)) => {
                let mut decision = call.decide_now(command, asked)?;
                events.append(&mut decision.events);
                Ok(Decision { events, ..decision })
            }
        }
    }

    fn decide_now(&self, command: Command, asked: &Asked<'_>) -> Result<Decision, Refusal> {
        self.admit(&command, asked.caller)?;
        let mut deciding = Deciding { plan: Plan::new(self, asked.at), new_id: asked.new_id.into() };
        let method = command.method();
        let reply = deciding.reply(command)?;
        if let Body::Operation(told) = &reply.body
            && deciding.is_taken(told)
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
    /// let resource = Call::begin(&line.parse::<Recorded>()?)?.resource();
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
fn asked_for(call: &graph::Call) -> graph::Call {
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

fn typed(participant: &Participant) -> Participant {
    Participant { odata_type: Some("participant".into()), ..participant.clone() }
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
            Command::Answer(asked) => {
                self.plan.serve(ServiceEvent::AnswerRequested(asked));
                self.accept(Cause::Answered)
            }
            Command::Reject(asked) => {
                self.plan.serve(ServiceEvent::RejectRequested(asked));
                self.accept(Cause::Terminated)
            }
            Command::Redirect(asked) => {
                self.plan.serve(ServiceEvent::RedirectRequested(asked));
                self.accept(Cause::Redirected)
            }
            Command::Transfer(asked) => {
                self.plan.serve(ServiceEvent::TransferRequested(asked));
                self.accept(Cause::TransferStarted)
            }
            Command::KeepAlive => {
                self.plan.serve(ServiceEvent::KeptAlive);
                Reply::empty(200)
            }
            Command::DeleteCall => {
                if call.state() != State::Terminating {
                    self.plan.step(Cause::TerminationStarted);
                }
                Reply::empty(204)
            }
            Command::GetCall => Reply::with(Body::Call(Box::new(call.resource()))),
            Command::ListParticipants => {
                Reply::with(Body::Participants(call.participants().map(typed).collect()))
            }
            Command::GetParticipant(id) => {
                let participant = self.participant(Method::GetParticipant, &id)?;
                Reply::with(Body::Participant(Box::new(typed(participant))))
            }
            Command::GetOperation(id) => {
                let known = call.operations().iter().find(|operation| operation.is_called(&id));
                let known = known.ok_or_else(|| self.unknown(Method::GetOperation, "operation", &id))?;
                Reply::with(Body::Operation(Box::new(known.whole())))
            }
            Command::PlayPrompt(asked) => self.play_prompt(asked),
            Command::RecordResponse(asked) => self.record_response(asked),
            Command::CancelMediaProcessing(asked) => self.cancel_media_processing(&asked),
            Command::SubscribeToTone(asked) => self.subscribe_to_tone(&asked),
            Command::SendDtmfTones(asked) => self.send_dtmf_tones(&asked),
            Command::UpdateRecordingStatus(asked) => self.update_recording_status(asked),
            Command::AddLargeGalleryView(asked) => {
                self.run(202, OperationKind::AddLargeGalleryView, &asked.client_context)
            }
            Command::Mute(asked) => self.mute_app(&asked, true),
            Command::Unmute(asked) => self.mute_app(&asked, false),
            Command::ChangeScreenSharingRole(asked) => self.change_screen_sharing_role(&asked),
            Command::Invite(asked) => self.invite(*asked)?,
            Command::MuteParticipant(id, asked) => self.mute_participant(&id, &asked)?,
            Command::DeleteParticipant(id) => self.delete_participant(&id)?,
            Command::StartHoldMusic(id, asked) => self.start_hold_music(id, &asked)?,
            Command::StopHoldMusic(id, asked) => self.stop_hold_music(id, &asked)?,
            Command::MuteAll(asked) => self.mute_all(&asked),
            Command::ConfigureMixer(asked) => self.run(200, OperationKind::Comms, &asked.client_context),
            Command::UpdateMetadata(asked) => self.update_metadata(asked.metadata),
            Command::ListAudioRoutingGroups => {
                let groups = call.details().audio_routing_groups.value().cloned();
                Reply::with(Body::AudioRoutingGroups(groups.unwrap_or_default()))
            }
            Command::CreateAudioRoutingGroup(group) => {
                self.plan.serve(ServiceEvent::AudioRoutingGroupCreated(group.clone()));
                Reply::with(Body::AudioRoutingGroup(group))
            }
            Command::ListContentSharingSessions => {
                let sessions = call.content_sharing().iter().map(ContentSharingSession::typed);
                Reply::with(Body::ContentSharingSessions(sessions.collect()))
            }
            Command::LogTeleconferenceDeviceQuality(asked) => {
                if let Some(quality) = asked.quality.into_value() {
                    self.plan.serve(ServiceEvent::DeviceQualityReported(quality));
                }
                Reply::empty(200)
            }
            Command::CreateCall(_) => return Err(self.conflict(Method::CreateCall, "a call that exists")),
        })
    }

    /// True where the new id is in use, or the `clientContext` is that of an operation of which no id is known.
    fn is_taken(&self, told: &CommsOperation) -> bool {
        let call = self.plan.call;
        call.knows(told) || call.operations().iter().any(|one| one.is_called(&self.new_id))
    }

    fn accept(&mut self, cause: Cause) -> Reply {
        self.plan.step(cause);
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
        self.plan.record(CallEvent::OperationCreated(Box::new(operation.clone())));
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
