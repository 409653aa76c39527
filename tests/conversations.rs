//! Calls that belong together: one call replaces another, several calls share a call chain, and one clock
//! drives them all.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::{audio, properties, read};
use callfold::call::{
    AppIdentity, Call, CallEnd, Command, Deadline, Decision, Ending, NetworkEvent, RequestContext, State,
    TransferFailure,
};
use callfold::graph::{EndCode, Method, Permission, ResultInfo, Route};
use callfold::{Applied, CallId, Id, Ledger, Recorded, Refusal, Why};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

const MINUTE: i64 = 60;

/// The id of the nth call of a test. Operations are numbered from 1000.
fn call(number: u128) -> CallId {
    CallId::new(Uuid::from_u128(number))
}

fn at(second: i64) -> Timestamp {
    let nine: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    nine + SignedDuration::from_secs(second)
}

/// A service with many calls.
#[derive(Clone, Default)]
struct Host {
    ledger: Ledger,
    last: Vec<Recorded>,
    operations: u128,
}

impl Host {
    fn take(&mut self, events: Vec<Recorded>) {
        for recorded in &events {
            assert_eq!(self.ledger.apply(recorded), Ok(Applied::Folded), "{recorded}");
        }
        self.last = events;
    }

    fn decide(
        &self,
        id: Option<CallId>,
        method: Method,
        body: &Value,
        at: Timestamp,
    ) -> Result<Decision, Refusal> {
        let command = Command::read(&Route::new(method, id, None), body.to_string().as_bytes());
        let new_id = Uuid::from_u128(1000 + self.operations);
        self.ledger.decide(id, command, &RequestContext::new(at, new_id, AppIdentity::new(Permission::ALL)))
    }

    fn requests(mut self, number: u128, method: Method, body: Value) -> Self {
        let events = self.decide(Some(call(number)), method, &body, at(0)).unwrap().events;
        self.operations += 1;
        self.take(events);
        self
    }

    fn meets(mut self, number: u128, network_event: NetworkEvent) -> Self {
        let events = self.ledger.on_network_event(call(number), network_event, at(0)).unwrap();
        self.take(events);
        self
    }

    /// Places the nth call with these additional members.
    fn places(mut self, number: u128, members: Value) -> Self {
        let mut body = json!({
            "callbackUri": "https://bot.contoso.com/callback", "targets": [someone()],
            "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
        });
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let route = Route::new(Method::CreateCall, None, None);
        let command = Command::read(&route, body.to_string().as_bytes());
        let request = RequestContext::new(at(0), call(number).guid(), AppIdentity::new(Permission::ALL));
        let events = self.ledger.decide(None, command, &request).unwrap().events;
        self.take(events);
        self
    }

    /// Places the nth call, which is then established.
    fn connects(self, number: u128, members: Value) -> Self {
        self.places(number, members).meets(number, NetworkEvent::Connected(None))
    }

    fn call(&self, number: u128) -> &Call {
        self.ledger.call(call(number)).unwrap()
    }

    fn state(&self, number: u128) -> State {
        self.call(number).state()
    }

    fn result(&self, number: u128) -> Option<EndCode> {
        self.call(number).result_info().and_then(EndCode::of)
    }

    /// The last events, each with the number of its call.
    fn events(&self) -> Vec<(u128, &str)> {
        self.last.iter().map(|one| (one.call.guid().as_u128(), one.event.kind().as_str())).collect()
    }

    /// The conversations, as the numbers of their calls.
    fn conversations(&self) -> Vec<Vec<u128>> {
        let numbers = |legs: Vec<&Call>| legs.iter().map(|leg| leg.id().guid().as_u128()).collect::<Vec<_>>();
        let conversations: Vec<_> = self.ledger.conversations().into_iter().map(numbers).collect();
        for legs in &conversations {
            for leg in legs {
                assert_eq!(&numbers(self.ledger.legs(call(*leg))), legs);
            }
        }
        conversations
    }
}

