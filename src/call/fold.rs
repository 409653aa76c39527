//! The fold: what each event makes of a call. It refuses what the chart refuses, all or nothing.

mod notification_history;
mod refuse;
mod service;

use alloc::borrow::Cow;
use alloc::sync::Arc;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::deadline::{Deadline, Deadlines, KEEP_ALIVE, seconds};
use super::event::{CallEvent, Details};
use super::lifecycle::Superstate;
use super::roster::Roster;
use super::state::{State, Transition};
use super::{Call, details};
use crate::graph::{CommsOperation, ToneInfo};
use crate::operation::{self, Operation, find, find_mut};
use crate::{Recorded, Refusal, Why};
pub(super) use notification_history::NotificationHistory;
use refuse::refuse;

/// How the call began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Beginning {
    Offered,
    Placed,
    Adopted,
    /// Adopted on the word of something that named no state; the state is a guess until one is told.
    Guessed,
}

impl Call {
    /// Folds the first event of a call.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] where the event is no beginning.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// let call = Call::begin(&line.parse::<Recorded>()?)?;
    /// assert_eq!(call.revision(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn begin(recorded: &Recorded) -> Result<Self, Refusal> {
        Self::begin_owned(recorded.clone())
    }

    /// The same of an event that nobody needs any more.
    pub(crate) fn begin_owned(recorded: Recorded) -> Result<Self, Refusal> {
        let (beginning, state, reported) = match recorded.event {
            CallEvent::Offered(reported) => (Beginning::Offered, State::Incoming, reported),
            CallEvent::Placed(reported) => (Beginning::Placed, State::Establishing, reported),
            CallEvent::Adopted(reported) => match named(&reported) {
                Some(state) => (Beginning::Adopted, state, reported),
                None => (Beginning::Guessed, State::Established, reported),
            },
            event @ (CallEvent::Step(..)
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
            | CallEvent::Service(_)) => {
                return Err(refuse(&event, None, Why::State, ["offered", "placed", "adopted"].into()));
            }
        };
        let deadlines = beginning.deadlines(&reported, recorded.at);
        Ok(Self {
            id: recorded.call,
            state,
            beginning,
            revision: recorded.revision,
            first_at: recorded.at,
            last_at: recorded.at,
            details: details::begun(reported),
            operations: Vec::new(),
            roster: Roster::default(),
            tones: Arc::default(),
            content_sharing: Vec::new(),
            notifications: NotificationHistory::found(state, recorded.at),
            deadlines,
            service: None,
        })
    }

    /// Folds the next event. Revisions are the ledger's to check: see [`Ledger::apply`](crate::Ledger::apply).
    ///
    /// # Errors
    ///
    /// A [`Refusal`] that says the state and what would have been legal; the call is then what it was.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// let mut call = Call::begin(&line.parse::<Recorded>()?)?;
    /// let held = line.replace("offered", "held").replace("1,", "2,");
    /// let before = call.clone();
    /// assert!(call.evolve(&held.parse::<Recorded>()?).is_err());
    /// assert_eq!(call, before);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evolve(&mut self, recorded: &Recorded) -> Result<(), Refusal> {
        let event = &recorded.event;
        if recorded.call != self.id {
            return Err(self.refuse(event));
        }
        match event {
            CallEvent::Offered(_) | CallEvent::Placed(_) => return Err(self.refuse(event)),
            CallEvent::Adopted(reported) => {
                let found = named(reported).filter(|_| self.is_guessed());
                let Some(found) = found else { return Err(self.refuse(event)) };
                self.adopt(found, reported, recorded.at);
            }
            CallEvent::Step(transition, reported) => {
                let Some(next) = self.state.after(*transition) else { return Err(self.refuse(event)) };
                self.step(*transition, next, recorded.at, recorded.inferred);
                details::merge(&mut self.details, reported);
            }
            CallEvent::OperationCreated(reported) => self.create(event, reported)?,
            CallEvent::OperationUpdated(reported) => {
                let found = find_mut(&mut self.operations, reported);
                match found {
                    Some(operation) if operation.is_pending() => operation.merge(reported),
                    Some(_) | None => return Err(self.refuse_operation(event, reported)),
                }
            }
            CallEvent::OperationStep(transition, reported) => {
                let found = find_mut(&mut self.operations, reported);
                let step =
                    found.and_then(|operation| Some((operation.state().after(*transition)?, operation)));
                let Some((next, operation)) = step else {
                    return Err(self.refuse_operation(event, reported));
                };
                operation.step(next, reported);
                if self.service.is_some() {
                    let id = operation.id().cloned();
                    self.media_moved(id.as_ref(), *transition, recorded.at);
                }
            }
            CallEvent::NotificationHeard(received) => {
                let messages = received.message_ids.iter().map(|id| (id.clone(), received.item));
                Arc::make_mut(&mut self.notifications.messages).extend(messages);
            }
            CallEvent::StateConfirmed(confirmed) => {
                self.must_live(event)?;
                self.notifications.confirm(confirmed.state);
            }
            CallEvent::DetailsChanged(reported) => {
                self.must_live(event)?;
                details::merge(&mut self.details, reported);
            }
            CallEvent::ToneReceived(tone) => {
                self.must_live(event)?;
                self.receive_tone(Cow::Borrowed(tone));
            }
            CallEvent::RosterUpdated(reported) => {
                self.must_live(event)?;
                for participant in &reported.participants {
                    self.roster.update(Cow::Borrowed(participant), reported.sequence_number);
                }
            }
            CallEvent::ContentSharingStarted(session) => {
                self.must_live(event)?;
                self.content_sharing.retain(|id| *id != session.id);
                self.content_sharing.push(session.id.clone());
            }
            CallEvent::ContentSharingEnded(session) => {
                self.must_live(event)?;
                self.content_sharing.retain(|id| *id != session.id);
            }
            CallEvent::Service(reported) => self.serve(reported, recorded)?,
        }
        self.count(recorded.revision, recorded.at);
        Ok(())
    }

    /// The same of an event that nobody needs any more: what is new in it moves into the call.
    pub(crate) fn evolve_owned(&mut self, recorded: Recorded) -> Result<(), Refusal> {
        let (revision, at, inferred) = (recorded.revision, recorded.at, recorded.inferred);
        if recorded.call != self.id {
            return Err(self.refuse(&recorded.event));
        }
        match self.take_in(recorded.event, at, inferred) {
            None => {
                self.count(revision, at);
                Ok(())
            }
            Some(event) => self.evolve(&Recorded { event, ..recorded }),
        }
    }

    /// Moves what an event carries into the call. Gives back an event that is to be refused, or that carries little.
    fn take_in(&mut self, event: CallEvent, at: Option<Timestamp>, inferred: bool) -> Option<CallEvent> {
        let is_live = self.state.is_live();
        match event {
            CallEvent::Step(transition, reported) => match self.state.after(transition) {
                Some(next) => {
                    self.step(transition, next, at, inferred);
                    details::take_over(&mut self.details, reported);
                }
                None => return Some(CallEvent::Step(transition, reported)),
            },
            CallEvent::OperationStep(transition, reported) if self.service.is_none() => {
                let found = find_mut(&mut self.operations, &reported);
                let step =
                    found.and_then(|operation| Some((operation.state().after(transition)?, operation)));
                match step {
                    Some((next, operation)) => operation.step_owned(next, reported),
                    None => return Some(CallEvent::OperationStep(transition, reported)),
                }
            }
            CallEvent::OperationCreated(reported) if self.admits(&reported) => {
                self.operations.push(Operation::begin(reported.into()));
            }
            CallEvent::DetailsChanged(reported) if is_live => details::take_over(&mut self.details, reported),
            CallEvent::ToneReceived(tone) if is_live => self.receive_tone(Cow::Owned(*tone)),
            CallEvent::RosterUpdated(reported) if is_live => {
                for participant in reported.participants {
                    self.roster.update(Cow::Owned(participant), reported.sequence_number);
                }
            }
            event @ (CallEvent::Offered(_)
            | CallEvent::Placed(_)
            | CallEvent::Adopted(_)
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
            | CallEvent::Service(_)) => return Some(event),
        }
        None
    }

    fn count(&mut self, revision: u64, at: Option<Timestamp>) {
        self.deadlines.pass(at);
        self.revision = revision;
        self.first_at = self.first_at.or(at);
        self.last_at = self.last_at.max(at);
    }

    /// Counts a revision that was left out: the next event bears the one after it.
    pub(crate) fn skip(&mut self, revision: u64) {
        self.revision = revision;
    }

    /// What runs beside the chart needs a call that lives.
    fn must_live(&self, event: &CallEvent) -> Result<(), Refusal> {
        if self.state.is_live() { Ok(()) } else { Err(self.refuse(event)) }
    }

    fn adopt(&mut self, found: State, reported: &Details, at: Option<Timestamp>) {
        self.beginning = Beginning::Adopted;
        self.state = found;
        let messages = core::mem::take(&mut self.notifications.messages);
        self.notifications = NotificationHistory::found(found, at);
        self.notifications.messages = messages;
        if !found.is_live() {
            self.deadlines.clear();
            self.close();
        }
        details::merge(&mut self.details, reported);
    }

    fn step(&mut self, transition: Transition, next: State, at: Option<Timestamp>, inferred: bool) {
        // What was told in a connected call was the result of a transfer, not of what comes next.
        if self.state.lies_in(Superstate::Connected) && !self.details.result_info.is_absent() {
            Arc::make_mut(&mut self.details).result_info.take();
        }
        self.state = next;
        self.beginning = self.beginning.known();
        self.notifications.moved(next, at, inferred);
        self.deadlines.moved(transition, next, at);
        if !next.is_live() {
            self.close();
        }
    }

    fn create(&mut self, event: &CallEvent, reported: &CommsOperation) -> Result<(), Refusal> {
        if !self.admits(reported) {
            return Err(self.refuse_operation(event, reported));
        }
        self.operations.push(Operation::begin(Arc::new(reported.clone())));
        Ok(())
    }

    /// True where an operation is new; once the call has ended, only one that is settled.
    fn admits(&self, reported: &CommsOperation) -> bool {
        let is_settled = || {
            operation::State::reported(reported)
                .is_some_and(|state| state.lies_in(operation::Superstate::Settled))
        };
        !self.knows(reported) && (self.state.is_live() || is_settled())
    }

    /// True where an operation is known already: by its id, or by its `clientContext` where nothing tells its id.
    pub(super) fn knows(&self, reported: &CommsOperation) -> bool {
        find(&self.operations, reported).is_some_and(|known| known.is_reported_by(reported))
    }

    /// Tones are kept in the order of their numbers, those without one first; the first telling of a number counts.
    fn receive_tone(&mut self, tone: Cow<'_, ToneInfo>) {
        if !self.knows_tone(&tone) {
            let (_, index) = self.tones_numbered(tone.sequence_id.value());
            Arc::make_mut(&mut self.tones).insert(index, tone.into_owned());
        }
    }

    pub(super) fn knows_tone(&self, tone: &ToneInfo) -> bool {
        let (start, end) = self.tones_numbered(tone.sequence_id.value());
        let mut same = self.tones.get(start..end).unwrap_or_default().iter();
        same.any(|known| known.sequence_id.value().is_some() || known.tone == tone.tone)
    }

    fn tones_numbered(&self, number: Option<&i64>) -> (usize, usize) {
        let start = self.tones.partition_point(|known| known.sequence_id.value() < number);
        (start, self.tones.partition_point(|known| known.sequence_id.value() <= number))
    }

    pub(super) fn is_guessed(&self) -> bool {
        self.beginning == Beginning::Guessed
    }
}

impl Beginning {
    /// What a call that begins so waits for.
    fn deadlines(self, reported: &Details, at: Option<Timestamp>) -> Deadlines {
        let mut deadlines = Deadlines::default();
        match self {
            Self::Offered => {
                deadlines.arm(Deadline::Answer, at, service::time_to_decide(reported.as_deref()))
            }
            Self::Placed => {
                deadlines.arm(Deadline::KeepAlive, at, KEEP_ALIVE);
                let timeout =
                    reported.as_ref().and_then(|reported| reported.ringing_timeout_in_seconds.value());
                if let Some(timeout) = timeout.filter(|seconds| **seconds > 0) {
                    deadlines.arm(Deadline::Ring, at, seconds(*timeout));
                }
            }
            Self::Adopted | Self::Guessed => {}
        }
        deadlines
    }

    /// A step tells the state, so that it is a guess no longer.
    pub(crate) const fn known(self) -> Self {
        match self {
            Self::Guessed => Self::Adopted,
            Self::Offered | Self::Placed | Self::Adopted => self,
        }
    }
}

fn named(reported: &Details) -> Option<State> {
    reported.as_ref().and_then(|reported| reported.state.value()).and_then(State::from_wire)
}
