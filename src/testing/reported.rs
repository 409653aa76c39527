//! The part of a call that notifications report. A bot that received all notifications must agree with the
//! service on this part.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Debug;

use super::difference::difference;
use crate::call::data::Call;
use crate::call::state::State;
use crate::call::tones::Tones;
use crate::graph;
use crate::graph::call::CallDirection;
use crate::graph::member::Member;
use crate::graph::operation::{CommsOperation, OperationKind};
use crate::graph::participant::Participant;
use crate::id::Id;
use crate::operation::{self, Operation};

/// How the notifications of a call reached a bot. None was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arrival {
    /// Each arrived in its order, at the time of its event.
    AtOnce,
    /// Each arrived in its order, and some arrived later than the reply to a later request.
    InOrder,
    /// Some arrived out of order, and all of them within a minute.
    OutOfOrder {
        /// True if the state depends on the order of the notifications: the call was on hold, or a transfer failed.
        is_ambiguous: bool,
    },
}

/// Compares the copy of a call that a bot has with the call of the service, in everything that notifications can
/// contain. Returns the first difference; `None` if the two agree. `docs/verification.md` says how much is compared
/// after which [`Arrival`].
///
/// ```
/// use callfold::Ledger;
/// use callfold::testing::{Arrival, reported_difference};
///
/// let id = "57dab8b1-894c-409a-b240-bd8beae78896".parse()?;
/// let (mut service, mut bot) = (Ledger::new(), Ledger::new());
/// let placed = format!(r#"{{"call":"{id}","rev":1,"type":"placed","data":{{}}}}"#).parse()?;
/// let connected = format!(r#"{{"call":"{id}","rev":2,"type":"established","data":{{}}}}"#).parse()?;
/// service.apply(&placed)?;
/// bot.apply(&placed)?;
/// service.apply(&connected)?;
/// let place = reported_difference(service.call(id).unwrap(), bot.call(id).unwrap(), Arrival::InOrder);
/// assert_eq!(place.unwrap(), ": `Established` and `Establishing`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn reported_difference(service: &Call, bot: &Call, arrival: Arrival) -> Option<String> {
    let (ours, theirs) = (Reported::of(service, service), Reported::of(bot, service));
    let has_deltas = service.direction() == Some(&CallDirection::Outgoing);
    // A reply can overtake late notifications. A notification that arrives after the end of the call is
    // dropped: see `docs/verification.md`.
    let is_over = !service.state().is_live();
    let has_state =
        ours.state == theirs.state || (arrival == Arrival::OutOfOrder { is_ambiguous: true } && !is_over);
    let places = [
        (!has_state).then(|| difference(&ours.state, &theirs.state)),
        different(&ours.statuses(), &theirs.statuses()),
        different(&ours.ordered(has_deltas), &theirs.ordered(has_deltas)).filter(|_| !is_over),
        different(&ours, &theirs).filter(|_| arrival == Arrival::AtOnce),
    ];
    places.into_iter().flatten().next()
}

fn different<T: Debug + PartialEq>(ours: &T, theirs: &T) -> Option<String> {
    (ours != theirs).then(|| difference(ours, theirs))
}

#[derive(Debug, PartialEq)]
struct Reported {
    state: State,
    details: graph::call::Call,
    operations: BTreeMap<Option<Id>, (OperationKind, operation::state::State, CommsOperation)>,
    participants: BTreeMap<Option<Id>, Participant>,
    tones: Tones,
    sharing: Vec<Id>,
}

impl Reported {
    /// By default a service posts no notification for `ringing` and `redirecting`, and it reports a waiting
    /// operation as running. It does not report the members of an answer back to the app. It posts rosters
    /// for group calls only, and content sharing only if the app requested it.
    fn of(call: &Call, service: &Call) -> Self {
        let was_requested = service.direction() == Some(&CallDirection::Outgoing);
        // An invitation that completes after the end of the call no longer makes it a group call.
        let is_group = service.state().is_live() && service.is_group() == Some(true);
        let reports_roster = is_group || service.details().is_group() == Some(true);
        let operations = call
            .operations()
            .iter()
            .map(|one| (one.id().cloned(), (one.kind(), status(one.state()), resource(one))));
        let participants = call.participants().filter(|_| reports_roster);
        Self {
            state: state(call.state()),
            details: details(call, was_requested, service.has_rung_several()),
            operations: operations.collect(),
            participants: participants.map(|one| (one.id.value().cloned(), one.clone())).collect(),
            tones: call.tones().clone(),
            sharing: call.content_sharing().filter(|_| was_requested).cloned().collect(),
        }
    }

    /// The id, the kind and the state of each operation.
    fn statuses(&self) -> Vec<(&Option<Id>, OperationKind, operation::state::State)> {
        self.operations.iter().map(|(id, (kind, state, _))| (id, *kind, *state)).collect()
    }

    /// The parts whose notifications have sequence numbers: tones, and rosters if the app requested deltas.
    fn ordered(&self, has_deltas: bool) -> (&Tones, Option<&BTreeMap<Option<Id>, Participant>>) {
        (&self.tones, Some(&self.participants).filter(|_| has_deltas))
    }
}

fn state(state: State) -> State {
    let not_reported = [(State::Ringing, State::Establishing), (State::Redirecting, State::Incoming)];
    not_reported.into_iter().find(|(one, _)| *one == state).map_or(state, |(_, reported)| reported)
}

fn status(state: operation::state::State) -> operation::state::State {
    if state == operation::state::State::NotStarted { operation::state::State::Running } else { state }
}

/// If one of several invitations in an operation is withdrawn, only the end of the operation reports it.
fn resource(operation: &Operation) -> CommsOperation {
    let mut resource = operation.resource().clone();
    if operation.is_pending() {
        resource.participants = Member::Absent;
    }
    resource
}

/// Audio routing groups are in the reply to the app that lists them, and in no notification. The end of a call that was
/// redirected to several targets does not say who answered.
fn details(call: &Call, was_requested: bool, has_rung_several: bool) -> graph::call::Call {
    let mut details = call.details().clone();
    if has_rung_several {
        details.answered_by = Member::Absent;
        details.termination_reason = Member::Absent;
    }
    details.audio_routing_groups = Member::Absent;
    if !was_requested {
        details.callback_uri = Member::Absent;
        details.media_config = Member::Absent;
        details.call_options = Member::Absent;
    }
    details
}