fn someone() -> Value {
    json!({ "identity": { "user": { "id": "someone" } } })
}

/// A participant whose call another call replaces.
fn replacing(number: u128) -> Value {
    json!({ "identity": { "user": { "id": "someone" } }, "replacesCallId": call(number) })
}

fn transfer_to(number: u128) -> Value {
    json!({ "transferTarget": replacing(number) })
}

fn invite(number: u128) -> Value {
    json!({ "participants": [replacing(number)] })
}

/// A service whose first and second call are established.
fn two() -> Host {
    Host::default().connects(1, json!({})).connects(2, json!({}))
}

/// The operation of the first request.
fn finished(ending: Ending) -> NetworkEvent {
    NetworkEvent::operation_finished(Uuid::from_u128(1000).into(), ending)
}

fn failure() -> ResultInfo {
    EndCode::CalleeNotReached.result_info()
}

// Consultative transfer.

#[test]
fn a_consultative_transfer_that_is_completed_ends_both_calls() {
    let host = two().requests(1, Method::Transfer, transfer_to(2)).meets(1, NetworkEvent::TransferAccepted);
    assert_eq!(host.state(2), State::Established, "until it is completed");
    let host = host.meets(1, NetworkEvent::TransferCompleted(CallEnd::default()));
    assert_eq!(host.events(), [(1, "terminated"), (2, "terminated")]);
    assert_eq!((host.state(1), host.state(2)), (State::Terminated, State::Terminated));
    assert_eq!(host.result(1), None);
    assert_eq!(host.call(1).details().termination_reason.value().unwrap(), "AppTransferred");
    assert!(host.call(2).result_info().unwrap().is_success());
}

#[test]
fn a_consultative_transfer_that_is_not_completed_ends_no_other_call() {
    let ends: [&[NetworkEvent]; 3] = [
        &[NetworkEvent::TransferFailed(TransferFailure::default())],
        &[NetworkEvent::TransferAccepted, NetworkEvent::TransferFailed(TransferFailure::default())],
        &[NetworkEvent::TransferAccepted, NetworkEvent::hung_up(EndCode::PeerEnded)],
    ];
    for network_events in ends {
        let request = two().requests(1, Method::Transfer, transfer_to(2));
        let host =
            network_events.iter().cloned().fold(request, |host, network_event| host.meets(1, network_event));
        assert_eq!((host.events().len(), host.state(2)), (1, State::Established));
    }
}

#[test]
fn a_blind_transfer_after_a_consultative_one_ends_no_other_call() {
    let blind = json!({ "transferTarget": someone() });
    let host = two()
        .requests(1, Method::Transfer, transfer_to(2))
        .meets(1, NetworkEvent::TransferFailed(TransferFailure::default()))
        .requests(1, Method::Transfer, blind)
        .meets(1, NetworkEvent::TransferAccepted)
        .meets(1, NetworkEvent::TransferCompleted(CallEnd::default()));
    assert_eq!(host.events(), [(1, "terminated")]);
    assert_eq!(host.state(2), State::Established);
}

#[test]
fn a_replaced_call_that_has_ended_already_ends_no_second_time() {
    let host = two()
        .requests(1, Method::Transfer, transfer_to(2))
        .meets(2, NetworkEvent::hung_up(EndCode::PeerEnded))
        .meets(1, NetworkEvent::TransferAccepted)
        .meets(1, NetworkEvent::TransferCompleted(CallEnd::default()));
    assert_eq!(host.events(), [(1, "terminated")]);
    assert_eq!(host.result(2), Some(EndCode::PeerEnded));
}

// Invitations.

/// The completion of an invitation that replaces the second call. Both calls then have the invited participant.
const COMPLETED: [(u128, &str); 4] =
    [(1, "operationCompleted"), (1, "rosterUpdated"), (2, "rosterUpdated"), (2, "terminated")];

