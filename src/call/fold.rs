//! The fold: it applies events to a call. It refuses an event that the lifecycle does not allow, and then
//! changes nothing.

mod refuse;
mod service;

use alloc::borrow::Cow;
use alloc::sync::Arc;

use jiff::Timestamp;

use super::beginning::Beginning;
use super::data::Call;
use super::deadline::{Deadline, KEEP_ALIVE};
use super::details;
use super::event::carried::Details;
use super::event::part::Scope;
use super::event::{CallEvent, ContentSharing, EventKind, RosterUpdated, ServiceEvent};
use super::notification_history::NotificationHistory;
use super::roster::Roster;
use super::state::{State, Superstate, Transition};
use crate::graph::operation::CommsOperation;
use crate::list::List;
use crate::operation::{self, Operation};
use crate::operations::Operations;
use crate::record::recorded::Recorded;
use crate::refusal::{Refusal, Why};
use refuse::refuse;

impl Call {
    /// Folds the first event of a call.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if a call cannot begin with this event.
    pub fn begin(recorded: Recorded) -> Result<Self, Refusal> {
        let kind = recorded.event.kind();
        let (beginning, state, details) = match recorded.event {
            CallEvent::Offered(details) => (Beginning::Offered, State::Incoming, details),
            CallEvent::Placed(details) => (Beginning::Placed, State::Establishing, details),
            CallEvent::Adopted(details) => match named(&details) {
                Some(state) => (Beginning::Adopted, state, details),
                None => (Beginning::Guessed, State::Established, details),
            },
            CallEvent::Step(..)
            | CallEvent::StateConfirmed(_)
            | CallEvent::DetailsChanged(_)
            | CallEvent::ToneReceived(_)
            | CallEvent::RosterUpdated(_)
            | CallEvent::ContentSharingStarted(_)
            | CallEvent::ContentSharingEnded(_)
            | CallEvent::OperationCreated(_)
            | CallEvent::OperationUpdated(_)
            | CallEvent::OperationStep(..)
            | CallEvent::NotificationHeard(_)
            | CallEvent::Service(_) => return Err(refuse(kind, None, Why::State, refuse::beginnings())),
        };
        let deadlines = beginning.deadlines(&details, recorded.at);
        Ok(Self {
            id: recorded.call,
            state,
            beginning,
            revision: recorded.revision,
            first_at: recorded.at,
            last_at: recorded.at,
            details: details::begun(details),
            first_callees: None,
            operations: Operations::default(),
            roster: Roster::default(),
            tones: Arc::default(),
            content_sharing: List::default(),
            notifications: NotificationHistory::found(state, recorded.at),
            deadlines,
            service: None,
        })
    }

