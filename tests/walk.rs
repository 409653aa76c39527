//! The exhaustive walk: every abstract state that a call can reach, with everything that can be done to the
//! call there.
//!
//! A *place* is an abstract state that many concrete calls share: see `walk/place.rs`. The first call that is
//! found at a place represents all of them. An *edge* is a move from one place to another. The claims in
//! `walk/claims.rs` and `walk/names.rs` are checked for every edge.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and needs little of most events"
)]

mod claims;
mod graph;
mod happenings;
mod moves;
mod names;
mod place;
mod report;
mod reported;
mod requests;
mod roots;

use std::collections::BTreeSet;
use std::io::Write as _;

use callfold::call::{NetworkEventKind, State};
use callfold::graph::{Method, OperationKind};
use callfold::{Ledger, Why};

use graph::{Graph, Walk};
use moves::What;
use place::{Place, Side};

/// The walk of a service: requests, network events and deadlines.
fn service(is_within: fn(&Place) -> bool) -> Walk {
    let moves = requests::all().into_iter().chain(happenings::all()).collect();
    Walk { side: Side::Service, roots: roots::requested(), moves, is_within, is_thorough: true }
}

/// The walk of a bot: notifications, replies and deadlines.
fn bot(is_within: fn(&Place) -> bool, is_thorough: bool) -> Walk {
    let due = happenings::all().into_iter().filter(|one| matches!(one.what, What::Wait(_)));
    let moves: Vec<_> = reported::all(if is_thorough { 11 } else { 7 }).into_iter().chain(due).collect();
    Walk { side: Side::Bot, roots: roots::received(&moves, &Ledger::new()), moves, is_within, is_thorough }
}

/// The walk of one call that gets all of these moves.
fn both(is_within: fn(&Place) -> bool) -> Walk {
    let received = reported::some();
    let mut roots = roots::requested();
    roots.extend(roots::received(&received, &roots::before()));
    let moves = requests::all().into_iter().chain(happenings::all()).chain(received).collect();
    Walk { side: Side::Both, roots, moves, is_within, is_thorough: true }
}

/// Requests about items that do not exist, and beginnings of a call that has begun. They are refused
/// everywhere.
const REFUSED: [&str; 8] = [
    "request createCall",
    "request getParticipant nobody",
    "request getOperation nothing",
    "request keepAlive without a permission",
    "offered",
    "participantJoiningAnswered not understood",
    "contentSharingEnded of what is not shared",
    "operationFinished nothing",
];
/// Events that only an observed notification can produce.
pub(crate) const CONCLUDED: [&str; 3] = ["adopted", "stateConfirmed", "notificationHeard"];
/// The walk of a service has neither these nor the event of the loop around a service.
const NOT_WALKED: [&str; 4] = [CONCLUDED[0], CONCLUDED[1], CONCLUDED[2], "requestAnswered"];
/// Events that only a service records. A bot records only its own `keepAlive` of these, and of content
/// sharing it learns only whether there is any.
pub(crate) const SERVED: [&str; 18] = [
    "answerRequested",
    "rejectRequested",
    "redirectRequested",
    "transferRequested",
    "operationQueued",
    "joinAnnounced",
    "joinAnswered",
    "recordedParticipantLeft",
    "recordingStatusUpdated",
    "holdMusicStarted",
    "holdMusicStopped",
    "contentSharingUpdated",
    "audioRoutingGroupCreated",
    "deviceQualityReported",
    "requestAnswered",
    "recordingStarted",
    "speechStarted",
    "speechEnded",
];
/// Deadlines that only the events of a service set.
const UNARMED: [&str; 4] = ["due redirect", "due initialSilence", "due silence", "due recordDuration"];

/// Checks a complete walk: it reaches every state and every step of the chart, and from every place there is
/// a path to the end.
#[track_caller]
fn goes_everywhere(walk: &Walk) -> Graph {
    let graph = walk.walk();
    assert_eq!(graph.never_seen(), [], "states of the chart that no call was in");
    assert_eq!(graph.never_stepped(), [], "steps of the chart that nothing took");
    assert_eq!(graph.endless(), [""; 0], "no end can be reached from there");
    graph
}

/// Checks that every move was legal somewhere and that every event happened, except for these.
#[track_caller]
fn does_everything(walk: &Walk, graph: &Graph, never_taken: &[&str], never_happened: &[&str]) {
    assert_eq!(graph.never_taken(walk), never_taken, "moves that were legal nowhere");
    assert_eq!(graph.never_happened(), never_happened, "events that no move produced");
}

