//! What a summary needs of an event.

use alloc::sync::Arc;

use super::event::{CallEvent, ServiceEvent};
use crate::graph;
use crate::graph::member::{Members as _, Only};
use crate::graph::participant::Participant;

const CALL: Only = Only(&[
    "state",
    "direction",
    "source",
    "targets",
    "callRoutes",
    "callChainId",
    "mediaState",
    "resultInfo",
    "terminationReason",
]);
const PARTICIPANT: Only = Only(&["id", "info", "removedState"]);

impl CallEvent {
    /// Removes the members that no summary shows, and that the fold does not need to refuse a later event.
    pub(crate) fn reduce(&mut self) {
        if let Self::Offered(details)
        | Self::Placed(details)
        | Self::Adopted(details)
        | Self::DetailsChanged(details)
        | Self::Step(_, details) = self
        {
            let details = details.as_mut().map(Arc::make_mut);
            details.into_iter().for_each(|details| details.pair(&graph::call::Call::default(), CALL));
        } else if let Self::RosterUpdated(updated) = self {
            let participants = &mut Arc::make_mut(updated).participants;
            participants.iter_mut().for_each(|one| one.pair(&Participant::default(), PARTICIPANT));
        } else if let Self::Service(ServiceEvent::RequestAnswered(answered)) = self {
            Arc::make_mut(answered).body = None;
        }
    }
}
