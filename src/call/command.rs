//! What an app asks for: a method of the API with its body.

use alloc::boxed::Box;
use alloc::format;

use serde::de::DeserializeOwned;

use super::limits;
use super::service::replaced;
use crate::graph::action::{
    Answer, ChangeScreenSharingRole, ClientContext, ConfigureMixer, Invite, LogTeleconferenceDeviceQuality,
    MuteAll, PlayPrompt, RecordResponse, Redirect, Reject, SendDtmfTones, StartHoldMusic, Transfer,
    UpdateMetadata, UpdateRecordingStatus,
};
use crate::graph::{self, AudioRoutingGroup, DEPTH, Method, Route, Wire, depth};
use crate::text::without_content;
use crate::{CallId, OperationId, ParticipantId, Refusal, Why};

/// A request of the API, decoded: one variant a method.
///
/// ```
/// use callfold::call::Command;
/// use callfold::graph::{Method, Route};
///
/// let route = Route::parse("POST", "/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/redirect")?;
/// let body = br#"{"targets":[{"identity":{"phone":{"id":"+12065550100"}}}]}"#;
/// let Command::Redirect(redirect) = Command::read(&route, body)? else { unreachable!() };
/// assert_eq!(redirect.seconds(), 55);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Command {
    /// To place a call, or to join one.
    CreateCall(Box<graph::Call>),
    /// To answer an incoming call.
    Answer(Box<Answer>),
    /// To reject an incoming call.
    Reject(Box<Reject>),
    /// To send an incoming call elsewhere.
    Redirect(Box<Redirect>),
    /// To transfer a call.
    Transfer(Box<Transfer>),
    /// To keep a call alive.
    KeepAlive,
    /// To end a call; a group call goes on without the app.
    DeleteCall,
    /// To see a call.
    GetCall,
    /// To see who takes part.
    ListParticipants,
    /// To see one participant.
    GetParticipant(ParticipantId),
    /// To see one operation.
    GetOperation(OperationId),
    /// To play prompts.
    PlayPrompt(Box<PlayPrompt>),
    /// To record what is said.
    RecordResponse(Box<RecordResponse>),
    /// To stop what plays and records, and what waits to.
    CancelMediaProcessing(Box<ClientContext>),
    /// To be told of keys that are pressed.
    SubscribeToTone(Box<ClientContext>),
    /// To press keys.
    SendDtmfTones(Box<SendDtmfTones>),
    /// To mute the app.
    Mute(Box<ClientContext>),
    /// To unmute the app.
    Unmute(Box<ClientContext>),
    /// To share a screen, or to stop.
    ChangeScreenSharingRole(Box<ChangeScreenSharingRole>),
    /// To say that the app records.
    UpdateRecordingStatus(Box<UpdateRecordingStatus>),
    /// To add the large gallery view to the streams.
    AddLargeGalleryView(Box<ClientContext>),
    /// To invite participants.
    Invite(Box<Invite>),
    /// To mute a participant.
    MuteParticipant(ParticipantId, Box<ClientContext>),
    /// To remove a participant, or to take an invitation back.
    DeleteParticipant(ParticipantId),
    /// To put a participant on hold with music.
    StartHoldMusic(ParticipantId, Box<StartHoldMusic>),
    /// To take a participant off hold.
    StopHoldMusic(ParticipantId, Box<ClientContext>),
    /// To mute all participants but the app.
    MuteAll(Box<MuteAll>),
    /// To say what each participant hears of the others.
    ConfigureMixer(Box<ConfigureMixer>),
    /// To change what the roster shows for the app.
    UpdateMetadata(Box<UpdateMetadata>),
    /// To see the audio routing groups.
    ListAudioRoutingGroups,
    /// To add an audio routing group.
    CreateAudioRoutingGroup(Box<AudioRoutingGroup>),
    /// To see which content is shared.
    ListContentSharingSessions,
    /// To tell what a device says of its media.
    LogTeleconferenceDeviceQuality(Box<LogTeleconferenceDeviceQuality>),
}

