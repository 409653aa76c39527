//! Which parts of a call an event changes, for a host that shows a call step by step.

use super::data::Call;
use super::event::{CallEvent, ServiceEvent};
use crate::graph::participant::Participant;

impl Call {
    /// The index in [`Call::operations`] of the operation that an event changes or adds. Use the call as it was
    /// before the event. `None` for an event that changes no operation.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let created = line.replace("placed", "operationCreated").replace("{}", r#"{"id":"7","status":"running"}"#);
    /// let created: Recorded = created.replace("1,", "2,").parse()?;
    /// let mut call = Call::begin(line.parse()?)?;
    /// let index = call.operation_of(&created.event).unwrap();
    /// call.evolve(created)?;
    /// assert_eq!(call.operations()[index].id(), Some(&"7".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn operation_of(&self, event: &CallEvent) -> Option<usize> {
        match event {
            CallEvent::OperationCreated(_) | CallEvent::Service(ServiceEvent::OperationQueued(_)) => {
                Some(self.operations.len())
            }
            CallEvent::OperationUpdated(reported) | CallEvent::OperationStep(_, reported) => {
                self.operations.position(reported)
            }
            CallEvent::Offered(_)
            | CallEvent::Placed(_)
            | CallEvent::Adopted(_)
            | CallEvent::Step(..)
            | CallEvent::StateConfirmed(_)
            | CallEvent::DetailsChanged(_)
            | CallEvent::ToneReceived(_)
            | CallEvent::RosterUpdated(_)
            | CallEvent::ContentSharingStarted(_)
            | CallEvent::ContentSharingEnded(_)
            | CallEvent::NotificationHeard(_)
            | CallEvent::Service(_) => None,
        }
    }

    /// The participants who joined, changed or left since an earlier version of this call. Each has its number: the
    /// first participant who was ever reported has 0. A participant who left has a `removedState`.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let joined = line.replace("placed", "rosterUpdated").replace("{}", r#"{"participants":[{"id":"adele"}]}"#);
    /// let mut call = Call::begin(line.parse()?)?;
    /// let before = call.clone();
    /// call.evolve(joined.replace("1,", "2,").parse()?)?;
    /// let changes: Vec<_> = call.roster_changes(&before).collect();
    /// assert_eq!(changes.len(), 1);
    /// assert_eq!((changes[0].0, changes[0].1.id.value()), (0, Some(&"adele".into())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn roster_changes<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = (usize, &'a Participant)> {
        self.roster.changes(&before.roster)
    }
}