#[test]
fn a_service_goes_everywhere_and_nowhere_else() {
    let walk = service(|place| {
        let is_compact = place.waits_for_one_thing() && (place.queue.is_empty() || place.topics() == 0);
        place.queue.len() <= 3 && is_compact && place.variations(Side::Service) <= 1
    });
    let graph = goes_everywhere(&walk);
    does_everything(&walk, &graph, &REFUSED, &NOT_WALKED);
    insta::assert_snapshot!(graph.report(&walk));
}

#[test]
fn a_bot_goes_everywhere_and_nowhere_else() {
    let walk = bot(|place| place.variations(Side::Bot) <= 1, false);
    let graph = goes_everywhere(&walk);
    does_everything(&walk, &graph, &UNARMED, &SERVED);
    insta::assert_snapshot!(graph.report(&walk));
}

#[test]
fn a_call_with_requests_and_notifications_goes_everywhere_and_nowhere_else() {
    let walk = both(|place| {
        let waits = place.queue.len() == 2 && place.state == State::Established;
        (place.queue.len() <= 1 || waits) && place.variations(Side::Both) <= usize::from(waits)
    });
    let graph = goes_everywhere(&walk);
    insta::assert_snapshot!(graph.report(&walk));
}

/// Runs a walk with fewer bounds. Debug builds skip it, because it would take an hour. They say so past the
/// harness, which holds back what a passing test prints.
fn in_release(walk: fn() -> Walk, never_taken: &[&str], never_happened: &[&str]) -> Option<String> {
    if cfg!(debug_assertions) {
        let skipped = b"SKIPPED: a long walk, which takes minutes with --release, and an hour without\n";
        std::io::stderr().write_all(skipped).unwrap();
        return None;
    }
    let walk = walk();
    let graph = goes_everywhere(&walk);
    does_everything(&walk, &graph, never_taken, never_happened);
    Some(graph.report(&walk))
}

#[test]
#[ignore = "takes minutes: .ci/long walks"]
fn a_service_goes_everywhere_with_whatever_waits_or_goes_on() {
    let far = || service(|place| place.queue.len() <= 3 && place.topics() <= 1);
    let report = in_release(far, &REFUSED, &NOT_WALKED);
    report.iter().for_each(|report| insta::assert_snapshot!(report));
}

#[test]
#[ignore = "takes minutes: .ci/long walks"]
fn a_bot_goes_everywhere_with_every_late_confirmation() {
    let report = in_release(|| bot(|place| place.topics() <= 1, true), &UNARMED, &SERVED);
    report.iter().for_each(|report| insta::assert_snapshot!(report));
}

#[test]
#[ignore = "takes minutes: .ci/long walks"]
fn a_call_with_requests_and_notifications_goes_everywhere_with_whatever_goes_on() {
    let far = || {
        both(|place| {
            let waits = place.queue.len() == 2 && place.variations(Side::Both) <= 1;
            waits || (place.queue.len() <= 1 && place.topics() <= 1)
        })
    };
    let report = in_release(far, &REFUSED, &["notificationHeard", "requestAnswered"]);
    report.iter().for_each(|report| insta::assert_snapshot!(report));
}

#[test]
fn the_moves_have_every_method_every_network_event_and_every_kind_of_operation() {
    let moves = requests::all().into_iter().chain(happenings::all()).map(|one| one.what);
    let (mut methods, mut network_events) = (BTreeSet::new(), BTreeSet::new());
    for what in moves {
        match what {
            What::Request(command) => _ = methods.insert(command.method()),
            What::NetworkEvent(network_event) => _ = network_events.insert(network_event.kind()),
            _ => {}
        }
    }
    let absent: Vec<_> = Method::ALL.iter().filter(|method| !methods.contains(method)).collect();
    assert!(absent.is_empty(), "add them to walk/requests.rs: {absent:?}");
    let absent: Vec<_> = NetworkEventKind::ALL.iter().filter(|kind| !network_events.contains(kind)).collect();
    assert!(absent.is_empty(), "add them to walk/happenings.rs: {absent:?}");
    let kinds: BTreeSet<_> = happenings::PENDING.iter().chain(&happenings::SETTLED).collect();
    let absent: Vec<_> = OperationKind::ALL.iter().filter(|kind| !kinds.contains(kind)).collect();
    assert!(absent.is_empty(), "add them to PENDING or SETTLED of walk/happenings.rs: {absent:?}");
}

#[test]
fn before_a_call_began_nothing_is_legal_but_its_beginning() {
    for one in requests::all().into_iter().chain(happenings::all()) {
        match &one.what {
            What::NetworkEvent(network_event) => names::nothing_happens_before(network_event).unwrap(),
            What::Request(command) => {
                let refusal = roots::unknown(command.clone()).unwrap_err();
                assert_eq!((refusal.why, refusal.state), (Why::UnknownCall, None::<State>), "{}", one.name);
            }
            _ => {}
        }
    }
}
