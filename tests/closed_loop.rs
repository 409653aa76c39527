//! The closed loop: a service records events and posts notifications, and a bot that receives them through
//! any network folds the same call.

use callfold::call::{Ending, NetworkEvent};
use callfold::graph::Method;
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::testing::{Campaign, Faults, Move, Simulation, Violation, What, strategies::courses};
use callfold::{Id, Notify, OlderResource, uuid::Uuid};
use proptest::sample::select;
use serde_json::{Value, json};

use crate::common::{call_id, properties, read};

fn played(course: &[Move], seed: u64, resource: OlderResource, faults: &Faults) -> Result<(), Violation> {
    let mut world = Simulation::new(seed);
    let mut notify = Notify::new();
    notify.resource = resource;
    world.speaking(notify).under(faults);
    course.iter().try_for_each(|one| world.make(one).map(drop))?;
    world.settle()
}

fn late(seconds: i64) -> Faults {
    let mut faults = Faults::none();
    faults.delay = SignedDuration::from_secs(seconds);
    faults
}

properties! {
    150 cases;

    #[test]
    fn a_bot_that_receives_every_notification_agrees_with_the_service(
        course in courses(),
        resource in select([OlderResource::Absent, OlderResource::App, OlderResource::AppExceptRosters].as_slice()),
    ) {
        played(&course, 0, resource, &Faults::none())?;
    }

    #[test]
    fn a_network_that_repeats_and_reorders_leads_to_the_same_state_and_the_same_operations(
        course in courses(),
        seed: u64,
    ) {
        let mut faults = late(5);
        (faults.reordered, faults.repeated) = (500, 200);
        played(&course, seed, OlderResource::Absent, &faults)?;
    }

    #[test]
    fn a_network_that_loses_and_is_cut_leads_to_logs_that_fold(course in courses(), seed: u64) {
        let mut faults = late(120);
        (faults.reordered, faults.repeated, faults.dropped) = (300, 200, 300);
        let begins = course.first().map(|one| one.at).unwrap_or_default();
        faults.partitions = vec![begins + SignedDuration::from_secs(10)..begins + SignedDuration::from_secs(90)];
        played(&course, seed, OlderResource::Absent, &faults)?;
    }
}

/// A course of one call, a second between its moves, which are numbered from 1.
fn course(moves: impl IntoIterator<Item = What>) -> Vec<Move> {
    let numbered = (1_u32..).zip(moves);
    let at = |number| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(i64::from(number));
    numbered.map(|(number, what)| Move::new(at(number), call_id(), number.into(), what)).collect()
}

fn ask(method: Method, item: Option<&str>, body: Value) -> What {
    What::Request { method, item: item.map(Id::from), body }
}

fn happen(network_event: NetworkEvent) -> What {
    What::NetworkEvent(Box::new(network_event))
}

/// The app calls one user. Whoever joins does so while the call is one between two.
fn placed(is_delta: bool) -> [What; 2] {
    let body = json!({
        "callbackUri": "https://bot.contoso.com/callback",
        "targets": [{ "identity": { "user": { "id": "user-1" } } }],
        "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
        "callOptions": { "isDeltaRosterEnabled": is_delta },
    });
    [ask(Method::CreateCall, None, body), happen(NetworkEvent::Connected(None))]
}

fn roster(participants: Value) -> What {
    happen(NetworkEvent::RosterChanged(read(participants)))
}

/// The app invites somebody; the request is the move of this number.
fn invited(number: u128) -> [What; 2] {
    let body = json!({ "participants": [{ "identity": { "user": { "id": "user-3" } } }] });
    let finished = NetworkEvent::operation_finished(Uuid::from_u128(number).into(), Ending::completed());
    [ask(Method::Invite, None, body), happen(finished)]
}

fn removed(participant: &str) -> What {
    ask(Method::DeleteParticipant, Some(participant), json!({}))
}

/// A call between two. The app requests the participants, and some of them leave without a notification. Then
/// the call becomes a group call.
fn becomes_a_group_call(is_delta: bool, present: &[&str], leave: &[&str]) -> Vec<Move> {
    let people: Vec<Value> = present.iter().map(|id| json!({ "id": id })).collect();
    let request = [roster(json!(people)), ask(Method::ListParticipants, None, json!({}))];
    let left = leave.iter().map(|id| removed(id));
    let number = 5 + leave.len() as u128;
    course(placed(is_delta).into_iter().chain(request).chain(left).chain(invited(number)))
}

#[test]
fn who_was_removed_from_a_call_between_two_is_not_in_the_group_call_that_it_becomes() {
    for is_delta in [true, false] {
        for (present, leave) in [(&["a", "b"][..], &["a"][..]), (&["a"], &["a"]), (&["a", "b"], &["b", "a"])]
        {
            let course = becomes_a_group_call(is_delta, present, leave);
            let played = played(&course, 0, OlderResource::Absent, &Faults::none());
            assert_eq!(played, Ok(()), "{is_delta}, {present:?} without {leave:?}");
        }
    }
}

#[test]
fn a_campaign_of_many_calls_with_restarts_breaks_nothing() {
    let summary = Campaign::new(1, 100, 6).run().unwrap_or_else(|found| panic!("{found}"));
    assert!(summary.events > 2000, "{summary:?}");
}

#[test]
fn a_store_that_loses_a_write_is_found_out_with_a_short_course() {
    let mut broken = Campaign::new(1, 100, 6);
    broken.lost_writes = 100;
    let found = broken.run().expect_err("writes are lost");
    assert_eq!(found.violation.invariant.as_str(), "restart");
    assert!(found.course.len() < 6 && !found.bot.is_empty(), "{found}");
}
