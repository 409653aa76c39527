//! Turns a request into events and a reply.

mod admit;
pub(crate) mod context;
mod control;
mod deciding;
mod media;
mod people;
mod read;

use alloc::boxed::Box;
use alloc::vec::Vec;

pub use context::{AppIdentity, RequestContext};
use deciding::Deciding;

use super::command::Command;
use super::data::Call;
use super::details;
use super::event::CallEvent;
use super::plan::Plan;
use super::reply::{Body, Reply};
use super::state::State;
use crate::graph;
use crate::graph::call::{CallDirection, CallState};
use crate::graph::identity::ParticipantInfo;
use crate::graph::member::Member;
use crate::graph::method::Method;
use crate::graph::permission::Needed;
use crate::id::{CallId, Id};
use crate::record::recorded::Recorded;
use crate::refusal::{Refusal, Why};

/// The result of a request: the reply, and the events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The reply to the app.
    pub reply: Reply,
    /// The events. Store them, then fold them; the fold accepts all of them. A request that only reads has no
    /// events.
    pub events: Vec<Recorded>,
}

impl Call {
    /// Decides on a request to place a call or to join a meeting.
    ///
    /// The call gets the [new id](RequestContext::new_id). Its `callChainId` is the same id, unless the
    /// request names another. If the app has an [id](AppIdentity::app), the `source` of the call is this app.
    ///
    /// Source: [Create call](https://learn.microsoft.com/graph/api/application-post-calls).
    ///
    /// # Errors
    ///
    /// A [`Refusal`]. The first reason of this table that applies is the one that is returned:
    ///
    /// | status | reason |
    /// | --- | --- |
    /// | 404 | the request is not `createCall`, so it needs an existing call |
    /// | 403 | the app lacks a permission |
    /// | 400 | the body is at fault |
    ///
    /// ```
    /// use callfold::call::{AppIdentity, Call, Command, RequestContext};
    /// use callfold::{graph::Route, uuid::Uuid};
    ///
    /// let route = Route::parse("POST", "/communications/calls")?;
    /// let body = br##"{"callbackUri":"https://bot.contoso.com/callback","targets":[{"identity":{"user":{"id":"a"}}}],
    ///     "mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}"##;
    /// let identity = AppIdentity::new(&[]);
    /// let request = RequestContext::new("2026-11-23T09:15:00Z".parse()?, Uuid::from_u128(1), identity);
    /// let refusal = Call::place(Command::read(&route, body), &request).unwrap_err();
    /// assert_eq!(
    ///     refusal.to_string(),
    ///     "`createCall` is refused because the app lacks a permission; it needs Calls.Initiate.All",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn place(command: Command, request: &RequestContext<'_>) -> Result<Decision, Refusal> {
        let method = command.method();
        let refuse = |why| Refusal::new(method, None, why);
        if method != Method::CreateCall {
            return Err(refuse(Why::UnknownCall));
        }
        let needed = if let Command::CreateCall(call) = &command {
            Needed::by(method, call)
        } else {
            Needed::by(method, &graph::call::Call::default())
        };
        admit::permitted(method, needed, request.identity, None)?;
        command.check(request).map_err(refuse)?;
        let Command::CreateCall(call) = command else { return Err(refuse(Why::UnknownCall)) };
        let id = CallId::new(request.new_id);
        let mut call = Box::new(requested(&call));
        call.direction = CallDirection::Outgoing.into();
        if let Some(app) = request.identity.app {
            call.source = placed_by(call.source, app);
        }
        details::chain(&mut call, id);
        let reply = Reply::placed(id, Box::new(as_resource(id, State::Establishing, &call)));
        let placed = Recorded::new(id, 1, Some(request.at), CallEvent::Placed(Some(call.into())));
        Ok(Decision { reply, events: [placed].into() })
    }

    /// Decides on a request about an unknown call. A device may report the quality of a call that the service
    /// has forgotten.
    pub(crate) fn unseen(command: &Command, request: &RequestContext<'_>) -> Result<Decision, Refusal> {
        let method = command.method();
        admit::permitted(method, Needed::by(method, &graph::call::Call::default()), request.identity, None)?;
        command.check(request).map_err(|why| Refusal::new(method, None, why))?;
        Ok(Decision { reply: Reply::empty(method.status()), events: Vec::new() })
    }

    /// Decides on a request about this call. Source: the pages of the
    /// [methods](https://learn.microsoft.com/graph/api/resources/call#methods).
    ///
    /// If a deadline passed before the request, the events of the deadline come first. A host that calls
    /// [`Call::expire`] late therefore writes the same log as a host that calls it in time.
    ///
    /// # Errors
    ///
    /// A [`Refusal`], which [`Refusal::error`] turns into the body of the response. The first reason of this table that
    /// applies is the one that is returned:
    ///
    /// | status | reason |
    /// | --- | --- |
    /// | 404 | the call has ended or belongs to another app, or it has no such participant or operation |
    /// | 403 | the app lacks a permission |
    /// | 400 | the body is at fault, or the method is not for calls of this kind |
    /// | 409 | the method is not legal in the state of the call |
    ///
    /// ```
    /// use callfold::call::{AppIdentity, Call, Command, RequestContext, State};
    /// use callfold::{Recorded, graph::Permission, serde_json, uuid::Uuid};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"#;
    /// let mut call = Call::begin(line.parse()?)?;
    /// let identity = AppIdentity::new(&[Permission::Initiate]);
    /// let request = RequestContext::new("2026-11-23T09:15:02Z".parse()?, Uuid::from_u128(1), identity);
    /// // An incoming call cannot play a prompt yet.
    /// let prompt = Command::PlayPrompt(serde_json::from_str(r#"{"prompts":[{"mediaInfo":{"uri":"https://bot.contoso.com/a.wav"}}]}"#)?);
    /// assert_eq!(call.decide(prompt, &request).unwrap_err().status(), 409);
    ///
    /// let decision = call.decide(Command::Reject(Box::default()), &request)?;
    /// assert_eq!(decision.reply.status, 202);
    /// for recorded in decision.events {
    ///     call.evolve(recorded)?;
    /// }
    /// assert_eq!(call.state(), State::Terminated);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide(&self, command: Command, request: &RequestContext<'_>) -> Result<Decision, Refusal> {
        self.decide_among(command, request, &|_| true)
    }

    /// Decides on a request about this call. `is_connected` says whether another call is connected, so that the
    /// request can replace it.
    pub(crate) fn decide_among(
        &self,
        command: Command,
        request: &RequestContext<'_>,
        is_connected: &dyn Fn(CallId) -> bool,
    ) -> Result<Decision, Refusal> {
        let request = &RequestContext { at: self.not_before(request.at), ..*request };
        let (call, mut events) = self.caught_up(request.at);
        let decision = call.decide_now(command, request, is_connected)?;
        events.extend(decision.events);
        Ok(Decision { events, reply: decision.reply })
    }

    fn decide_now(
        &self,
        command: Command,
        request: &RequestContext<'_>,
        is_connected: &dyn Fn(CallId) -> bool,
    ) -> Result<Decision, Refusal> {
        self.admit(&command, request, is_connected)?;
        let method = command.method();
        let new_id = request.new_id.into();
        let hold_music_stops_later = request.hold_music_stops_later;
        let mut deciding =
            Deciding { plan: Plan::new(self, request.at), new_id, method, hold_music_stops_later };
        let reply = deciding.reply(command)?;
        if let Body::Operation(reported) = &reply.body
            && deciding.is_taken(reported)
            && !deciding.plan.events.is_empty()
        {
            return Err(deciding.conflict("an operation whose id or clientContext is already in use"));
        }
        Ok(Decision { reply, events: deciding.plan.events })
    }

    /// The call as a Graph resource: the body of the reply to a GET request.
    ///
    /// ```
    /// use callfold::{Call, Recorded, serde_json};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// let resource = Call::begin(line.parse()?)?.resource();
    /// assert_eq!(
    ///     serde_json::to_string(&resource)?,
    ///     r##"{"@odata.type":"#microsoft.graph.call","state":"incoming","id":"57dab8b1-894c-409a-b240-bd8beae78896"}"##,
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resource(&self) -> graph::call::Call {
        as_resource(self.id, self.state, &self.details)
    }
}

