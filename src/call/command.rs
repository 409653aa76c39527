//! Commands: decoded requests of an app.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

use super::decide::context::RequestContext;
use super::limits::{self, invalid};
use crate::graph;
use crate::graph::action::{
    Answer, ChangeScreenSharingRole, ClientContext, ConfigureMixer, Invite, LogTeleconferenceDeviceQuality,
    MuteAll, PlayPrompt, RecordResponse, Redirect, Reject, SendDtmfTones, StartHoldMusic, Transfer,
    UpdateMetadata, UpdateRecordingStatus,
};
use crate::graph::media::AudioRoutingGroup;
use crate::graph::method::{Method, Route, with_methods};
use crate::graph::resource_data::{DEPTH, depth};
use crate::graph::wire::misfit::Misfit;
use crate::graph::wire::read::{Declared, Read, Wire, shape, strict};
use crate::id::{CallId, Id, OperationId, ParticipantId};
use crate::refusal::Why;
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
        parse::<$T>($body)?
    };
}

/// The item of a command, given each of its parts.
macro_rules! item_in {
    (item $part:ident) => {
        Some($part)
    };
    (body $part:ident) => {{
        _ = $part;
        None
    }};
}

/// The first misfit in the body of a command, given each of its parts.
macro_rules! misfit_in {
    (item $part:ident) => {{
        _ = $part;
        None
    }};
    (body $part:ident) => {
        $part.misfit()
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
        /// let Command::Redirect(redirect) = Command::read(&route, body) else { unreachable!() };
        /// assert_eq!(redirect.seconds(), 55);
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Command {
            $( $(#[$meta])* $Method $(($( part!($part $Part) ),+))?, )+
            /// A request whose body is no JSON object, or whose path has no id where the method needs one.
            Unreadable(Box<Unreadable>),
        }

        impl Command {
            /// The method of the request.
            pub const fn method(&self) -> Method {
                match self {
                    $( Self::$Method { .. } => Method::$Method, )+
                    Self::Unreadable(request) => request.method,
                }
            }

            /// The participant or the operation that the path names.
            pub(super) fn item(&self) -> Option<&Id> {
                match self {
                    $( Self::$Method $(($( $part ),+))? => {
                        None $( $( .or(item_in!($part $part)) )+ )?
                    } )+
                    Self::Unreadable(request) => request.item.as_ref(),
                }
            }

            /// The first value of the body that does not fit its member.
            fn misfit(&self) -> Option<Misfit> {
                match self {
                    $( Self::$Method $(($( $part ),+))? => {
                        None $( $( .or_else(|| misfit_in!($part $part)) )+ )?
                    } )+
                    Self::Unreadable(request) => Some(request.fault.clone()),
                }
            }

            fn decode(route: &Route, body: &[u8]) -> Result<Self, Misfit> {
                Ok(match route.method {
                    $( Method::$Method => Self::$Method $(($( read_part!($part $Part, route, body) ),+))?, )+
                })
            }
        }
    };
}

with_methods!(declare_commands);

/// A request that cannot be read: see [`Command::Unreadable`]. Only a decision refuses it, because the refusals of
/// a request have an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unreadable {
    method: Method,
    item: Option<Id>,
    fault: Misfit,
}

impl Command {
    /// Reads a request. An empty body counts as `{}`.
    ///
    /// A request that is at fault is a command, too. [`Call::decide`](crate::Call::decide) and
    /// [`Ledger::decide`](crate::Ledger::decide) refuse it with status 400, and only after they have looked for the call
    /// and checked the permissions. The body is read strictly: a number in quotes or a single item in
    /// place of a list is such a fault. Unknown members are none.
    ///
    /// ```
    /// use callfold::call::{AppIdentity, Call, Command, RequestContext};
    /// use callfold::graph::{Permission, Route};
    /// use callfold::{Recorded, uuid::Uuid};
    ///
    /// let route = Route::parse("POST", "/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/recordResponse")?;
    /// let command = Command::read(&route, br#"{"maxRecordDurationInSeconds":"121"}"#);
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let call = Call::begin(line.parse()?)?;
    /// let decide = |permissions| {
    ///     let identity = AppIdentity::new(permissions);
    ///     let at = "2026-11-23T09:15:00Z".parse().unwrap();
    ///     call.decide(command.clone(), &RequestContext::new(at, Uuid::nil(), identity)).unwrap_err()
    /// };
    /// assert_eq!(decide(&[]).status(), 403);
    /// assert_eq!(
    ///     decide(Permission::ALL).to_string(),
    ///     "`recordResponse` is refused: `maxRecordDurationInSeconds` must be a whole number of at most 32 bits",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(route: &Route, body: &[u8]) -> Self {
        Self::decode(route, body).unwrap_or_else(|fault| {
            Self::Unreadable(Box::new(Unreadable { method: route.method, item: route.item.clone(), fault }))
        })
    }

    /// The call that the request would replace, and the member that names it.
    pub(crate) fn replaces(&self) -> Option<(String, CallId)> {
        if let Self::Transfer(request) = self {
            let target = request.transfer_target.value()?;
            return target.replaced_call().map(|id| ("transferTarget.replacesCallId".into(), id));
        }
        if let Self::Invite(request) = self {
            let mut invited = request.participants.value()?.iter().enumerate();
            return invited.find_map(|(index, one)| {
                Some((format!("participants[{index}].replacesCallId"), one.replaced_call()?))
            });
        }
        None
    }

    /// Checks what holds for every call: each value fits its member, and keeps its limits.
    pub(super) fn check(&self, context: &RequestContext<'_>) -> Result<(), Why> {
        if let Some(misfit) = self.misfit() {
            return Err(invalid(misfit.path, misfit.expected));
        }
        match self {
            Self::CreateCall(call) => limits::create_call(call, context),
            Self::Answer(answer) => limits::answer(answer, context),
            Self::Reject(reject) => limits::reject(reject, context),
            Self::Redirect(redirect) => limits::redirect(redirect, context),
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
            | Self::StopHoldMusic(_, request) => limits::client_context(&request.client_context),
            Self::LogTeleconferenceDeviceQuality(request) => limits::device_quality(request),
            Self::MuteAll(request) => limits::client_context(&request.client_context),
            Self::ConfigureMixer(request) => limits::configure_mixer(request),
            Self::UpdateMetadata(request) => limits::client_context(&request.client_context),
            Self::CreateAudioRoutingGroup(request) => limits::create_audio_routing_group(request),
            Self::KeepAlive
            | Self::DeleteCall
            | Self::GetCall
            | Self::ListParticipants
            | Self::ListAudioRoutingGroups
            | Self::ListContentSharingSessions
            | Self::GetParticipant(_)
            | Self::GetOperation(_)
            | Self::DeleteParticipant(_)
            | Self::Unreadable(_) => Ok(()),
        }
    }
}

fn fault(member: &str, expected: &str) -> Misfit {
    Misfit::new(expected.into()).inside(member)
}

/// The id at the end of the path.
fn item(route: &Route) -> Result<Id, Misfit> {
    route.item.clone().ok_or_else(|| fault("path", "a path that ends with an id"))
}

/// Reads a body, which must be an object.
fn parse<T: Wire + Declared + Default>(body: &[u8]) -> Result<Box<T>, Misfit> {
    let no_object = |why: &str| fault("body", &format!("a JSON object; {why}"));
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    if depth(body) > usize::from(DEPTH) {
        return Err(fault("body", &format!("nested at most {DEPTH} deep")));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = strict::<Box<T>, _>(&mut json).and_then(|read| json.end().map(|()| read));
    match read.map_err(|error| no_object(&without_content(&error)))? {
        Read::As(body) => Ok(body),
        Read::Null => Err(no_object("found null")),
        Read::Mismatch(value) => Err(no_object(&format!("found {}", shape(&value)))),
    }
}
