//! Which call lets which method, and to whom.

use super::super::Call;
use super::super::command::Command;
use super::super::limits::invalid;
use super::super::state::{Media, State, Superstate};
use super::AppIdentity;
use crate::graph::{MediaState, Method, Needed};
use crate::{Refusal, Why};

/// Where a call must be to let a method.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Incoming,
    /// Up, or on hold.
    Transferable,
    /// The same, and before it where audio flows.
    Audible,
    /// The same, where the service hosts the media.
    Cancellable,
    Connected,
    Live,
    Anywhere,
    Nowhere,
}

/// Which kind of call a method is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    ServiceHosted,
    Group,
    GroupAppHosted,
}

const fn rule(method: Method) -> (Place, Kind) {
    match method {
        Method::Answer | Method::Reject | Method::Redirect => (Place::Incoming, Kind::Any),
        Method::Transfer => (Place::Transferable, Kind::Any),
        Method::PlayPrompt | Method::RecordResponse | Method::SubscribeToTone | Method::SendDtmfTones => {
            (Place::Audible, Kind::ServiceHosted)
        }
        // Where the app hosts the media there is nothing to cancel: a matter of the state, not of the request.
        Method::CancelMediaProcessing => (Place::Cancellable, Kind::Any),
        Method::Mute | Method::Unmute => (Place::Connected, Kind::Group),
        Method::ChangeScreenSharingRole => (Place::Connected, Kind::GroupAppHosted),
        Method::UpdateRecordingStatus
        | Method::Invite
        | Method::MuteParticipant
        | Method::DeleteParticipant
        | Method::StartHoldMusic
        | Method::StopHoldMusic
        | Method::AddLargeGalleryView
        | Method::MuteAll
        | Method::ConfigureMixer
        | Method::UpdateMetadata
        | Method::CreateAudioRoutingGroup => (Place::Connected, Kind::Any),
        Method::KeepAlive
        | Method::DeleteCall
        | Method::GetCall
        | Method::ListParticipants
        | Method::GetParticipant
        | Method::GetOperation
        | Method::ListAudioRoutingGroups
        | Method::ListContentSharingSessions => (Place::Live, Kind::Any),
        Method::LogTeleconferenceDeviceQuality => (Place::Anywhere, Kind::Any),
        Method::CreateCall => (Place::Nowhere, Kind::Any),
    }
}

/// Refuses who lacks a permission.
pub(super) fn permitted(
    method: Method,
    needed: Needed,
    identity: AppIdentity<'_>,
    state: Option<State>,
) -> Result<(), Refusal> {
    if needed.is_met(identity.permissions) {
        return Ok(());
    }
    let missing = needed.missing(identity.permissions).collect();
    Err(Refusal::new(method.as_str(), state, Why::Permission(missing)))
}

impl Call {
    /// Lets a request in: the call is there, the caller may, the request keeps its limits, and the call is of the
    /// kind and in the state that lets it.
    pub(super) fn admit(&self, command: &Command, identity: AppIdentity<'_>) -> Result<(), Refusal> {
        let method = command.method();
        let refuse = |why| Refusal::new(method.as_str(), Some(self.state), why);
        let (place, kind) = rule(method);
        if place == Place::Live && !self.state.is_live() {
            return Err(refuse(Why::UnknownCall));
        }
        self.permitted(command, identity)?;
        command.check().map_err(|refusal| Refusal { state: Some(self.state), ..refusal })?;
        self.is_of(kind).map_err(refuse)?;
        self.takes(command).map_err(refuse)?;
        if self.is_at(place) {
            return Ok(());
        }
        let legal = self.legal_methods().map(Method::as_str).collect();
        Err(Refusal { legal, ..refuse(Why::State) })
    }

    /// What a method needs on this call.
    pub(crate) fn needed(&self, method: Method) -> Needed {
        self.needed_with(method, self.details.is_service_hosted())
    }

    fn needed_with(&self, method: Method, is_service_hosted: Option<bool>) -> Needed {
        let is_meeting = self.details.meeting_info.value().is_some();
        Needed::with(method, self.is_group(), is_service_hosted == Some(false), is_meeting)
    }

    /// The media configuration of an answer counts as the call's.
    fn permitted(&self, command: &Command, identity: AppIdentity<'_>) -> Result<(), Refusal> {
        let method = command.method();
        let needed = if let Command::Answer(request) = command {
            let config = request.media_config.value();
            self.needed_with(method, config.map(|config| config.is_service_hosted()))
        } else {
            self.needed(method)
        };
        permitted(method, needed, identity, Some(self.state))
    }

    /// The methods that would be let in now, the limits of their bodies aside, as long as no deadline is due.
    ///
    /// ```
    /// use callfold::graph::Method;
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// let call = Call::begin(line.parse()?)?;
    /// assert!(call.legal_methods().any(|method| method == Method::Answer));
    /// assert!(call.legal_methods().all(|method| method != Method::PlayPrompt));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn legal_methods(&self) -> impl Iterator<Item = Method> {
        Method::ALL.iter().copied().filter(|method| {
            let (place, kind) = rule(*method);
            self.is_at(place) && self.is_of(kind).is_ok()
        })
    }

    /// True where audio flows before the call is up.
    pub(in crate::call) fn is_audible(&self) -> bool {
        self.state.meaning().media == Media::Early && self.audio() == Some(&MediaState::Active)
    }

    fn is_at(&self, place: Place) -> bool {
        let is_up = self.state.meaning().media == Media::Up;
        match place {
            Place::Cancellable => self.is_at(Place::Audible) && self.is_of(Kind::ServiceHosted).is_ok(),
            Place::Incoming => self.state == State::Incoming,
            Place::Transferable => is_up,
            Place::Audible => is_up || self.is_audible(),
            Place::Connected => self.state.lies_in(Superstate::Connected),
            Place::Live => self.state.is_live(),
            Place::Anywhere => true,
            Place::Nowhere => false,
        }
    }

    /// Where nothing tells the kind of a call, nothing speaks against it.
    fn is_of(&self, kind: Kind) -> Result<(), Why> {
        let is_group = self.is_group() != Some(false);
        match kind {
            Kind::Any => Ok(()),
            Kind::ServiceHosted if self.details.is_service_hosted() == Some(false) => {
                Err(Why::Kind("only where the service hosts the media"))
            }
            Kind::Group | Kind::GroupAppHosted if !is_group => Err(Why::Kind("only in group calls")),
            Kind::GroupAppHosted if self.details.is_service_hosted() == Some(true) => {
                Err(Why::Kind("only where the app hosts the media"))
            }
            Kind::ServiceHosted | Kind::Group | Kind::GroupAppHosted => Ok(()),
        }
    }

    /// The limits that depend on the call.
    fn takes(&self, command: &Command) -> Result<(), Why> {
        if let Command::Transfer(request) = command {
            match (request.transferee.value(), self.is_group()) {
                (None, Some(true)) => {
                    return Err(invalid("transferee", "whom to transfer out of the group call"));
                }
                (Some(_), Some(false)) => return Err(invalid("transferee", "only in group calls")),
                (_, Some(true) | Some(false) | None) => {}
            }
        }
        if let Command::Invite(request) = command {
            let invited = request.participants.value().map_or(&[][..], |invited| invited);
            let replaces = invited.iter().any(|one| one.replaces_call_id.value().is_some());
            let has_chat = self.details.chat_info.value().is_some();
            if invited.len() > 1 && !replaces && !has_chat {
                return Err(invalid("participants", "several only in a group call that has a `chatInfo`"));
            }
        }
        Ok(())
    }
}