impl Command {
    /// Reads the body of a request. An empty one is `{}`.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] of status 400 that names the member and its limit, where the body is no JSON object, or
    /// breaks a limit that holds in every call.
    ///
    /// ```
    /// use callfold::call::Command;
    /// use callfold::graph::Route;
    ///
    /// let route = Route::parse("POST", "/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/recordResponse")?;
    /// let refusal = Command::read(&route, br#"{"maxRecordDurationInSeconds":121}"#).unwrap_err();
    /// assert_eq!(
    ///     refusal.to_string(),
    ///     "`recordResponse` is refused: `maxRecordDurationInSeconds` must be 1 to 120 seconds",
    /// );
    /// # Ok::<(), callfold::graph::NoRoute>(())
    /// ```
    pub fn read(route: &Route, body: &[u8]) -> Result<Self, Refusal> {
        let method = route.method;
        let item = || {
            let why = Why::Invalid { member: "path".into(), limit: "a path that ends with an id".into() };
            route.item.clone().ok_or_else(|| Refusal::new(method.as_str(), None, why))
        };
        let command = match method {
            Method::CreateCall => Self::CreateCall(parse(method, body)?),
            Method::Answer => Self::Answer(parse(method, body)?),
            Method::Reject => Self::Reject(parse(method, body)?),
            Method::Redirect => Self::Redirect(parse(method, body)?),
            Method::Transfer => Self::Transfer(parse(method, body)?),
            Method::KeepAlive => Self::KeepAlive,
            Method::DeleteCall => Self::DeleteCall,
            Method::GetCall => Self::GetCall,
            Method::ListParticipants => Self::ListParticipants,
            Method::GetParticipant => Self::GetParticipant(item()?),
            Method::GetOperation => Self::GetOperation(item()?),
            Method::PlayPrompt => Self::PlayPrompt(parse(method, body)?),
            Method::RecordResponse => Self::RecordResponse(parse(method, body)?),
            Method::CancelMediaProcessing => Self::CancelMediaProcessing(parse(method, body)?),
            Method::SubscribeToTone => Self::SubscribeToTone(parse(method, body)?),
            Method::SendDtmfTones => Self::SendDtmfTones(parse(method, body)?),
            Method::Mute => Self::Mute(parse(method, body)?),
            Method::Unmute => Self::Unmute(parse(method, body)?),
            Method::ChangeScreenSharingRole => Self::ChangeScreenSharingRole(parse(method, body)?),
            Method::UpdateRecordingStatus => Self::UpdateRecordingStatus(parse(method, body)?),
            Method::AddLargeGalleryView => Self::AddLargeGalleryView(parse(method, body)?),
            Method::Invite => Self::Invite(parse(method, body)?),
            Method::MuteParticipant => Self::MuteParticipant(item()?, parse(method, body)?),
            Method::DeleteParticipant => Self::DeleteParticipant(item()?),
            Method::StartHoldMusic => Self::StartHoldMusic(item()?, parse(method, body)?),
            Method::StopHoldMusic => Self::StopHoldMusic(item()?, parse(method, body)?),
            Method::MuteAll => Self::MuteAll(parse(method, body)?),
            Method::ConfigureMixer => Self::ConfigureMixer(parse(method, body)?),
            Method::UpdateMetadata => Self::UpdateMetadata(parse(method, body)?),
            Method::ListAudioRoutingGroups => Self::ListAudioRoutingGroups,
            Method::CreateAudioRoutingGroup => Self::CreateAudioRoutingGroup(parse(method, body)?),
            Method::ListContentSharingSessions => Self::ListContentSharingSessions,
            Method::LogTeleconferenceDeviceQuality => {
                Self::LogTeleconferenceDeviceQuality(parse(method, body)?)
            }
        };
        command.check().map(|()| command)
    }

    /// The method that it is.
    ///
    /// ```
    /// # use callfold::{call::Command, graph::Method};
    /// assert_eq!(Command::KeepAlive.method(), Method::KeepAlive);
    /// ```
    pub const fn method(&self) -> Method {
        match self {
            Self::CreateCall(_) => Method::CreateCall,
            Self::Answer(_) => Method::Answer,
            Self::Reject(_) => Method::Reject,
            Self::Redirect(_) => Method::Redirect,
            Self::Transfer(_) => Method::Transfer,
            Self::KeepAlive => Method::KeepAlive,
            Self::DeleteCall => Method::DeleteCall,
            Self::GetCall => Method::GetCall,
            Self::ListParticipants => Method::ListParticipants,
            Self::GetParticipant(_) => Method::GetParticipant,
            Self::GetOperation(_) => Method::GetOperation,
            Self::PlayPrompt(_) => Method::PlayPrompt,
            Self::RecordResponse(_) => Method::RecordResponse,
            Self::CancelMediaProcessing(_) => Method::CancelMediaProcessing,
            Self::SubscribeToTone(_) => Method::SubscribeToTone,
            Self::SendDtmfTones(_) => Method::SendDtmfTones,
            Self::Mute(_) => Method::Mute,
            Self::Unmute(_) => Method::Unmute,
            Self::ChangeScreenSharingRole(_) => Method::ChangeScreenSharingRole,
            Self::UpdateRecordingStatus(_) => Method::UpdateRecordingStatus,
            Self::AddLargeGalleryView(_) => Method::AddLargeGalleryView,
            Self::Invite(_) => Method::Invite,
            Self::MuteParticipant(..) => Method::MuteParticipant,
            Self::DeleteParticipant(_) => Method::DeleteParticipant,
            Self::StartHoldMusic(..) => Method::StartHoldMusic,
            Self::StopHoldMusic(..) => Method::StopHoldMusic,
            Self::MuteAll(_) => Method::MuteAll,
            Self::ConfigureMixer(_) => Method::ConfigureMixer,
            Self::UpdateMetadata(_) => Method::UpdateMetadata,
            Self::ListAudioRoutingGroups => Method::ListAudioRoutingGroups,
            Self::CreateAudioRoutingGroup(_) => Method::CreateAudioRoutingGroup,
            Self::ListContentSharingSessions => Method::ListContentSharingSessions,
            Self::LogTeleconferenceDeviceQuality(_) => Method::LogTeleconferenceDeviceQuality,
        }
    }