#[test]
fn an_invitation_that_replaces_a_call_ends_that_call_after_it_is_completed() {
    let host = two().requests(1, Method::Invite, invite(2));
    assert_eq!((host.events(), host.state(2)), (vec![(1, "operationCreated")], State::Established));
    let host = host.meets(1, finished(Ending::completed()));
    assert_eq!(host.events(), COMPLETED);
    assert_eq!((host.state(1), host.state(2)), (State::Established, State::Terminated));
    assert!(host.call(2).result_info().unwrap().is_success());
    assert_eq!(host.call(1).is_group(), Some(true));
}

#[test]
fn an_invitation_of_a_call_that_has_ended_replaces_no_call() {
    let host = two().requests(1, Method::Invite, invite(2));
    let host = host.meets(1, NetworkEvent::hung_up(EndCode::PeerEnded));
    let host = host.meets(1, finished(Ending::completed()));
    assert_eq!(host.events(), [(1, "operationCompleted")]);
    assert_eq!(host.state(2), State::Established);
}

#[test]
fn an_invitation_that_fails_or_replaces_nobody_ends_no_call() {
    let plain = json!({ "participants": [someone()] });
    let rows = [
        (invite(2), Ending::with_result(failure()), 1),
        (plain.clone(), Ending::completed(), 2),
        (plain, Ending::with_result(failure()), 1),
    ];
    for (body, ending, events) in rows {
        let host = two().requests(1, Method::Invite, body).meets(1, finished(ending));
        assert_eq!((host.events().len(), host.state(2)), (events, State::Established));
    }
}

#[test]
fn of_several_who_are_invited_one_that_replaces_a_call_is_invited_alone() {
    let body = json!({ "participants": [someone(), replacing(2)] });
    let host = two().requests(1, Method::Invite, body);
    let invited = host.call(1).operations().first().unwrap().resource().participants.value().unwrap();
    assert_eq!(json!(invited), json!([replacing(2)]));
    let host = host.meets(1, finished(Ending::completed()));
    assert_eq!(host.events(), COMPLETED);
}

// Calls that can be replaced.

#[test]
fn a_call_that_is_not_known_or_not_up_cannot_be_replaced() {
    let rows = [
        (Method::Transfer, transfer_to(9), "transferTarget.replacesCallId"),
        (Method::Transfer, transfer_to(1), "transferTarget.replacesCallId"),
        (Method::Transfer, transfer_to(3), "transferTarget.replacesCallId"),
        (Method::Transfer, transfer_to(4), "transferTarget.replacesCallId"),
        (Method::Invite, invite(9), "participants[0].replacesCallId"),
        (Method::Invite, invite(1), "participants[0].replacesCallId"),
        (Method::Invite, invite(3), "participants[0].replacesCallId"),
        (Method::Invite, invite(4), "participants[0].replacesCallId"),
    ];
    // The third call only rings, the fourth has ended, the ninth is not known, and a call cannot replace
    // itself.
    let host =
        two().places(3, json!({})).connects(4, json!({})).meets(4, NetworkEvent::hung_up(EndCode::PeerEnded));
    for (method, body, member) in rows {
        let refusal = host.decide(Some(call(1)), method, &body, at(0)).unwrap_err();
        assert_eq!((refusal.what, refusal.status()), (method.into(), 400));
        let Why::Invalid { member: named, .. } = &refusal.why else { panic!("{refusal}") };
        assert_eq!(named, member);
    }
}

#[test]
fn a_call_that_is_up_held_or_being_transferred_can_be_replaced() {
    let transfer = || json!({ "transferTarget": someone() });
    let hosts = [
        two(),
        two().meets(2, NetworkEvent::Held),
        two().requests(2, Method::Transfer, transfer()),
        two().requests(2, Method::Transfer, transfer()).meets(2, NetworkEvent::TransferAccepted),
    ];
    for host in hosts {
        for (method, body) in [(Method::Transfer, transfer_to(2)), (Method::Invite, invite(2))] {
            assert!(host.decide(Some(call(1)), method, &body, at(0)).is_ok(), "{}", host.state(2));
        }
    }
}

