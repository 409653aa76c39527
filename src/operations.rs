//! The operations of a call, in the order in which they were first reported.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::graph::identity::InvitationParticipantInfo;
use crate::graph::operation::{CommsOperation, OperationKind};
use crate::graph::result::ResultInfo;
use crate::id::{Id, OperationId};
use crate::operation::Operation;
use crate::operation::state::State;
use crate::places::{FEW, Places, Vector, key};

/// How many operations with one `clientContext` and one end are compared with a report without an id. If the report says
/// nothing new, the first comparison finds it. If it does, all comparisons are in vain, and a sender can choose their number.
const MOST: usize = 64;

/// The operations of a call, in the order in which they were first reported. A call never removes an operation.
#[derive(Clone, Default)]
pub struct Operations(Listed);

#[derive(Clone)]
enum Listed {
    Few(Vec<Operation>),
    /// More than [`FEW`] operations, which clones of the call share.
    Many(Arc<Many>),
}

/// A clone takes constant time.
#[derive(Clone, Default)]
struct Many {
    list: Vector<Operation>,
    places: Places,
}

/// What an operation is found by.
#[derive(Hash)]
enum Key<'a> {
    Id(&'a OperationId),
    /// The `clientContext` of any operation of a kind.
    Context(&'a str, OperationKind),
    /// The `clientContext` of an operation of a kind that has ended, and one sign of its end.
    Ended(&'a str, OperationKind, State, Sign<'a>),
    /// The `clientContext` of a pending operation of a kind.
    Pending(&'a str, OperationKind),
    /// The `clientContext` of an operation of a kind without an id.
    Nameless(&'a str, OperationKind),
    /// The kind of a successful operation.
    Success(OperationKind),
    /// Somebody whom a pending operation invites.
    Invited(&'a Id),
}

/// A member of an ended operation that few other operations share.
#[derive(Clone, Copy, Hash)]
enum Sign<'a> {
    Recording(&'a str),
    Result(&'a ResultInfo),
    None,
}

impl<'a> Sign<'a> {
    /// The signs of an operation, the rarest one first.
    fn all(resource: &'a CommsOperation) -> impl Iterator<Item = Self> {
        let recording = resource.recording_location.value().map(|location| Self::Recording(location));
        let result = resource.result_info.value().map(|result| Self::Result(result));
        recording.into_iter().chain(result).chain([Self::None])
    }
}

impl Many {
    fn push(&mut self, operation: Operation) {
        let ids = operation.ids().map(|id| key(Key::Id(id)));
        self.places.change(self.list.len(), Vec::new(), ids.chain(keys(&operation)).collect());
        self.list.push_back(operation);
    }

    fn report(&mut self, place: usize, next: State, reported: Arc<CommsOperation>) {
        let Some(operation) = self.list.get_mut(place) else { return };
        // The hashes of a long invitation would cost more than the rest of the report.
        let rekeys = next != operation.state() || may_rekey(operation, &reported);
        let before = if rekeys { keys(operation).collect() } else { Vec::new() };
        // An operation keeps all its ids, so only the reported id can be new.
        let mut after: Vec<u64> = reported.id.value().map(|id| key(Key::Id(id))).into_iter().collect();
        operation.step(next, reported);
        if rekeys {
            after.extend(keys(operation));
        }
        self.places.change(place, before, after);
    }
}

impl Default for Listed {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl From<Vec<Operation>> for Operations {
    fn from(list: Vec<Operation>) -> Self {
        if list.len() <= FEW {
            return Self(Listed::Few(list));
        }
        let mut many = Many::default();
        list.into_iter().for_each(|operation| many.push(operation));
        Self(Listed::Many(many.into()))
    }
}

impl PartialEq for Operations {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Operations {}

impl Hash for Operations {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len().hash(state);
        self.iter().for_each(|operation| operation.hash(state));
    }
}

impl fmt::Debug for Operations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Operations {
    /// The number of operations.
    pub fn len(&self) -> usize {
        match &self.0 {
            Listed::Few(list) => list.len(),
            Listed::Many(many) => many.list.len(),
        }
    }

    /// True if no operation was reported.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The operation at an index.
    pub fn get(&self, index: usize) -> Option<&Operation> {
        match &self.0 {
            Listed::Few(list) => list.get(index),
            Listed::Many(many) => many.list.get(index),
        }
    }

    /// The operation that was reported first.
    pub fn first(&self) -> Option<&Operation> {
        self.iter().next()
    }

    /// The operation that was reported last.
    pub fn last(&self) -> Option<&Operation> {
        self.iter().next_back()
    }

    /// The operations in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Operation> {
        let (few, many) = match &self.0 {
            Listed::Few(list) => (&list[..], None),
            Listed::Many(many) => (&[][..], Some(many.list.iter())),
        };
        few.iter().chain(many.into_iter().flatten())
    }

    pub(crate) fn push(&mut self, operation: Operation) {
        match &mut self.0 {
            Listed::Few(list) if list.len() < FEW => list.push(operation),
            Listed::Few(list) => {
                let mut many = Many::default();
                list.drain(..).chain([operation]).for_each(|operation| many.push(operation));
                self.0 = Listed::Many(many.into());
            }
            Listed::Many(many) => Arc::make_mut(many).push(operation),
        }
    }

    /// Merges a report into the operation at a place, which enters the next state. The next state can be the present
    /// one.
    pub(crate) fn report(&mut self, place: usize, next: State, reported: Arc<CommsOperation>) {
        match &mut self.0 {
            Listed::Few(list) => {
                if let Some(operation) = list.get_mut(place) {
                    operation.step(next, reported);
                }
            }
            Listed::Many(many) => Arc::make_mut(many).report(place, next, reported),
        }
    }

    /// The operation that a report is about.
    pub(crate) fn find(&self, reported: &CommsOperation) -> Option<&Operation> {
        self.get(self.position(reported)?)
    }

    /// The index of the operation that a report is about. It is found by these rules, in this order:
    ///
    /// 1. by id;
    /// 2. by `clientContext`, if the report has no id and repeats the end of an operation;
    /// 3. by `clientContext`, among the pending operations of the same kind;
    /// 4. by `clientContext`, if the operation or the report has no id.
    ///
    /// The reply to cancelMediaProcessing can have the id of the operation that it cancels. So the kinds must agree if
    /// both are known.
    pub(crate) fn position(&self, reported: &CommsOperation) -> Option<usize> {
        match &self.0 {
            Listed::Few(list) => {
                let places = list.iter().enumerate();
                let ranked = places.filter_map(|(place, one)| Some((rank(one, reported)?, place)));
                ranked.min().map(|(_, place)| place)
            }
            Listed::Many(many) => many.position(reported),
        }
    }

    /// The first operation that a report named by this id. However many operations there are, this takes the same time.
    pub fn by_id(&self, id: &OperationId) -> Option<&Operation> {
        self.all(&Key::Id(id)).find(|operation| operation.is_called(id))
    }

    /// True if an operation of this id is running.
    pub(crate) fn runs(&self, id: &OperationId) -> bool {
        self.all(&Key::Id(id)).any(|operation| operation.state() == State::Running && operation.is_called(id))
    }

    /// True if an operation of this kind was successful.
    pub(crate) fn has_success(&self, kind: OperationKind) -> bool {
        self.all(&Key::Success(kind)).any(|operation| operation.kind() == kind && operation.is_success())
    }

    /// The first pending invitation of somebody with this id.
    pub(crate) fn invitation(&self, id: &Id) -> Option<&Operation> {
        let mut pending = self.all(&Key::Invited(id)).filter(|operation| operation.is_pending());
        pending.find(|operation| operation.invited().any(|one| is_named(one, id)))
    }

    /// The operations that can have this key: those of the index, or all if there is no index.
    fn all<'a>(&'a self, sought: &Key<'_>) -> impl Iterator<Item = &'a Operation> + use<'a> {
        let (few, many) = match &self.0 {
            Listed::Few(list) => (&list[..], None),
            Listed::Many(many) => (&[][..], Some((many, key(sought)))),
        };
        let many = many.into_iter();
        let found = many.flat_map(|(many, key)| many.places.of(key).filter_map(|place| many.list.get(place)));
        few.iter().chain(found)
    }
}

impl Many {
    /// Looks only at the operations that can have each rank, from the best rank to the worst.
    fn position(&self, reported: &CommsOperation) -> Option<usize> {
        let ranked = |place: usize, wanted: u8| {
            self.list.get(place).is_some_and(|one| rank(one, reported) == Some(wanted))
        };
        let first = |keys: &mut dyn Iterator<Item = Key<'_>>, wanted: u8| {
            keys.filter_map(|one| self.places.of(key(one)).take(MOST).find(|place| ranked(*place, wanted)))
                .min()
        };
        let id = reported.id.value();
        let by_id = first(&mut id.map(Key::Id).into_iter(), 0);
        let context = reported.client_context.value().filter(|context| !context.is_empty());
        let (None, Some(context)) = (by_id, context) else { return by_id };
        let kinds = || kinds(reported.kind());
        let ended = State::reported(reported).zip(Sign::all(reported).next()).filter(|_| id.is_none());
        let said = ended.and_then(|(state, sign)| {
            first(&mut kinds().map(|kind| Key::Ended(context, kind, state, sign)), 1)
        });
        let pending = || first(&mut kinds().map(|kind| Key::Pending(context, kind)), 2);
        let last = || match id {
            None => first(&mut kinds().map(|kind| Key::Context(context, kind)), 3),
            Some(_) => first(&mut kinds().map(|kind| Key::Nameless(context, kind)), 3),
        };
        said.or_else(pending).or_else(last)
    }
}

/// The kinds with which a kind agrees. An unknown kind agrees with each.
fn kinds(kind: OperationKind) -> impl Iterator<Item = OperationKind> {
    let all = OperationKind::ALL.iter().copied();
    all.filter(move |other| kind == OperationKind::Comms || [kind, OperationKind::Comms].contains(other))
}

/// The rule by which a report is about an operation; `None` if the report is about another one.
fn rank(operation: &Operation, reported: &CommsOperation) -> Option<u8> {
    let is_called_so = operation.has_id_of(reported);
    let is_named = is_called_so || operation.shares_context(reported);
    if !is_named || !operation.shares_kind(reported) {
        return None;
    }
    if is_called_so {
        return Some(0);
    }
    match reported.id.value() {
        None if operation.said(reported) => Some(1),
        _ if operation.is_pending() => Some(2),
        id => (id.is_none() || operation.id().is_none()).then_some(3),
    }
}

/// The keys of an operation, without its ids.
fn keys(operation: &Operation) -> impl Iterator<Item = u64> {
    let (kind, is_pending) = (operation.kind(), operation.is_pending());
    let contexts = operation.client_context().filter(|context| !context.is_empty()).into_iter();
    let contexts = contexts.flat_map(move |context| {
        let pending = is_pending.then_some(Key::Pending(context, kind));
        let nameless = operation.id().is_none().then_some(Key::Nameless(context, kind));
        let signs = Sign::all(operation.resource()).filter(move |_| !is_pending);
        let ended = signs.map(move |sign| Key::Ended(context, kind, operation.state(), sign));
        [Some(Key::Context(context, kind)), pending, nameless].into_iter().flatten().chain(ended)
    });
    let success = operation.is_success().then_some(Key::Success(kind));
    let invited = operation.invited().filter(move |_| is_pending).flat_map(ids_of).map(Key::Invited);
    contexts.chain(success).chain(invited).map(key)
}

/// True if a report can change the [`keys`] of an operation that stays in its state.
fn may_rekey(operation: &Operation, reported: &CommsOperation) -> bool {
    let context = &reported.client_context;
    operation.kind() == OperationKind::Comms
        || operation.id().is_none()
        || !reported.participants.is_absent()
        || !(context.is_absent() || *context == operation.resource().client_context)
}

/// True if somebody who is invited has this id.
pub(crate) fn is_named(one: &InvitationParticipantInfo, id: &Id) -> bool {
    ids_of(one).any(|known| known == id)
}

fn ids_of(one: &InvitationParticipantInfo) -> impl Iterator<Item = &Id> {
    let identities = one.identity.value().into_iter().flat_map(|set| set.identities());
    let own = one.participant_id.value().into_iter().chain(one.id.value());
    own.chain(identities.filter_map(|identity| identity.id.value()))
}
