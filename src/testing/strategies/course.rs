//! Strategies for courses. A course is about two calls of a service, and one of them may replace the other.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::Union;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::course::{Move, What};
use super::super::model::data::Model;
use super::super::outline::Outline;
use super::values::BEGINNING;
use super::{network_event, request};
use crate::call::network_event::{CallEnd, Ending, NetworkEvent, StopReason, TransferFailure};
use crate::call::state::{State, Transition};
use crate::graph;
use crate::graph::method::{Begins, Item, Method};
use crate::graph::permission::Permission;
use crate::id::{CallId, Id};
use crate::operation;

/// A legal course. One or two calls begin, and most of them are connected. Up to forty moves of the app and
/// the network follow. Most of these moves do not end the calls. A course shrinks by removing moves. The
/// moves that are no longer legal are then removed, too.
///
/// ```
/// use callfold::testing::{Model, strategies::courses};
/// use callfold::proptest::prelude::*;
/// use callfold::proptest::test_runner::TestRunner;
///
/// TestRunner::deterministic().run(&courses(), |course| {
///     let mut model = Model::new();
///     prop_assert!(course.iter().all(|one| model.apply(one)));
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn courses() -> impl Strategy<Value = Vec<Move>> {
    courses_of(0, BEGINNING)
}

/// A legal course like those of [`courses`]. The ids of its two calls are derived from the number of the
/// conversation, and the course begins at the time `begins`. Courses with different numbers have different
/// calls, so that a test can mix several courses in one service.
pub fn courses_of(conversation: u64, begins: Timestamp) -> impl Strategy<Value = Vec<Move>> {
    written(conversation, begins, true)
}

/// A course that also contains moves that are not legal: in the wrong state, with a broken body, or of an app that lacks a
/// permission. A host must refuse a move if the [`Model`] refuses it, with the status of [`Model::attempt`].
pub fn attempts() -> impl Strategy<Value = Vec<Move>> {
    written(0, BEGINNING, false)
}

fn written(conversation: u64, begins: Timestamp, is_legal: bool) -> impl Strategy<Value = Vec<Move>> {
    let [_, other] = calls_of(conversation);
    let wishes = (beginning(other), prop::bool::weighted(0.1), vec(phrase(other), 0..30));
    wishes.prop_map(move |(beginning, from_nothing, rest)| {
        let mut author = Author::new(conversation, begins);
        let wishes = beginning.iter().filter(|_| !from_nothing).chain(rest.iter().flatten());
        wishes.filter_map(|wish| author.write(wish, is_legal)).collect()
    })
}

/// The next legal move for the calls of a model, at the time of the last move or later. Use it in tests of a
/// state machine against the [`Model`]. The strategy generates several candidates and takes one that is
/// legal. If none is legal, the move is a wait. A single move does not shrink: a test shrinks its course by
/// removing moves.
///
/// ```
/// use callfold::testing::{Model, strategies::moves};
/// use callfold::proptest::prelude::*;
/// use callfold::proptest::test_runner::TestRunner;
///
/// let model = Model::new();
/// TestRunner::deterministic().run(&moves(&model), |one| {
///     prop_assert!(model.allows(&one));
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn moves(model: &Model) -> impl Strategy<Value = Move> + use<> {
    let [own, other] = calls_of(0);
    let author = Author { model: model.clone(), now: model.now.max(BEGINNING), ..Author::new(0, BEGINNING) };
    let wishes =
        if model.calls().next().is_none() { beginning(other).boxed() } else { vec(wish(other), 16).boxed() };
    wishes
        .prop_map(move |wishes| {
            let mut author = author.clone();
            let mut named = wishes.iter().filter(|wish| !matches!(wish.wanted, Wanted::Wait));
            let legal = named.find_map(|wish| author.concrete(wish).filter(|one| author.model.allows(one)));
            legal.unwrap_or_else(|| Move::new(author.now, own, author.model.made + 1, What::Wait))
        })
        .no_shrink()
}

/// A move before it is known which calls, participants and operations exist when it is made.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) is_other: bool,
    pub(super) millis: i64,
    pub(super) wanted: Wanted,
}