    /// Folds the next event. To keep the event, pass a clone, which costs little.
    ///
    /// [`Ledger::apply`](crate::Ledger::apply) checks revisions; this method does not.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] that names the state and the events that are legal in it. The call is then unchanged.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// let mut call = Call::begin(line.parse()?)?;
    /// let held: Recorded = line.replace("offered", "held").replace("1,", "2,").parse()?;
    /// let before = call.clone();
    /// assert!(call.evolve(held).is_err());
    /// assert_eq!(call, before);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evolve(&mut self, recorded: Recorded) -> Result<(), Refusal> {
        let Recorded { call, revision, at, inferred, event, unknown: _ } = recorded;
        let kind = event.kind();
        let needs_live = matches!(kind.scope(), Scope::Live | Scope::Service);
        if call != self.id || (needs_live && !self.state.is_live()) {
            return Err(self.refuse(kind));
        }
        match event {
            CallEvent::Offered(_) | CallEvent::Placed(_) => return Err(self.refuse(kind)),
            CallEvent::Adopted(details) => self.adopt(details, at)?,
            CallEvent::Step(transition, details) => self.step(kind, (transition, details), at, inferred)?,
            CallEvent::StateConfirmed(confirmed) => self.notifications.confirm(confirmed.state),
            CallEvent::DetailsChanged(details) => self.learn_details(details),
            CallEvent::ToneReceived(tone) => {
                Arc::make_mut(&mut self.tones).receive(Arc::unwrap_or_clone(tone))
            }
            CallEvent::RosterUpdated(updated) => self.update_roster(updated),
            CallEvent::ContentSharingStarted(session) => self.share(session, true),
            CallEvent::ContentSharingEnded(session) => self.share(session, false),
            CallEvent::OperationCreated(created) => self.create(kind, created)?,
            CallEvent::OperationUpdated(updated) => self.update_operation(kind, updated)?,
            CallEvent::OperationStep(transition, ended) => {
                self.step_operation(kind, transition, ended, at)?;
            }
            CallEvent::NotificationHeard(received) => self.notifications.receive(received),
            CallEvent::Service(event) => self.serve(event, at)?,
        }
        self.count(revision, at);
        Ok(())
    }

    fn count(&mut self, revision: u64, at: Option<Timestamp>) {
        self.deadlines.pass(at);
        self.revision = revision;
        self.first_at = self.first_at.or(at);
        self.last_at = self.last_at.max(at);
    }

    /// Counts the revision of an event that was not folded. The next event has the next revision.
    pub(crate) fn skip(&mut self, revision: u64) {
        self.revision = revision;
    }

    /// A guessed state becomes the state that the details name.
    fn adopt(&mut self, details: Details, at: Option<Timestamp>) -> Result<(), Refusal> {
        let found = named(&details).filter(|_| self.is_guessed());
        let Some(found) = found else { return Err(self.refuse(EventKind::Adopted)) };
        self.beginning = Beginning::Adopted;
        self.state = found;
        self.notifications.find(found, at);
        self.deadlines.keep(found.meaning().deadlines);
        if !found.is_live() {
            self.close();
        }
        self.learn_details(details);
        Ok(())
    }

    fn step(
        &mut self,
        kind: EventKind,
        (transition, details): (Transition, Details),
        at: Option<Timestamp>,
        inferred: bool,
    ) -> Result<(), Refusal> {
        let Some(next) = self.state.after(transition) else { return Err(self.refuse(kind)) };
        // In a connected call, the last result is the result of an earlier transfer, not of this step.
        if self.state.lies_in(Superstate::Connected) && !self.details.result_info.is_absent() {
            Arc::make_mut(&mut self.details).result_info.take();
        }
        self.move_deadlines(next, at);
        self.state = next;
        self.beginning = self.beginning.known();
        self.notifications.moved(next, at, inferred);
        if !next.is_live() {
            self.close();
        }
        self.learn_details(details);
        Ok(())
    }

    /// Stops the deadlines that cannot run in the next state. The `keepAlive` deadline starts when a call
    /// enters a state in which the app must keep it alive.
    fn move_deadlines(&mut self, next: State, at: Option<Timestamp>) {
        self.deadlines.keep(next.meaning().deadlines);
        if next.must_be_kept_alive() && !self.state.must_be_kept_alive() {
            self.deadlines.arm(Deadline::KeepAlive, at, KEEP_ALIVE);
        }
    }

    fn create(&mut self, kind: EventKind, created: Arc<CommsOperation>) -> Result<(), Refusal> {
        if !self.admits(&created) {
            return Err(self.refuse_operation(kind, &created));
        }
        self.operations.push(Operation::begin(created));
        Ok(())
    }

    fn update_operation(&mut self, kind: EventKind, updated: Arc<CommsOperation>) -> Result<(), Refusal> {
        let place = self.operations.position(&updated);
        let found = place.and_then(|place| Some((place, self.operations.get(place)?)));
        let pending = found.filter(|(_, operation)| operation.is_pending());
        let pending = pending.map(|(place, operation)| (place, operation.state()));
        let Some((place, state)) = pending else { return Err(self.refuse_operation(kind, &updated)) };
        self.operations.report(place, state, updated);
        Ok(())
    }

    fn step_operation(
        &mut self,
        kind: EventKind,
        transition: operation::state::Transition,
        reported: Arc<CommsOperation>,
        at: Option<Timestamp>,
    ) -> Result<(), Refusal> {
        let place = self.operations.position(&reported);
        let found = place.and_then(|place| Some((place, self.operations.get(place)?)));
        let step = found.and_then(|(place, operation)| Some((place, operation.state().after(transition)?)));
        let Some((place, next)) = step else { return Err(self.refuse_operation(kind, &reported)) };
        self.operations.report(place, next, reported);
        if self.service.is_some() {
            let id = self.operations.get(place).and_then(Operation::id).cloned();
            if let Some(id) = id {
                self.media_moved(&id, transition, at);
            }
        }
        Ok(())
    }

    /// True if an operation is new. In an ended call, only a settled operation can be new.
    fn admits(&self, reported: &CommsOperation) -> bool {
        let is_settled = || {
            operation::state::State::reported(reported)
                .is_some_and(|state| state.lies_in(operation::lifecycle::Superstate::Settled))
        };
        !self.knows(reported) && (self.state.is_live() || is_settled())
    }

    /// True if an operation is known already: by its id, or by its `clientContext` if its id is not known.
    pub(super) fn knows(&self, reported: &CommsOperation) -> bool {
        self.operations.find(reported).is_some_and(|known| known.is_reported_by(reported))
    }

    fn update_roster(&mut self, updated: Arc<RosterUpdated>) {
        let sequence = updated.sequence_number;
        match Arc::try_unwrap(updated) {
            Ok(owned) => {
                for participant in owned.participants {
                    self.roster.update(Cow::Owned(participant), sequence);
                }
            }
            Err(shared) => {
                for participant in &shared.participants {
                    self.roster.update(Cow::Borrowed(participant), sequence);
                }
            }
        }
    }

    fn share(&mut self, session: ContentSharing, is_shared: bool) {
        self.content_sharing.remove(&session.id);
        if is_shared {
            self.content_sharing.push(session.id);
        }
    }

    pub(super) fn is_guessed(&self) -> bool {
        self.beginning == Beginning::Guessed
    }

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
    /// assert_eq!(call.operations().get(index).unwrap().id(), Some(&"7".into()));
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
}

fn named(reported: &Details) -> Option<State> {
    reported.as_ref().and_then(|reported| reported.state.value()).and_then(State::from_wire)
}
