//! What the indexes of a ledger answer is what a look at every call would answer.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use callfold::call::Call;
use callfold::jiff::Timestamp;
use callfold::testing::strategies;
use callfold::{CallId, Ledger, Recorded};
use proptest::collection::vec;
use proptest::prelude::*;

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

#[test]
fn a_ledger_of_a_replay_has_the_same_indexes() {
    let mut replay = callfold::Replay::new();
    let log = include_bytes!("../docs/samples/service.jsonl");
    let mut ledger = Ledger::new();
    for line in log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        replay.record(callfold::log::Format::Events, line, |_| {});
        ledger.apply(&std::str::from_utf8(line).unwrap().parse().unwrap()).unwrap();
    }
    let replayed = replay.into_ledger();
    assert_eq!(replayed.next_deadline(), ledger.next_deadline());
    let late = "2099-01-01T00:00:00Z".parse().unwrap();
    assert_ne!(ledger.ended_before(late).count(), 0);
    assert!(replayed.ended_before(late).eq(ledger.ended_before(late)));
}
