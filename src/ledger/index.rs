//! The indexes of a ledger. Without them, each of these questions would need a look at every call.

use alloc::vec::Vec;

use jiff::Timestamp;
use uuid::Uuid;

use crate::call::data::Call;
use crate::call::deadline::Due;
use crate::call::event::CallEvent;
use crate::id::{CallId, Id};
use crate::places::OrdSet;

const FIRST: CallId = CallId::new(Uuid::nil());
const LAST: CallId = CallId::new(Uuid::max());

/// What orders the calls of a chain: the app of a call, and the time of its first event. An app finds its calls without a look at
/// those of other apps, and a later call does not come before an earlier one.
type Leg = (Option<Id>, Option<Timestamp>);

/// The `callChainId` of a call, and its `myParticipantId` if that is a GUID.
type Participant = (Id, Option<Uuid>);

/// A clone takes constant time.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// The next deadline of each call that has one.
    due: OrdSet<(Due, CallId)>,
    /// The calls that have ended, by the time of their last event.
    ended: OrdSet<(Option<Timestamp>, CallId)>,
    /// The calls by their `callChainId`.
    chains: OrdSet<((Id, Leg), CallId)>,
    /// The same calls by their `callChainId` and their `myParticipantId`.
    participants: OrdSet<((Participant, Leg), CallId)>,
    /// A call, and a call that it replaces or once was to replace.
    replaces: OrdSet<(CallId, CallId)>,
    /// The same pairs, the replaced call first.
    replaced: OrdSet<(CallId, CallId)>,
}

/// The keys of one call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Keys {
    due: Option<Due>,
    ended: Option<Option<Timestamp>>,
    participant: Option<(Participant, Leg)>,
}

impl Keys {
    /// The keys that this event can change.
    pub(super) fn of(call: &Call, event: &CallEvent) -> Self {
        let is_named = event.details().is_some_and(|details| {
            let of_chain = !details.call_chain_id.is_absent() || !details.my_participant_id.is_absent();
            // The direction says whether the app is in the source or in the targets.
            of_chain
                || !details.direction.is_absent()
                || !details.source.is_absent()
                || !details.targets.is_absent()
        });
        Self::all(call, is_named)
    }

    fn all(call: &Call, with_participant: bool) -> Self {
        let details = call.details();
        let chain = details.call_chain_id.value().filter(|_| with_participant);
        let participant = || details.my_participant_id.value().and_then(Id::guid);
        Self {
            due: call.next_deadline(),
            ended: (!call.state().is_live()).then(|| call.last_at()),
            participant: chain.map(|chain| {
                let leg = (call.app().cloned(), call.first_at());
                ((chain.clone(), participant()), leg)
            }),
        }
    }
}

impl<'a> FromIterator<&'a Call> for Index {
    fn from_iter<T: IntoIterator<Item = &'a Call>>(calls: T) -> Self {
        let mut index = Self::default();
        calls.into_iter().for_each(|call| index.add(call));
        index
    }
}

impl Index {
    /// Adds a call that is not in the index.
    pub(super) fn add(&mut self, call: &Call) {
        self.change(call.id(), Keys::default(), Keys::all(call, true));
        call.replaces().for_each(|replaced| self.replaces(call.id(), replaced));
    }

    /// Replaces keys of a call.
    pub(super) fn change(&mut self, id: CallId, before: Keys, after: Keys) {
        change(&mut self.due, id, before.due, after.due);
        change(&mut self.ended, id, before.ended, after.ended);
        let chain = |participant: &Option<(Participant, Leg)>| {
            participant.as_ref().map(|((chain, _), leg)| (chain.clone(), leg.clone()))
        };
        change(&mut self.chains, id, chain(&before.participant), chain(&after.participant));
        change(&mut self.participants, id, before.participant, after.participant);
    }

    /// Adds the calls that an event names as replaced by its call.
    pub(super) fn named(&mut self, id: CallId, event: &CallEvent) {
        event.replaced_calls().for_each(|replaced| self.replaces(id, replaced));
    }