#[derive(Clone, Debug)]
pub(super) enum Wanted {
    Offer(Box<NetworkEvent>),
    /// A request. The id is that of the participant or the operation that the method is about, and the index
    /// chooses one that exists instead. The permissions are those of the app.
    Request(Method, Option<Id>, Index, Value, &'static [Permission]),
    NetworkEvent(Box<NetworkEvent>),
    /// The end of the oldest pending operation that is not in the media queue.
    Finish(Ending),
    Wait,
}

pub(super) type Wanting = BoxedStrategy<Wanted>;

/// Writes a course, and asks the reference model whether each move is legal.
#[derive(Clone)]
pub(super) struct Author {
    calls: [CallId; 2],
    model: Model,
    pub(super) now: Timestamp,
}

impl Author {
    pub(super) fn new(conversation: u64, begins: Timestamp) -> Self {
        let mut model = Model::new();
        model.made = u128::from(conversation) << 64;
        Self { calls: calls_of(conversation), model, now: begins }
    }

    /// The move that a wish becomes; `None` if it must be legal and is not.
    pub(super) fn write(&mut self, wish: &Wish, is_legal: bool) -> Option<Move> {
        self.concrete(wish).filter(|one| self.model.apply(one) || !is_legal)
    }

    fn concrete(&mut self, wish: &Wish) -> Option<Move> {
        let later = SignedDuration::from_millis(wish.millis);
        self.now = self.now.checked_add(later).unwrap_or(self.now);
        let [own, other] = self.calls;
        let call = if wish.is_other { other } else { own };
        let number = self.model.made + 1;
        let outline = self.model.known(call);
        let what = match &wish.wanted {
            Wanted::Request(method, item, index, body, _) => {
                let mut body = body.clone();
                if method.begins() != Begins::Nothing && body.get("clientContext").is_none() {
                    request::insert(&mut body, [("clientContext", json!(format!("context-{number}")))]);
                }
                let known = outline.and_then(|outline| known(outline, *method, index));
                let item = item.as_ref().map(|item| known.unwrap_or(item).clone());
                What::Request { method: *method, item, body }
            }
            Wanted::Offer(network_event) | Wanted::NetworkEvent(network_event) => {
                What::NetworkEvent(network_event.clone())
            }
            Wanted::Finish(ending) => {
                let id = pending(outline?)?.clone();
                What::NetworkEvent(Box::new(NetworkEvent::operation_finished(id, ending.clone())))
            }
            Wanted::Wait => What::Wait,
        };
        let one = Move::new(self.now, call, number, what);
        Some(match wish.wanted {
            Wanted::Request(.., permissions) => Move { permissions, ..one },
            Wanted::Offer(_) | Wanted::NetworkEvent(_) | Wanted::Finish(_) | Wanted::Wait => one,
        })
    }
}

/// The oldest pending operation that is not in the media queue.
fn pending(outline: &Outline) -> Option<&Id> {
    let mut running =
        outline.operations.iter().filter(|(.., state)| *state == operation::state::State::Running);
    running.find(|(id, ..)| !outline.media.contains(id)).map(|(id, ..)| id)
}

/// An existing participant or operation that the method can be about.
fn known<'a>(outline: &'a Outline, method: Method, index: &Index) -> Option<&'a Id> {
    match method.item()? {
        Item::Operation => {
            outline.operations.get(index.index(outline.operations.len() + 1)).map(|(id, ..)| id)
        }
        _ if method == Method::StopHoldMusic => outline.on_hold.as_ref(),
        Item::Participant | Item::Invited => {
            outline.participants.keys().nth(index.index(outline.participants.len() * 2 + 1))
        }
    }
}