// Unknown calls.

#[test]
fn a_call_that_is_not_known_is_not_found() {
    let rows = [
        (Method::Answer, json!({ "callbackUri": "https://bot.contoso.com", "mediaConfig": {} })),
        (Method::Reject, json!({})),
        (Method::Transfer, json!({ "transferTarget": someone() })),
        (Method::KeepAlive, json!({})),
        (Method::DeleteCall, json!({})),
        (Method::GetCall, json!({})),
        (Method::ListParticipants, json!({})),
        (Method::PlayPrompt, json!({ "prompts": [audio()] })),
        (Method::Mute, json!({})),
        (Method::Invite, json!({ "participants": [someone()] })),
    ];
    for (method, body) in rows {
        let refusal = two().decide(Some(call(9)), method, &body, at(0)).unwrap_err();
        assert_eq!((refusal.status(), refusal.error().code.as_str(), refusal.state), (404, "8522", None));
    }
}

// Legs.

const CHAIN: &str = "d8217646-3110-40b1-bae6-e9ac6c3a9f74";
const OTHER_CHAIN: &str = "e5d39592-99bd-4db8-bca8-30fb894ec51d";

fn of(chain: &str) -> Value {
    json!({ "callChainId": chain })
}

#[test]
fn calls_of_one_chain_are_one_conversation() {
    let host = Host::default()
        .places(1, of(CHAIN))
        .places(2, of(OTHER_CHAIN))
        .places(3, of("D8217646311040B1BAE6E9AC6C3A9F74"))
        .places(4, json!({}))
        .meets(5, NetworkEvent::Offered(Box::default()))
        .meets(6, NetworkEvent::Offered(read(of(OTHER_CHAIN))))
        .meets(7, NetworkEvent::Offered(Box::default()));
    assert_eq!(host.conversations(), [vec![1, 3], vec![2, 6], vec![4], vec![5], vec![7]]);
    // A call without a chain is the first of its own.
    for (number, chain) in [(4, Id::from(call(4))), (5, Id::from(call(5))), (6, OTHER_CHAIN.into())] {
        assert_eq!(host.call(number).details().call_chain_id.value(), Some(&chain), "{number}");
    }
    assert!(host.ledger.legs(call(9)).is_empty());
    assert!(Ledger::new().conversations().is_empty());
}

#[test]
fn a_call_and_the_one_it_replaces_are_one_conversation_whichever_has_the_lesser_id() {
    for (one, other) in [(1, 2), (2, 1)] {
        let alone = [vec![1], vec![2], vec![3]];
        let three = || two().connects(3, json!({}));
        assert_eq!(three().conversations(), alone);
        let request = [
            three().requests(one, Method::Transfer, transfer_to(other)),
            three().requests(one, Method::Invite, invite(other)),
            Host::default()
                .connects(3, json!({}))
                .connects(other, json!({}))
                .connects(one, json!({ "targets": [replacing(other)] })),
        ];
        for host in request {
            assert_eq!(host.conversations(), [vec![1, 2], vec![3]]);
        }
    }
}

#[test]
fn calls_that_belong_together_over_others_are_one_conversation() {
    // Call 5 replaces 1; 1 is in one chain with 4; 4 is replaced by 2. Call 3 is in no conversation with
    // them.
    let host = Host::default()
        .connects(1, of(CHAIN))
        .connects(4, of(CHAIN))
        .connects(3, json!({}))
        .connects(5, json!({ "targets": [replacing(1)] }))
        .connects(2, json!({}))
        .requests(2, Method::Invite, invite(4));
    assert_eq!(host.conversations(), [vec![1, 2, 4, 5], vec![3]]);
}

#[test]
fn calls_remain_one_conversation_after_their_end() {
    let host = two()
        .requests(2, Method::Transfer, transfer_to(1))
        .meets(2, NetworkEvent::TransferAccepted)
        .meets(2, NetworkEvent::TransferCompleted(CallEnd::default()));
    assert_eq!(host.conversations(), [vec![1, 2]]);
}