    /// The call that it would replace, and by which member.
    pub(crate) fn replaces(&self) -> Option<(&'static str, CallId)> {
        if let Self::Transfer(request) = self {
            let target = request.transfer_target.value()?;
            return replaced(target).map(|id| ("transferTarget.replacesCallId", id));
        }
        if let Self::Invite(request) = self {
            let id = request.participants.value()?.iter().find_map(replaced);
            return id.map(|id| ("participants.replacesCallId", id));
        }
        None
    }

    /// The limits that hold in every call.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let checked = match self {
            Self::CreateCall(call) => limits::create_call(call),
            Self::Answer(answer) => limits::answer(answer),
            Self::Reject(reject) => limits::reject(reject),
            Self::Redirect(redirect) => limits::redirect(redirect),
            Self::Transfer(transfer) => limits::transfer(transfer),
            Self::PlayPrompt(request) => limits::play_prompt(request),
            Self::RecordResponse(request) => limits::record_response(request),
            Self::SendDtmfTones(request) => limits::send_dtmf_tones(request),
            Self::ChangeScreenSharingRole(request) => limits::change_screen_sharing_role(request),
            Self::UpdateRecordingStatus(request) => limits::update_recording_status(request),
            Self::Invite(request) => limits::invite(request),
            Self::StartHoldMusic(_, request) => limits::start_hold_music(request),
            Self::CancelMediaProcessing(request)
            | Self::SubscribeToTone(request)
            | Self::Mute(request)
            | Self::Unmute(request)
            | Self::AddLargeGalleryView(request)
            | Self::MuteParticipant(_, request)
            | Self::StopHoldMusic(_, request) => limits::client_context_alone(request),
            Self::LogTeleconferenceDeviceQuality(request) => limits::device_quality(request),
            Self::MuteAll(request) => limits::mute_all(request),
            Self::ConfigureMixer(request) => limits::configure_mixer(request),
            Self::UpdateMetadata(request) => limits::update_metadata(request),
            Self::CreateAudioRoutingGroup(request) => limits::create_audio_routing_group(request),
            Self::KeepAlive
            | Self::DeleteCall
            | Self::GetCall
            | Self::ListParticipants
            | Self::ListAudioRoutingGroups
            | Self::ListContentSharingSessions
            | Self::GetParticipant(_)
            | Self::GetOperation(_)
            | Self::DeleteParticipant(_) => Ok(()),
        };
        checked.map_err(|why| Refusal::new(self.method().as_str(), None, why))
    }
}

/// Reads a body; a member that does not fit its type is refused by its name.
fn parse<T: DeserializeOwned + Wire>(method: Method, body: &[u8]) -> Result<Box<T>, Refusal> {
    let refuse = |member: &str, limit: &str| {
        let why = Why::Invalid { member: member.into(), limit: limit.into() };
        Refusal::new(method.as_str(), None, why)
    };
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    if depth(body) > DEPTH {
        return Err(refuse("body", &format!("nested at most {DEPTH} deep")));
    }
    let read: Result<Box<T>, _> = serde_json::from_slice(body);
    let read = read.map_err(|error| {
        let limit = format!("a JSON object; {}", without_content(&error));
        refuse("body", &limit)
    })?;
    match read.misfit() {
        Some(member) => Err(refuse(&member, "a value of the type that the documentation gives it")),
        None => Ok(read),
    }
}