/// The two calls of a conversation.
pub(super) fn calls_of(conversation: u64) -> [CallId; 2] {
    // The number of the conversation is mixed, so that the ids look random.
    let stirred = u128::from(conversation.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    [0x57da_b8b1, 0xe5d3_9592].map(|first: u128| CallId::new(Uuid::from_u128((first << 96) | stirred)))
}

fn wish(other: CallId) -> impl Strategy<Value = Wish> {
    let wanted = prop_oneof![
        1 => request(Method::CreateCall, other),
        1 => offered(),
        9 => request_of(methods(), other),
        2 => spoiled(select(Method::ALL).boxed(), other),
        12 => happens(network_event::network_events()),
        3 => network_event::endings().prop_map(Wanted::Finish),
        1 => Just(Wanted::Wait),
    ];
    let millis = prop_oneof![6 => 0..3000_i64, 2 => 3000..20_000_i64, 1 => Just(1_300_000_i64)];
    (prop::bool::weighted(0.2), millis, wanted).prop_map(|(is_other, millis, wanted)| Wish {
        is_other,
        millis,
        wanted,
    })
}

/// Any method but `CreateCall`, which has its own strategy. The methods that end a call are rare.
fn methods() -> BoxedStrategy<Method> {
    let is_rare = |method: &Method| matches!(method, Method::Reject | Method::DeleteCall | Method::Redirect);
    let others = Method::ALL.iter().copied();
    let common: Vec<Method> =
        others.filter(|method| !is_rare(method) && *method != Method::CreateCall).collect();
    let media = [
        Method::PlayPrompt,
        Method::RecordResponse,
        Method::SubscribeToTone,
        Method::KeepAlive,
        Method::UpdateRecordingStatus,
    ];
    let people = [Method::Transfer, Method::Invite, Method::StartHoldMusic, Method::StopHoldMusic];
    prop_oneof![
        12 => select(common),
        6 => select(media.to_vec()),
        3 => select(people.to_vec()),
        1 => select([Method::Reject, Method::DeleteCall, Method::Redirect].to_vec()),
    ]
    .boxed()
}

pub(super) fn request_of(method: BoxedStrategy<Method>, other: CallId) -> impl Strategy<Value = Wanted> {
    let request = method.prop_flat_map(move |one| {
        (Just(one), request::items(one), any::<Index>(), request::bodies(one, other))
    });
    request
        .prop_map(|(method, item, index, body)| Wanted::Request(method, item, index, body, Permission::ALL))
}

pub(super) fn request(method: Method, other: CallId) -> Wanting {
    request_of(Just(method).boxed(), other).boxed()
}

pub(super) fn happen(network_event: NetworkEvent) -> Wanting {
    happens(Just(network_event))
}

pub(super) fn happens(network_event: impl Strategy<Value = NetworkEvent> + 'static) -> Wanting {
    network_event.prop_map(|one| Wanted::NetworkEvent(Box::new(one))).boxed()
}

pub(super) fn connected() -> Wanting {
    happens(network_event::connected())
}

pub(super) fn roster() -> Wanting {
    happens(network_event::roster())
}

pub(super) fn offered() -> Wanting {
    network_event::offers().prop_map(offer).boxed()
}

pub(super) fn offer(offer: graph::call::Call) -> Wanted {
    Wanted::Offer(Box::new(NetworkEvent::Offered(Box::new(offer))))
}

/// A request whose body may be broken, of an app that may lack permissions.
fn spoiled(method: BoxedStrategy<Method>, other: CallId) -> impl Strategy<Value = Wanted> {
    (request_of(method, other), request::faults(), request::permissions()).prop_map(
        |(wanted, fault, granted)| match wanted {
            Wanted::Request(method, item, index, body, _) => {
                let body = match fault {
                    Some(fault) => fault.in_body(body),
                    None => body,
                };
                Wanted::Request(method, item, index, body, granted)
            }
            Wanted::Offer(_) | Wanted::NetworkEvent(_) | Wanted::Finish(_) | Wanted::Wait => wanted,
        },
    )
}

/// One wish, or several in the order in which they happen in real calls.
pub(super) fn phrase(other: CallId) -> impl Strategy<Value = Vec<Wish>> {
    let request = |method| request(method, other);
    let prompted = || happen(NetworkEvent::PromptFinished(Ending::completed()));
    let menu = [request(Method::SubscribeToTone), request(Method::PlayPrompt), prompted()];
    let voicemail = [
        request(Method::RecordResponse),
        prompted(),
        happen(NetworkEvent::SpeechStarted),
        happen(NetworkEvent::SpeechEnded),
        happen(NetworkEvent::RecordingFinished(StopReason::Silence)),
    ];
    let transfer = [
        request(Method::Transfer),
        happen(NetworkEvent::TransferAccepted),
        happen(NetworkEvent::TransferCompleted(CallEnd::default())),
    ];
    let taken_back = [request(Method::Invite), request(Method::DeleteParticipant)];
    let failed =
        [request(Method::Transfer), happen(NetworkEvent::TransferFailed(TransferFailure::default()))];
    let session = || Id::from("session-1");
    let sharing = [
        happen(NetworkEvent::ContentSharingStarted(session())),
        happen(NetworkEvent::ContentSharingUpdated(session())),
        happen(NetworkEvent::ContentSharingEnded(session())),
    ];
    let joining = network_event::joining().map(happens);
    let music = [request(Method::StartHoldMusic), request(Method::StopHoldMusic)];
    prop_oneof![
        20 => wish(other).prop_map(|wish| [wish].into()),
        1 => together(&menu),
        1 => together(&voicemail),
        1 => absence(),
        1 => together(&transfer),
        1 => together(&taken_back),
        1 => together(&failed),
        1 => together(&sharing),
        1 => together(&music),
        2 => together(&joining),
    ]
}

/// Two network events: with the first, an established call goes to another state, and with the second it
/// comes back.
fn absence() -> BoxedStrategy<Vec<Wish>> {
    let pairs = Transition::ALL.iter().flat_map(|away| {
        let gone = State::Established.after(*away);
        let steps = gone.into_iter().flat_map(State::steps);
        let back = steps.filter(|(_, next)| *next == State::Established).map(|(back, _)| back);
        back.filter_map(|back| Some([network_event_of(*away)?, network_event_of(back)?]))
    });
    let phrases = pairs.map(|pair| together(&pair.map(happen)).boxed());
    Union::new(phrases.collect::<Vec<_>>()).boxed()
}

/// The network event that makes a call take this transition, if one without data does.
fn network_event_of(transition: Transition) -> Option<NetworkEvent> {
    Some(match transition {
        Transition::Alerted => NetworkEvent::Alerted,
        Transition::Held => NetworkEvent::Held,
        Transition::Resumed => NetworkEvent::Resumed,
        Transition::TransferAccepted => NetworkEvent::TransferAccepted,
        Transition::TransferFailed => NetworkEvent::TransferFailed(TransferFailure::default()),
        Transition::Answered
        | Transition::Established
        | Transition::Redirected
        | Transition::TransferStarted
        | Transition::TerminationStarted
        | Transition::Terminated => return None,
    })
}

/// Wishes that come true one after another, with up to three seconds between two.
fn together(wanted: &[BoxedStrategy<Wanted>]) -> impl Strategy<Value = Vec<Wish>> + use<> {
    let (wanted, millis) = (wanted.to_vec(), vec(0..3000_i64, wanted.len()));
    (wanted, millis).prop_map(|(wanted, millis)| {
        let wishes = wanted.into_iter().zip(millis);
        wishes.map(|(wanted, millis)| Wish { is_other: false, millis, wanted }).collect()
    })
}

fn at_once(is_other: bool, wanted: Wanted) -> Wish {
    Wish { is_other, millis: 0, wanted }
}

/// The wishes with which calls begin. Most calls are answered and connected.
pub(super) fn beginning(other: CallId) -> impl Strategy<Value = Vec<Wish>> {
    let decided =
        prop_oneof![4 => Just(Method::Answer), 1 => Just(Method::Reject), 1 => Just(Method::Redirect)];
    let placed = request(Method::CreateCall, other);
    let begun = prop_oneof![
        placed.clone().prop_map(|placed| Vec::from([placed])),
        (offered(), request_of(decided.boxed(), other))
            .prop_map(|(offer, decided)| Vec::from([offer, decided])),
    ];
    let up = (connected(), roster());
    (begun, prop::bool::weighted(0.8), up, any::<bool>(), placed).prop_map(
        |(begun, is_quick, (connected, roster), has_other, placed)| {
            let mut wishes: Vec<Wish> = begun.into_iter().map(|wanted| at_once(false, wanted)).collect();
            if has_other {
                wishes.extend([at_once(true, placed), at_once(true, connected.clone())]);
            }
            if is_quick {
                wishes.extend([at_once(false, connected), at_once(false, roster)]);
            }
            wishes
        },
    )
}
