//! Whether a request is legal: the state and the kind of the call, the limits, and the permissions of the
//! app.

use super::super::command::Command;
use super::super::data::Call;
use super::super::limits::invalid;
use super::super::state::{Media, State, Superstate};
use super::context::AppIdentity;
use crate::graph::media::MediaState;
use crate::graph::method::{CallKind, LegalIn, Method};
use crate::graph::permission::{Needed, Permission};
use crate::refusal::{Refusal, Why};

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
    Err(Refusal::new(method.as_str(), state, Why::Permission(missing)))
}

impl Call {
    /// Checks, in this order: the call is live, the app has the permissions, the request keeps the limits,
    /// and the method is legal for the kind and the state of the call.
    pub(super) fn admit(&self, command: &Command, identity: AppIdentity<'_>) -> Result<(), Refusal> {
        let method = command.method();
        let refuse = |why| Refusal::new(method.as_str(), Some(self.state), why);
        let (legal_in, kind) = (method.legal_in(), method.call_kind());
        if legal_in == LegalIn::Live && !self.state.is_live() {
            return Err(refuse(Why::UnknownCall));
        }
        self.permitted(command, identity)?;
        command.check().map_err(|refusal| Refusal { state: Some(self.state), ..refusal })?;
        self.is_of(kind).map_err(refuse)?;
        self.keeps_limits(command).map_err(refuse)?;
        if self.is_in(legal_in) {
            return Ok(());
        }
        let legal = self.legal_methods().map(Method::as_str).collect();
        Err(Refusal { legal, ..refuse(Why::State) })
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
        let needed = if let Command::Answer(request) = command {
            let config = request.media_config.value();
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
        let is_up = self.state.meaning().media == Media::Up;
        match legal_in {
            LegalIn::Cancellable => {
                self.is_in(LegalIn::Audible) && self.is_of(CallKind::ServiceHosted).is_ok()
            }
            LegalIn::Incoming => self.state == State::Incoming,
            LegalIn::Transferable => is_up,
            LegalIn::Audible => is_up || self.is_audible(),
            LegalIn::Connected => self.state.lies_in(Superstate::Connected),
            LegalIn::Live => self.state.is_live(),
            LegalIn::Anywhere => true,
            LegalIn::Nowhere => false,
        }
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
            CallKind::ServiceHosted | CallKind::Group | CallKind::GroupAppHosted => Ok(()),
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
