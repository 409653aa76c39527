//! What a summary needs of an event.

use alloc::sync::Arc;

use super::CallEvent;
use crate::graph;
use crate::graph::member::{Members as _, Only};
use crate::graph::participant::Participant;

const CALL: Only = Only(&["state", "direction", "mediaState", "resultInfo", "terminationReason"]);
const PARTICIPANT: Only = Only(&["id", "info", "removedState"]);

impl CallEvent {
    /// Removes the members that no summary shows, and that the fold does not need to refuse a later event.
    pub(crate) fn reduce(&mut self) {
        match self {
            Self::Offered(details)
            | Self::Placed(details)
            | Self::Adopted(details)
            | Self::DetailsChanged(details)
            | Self::Step(_, details) => {
                if let Some(details) = details {
                    Arc::make_mut(details).pair(&graph::call::Call::default(), CALL);
                }
            }
            Self::RosterUpdated(updated) => {
                let participants = &mut Arc::make_mut(updated).participants;
                participants.iter_mut().for_each(|one| one.pair(&Participant::default(), PARTICIPANT));
            }
            Self::StateConfirmed(_)
            | Self::ToneReceived(_)
            | Self::ContentSharingStarted(_)
            | Self::ContentSharingEnded(_)
            | Self::OperationCreated(_)
            | Self::OperationUpdated(_)
            | Self::OperationStep(..)
            | Self::NotificationHeard(_)
            | Self::Service(_) => {}
        }
    }
}