/// The calls that chains and replacements connect, computed in the simplest possible form.
fn closure(calls: &[(u128, u128)]) -> Vec<Vec<u128>> {
    let numbers = || 0..calls.len();
    let is_linked = |one: usize, other: usize| {
        let ((chain, replaced), (its_chain, _)) = (calls[one], calls[other]);
        (chain > 0 && chain == its_chain) || replaced == other as u128 + 1
    };
    let mut labels: Vec<usize> = numbers().collect();
    for (_, one, other) in numbers()
        .flat_map(|round| numbers().flat_map(move |one| numbers().map(move |other| (round, one, other))))
    {
        if is_linked(one, other) {
            let least = labels[one].min(labels[other]);
            (labels[one], labels[other]) = (least, least);
        }
    }
    let legs = |label: usize| -> Vec<u128> {
        numbers().filter(|one| labels[*one] == label).map(|one| one as u128 + 1).collect()
    };
    numbers().map(legs).filter(|legs| !legs.is_empty()).collect()
}

properties! {
    256 cases;

    #[test]
    fn conversations_are_what_chains_and_replacements_connect(
        calls in proptest::collection::vec((0_u128..4, 0_u128..9), 1..9),
    ) {
        let mut host = Host::default();
        for (index, (chain, replaced)) in calls.iter().enumerate() {
            let mut members = json!({ "targets": [if *replaced == 0 { someone() } else { replacing(*replaced) }] });
            if *chain > 0 {
                members["callChainId"] = json!(call(100 + chain));
            }
            host = host.places(index as u128 + 1, members);
        }
        let expected = closure(&calls);
        prop_assert_eq!(host.conversations(), expected);
    }
}

// Reports of devices.

const ME: &str = "1639dfff-f89f-46f2-867a-d722b358491f";
const YOU: &str = "2f1a1100-b174-40a0-aba7-0b405e01ed92";

fn report(chain: &str, participant: Option<&str>) -> Value {
    json!({ "quality": {
        "callChainId": chain, "participantId": participant, "deviceName": "Room 30",
        "mediaQualityList": [{ "@odata.type": "#microsoft.graph.teleconferenceDeviceAudioQuality", "channelIndex": 1 }],
    }})
}

/// Two legs of one call chain, each with its own participant, and a call of another chain.
fn legs() -> Host {
    let me = |id: &str| NetworkEvent::Connected(Some(read(json!({ "myParticipantId": id }))));
    Host::default()
        .places(1, of(CHAIN))
        .meets(1, me(ME))
        .places(2, of(CHAIN))
        .meets(2, me(YOU))
        .connects(3, of(OTHER_CHAIN))
}

#[test]
fn a_report_of_a_device_finds_its_call_by_chain_and_participant() {
    let bare = CHAIN.replace('-', "").to_ascii_uppercase();
    let rows = [
        (report(CHAIN, Some(ME)), 1),
        (report(CHAIN, Some(YOU)), 2),
        (report(&bare, Some(YOU)), 2),
        (report(CHAIN, None), 1),
        (report(OTHER_CHAIN, None), 3),
        (report(OTHER_CHAIN, Some(YOU)), 3),
    ];
    for (body, number) in rows {
        let mut host = legs();
        let decision = host.decide(None, Method::LogTeleconferenceDeviceQuality, &body, at(0)).unwrap();
        assert_eq!((decision.reply.status, decision.reply.location), (200, None));
        host.take(decision.events);
        assert_eq!(host.events(), [(number, "deviceQualityReported")]);
        assert_eq!(host.call(number).device_quality().count(), 1);
    }
}