    fn replaces(&mut self, id: CallId, replaced: CallId) {
        self.replaces.insert((id, replaced));
        self.replaced.insert((replaced, id));
    }

    pub(super) fn forget(&mut self, call: &Call) {
        let id = call.id();
        self.change(id, Keys::all(call, true), Keys::default());
        let replaced: Vec<CallId> = paired(&self.replaces, id).collect();
        for replaced in replaced {
            self.replaces.remove(&(id, replaced));
            self.replaced.remove(&(replaced, id));
        }
    }

    /// The next deadline of each call that has one, the earliest first.
    pub(super) fn due(&self) -> impl Iterator<Item = (Due, CallId)> + '_ {
        self.due.iter().copied()
    }

    /// The calls that have ended, in the order of their last events. Calls whose events have no times come first.
    pub(super) fn ended(&self) -> impl Iterator<Item = (Option<Timestamp>, CallId)> + '_ {
        self.ended.iter().copied()
    }

    /// The calls with this `callChainId`.
    pub(super) fn chain(&self, chain: &Id) -> impl Iterator<Item = CallId> + '_ {
        legs(&self.chains, chain.clone(), None).map(|(_, id)| *id)
    }

    /// The first call with this `callChainId` that an app sees.
    pub(super) fn first_leg(&self, chain: &Id, app: Option<&Id>) -> Option<CallId> {
        first(&self.chains, chain, app)
    }

    /// The first call with this `callChainId` and this `myParticipantId`, or with none, that an app sees.
    pub(super) fn participant(
        &self,
        chain: &Id,
        participant: Option<Uuid>,
        app: Option<&Id>,
    ) -> Option<CallId> {
        first(&self.participants, &(chain.clone(), participant), app)
    }

    /// The calls that replace this call, or once were to replace it.
    pub(super) fn replacing(&self, id: CallId) -> impl Iterator<Item = CallId> + '_ {
        paired(&self.replaced, id)
    }
}

fn change<K: Ord + Clone>(set: &mut OrdSet<(K, CallId)>, id: CallId, before: Option<K>, after: Option<K>) {
    if before != after {
        before.into_iter().for_each(|key| _ = set.remove(&(key, id)));
        after.into_iter().for_each(|key| _ = set.insert((key, id)));
    }
}

/// The second calls of the pairs that begin with this one.
fn paired(pairs: &OrdSet<(CallId, CallId)>, id: CallId) -> impl Iterator<Item = CallId> + '_ {
    pairs.range((id, FIRST)..=(id, LAST)).map(|(_, other)| *other)
}

/// The legs that have this key, from those of an app on.
fn legs<K: Ord + Clone>(
    set: &OrdSet<((K, Leg), CallId)>,
    key: K,
    from: Option<Id>,
) -> impl Iterator<Item = (&Leg, &CallId)> {
    let start = ((key.clone(), (from, None)), FIRST);
    set.range(start..)
        .map(|((of, leg), id)| (of, leg, id))
        .take_while(move |(of, ..)| **of == key)
        .map(|(_, leg, id)| (leg, id))
}

/// The leg with this key that began first, of those that an app sees: its own, and those that name no app. Without an app, all are
/// seen.
fn first<K: Ord + Clone>(set: &OrdSet<((K, Leg), CallId)>, key: &K, app: Option<&Id>) -> Option<CallId> {
    let from = |owner: Option<&Id>| legs(set, key.clone(), owner.cloned()).next();
    let Some(app) = app else { return from(None).map(|(_, id)| *id) };
    let of = |owner: Option<&Id>| from(owner).filter(|((of, _), _)| of.as_ref() == owner);
    [None, Some(app)]
        .into_iter()
        .filter_map(of)
        .min_by_key(|((_, began), id)| (*began, **id))
        .map(|(_, id)| *id)
}
