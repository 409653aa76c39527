//! Commands: decoded requests of an app.

use alloc::boxed::Box;
use alloc::format;

use serde::de::DeserializeOwned;

use super::limits;
use crate::graph;
use crate::graph::action::{
    Answer, ChangeScreenSharingRole, ClientContext, ConfigureMixer, Invite, LogTeleconferenceDeviceQuality,
    MuteAll, PlayPrompt, RecordResponse, Redirect, Reject, SendDtmfTones, StartHoldMusic, Transfer,
    UpdateMetadata, UpdateRecordingStatus,
};
use crate::graph::identity::InvitationParticipantInfo;
use crate::graph::media::AudioRoutingGroup;
use crate::graph::method::{Method, Route, with_methods};
use crate::graph::resource_data::{DEPTH, depth};
use crate::graph::wire::read::Wire;
use crate::id::{CallId, Id, OperationId, ParticipantId};
use crate::refusal::{Refusal, Why};
use crate::text::without_content;

/// The type of a part of a command.
macro_rules! part {
    (item $T:ty) => { $T };
    (body $T:ty) => { Box<$T> };
}

/// Reads a part of a command: the id at the end of the path, or the body.
macro_rules! read_part {
    (item $T:ty, $route:ident, $body:ident) => {
        item($route)?
    };
    (body $T:ty, $route:ident, $body:ident) => {
        parse::<$T>($route.method, $body)?
    };
}

macro_rules! declare_commands {
    ($(
        $(#[$meta:meta])* $Method:ident $(($($part:ident $Part:ty),+))? = $text:literal { $($row:tt)* }
    )+) => {
        /// A decoded request of the API. Each method has one variant: see [`Method`], which links the source.
        ///
        /// ```
        /// use callfold::call::Command;
        /// use callfold::graph::Route;
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
            $( $(#[$meta])* $Method $(($( part!($part $Part) ),+))?, )+
        }

        impl Command {
            /// The method of the request.
            pub const fn method(&self) -> Method {
                match self { $( Self::$Method { .. } => Method::$Method, )+ }
            }

            fn decode(route: &Route, body: &[u8]) -> Result<Self, Refusal> {
                Ok(match route.method {
                    $( Method::$Method => Self::$Method $(($( read_part!($part $Part, route, body) ),+))?, )+
                })
            }
        }
    };
}

with_methods!(declare_commands);

impl Command {
    /// Reads the body of a request. An empty body counts as `{}`.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] with status 400, if the body is not a JSON object, if it breaks a limit that holds for
    /// every call, or if the path has no id where the method needs one. The refusal names the member and its
    /// limit.
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
        let command = Self::decode(route, body)?;
        command.check().map(|()| command)
    }

    /// The call that the request would replace, and the member that names it.
    pub(crate) fn replaces(&self) -> Option<(&'static str, CallId)> {
        if let Self::Transfer(request) = self {
            let target = request.transfer_target.value()?;
            return target.replaced_call().map(|id| ("transferTarget.replacesCallId", id));
        }
        if let Self::Invite(request) = self {
            let id = request.participants.value()?.iter().find_map(InvitationParticipantInfo::replaced_call);
            return id.map(|id| ("participants.replacesCallId", id));
        }
        None
    }

    /// Checks the limits that hold for every call.
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

/// The id at the end of the path.
fn item(route: &Route) -> Result<Id, Refusal> {
    let why = Why::Invalid { member: "path".into(), limit: "a path that ends with an id".into() };
    route.item.clone().ok_or_else(|| Refusal::new(route.method.as_str(), None, why))
}

/// Reads a body. A refusal names the member that has another type.
fn parse<T: DeserializeOwned + Wire>(method: Method, body: &[u8]) -> Result<Box<T>, Refusal> {
    let refuse = |member: &str, limit: &str| {
        let why = Why::Invalid { member: member.into(), limit: limit.into() };
        Refusal::new(method.as_str(), None, why)
    };
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    if depth(body) > usize::from(DEPTH) {
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