#[test]
fn a_report_may_come_after_the_end() {
    let mut host = legs().meets(2, NetworkEvent::hung_up(EndCode::PeerEnded));
    for count in 1..=2 {
        let body = report(CHAIN, Some(YOU));
        host.take(host.decide(None, Method::LogTeleconferenceDeviceQuality, &body, at(0)).unwrap().events);
        assert_eq!(host.events(), [(2, "deviceQualityReported")]);
        assert_eq!((host.state(2), host.call(2).device_quality().count()), (State::Terminated, count));
    }
}

#[test]
fn a_report_of_a_call_that_is_not_known_is_taken_and_forgotten() {
    let bodies = [report(ME, None), report(ME, Some(YOU)), report(CHAIN, Some(OTHER_CHAIN))];
    for (host, body) in bodies.iter().flat_map(|body| [(legs(), body), (Host::default(), body)]) {
        let decision = host.decide(None, Method::LogTeleconferenceDeviceQuality, body, at(0)).unwrap();
        assert_eq!((decision.reply.status, decision.events), (200, vec![]));
    }
}

#[test]
fn a_report_that_is_malformed_is_refused_whether_or_not_its_call_is_known() {
    let rows = [
        (json!({}), "quality"),
        (json!({ "quality": { "mediaQualityList": [{}] } }), "quality.callChainId"),
        (json!({ "quality": { "callChainId": CHAIN } }), "quality.mediaQualityList"),
        (json!({ "quality": { "callChainId": ME, "mediaQualityList": [] } }), "quality.mediaQualityList"),
        (json!({ "quality": { "callChainId": "x", "mediaQualityList": [{}] } }), "quality.callChainId"),
    ];
    for (body, member) in rows {
        let refusal = legs().decide(None, Method::LogTeleconferenceDeviceQuality, &body, at(0)).unwrap_err();
        let Why::Invalid { member: named, .. } = &refusal.why else { panic!("{refusal}") };
        assert_eq!((refusal.status(), named.as_str()), (400, member));
    }
}

#[test]
fn a_report_needs_the_permission_whether_or_not_its_call_is_known() {
    for chain in [CHAIN, ME] {
        let route = Route::new(Method::LogTeleconferenceDeviceQuality, None, None);
        let command = Command::read(&route, report(chain, None).to_string().as_bytes());
        let identity = AppIdentity::new(&[Permission::Initiate]);
        let refusal = legs()
            .ledger
            .decide(None, command, &RequestContext::new(at(0), Uuid::nil(), identity))
            .unwrap_err();
        assert_eq!(refusal.why, Why::Permission([&[Permission::AccessMedia][..]].into()));
    }
}

// One clock for all.

#[test]
fn the_first_deadline_of_all_calls_comes_first() {
    let recorded = json!({ "incomingContext": { "observedParticipantId": "p" } });
    let mut host = Host::default()
        .places(1, json!({ "ringingTimeoutInSeconds": 30 }))
        .meets(2, NetworkEvent::Offered(Box::default()))
        .meets(3, NetworkEvent::Offered(read(recorded)))
        .places(4, json!({}))
        .meets(5, NetworkEvent::Offered(Box::default()));
    let expected = [
        (3, Deadline::Answer, 5),
        (2, Deadline::Answer, 15),
        (5, Deadline::Answer, 15),
        (1, Deadline::Ring, 30),
        (4, Deadline::KeepAlive, 45 * MINUTE),
    ];
    for (number, deadline, second) in expected {
        let (due, id) = host.ledger.next_deadline().unwrap();
        assert_eq!((id, due.deadline, due.at), (call(number), deadline, at(second)));
        assert_eq!(host.ledger.expire(at(second - 1)), []);
        // However late the poll is, the deadlines expire one call after the other.
        host.take(host.ledger.expire(at(100 * MINUTE)));
        assert_eq!(host.events(), [(number, "terminated")]);
        assert_eq!(host.last[0].at, Some(at(second)));
    }
    assert_eq!((host.ledger.next_deadline(), host.ledger.expire(at(100 * MINUTE))), (None, vec![]));
}

