//! What the indexes of a ledger answer is what a look at every call would answer.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use callfold::call::{AppIdentity, Call, Command, RequestContext};
use callfold::graph::{Permission, Route};
use callfold::jiff::Timestamp;
use callfold::testing::strategies;
use callfold::uuid::Uuid;
use callfold::{CallId, Ledger, Recorded};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use crate::common::properties;

/// Events of two calls that name chains and replaced calls, of which the fold refuses some.
fn events() -> impl Strategy<Value = Vec<Recorded>> {
    let ids = [1, 2, 3].map(|number| CallId::new(callfold::uuid::Uuid::from_u128(number)));
    let [one, two, three] = ids.map(strategies::arbitrary_histories);
    let histories = prop_oneof![
        (one, two, three).prop_map(|(one, two, three)| [one, two, three].concat()),
        strategies::histories()
    ];
    histories.prop_flat_map(|events| {
        let places = vec(any::<u16>(), events.len());
        (Just(events), places).prop_map(|(events, places)| {
            let mut mixed: Vec<_> = places.into_iter().zip(events).collect();
            mixed.sort_by_key(|(place, event)| (event.revision / 3, *place, event.revision));
            mixed.into_iter().map(|(_, event)| event).collect()
        })
    })
}

/// Folds an event, or counts its revision as used.
fn fold(ledger: &mut Ledger, event: &Recorded) {
    if ledger.apply(event).is_err() {
        ledger.skip(event);
    }
}

fn check(ledger: &Ledger, times: &[Timestamp]) -> Result<(), TestCaseError> {
    let due = ledger.calls().filter_map(|call| Some((call.next_deadline()?, call.id()))).min();
    prop_assert_eq!(ledger.next_deadline(), due);
    for time in times {
        let mut ended: Vec<_> = ledger
            .calls()
            .filter(|call| !call.state().is_live() && call.last_at().is_none_or(|at| at < *time))
            .map(|call| (call.last_at(), call.id()))
            .collect();
        ended.sort_unstable();
        let found: Vec<_> = ledger.ended_before(*time).collect();
        prop_assert_eq!(found, ended.into_iter().map(|(_, id)| id).collect::<Vec<_>>());
    }
    for legs in ledger.conversations() {
        let legs: Vec<CallId> = legs.into_iter().map(Call::id).collect();
        for leg in &legs {
            prop_assert_eq!(&ledger.legs(*leg).into_iter().map(Call::id).collect::<Vec<_>>(), &legs);
        }
    }
    Ok(())
}

properties! { 300 cases;
    #[test]
    fn the_indexes_know_what_a_look_at_every_call_knows(
        events in events(),
        forgotten in vec(any::<prop::sample::Index>(), 0..3),
    ) {
        let times: Vec<_> = events.iter().filter_map(|event| event.at).collect();
        let mut ledger = Ledger::new();
        events.iter().for_each(|event| fold(&mut ledger, event));
        check(&ledger, &times)?;
        for index in forgotten {
            let ids: Vec<_> = ledger.calls().map(Call::id).collect();
            if !ids.is_empty() {
                let id = *index.get(&ids);
                let known = ledger.call(id).cloned();
                prop_assert_eq!(ledger.forget(id), known);
                prop_assert_eq!(ledger.forget(id), None);
                prop_assert!(ledger.call(id).is_none() && ledger.next_revision(id) == 1);
            }
            check(&ledger, &times)?;
        }
    }
}

properties! { 200 cases;
    #[test]
    fn a_ledger_of_snapshots_has_the_same_indexes(
        events in events(),
        stored in any::<prop::sample::Index>(),
    ) {
        let times: Vec<_> = events.iter().filter_map(|event| event.at).collect();
        let (first, rest) = events.split_at(stored.index(events.len() + 1));
        let (mut ledger, mut restored) = (Ledger::new(), Ledger::new());
        first.iter().for_each(|event| fold(&mut ledger, event));
        for call in ledger.calls() {
            prop_assert_eq!(restored.restore(&call.snapshot()), Ok(call.id()));
        }
        check(&restored, &times)?;
        for event in rest {
            [&mut ledger, &mut restored].into_iter().for_each(|ledger| fold(ledger, event));
        }
        check(&restored, &times)?;
        prop_assert!(restored.calls().eq(ledger.calls()));
    }
}

const GUIDS: [&str; 3] = [
    "1639dfff-f89f-46f2-867a-d722b358491f",
    "2f1a1100-b174-40a0-aba7-0b405e01ed92",
    "d8217646-3110-40b1-bae6-e9ac6c3a9f74",
];

