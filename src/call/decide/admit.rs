//! Whether a request is legal: the state and the kind of the call, the limits, and the permissions of the
//! app.

use alloc::format;

use super::super::beginning::Beginning;
use super::super::command::Command;
use super::super::data::Call;
use super::super::limits::invalid;
use super::super::state::{Media, State};
use super::context::{AppIdentity, RequestContext};
use crate::graph::media::MediaState;
use crate::graph::method::{CallKind, Item, LegalIn, Method};
use crate::graph::permission::{Needed, Permission};
use crate::id::{CallId, Id};
use crate::refusal::{Refusal, Why};
use crate::text::short;

/// Refuses an app that lacks a permission.
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
    Err(Refusal::new(method, state, Why::Permission(missing)))
}

impl Call {
    /// Checks, in this order: the path names a live call and an item of it (404), the app has the permissions
    /// (403), the body is right for every call and for this one (400), and the state allows the method (409).
    /// `is_connected` says whether another call is connected, so that the request can replace it.
    pub(super) fn admit(
        &self,
        command: &Command,
        request: &RequestContext<'_>,
        is_connected: &dyn Fn(CallId) -> bool,
    ) -> Result<(), Refusal> {
        let method = command.method();
        if !self.is_seen_by(request.identity.app) {
            return Err(Refusal::new(method, None, Why::UnknownCall));
        }
        let refuse = |why| Refusal::new(method, Some(self.state), why);
        self.has(command).map_err(refuse)?;
        self.permitted(command, request.identity)?;
        command.check(request).map_err(refuse)?;
        self.is_of(method.call_kind()).map_err(refuse)?;
        self.keeps_limits(command).map_err(refuse)?;
        replaces_another(command, is_connected).map_err(refuse)?;
        if self.is_in(method.legal_in()) {
            return Ok(());
        }
        let legal = self.legal_methods().collect();
        Err(Refusal { legal, ..refuse(Why::State) })
    }

    /// Checks that what the path names is there: the call, which has not ended, and its participant or operation. Only a report
    /// of device quality may come after the end of its call.
    fn has(&self, command: &Command) -> Result<(), Why> {
        let method = command.method();
        if !self.state.is_live() && method.legal_in() != LegalIn::Anywhere {
            return Err(Why::UnknownCall);
        }
        let Some((item, id)) = method.item().zip(command.item()) else { return Ok(()) };
        let is_there = match item {
            Item::Operation => self.operations.by_id(id).is_some(),
            Item::Participant => self.roster.participant(id).is_some(),
            Item::Invited => {
                self.roster.participant(id).is_some() || self.operations.invitation(id).is_some()
            }
        };
        if is_there { Ok(()) } else { Err(unknown(item, id)) }
    }