#[test]
fn the_deadlines_of_one_call_do_not_hold_up_those_of_another() {
    let body = |seconds: i32| json!({ "initialSilenceTimeoutInSeconds": seconds, "maxRecordDurationInSeconds": 120 });
    let mut host = two()
        .requests(1, Method::RecordResponse, body(10))
        .requests(1, Method::RecordResponse, body(20))
        .requests(2, Method::RecordResponse, body(15));
    let mut seen = Vec::new();
    while let Some((due, id)) = host.ledger.next_deadline() {
        host.take(host.ledger.expire(at(50 * MINUTE)));
        assert!(host.last.iter().all(|one| (one.call, one.at) == (id, Some(due.at))));
        seen.push((id.guid().as_u128(), due.at.duration_since(at(0)).as_secs(), host.last.len()));
    }
    let end = 45 * MINUTE;
    assert_eq!(seen, [(1, 10, 2), (2, 15, 1), (1, 30, 1), (1, end, 1), (2, end, 1)]);
}

/// Two established calls. The first one is kept alive, so the second one ends after 45 minutes.
fn with_one_overdue() -> Host {
    let mut host = Host::default().connects(1, json!({})).connects(2, json!({}));
    let kept = host.decide(Some(call(1)), Method::KeepAlive, &json!({}), at(44 * MINUTE)).unwrap();
    host.take(kept.events);
    host
}

#[test]
fn a_transfer_to_a_call_that_should_have_ended_is_refused_whether_it_was_polled_or_not() {
    let mut host = with_one_overdue();
    let request =
        |host: &Host| host.decide(Some(call(1)), Method::Transfer, &transfer_to(2), at(46 * MINUTE)).is_ok();
    assert!(!request(&host));
    let due = host.ledger.expire(at(46 * MINUTE));
    host.take(due);
    assert!(!request(&host));
}

#[test]
fn a_transfer_is_completed_although_the_replaced_call_should_have_ended() {
    let mut host = with_one_overdue();
    let transfer = host.decide(Some(call(1)), Method::Transfer, &transfer_to(2), at(44 * MINUTE)).unwrap();
    host.take(transfer.events);
    for network_event in [NetworkEvent::TransferAccepted, NetworkEvent::TransferCompleted(CallEnd::default())]
    {
        let events = host.ledger.on_network_event(call(1), network_event, at(46 * MINUTE)).unwrap();
        host.take(events);
    }
    assert_eq!(host.state(1), State::Terminated);
    let due = host.ledger.expire(at(46 * MINUTE));
    host.take(due);
    assert_eq!(host.result(2), Some(EndCode::KeepAliveMissed));
}

#[test]
fn an_invitation_that_is_completed_without_success_replaces_nothing() {
    let host =
        Host::default().connects(1, json!({})).connects(2, json!({})).requests(1, Method::Invite, invite(2));
    let ending = Ending::completed_because(callfold::graph::CompletionReason::Unknown);
    let id = Id::from(Uuid::from_u128(1000));
    let host = host.meets(1, NetworkEvent::operation_finished(id, ending));
    assert_eq!(host.events(), [(1, "operationCompleted")]);
    assert_eq!(host.state(2), State::Established);
}

#[test]
fn a_device_reports_of_the_call_that_names_its_participant() {
    let chain = "0622673d-9f69-49b3-9d4f-5ec64f42ecce";
    let participant = "ea078406-b5d4-4d3c-b85e-90103dcec7f6";
    let of_chain = json!({ "callChainId": chain });
    let named = Some(Box::new(read(json!({ "myParticipantId": participant }))));
    let host = Host::default()
        .connects(1, of_chain.clone())
        .places(2, of_chain)
        .meets(2, NetworkEvent::Connected(named));
    let quality = json!({ "callChainId": chain, "participantId": participant, "mediaQualityList": [{}] });
    let body = json!({ "quality": quality });
    let reported = host.decide(None, Method::LogTeleconferenceDeviceQuality, &body, at(0)).unwrap();
    assert_eq!(reported.events[0].call, call(2));
}