/// The members that an app may set on a new call. The service sets the others.
fn requested(call: &graph::call::Call) -> graph::call::Call {
    graph::call::Call {
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

/// The source of a call that this app places, whatever the app said about itself.
fn placed_by(source: Member<Box<ParticipantInfo>>, app: &Id) -> Member<Box<ParticipantInfo>> {
    let mut source = source.into_value().unwrap_or_default();
    let mut identity = source.identity.take().into_value().unwrap_or_default();
    let mut application = identity.application.take().into_value().unwrap_or_default();
    application.id = app.clone().into();
    identity.application = application.into();
    source.identity = identity.into();
    source.into()
}

fn as_resource(id: CallId, state: State, details: &graph::call::Call) -> graph::call::Call {
    let state: CallState = state.wire();
    graph::call::Call {
        odata_type: Some("call".into()),
        state: state.into(),
        id: Id::from(id).into(),
        ..details.clone()
    }
}

impl Deciding<'_> {
    fn reply(&mut self, command: Command) -> Result<Reply, Refusal> {
        Ok(match command {
            Command::Answer(request) => self.answer(request),
            Command::Reject(request) => self.reject(request),
            Command::Redirect(request) => self.redirect(request),
            Command::Transfer(request) => self.transfer(request),
            Command::KeepAlive => self.keep_alive(),
            Command::DeleteCall => self.delete_call(),
            Command::GetCall => Reply::with(Body::Call(Box::new(self.plan.call.resource()))),
            Command::ListParticipants => self.list_participants(),
            Command::GetParticipant(id) => self.get_participant(&id)?,
            Command::GetOperation(id) => self.get_operation(&id)?,
            Command::PlayPrompt(request) => self.play_prompt(request),
            Command::RecordResponse(request) => self.record_response(request),
            Command::CancelMediaProcessing(request) => self.cancel_media_processing(&request),
            Command::SubscribeToTone(request) => self.begin(&request.client_context),
            Command::SendDtmfTones(request) => self.begin(&request.client_context),
            Command::UpdateRecordingStatus(request) => self.update_recording_status(request),
            Command::AddLargeGalleryView(request) => self.begin(&request.client_context),
            Command::Mute(request) => self.mute_app(&request, true),
            Command::Unmute(request) => self.mute_app(&request, false),
            Command::ChangeScreenSharingRole(request) => self.change_screen_sharing_role(&request),
            Command::Invite(request) => self.invite(*request),
            Command::MuteParticipant(id, request) => self.mute_participant(id, &request),
            Command::DeleteParticipant(id) => self.delete_participant(id),
            Command::StartHoldMusic(id, request) => self.start_hold_music(id, &request)?,
            Command::StopHoldMusic(id, request) => self.stop_hold_music(id, &request)?,
            Command::MuteAll(request) => self.mute_all(&request),
            Command::ConfigureMixer(request) => self.begin(&request.client_context),
            Command::UpdateMetadata(request) => self.update_metadata(request.metadata),
            Command::ListAudioRoutingGroups => self.list_audio_routing_groups(),
            Command::CreateAudioRoutingGroup(group) => self.create_audio_routing_group(group),
            Command::ListContentSharingSessions => self.list_content_sharing_sessions(),
            Command::LogTeleconferenceDeviceQuality(request) => self.log_device_quality(*request),
            // `admit` has refused both.
            Command::CreateCall(_) | Command::Unreadable(_) => return Err(self.refuse(Why::State)),
        })
    }
}