    /// True if these permissions allow the method on this call.
    ///
    /// ```
    /// use callfold::Call;
    /// use callfold::graph::{Method, Permission};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{"targets":[{}]}}"#;
    /// let call = Call::begin(line.parse()?)?;
    /// assert!(call.allows(&[Permission::AccessMedia], Method::PlayPrompt));
    /// assert!(!call.allows(&[Permission::JoinGroupCall], Method::PlayPrompt));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn allows(&self, granted: &[Permission], method: Method) -> bool {
        self.needed(method).is_met(granted)
    }

    /// The permissions that a method needs on this call.
    fn needed(&self, method: Method) -> Needed {
        self.needed_with(method, self.details.is_service_hosted())
    }

    fn needed_with(&self, method: Method, is_service_hosted: Option<bool>) -> Needed {
        let is_meeting = self.details.meeting_info.value().is_some();
        Needed::with(method, self.is_group(), is_service_hosted == Some(false), is_meeting)
    }

    /// The permissions for an answer depend on the media configuration in the request.
    fn permitted(&self, command: &Command, identity: AppIdentity<'_>) -> Result<(), Refusal> {
        let method = command.method();
        let needed = if method == Method::Answer {
            let config =
                if let Command::Answer(request) = command { request.media_config.value() } else { None };
            self.needed_with(method, config.map(|config| config.is_service_hosted()))
        } else {
            self.needed(method)
        };
        permitted(method, needed, identity, Some(self.state))
    }

    /// The methods that are legal in the current state of the call.
    ///
    /// A legal method can still be refused because of its body, of a missing permission, or of a deadline
    /// that has passed.
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
        Method::ALL
            .iter()
            .copied()
            .filter(|method| self.is_in(method.legal_in()) && self.is_of(method.call_kind()).is_ok())
    }

    /// True if audio is active before the call is established.
    pub(in crate::call) fn is_audible(&self) -> bool {
        self.state.meaning().media == Media::Early && self.audio() == Some(&MediaState::Active)
    }

    fn is_in(&self, legal_in: LegalIn) -> bool {
        let needs_audio = matches!(legal_in, LegalIn::Audible | LegalIn::Cancellable);
        let is_hosted = legal_in != LegalIn::Cancellable || self.is_of(CallKind::ServiceHosted).is_ok();
        (self.state.permits(legal_in) || (needs_audio && self.is_audible())) && is_hosted
    }

    /// A call of unknown kind counts as a call of the right kind.
    fn is_of(&self, kind: CallKind) -> Result<(), Why> {
        let is_group = self.is_group() != Some(false);
        match kind {
            CallKind::Any => Ok(()),
            CallKind::ServiceHosted if self.details.is_service_hosted() == Some(false) => {
                Err(Why::Kind("only where the service hosts the media"))
            }
            CallKind::Group | CallKind::GroupAppHosted if !is_group => Err(Why::Kind("only in group calls")),
            CallKind::GroupAppHosted if self.details.is_service_hosted() == Some(true) => {
                Err(Why::Kind("only where the app hosts the media"))
            }
            CallKind::PolicyRecording if self.is_policy_based_recording() == Some(false) => {
                Err(Why::Kind("only where a policy requires the recording"))
            }
            CallKind::ServiceHosted
            | CallKind::Group
            | CallKind::GroupAppHosted
            | CallKind::PolicyRecording => Ok(()),
        }
    }

    /// Only the beginning of a call says whether a policy requires the recording. `None` if it was not reported.
    fn is_policy_based_recording(&self) -> Option<bool> {
        match self.beginning {
            _ if self.details.is_policy_based_recording() => Some(true),
            Beginning::Offered | Beginning::Placed => Some(false),
            Beginning::Adopted | Beginning::Guessed => None,
        }
    }

    /// Checks the limits that depend on the call.
    fn keeps_limits(&self, command: &Command) -> Result<(), Why> {
        if let Command::Transfer(request) = command {
            match (request.transferee.value(), self.is_group()) {
                (None, Some(true)) => {
                    return Err(invalid("transferee", "the participant to transfer out of the group call"));
                }
                (Some(_), Some(false)) => {
                    return Err(invalid("transferee", "absent, because the call is not a group call"));
                }
                (_, Some(true) | Some(false) | None) => {}
            }
        }
        if let Command::Invite(request) = command {
            let invited = request.participants.value().map_or(&[][..], |invited| invited);
            let replaces = invited.iter().any(|one| one.replaces_call_id.value().is_some());
            let has_chat = self.details.chat_info.value().is_some();
            if invited.len() > 1 && !replaces && !has_chat {
                return Err(invalid("participants", "a list of one, because the call has no `chatInfo`"));
            }
        }
        Ok(())
    }
}

/// The call has no such participant or operation.
pub(super) fn unknown(item: Item, id: &Id) -> Why {
    Why::UnknownItem(format!("{item} {}", short(id)))
}

/// The call that a request replaces must be another one, and connected.
fn replaces_another(command: &Command, is_connected: &dyn Fn(CallId) -> bool) -> Result<(), Why> {
    match command.replaces() {
        Some((member, id)) if !is_connected(id) => Err(invalid(member, "the id of another connected call")),
        Some(_) | None => Ok(()),
    }
}