/// The call to which a report of a device belongs: the one with its participant, or else one whose participant is no GUID.
fn reported(ledger: &Ledger, chain: &str, participant: Option<&str>) -> Option<CallId> {
    let of_chain = |call: &&Call| call.details().call_chain_id.value() == Some(&chain.into());
    let its = |call: &&Call| call.details().my_participant_id.value().and_then(|id| id.guid());
    let given = participant.map(|id| id.parse().unwrap());
    let exact = ledger.calls().filter(of_chain).find(|call| given.is_none() || its(call) == given);
    exact.or_else(|| ledger.calls().filter(of_chain).find(|call| its(call).is_none())).map(Call::id)
}

/// The call for which a ledger takes such a report.
fn decided(ledger: &Ledger, chain: &str, participant: Option<&str>) -> Option<CallId> {
    let kind = "#microsoft.graph.teleconferenceDeviceAudioQuality";
    let quality = json!({ "callChainId": chain, "participantId": participant, "deviceName": "Room 30",
        "mediaQualityList": [{ "@odata.type": kind, "channelIndex": 1 }] });
    let body = json!({ "quality": quality }).to_string();
    let route = Route::parse("POST", "/v1.0/communications/calls/logTeleconferenceDeviceQuality").unwrap();
    let app = AppIdentity::new(Permission::ALL);
    let request = RequestContext::new("2026-11-23T09:15:00Z".parse().unwrap(), Uuid::nil(), app);
    let decision = ledger.decide(None, Command::read(&route, body.as_bytes()), &request).ok()?;
    decision.events.first().map(|event| event.call)
}

properties! { 200 cases;
    #[test]
    fn a_report_of_a_device_finds_the_call_that_a_look_at_every_call_finds(
        changes in vec((0_u128..4, 0_usize..4, 0_usize..6, any::<bool>()), 1..16),
    ) {
        let mut ledger = Ledger::new();
        for (call, chain, participant, forgets) in changes {
            let id = CallId::new(Uuid::from_u128(call));
            let (kind, revision) = ledger.call(id).map_or(("placed", 1), |call| ("detailsChanged", call.revision() + 1));
            let mut data = json!({});
            if let Some(chain) = GUIDS.get(chain) {
                data["callChainId"] = json!(chain);
            }
            match participant {
                3 => data["myParticipantId"] = json!(null),
                4 => data["myParticipantId"] = json!("no-guid"),
                5 => {}
                known => data["myParticipantId"] = json!(GUIDS[known].to_ascii_uppercase()),
            }
            let line = json!({ "call": id, "rev": revision, "type": kind, "data": data });
            ledger.apply(&line.to_string().parse().unwrap()).unwrap();
            if forgets && revision > 2 {
                ledger.forget(id);
            }
            for chain in GUIDS {
                for participant in GUIDS.map(Some).into_iter().chain([None]) {
                    let expected = reported(&ledger, chain, participant);
                    prop_assert_eq!(decided(&ledger, chain, participant), expected);
                }
            }
        }
    }
}

fn ledger_of<'a>(lines: impl Iterator<Item = &'a str>) -> Ledger {
    let mut ledger = Ledger::new();
    lines.for_each(|line| _ = ledger.apply(&line.parse().unwrap()).unwrap());
    ledger
}

#[test]
fn a_ledger_of_a_replay_has_the_same_indexes() {
    let chain = format!(r#""data":{{"callChainId":"{}","#, GUIDS[0]);
    let log = include_str!("../docs/samples/service.jsonl").replacen(r#""data":{"#, &chain, 1);
    // A second call of the same chain, which lives on.
    let other = json!({ "call": GUIDS[1], "rev": 1, "type": "placed", "at": "2026-11-23T09:15:01Z",
        "data": { "callChainId": GUIDS[0] } });
    let (other, id) = (other.to_string(), GUIDS[1].parse().unwrap());
    let live = log.lines().count() - 1;
    for count in [live, live + 1] {
        let lines = || log.lines().take(count).chain([&*other]);
        let mut replay = callfold::Replay::new();
        lines().for_each(|line| _ = replay.record(callfold::log::Format::Events, line.as_bytes(), |_| {}));
        let (replayed, ledger) = (replay.into_ledger(), ledger_of(lines()));
        assert!(ledger.next_deadline().is_some());
        assert_eq!(replayed.next_deadline(), ledger.next_deadline());
        let late = "2099-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(ledger.ended_before(late).count(), count - live);
        assert!(replayed.ended_before(late).eq(ledger.ended_before(late)));
        assert_eq!(ledger.legs(id).len(), 2);
        assert_eq!(replayed.legs(id), ledger.legs(id));
    }
}
