//! The requests of the app that bring other parties into a call.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::event::{CallEvent, ServiceEvent};
use crate::graph::identity::InvitationParticipantInfo;
use crate::graph::method::Method;
use crate::graph::operation::OperationKind;
use crate::id::CallId;
use crate::operation::Operation;
use crate::operations::Operations;

/// A request of the app that brings another party into a call, or sends the call to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PartyRequest {
    /// `transfer`, `redirect` or `invite`.
    pub method: Method,
    /// The name of the party: a display name, or else an id. `None` if the request names nobody.
    pub target: Option<String>,
    /// The call that this request replaces; `None` if it replaces none.
    pub replaces: Option<CallId>,
}

impl PartyRequest {
    pub(super) fn of(method: Method, target: &InvitationParticipantInfo) -> Self {
        Self { method, target: target.name(), replaces: target.replaced_call() }
    }
}

impl PartyRequest {
    /// The invitations among operations.
    pub(crate) fn invitations(operations: &Operations) -> impl Iterator<Item = Self> {
        let invited = operations.iter().flat_map(Operation::invited);
        invited.map(|target| Self::of(Method::Invite, target))
    }
}

impl CallEvent {
    /// The parties that a request of the app names: a transfer, a redirect or a new invitation.
    pub fn party_requests(&self) -> Vec<PartyRequest> {
        if let Self::Service(event) = self {
            return event.party_requests();
        }
        let Self::OperationCreated(created) = self else { return Vec::new() };
        let is_invitation = created.kind() == OperationKind::InviteParticipants;
        let invited = created.participants.value().filter(|_| is_invitation).into_iter().flatten();
        invited.map(|target| PartyRequest::of(Method::Invite, target)).collect()
    }
}

impl ServiceEvent {
    pub(super) fn party_requests(&self) -> Vec<PartyRequest> {
        if let Self::TransferRequested(request) = self {
            let target = request.transfer_target.value();
            return target.map(|target| PartyRequest::of(Method::Transfer, target)).into_iter().collect();
        }
        let Self::RedirectRequested(request) = self else { return Vec::new() };
        let targets = request.targets.value().into_iter().flatten();
        targets.map(|target| PartyRequest::of(Method::Redirect, target)).collect()
    }
}

/// The method and the party, and the call that the request replaces.
impl fmt::Display for PartyRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = self.target.as_deref().unwrap_or("somebody");
        write!(f, "{}: {target}", self.method)?;
        self.replaces.map_or(Ok(()), |call| write!(f, ", replaces call {call}"))
    }
}
